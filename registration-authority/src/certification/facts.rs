use ca_core::subject::{Fact, Facts};
use card::{Card, CardKind};
use professional_registry::identifiers::IdNatStruct;
use professional_registry::{Profession, Registry, StructureRecord};
use store::Database;

use super::CertifyCardError;
use crate::certificate_request::{CertificateRequest, Person, Subject};
use crate::order::{CardOrder, Tie};

/// What a card's profiles may ask: the names that were approved, never the register's of today.
pub(super) fn of_card(
    db: &mut Database,
    registry: &mut dyn Registry,
    order: &CardOrder,
    card: &Card,
) -> Result<Facts, CertifyCardError> {
    let facts = Facts::new()
        .with(Fact::NationalIdentifier, order.holder.to_string())
        .with(Fact::CardNumber, card.number.to_string());
    match &order.tie {
        Tie::Exercise { profession, .. } => Ok(named(of_profession(facts, order.kind, *profession), order)),
        Tie::Structure(staff) => {
            let structure = registry.structure(db, &staff.structure)?;
            let unidentified = || CertifyCardError::StructureUnidentified(staff.structure.clone());
            let structure = structure.ok_or_else(unidentified)?;
            let identifier = structure_identifier(&structure).ok_or_else(unidentified)?;
            let facts = of_structure(facts, &structure, &identifier).with(Fact::Title, &staff.title);
            Ok(if order.names_nobody() { pseudonymous(facts, order) } else { named(facts, order) })
        }
    }
}

fn named(facts: Facts, order: &CardOrder) -> Facts {
    facts.with(Fact::GivenName, &order.given_name).with(Fact::FamilyName, &order.family_name)
}

/// `EMPLOYE` and the local number of the service (\[S\] domain.md §1.7).
fn pseudonymous(facts: Facts, order: &CardOrder) -> Facts {
    facts.with(Fact::Pseudonym, format!("EMPLOYE{}", order.holder.local_id().unwrap_or_default()))
}

/// A student has no profession yet: title and code say what he will be.
fn of_profession(facts: Facts, kind: CardKind, profession: Profession) -> Facts {
    match (kind, profession.in_training()) {
        (CardKind::Cpf, Some(title)) => {
            facts.with(Fact::Title, title).with(Fact::FutureProfession, profession.code())
        }
        (CardKind::Cpf, None) => facts,
        _ => facts.with(Fact::Title, profession.label()).with(Fact::Profession, profession.code()),
    }
}

fn of_structure(facts: Facts, structure: &StructureRecord, identifier: &IdNatStruct) -> Facts {
    facts
        .with(Fact::Department, &structure.department_label)
        .with(Fact::OrganisationName, &structure.corporate_name)
        .with(Fact::StructureIdentifier, identifier.to_string())
}

/// What the profiles of software certificates may ask: the names that were approved, and of a structure what the register says.
pub(super) fn of_request(request: &CertificateRequest, structure: Option<&StructureRecord>) -> Facts {
    let mut facts = Facts::new();
    if let Some((structure, identifier)) = structure.and_then(|one| Some((one, structure_identifier(one)?))) {
        facts = of_structure(facts, structure, &identifier);
    }
    match &request.subject {
        Subject::Structure(_) => facts = facts.with(Fact::ServiceName, &request.common_name),
        Subject::Person(person) => facts = of_person(facts, person),
    }
    if !request.dns_names.is_empty() {
        facts = facts.with_all(Fact::DnsNames, &request.dns_names);
    }
    match &request.email_address {
        Some(address) => facts.with(Fact::EmailAddress, address),
        None => facts,
    }
}

fn of_person(facts: Facts, person: &Person) -> Facts {
    let facts = facts
        .with(Fact::NationalIdentifier, person.holder.to_string())
        .with(Fact::GivenName, &person.given_name)
        .with(Fact::FamilyName, &person.family_name)
        .with(Fact::Title, person.tie.label());
    match person.tie.profession() {
        Some(profession) => facts.with(Fact::Profession, profession.code()),
        None => facts,
    }
}

/// IdNat_Struct of a structure: 1 + FINESS where it has one, else 3 + SIRET (\[S-cert\] domain.md §1.7, §2.2).
pub(crate) fn structure_identifier(structure: &StructureRecord) -> Option<IdNatStruct> {
    let finess = structure.finess.clone().map(IdNatStruct::Finess);
    finess.or_else(|| structure.siret.clone().map(IdNatStruct::Siret))
}
