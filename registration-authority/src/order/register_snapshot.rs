use professional_registry::{ProfessionalRecord, StructureRecord};

/// What the register said when the order was submitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterSnapshot {
    /// SHA-256, in hexadecimal, of the newest feed that says so.
    pub feed: String,
    /// The record as it was stored, JSON; its digest is part of what is approved.
    pub json: String,
}

impl RegisterSnapshot {
    /// The snapshot of a record.
    pub fn of(record: &ProfessionalRecord) -> Self {
        let json = serde_json::to_string(record).expect("a record has string keys only");
        Self { feed: record.feed.clone(), json }
    }

    /// The snapshot of a structure, as `feed` says.
    pub(crate) fn of_structure(record: &StructureRecord, feed: String) -> Self {
        let json = serde_json::to_string(record).expect("a record has string keys only");
        Self { feed, json }
    }

    /// The record of the person; `None` when the text is not one (any more).
    pub fn record(&self) -> Option<ProfessionalRecord> {
        serde_json::from_str(&self.json).ok()
    }

    /// The record of the structure, of an order for one of its staff; `None` likewise.
    pub fn structure(&self) -> Option<StructureRecord> {
        serde_json::from_str(&self.json).ok()
    }
}
