use professional_registry::Registry;
use store::audit::search;
use store::{Act, Database, Timestamp};

use super::dossier::{self, Dossier, DossierError};
use crate::officers::{self, Officer, Right};
use crate::order::{CardOrder, OrderState, Question};

/// What somebody had read of an order, as far as he says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// The version.
    pub version: Option<i64>,
    /// Whether it waited for its applicant then.
    pub waiting: bool,
    /// When.
    pub at: Option<Timestamp>,
}

/// One thing that happened to an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What.
    pub what: What,
    /// The login of who did it; none of the worker's acts, and where nothing says.
    pub by: Option<String>,
    /// When.
    pub at: Timestamp,
    /// To which version.
    pub version: i64,
    /// Of a refusal, the code of its reason.
    pub reason_code: Option<String>,
    /// Of a refusal, its officer's own sentence.
    pub reason_text: Option<String>,
}

/// What happens to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The applicant was asked something: it waits for him.
    QuestionAsked,
    /// And has answered.
    QuestionAnswered,
    /// A document came.
    DocumentAttached,
    /// What the register says was taken over.
    Refreshed,
    /// The worker has opened it again.
    GivenBack,
    /// A decision was taken back.
    TakenBack,
    /// It was approved, by one of two or alone.
    Approved,
    /// It was refused.
    Refused,
    /// It was withdrawn.
    Withdrawn,
}

impl What {
    /// As the API says it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::QuestionAsked => "question-asked",
            Self::QuestionAnswered => "question-answered",
            Self::DocumentAttached => "document-attached",
            Self::Refreshed => "refreshed",
            Self::GivenBack => "given-back",
            Self::TakenBack => "taken-back",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// Events that stand in no table of their own, by their action in the trail.
const REFRESHED: &str = "order.refreshed";
const WITHDRAWN: &str = "order.withdrawn";

/// What happened to an order since the officer who acts had read it, oldest first, and the order as it stands: for the answer that says that he
/// comes too late. Whoever looks for himself is told of no other's decision here either, nor that one was taken back. Inside
/// `db.snapshot(…)`, so that its parts agree.
pub fn changes(
    db: &mut Database,
    registry: &mut dyn Registry,
    number: &str,
    read: &Read,
    act: &Act,
) -> Result<(CardOrder, Vec<Change>), DossierError> {
    let dossier = dossier::dossier(db, registry, number, act)?;
    let officer = officers::require(db, Right::ReadOwnDossier, act)?;
    let mut changes: Vec<Change> = history(db, &dossier, act)?
        .into_iter()
        .filter(|(change, known)| known.is_new(change, read) && is_told(change, &dossier, &officer))
        .map(|(change, _)| change)
        .collect();
    changes.sort_by_key(|change| change.at);
    Ok((dossier.order, changes))
}

fn is_told(change: &Change, dossier: &Dossier, officer: &Officer) -> bool {
    let between_officers = matches!(change.what, What::TakenBack | What::Approved | What::Refused);
    !between_officers
        || !dossier.is_blind_for(officer)
        || change.by.as_deref() == Some(officer.login.as_str())
}

/// What an event does to the order's version, and what is known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    /// It ends this version.
    Ends(i64),
    /// It leaves this version as it is.
    Leaves(i64),
    /// It ends the version that stands.
    EndsOne,
    /// It leaves the version that stands as it is.
    LeavesOne,
    /// It is on the version that stands now, whenever its officer signed it.
    Stands,
}

impl Known {
    /// Whether this happened after it was read: by the version, where that says it, and else by the moment.
    fn is_new(self, change: &Change, read: &Read) -> bool {
        let later = read.at.is_none_or(|at| change.at >= at);
        let version = read.version.is_none_or(|version| change.version >= version);
        match self {
            Self::Stands => true,
            Self::Ends(_) | Self::EndsOne => {
                if read.version.is_some() {
                    version
                } else {
                    later
                }
            }
            Self::Leaves(_) | Self::LeavesOne => {
                let read_so = read.waiting
                    && change.what == What::QuestionAsked
                    && read.version.is_none_or(|version| change.version == version);
                version && later && !read_so
            }
        }
    }
}

/// All that happened, each with the version to which it did.
fn history(db: &mut Database, dossier: &Dossier, act: &Act) -> Result<Vec<(Change, Known)>, DossierError> {
    let mut history = Vec::new();
    for question in &dossier.questions {
        let version = question.version;
        let asked = plain(What::QuestionAsked, &question.asked_by, question.asked_at);
        history.push((asked, Known::Leaves(version)));
        if let Some(answer) = &question.answer {
            let answered = plain(What::QuestionAnswered, &answer.answered_by, answer.answered_at);
            history.push((answered, Known::Ends(version)));
        }
    }
    for document in &dossier.documents {
        let known = match waited(&dossier.questions, document.attached_at) {
            true => Known::LeavesOne,
            false => Known::EndsOne,
        };
        history.push((plain(What::DocumentAttached, &document.attached_by, document.attached_at), known));
    }
    for one in &dossier.retractions {
        let back = plain(What::TakenBack, &one.decided_by, one.retracted_at);
        history.push((back, Known::Ends(one.subject_version)));
    }
    for one in &dossier.given_back {
        let back = Change { by: None, ..plain(What::GivenBack, "", one.given_back_at) };
        history.push((back, Known::Ends(one.order_version)));
    }
    let mut withdrawn_by = None;
    let subject = format!("order {}", dossier.order.number);
    for event in search::about(db, &subject, &[REFRESHED, WITHDRAWN], act.at)? {
        let by = event.actor.strip_prefix("officer:").unwrap_or(&event.actor);
        let at = Timestamp::from_millis(event.occurred_at);
        match event.action.as_str() {
            REFRESHED => history.push((plain(What::Refreshed, by, at), Known::EndsOne)),
            _ => withdrawn_by = Some(by.to_owned()),
        }
    }
    history.sort_by_key(|(change, _)| change.at);
    let mut version = 1;
    for (change, known) in &mut history {
        let (of, next) = match *known {
            Known::Ends(of) => (of, of + 1),
            Known::Leaves(of) => (of, of),
            Known::EndsOne => (version, version + 1),
            Known::LeavesOne | Known::Stands => (version, version),
        };
        (change.version, version) = (of, next);
    }
    let stands = dossier.order.version;
    for one in dossier.decisions.iter().filter(|one| one.subject_version == stands) {
        let what = if one.approves() { What::Approved } else { What::Refused };
        let (reason_code, reason_text) = (one.reason_code.clone(), one.reason_text.clone());
        let decided = plain(what, &one.decided_by, one.decided_at);
        history.push((Change { version: stands, reason_code, reason_text, ..decided }, Known::Stands));
    }
    if let OrderState::Withdrawn { at } = dossier.order.state {
        let withdrawn = Change { by: withdrawn_by, version: stands, ..plain(What::Withdrawn, "", at) };
        history.push((withdrawn, Known::Stands));
    }
    Ok(history)
}

fn plain(what: What, by: &str, at: Timestamp) -> Change {
    Change { what, by: Some(by.to_owned()), at, version: 0, reason_code: None, reason_text: None }
}

/// Whether the order waited for its applicant at that moment: what comes then makes no version of its own.
fn waited(questions: &[Question], at: Timestamp) -> bool {
    questions.iter().any(|question| {
        question.asked_at <= at && question.answer.as_ref().is_none_or(|answer| at < answer.answered_at)
    })
}

#[cfg(test)]
mod tests;
