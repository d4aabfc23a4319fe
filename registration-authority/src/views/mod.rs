//! What officers read: read models, each behind the right to read it.
//!
//! Every function here asks whether the officer who acts may read what it gives, so that no page can show what
//! his role does not: the table of rights is [`Right::roles`](crate::officers::Right::roles).

mod card;
mod changes;
mod delegations;
mod dossier;
mod holder;
mod keys;
mod orders;
mod plans;
mod request_dossier;
mod requests;
mod software;
mod stops;
mod structure;
mod suspensions;

#[cfg(test)]
mod tests;

pub use card::{AttachedCertificate, CardView, CardViewError, card, find_card, oppositions};
pub use changes::{Change, Read, What, changes};
pub use delegations::{DelegationsError, delegation, delegations};
pub use dossier::{Comparison, Dossier, DossierError, OfStructure, document, dossier, order};
pub use holder::{HOLDER_BOUND, HeldCard, HolderError, HolderNotice, HolderTicket, HolderView, holder};
pub use keys::{KeysError, enrolment, enrolments, keys};
pub use orders::orders;
pub use plans::{PlanViewError, plan, plans};
pub use request_dossier::{RequestDossier, RequestDossierError, request_dossier};
pub use requests::{RequestPage, RequestViewError, request, requests};
pub use software::SoftwareCertificate;
pub use stops::{
    ChangedView, PlanView, StopsError, changed_cards, held_feed, held_feeds, open_certificate_lapses,
    open_lapses, opposition_plan, opposition_plans,
};
pub use structure::{
    AskedCard, MEMBERS_SHOWN, MemberView, StructureError, StructureView, mandate, mandates, member, structure,
};
pub use suspensions::{SuspensionViewError, suspension, suspensions};
