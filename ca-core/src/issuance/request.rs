use store::Timestamp;

use crate::identity::Identity;
use crate::key_policy::Blocklist;
use crate::profile::Profiles;
use crate::signer::KeyReference;
use crate::subject::Facts;

/// What every issuance of an installation shares.
#[derive(Clone, Copy, Debug)]
pub struct IssuanceContext<'a> {
    /// The catalogue of profiles.
    pub profiles: &'a Profiles,
    /// Whose PKI it is.
    pub identity: &'a Identity,
    /// The keys that are known to be weak.
    pub blocklist: &'a Blocklist,
}

/// Who will hold the certificate.
#[derive(Clone, Copy, Debug)]
pub enum Bearer<'a> {
    /// A person, an organisation, a service.
    EndEntity,
    /// A certification authority; its row is recorded with the intention.
    Authority(NewAuthorityKey<'a>),
}

/// The key of an authority that is being certified.
#[derive(Clone, Copy, Debug)]
pub struct NewAuthorityKey<'a> {
    /// Short name of the new authority.
    pub short_name: &'a str,
    /// Where its private key lives.
    pub key: &'a KeyReference,
    /// The first eight octets of each serial number it will give; none for a root.
    pub serial_prefix: Option<[u8; 8]>,
}

/// A certificate that is wanted.
#[derive(Clone, Debug)]
pub struct IssuanceRequest<'a> {
    /// Identifier of the profile.
    pub profile: &'a str,
    /// Short name of the issuing authority; a root's own.
    pub issuer: &'a str,
    /// Who will hold it.
    pub bearer: Bearer<'a>,
    /// What the profile asks of the subject.
    pub facts: &'a Facts,
    /// The key to be certified, SubjectPublicKeyInfo in DER.
    pub public_key: &'a [u8],
    /// The last second of validity; where absent, what the profile says. Past the issuer's it is refused.
    pub not_after: Option<Timestamp>,
}
