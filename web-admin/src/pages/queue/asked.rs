//! What the address of the queue asks for, and the address of what is asked for: every filter stands in it, so that it can be
//! kept, sent and gone back to.

use std::collections::HashMap;
use std::time::Duration;

use card::CardKind;
use professional_registry::{Profession, TechnicalStructureId};
use registration_authority::order::OrderStatus;
use registration_authority::queue::{Filter, On, Risk, Search};
use store::Timestamp;

use crate::order_number::order_number;

/// Longest text that is looked for, in characters.
const SEARCH_BOUND: usize = 100;
/// Longest login, in octets.
const LOGIN_BOUND: usize = 64;
/// How a filter says that nobody is on an order; no login is empty.
pub(super) const NOBODY: &str = "personne";
/// The ages that the page offers, in days.
pub(super) const AGES: [u32; 4] = [1, 2, 5, 10];

/// What the address asks for. What makes no sense in it asks for nothing.
#[derive(Clone, Debug)]
pub(in crate::pages) struct Asked {
    pub(super) status: OrderStatus,
    pub(super) kind: Option<CardKind>,
    pub(super) profession: Option<Profession>,
    pub(super) risk: Option<Risk>,
    pub(super) days: Option<u32>,
    pub(super) on: Option<On>,
    pub(super) structure: Option<TechnicalStructureId>,
    pub(super) search: String,
    pub(super) after: Option<String>,
}

impl Asked {
    /// From a query that was taken apart: of an address, or of a form that carries one.
    pub(in crate::pages) fn read(query: &HashMap<String, String>) -> Self {
        let text = |name: &str| query.get(name).map(|text| text.trim()).filter(|text| !text.is_empty());
        Self {
            status: text("statut").and_then(status_of_slug).unwrap_or(OrderStatus::Submitted),
            kind: text("type").and_then(|kind| kind.parse().ok()),
            profession: text("profession").and_then(Profession::from_code),
            risk: text("risque").and_then(risk_of_word),
            days: text("age").and_then(|days| days.parse().ok()).filter(|days| (1..=999).contains(days)),
            on: text("qui").and_then(|who| match who {
                NOBODY => Some(On::Nobody),
                login => (login.len() <= LOGIN_BOUND).then(|| On::Officer(login.to_owned())),
            }),
            structure: text("structure").and_then(structure),
            search: text("q").map_or(String::new(), |text| text.chars().take(SEARCH_BOUND).collect()),
            after: text("apres").and_then(order_number),
        }
    }

    /// The filter, at that moment.
    pub(in crate::pages) fn filter(&self, at: Timestamp) -> Filter {
        let day = Duration::from_secs(86_400);
        Filter {
            status: self.status,
            kind: self.kind,
            profession: self.profession,
            risk: self.risk,
            submitted_until: self.days.map(|days| at.minus(day * days)),
            on: self.on.clone(),
            structure: self.structure.as_ref().map(ToString::to_string),
            search: Search::of(&self.search),
        }
    }

    /// The query of its address, on the first page.
    pub(super) fn query(&self) -> String {
        let days = self.days.map(|days| days.to_string());
        let structure = self.structure.as_ref().map(ToString::to_string);
        let parts = [
            ("statut", Some(slug(self.status))),
            ("type", self.kind.map(CardKind::as_str)),
            ("profession", self.profession.map(|profession| profession.code())),
            ("risque", self.risk.map(word_of_risk)),
            ("age", days.as_deref()),
            ("qui", self.on.as_ref().map(who)),
            ("structure", structure.as_deref()),
            ("q", Some(self.search.as_str()).filter(|search| !search.is_empty())),
        ];
        let parts = parts.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", encode(value?))));
        parts.collect::<Vec<_>>().join("&")
    }

    /// The same in another state.
    pub(super) fn in_state(&self, status: OrderStatus) -> Self {
        Self { status, ..self.clone() }
    }

    /// The state alone: nothing is filtered.
    pub(super) fn unfiltered(&self) -> Self {
        Self::read(&HashMap::from([("statut".to_owned(), slug(self.status).to_owned())]))
    }
}

/// How an address names a state.
pub(in crate::pages) fn slug(status: OrderStatus) -> &'static str {
    match status {
        OrderStatus::Submitted => "a-verifier",
        OrderStatus::Waiting => "en-attente",
        OrderStatus::Approved => "approuvees",
        OrderStatus::Refused => "refusees",
        OrderStatus::Withdrawn => "retirees",
        OrderStatus::Ordered => "commandees",
    }
}

fn status_of_slug(text: &str) -> Option<OrderStatus> {
    OrderStatus::ALL.into_iter().find(|status| slug(*status) == text)
}

pub(super) const RISKS: [Risk; 3] = [Risk::Red, Risk::Orange, Risk::Green];

/// How an address names a risk.
pub(super) const fn word_of_risk(risk: Risk) -> &'static str {
    match risk {
        Risk::Green => "vert",
        Risk::Orange => "orange",
        Risk::Red => "rouge",
    }
}

fn risk_of_word(word: &str) -> Option<Risk> {
    RISKS.into_iter().find(|risk| word_of_risk(*risk) == word)
}

/// How an address names who is on an order.
pub(super) fn who(on: &On) -> &str {
    match on {
        On::Nobody => NOBODY,
        On::Officer(login) => login,
    }
}

/// A technical identifier, or a FINESS or SIRET number as people know it.
pub(in crate::pages) fn structure(text: &str) -> Option<TechnicalStructureId> {
    let text = text.replace(' ', "").to_ascii_uppercase();
    ["", "F", "C"].iter().find_map(|letter| format!("{letter}{text}").parse().ok())
}

/// `application/x-www-form-urlencoded`.
fn encode(text: &str) -> String {
    let octet = |octet: u8| match octet {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' => char::from(octet).to_string(),
        b' ' => "+".to_owned(),
        octet => format!("%{octet:02X}"),
    };
    text.bytes().map(octet).collect()
}

#[cfg(test)]
mod tests {
    use actix_web::web::Query;

    use super::*;

    fn read(query: &str) -> Asked {
        Asked::read(&Query::from_query(query).unwrap())
    }

    #[test]
    fn an_address_is_written_as_it_is_read() {
        for query in [
            "statut=a-verifier",
            "statut=en-attente&type=CPF&profession=10&risque=rouge&age=5&qui=personne",
            "statut=refusees&qui=bob.martin&structure=F0B0193488&q=d%27%C3%89ole+%26+co",
        ] {
            assert_eq!(read(query).query(), query);
        }
        assert_eq!(read("structure=0b0193488").query(), "statut=a-verifier&structure=F0B0193488");
    }

    #[test]
    fn what_makes_no_sense_asks_for_nothing() {
        let nonsense =
            "statut=rien&type=CPX&profession=999&risque=bleu&age=-1&structure=X&q=+&apres=%00&qui=";
        assert_eq!(read(nonsense).query(), "statut=a-verifier");
        assert!(read(nonsense).after.is_none());
        assert_eq!(read(&format!("q={}", "é".repeat(500))).search.chars().count(), SEARCH_BOUND);
    }
}
