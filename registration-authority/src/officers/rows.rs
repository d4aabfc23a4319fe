//! The rows that an officer of a scope is there for, as conditions of a query: so that a list is cut before it is counted, and a page
//! of it is whole.

use card::CardKind;
use diesel::dsl::{auto_type, exists, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use professional_registry::Department;
use store::database::MultiBackend;
use store::schema::{
    card_orders, certificate_requests, order_places, register_structures, structure_mandates,
};

use super::{Officer, Right, Scope};

/// A condition on rows of a table.
pub(crate) type Condition<'a, Table> = Box<dyn BoxableExpression<Table, MultiBackend, SqlType = Bool> + 'a>;

/// That an officer of any of these scopes is there for an order; `None` where he is there for all.
pub(crate) fn orders(scopes: &[Scope]) -> Option<Condition<'_, card_orders::table>> {
    let conditions: Option<Vec<_>> = scopes.iter().map(orders_of_one).collect();
    conditions?.into_iter().reduce(|any, one| -> Condition<'_, card_orders::table> { Box::new(any.or(one)) })
}

fn orders_of_one(scope: &Scope) -> Option<Condition<'_, card_orders::table>> {
    let professions: Vec<&str> = scope.professions().collect();
    let structures: Vec<&str> = scope.structures().collect();
    let departments: Vec<&str> = scope.departments().flat_map(Department::spellings).collect();
    let kinds: Vec<&str> = scope.kinds().map(CardKind::as_str).collect();
    let mut conditions: Vec<Condition<'_, card_orders::table>> = Vec::new();
    if !professions.is_empty() {
        conditions.push(Box::new(card_orders::profession.eq_any(professions)));
    }
    if !structures.is_empty() {
        let there = places().filter(order_places::structure.eq_any(structures));
        conditions.push(Box::new(exists(there)));
    }
    if !departments.is_empty() {
        let there = places_in_register().filter(register_structures::department_code.eq_any(departments));
        conditions.push(Box::new(exists(there)));
    }
    if !kinds.is_empty() {
        conditions.push(Box::new(card_orders::kind.eq_any(kinds)));
    }
    conditions.into_iter().reduce(|all, one| Box::new(all.and(one)))
}

/// The same of a request for a software certificate, which is for no kind of card and, of a professional, for no place.
pub(crate) fn requests(scopes: &[Scope]) -> Option<Condition<'_, certificate_requests::table>> {
    let conditions: Option<Vec<_>> = scopes.iter().map(requests_of_one).collect();
    conditions?
        .into_iter()
        .reduce(|any, one| -> Condition<'_, certificate_requests::table> { Box::new(any.or(one)) })
}

/// That this officer, who has these scopes, reads a request: what he asked for himself, whatever his scope is; and every other of his
/// scope where his role reads dossiers. `None` where he reads all.
pub(crate) fn requests_read_by<'a>(
    officer: &'a Officer,
    scopes: &'a [Scope],
) -> Option<Condition<'a, certificate_requests::table>> {
    let own = certificate_requests::submitted_by.eq(officer.login.as_str());
    match officer.role.may(Right::ReadDossier) {
        true => requests(scopes).map(|of_scope| Box::new(of_scope.or(own)) as _),
        false => Some(Box::new(own)),
    }
}

fn requests_of_one(scope: &Scope) -> Option<Condition<'_, certificate_requests::table>> {
    let professions: Vec<&str> = scope.professions().collect();
    let structures: Vec<&str> = scope.structures().collect();
    let departments: Vec<&str> = scope.departments().flat_map(Department::spellings).collect();
    let mut conditions: Vec<Condition<'_, certificate_requests::table>> = Vec::new();
    if !professions.is_empty() {
        // A structure's has none, which is false and not unknown: what is not shown is counted.
        let of_profession = certificate_requests::profession.eq_any(professions).assume_not_null();
        conditions.push(Box::new(certificate_requests::profession.is_not_null().and(of_profession)));
    }
    if !structures.is_empty() {
        conditions.push(Box::new(certificate_requests::structure.eq_any(structures)));
    }
    if !departments.is_empty() {
        let there = register_structures::table
            .filter(register_structures::technical_id.eq(certificate_requests::structure))
            .filter(register_structures::department_code.eq_any(departments));
        conditions.push(Box::new(exists(there)));
    }
    if scope.kinds().next().is_some() {
        conditions.push(Box::new(sql::<Bool>("1 = 0")));
    }
    conditions.into_iter().reduce(|all, one| Box::new(all.and(one)))
}

/// The same of a mandate, which is for a structure, no profession and no kind of card.
pub(crate) fn mandates(scopes: &[Scope]) -> Option<Condition<'_, structure_mandates::table>> {
    let conditions: Option<Vec<_>> = scopes.iter().map(mandates_of_one).collect();
    conditions?
        .into_iter()
        .reduce(|any, one| -> Condition<'_, structure_mandates::table> { Box::new(any.or(one)) })
}

fn mandates_of_one(scope: &Scope) -> Option<Condition<'_, structure_mandates::table>> {
    let structures: Vec<&str> = scope.structures().collect();
    let departments: Vec<&str> = scope.departments().flat_map(Department::spellings).collect();
    let mut conditions: Vec<Condition<'_, structure_mandates::table>> = Vec::new();
    if !structures.is_empty() {
        conditions.push(Box::new(structure_mandates::structure.eq_any(structures)));
    }
    if !departments.is_empty() {
        let there = register_structures::table
            .filter(register_structures::technical_id.eq(structure_mandates::structure))
            .filter(register_structures::department_code.eq_any(departments));
        conditions.push(Box::new(exists(there)));
    }
    if scope.professions().next().is_some() || scope.kinds().next().is_some() {
        conditions.push(Box::new(sql::<Bool>("1 = 0")));
    }
    conditions.into_iter().reduce(|all, one| Box::new(all.and(one)))
}

/// The places of an order, as the register had them when it was written.
#[auto_type]
fn places() -> _ {
    order_places::table.filter(order_places::order_number.eq(card_orders::number))
}

/// The same, beside what the register says of each now.
#[auto_type]
pub(crate) fn places_in_register() -> _ {
    order_places::table
        .inner_join(
            register_structures::table.on(register_structures::technical_id.eq(order_places::structure)),
        )
        .filter(order_places::order_number.eq(card_orders::number))
}
