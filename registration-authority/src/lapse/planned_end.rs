use diesel::prelude::*;
use store::Database;
use store::schema::{certificate_lapses, certificate_requests, opposition_plan_certificates};

use super::plan::OppositionPlanError;

/// One certificate of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedEnd {
    /// The request that it was issued for.
    pub request: String,
    /// Short name of its authority, `/`, its serial number.
    pub certificate: String,
    /// Whose.
    pub holder: String,
    /// What the register says: a stable code.
    pub cause: String,
    /// SHA-256, in hex, of the feed that said it first.
    pub first_feed: String,
    /// Whether it still waits.
    pub open: bool,
}

/// The certificates of a plan, by request.
pub(super) fn of_plan(db: &mut Database, id: &str) -> Result<Vec<PlannedEnd>, OppositionPlanError> {
    type Row = (String, (Option<String>, Option<String>), String, String, String, String);
    let rows: Vec<Row> = opposition_plan_certificates::table
        .inner_join(
            certificate_lapses::table.on(certificate_lapses::request
                .eq(opposition_plan_certificates::request)
                .and(certificate_lapses::first_sequence.eq(opposition_plan_certificates::first_sequence))),
        )
        .inner_join(
            certificate_requests::table
                .on(certificate_requests::number.eq(opposition_plan_certificates::request)),
        )
        .filter(opposition_plan_certificates::plan.eq(id))
        .order(opposition_plan_certificates::request)
        .select((
            opposition_plan_certificates::request,
            (certificate_requests::issuer, certificate_requests::serial),
            certificate_requests::common_name,
            certificate_lapses::cause,
            certificate_lapses::first_feed,
            certificate_lapses::status,
        ))
        .load(db)?;
    let read = |(request, certificate, holder, cause, first_feed, status): Row| {
        let (Some(issuer), Some(serial)) = certificate else {
            return Err(OppositionPlanError::RowAltered(id.to_owned()));
        };
        let certificate = format!("{issuer}/{serial}");
        Ok(PlannedEnd { request, certificate, holder, cause, first_feed, open: status == "open" })
    };
    rows.into_iter().map(read).collect()
}

/// The plans with certificates that wait.
pub(super) fn plans_waiting(db: &mut Database) -> QueryResult<Vec<String>> {
    opposition_plan_certificates::table
        .inner_join(
            certificate_lapses::table.on(certificate_lapses::request
                .eq(opposition_plan_certificates::request)
                .and(certificate_lapses::first_sequence.eq(opposition_plan_certificates::first_sequence))),
        )
        .filter(certificate_lapses::status.eq("open"))
        .select(opposition_plan_certificates::plan)
        .distinct()
        .load(db)
}
