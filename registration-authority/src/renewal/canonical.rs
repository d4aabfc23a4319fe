//! The canonical encoding of a renewal plan: the bytes an officer decides on.
//!
//! ```text
//! IgcRenewalPlan DEFINITIONS EXPLICIT TAGS ::= BEGIN
//!
//! RenewalPlan ::= SEQUENCE {
//!     encodingVersion INTEGER (1),
//!     id              UTF8String,        -- "RP-2026-000001"
//!     plannedBy       UTF8String,        -- login, or "job:" and the name of a job
//!     plannedAt       INTEGER,           -- milliseconds since 1970-01-01T00:00:00Z
//!     horizon         INTEGER,           -- the same
//!     items           SEQUENCE OF Item } -- by card number
//!
//! Item ::= SEQUENCE {
//!     card            UTF8String,        -- ten digits
//!     holder          UTF8String,        -- IdNat_PS
//!     kind            UTF8String,
//!     exercise        UTF8String,        -- "profession:60"
//!     exclusion   [0] UTF8String OPTIONAL } -- absent: to be renewed; else the code of why not
//!
//! END
//! ```
//!
//! What became of an item is not part of it: that comes after the decision.

use der::{Encode, Sequence};

use super::{Outcome, RenewalPlan};

/// The version of this encoding. Another field, another version.
pub const PLAN_ENCODING_VERSION: u8 = 1;

/// The canonical encoding of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CanonicalPlan(Vec<u8>);

impl CanonicalPlan {
    /// Encodes `plan`.
    pub fn of(plan: &RenewalPlan) -> Self {
        let items = plan.items.iter().map(|item| Item {
            card: item.card.to_string(),
            holder: item.holder.clone(),
            kind: item.kind.to_string(),
            exercise: item.exercise.clone(),
            exclusion: match &item.outcome {
                Outcome::Renew => None,
                Outcome::Excluded(code) => Some(code.clone()),
            },
        });
        let fields = Fields {
            encoding_version: PLAN_ENCODING_VERSION,
            id: plan.id.clone(),
            planned_by: plan.planned_by.clone(),
            planned_at: plan.planned_at.millis(),
            horizon: plan.horizon.millis(),
            items: items.collect(),
        };
        Self(fields.to_der().expect("a plan is bounded, far below the length DER can say"))
    }

    /// The DER.
    pub fn as_der(&self) -> &[u8] {
        &self.0
    }

    /// The DER, to keep.
    pub fn into_der(self) -> Vec<u8> {
        self.0
    }
}

#[derive(Sequence)]
struct Fields {
    encoding_version: u8,
    id: String,
    planned_by: String,
    planned_at: i64,
    horizon: i64,
    items: Vec<Item>,
}

#[derive(Sequence)]
struct Item {
    card: String,
    holder: String,
    kind: String,
    exercise: String,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    exclusion: Option<String>,
}
