//! The page of a decision that came too late: who changed what, and when.

use askama::Template;
use professional_registry::Category;
use registration_authority::order::{CardOrder, OrderState};
use registration_authority::refusal_reasons;
use store::Code;

use super::dossier::{current, name_of};
use super::filters;
use crate::desk::Work;
use crate::failure::Failure;
use crate::frame::Frame;
use crate::typography::Shown;

/// What the officer had read, as his form says.
pub(super) struct Seen {
    pub(super) version: Option<i64>,
    pub(super) family_name: String,
    pub(super) given_name: String,
    pub(super) category: String,
}

#[derive(Template)]
#[template(path = "stale.html")]
pub(super) struct StalePage {
    frame: Frame,
    number: String,
    changes: Vec<Change>,
    code: &'static str,
}

struct Change {
    what: String,
    at: Option<Shown>,
    reason: Option<&'static str>,
    text: Option<String>,
}

impl Change {
    fn of(what: impl Into<String>) -> Self {
        Self { what: what.into(), at: None, reason: None, text: None }
    }
}

impl StalePage {
    fn section(&self) -> &'static str {
        "file"
    }

    /// What stands now, beside what was read.
    pub(super) fn read(
        work: &mut Work<'_>,
        frame: Frame,
        number: &str,
        seen: &Seen,
        code: Code,
    ) -> Result<Self, Failure> {
        let (order, decisions) = current(work, number)?;
        let mut changes = versions(&order, seen);
        for decision in decisions.iter().filter(|decision| decision.subject_version == order.version) {
            let verb = if decision.approves() { "a approuvé" } else { "a refusé" };
            let reason = decision.reason_code.as_deref().and_then(refusal_reasons::find);
            changes.push(Change {
                what: format!("{} {verb} la demande", name_of(work.db, &decision.decided_by)?),
                at: Some(Shown(decision.decided_at)),
                reason: reason.filter(|reason| !reason.needs_text).map(|reason| reason.sentence),
                text: decision.reason_text.clone(),
            });
        }
        if let OrderState::Withdrawn { at } = order.state {
            changes.push(Change { at: Some(Shown(at)), ..Change::of("La demande a été retirée") });
        }
        Ok(Self { frame, number: number.to_owned(), changes, code: code.name })
    }
}

fn versions(order: &CardOrder, seen: &Seen) -> Vec<Change> {
    let Some(version) = seen.version.filter(|version| *version != order.version) else { return Vec::new() };
    let mut changes = vec![Change::of(format!(
        "La demande a été reprise ou complétée : elle est passée de la version {version} à la version {}",
        order.version
    ))];
    let fields = [
        ("Le nom d’exercice", &seen.family_name, order.family_name.as_str()),
        ("Le prénom d’exercice", &seen.given_name, order.given_name.as_str()),
        ("Le code de la catégorie", &seen.category, order.tie.category().map_or("", Category::code)),
    ];
    for (field, then, now) in fields {
        if !then.is_empty() && then != now {
            changes.push(Change::of(format!("{field} est passé de « {then} » à « {now} »")));
        }
    }
    changes
}
