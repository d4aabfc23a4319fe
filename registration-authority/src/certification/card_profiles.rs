use card::{CardKind, KeyUsage};

/// Under which profile, by which authority, a key of a card is certified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CardProfile {
    pub(super) profile: &'static str,
    pub(super) issuer: &'static str,
}

/// The table: FORT PERSONNES for regulated professionals (\[S-cert\] domain.md §1.1) and who learns such a
/// profession (\[C\]), STANDARD PERSONNES for the staff of an establishment (\[S-cert\]). A kind without a line is
/// not made yet.
const TABLE: &[(CardKind, KeyUsage, CardProfile)] = &[
    (CardKind::Cps, KeyUsage::Authentication, line("fo-pp-cps-auth", "ACI-FO-PP")),
    (CardKind::Cps, KeyUsage::Signature, line("fo-pp-cps-sign", "ACI-FO-PP")),
    (CardKind::Cpf, KeyUsage::Authentication, line("fo-pp-cpf-auth", "ACI-FO-PP")),
    (CardKind::Cpf, KeyUsage::Signature, line("fo-pp-cpf-sign", "ACI-FO-PP")),
    (CardKind::Cpe, KeyUsage::Authentication, line("st-pp-cpe-auth", "ACI-ST-PP")),
    (CardKind::Cpe, KeyUsage::Signature, line("st-pp-cpe-sign", "ACI-ST-PP")),
];

/// The line of the table for this key.
pub(super) fn card_profile(kind: CardKind, usage: KeyUsage) -> Option<CardProfile> {
    TABLE.iter().find(|(k, u, _)| (*k, *u) == (kind, usage)).map(|(_, _, line)| *line)
}

/// Whether every key of a card of this kind can be certified.
pub(crate) fn has_profiles(kind: CardKind) -> bool {
    KeyUsage::ALL.into_iter().all(|usage| card_profile(kind, usage).is_some())
}

const fn line(profile: &'static str, issuer: &'static str) -> CardProfile {
    CardProfile { profile, issuer }
}
