//! The page of a decision that came too late: who changed what, and when.

use askama::Template;
use professional_registry::{Category, ImportedRegister};
use registration_authority::order::CardOrder;
use registration_authority::refusal_reasons;
use registration_authority::views::{self, Read, What};
use store::{Code, Database, Timestamp};

use super::dossier::{List, author};
use super::filters;
use crate::desk::Work;
use crate::failure::Failure;
use crate::frame::Frame;
use crate::language::Language;
use crate::messages::{Key, Message};
use crate::typography::Shown;

/// What the officer had read, as his form says.
pub(super) struct Seen {
    pub(super) version: Option<i64>,
    /// When he was shown it.
    pub(super) at: Option<Timestamp>,
    pub(super) family_name: String,
    pub(super) given_name: String,
    pub(super) category: String,
}

#[derive(Template)]
#[template(path = "stale.html")]
pub(super) struct StalePage {
    frame: Frame,
    number: String,
    /// The list that the dossier was opened from, and the dossier in it.
    queue: String,
    dossier: String,
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

    /// Who did it, and when.
    fn told(db: &mut Database, frame: &Frame, change: views::Change) -> Result<Self, Failure> {
        let what = in_words(db, frame.language(), &change)?;
        let views::Change { at, reason_code, reason_text, .. } = change;
        let reason = reason_code.as_deref().and_then(refusal_reasons::find);
        let reason = reason.filter(|reason| !reason.needs_text).map(|reason| reason.sentence);
        Ok(Self { what, at: Some(Shown(at)), reason, text: reason_text })
    }
}

/// Who did what.
pub(super) fn in_words(
    db: &mut Database,
    language: Language,
    change: &views::Change,
) -> Result<Message, Failure> {
    let key = match (change.what, &change.by) {
        (What::QuestionAsked, _) => Key::of("stale-question"),
        (What::QuestionAnswered, _) => Key::of("stale-answer"),
        (What::DocumentAttached, _) => Key::of("stale-document"),
        (What::Refreshed, _) => Key::of("stale-refreshed"),
        (What::GivenBack, _) => Key::of("stale-given-back"),
        (What::TakenBack, _) => Key::of("stale-taken-back"),
        (What::Approved, _) => Key::of("stale-approved"),
        (What::Refused, _) => Key::of("stale-refused"),
        (What::Withdrawn, Some(_)) => Key::of("stale-withdrawn-by"),
        (What::Withdrawn, None) => Key::of("stale-withdrawn"),
    };
    Ok(match &change.by {
        Some(login) => language.say(key).with("who", author(db, language, login)?),
        None => language.say(key),
    })
}

impl StalePage {
    fn section(&self) -> &'static str {
        "file"
    }

    /// What stands now, beside what was read.
    pub(super) fn read(
        work: &mut Work<'_>,
        frame: Frame,
        (number, list): (&str, &List),
        seen: &Seen,
        code: Code,
    ) -> Result<Self, Failure> {
        let (act, read) = (work.act, Read { version: seen.version, at: seen.at, waiting: false });
        work.db.snapshot(|db| {
            let (order, told) = views::changes(db, &mut ImportedRegister, number, &read, act)?;
            let mut changes = versions(&frame, &order, seen);
            for one in told {
                changes.push(Change::told(db, &frame, one)?);
            }
            Ok(Self {
                frame,
                number: number.to_owned(),
                queue: list.queue(),
                dossier: list.dossier(number),
                changes,
                code: code.name,
            })
        })
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
