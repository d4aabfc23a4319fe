//! Card orders (*commandes de carte*): who asks for which card, and what became of it.
//!
//! [`submit`] asks the register for a professional, [`submit_staff`] for the staff of a structure, and both keep what it said;
//! [`approve`], by another person, asks it again;
//! [`ask`] has it wait for an [`answer`], [`ask_second_officer`] has two approve it; [`refuse`] says why. Nothing follows before a decision
//! has [taken effect](crate::decision::take_effect); until then it is [taken back](take_back), and where the worker finds that two must approve, or refuses the
//! decision, it [gives the order back](given_back). [`withdraw`] ends an order without one. [`canonical`] is what a decision is about.

mod birth_names;
pub mod bulk;
pub mod canonical;
mod card_order;
mod decide;
mod document;
mod give_back;
mod note;
mod question;
mod read;
mod register_snapshot;
mod second_officer;
mod staff_order;
mod status;
mod submit;
mod take_back;
mod take_effect;
mod tie;
mod together;
mod withdraw;

#[cfg(test)]
mod tests;

pub(crate) use birth_names::keep_birth_names;
pub use birth_names::{BirthNames, birth_names, erase_birth_names};
pub use canonical::{CanonicalOrder, ORDER_ENCODING_VERSION, STAFF_ORDER_ENCODING_VERSION};
pub(crate) use card_order::service_card;
pub use card_order::{CardOrder, OrderError, OrderState, Origin};
pub use decide::{ApproveError, approve, refuse};
pub(crate) use document::content;
pub use document::{
    DOCUMENT_BOUND, DOCUMENTS_BOUND, Document, DocumentError, DocumentKind, NewDocument, attach, documents,
    erase_documents, may_attach,
};
pub(crate) use give_back::{Because, reopen, submit_instead_of_planned, submit_renewal};
pub use give_back::{GivenBack, given_back};
pub use note::{Note, NoteError, erase_notes, note, notes};
pub use question::{Answer, QUESTION_BOUND, Question, QuestionError, answer, ask, questions, unanswered};
pub use read::{get, of_holder, of_structure};
pub use register_snapshot::RegisterSnapshot;
pub use second_officer::{SecondOfficerError, ask_second_officer};
pub use staff_order::{NewStaffOrder, submit_staff};
pub use status::OrderStatus;
pub use submit::{NewCardOrder, RefreshError, SubmitError, SubmittedOrder, refresh, submit};
pub use take_back::{Revocable, TakeBackError, last_to_take_back, may_take_back, take_back};
pub use tie::{StaffTie, Tie};
pub use together::{Together, TogetherError, decided_together};
pub use withdraw::{WithdrawError, may_withdraw, withdraw};

pub(crate) use card_order::set_status;
pub(crate) use decide::{approvals, approvals_among};
pub(crate) use staff_order::insert_staff;
pub(crate) use submit::{Submission, insert};
pub(crate) use take_effect::one_takes_effect;
pub(crate) use tie::{exercise_key, structure_key};
