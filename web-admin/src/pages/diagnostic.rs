//! The checks of `igc doctor` that the web role may make, with who can help, and a text for whoever is asked for help.

use std::fmt::Write;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use registration_authority::officers::{self, Right};
use store::Timestamp;

use super::{Address, page};
use crate::desk::{Desk, Work};
use crate::diagnosis::Finding;
use crate::failure::Failure;
use crate::frame::Frame;
use crate::messages::Key;
use crate::operations::Urgency;
use crate::typography::Shown;
use crate::words;

pub(super) const ADDRESSES: &[Address] =
    &[Address::at("/ra/diagnostic").get(|| web::get().to(show)).needs(Right::ReadOperations)];

#[derive(Template)]
#[template(path = "diagnostic.html")]
struct DiagnosticPage {
    frame: Frame,
    shown_at: Shown,
    broken: usize,
    warnings: usize,
    checks: Vec<CheckRow>,
    support: String,
    support_lines: usize,
}

impl DiagnosticPage {
    fn section(&self) -> &'static str {
        "exploitation"
    }
}

/// One check, and what it found.
struct CheckRow {
    name: &'static str,
    /// What it is about, and who can help.
    words: Option<Key>,
    mark: &'static str,
    word: Key,
    class: &'static str,
    findings: Vec<Finding>,
}

async fn show(desk: Desk) -> Result<HttpResponse, Failure> {
    let frame = desk.frame();
    let template = desk.work(move |work| read(work, frame)).await?;
    page(StatusCode::OK, &template)
}

fn read(work: &mut Work<'_>, frame: Frame) -> Result<DiagnosticPage, Failure> {
    officers::require(work.db, Right::ReadOperations, work.act)?;
    let at = work.act.at;
    let found = work.state.diagnose(work.db, at).map_err(|(code, detail)| Failure::coded(code, detail))?;
    let count = |urgency| found.iter().filter(|finding| finding.urgency == urgency).count();
    let support = support(&found, at);
    Ok(DiagnosticPage {
        frame,
        shown_at: Shown(at),
        broken: count(Urgency::Alarm),
        warnings: count(Urgency::Warning),
        support_lines: support.lines().count(),
        support,
        checks: rows(found),
    })
}

/// One row a check, those that are worst first, else in the order in which they were made.
fn rows(found: Vec<Finding>) -> Vec<CheckRow> {
    let mut grouped: Vec<(&'static str, Vec<Finding>)> = Vec::new();
    for finding in found {
        match grouped.iter_mut().find(|(check, _)| *check == finding.check) {
            Some((_, findings)) => findings.push(finding),
            None => grouped.push((finding.check, vec![finding])),
        }
    }
    let worst = |findings: &[Finding]| findings.iter().map(|finding| finding.urgency).max();
    grouped.sort_by_key(|(_, findings)| std::cmp::Reverse(worst(findings)));
    grouped
        .into_iter()
        .map(|(name, findings)| {
            let (mark, word, class) = match worst(&findings).unwrap_or(Urgency::Well) {
                Urgency::Well => ("✓", Key::of("operations-state-well"), "active"),
                Urgency::Warning => ("▲", Key::of("operations-state-warning"), "late"),
                Urgency::Alarm => ("✗", Key::of("operations-state-alarm"), "opposed"),
            };
            CheckRow { name, words: words::check(name), mark, word, class, findings }
        })
        .collect()
}

/// What may be shown to whoever helps: every finding, but none that names somebody.
fn support(found: &[Finding], at: Timestamp) -> String {
    let mut text = format!("igc {} diagnosis of {at}\n", env!("CARGO_PKG_VERSION"));
    for Finding { check, urgency, what, found, .. } in found {
        let mark = match urgency {
            Urgency::Well => "well",
            Urgency::Warning => "WARNING",
            Urgency::Alarm => "BROKEN",
        };
        let told = match words::names_somebody(check) && *urgency != Urgency::Well {
            true => "(not copied: it may name somebody)",
            false => found,
        };
        let _ = writeln!(text, "[{mark}] {check}: {what}: {told}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(check: &'static str, urgency: Urgency, found: &str) -> Finding {
        Finding { check, urgency, what: "a thing".to_owned(), found: found.to_owned(), action: "" }
    }

    #[test]
    fn the_worst_check_comes_first_and_keeps_all_it_found() {
        let rows = rows(vec![
            finding("clock", Urgency::Well, "in step"),
            finding("crls", Urgency::Well, "one"),
            finding("tls", Urgency::Warning, "ends soon"),
            finding("crls", Urgency::Alarm, "two"),
        ]);
        let told: Vec<_> = rows.iter().map(|row| (row.name, row.class, row.findings.len())).collect();
        assert_eq!(told, [("crls", "opposed", 2), ("tls", "late", 1), ("clock", "active", 1)]);
    }

    #[test]
    fn what_may_name_somebody_is_not_in_the_text_for_others() {
        let at = "2026-11-26T10:00:00Z".parse().unwrap();
        let text = support(
            &[
                finding("decisions", Urgency::Warning, "in the name of bob"),
                finding("of-tomorrow", Urgency::Warning, "of bob too"),
                finding("crls", Urgency::Alarm, "ended"),
            ],
            at,
        );
        assert!(!text.contains("bob"), "{text}");
        assert!(
            text.contains("[BROKEN] crls: a thing: ended\n") && text.contains("2026-11-26T10:00:00Z"),
            "{text}"
        );
    }
}
