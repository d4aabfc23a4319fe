use diesel::prelude::*;
use professional_registry::identifiers::TechnicalStructureId;
use store::Database;
use store::schema::card_orders;

use super::card_order::Row;
use super::{CardOrder, OrderError};

/// Most orders of one holder that are shown.
const HOLDER_BOUND: i64 = 200;
/// Most orders of one structure that are shown.
const STRUCTURE_BOUND: i64 = 1000;

/// The order of this number.
pub fn get(db: &mut Database, number: &str) -> Result<CardOrder, OrderError> {
    let row: Option<Row> = card_orders::table.find(number).select(Row::as_select()).first(db).optional()?;
    row.ok_or_else(|| OrderError::Unknown(number.to_owned()))?.try_into()
}

/// The orders for one holder, newest first, 200 at most.
pub fn of_holder(db: &mut Database, holder: &str) -> Result<Vec<CardOrder>, OrderError> {
    let rows: Vec<Row> = card_orders::table
        .filter(card_orders::holder.eq(holder))
        .order((card_orders::submitted_at.desc(), card_orders::number.desc()))
        .limit(HOLDER_BOUND)
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(CardOrder::try_from).collect()
}

/// The orders for the staff of a structure, newest first, a thousand at most.
pub fn of_structure(
    db: &mut Database,
    structure: &TechnicalStructureId,
) -> Result<Vec<CardOrder>, OrderError> {
    let rows: Vec<Row> = card_orders::table
        .filter(card_orders::structure.eq(structure.to_string()))
        .order((card_orders::submitted_at.desc(), card_orders::number.desc()))
        .limit(STRUCTURE_BOUND)
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(CardOrder::try_from).collect()
}
