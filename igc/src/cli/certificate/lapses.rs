//! `igc certificate lapses`

use registration_authority::lapse::{self, CertificateLapse};
use serde::Serialize;
use store::DatabaseRole;

use crate::cli::Global;
use crate::installation::Installation;
use crate::output::{self, Row};
use crate::problem::Problem;

/// Most that are listed.
const LISTED: i64 = 1000;

pub fn run(global: &Global) -> Result<(), Problem> {
    let installation = Installation::open(global)?;
    let mut db = installation.database(DatabaseRole::Owner)?;
    let rows: Vec<LapseRow> =
        lapse::open_certificates(&mut db, LISTED)?.into_iter().map(LapseRow::of).collect();
    output::list(global.output, &rows)
}

#[derive(Serialize)]
struct LapseRow {
    request: String,
    issuer: String,
    serial: String,
    holder: String,
    cause: String,
    found_at: String,
    plan: Option<String>,
    by_itself: bool,
}

impl LapseRow {
    fn of(lapse: CertificateLapse) -> Self {
        Self {
            by_itself: lapse.ends_by_itself(),
            serial: lapse.serial.to_string(),
            found_at: lapse.found_at.to_string(),
            request: lapse.request,
            issuer: lapse.issuer,
            holder: lapse.holder,
            cause: lapse.cause,
            plan: lapse.plan,
        }
    }
}

impl Row for LapseRow {
    const HEADINGS: &'static [&'static str] =
        &["REQUEST", "ISSUER", "SERIAL", "HOLDER", "CAUSE", "FOUND", "PLAN", "ENDS BY ITSELF"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.request.clone(),
            self.issuer.clone(),
            self.serial.clone(),
            self.holder.clone(),
            self.cause.clone(),
            self.found_at.clone(),
            self.plan.clone().unwrap_or_default(),
            if self.by_itself { "yes" } else { "an officer decides" }.to_owned(),
        ]
    }
}
