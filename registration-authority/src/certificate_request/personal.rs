//! Requests for persons: whom a certificate will name, as the register or the agent of his structure does.

use ca_core::csr::CertificationRequest;
use professional_registry::identifiers::{IdNatPs, TechnicalStructureId};
use professional_registry::{Profession, Registry};
use store::{Act, Database};

use super::key_standing::KeyStanding;
use super::structure_names;
use super::subject::{Person, Subject};
use super::submit::{Naming, SubmitRequestError};
use crate::eligibility::{
    self, Asked, Asker, MemberClaim, OfferedProfile, ProfessionalClaim, RequestFacts, address_refused,
};
use crate::mandate;
use crate::officers::Role;
use crate::order::{StaffTie, Tie};

/// A professional (offer PS), named as the register does.
pub(super) fn of_professional(
    db: &mut Database,
    registry: &mut dyn Registry,
    offer: &OfferedProfile,
    (holder, profession): (&IdNatPs, Profession),
    csr: &CertificationRequest,
    role: Role,
    act: &Act,
) -> Result<Naming, SubmitRequestError> {
    let email_address = address(offer, csr)?;
    let address_refused = address_refused(db, holder, email_address.as_deref())?;
    let key = KeyStanding::of(db, &holder.to_string(), &csr.public_key)?;
    let request = RequestFacts { address_refused, ..key.facts() };
    let claim = ProfessionalClaim { holder, profession, named: None };
    let asked = Asked { asker: Some(Asker::Officer(role)), decider: None, request };
    let entitled = eligibility::check_professional(db, registry, claim, asked, act.at)?;
    let exercise = entitled.exercise();
    let person = Person {
        holder: holder.clone(),
        family_name: exercise.practice_family_name.clone(),
        given_name: exercise.practice_given_name.clone(),
        tie: Tie::Exercise { profession, category: exercise.category },
    };
    naming(person, email_address, csr)
}

/// One of the staff of a structure (offer PRO), named as its agent declared him.
pub(super) fn of_member(
    db: &mut Database,
    registry: &mut dyn Registry,
    offer: &OfferedProfile,
    (structure, local_id): (&TechnicalStructureId, &str),
    csr: &CertificationRequest,
    role: Role,
    act: &Act,
) -> Result<Naming, SubmitRequestError> {
    let email_address = address(offer, csr)?;
    let name_refused = structure_names::refused(db, structure, email_address.as_deref().into_iter())?;
    let holder = eligibility::member_holder(db, registry, structure, local_id)?;
    let owner = holder.map_or_else(String::new, |holder| holder.to_string());
    let key = KeyStanding::of(db, &owner, &csr.public_key)?;
    let request = RequestFacts { name_refused, ..key.facts() };
    let mandate = mandate::standing(db, structure, act)?.map(|mandate| mandate.number);
    let claim = MemberClaim { structure, local_id, named: None, mandate };
    let asked = Asked { asker: Some(Asker::Officer(role)), decider: None, request };
    let entitled = eligibility::check_member(db, registry, claim, asked, act.at)?;
    let person = Person {
        holder: entitled.holder,
        family_name: entitled.member.family_name,
        given_name: entitled.member.given_name,
        tie: Tie::Structure(StaffTie {
            structure: structure.clone(),
            title: entitled.title,
            mandate: entitled.mandate,
        }),
    };
    naming(person, email_address, csr)
}

/// A request that asks for another name than its person's was made for somebody else.
fn naming(
    person: Person,
    email_address: Option<String>,
    csr: &CertificationRequest,
) -> Result<Naming, SubmitRequestError> {
    let common_name = person.holder.to_string();
    if csr.common_name.as_ref().is_some_and(|asked| *asked != common_name) {
        return Err(SubmitRequestError::CommonName("it is not the national identifier of the person"));
    }
    if !csr.dns_names.is_empty() {
        return Err(SubmitRequestError::CommonName("a person has no host names, the request has"));
    }
    Ok(Naming { subject: Subject::Person(person), common_name, dns_names: Vec::new(), email_address })
}

/// Exactly one, where the profile has an address; none otherwise.
fn address(offer: &OfferedProfile, csr: &CertificationRequest) -> Result<Option<String>, SubmitRequestError> {
    match (offer.email_address, csr.email_addresses.as_slice()) {
        (true, [address]) => Ok(Some(address.clone())),
        (false, []) => Ok(None),
        (true, _) => Err(SubmitRequestError::Address("this profile has exactly one")),
        (false, _) => Err(SubmitRequestError::Address("this profile has none, the request has")),
    }
}
