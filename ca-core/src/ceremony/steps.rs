//! A ceremony as the steps that are taken, in their order. The printed script, the run and the offline
//! verification all read this one list.

use std::fmt;

use super::administrators::AdministratorKey;
use super::file::{Issuing, Living, Root, Validity};
use super::{Ceremony, CeremonyKind};
use crate::profile::KeyKind;
use crate::revocation::RevocationReason;
use crate::service_key::Purpose;
use crate::subject::{Fact, Facts};

pub(super) const ROOT_PROFILE: &str = "root";
pub(super) const ISSUING_PROFILE: &str = "issuing";
pub(super) const RESPONDER_PROFILE: &str = "ocsp-responder";

/// One step. Its [`fmt::Display`] is its stable name: `key ACR-EL`.
#[derive(Clone, Debug)]
pub enum Step {
    /// Who is there; which file, which program.
    Open,
    /// The PINs of the custodians' token are drawn and shared.
    Share(ShareStep),
    /// A custodian says that he has his share; his number, from 1.
    Acknowledge(usize, String),
    /// A token is initialised; its name in `tokens.toml`.
    Token(String),
    /// A key is made in a token.
    Key(KeyStep),
    /// A key is certified.
    Certificate(CertificateStep),
    /// Certificates on which the PKI stands are revoked.
    Revoke(RevokeStep),
    /// The end of an authority is decided.
    End(EndStep),
    /// A CRL is signed with a key that normal running does not have.
    Crl(CrlStep),
    /// It is recorded whose key this is, before those who are there.
    Administrator(AdministratorKey),
    /// Certificates and CRLs go before the world.
    Publish,
    /// The key of an authority that has ended is destroyed; its short name.
    Destroy(String),
    /// The end.
    Close,
}

/// PINs to be shared.
#[derive(Clone, Debug)]
pub struct ShareStep {
    /// The token they open.
    pub token: String,
    /// How many custodians open it.
    pub needed: usize,
    /// The custodians.
    pub names: Vec<String>,
}

/// A key to be made.
#[derive(Clone, Debug)]
pub struct KeyStep {
    /// Its `CKA_LABEL`, unique in its token: the short name of its authority, or the name of its service.
    pub label: String,
    /// Where.
    pub token: String,
    /// Of which kind.
    pub kind: KeyKind,
    /// Whether it is the audit key, which has no certificate and is recorded at once.
    pub audit: bool,
}

/// A certificate to be issued.
#[derive(Clone, Debug)]
pub struct CertificateStep {
    /// The label of the key.
    pub label: String,
    /// The profile.
    pub profile: String,
    /// Short name of who signs.
    pub issuer: String,
    /// Whom it is for.
    pub(super) bearer: CeremonyBearer,
}

/// Whom a certificate of a ceremony is for.
#[derive(Clone, Debug)]
pub(super) enum CeremonyBearer {
    /// An authority.
    Authority { validity: Validity, root: bool },
    /// A service of the installation.
    Service { purpose: Purpose, facts: Box<Facts> },
}

/// A CRL to be signed.
#[derive(Clone, Debug)]
pub struct CrlStep {
    /// Short name of the authority.
    pub authority: String,
    /// For how long it is good, or whether it is the last one.
    pub reach: CrlReach,
}

/// How far a CRL reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrlReach {
    /// Days from thisUpdate to nextUpdate.
    Days(u16),
    /// Past the end of the last certificate of an authority that ends.
    Last,
}

/// Certificates to be revoked: an authority's, or those of its OCSP responders.
#[derive(Clone, Debug)]
pub struct RevokeStep {
    /// Short name of the authority.
    pub authority: String,
    /// Where its responders are meant: the label of the one that stays. Its own certificate otherwise.
    pub but_responder: Option<String>,
    /// Why.
    pub reason: RevocationReason,
}

/// An end to be decided.
#[derive(Clone, Debug)]
pub struct EndStep {
    /// Short name of the authority.
    pub authority: String,
    /// Whether it may have living certificates.
    pub leaves_certificates: bool,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open => f.write_str("open"),
            Self::Share(step) => write!(f, "share {}", step.token),
            Self::Acknowledge(number, _) => write!(f, "acknowledge {number}"),
            Self::Token(name) => write!(f, "token {name}"),
            Self::Key(step) => write!(f, "key {}", step.label),
            Self::Certificate(step) => write!(f, "certificate {}", step.label),
            Self::Revoke(RevokeStep { authority, but_responder: None, .. }) => {
                write!(f, "revoke {authority}")
            }
            Self::Revoke(RevokeStep { authority, .. }) => write!(f, "revoke ocsp-{authority}"),
            Self::End(step) => write!(f, "end {}", step.authority),
            Self::Crl(step) => write!(f, "crl {}", step.authority),
            Self::Administrator(key) => f.write_str(&key.step()),
            Self::Publish => f.write_str("publish"),
            Self::Destroy(authority) => write!(f, "destroy {authority}"),
            Self::Close => f.write_str("close"),
        }
    }
}

impl Ceremony {
    /// The steps, in their order. Each has a name of its own.
    pub fn steps(&self) -> Vec<Step> {
        let plan = &self.plan;
        let mut steps = vec![Step::Open];
        if let Some(custodians) = &plan.custodians {
            let (token, names) = (custodians.token.get_ref().clone(), custodians.names.get_ref().clone());
            steps.push(Step::Share(ShareStep {
                token,
                needed: *custodians.needed.get_ref(),
                names: names.clone(),
            }));
            steps.extend(names.into_iter().zip(1..).map(|(name, number)| Step::Acknowledge(number, name)));
        }
        steps.extend(plan.tokens.iter().map(|name| Step::Token(name.get_ref().clone())));
        if let Some(audit) = &plan.audit {
            let (token, kind) = (audit.token.get_ref().clone(), *audit.key.get_ref());
            steps.push(Step::Key(KeyStep { label: "audit".to_owned(), token, kind, audit: true }));
        }
        for root in &plan.root {
            steps.extend(root_steps(root));
        }
        for authority in &plan.issuing {
            steps.extend(issuing_steps(authority));
        }
        for authority in &plan.issuing {
            let short_name = authority.short_name.get_ref();
            let (token, kind) = (authority.responder.token.get_ref(), *authority.responder.key.get_ref());
            steps.extend(responder_steps(&format!("ocsp-{short_name}"), short_name, token, kind));
        }
        for responder in &plan.responder {
            // Its authority has one already: the name of the ceremony tells them apart.
            let (authority, token) = (responder.authority.get_ref(), responder.token.get_ref());
            let label = format!("ocsp-{authority}-{}", self.name());
            steps.extend(responder_steps(&label, authority, token, *responder.key.get_ref()));
            steps.extend(responder.revoke_earlier.as_ref().map(|reason| {
                let (authority, reason) = (authority.clone(), *reason.get_ref());
                Step::Revoke(RevokeStep { authority, but_responder: Some(label), reason })
            }));
        }
        steps.extend(plan.revoke.iter().map(|revoke| {
            let (authority, reason) = (revoke.authority.get_ref().clone(), *revoke.reason.get_ref());
            Step::Revoke(RevokeStep { authority, but_responder: None, reason })
        }));
        if let Some(signer) = &plan.list_signer {
            let (label, token) = (self.list_signer_label(), signer.token.get_ref());
            let service =
                CeremonyBearer::Service { purpose: Purpose::List, facts: Box::new(signer.facts.clone()) };
            let (profile, issuer) = (signer.profile.get_ref(), signer.authority.get_ref());
            steps.extend(service_steps(&label, token, *signer.key.get_ref(), profile, issuer, service));
        }
        for end in &plan.end {
            let authority = end.short_name.get_ref().clone();
            let leaves_certificates = end.living_certificates == Living::Leave;
            steps.push(Step::End(EndStep { authority: authority.clone(), leaves_certificates }));
            steps.push(Step::Crl(CrlStep { authority, reach: CrlReach::Last }));
        }
        if let Some(crls) = &plan.root_crls {
            let made = plan.root.iter().map(|root| &root.short_name);
            let reach = CrlReach::Days(*crls.valid_days.get_ref());
            steps.extend(
                made.chain(&crls.of)
                    .map(|name| Step::Crl(CrlStep { authority: name.get_ref().clone(), reach })),
            );
        }
        steps.extend(plan.administrator.iter().map(AdministratorKey::of).map(Step::Administrator));
        if self.kind() != CeremonyKind::Administrators {
            steps.push(Step::Publish);
        }
        steps.extend(plan.end.iter().map(|end| Step::Destroy(end.short_name.get_ref().clone())));
        steps.push(Step::Close);
        steps
    }

    /// `list-signer` of an installation; a later one bears the name of its ceremony.
    fn list_signer_label(&self) -> String {
        match self.kind() {
            CeremonyKind::Installation => "list-signer".to_owned(),
            _ => format!("list-signer-{}", self.name()),
        }
    }
}

fn root_steps(root: &Root) -> [Step; 2] {
    let label = root.short_name.get_ref().clone();
    [
        Step::Key(KeyStep {
            label: label.clone(),
            token: root.token.get_ref().clone(),
            kind: *root.key.get_ref(),
            audit: false,
        }),
        Step::Certificate(CertificateStep {
            issuer: label.clone(),
            profile: ROOT_PROFILE.to_owned(),
            bearer: CeremonyBearer::Authority { validity: *root.validity.get_ref(), root: true },
            label,
        }),
    ]
}

fn issuing_steps(authority: &Issuing) -> [Step; 2] {
    let label = authority.short_name.get_ref().clone();
    [
        Step::Key(KeyStep {
            label: label.clone(),
            token: authority.token.get_ref().clone(),
            kind: *authority.key.get_ref(),
            audit: false,
        }),
        Step::Certificate(CertificateStep {
            label,
            profile: ISSUING_PROFILE.to_owned(),
            issuer: authority.parent.get_ref().clone(),
            bearer: CeremonyBearer::Authority { validity: *authority.validity.get_ref(), root: false },
        }),
    ]
}

pub(super) fn responder_steps(label: &str, authority: &str, token: &str, kind: KeyKind) -> [Step; 2] {
    let facts = Box::new(Facts::new());
    let bearer = CeremonyBearer::Service { purpose: Purpose::Ocsp, facts };
    service_steps(label, token, kind, RESPONDER_PROFILE, authority, bearer)
}

fn service_steps(
    label: &str,
    token: &str,
    kind: KeyKind,
    profile: &str,
    issuer: &str,
    bearer: CeremonyBearer,
) -> [Step; 2] {
    let (label, token) = (label.to_owned(), token.to_owned());
    let (profile, issuer) = (profile.to_owned(), issuer.to_owned());
    [
        Step::Key(KeyStep { label: label.clone(), token, kind, audit: false }),
        Step::Certificate(CertificateStep { label, profile, issuer, bearer }),
    ]
}

impl Step {
    /// Short name of the authority that signs in this step.
    pub(super) fn signer(&self) -> Option<&str> {
        match self {
            Self::Certificate(certificate) => Some(&certificate.issuer),
            Self::Crl(crl) => Some(&crl.authority),
            _ => None,
        }
    }
}

impl CertificateStep {
    /// What the profile asks of the subject.
    pub(super) fn facts(&self) -> Facts {
        match &self.bearer {
            CeremonyBearer::Authority { .. } => Facts::new().with(Fact::Authority, &self.label),
            CeremonyBearer::Service { facts, .. } => (**facts).clone(),
        }
    }
}
