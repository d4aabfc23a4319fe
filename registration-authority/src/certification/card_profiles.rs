use card::{CardKind, KeyUsage};

use crate::order::CardOrder;

/// Under which profile, by which authority, a key of a card is certified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CardProfile {
    pub(super) profile: &'static str,
    pub(super) issuer: &'static str,
}

/// The table: FORT PERSONNES for regulated professionals (\[S-cert\] domain.md §1.1) and who learns such a
/// profession (\[C\]), STANDARD PERSONNES for the staff of an establishment (\[S-cert\]) or of another authorised structure
/// (\[C\]).
const TABLE: &[(CardKind, KeyUsage, CardProfile)] = &[
    (CardKind::Cps, KeyUsage::Authentication, line("fo-pp-cps-auth", "ACI-FO-PP")),
    (CardKind::Cps, KeyUsage::Signature, line("fo-pp-cps-sign", "ACI-FO-PP")),
    (CardKind::Cpf, KeyUsage::Authentication, line("fo-pp-cpf-auth", "ACI-FO-PP")),
    (CardKind::Cpf, KeyUsage::Signature, line("fo-pp-cpf-sign", "ACI-FO-PP")),
    (CardKind::Cpe, KeyUsage::Authentication, line("st-pp-cpe-auth", "ACI-ST-PP")),
    (CardKind::Cpe, KeyUsage::Signature, line("st-pp-cpe-sign", "ACI-ST-PP")),
    (CardKind::Cde, KeyUsage::Authentication, line("st-pp-cde-auth", "ACI-ST-PP")),
    (CardKind::Cde, KeyUsage::Signature, line("st-pp-cde-sign", "ACI-ST-PP")),
    (CardKind::Cpa, KeyUsage::Authentication, line("st-pp-cpa-auth", "ACI-ST-PP")),
    (CardKind::Cpa, KeyUsage::Signature, line("st-pp-cpa-sign", "ACI-ST-PP")),
    (CardKind::Cda, KeyUsage::Authentication, line("st-pp-cda-auth", "ACI-ST-PP")),
    (CardKind::Cda, KeyUsage::Signature, line("st-pp-cda-sign", "ACI-ST-PP")),
];

/// The same for the cards that name nobody (\[S\] domain.md §1.7).
const OF_SERVICES: &[(CardKind, KeyUsage, CardProfile)] = &[
    (CardKind::Cpe, KeyUsage::Authentication, line("st-pp-cpe-service-auth", "ACI-ST-PP")),
    (CardKind::Cpe, KeyUsage::Signature, line("st-pp-cpe-service-sign", "ACI-ST-PP")),
];

/// The line of the table for this key of the order's card; none of a kind that is tied to something else than the order is.
pub(super) fn card_profile(order: &CardOrder, usage: KeyUsage) -> Option<CardProfile> {
    let of_exercise = matches!(order.kind, CardKind::Cps | CardKind::Cpf);
    if of_exercise != order.tie.staff().is_none() {
        return None;
    }
    let table = if order.names_nobody() { OF_SERVICES } else { TABLE };
    table.iter().find(|(k, u, _)| (*k, *u) == (order.kind, usage)).map(|(_, _, line)| *line)
}

/// Whether every key of the order's card can be certified.
pub(crate) fn has_profiles(order: &CardOrder) -> bool {
    KeyUsage::ALL.into_iter().all(|usage| card_profile(order, usage).is_some())
}

const fn line(profile: &'static str, issuer: &'static str) -> CardProfile {
    CardProfile { profile, issuer }
}
