//! The cards of which the register says otherwise, as officers read them: page by page, each within his scope.

use card::{CardKind, CardNumber};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};
use store::database::MultiBackend;
use store::schema::card_orders;
use store::{Database, Fault, Timestamp};

use super::LapseError;
use super::examine::LIVING;
use crate::eligibility::{self, ChangeRule, Product};
use crate::officers::{Scope, rows};

/// A card of which the register says otherwise than when it was ordered, and that has no successor yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedCard {
    /// Which card.
    pub card: CardNumber,
    /// Whose: IdNat_PS.
    pub holder: String,
    /// The rule that says what has changed, and what follows: a new card, or an update of what it carries beside its certificates.
    pub rule: &'static ChangeRule,
    /// When it was seen.
    pub found_at: Timestamp,
}

/// A page of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedPage {
    /// Those that can be read: first those for which there should be a new card, then by number.
    pub cards: Vec<ChangedCard>,
    /// Where the next page begins; none on the last one. One that no longer stands is no way back to the first.
    pub next: Option<String>,
}

type Query<'a> = card_orders::BoxedQuery<'a, MultiBackend>;

/// The cards that live and have changed, and for which no successor is ordered or made, of what an officer of any of these scopes is there
/// for: those that follow `after`, as a page before said it, `limit` at most.
pub fn changed_cards(
    db: &mut Database,
    scopes: &[Scope],
    after: Option<&str>,
    limit: i64,
) -> Result<ChangedPage, LapseError> {
    let (leads_to, card) = (of_change("x.leads_to"), of_change("x.card_number"));
    let mut query = waiting(scopes);
    if let Some((after_leads_to, after_card)) = after.and_then(|after| after.split_once('.')) {
        // A pair, which says where a list of pairs goes on.
        let start = sql::<Bool>(&format!("({leads_to}, {card}) > ("))
            .bind::<Text, _>(after_leads_to)
            .sql(", ")
            .bind::<Text, _>(after_card)
            .sql(")");
        query = query.filter(start);
    }
    let rows: Vec<Row> = query
        .order((sql::<Text>(&leads_to), sql::<Text>(&card)))
        .limit(limit.saturating_add(1))
        .select((
            sql::<Text>(&card),
            sql::<Text>(&leads_to),
            sql::<Text>(&of_change("c.holder")),
            sql::<Text>(&of_change("c.kind")),
            sql::<Text>(&of_change("x.rule")),
            sql::<BigInt>(&of_change("x.found_at")),
        ))
        .load(db)?;
    let shown = usize::try_from(limit).unwrap_or(usize::MAX);
    let next = match rows.len() > shown {
        true => rows.get(shown.saturating_sub(1)).map(|last| format!("{}.{}", last.leads_to, last.card)),
        false => None,
    };
    // Whoever looks for opposition plans on the same page is not kept from them by a row, or by a rule that is no more.
    let read = rows.into_iter().take(shown).filter_map(|row| {
        let card = row.card.clone();
        match row.read() {
            Err(error @ LapseError::RowAltered(..)) => {
                tracing::error!(card.number = card, code = error.code().name, "{error}");
                None
            }
            read => Some(read),
        }
    });
    Ok(ChangedPage { cards: read.collect::<Result<_, _>>()?, next })
}

/// How many there are that an officer of any of these scopes is there for, those among them that cannot be read.
pub fn count_changed(db: &mut Database, scopes: &[Scope]) -> QueryResult<i64> {
    waiting(scopes).count().get_result(db)
}

/// The orders of those that wait, in no order: a card has one order, and what an officer is there for is said of orders.
fn waiting(scopes: &[Scope]) -> Query<'_> {
    let living = LIVING.map(|status| format!("'{status}'")).join(", ");
    let of_waiting = format!(
        "card_orders.number IN (SELECT c.order_number FROM card_changes x JOIN cards c ON c.number = x.card_number \
         WHERE x.settled_at IS NULL AND c.status IN ({living}) \
           AND NOT EXISTS (SELECT 1 FROM card_orders o WHERE o.replaces = x.card_number \
             AND (o.status IN ('submitted', 'waiting', 'approved') OR (o.status = 'ordered' AND EXISTS \
               (SELECT 1 FROM cards s WHERE s.order_number = o.number AND s.status NOT IN ('opposed', 'expired', 'cancelled'))))))"
    );
    let query = card_orders::table.into_boxed::<MultiBackend>().filter(sql::<Bool>(&of_waiting));
    match rows::orders(scopes) {
        None => query,
        Some(his) => query.filter(his),
    }
}

/// What the open change of an order's card says, or the card: one, since a card has one open change at most.
fn of_change(column: &str) -> String {
    format!(
        "(SELECT {column} FROM card_changes x JOIN cards c ON c.number = x.card_number \
         WHERE c.order_number = card_orders.number AND x.settled_at IS NULL)"
    )
}

#[derive(Queryable)]
struct Row {
    card: String,
    leads_to: String,
    holder: String,
    kind: String,
    rule: String,
    found_at: Timestamp,
}

impl Row {
    fn read(self) -> Result<ChangedCard, LapseError> {
        let Self { card, holder, kind, rule, found_at, .. } = self;
        let altered = |what| LapseError::RowAltered(card.clone(), what);
        let kind: CardKind = kind.parse().map_err(|_| altered("the kind of the card"))?;
        let rules = eligibility::rules_of(Product::Card(kind))?;
        let rule = rules.changes.iter().find(|one| one.id == rule);
        let rule = rule.ok_or_else(|| altered("the rule of what has changed"))?;
        let card = card.parse().map_err(|_| altered("the number of the card"))?;
        Ok(ChangedCard { card, holder, rule, found_at })
    }
}
