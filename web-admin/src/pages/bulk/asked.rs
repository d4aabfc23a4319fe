//! What a form asks of several orders.

use std::collections::HashMap;

use actix_web::web;
use registration_authority::approval::{BulkBound, SubjectKind, Verdict};
use registration_authority::faults as rules;
use registration_authority::order::bulk::Chosen;
use registration_authority::refusal_reasons;
use store::Code;

use super::rows::Row;
use crate::failure::Failure;
use crate::faults;
use crate::order_number::order_number;
use crate::pages::queue;
use crate::posted::Fields;

/// The field of an order is named by this and its number; its text is the version that was read.
const FIELD: &str = "d.";

pub(super) struct Asked {
    pub(super) verdict: Verdict,
    pub(super) chosen: Vec<Chosen>,
    /// The code of the reason of a refusal, as it was typed.
    pub(super) reason: String,
    pub(super) sentence: String,
    /// The query of the view from which the form was sent.
    pub(super) query: String,
}

impl Asked {
    /// Reads the form, of an installation where one signature covers so many orders at most.
    pub(super) fn read(fields: &Fields, bound: BulkBound) -> Result<Self, Failure> {
        let unreadable = || Failure::of(faults::FORM_UNREADABLE);
        let mut chosen = Vec::new();
        for (name, version) in fields.others() {
            let Some(number) = name.strip_prefix(FIELD) else { continue };
            let number = order_number(number).ok_or_else(unreadable)?;
            chosen.push(Chosen { number, version: version.parse().map_err(|_| unreadable())? });
        }
        if chosen.len() > bound.orders() {
            return Err(Failure::of(rules::BULK_TOO_MANY));
        }
        let query = web::Query::<HashMap<String, String>>::from_query(fields.text("vue"));
        Ok(Self {
            verdict: match fields.text("acte") {
                "approuver" => Verdict::Approve,
                "refuser" => Verdict::Refuse,
                _ => return Err(unreadable()),
            },
            chosen,
            reason: fields.text("motif").to_owned(),
            sentence: fields.text("precision").to_owned(),
            query: queue::Asked::read(&query.map_err(|_| unreadable())?.into_inner()).query(),
        })
    }

    /// As a form says it.
    pub(super) fn act(&self) -> &'static str {
        match self.verdict {
            Verdict::Approve => "approuver",
            Verdict::Refuse => "refuser",
        }
    }

    /// The officer's own sentence; none where he wrote none.
    pub(super) fn text(&self) -> Option<&str> {
        Some(self.sentence.as_str()).filter(|text| !text.is_empty())
    }

    /// The reason and the sentence of the letter that each holder gets; none where none is sent, or no reason is chosen yet.
    pub(super) fn letter_of(&self) -> Option<(&str, &str)> {
        (self.verdict == Verdict::Refuse && !self.reason.is_empty())
            .then_some((self.reason.as_str(), self.sentence.as_str()))
    }

    /// What is missing before anything can be signed: a row, or a reason.
    pub(super) fn missing(&self, rows: &[Row]) -> Option<Code> {
        if rows.iter().all(|row| row.refusal.is_some()) {
            return Some(rules::BULK_EMPTY);
        }
        if self.verdict == Verdict::Approve {
            return None;
        }
        let chosen = refusal_reasons::of(SubjectKind::CardOrder).find(|reason| reason.code == self.reason);
        match chosen {
            None if self.reason.is_empty() => Some(rules::ORDER_REASON_MISSING),
            None => Some(rules::ORDER_REASON_UNKNOWN),
            Some(reason) if reason.needs_text && self.sentence.is_empty() => {
                Some(rules::ORDER_REASON_MISSING)
            }
            Some(_) => None,
        }
    }
}
