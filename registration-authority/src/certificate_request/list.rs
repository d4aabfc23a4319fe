use diesel::dsl::not;
use diesel::prelude::*;
use store::Database;
use store::database::MultiBackend;
use store::schema::certificate_requests;

use super::request::{CertificateRequest, RequestError, Row};
use crate::officers::rows::Condition;

/// Most requests of a page.
pub(crate) const PAGE: i64 = 200;

/// The requests in the state of this name (all of them without one), by number, after the given one; 200
/// at most.
pub fn list(
    db: &mut Database,
    status: Option<&str>,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<CertificateRequest>, RequestError> {
    following(db, in_state(status), after, limit.clamp(1, PAGE))
}

/// The same of those that fit a condition, one more than a page at most, so that whoever shows a page sees whether there is another.
pub(crate) fn list_within(
    db: &mut Database,
    status: Option<&str>,
    within: Option<Condition<'_, certificate_requests::table>>,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<CertificateRequest>, RequestError> {
    let query = match within {
        Some(within) => in_state(status).filter(within),
        None => in_state(status),
    };
    following(db, query, after, limit.clamp(1, PAGE + 1))
}

/// How many in the state of this name do not fit a condition.
pub(crate) fn count_outside(
    db: &mut Database,
    status: Option<&str>,
    within: Condition<'_, certificate_requests::table>,
) -> QueryResult<i64> {
    in_state(status).filter(not(within)).count().get_result(db)
}

type Query<'a> = certificate_requests::BoxedQuery<'a, MultiBackend>;

fn in_state<'a>(status: Option<&str>) -> Query<'a> {
    let statuses = match status {
        Some(one) => vec![one.to_owned()],
        None => ["submitted", "approved", "refused", "withdrawn", "issued"].map(str::to_owned).to_vec(),
    };
    certificate_requests::table.filter(certificate_requests::status.eq_any(statuses)).into_boxed()
}

fn following(
    db: &mut Database,
    query: Query<'_>,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<CertificateRequest>, RequestError> {
    let rows: Vec<Row> = query
        .filter(certificate_requests::number.gt(after.unwrap_or("").to_owned()))
        .order(certificate_requests::number)
        .limit(limit)
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(CertificateRequest::try_from).collect()
}
