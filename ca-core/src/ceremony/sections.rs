//! Which sections a ceremony file of each kind has.

use toml::Spanned;

use super::check::Checker;
use super::file::Plan;
use super::{CeremonyError, CeremonyKind};

/// Whether a file has a section.
type Stands = fn(&Plan) -> bool;

const SECTIONS: &[(&str, Stands)] = &[
    ("tokens", |plan| !plan.tokens.is_empty()),
    ("custodians", |plan| plan.custodians.is_some()),
    ("root", |plan| !plan.root.is_empty()),
    ("issuing", |plan| !plan.issuing.is_empty()),
    ("responder", |plan| !plan.responder.is_empty()),
    ("list_signer", |plan| plan.list_signer.is_some()),
    ("audit", |plan| plan.audit.is_some()),
    ("root_crls", |plan| plan.root_crls.is_some()),
    ("root_crls.of", |plan| plan.root_crls.as_ref().is_some_and(|crls| !crls.of.is_empty())),
    ("revoke", |plan| !plan.revoke.is_empty()),
    ("end", |plan| !plan.end.is_empty()),
    ("administrator", |plan| !plan.administrator.is_empty()),
];

/// What a file of this kind must have, and what it may have.
const fn rule(kind: CeremonyKind) -> (&'static [&'static str], &'static [&'static str]) {
    match kind {
        CeremonyKind::Installation => (
            &["tokens", "root", "issuing", "list_signer", "audit", "root_crls"],
            &["custodians", "administrator"],
        ),
        CeremonyKind::Root => (&["root", "root_crls"], &["tokens", "custodians", "audit", "administrator"]),
        CeremonyKind::RootCrl => (&["root_crls", "root_crls.of"], &["revoke"]),
        CeremonyKind::IssuingAuthority => (&["issuing"], &["tokens", "list_signer"]),
        CeremonyKind::OcspResponders => (&["responder"], &[]),
        CeremonyKind::ListSigner => (&["list_signer"], &["tokens"]),
        CeremonyKind::Rollover => (&["issuing"], &[]),
        CeremonyKind::EndOfAuthority => (&["end"], &[]),
        CeremonyKind::Administrators => (&["administrator"], &[]),
    }
}

pub(super) fn check(checker: &Checker<'_>) -> Result<(), CeremonyError> {
    let kind: &Spanned<CeremonyKind> = &checker.ceremony.plan.kind;
    let (must, may) = rule(*kind.get_ref());
    for (section, stands_in) in SECTIONS {
        let stands = stands_in(&checker.ceremony.plan);
        if must.contains(section) && !stands {
            return checker.refuse(kind, *section, "a ceremony of this kind must have it");
        }
        if stands && !must.contains(section) && !may.contains(section) {
            return checker.refuse(kind, *section, "a ceremony of this kind does not have it");
        }
    }
    Ok(())
}
