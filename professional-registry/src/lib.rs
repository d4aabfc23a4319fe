//! The national registers: who may hold what.
//!
//! The register of the professionals comes as files, of which the public extract *PS_LibreAcces_Personne_activite* says who
//! exercises what ([`extract::Form`] names the others);
//! [`import::import_extract`] reads it into the database, and [`ImportedRegister`] answers from there. The file's
//! digest is the evidence for what follows from it (architecture invariant 4). [`fhir`] asks the same register about one
//! person, over HTTP.
//!
//! This crate alone writes `register_feeds`, `register_merges`,
//! `register_merge_cases`, `register_holds`, `register_silences`, `professionals`,
//! `register_structures`, `register_supplements`, `register_identities` and `register_contact_changes`.

mod civil_status;
mod contact_change;
mod department;
mod ended;
mod exercises;
pub mod extract;
pub mod faults;
pub mod fhir;
pub mod fictional;
mod folded;
mod gone;
pub mod identifiers;
pub mod import;
pub mod merges;
pub mod nomenclature;
mod places;
mod record;
mod registry;
mod search;
mod supplement;

pub use civil_status::{CivilNames, SameBirth, civil_names, same_birth};
pub use contact_change::{contact_changed_at, forget_contact_changes};
pub use department::{Department, departments_of};
pub use ended::ended_by;
pub use folded::folded;
pub use gone::{contacts_of_gone, forget_contacts};
pub use identifiers::{
    Finess, IdNatPs, IdNatStruct, IdentifierError, Rpps, Siren, Siret, TechnicalStructureId,
};
pub use nomenclature::{
    Category, CodeTables, ExerciseMode, InForce, KnowHow, NotInForce, Profession, Sector,
};
pub use places::{is_named, mark_structures, unnamed_since};
pub use record::{Activity, Exercise, ProfessionalRecord, StructureRecord};
pub use registry::{ImportedRegister, Registry, RegistryError, feed_of_structure};
pub use search::{NameMatch, living_at_both_ends, search_by_name};
pub use supplement::{Supplement, mailbox_holders, mailbox_of, supplement};
