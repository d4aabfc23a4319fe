//! The page of a decision that came too late: who changed what, and when.

use askama::Template;
use professional_registry::Category;
use registration_authority::order::{CardOrder, OrderState};
use registration_authority::refusal_reasons;
use registration_authority::views::Dossier;
use store::Code;

use super::dossier::{current, name_of};
use super::filters;
use crate::desk::Work;
use crate::failure::Failure;
use crate::frame::Frame;
use crate::messages::{Key, Message};
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
    what: Message,
    at: Option<Shown>,
    reason: Option<&'static str>,
    text: Option<String>,
}

impl Change {
    fn of(what: Message) -> Self {
        Self { what, at: None, reason: None, text: None }
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
        let Dossier { order, decisions, retractions, .. } = current(work, number)?;
        let mut changes = versions(&frame, &order, seen);
        for taken_back in retractions {
            if seen.version.is_none_or(|version| taken_back.subject_version >= version) {
                let who = name_of(work.db, &taken_back.decided_by)?;
                let what = frame.say("stale-taken-back").with("who", who);
                changes.push(Change { at: Some(Shown(taken_back.retracted_at)), ..Change::of(what) });
            }
        }
        for decision in decisions.iter().filter(|decision| decision.subject_version == order.version) {
            let who = name_of(work.db, &decision.decided_by)?;
            let what = match decision.approves() {
                true => frame.say("stale-approved").with("who", who),
                false => frame.say("stale-refused").with("who", who),
            };
            let reason = decision.reason_code.as_deref().and_then(refusal_reasons::find);
            changes.push(Change {
                what,
                at: Some(Shown(decision.decided_at)),
                reason: reason.filter(|reason| !reason.needs_text).map(|reason| reason.sentence),
                text: decision.reason_text.clone(),
            });
        }
        if let OrderState::Withdrawn { at } = order.state {
            changes.push(Change { at: Some(Shown(at)), ..Change::of(frame.say("stale-withdrawn")) });
        }
        Ok(Self { frame, number: number.to_owned(), changes, code: code.name })
    }
}

fn versions(frame: &Frame, order: &CardOrder, seen: &Seen) -> Vec<Change> {
    let Some(version) = seen.version.filter(|version| *version != order.version) else { return Vec::new() };
    let version = frame.say("stale-version").with("then", version).with("now", order.version);
    let mut changes = vec![Change::of(version)];
    let fields = [
        (Key::of("stale-family-name"), &seen.family_name, order.family_name.as_str()),
        (Key::of("stale-given-name"), &seen.given_name, order.given_name.as_str()),
        (Key::of("stale-category"), &seen.category, order.tie.category().map_or("", Category::code)),
    ];
    for (key, then, now) in fields {
        if !then.is_empty() && then != now {
            changes.push(Change::of(frame.say(key).with("then", then).with("now", now)));
        }
    }
    changes
}
