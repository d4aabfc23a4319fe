use ca_core::subject::{Fact, Facts};
use card::{Card, CardKind};
use professional_registry::identifiers::IdNatStruct;
use professional_registry::{Profession, Registry, StructureRecord};
use store::Database;

use super::CertifyCardError;
use crate::certificate_request::CertificateRequest;
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

/// What an organisation's profiles may ask.
pub(super) fn of_request(
    request: &CertificateRequest,
    structure: &StructureRecord,
    identifier: &IdNatStruct,
) -> Facts {
    let facts =
        of_structure(Facts::new(), structure, identifier).with(Fact::ServiceName, &request.common_name);
    if request.dns_names.is_empty() {
        return facts;
    }
    facts.with_all(Fact::DnsNames, &request.dns_names)
}

/// IdNat_Struct of a structure: 1 + FINESS where it has one, else 3 + SIRET (\[S-cert\] domain.md §1.7, §2.2).
pub(crate) fn structure_identifier(structure: &StructureRecord) -> Option<IdNatStruct> {
    let finess = structure.finess.clone().map(IdNatStruct::Finess);
    finess.or_else(|| structure.siret.clone().map(IdNatStruct::Siret))
}
