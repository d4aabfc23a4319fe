//! Structures, for what rests on one: a card of its staff, a certificate of its staff or its own.

use std::collections::BTreeMap;
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::Text;
use professional_registry::identifiers::TechnicalStructureId;
use store::{Database, Timestamp};

use super::LapseError;
use crate::approval::SubjectKind;
use crate::mandate;

/// How long a structure may be without anybody who speaks for it before what rests on a mandate ends: an agent leaves, and the next one's
/// document is on its way.
const SILENT_GRACE: Duration = Duration::from_secs(30 * 24 * 3600);

/// What is known of structures: who is silent.
#[derive(Default)]
pub(super) struct Structures {
    silent: BTreeMap<String, Option<Timestamp>>,
    now: Option<Timestamp>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    structure: String,
}

impl Structures {
    /// Who speaks for a structure is asked anew, as of now: a mandate that was approved since the run began saves what it has not
    /// ended yet.
    pub(super) fn ask_mandates_anew(&mut self, db: &mut Database) -> QueryResult<()> {
        self.silent.clear();
        self.now = Some(db.now()?);
        Ok(())
    }

    /// Whether nobody speaks for it.
    pub(super) fn is_silent(
        &mut self,
        db: &mut Database,
        structure: &TechnicalStructureId,
        at: Timestamp,
    ) -> Result<bool, LapseError> {
        Ok(self.silent_since(db, structure, at)?.is_some())
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

/// The structures of which a mandate has ended after `since`, or of whose end the worker has found a signature since: they may have nobody who
/// speaks for them since then. What is no structure is not one of them.
pub(super) fn mandates_ended(
    db: &mut Database,
    since: Timestamp,
    at: Timestamp,
) -> QueryResult<Vec<TechnicalStructureId>> {
    let (since, at) = (since.millis(), at.millis());
    let kind = SubjectKind::StructureMandate.as_str();
    let statement = format!(
        "SELECT DISTINCT m.structure AS structure FROM structure_mandates m \
         WHERE (m.until > {since} AND m.until <= {at}) OR EXISTS (SELECT 1 FROM decision_receipts r \
             WHERE r.subject_kind = '{kind}' AND r.subject_number = m.number AND r.refusal IS NULL \
             AND r.seen_at > {since} AND r.seen_at <= {at}) \
         ORDER BY structure"
    );
    let rows: Vec<Row> = diesel::sql_query(statement).load(db)?;
    Ok(rows.into_iter().filter_map(|Row { structure }| structure.parse().ok()).collect())
}
