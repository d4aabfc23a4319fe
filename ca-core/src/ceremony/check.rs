//! The rules of a ceremony file, before anything is touched.

use std::collections::{BTreeMap, BTreeSet};

use store::Timestamp;
use toml::Spanned;

use super::administrators;
use super::custodians;
use super::file::{Issuing, Revoke, Validity};
use super::sections;
use super::steps::{ISSUING_PROFILE, RESPONDER_PROFILE, ROOT_PROFILE};
use super::{Ceremony, CeremonyError, CeremonyKind};
use crate::authority::AuthorityKind;
use crate::identity::{Identity, split_generation};
use crate::profile::{KeyKind, Profiles};
use crate::revocation::RevocationReason;

/// Checks a ceremony against the identity it is for and the profiles of this program. Touches
/// nothing; the error names the line and the rule.
pub fn check(ceremony: &Ceremony, identity: &Identity) -> Result<(), CeremonyError> {
    identity.refuse_reference()?;
    let checker = Checker { ceremony, identity, profiles: Profiles::embedded() };
    checker.heading()?;
    sections::check(&checker)?;
    checker.custodians()?;
    checker.authorities()?;
    checker.services()?;
    checker.standing_authorities()?;
    administrators::check(&checker)?;
    checker.tokens()
}

pub(super) struct Checker<'a> {
    pub(super) ceremony: &'a Ceremony,
    identity: &'a Identity,
    profiles: Profiles,
}

impl Checker<'_> {
    fn heading(&self) -> Result<(), CeremonyError> {
        let plan = &self.ceremony.plan;
        let word = |text: &str| {
            (1..=32).contains(&text.len())
                && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        if !word(plan.name.get_ref()) {
            return self.refuse(&plan.name, "name", "must be 1 to 32 lower-case letters, digits and dashes");
        }
        if *plan.identity.get_ref() != self.identity.kind {
            let rule = format!("this file is not for an identity of kind {:?}", self.identity.kind);
            return self.refuse(&plan.identity, "identity", rule);
        }
        Ok(())
    }

    /// At least two of at most sixteen, each named once, for a token that this ceremony initialises.
    fn custodians(&self) -> Result<(), CeremonyError> {
        let Some(custodians) = &self.ceremony.plan.custodians else { return Ok(()) };
        let names = custodians.names.get_ref();
        if !(2..=custodians::MOST).contains(&names.len()) {
            let rule = format!("must be 2 to {} custodians", custodians::MOST);
            return self.refuse(&custodians.names, "custodians.names", rule);
        }
        let well_formed =
            |name: &String| (1..=64).contains(&name.chars().count()) && !name.chars().any(char::is_control);
        if names.iter().collect::<BTreeSet<_>>().len() < names.len() || !names.iter().all(well_formed) {
            let rule = "must be names of 1 to 64 characters, each once";
            return self.refuse(&custodians.names, "custodians.names", rule);
        }
        if !(2..=names.len()).contains(custodians.needed.get_ref()) {
            let rule = "must be at least 2 and at most as many as there are custodians";
            return self.refuse(&custodians.needed, "custodians.needed", rule);
        }
        let token = custodians.token.get_ref();
        if self.ceremony.plan.tokens.iter().any(|listed| listed.get_ref() == token) {
            return Ok(());
        }
        self.refuse(&custodians.token, "custodians.token", "must be one of `tokens`")
    }

    /// Each authority stands once, is named by the identity, has a key its profile allows, and ends
    /// no later than its root.
    fn authorities(&self) -> Result<(), CeremonyError> {
        let plan = &self.ceremony.plan;
        let mut roots = BTreeMap::new();
        for root in &plan.root {
            self.named(&root.short_name)?;
            let short_name = root.short_name.get_ref().as_str();
            self.key(ROOT_PROFILE, &root.key)?;
            self.years(&root.validity)?;
            if roots.insert(short_name, root.validity.get_ref()).is_some() {
                return self.refuse(&root.short_name, "short_name", "stands twice");
            }
        }
        let mut issuing = BTreeSet::new();
        for authority in &plan.issuing {
            self.named(&authority.short_name)?;
            let short_name = authority.short_name.get_ref().as_str();
            if roots.contains_key(short_name) || !issuing.insert(short_name) {
                return self.refuse(&authority.short_name, "short_name", "stands twice");
            }
            self.key(ISSUING_PROFILE, &authority.key)?;
            self.years(&authority.validity)?;
            self.generation(authority)?;
            self.below(authority, &roots)?;
        }
        Ok(())
    }

    /// A rollover makes a later generation, and nothing else does.
    fn generation(&self, authority: &Issuing) -> Result<(), CeremonyError> {
        let later = split_generation(authority.short_name.get_ref()).1.is_some();
        match (self.ceremony.kind() == CeremonyKind::Rollover, later) {
            (true, false) => {
                let rule = "a rollover makes a later generation: ACI-FO-PP-2";
                self.refuse(&authority.short_name, "short_name", rule)
            }
            (false, true) => {
                let rule = "a later generation is made by a ceremony of kind rollover";
                self.refuse(&authority.short_name, "short_name", rule)
            }
            _ => Ok(()),
        }
    }

    fn below(&self, authority: &Issuing, roots: &BTreeMap<&str, &Validity>) -> Result<(), CeremonyError> {
        let root = roots.get(authority.parent.get_ref().as_str());
        if root.is_none() && self.ceremony.kind() == CeremonyKind::Installation {
            return self.refuse(&authority.parent, "parent", "must be a root of this file");
        }
        self.issues(ISSUING_PROFILE, &authority.parent, AuthorityKind::Root)?;
        // One that is not made here stands already, or the run refuses.
        let Some(root) = root else { return Ok(()) };
        // Any day will do to compare two spans of years and days.
        let day = Timestamp::from_seconds(0);
        if authority.validity.get_ref().end(day) > root.end(day) {
            return self.refuse(&authority.validity, "validity", "must not outlive that of the parent");
        }
        Ok(())
    }

    fn services(&self) -> Result<(), CeremonyError> {
        let plan = &self.ceremony.plan;
        for authority in &plan.issuing {
            self.issues(RESPONDER_PROFILE, &authority.short_name, AuthorityKind::Issuing)?;
            self.key(RESPONDER_PROFILE, &authority.responder.key)?;
        }
        for responder in &plan.responder {
            self.issues(RESPONDER_PROFILE, &responder.authority, AuthorityKind::Issuing)?;
            self.key(RESPONDER_PROFILE, &responder.key)?;
        }
        let Some(signer) = &plan.list_signer else { return Ok(()) };
        let issuer = signer.authority.get_ref();
        let stands_already = self.ceremony.kind() == CeremonyKind::ListSigner;
        if !stands_already && !plan.issuing.iter().any(|authority| authority.short_name.get_ref() == issuer) {
            let rule = "must be an issuing authority of this file";
            return self.refuse(&signer.authority, "list_signer.authority", rule);
        }
        let profile = signer.profile.get_ref();
        if self.profiles.get(profile).is_none() {
            return self.refuse(&signer.profile, "list_signer.profile", "is no profile of this program");
        }
        self.issues(profile, &signer.authority, AuthorityKind::Issuing)?;
        self.key(profile, &signer.key)
    }

    /// Authorities that must stand already are named by the identity, each once; a CRL of a root is good
    /// for 1 to 400 days.
    fn standing_authorities(&self) -> Result<(), CeremonyError> {
        let plan = &self.ceremony.plan;
        let mut seen = BTreeSet::new();
        let ends = plan.end.iter().map(|end| &end.short_name);
        let responders = plan.responder.iter().map(|responder| &responder.authority);
        let crls = plan.root_crls.iter().flat_map(|crls| &crls.of);
        let revoked = plan.revoke.iter().map(|revoke| &revoke.authority);
        let of_lists = plan.list_signer.iter().filter(|_| self.ceremony.kind() == CeremonyKind::ListSigner);
        let of_lists = of_lists.map(|signer| &signer.authority);
        for name in ends.chain(responders).chain(crls).chain(revoked).chain(of_lists) {
            self.named(name)?;
            if !seen.insert(name.get_ref()) {
                return self.refuse(name, "short_name", "stands twice");
            }
        }
        let mut earlier = plan.responder.iter().filter_map(|responder| responder.revoke_earlier.as_ref());
        if let Some(reason) = earlier.find(|reason| *reason.get_ref() == RevocationReason::CaCompromise) {
            return self.refuse(reason, "revoke_earlier", "is a reason of authorities: keyCompromise");
        }
        for Revoke { reason, .. } in &plan.revoke {
            if *reason.get_ref() == RevocationReason::KeyCompromise {
                return self.refuse(reason, "reason", "is a reason of end entities: cACompromise");
            }
        }
        match &plan.root_crls {
            Some(crls) if !(1..=400).contains(crls.valid_days.get_ref()) => {
                self.refuse(&crls.valid_days, "root_crls.valid_days", "must be 1 to 400 days")
            }
            _ => Ok(()),
        }
    }

    /// Roots, issuing authorities, services and OCSP responders never share a token: whoever opens one of
    /// them must not hold the keys of another.
    fn tokens(&self) -> Result<(), CeremonyError> {
        let plan = &self.ceremony.plan;
        let mut uses: BTreeMap<&str, &str> = BTreeMap::new();
        let roots = plan.root.iter().map(|root| (&root.token, "roots"));
        let issuing = plan.issuing.iter().map(|authority| (&authority.token, "issuing authorities"));
        let responders = plan.issuing.iter().map(|authority| &authority.responder.token);
        let responders = responders.chain(plan.responder.iter().map(|new| &new.token));
        let responders = responders.map(|token| (token, "OCSP responders"));
        let lists = plan.list_signer.iter().map(|signer| &signer.token);
        let services = lists.chain(plan.audit.iter().map(|audit| &audit.token));
        let services = services.map(|token| (token, "services"));
        for (token, used_for) in roots.chain(issuing).chain(services).chain(responders) {
            let name = token.get_ref().as_str();
            let initialised = plan.tokens.iter().any(|listed| listed.get_ref() == name);
            if !initialised && self.ceremony.kind() == CeremonyKind::Installation {
                return self.refuse(token, "token", "must be one of `tokens`");
            }
            let first = *uses.entry(name).or_insert(used_for);
            if first != used_for {
                return self.refuse(token, "token", format!("holds the keys of {first}, and no others"));
            }
        }
        let mut seen = BTreeSet::new();
        for listed in &plan.tokens {
            if !seen.insert(listed.get_ref()) {
                return self.refuse(listed, "tokens", "stands twice");
            }
            if !uses.contains_key(listed.get_ref().as_str()) {
                return self.refuse(listed, "tokens", "no key is made in this token");
            }
        }
        Ok(())
    }

    fn named(&self, short_name: &Spanned<String>) -> Result<(), CeremonyError> {
        match self.identity.authorities.common_name(short_name.get_ref()) {
            Some(_) => Ok(()),
            None => self.refuse(short_name, "short_name", "the identity names no such authority"),
        }
    }

    fn years(&self, validity: &Spanned<Validity>) -> Result<(), CeremonyError> {
        match validity.get_ref().years {
            1..=40 => Ok(()),
            _ => self.refuse(validity, "validity", "must be 1 to 40 years"),
        }
    }

    fn key(&self, profile: &str, kind: &Spanned<KeyKind>) -> Result<(), CeremonyError> {
        let allowed = self.profiles.get(profile).is_some_and(|profile| profile.keys.allows(*kind.get_ref()));
        if allowed {
            return Ok(());
        }
        self.refuse(kind, "key", format!("profile {profile} allows no key of kind {}", kind.get_ref()))
    }

    fn issues(
        &self,
        profile: &str,
        issuer: &Spanned<String>,
        kind: AuthorityKind,
    ) -> Result<(), CeremonyError> {
        let name = issuer.get_ref();
        match self.profiles.get(profile) {
            Some(found) if found.issued_by(name, kind) => Ok(()),
            _ => self.refuse(issuer, name, format!("does not issue profile {profile}")),
        }
    }

    pub(super) fn refuse<T, V>(
        &self,
        at: &Spanned<V>,
        field: impl Into<String>,
        rule: impl Into<String>,
    ) -> Result<T, CeremonyError> {
        Err(CeremonyError::Rule { line: self.ceremony.line(at), field: field.into(), rule: rule.into() })
    }
}
