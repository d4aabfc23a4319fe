//! What a brake of the register stopped: feeds that two officers release, or one refuses; and the cards that entries ask for in vain.

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use professional_registry::merges::{MergeCase, MergeCaseKind, MergeDoubt};
use professional_registry::{ImportedRegister, ProfessionalRecord, Registry};
use registration_authority::approval::{Decidable, SubjectKind, Verdict};
use registration_authority::decision::{self, Standing};
use registration_authority::eligibility::rule_of_exclusion;
use registration_authority::entries::refused::{RefusedEntry, refused_entries};
use registration_authority::faults as rules;
use registration_authority::held_feed::{self, HeldFeed};
use registration_authority::officers::{self, Officer, Right};
use registration_authority::views;
use store::{Code, Database};

use super::hidden::hidden_of;
use super::outcome::Outcome;
use super::release::{self, Past, Problem, Reason};
use super::signing::{self, Asked, SignPage, Signed};
use super::{Address, filters, page};
use crate::desk::{Desk, Work};
use crate::failure::Failure;
use crate::faults;
use crate::frame::Frame;
use crate::language::Language;
use crate::messages::Key;
use crate::posted::{Fields, Posted};
use crate::typography::Shown;

pub(super) const ADDRESSES: &[Address] = &[
    Address::at("/ra/registre").get(|| web::get().to(show)).needs(Right::ReadQueue),
    Address::at("/ra/registre/extraits/{feed}/liberer").post(|| web::post().to(approve)).needs(Right::Decide),
    Address::at("/ra/registre/extraits/{feed}/rejeter").post(|| web::post().to(refuse)).needs(Right::Decide),
];

#[derive(Template)]
#[template(path = "register.html")]
struct RegisterPage {
    frame: Frame,
    done: Option<Key>,
    problem: Option<Problem>,
    feeds: Vec<Feed>,
    hidden: Option<String>,
    reasons: Vec<Reason>,
    entries: Vec<Entry>,
    entries_hidden: Option<String>,
}

impl RegisterPage {
    fn section(&self) -> &'static str {
        "registre"
    }
}

/// Most entries on the page.
const SHOWN: i64 = 200;

/// A card that an entry asks for, and that is not ordered by itself.
struct Entry {
    holder: String,
    kind: String,
    profession: &'static str,
    code: String,
    /// The rule, where it is one's.
    rule: Option<&'static str>,
    refused_at: Shown,
    next_at: Shown,
}

impl Entry {
    fn of(refused: RefusedEntry) -> Self {
        Self {
            rule: rule_of_exclusion(refused.kind, &refused.code).map(|rule| rule.id.as_str()),
            holder: refused.holder.to_string(),
            kind: refused.kind.to_string(),
            profession: refused.profession.label(),
            code: refused.code,
            refused_at: Shown(refused.refused_at),
            next_at: Shown(refused.next_at),
        }
    }
}

/// Two numbers, and who goes by each.
struct Case {
    doubt: Key,
    adeli: String,
    rpps: String,
}

impl Case {
    fn of(db: &mut Database, case: &MergeCase) -> Result<Self, Failure> {
        let mut named = |id: &str| -> Result<String, Failure> {
            let Ok(number) = id.parse() else { return Ok(id.to_owned()) };
            // A row that cannot be read names nobody: the number stands for itself.
            let record = ImportedRegister.professional(db, &number).ok().flatten();
            let named =
                |record: ProfessionalRecord| format!("{id}, {} {}", record.family_name, record.given_name);
            Ok(record.map_or_else(|| id.to_owned(), named))
        };
        let (adeli, rpps) = (named(&case.adeli)?, named(&case.rpps)?);
        Ok(Self { doubt: doubt_in_words(case.doubt), adeli, rpps })
    }
}

fn doubt_in_words(doubt: MergeDoubt) -> Key {
    Key::of(match doubt {
        MergeDoubt::Births => "register-doubt-births",
        MergeDoubt::Names => "register-doubt-names",
        MergeDoubt::Asked => "register-doubt-asked",
    })
}

/// What an officer is asked about two numbers, as a title.
fn case_in_words(language: Language, case: &MergeCase) -> String {
    let (adeli, rpps) = (case.adeli.clone(), case.rpps.clone());
    match case.kind {
        MergeCaseKind::Join => {
            language.say("register-case-join").with("adeli", adeli).with("rpps", rpps).to_string()
        }
        MergeCaseKind::Part => {
            language.say("register-case-part").with("adeli", adeli).with("rpps", rpps).to_string()
        }
    }
}

/// A feed that was put aside.
struct Feed {
    feed: String,
    version: i64,
    title: String,
    extracted_at: Shown,
    held_at: Shown,
    /// Where it is no feed and a case of a merge.
    case: Option<Case>,
    living: String,
    ceased: String,
    changed: String,
    reappeared: String,
    new: String,
    status: Key,
    status_class: &'static str,
    decisions: Vec<Past>,
    open: bool,
    /// Why this officer does not see the buttons.
    barred: Option<String>,
}

async fn show(desk: Desk, query: web::Query<HashMap<String, String>>) -> Result<HttpResponse, Failure> {
    let done = query.get("fait").and_then(|done| done_in_words(done));
    let frame = desk.frame();
    let template = desk.work(move |work| read(work, frame, done, None)).await?;
    page(StatusCode::OK, &template)
}

async fn approve(feed: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    decide(feed.into_inner(), posted, Verdict::Approve, "liberation").await
}

async fn refuse(feed: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    decide(feed.into_inner(), posted, Verdict::Refuse, "rejet").await
}

/// Decides on a feed, and answers: by GET when it is done, with the page and why not otherwise.
async fn decide(
    feed: String,
    posted: Posted,
    verdict: Verdict,
    done: &'static str,
) -> Result<HttpResponse, Failure> {
    let Posted { desk, fields } = posted;
    let frame = desk.frame();
    let outcome = desk
        .work(move |work| {
            views::held_feeds(work.db, work.act)?;
            let recorded = record(work, frame.clone(), &feed, verdict, &fields);
            Outcome::of(recorded, |code| read(work, frame, None, Some(code)))
        })
        .await?;
    outcome.answer(&format!("/ra/registre?fait={done}"))
}

/// Records the decision; gives the page that asks for its signature where that is not there yet.
fn record(
    work: &mut Work<'_>,
    frame: Frame,
    feed: &str,
    verdict: Verdict,
    fields: &Fields,
) -> Result<Option<Box<SignPage>>, Failure> {
    officers::require(work.db, Right::Decide, work.act)?;
    let seen: i64 = fields.text("version").parse().map_err(|_| Failure::of(faults::FORM_UNREADABLE))?;
    let held = held_feed::get(work.db, feed)?;
    let subject = held.decidable();
    // Nothing is signed for figures that he has not read, nor for what he may not decide on.
    if seen != subject.version {
        return Err(Failure::of(rules::RELEASE_STALE_VERSION));
    }
    decision::may_decide(work.db, &subject, seen, work.act)?;
    let reason = release::reason(verdict, fields)?;
    let asked = asked(frame.language(), &subject, verdict, reason, &held);
    let proof = match signing::sign(work, frame, asked, fields)? {
        Signed::Proof(proof) => proof,
        Signed::Ask(template) => return Ok(Some(template)),
    };
    let text = release::text(fields);
    let (verifier, rng, act) = (work.state.verifier(), &mut *work.rng, work.act);
    work.db.write(|db| held_feed::decide(db, verifier, feed, seen, verdict, &proof, text, rng, act))?;
    Ok(None)
}

fn asked<'a>(
    language: Language,
    subject: &'a Decidable,
    verdict: Verdict,
    reason: Option<&'static str>,
    held: &HeldFeed,
) -> Asked<'a> {
    let hold = &held.hold;
    let count = |number: u64| language.thousands(i64::try_from(number).unwrap_or(i64::MAX));
    let feed = &hold.feed;
    let (act, what) = match verdict {
        Verdict::Approve => ("liberer", Key::of("sign-release-feed")),
        Verdict::Refuse => ("rejeter", Key::of("sign-refuse-feed")),
    };
    let lines = match &held.case {
        Some(case) => vec![
            (Key::of("sign-line-merge"), case_in_words(language, case)),
            (Key::of("sign-line-merge-doubt"), language.say(doubt_in_words(case.doubt)).to_string()),
            (Key::of("sign-line-held-by"), hold.held_by.clone()),
            (Key::of("sign-line-held-at"), language.long(Shown(hold.held_at))),
        ],
        None => vec![
            (Key::of("sign-line-feed"), hold.file_name.clone()),
            (Key::of("sign-line-extracted-at"), language.long(Shown(hold.extracted_at))),
            (Key::of("sign-line-file-digest"), feed.clone()),
            (Key::of("sign-line-living"), count(hold.living)),
            (Key::of("sign-line-new"), count(hold.difference.new)),
            (Key::of("sign-line-changed"), count(hold.difference.changed)),
            (Key::of("sign-line-ceased"), count(hold.difference.ceased)),
            (Key::of("sign-line-reappeared"), count(hold.difference.reappeared)),
            (Key::of("sign-line-held-by"), hold.held_by.clone()),
            (Key::of("sign-line-held-at"), language.long(Shown(hold.held_at))),
        ],
    };
    Asked {
        subject,
        verdict,
        reason,
        what,
        lines,
        leaves: None,
        action: format!("/ra/registre/extraits/{feed}/{act}"),
        back: "/ra/registre".to_owned(),
    }
}

fn read(
    work: &mut Work<'_>,
    frame: Frame,
    done: Option<Key>,
    problem: Option<Code>,
) -> Result<RegisterPage, Failure> {
    let signs = signing::can_sign(work)?;
    let (officer, act, language) = (work.officer, work.act, frame.language());
    work.db.snapshot(|db| {
        let held = views::held_feeds(db, act)?;
        let hidden = hidden_of(language, held.hidden, &Key::of("hidden-feeds"), &officer.scope);
        let feeds = held
            .shown
            .into_iter()
            .map(|held| feed(db, held, language, officer, signs))
            .collect::<Result<_, Failure>>()?;
        let entries = refused_entries(db, SHOWN, act)?;
        let entries_hidden = hidden_of(language, entries.hidden, &Key::of("hidden-entries"), &officer.scope);
        Ok(RegisterPage {
            entries: entries.shown.into_iter().map(Entry::of).collect(),
            entries_hidden,
            frame,
            done,
            problem: problem.map(Problem::of),
            feeds,
            hidden,
            reasons: release::reasons(SubjectKind::RegisterFeed),
        })
    })
}

fn feed(
    db: &mut Database,
    held: HeldFeed,
    language: Language,
    officer: &Officer,
    signs: bool,
) -> Result<Feed, Failure> {
    let standing = held.standing();
    let HeldFeed { hold, decisions, case } = held;
    let past = Past::of(db, &decisions, hold.version)?;
    let count = |number: u64| language.thousands(i64::try_from(number).unwrap_or(i64::MAX));
    let share = |part: u64| {
        let percent = part.saturating_mul(100).checked_div(hold.living).unwrap_or(0);
        language.say("register-share").with("part", count(part)).with("percent", count(percent)).to_string()
    };
    let (status, status_class) = match &standing {
        Standing::Held { approved_by: None } => (Key::of("register-awaits-two"), "submitted"),
        Standing::Held { approved_by: Some(_) } => (Key::of("register-awaits-second"), "submitted"),
        Standing::Released if case.is_some() => (Key::of("register-case-released"), "approved"),
        Standing::Released => (Key::of("register-released"), "approved"),
        Standing::Refused => (Key::of("register-refused"), "refused"),
    };
    Ok(Feed {
        version: hold.version,
        extracted_at: Shown(hold.extracted_at),
        held_at: Shown(hold.held_at),
        living: count(hold.living),
        ceased: share(hold.difference.ceased),
        changed: share(hold.difference.changed),
        reappeared: share(hold.difference.reappeared),
        new: count(hold.difference.new),
        feed: hold.feed,
        title: case.as_ref().map_or(hold.file_name, |case| case_in_words(language, case)),
        case: case.as_ref().map(|case| Case::of(db, case)).transpose()?,
        status,
        status_class,
        decisions: past,
        open: matches!(standing, Standing::Held { .. }),
        barred: release::barred(language, officer, &standing, signs),
    })
}

fn done_in_words(done: &str) -> Option<Key> {
    Some(Key::of(match done {
        "liberation" => "register-done-release",
        "rejet" => "register-done-rejection",
        _ => return None,
    }))
}
