use std::collections::BTreeSet;

use card::CardNumber;
use diesel::dsl::exists;
use diesel::prelude::*;
use store::Database;
use store::database::MultiBackend;
use store::schema::{card_lapses, card_orders, cards, certificate_lapses, certificate_requests};

use crate::officers::{Scope, rows};

/// Of the cards and certificates that lapse, or did, those that an officer is there for: by the order of a card, the request of a
/// certificate, as the queue has it.
#[derive(Debug)]
pub(crate) enum Reached {
    /// All of them.
    All,
    /// These.
    Some {
        /// Numbers of cards.
        cards: BTreeSet<String>,
        /// Numbers of requests.
        requests: BTreeSet<String>,
    },
}

impl Reached {
    /// What an officer of any of these scopes is there for.
    pub(crate) fn by(db: &mut Database, scopes: &[Scope]) -> QueryResult<Self> {
        let (Some(of_order), Some(of_request)) = (rows::orders(scopes), rows::requests(scopes)) else {
            return Ok(Self::All);
        };
        let lapsed = card_lapses::table
            .inner_join(cards::table.on(cards::number.eq(card_lapses::card_number)))
            .filter(cards::order_number.eq(card_orders::number));
        let orders: Vec<String> = card_orders::table
            .filter(exists(lapsed))
            .into_boxed::<MultiBackend>()
            .filter(of_order)
            .select(card_orders::number)
            .load(db)?;
        let orders: BTreeSet<String> = orders.into_iter().collect();
        let lapsed = card_lapses::table.filter(card_lapses::card_number.eq(cards::number));
        let cards: Vec<(String, String)> =
            cards::table.filter(exists(lapsed)).select((cards::number, cards::order_number)).load(db)?;
        let his = cards.into_iter().filter(|(_, order)| orders.contains(order));
        let lapsed =
            certificate_lapses::table.filter(certificate_lapses::request.eq(certificate_requests::number));
        let requests: Vec<String> = certificate_requests::table
            .filter(exists(lapsed))
            .into_boxed::<MultiBackend>()
            .filter(of_request)
            .select(certificate_requests::number)
            .load(db)?;
        Ok(Self::Some {
            cards: his.map(|(number, _)| number).collect(),
            requests: requests.into_iter().collect(),
        })
    }

    /// Whether this card is among them.
    pub(crate) fn card(&self, number: &CardNumber) -> bool {
        match self {
            Self::All => true,
            Self::Some { cards, .. } => cards.contains(&number.to_string()),
        }
    }

    /// Whether the certificate of this request is among them.
    pub(crate) fn request(&self, number: &str) -> bool {
        match self {
            Self::All => true,
            Self::Some { requests, .. } => requests.contains(number),
        }
    }
}
