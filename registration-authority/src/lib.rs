//! The rules: who may ask for what, who approves, what happens to a card.
//!
//! [`order`] and [`certificate_request`] take what people ask for; a [`decision`] with its [`approval`] proof
//! lets it through, by a key that two administrators have signed for ([`enrolment`]); [`personalisation`] sends approved orders to the bureau; [`certification`], in the
//! worker, trusts no row and verifies the evidence again before anything is signed; [`delivery`] puts the card
//! into use, [`opposition`] ends it, a [`suspension`] stops it for a time where that is allowed, [`renewal`] orders its successor. [`lapse`] ends the cards of those who
//! have left the register; what is too much of that at once, or of a feed ([`held_feed`]), two officers release. [`inbox`] is what waits for another's signature.
//! [`test_certificates`] keeps what relying systems try their software with; [`unrecorded`] raises an alarm where a certificate
//! of ours is shown that no row explains; [`key_compromise`] ends what stands over a key that somebody else has.
//!
//! This crate alone writes `officers`, `card_orders`, `certificate_requests`, `decisions`,
//! `decision_nonces`, `decision_inbox`, `decision_receipts`, `decision_retractions`, `decision_retractions_seen`, `decisions_pending`,
//! `decisions_in_effect`, `decision_digest_lines`, `officer_enrolments`, `enrolments_told`, `officer_delegations`, `officer_delegation_ends`,
//! `structure_names`, `structure_mandates`, `structure_mandate_ends`, `structure_staff`, `order_questions`, `order_answers`, `order_notes`,
//! `order_documents`, `order_document_contents`, `order_birth_names`,
//! `order_flags`, `order_looks`, `orders_given_back`, `order_places`, `entry_refusals`, `order_leases`, `order_examinations`, `queue_views`, `card_places`, `card_expiry_notices`, `terms_acceptances`, `certificate_terms_acceptances`,
//! `certificate_retrieval_reminders`, `certificate_revocation_requests`, `opposition_declarations`, `opposition_requests`,
//! `reviews`, `review_findings`, `opposition_codes`, `one_time_requests`, `one_time_codes`, `one_time_budget`, `holder_declarations`, `opposition_tickets`, `card_suspensions`, `register_examinations`, `card_lapses`, `card_changes`,
//! `opposition_plans`, `opposition_plan_items`, `renewal_plans`, `renewal_plan_items`, `request_replies`, `outbox` and
//! `number_counters`. It knows no HTTP, and no PKCS#11.

pub mod approval;
pub mod certificate_request;
pub mod certification;
pub mod contact;
pub mod contradictions;
pub mod decision;
pub mod delegation;
pub mod delivery;
pub mod eligibility;
pub mod enrolment;
pub mod entries;
pub mod expiry_notices;
pub mod faults;
pub mod four_eyes;
pub mod held_feed;
pub mod holders_extract;
pub mod inbox;
pub mod key_compromise;
pub mod lapse;
pub mod letter;
pub mod mandate;
pub mod merge_case;
pub mod names;
pub mod notices;
mod numbering;
pub mod officers;
pub mod opposition;
pub mod order;
pub mod outbox;
pub mod personal_data;
pub mod personalisation;
pub mod queue;
pub mod refusal_reasons;
pub mod renewal;
mod renumbered;
pub mod replies;
pub mod retrieval;
pub mod risk;
pub mod staff;
mod structure_notices;
pub mod suspension;
pub mod terms;
pub mod test_certificates;
pub mod trail;
pub mod typography;
pub mod unrecorded;
pub mod views;

// What the tests share with those of other crates names this one as they do.
#[cfg(test)]
extern crate self as registration_authority;
#[cfg(test)]
mod testing;
