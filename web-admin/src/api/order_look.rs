use registration_authority::order::Question;
use registration_authority::queue::FirstApproval;
use registration_authority::risk::RaisedFlag;
use registration_authority::views::{Comparison, Dossier};
use serde::Serialize;
use utoipa::ToSchema;

/// What an officer looks at before he decides on an order: what its page shows beside it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OrderLook {
    /// What makes one look twice at it, the gravest first. None decides anything.
    flags: Vec<FlagRaised>,
    /// Whether two officers must approve it.
    two_officers: bool,
    /// The order beside what the register, or the agent of the structure, says now.
    comparison: Vec<FieldCompared>,
    /// What its applicant was asked, oldest first.
    questions: Vec<QuestionAsked>,
    /// How many documents are attached to it; they are read on its page.
    documents: usize,
}

/// What makes one look twice.
#[derive(Debug, Serialize, ToSchema)]
struct FlagRaised {
    /// `similar-person`
    flag: String,
    /// orange or red.
    level: &'static str,
    /// Whether two officers must approve because of it.
    second_officer: bool,
    /// Why, in French.
    reason: String,
}

/// A field of the order, and of the register.
#[derive(Debug, Serialize, ToSchema)]
struct FieldCompared {
    /// `family-name`
    field: &'static str,
    /// As the order says.
    order: String,
    /// As the register says now; absent where it says nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    register: Option<String>,
    /// Whether both say the same.
    same: bool,
}

/// What the applicant was asked.
#[derive(Debug, Serialize, ToSchema)]
struct QuestionAsked {
    /// About which version.
    version: i64,
    /// The officer's login.
    asked_by: String,
    /// When, RFC 3339.
    asked_at: String,
    /// What.
    question: String,
    /// Who answered, when and what; absent while it is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<AnswerGiven>,
}

/// What was answered.
#[derive(Debug, Serialize, ToSchema)]
struct AnswerGiven {
    /// A login.
    answered_by: String,
    /// When, RFC 3339.
    answered_at: String,
    /// What.
    answer: String,
}

impl From<Dossier> for OrderLook {
    fn from(dossier: Dossier) -> Self {
        Self {
            two_officers: dossier.asks_for_two(),
            documents: dossier.documents.len(),
            flags: dossier.flags.into_iter().map(FlagRaised::from).collect(),
            comparison: dossier.comparison.into_iter().map(FieldCompared::from).collect(),
            questions: dossier.questions.into_iter().map(QuestionAsked::from).collect(),
        }
    }
}

impl From<RaisedFlag> for FlagRaised {
    fn from(raised: RaisedFlag) -> Self {
        let RaisedFlag { flag, level, second_officer, reason } = raised;
        Self { flag, level, second_officer, reason }
    }
}

impl From<Comparison> for FieldCompared {
    fn from(compared: Comparison) -> Self {
        let same = compared.agrees();
        let Comparison { field, order, register } = compared;
        Self { field, order, register, same }
    }
}

impl From<Question> for QuestionAsked {
    fn from(asked: Question) -> Self {
        Self {
            version: asked.version,
            asked_by: asked.asked_by,
            asked_at: asked.asked_at.to_string(),
            question: asked.question,
            answer: asked.answer.map(|said| AnswerGiven {
                answered_by: said.answered_by,
                answered_at: said.answered_at.to_string(),
                answer: said.answer,
            }),
        }
    }
}

/// The first of two approvals.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FirstApproval)]
pub(super) struct First {
    /// The officer's login.
    by: String,
    /// When, RFC 3339.
    at: String,
}

impl From<&FirstApproval> for First {
    fn from(first: &FirstApproval) -> Self {
        Self { by: first.officer.clone(), at: first.at.to_string() }
    }
}
