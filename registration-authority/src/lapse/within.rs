use std::collections::BTreeSet;

use card::CardNumber;
use diesel::prelude::*;
use store::Database;
use store::database::MultiBackend;
use store::schema::{card_orders, cards, certificate_requests};

use super::OppositionPlan;
use crate::officers::{Scope, rows};

/// How many one query asks about.
const ASKED: usize = 1000;

/// Of some cards and certificates that lapse, or did, those that an officer is there for: by the order of a card, the request of a
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
    /// Of these cards and requests, what an officer of any of these scopes is there for.
    pub(crate) fn by(
        db: &mut Database,
        scopes: &[Scope],
        cards_asked: &[String],
        requests_asked: &[String],
    ) -> QueryResult<Self> {
        let (mut his_cards, mut his_requests) = (BTreeSet::new(), BTreeSet::new());
        if rows::orders(scopes).is_none() || rows::requests(scopes).is_none() {
            return Ok(Self::All);
        }
        for asked in cards_asked.chunks(ASKED) {
            let Some(of_order) = rows::orders(scopes) else { return Ok(Self::All) };
            let orders_of = cards::table
                .filter(cards::number.eq_any(asked))
                .select((cards::number, cards::order_number))
                .load::<(String, String)>(db)?;
            let orders: Vec<&str> = orders_of.iter().map(|(_, order)| order.as_str()).collect();
            let his: BTreeSet<String> = card_orders::table
                .filter(card_orders::number.eq_any(orders))
                .into_boxed::<MultiBackend>()
                .filter(of_order)
                .select(card_orders::number)
                .load::<String>(db)?
                .into_iter()
                .collect();
            his_cards.extend(
                orders_of.iter().filter(|(_, order)| his.contains(order)).map(|(card, _)| card.clone()),
            );
        }
        for asked in requests_asked.chunks(ASKED) {
            let Some(of_request) = rows::requests(scopes) else { return Ok(Self::All) };
            let his: Vec<String> = certificate_requests::table
                .filter(certificate_requests::number.eq_any(asked))
                .into_boxed::<MultiBackend>()
                .filter(of_request)
                .select(certificate_requests::number)
                .load(db)?;
            his_requests.extend(his);
        }
        Ok(Self::Some { cards: his_cards, requests: his_requests })
    }

    /// The same of all that stands in these plans.
    pub(crate) fn of_plans(
        db: &mut Database,
        scopes: &[Scope],
        plans: &[OppositionPlan],
    ) -> QueryResult<Self> {
        let items = plans.iter().flat_map(|plan| &plan.items);
        let cards: Vec<String> = items.map(|item| item.card.to_string()).collect();
        let certificates = plans.iter().flat_map(|plan| &plan.certificates);
        let requests: Vec<String> = certificates.map(|item| item.request.clone()).collect();
        Self::by(db, scopes, &cards, &requests)
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
