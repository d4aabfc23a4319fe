//! What must stand before a ceremony begins, and what must not. Asked once, before anything is touched.

use std::path::Path;

use diesel::prelude::*;
use store::schema::{authorities, service_keys};
use store::{Database, Timestamp};
use toml::Spanned;

use super::error::standing;
use super::file::{Pins, Plan};
use super::{Ceremony, CeremonyError, CeremonyKind};
use crate::authority::{self, Authority, AuthorityKind};
use crate::authority_end;
use crate::identity::split_generation;
use crate::service_key::{self, Purpose};
use crate::signer::{Pkcs11Module, SignerError, pin};

/// Refuses a ceremony that the database or the tokens do not allow. Touches nothing.
pub fn check(
    db: &mut Database,
    module: &Pkcs11Module,
    ceremony: &Ceremony,
    at: Timestamp,
) -> Result<(), CeremonyError> {
    let plan = &ceremony.plan;
    if ceremony.kind() == CeremonyKind::Installation {
        let standing: i64 = authorities::table.count().get_result(db)?;
        if standing > 0 {
            return Err(CeremonyError::AlreadyHeld(standing));
        }
    }
    tokens(module, plan)?;
    names(db, ceremony)?;
    parents(db, plan, at)?;
    separation(db, plan)?;
    for responder in &plan.responder {
        living(db, responder.authority.get_ref(), AuthorityKind::Issuing, at)?;
    }
    if let (CeremonyKind::ListSigner, Some(signer)) = (ceremony.kind(), &plan.list_signer) {
        living(db, signer.authority.get_ref(), AuthorityKind::Issuing, at)?;
    }
    for crl in plan.root_crls.iter().flat_map(|crls| &crls.of) {
        living(db, crl.get_ref(), AuthorityKind::Root, at)?;
    }
    for end in &plan.end {
        not_ended(db, end.short_name.get_ref(), AuthorityKind::Issuing, at)?;
    }
    for revoke in &plan.revoke {
        // One that has ended too: whoever has a copy of its key is not told by its last CRL.
        let authority = of_kind(db, revoke.authority.get_ref(), AuthorityKind::Issuing)?;
        if authority.revoked_at.is_some() {
            return standing(authority.short_name, "is revoked already");
        }
        let listed = plan.root_crls.iter().flat_map(|crls| &crls.of);
        if !listed.map(Spanned::get_ref).any(|root| *root == authority.parent) {
            let rule = format!(
                "{} has revoked it once it is on its CRL: root_crls.of must name it",
                authority.parent
            );
            return standing(authority.short_name, rule);
        }
    }
    if plan.audit.is_none() && service_key::of_purpose(db, Purpose::Audit)?.is_empty() {
        return standing(
            "audit key",
            "stands nowhere yet, and signs the report: the file needs an [audit] section",
        );
    }
    Ok(())
}

/// Every token is empty, every PIN file is as the file says: a ceremony that cannot be held leaves nothing.
fn tokens(module: &Pkcs11Module, plan: &Plan) -> Result<(), CeremonyError> {
    for name in &plan.tokens {
        let token = module.tokens().named(name.get_ref())?;
        if module.is_initialised(&token.name)? {
            let (token, label) = (token.name.clone(), token.label.clone());
            return Err(SignerError::AlreadyInitialised { token, label }.into());
        }
        let shared = plan.custodians.as_ref().is_some_and(|one| one.token.get_ref() == name.get_ref());
        for file in [&token.pin_file, &token.so_pin_file] {
            match plan.pins {
                Pins::Existing if !shared => drop(pin::read(file)?),
                _ => refuse_standing(file)?,
            }
        }
    }
    Ok(())
}

fn refuse_standing(file: &Path) -> Result<(), SignerError> {
    match file.symlink_metadata() {
        Ok(_) => {
            let detail = "stands already, and a PIN in use is never overwritten".to_owned();
            Err(SignerError::PinFile { file: file.to_owned(), detail })
        }
        Err(_) => Ok(()),
    }
}

/// No key is made under a name that stands; a rollover follows the generation before it.
fn names(db: &mut Database, ceremony: &Ceremony) -> Result<(), CeremonyError> {
    for step in ceremony.steps() {
        let super::Step::Key(key) = step else { continue };
        let service: i64 =
            service_keys::table.filter(service_keys::name.eq(&key.label)).count().get_result(db)?;
        if service > 0 || authority::recorded_key(db, &key.label)?.is_some() {
            return standing(key.label, "stands already, and a key is never replaced under its name");
        }
    }
    for authority in &ceremony.plan.issuing {
        let short_name = authority.short_name.get_ref();
        let (first, Some(generation)) = split_generation(short_name) else { continue };
        let before = if generation == 2 { first.to_owned() } else { format!("{first}-{}", generation - 1) };
        if authority::recorded_key(db, &before)?.is_none() {
            return standing(short_name, format!("there is no generation {before} to follow"));
        }
    }
    Ok(())
}

/// A parent that is not made here stands, and lives longer than its children will.
fn parents(db: &mut Database, plan: &Plan, at: Timestamp) -> Result<(), CeremonyError> {
    for authority in &plan.issuing {
        let parent = authority.parent.get_ref();
        if plan.root.iter().any(|root| root.short_name.get_ref() == parent) {
            continue;
        }
        let root = living(db, parent, AuthorityKind::Root, at)?;
        if authority.validity.get_ref().end(at) > root.not_after {
            let rule = format!("would outlive {parent}, which ends at {}", root.not_after);
            return standing(authority.short_name.get_ref(), rule);
        }
    }
    Ok(())
}

/// A token that holds the keys of roots holds no others; the same of issuing authorities, of OCSP responders, and of
/// services.
fn separation(db: &mut Database, plan: &Plan) -> Result<(), CeremonyError> {
    let of_authorities: Vec<(String, String)> =
        authorities::table.select((authorities::token, authorities::kind)).load(db)?;
    let of_services: Vec<(String, String)> =
        service_keys::table.select((service_keys::token, service_keys::purpose)).load(db)?;
    let services = of_services.into_iter().map(|(token, purpose)| {
        let used_for = if purpose == Purpose::Ocsp.name() { "responder" } else { "service" };
        (token, used_for.to_owned())
    });
    let uses: Vec<_> = of_authorities.into_iter().chain(services).collect();
    let roots = plan.root.iter().map(|root| (&root.token, "root"));
    let issuing = plan.issuing.iter().map(|authority| (&authority.token, "issuing"));
    let responders = plan.issuing.iter().map(|authority| &authority.responder.token);
    let responders = responders
        .chain(plan.responder.iter().map(|responder| &responder.token))
        .map(|token| (token, "responder"));
    let lists = plan.list_signer.iter().map(|signer| &signer.token);
    let services = lists.chain(plan.audit.iter().map(|audit| &audit.token)).map(|token| (token, "service"));
    for (token, wanted) in roots.chain(issuing).chain(responders).chain(services) {
        let token = token.get_ref();
        if let Some((_, used_for)) = uses.iter().find(|(used, used_for)| used == token && used_for != wanted)
        {
            return standing(format!("token {token}"), format!("holds {used_for} keys, and no others"));
        }
    }
    Ok(())
}

/// The authority, if it is of this kind, in its validity, not revoked, and its end is not decided.
fn living(
    db: &mut Database,
    short_name: &str,
    kind: AuthorityKind,
    at: Timestamp,
) -> Result<Authority, CeremonyError> {
    let found = not_ended(db, short_name, kind, at)?;
    if found.revoked_at.is_some() {
        return standing(short_name, "is revoked");
    }
    Ok(found)
}

/// The same, revoked or not.
fn not_ended(
    db: &mut Database,
    short_name: &str,
    kind: AuthorityKind,
    at: Timestamp,
) -> Result<Authority, CeremonyError> {
    let found = of_kind(db, short_name, kind)?;
    if !(found.not_before..=found.not_after).contains(&at) {
        return standing(short_name, format!("is not valid at {at}"));
    }
    if authority_end::find(db, short_name)?.is_some() {
        return standing(short_name, "has ended");
    }
    Ok(found)
}

fn of_kind(db: &mut Database, short_name: &str, kind: AuthorityKind) -> Result<Authority, CeremonyError> {
    let found = authority::load(db, short_name)?;
    match found.kind == kind {
        true => Ok(found),
        false => standing(short_name, format!("is no {} authority", kind.name())),
    }
}
