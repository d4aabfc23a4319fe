//! Where a dossier stands in the list that its reader came from: the address carries the list's filter along, word for word.

use std::collections::HashMap;

use actix_web::web;
use registration_authority::officers::{Officer, Right};
use registration_authority::order::{CardOrder, OrderStatus};
use registration_authority::queue::{self, Filter, Neighbours};
use store::{Database, Timestamp};

use crate::failure::Failure;
use crate::frame::OPENED_FOR;
use crate::pages::queue::{Asked, slug};
use crate::posted::Fields;

/// Longest filter that is carried along, in octets.
const FILTER_BOUND: usize = 500;

/// What was just done, as an address says it.
const DONE: &str = "fait";

/// That a decision leads on to the next dossier of the list, as an address and a form say it.
const ONWARD: &str = "suite";
const YES: &str = "oui";
const ONWARD_YES: &str = "suite=oui";

/// What of an address is the dossier's own, and not the list's.
const OWN: [&str; 3] = [DONE, OPENED_FOR, ONWARD];

/// The list that a dossier was opened from, as its address names it.
#[derive(Clone, Debug, Default)]
pub(in crate::pages) struct List {
    /// `statut=a-verifier`: what stands after the question mark.
    filter: String,
    /// Whether a decision leads on to its next dossier.
    onward: bool,
}

impl List {
    /// From the query of a dossier's address.
    pub(in crate::pages) fn of_query(query: &str) -> Self {
        let is_own = |part: &str| part.split_once('=').is_some_and(|(name, _)| OWN.contains(&name));
        let (own, parts): (Vec<&str>, Vec<&str>) =
            query.split('&').filter(|part| !part.is_empty()).partition(|part| is_own(part));
        Self { onward: own.contains(&ONWARD_YES), ..Self::of(&parts.join("&")) }
    }

    /// From a form, which carries it in a field.
    pub(in crate::pages) fn of_form(fields: &Fields) -> Self {
        Self { onward: fields.text(ONWARD) == YES, ..Self::of_query(fields.text("liste")) }
    }

    /// Nothing where it is no filter: it comes from outside, and goes into addresses.
    fn of(filter: &str) -> Self {
        let fits = filter.len() <= FILTER_BOUND
            && filter.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%+=&".contains(&byte));
        Self { filter: if fits { filter.to_owned() } else { String::new() }, onward: false }
    }

    /// Whether a decision leads on to its next dossier.
    pub(in crate::pages) fn leads_onward(&self) -> bool {
        self.onward
    }

    /// The same for who goes from one to the next.
    pub(in crate::pages) fn onward(self) -> Self {
        Self { onward: true, ..self }
    }

    /// For the field of a form.
    pub(in crate::pages) fn filter(&self) -> &str {
        &self.filter
    }

    /// The address of a dossier of this list.
    pub(in crate::pages) fn dossier(&self, number: &str) -> String {
        Self::with(format!("/ra/dossiers/{number}"), [self.filter.as_str(), self.on()])
    }

    /// The same, which says what was just done.
    pub(in crate::pages) fn dossier_after(&self, number: &str, done: &str) -> String {
        let done = format!("{DONE}={done}");
        Self::with(format!("/ra/dossiers/{number}"), [done.as_str(), self.filter.as_str(), self.on()])
    }

    /// The address of the list.
    pub(in crate::pages) fn queue(&self) -> String {
        Self::with("/ra/file".to_owned(), [self.filter.as_str()])
    }

    /// The same, which says what was just done.
    pub(in crate::pages) fn queue_after(&self, done: &str) -> String {
        Self::with("/ra/file".to_owned(), [self.filter.as_str(), format!("{DONE}={done}").as_str()])
    }

    /// The address of the list; of this state where it names none.
    fn list(&self, status: OrderStatus) -> String {
        match self.filter.as_str() {
            "" => format!("/ra/file?statut={}", slug(status)),
            _ => self.queue(),
        }
    }

    fn on(&self) -> &'static str {
        if self.onward { ONWARD_YES } else { "" }
    }

    fn with<const N: usize>(path: String, parts: [&str; N]) -> String {
        let query = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("&");
        if query.is_empty() { path } else { format!("{path}?{query}") }
    }

    /// What it asks for at that moment.
    pub(in crate::pages) fn asked(&self, at: Timestamp) -> Filter {
        let query: HashMap<String, String> =
            web::Query::from_query(&self.filter).map(web::Query::into_inner).unwrap_or_default();
        Asked::read(&query).filter(at)
    }
}

/// The dossier's neighbours in its list, and the way back.
pub(super) struct Place {
    pub(super) list: String,
    pub(super) previous: Option<String>,
    pub(super) next: Option<String>,
    /// For the forms, so that an act does not lose it.
    pub(super) filter: String,
    /// Whether a decision leads on to the next one.
    pub(super) onward: bool,
}

impl Place {
    pub(super) fn of(
        db: &mut Database,
        list: &List,
        order: &CardOrder,
        reader: &Officer,
        at: Timestamp,
    ) -> Result<Self, Failure> {
        let Neighbours { previous, next } = match reader.role.may(Right::ReadQueue) {
            true => queue::neighbours(db, &list.asked(at), &reader.scopes(), &order.number, at)?,
            // An agent sees his own dossiers alone.
            false => Neighbours::default(),
        };
        Ok(Self {
            list: list.list(order.state.status()),
            previous: previous.map(|number| list.dossier(&number)),
            next: next.map(|number| list.dossier(&number)),
            filter: list.filter().to_owned(),
            onward: list.leads_onward(),
        })
    }
}
