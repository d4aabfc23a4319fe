use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::BigInt;
use store::database::MultiBackend;
use store::schema::card_orders;
use store::{Act, Database};

use super::{Filter, QueueError};
use crate::officers::{self, Right, Scope};
use crate::order::OrderStatus;

/// How far orders are counted: the work of five officers for a day. Six states are counted for each page, and ten times as many are most of
/// what it costs (`docs/performance.md`, "Queue").
pub const COUNT_BOUND: i64 = 1_000;

/// How many orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// So many.
    Exactly(i64),
    /// More than [`COUNT_BOUND`]: nobody waits for the exact number.
    More,
}

impl Count {
    pub(super) const fn of(counted: i64) -> Self {
        if counted > COUNT_BOUND { Self::More } else { Self::Exactly(counted) }
    }
}

/// How many orders a filter asks for: what its list shows, page after page.
pub fn count(db: &mut Database, filter: &Filter, act: &Act) -> Result<Count, QueueError> {
    let officer = officers::require(db, Right::ReadQueue, act)?;
    Ok(Count::of(counted(db, filter.query(&officer.scopes(), act.at))?))
}

/// How many orders wait for a decision within this scope now: for who delegates it.
pub fn count_within(db: &mut Database, scope: &Scope, act: &Act) -> Result<Count, QueueError> {
    officers::require(db, Right::ReadDelegations, act)?;
    let waiting = Filter::of(OrderStatus::Submitted);
    Ok(Count::of(counted(db, waiting.query(std::slice::from_ref(scope), act.at))?))
}

/// One more than [`COUNT_BOUND`] at most.
pub(super) fn counted(db: &mut Database, query: super::filter::Query<'_>) -> QueryResult<i64> {
    Counted(query.select(card_orders::number).limit(COUNT_BOUND + 1)).get_result(db)
}

/// `SELECT count(*) FROM (…)`, which diesel has no word for: the limit is one of what is counted.
#[derive(QueryId)]
struct Counted<Q>(Q);

impl<Q> Query for Counted<Q> {
    type SqlType = BigInt;
}

impl<Q> RunQueryDsl<Database> for Counted<Q> {}

impl<Q: QueryFragment<MultiBackend>> QueryFragment<MultiBackend> for Counted<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        out.push_sql("SELECT count(*) FROM (");
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(") AS counted");
        Ok(())
    }
}
