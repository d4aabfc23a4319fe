//! Where a dossier stands in the list that its reader came from: the address carries the list's filter along, word for word.

use std::collections::HashMap;

use actix_web::web;
use registration_authority::officers::{Officer, Right};
use registration_authority::order::{CardOrder, OrderStatus};
use registration_authority::queue::{self, Filter, Neighbours};
use store::{Database, Timestamp};

use crate::failure::Failure;
use crate::pages::queue::{Asked, slug};
use crate::posted::Fields;

/// Longest filter that is carried along, in octets.
const FILTER_BOUND: usize = 500;

/// What of an address is the dossier's own, and not the list's.
const OWN: &str = "fait";

/// The list that a dossier was opened from, as its address names it.
#[derive(Clone, Debug, Default)]
pub(in crate::pages) struct List {
    /// `statut=a-verifier`: what stands after the question mark.
    filter: String,
}

impl List {
    /// From the query of a dossier's address.
    pub(in crate::pages) fn of_query(query: &str) -> Self {
        let own = format!("{OWN}=");
        let parts: Vec<&str> =
            query.split('&').filter(|part| !part.is_empty() && !part.starts_with(&own)).collect();
        Self::of(&parts.join("&"))
    }

    /// From a form, which carries it in a field.
    pub(in crate::pages) fn of_form(fields: &Fields) -> Self {
        Self::of(fields.text("liste"))
    }

    /// Nothing where it is no filter: it comes from outside, and goes into addresses.
    fn of(filter: &str) -> Self {
        let fits = filter.len() <= FILTER_BOUND
            && filter.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%+=&".contains(&byte));
        Self { filter: if fits { filter.to_owned() } else { String::new() } }
    }

    /// For the field of a form.
    pub(in crate::pages) fn filter(&self) -> &str {
        &self.filter
    }

    /// The address of a dossier of this list.
    pub(in crate::pages) fn dossier(&self, number: &str) -> String {
        self.address(&format!("/ra/dossiers/{number}"))
    }

    /// The same, which says what was just done.
    pub(in crate::pages) fn dossier_after(&self, number: &str, done: &str) -> String {
        match self.filter.as_str() {
            "" => format!("/ra/dossiers/{number}?{OWN}={done}"),
            filter => format!("/ra/dossiers/{number}?{OWN}={done}&{filter}"),
        }
    }

    /// The address of the list; of this state where it names none.
    fn list(&self, status: OrderStatus) -> String {
        match self.filter.as_str() {
            "" => format!("/ra/file?statut={}", slug(status)),
            _ => self.address("/ra/file"),
        }
    }

    fn address(&self, path: &str) -> String {
        match self.filter.as_str() {
            "" => path.to_owned(),
            filter => format!("{path}?{filter}"),
        }
    }

    /// What it asks for at that moment.
    fn asked(&self, at: Timestamp) -> Filter {
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
        })
    }
}
