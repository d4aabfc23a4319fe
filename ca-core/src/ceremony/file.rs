//! The ceremony file.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::Timestamp;
use toml::Spanned;

use super::CeremonyError;
use crate::identity::IdentityKind;
use crate::profile::KeyKind;
use crate::revocation::RevocationReason;
use crate::subject::Facts;

const LONGEST_FILE: usize = 64 * 1024;
const DAY: std::time::Duration = std::time::Duration::from_secs(86_400);

/// A key ceremony, as its file describes it. Well formed; [`super::check()`] knows the rules.
#[derive(Clone, Debug)]
pub struct Ceremony {
    pub(super) text: String,
    pub(super) plan: Plan,
}

impl Ceremony {
    /// Reads the text of a ceremony file, at most 64 KiB. Unknown keys are refused with their line.
    pub fn parse(text: &str) -> Result<Self, CeremonyError> {
        if text.len() > LONGEST_FILE {
            return Err(CeremonyError::Malformed(format!("longer than {LONGEST_FILE} octets")));
        }
        let plan = toml::from_str(text).map_err(|error| CeremonyError::Malformed(error.to_string()))?;
        Ok(Self { text: text.to_owned(), plan })
    }

    /// Its name: `demo`.
    pub fn name(&self) -> &str {
        self.plan.name.get_ref()
    }

    /// Its title, for people.
    pub fn title(&self) -> &str {
        &self.plan.title
    }

    /// What it is for.
    pub fn kind(&self) -> CeremonyKind {
        *self.plan.kind.get_ref()
    }

    /// The file, word for word.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// SHA-256 of the file, lower-case hexadecimal.
    pub fn sha256(&self) -> String {
        hex::encode(Sha256::digest(&self.text))
    }

    /// Token and kind of the OCSP responder's key that it provides for; nothing where it makes none of this authority.
    pub(crate) fn responder_of(&self, authority: &str) -> Option<(&str, KeyKind)> {
        let issuing =
            self.plan.issuing.iter().map(|one| (&one.short_name, &one.responder.token, &one.responder.key));
        let later = self.plan.responder.iter().map(|one| (&one.authority, &one.token, &one.key));
        let (_, token, kind) = issuing.chain(later).find(|(name, ..)| name.get_ref() == authority)?;
        Some((token.get_ref(), *kind.get_ref()))
    }

    /// The line that `spanned` begins at, counted from 1.
    pub(super) fn line<T>(&self, spanned: &Spanned<T>) -> usize {
        self.text[..spanned.span().start].matches('\n').count() + 1
    }
}

/// What a ceremony is for. Each kind has its own sections ([`super::check()`] knows which).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CeremonyKind {
    /// A whole hierarchy at once, in an empty installation: for demonstrations and tests.
    Installation,
    /// Roots, with their first CRLs.
    Root,
    /// The next CRLs of roots.
    RootCrl,
    /// Issuing authorities below standing roots, with their responders.
    IssuingAuthority,
    /// New OCSP responders of standing authorities.
    OcspResponders,
    /// The next signer of the opposition lists, certified by a standing authority.
    ListSigner,
    /// The next key generation of standing authorities.
    Rollover,
    /// Last CRL and destruction of an authority's key.
    EndOfAuthority,
    /// The keys of the first administrators, recorded.
    Administrators,
}

/// What the file says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Plan {
    pub(super) name: Spanned<String>,
    pub(super) title: String,
    pub(super) kind: Spanned<CeremonyKind>,
    /// The kind of identity it is meant for, so that a demo's file never makes an operator's keys.
    pub(super) identity: Spanned<IdentityKind>,
    #[serde(default)]
    pub(super) pins: Pins,
    /// The tokens that it initialises, by their names in `tokens.toml`.
    #[serde(default)]
    pub(super) tokens: Vec<Spanned<String>>,
    pub(super) custodians: Option<Custodians>,
    #[serde(default)]
    pub(super) root: Vec<Root>,
    #[serde(default)]
    pub(super) issuing: Vec<Issuing>,
    #[serde(default)]
    pub(super) responder: Vec<Responder>,
    pub(super) list_signer: Option<ListSigner>,
    pub(super) audit: Option<ServiceKey>,
    pub(super) root_crls: Option<RootCrls>,
    #[serde(default)]
    pub(super) revoke: Vec<Revoke>,
    #[serde(default)]
    pub(super) end: Vec<End>,
    #[serde(default)]
    pub(super) administrator: Vec<Administrator>,
}

/// An administrator's key, as his own page shows it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Administrator {
    pub(super) login: Spanned<String>,
    pub(super) display_name: Spanned<String>,
    pub(super) credential_id: Spanned<String>,
    pub(super) public_key: Spanned<String>,
}

/// Who holds the PINs of a token that this ceremony initialises: they are drawn and shared, and stand in
/// no file of the installation.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Custodians {
    pub(super) token: Spanned<String>,
    /// How many of them open it.
    pub(super) needed: Spanned<usize>,
    pub(super) names: Spanned<Vec<String>>,
}

/// The CRLs of the roots: of those that the file makes, or of those that it names.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RootCrls {
    /// From thisUpdate to nextUpdate.
    pub(super) valid_days: Spanned<u16>,
    #[serde(default)]
    pub(super) of: Vec<Spanned<String>>,
}

/// An issuing authority whose certificate its root revokes, on the CRL of the same ceremony.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Revoke {
    pub(super) authority: Spanned<String>,
    pub(super) reason: Spanned<RevocationReason>,
}

/// A new responder key of an authority.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Responder {
    pub(super) authority: Spanned<String>,
    pub(super) token: Spanned<String>,
    pub(super) key: Spanned<KeyKind>,
    /// Why the responders before it are revoked, where they are.
    pub(super) revoke_earlier: Option<Spanned<RevocationReason>>,
}

/// An authority that ends.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct End {
    pub(super) short_name: Spanned<String>,
    pub(super) living_certificates: Living,
}

/// What becomes of certificates that an ending authority gave and that are good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Living {
    /// There must be none.
    Refuse,
    /// They stay good to their end, which the last CRL covers; nobody can revoke them any more.
    Leave,
}

/// Where the PINs of the tokens come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Pins {
    /// Drawn at the ceremony and written to the PIN files, which must not exist.
    #[default]
    Generate,
    /// Brought by their keepers: the PIN files must exist.
    Existing,
}

/// A self-signed authority.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Root {
    pub(super) short_name: Spanned<String>,
    pub(super) token: Spanned<String>,
    pub(super) key: Spanned<KeyKind>,
    pub(super) validity: Spanned<Validity>,
}

/// An authority below a root, with its OCSP responder.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Issuing {
    pub(super) short_name: Spanned<String>,
    pub(super) parent: Spanned<String>,
    pub(super) token: Spanned<String>,
    pub(super) key: Spanned<KeyKind>,
    pub(super) validity: Spanned<Validity>,
    pub(super) responder: ServiceKey,
}

/// The key that signs opposition lists, with its certificate.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListSigner {
    pub(super) authority: Spanned<String>,
    pub(super) profile: Spanned<String>,
    pub(super) token: Spanned<String>,
    pub(super) key: Spanned<KeyKind>,
    pub(super) facts: Facts,
}

/// A key of a service.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ServiceKey {
    pub(super) token: Spanned<String>,
    pub(super) key: Spanned<KeyKind>,
}

/// How long an authority lives: calendar years, less some days.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Validity {
    pub(super) years: u8,
    #[serde(default)]
    pub(super) less_days: u8,
}

impl Validity {
    /// The last second of a certificate that begins at `not_before`.
    pub(super) fn end(self, not_before: Timestamp) -> Timestamp {
        not_before.whole_second().plus_years(i32::from(self.years)).minus(DAY * u32::from(self.less_days))
    }
}
