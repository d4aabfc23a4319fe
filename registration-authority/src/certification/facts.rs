use ca_core::subject::{Fact, Facts};
use card::{Card, CardKind};
use professional_registry::StructureRecord;
use professional_registry::identifiers::IdNatStruct;

use crate::certificate_request::CertificateRequest;
use crate::order::CardOrder;

/// What a card's profiles may ask: the names that were approved, never the register's of today. A student has no
/// profession yet: title and code say what he will be.
pub(super) fn of_card(order: &CardOrder, card: &Card) -> Facts {
    let facts = Facts::new()
        .with(Fact::GivenName, &order.given_name)
        .with(Fact::FamilyName, &order.family_name)
        .with(Fact::NationalIdentifier, order.holder.to_string())
        .with(Fact::CardNumber, card.number.to_string());
    let profession = order.profession;
    match (order.kind, profession.in_training()) {
        (CardKind::Cpf, Some(title)) => {
            facts.with(Fact::Title, title).with(Fact::FutureProfession, profession.code())
        }
        (CardKind::Cpf, None) => facts,
        _ => facts.with(Fact::Title, profession.label()).with(Fact::Profession, profession.code()),
    }
}

/// What an organisation's profiles may ask.
pub(super) fn of_request(
    request: &CertificateRequest,
    structure: &StructureRecord,
    identifier: &IdNatStruct,
) -> Facts {
    let facts = Facts::new()
        .with(Fact::Department, &structure.department_label)
        .with(Fact::OrganisationName, &structure.corporate_name)
        .with(Fact::StructureIdentifier, identifier.to_string())
        .with(Fact::ServiceName, &request.common_name);
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
