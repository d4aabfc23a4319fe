//! An order, as the command line prints it.

use registration_authority::order::CardOrder;
use registration_authority::queue::lease::{self, Lease};
use registration_authority::risk::RaisedFlag;
use serde::Serialize;

use crate::output::Row;

#[derive(Serialize)]
pub(super) struct OrderRow {
    number: String,
    version: i64,
    status: &'static str,
    /// The same, and under-review where an officer is on it.
    stage: &'static str,
    kind: String,
    holder: String,
    profession: String,
    name: String,
    replaces: Option<String>,
    submitted_by: String,
    submitted_at: String,
    /// Of one order alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) flags: Vec<RaisedFlag>,
}

impl OrderRow {
    pub(super) fn of(order: &CardOrder, lease: Option<&Lease>) -> Self {
        Self {
            number: order.number.clone(),
            version: order.version,
            status: order.state.name(),
            stage: lease::stage(order.state.status(), lease),
            kind: order.kind.to_string(),
            holder: order.holder.to_string(),
            profession: order.tie.label().to_owned(),
            name: format!("{} {}", order.family_name, order.given_name),
            replaces: order.replaces.as_ref().map(ToString::to_string),
            submitted_by: order.submitted_by.clone(),
            submitted_at: order.submitted_at.to_string(),
            flags: Vec::new(),
        }
    }
}

impl Row for OrderRow {
    const HEADINGS: &'static [&'static str] = &[
        "NUMBER",
        "VERSION",
        "STATUS",
        "KIND",
        "HOLDER",
        "PROFESSION",
        "NAME",
        "REPLACES",
        "SUBMITTED BY",
        "AT",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            self.number.clone(),
            self.version.to_string(),
            self.stage.to_owned(),
            self.kind.clone(),
            self.holder.clone(),
            self.profession.clone(),
            self.name.clone(),
            self.replaces.clone().unwrap_or_default(),
            self.submitted_by.clone(),
            self.submitted_at.clone(),
        ]
    }
}
