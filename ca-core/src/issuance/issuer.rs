use store::{Database, Timestamp};

use super::{IssuanceRequest, NewAuthorityKey, PrepareError};
use crate::authority::{self, AuthorityError, AuthorityKind};
use crate::authority_end;
use crate::identity::Identity;
use crate::lint::{Declared, DeclaredIdentity, IssuerCertificate};
use crate::shard::{self, Shard};
use crate::signer::{KeyReference, SignatureAlgorithm};
use crate::tbs::{BuildError, TbsIssuer};

/// Who signs: a recorded authority, or the root that is being made.
#[derive(Debug)]
pub(super) struct Issuer {
    pub(super) kind: AuthorityKind,
    pub(super) public_key: Vec<u8>,
    pub(super) key: KeyReference,
    pub(super) algorithm: SignatureAlgorithm,
    pub(super) serial_prefix: Option<[u8; 8]>,
    /// The open shards of its CRL.
    pub(super) shards: Vec<Shard>,
    /// What the identity declares of the certificates under it, as the lint reads it.
    pub(super) declared: Declared,
    /// None for a root, which nobody stands above.
    pub(super) above: Option<Above>,
}

/// The certificate of the authority that signs.
#[derive(Debug)]
pub(super) struct Above {
    pub(super) names: TbsIssuer,
    pub(super) linted: IssuerCertificate,
    pub(super) not_before: Timestamp,
    pub(super) not_after: Timestamp,
}

impl Issuer {
    pub(super) fn root(
        request: &IssuanceRequest<'_>,
        new: &NewAuthorityKey<'_>,
        identity: &Identity,
    ) -> Result<Self, PrepareError> {
        Ok(Self {
            kind: AuthorityKind::Root,
            public_key: request.public_key.to_vec(),
            key: new.key.clone(),
            algorithm: SignatureAlgorithm::of_key(request.public_key).map_err(BuildError::from)?,
            serial_prefix: None,
            shards: Vec::new(),
            declared: DeclaredIdentity::read(identity.text()).of(new.short_name, new.short_name),
            above: None,
        })
    }

    pub(super) fn recorded(
        db: &mut Database,
        short_name: &str,
        identity: &Identity,
    ) -> Result<Self, PrepareError> {
        let authority = authority::load(db, short_name)?;
        if authority_end::find(db, short_name)?.is_some() {
            return Err(PrepareError::AuthorityEnded(short_name.to_owned()));
        }
        if authority.revoked_at.is_some() {
            return Err(PrepareError::AuthorityRevoked(short_name.to_owned()));
        }
        let names =
            TbsIssuer::of_certificate(&authority.short_name, &authority.parent, &authority.certificate)
                .map_err(|error| AuthorityError::Unreadable(error.short_name, error.detail))?;
        Ok(Self {
            kind: authority.kind,
            public_key: authority.public_key,
            key: authority.key,
            algorithm: authority.algorithm,
            serial_prefix: authority.serial_prefix,
            shards: shard::open(db, short_name)?,
            declared: DeclaredIdentity::read(identity.text()).of(short_name, &authority.parent),
            above: Some(Above {
                names,
                linted: IssuerCertificate::read(&authority.certificate),
                not_before: authority.not_before,
                not_after: authority.not_after,
            }),
        })
    }
}
