//! What the pages of two officers' releases share: who decided what, why one sees no button, the reasons of a refusal.

use registration_authority::approval::{SubjectKind, Verdict};
use registration_authority::decision::{Decision, Standing};
use registration_authority::faults as rules;
use registration_authority::officers::{Officer, Right};
use registration_authority::refusal_reasons;
use store::{Code, Database, Kind};

use super::dossier::name_of;
use crate::failure::Failure;
use crate::faults;
use crate::language::Language;
use crate::messages::Key;
use crate::posted::Fields;
use crate::typography::Shown;

/// Why an act was refused.
pub(super) struct Problem {
    pub(super) code: &'static str,
}

impl Problem {
    pub(super) fn of(code: Code) -> Self {
        Self { code: code.name }
    }
}

/// The code of a refusal that is told on the page; a failure that is nobody's input stays one.
pub(super) fn told(failure: Failure) -> Result<Code, Failure> {
    match failure.code() {
        Some(code)
            if matches!(code.kind, Kind::Refused | Kind::Invalid) && code != faults::FORM_UNREADABLE =>
        {
            Ok(code)
        }
        _ => Err(failure),
    }
}

/// A reason to refuse.
pub(super) struct Reason {
    pub(super) code: &'static str,
    pub(super) sentence: &'static str,
}

pub(super) fn reasons(kind: SubjectKind) -> Vec<Reason> {
    refusal_reasons::of(kind).map(|reason| Reason { code: reason.code, sentence: reason.sentence }).collect()
}

/// Why not, from the list; nothing where the verdict is yes.
pub(super) fn reason(verdict: Verdict, fields: &Fields) -> Result<Option<&'static str>, Failure> {
    match (verdict, fields.text("motif")) {
        (Verdict::Approve, _) => Ok(None),
        (Verdict::Refuse, "") => Err(Failure::of(rules::ORDER_REASON_MISSING)),
        (Verdict::Refuse, code) => {
            let reason = refusal_reasons::find(code).ok_or(Failure::of(rules::ORDER_REASON_UNKNOWN))?;
            Ok(Some(reason.code))
        }
    }
}

/// The officer's own sentence, where he wrote one.
pub(super) fn text(fields: &Fields) -> Option<&str> {
    Some(fields.text("precision")).filter(|text| !text.is_empty())
}

/// A decision that stands.
pub(super) struct Past {
    pub(super) verdict: Key,
    pub(super) by: String,
    pub(super) at: Shown,
    pub(super) reason: Option<&'static str>,
    pub(super) text: Option<String>,
}

impl Past {
    /// Those on this version.
    pub(super) fn of(db: &mut Database, decisions: &[Decision], version: i64) -> Result<Vec<Self>, Failure> {
        let mut past = Vec::new();
        for decision in decisions.iter().filter(|decision| decision.subject_version == version) {
            let reason = decision.reason_code.as_deref().and_then(refusal_reasons::find);
            past.push(Self {
                verdict: Key::of(if decision.approves() {
                    "base-release-approved"
                } else {
                    "base-release-refused"
                }),
                by: name_of(db, &decision.decided_by)?,
                at: Shown(decision.decided_at),
                reason: reason.map(|reason| reason.sentence),
                text: decision.reason_text.clone(),
            });
        }
        Ok(past)
    }

    /// Those on the end of a card's suspension.
    pub(super) fn of_lift(
        db: &mut Database,
        decisions: &[Decision],
        version: i64,
    ) -> Result<Vec<Self>, Failure> {
        let mut past = Self::of(db, decisions, version)?;
        for past in &mut past {
            past.verdict = Key::of(if past.reason.is_none() { "card-lift-approved" } else { "card-kept" });
        }
        Ok(past)
    }

    /// Those on an enrolment.
    pub(super) fn of_enrolment(db: &mut Database, decisions: &[Decision]) -> Result<Vec<Self>, Failure> {
        let mut past = Self::of(db, decisions, 1)?;
        for (past, decision) in past.iter_mut().zip(decisions) {
            past.verdict = Key::of(if decision.approves() {
                "base-enrolment-signed"
            } else {
                "base-enrolment-rejected"
            });
        }
        Ok(past)
    }
}

/// Why this officer does not see the decision's buttons. A help to him: the rule is asked again at each act.
pub(super) fn barred(
    language: Language,
    officer: &Officer,
    standing: &Standing,
    signs: bool,
) -> Option<String> {
    let code = match standing {
        _ if !officer.role.may(Right::Decide) => rules::OFFICER_ROLE_MISSING,
        Standing::Held { approved_by: Some(login) } if *login == officer.login => {
            rules::RELEASE_ANOTHER_OFFICER
        }
        _ if !signs => faults::DECISION_PROOF_MISSING,
        _ => return None,
    };
    Some(super::barred(language, code, Right::Decide))
}
