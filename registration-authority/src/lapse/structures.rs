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

/// What is known of structures: which of those that matter the register no longer names, asked once a run, and who is silent.
#[derive(Default)]
pub(super) struct Structures {
    matter: BTreeSet<String>,
    /// Those that the register does not name; none before it was asked, and never one that does not matter: of what nobody asked,
    /// nothing is said.
    gone: Option<BTreeSet<String>>,
    silent: BTreeMap<String, Option<Timestamp>>,
    now: Option<Timestamp>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    structure: String,
}

impl Structures {
    /// Those of cards that live, certificates that are good, and lapses that are open; the register is asked about them.
    pub(super) fn that_matter(db: &mut Database) -> Result<Self, LapseError> {
        let statement = "SELECT DISTINCT substr(exercise, 11) AS structure FROM cards \
             WHERE kind IN ('CPE', 'CDE', 'CPA', 'CDA') AND status IN ('certified', 'delivered', 'active') \
               AND exercise LIKE 'structure:%' \
             UNION SELECT DISTINCT r.structure AS structure FROM certificate_requests r \
             JOIN certificates c ON c.issuer = r.issuer AND c.serial = r.serial \
             WHERE r.structure <> '' AND c.status = 'good' \
             UNION SELECT DISTINCT substr(c.exercise, 11) AS structure FROM card_lapses l \
             JOIN cards c ON c.number = l.card_number WHERE l.status = 'open' AND c.exercise LIKE 'structure:%' \
             UNION SELECT DISTINCT r.structure AS structure FROM certificate_lapses l \
             JOIN certificate_requests r ON r.number = l.request WHERE l.status = 'open' AND r.structure <> ''";
        let rows: Vec<Row> = diesel::sql_query(statement).load(db)?;
        let mut structures = Self::of(rows.into_iter().map(|row| row.structure));
        structures.ask_register(db)?;
        Ok(structures)
    }

    /// These, of which the register was not asked yet.
    pub(super) fn of(structures: impl IntoIterator<Item = String>) -> Self {
        Self { matter: structures.into_iter().collect(), ..Self::default() }
    }

    /// Asks the register, once: it is read through, so outside of every write transaction, where an opposition would wait for it.
    pub(super) fn ask_register(&mut self, db: &mut Database) -> Result<(), LapseError> {
        debug_assert!(!db.in_transaction(), "an opposition waits for no reading of the register");
        if self.gone.is_none() {
            self.gone = Some(&self.matter - &places_in_use(db, &self.matter)?);
        }
        Ok(())
    }

    /// Who speaks for a structure is asked anew, as of now: a mandate that was approved since the run began saves what it has not
    /// ended yet.
    pub(super) fn ask_mandates_anew(&mut self, db: &mut Database) -> QueryResult<()> {
        self.silent.clear();
        self.now = Some(db.now()?);
        Ok(())
    }

    /// Why a card or a certificate of the staff of this structure is no longer supported: the register does not name the structure any
    /// more, or nobody speaks for it.
    pub(super) fn against_staff(
        &mut self,
        db: &mut Database,
        structure: &TechnicalStructureId,
        at: Timestamp,
    ) -> Result<Option<Code>, LapseError> {
        if let Some(gone) = self.against_its_own(structure) {
            return Ok(Some(gone));
        }
        Ok(self.silent_since(db, structure, at)?.map(|_| faults::ORDER_NOT_MANDATED))
    }

    /// The same of a certificate of the structure itself, which no mandate stands behind.
    pub(super) fn against_its_own(&self, structure: &TechnicalStructureId) -> Option<Code> {
        let gone = self.gone.as_ref().is_some_and(|gone| gone.contains(structure.as_str()));
        gone.then_some(faults::ORDER_STRUCTURE_UNKNOWN)
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
        let at = self.now.map_or(at, |now| at.max(now));
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
