//! The pages over a real database: a register read by the real importer, officers, orders and cards made by
//! the rules.

#[path = "../../../registration-authority/src/testing/authenticator.rs"]
mod authenticator;
mod browser;
mod bulk;
mod certificates;
mod house;
#[path = "../../../registration-authority/src/testing/software_signer.rs"]
mod software_signer;

mod api;
mod cards;
mod confined;
mod decisions;
mod delegations;
mod documents;
mod dossier;
mod english;
mod forms;
mod headers;
mod holder_opposition;
mod holder_overview;
mod inbox;
mod keys;
mod languages;
mod late;
mod names;
mod new_orders;
mod operations;
mod passkeys;
mod public_page;
mod published;
mod queue;
mod reading;
mod releases;
mod requests;
mod retrieval;
mod reviews;
mod routes;
mod scopes;
mod sessions;
mod shortcuts;
mod sign_in;
mod standing;
mod structures;
mod suspensions;
mod taking_back;
mod templates;
mod tickets;
mod trail;

// As the software signer finds it.
use certificates::reference;
