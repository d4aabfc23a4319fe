//! Structures, for what rests on one: a card of its staff, a certificate of its staff or its own.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::Text;
use professional_registry::identifiers::TechnicalStructureId;
use professional_registry::places_in_use;
use store::{Code, Database, Timestamp};

use super::LapseError;
use crate::faults;
use crate::mandate;

/// How long a structure may be without anybody who speaks for it before what rests on a mandate ends: an agent leaves, and the next one's
/// document is on its way.
const SILENT_GRACE: Duration = Duration::from_secs(30 * 24 * 3600);

/// What is known of structures, asked once a run: of the register, which of those that matter it still names.
#[derive(Default)]
pub(super) struct Structures {
    matter: BTreeSet<String>,
    named: Option<BTreeSet<String>>,
    silent: BTreeMap<String, Option<Timestamp>>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    structure: String,
}

impl Structures {
    /// Those of cards that live and certificates that are good.
    pub(super) fn that_matter(db: &mut Database) -> QueryResult<Self> {
        let statement = "SELECT DISTINCT substr(exercise, 11) AS structure FROM cards \
             WHERE kind IN ('CPE', 'CDE', 'CPA', 'CDA') AND status IN ('certified', 'delivered', 'active') \
               AND exercise LIKE 'structure:%' \
             UNION SELECT DISTINCT r.structure AS structure FROM certificate_requests r \
             JOIN certificates c ON c.issuer = r.issuer AND c.serial = r.serial \
             WHERE r.structure <> '' AND c.status = 'good'";
        let rows: Vec<Row> = diesel::sql_query(statement).load(db)?;
        Ok(Self::of(rows.into_iter().map(|row| row.structure)))
    }

    /// These.
    pub(super) fn of(structures: impl IntoIterator<Item = String>) -> Self {
        Self { matter: structures.into_iter().collect(), ..Self::default() }
    }

    /// Why a card or a certificate of the staff of this structure is no longer supported: the register does not name the structure any
    /// more, or nobody speaks for it.
    pub(super) fn against_staff(
        &mut self,
        db: &mut Database,
        structure: &TechnicalStructureId,
        at: Timestamp,
    ) -> Result<Option<Code>, LapseError> {
        if let Some(gone) = self.against_its_own(db, structure)? {
            return Ok(Some(gone));
        }
        Ok(self.silent_since(db, structure, at)?.map(|_| faults::ORDER_NOT_MANDATED))
    }

    /// The same of a certificate of the structure itself, which no mandate stands behind.
    pub(super) fn against_its_own(
        &mut self,
        db: &mut Database,
        structure: &TechnicalStructureId,
    ) -> Result<Option<Code>, LapseError> {
        let id = structure.as_str();
        if !self.matter.contains(id) {
            self.matter.insert(id.to_owned());
            self.named = None;
        }
        let named = match self.named.take() {
            Some(named) => named,
            None => places_in_use(db, &self.matter)?,
        };
        let gone = !named.contains(id);
        self.named = Some(named);
        Ok(gone.then_some(faults::ORDER_STRUCTURE_UNKNOWN))
    }

    /// Whether nobody has spoken for it for so long that what rests on a mandate ends.
    pub(super) fn silent_for_long(
        &mut self,
        db: &mut Database,
        structure: &TechnicalStructureId,
        at: Timestamp,
    ) -> Result<bool, LapseError> {
        Ok(self.silent_since(db, structure, at)?.is_some_and(|since| since <= at.minus(SILENT_GRACE)))
    }

    fn silent_since(
        &mut self,
        db: &mut Database,
        structure: &TechnicalStructureId,
        at: Timestamp,
    ) -> Result<Option<Timestamp>, LapseError> {
        if let Some(known) = self.silent.get(structure.as_str()) {
            return Ok(*known);
        }
        let since = mandate::silent_since(db, structure, at)?;
        self.silent.insert(structure.to_string(), since);
        Ok(since)
    }
}

/// The structures of which a mandate has ended after `since`: they may have nobody who speaks for them since then.
pub(super) fn mandates_ended(
    db: &mut Database,
    since: Timestamp,
    at: Timestamp,
) -> Result<Vec<TechnicalStructureId>, LapseError> {
    let (since, at) = (since.millis(), at.millis());
    let statement = format!(
        "SELECT DISTINCT m.structure AS structure FROM structure_mandates m \
         LEFT JOIN structure_mandate_ends e ON e.mandate = m.number \
         WHERE (m.until > {since} AND m.until <= {at}) OR (e.ended_at > {since} AND e.ended_at <= {at}) \
         ORDER BY structure"
    );
    let rows: Vec<Row> = diesel::sql_query(statement).load(db)?;
    rows.into_iter()
        .map(|Row { structure }| {
            structure.parse().map_err(|_| LapseError::RowAltered(structure.clone(), "the structure"))
        })
        .collect()
}
