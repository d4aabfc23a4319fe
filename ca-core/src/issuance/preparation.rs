use std::collections::BTreeMap;

use store::{Act, CryptoRng, Database, Timestamp};

use super::issuer::Issuer;
use super::prepare::prepare_under;
use super::{Bearer, Evidence, IssuanceContext, IssuanceRequest, PrepareError, Prepared};
use crate::authority;
use crate::epoch::Epoch;

/// Builds the TBS, has it linted, and records it as intended; inside the caller's write
/// transaction, so that the caller's own rows stand or fall with it: a [`Preparation`] of one.
pub fn prepare(
    db: &mut Database,
    context: IssuanceContext<'_>,
    request: &IssuanceRequest<'_>,
    evidence: &Evidence,
    epoch: &Epoch,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Prepared, PrepareError> {
    Preparation::begin(db, context, epoch)?.prepare(db, request, evidence, rng, act)
}

/// What the certificates that are prepared in one transaction share, looked up once in it: that the lease stands, and
/// the issuing authorities. Not to be kept longer than that transaction.
#[derive(Debug)]
pub struct Preparation<'a> {
    context: IssuanceContext<'a>,
    epoch: &'a Epoch,
    /// The recorded authorities by short name.
    issuers: BTreeMap<String, Issuer>,
    /// The newest generation of an authority, by the short name of its first.
    newest: BTreeMap<String, String>,
}

impl<'a> Preparation<'a> {
    /// Begins, inside the caller's write transaction.
    pub fn begin(
        db: &mut Database,
        context: IssuanceContext<'a>,
        epoch: &'a Epoch,
    ) -> Result<Self, PrepareError> {
        debug_assert!(db.in_transaction(), "the intention belongs to the caller's transaction");
        epoch.check_alive(db)?;
        Ok(Self { context, epoch, issuers: BTreeMap::new(), newest: BTreeMap::new() })
    }

    /// The short name of the newest generation of `first` that may issue at `at`
    /// ([`authority::newest_generation`]).
    pub fn newest_generation(
        &mut self,
        db: &mut Database,
        first: &str,
        at: Timestamp,
    ) -> Result<String, PrepareError> {
        if let Some(known) = self.newest.get(first) {
            return Ok(known.clone());
        }
        let newest = authority::newest_generation(db, first, at)?.short_name;
        self.newest.insert(first.to_owned(), newest.clone());
        Ok(newest)
    }

    /// Builds the TBS, has it linted, and records it as intended.
    pub fn prepare(
        &mut self,
        db: &mut Database,
        request: &IssuanceRequest<'_>,
        evidence: &Evidence,
        rng: &mut dyn CryptoRng,
        act: &Act,
    ) -> Result<Prepared, PrepareError> {
        let (context, epoch) = (self.context, self.epoch);
        if let Bearer::Authority(new) = &request.bearer
            && new.short_name == request.issuer
        {
            let root = Issuer::root(request, new, context.identity)?;
            return prepare_under(db, context, &root, request, evidence, epoch, rng, act);
        }
        if !self.issuers.contains_key(request.issuer) {
            let issuer = Issuer::recorded(db, request.issuer, context.identity)?;
            self.issuers.insert(request.issuer.to_owned(), issuer);
        }
        prepare_under(db, context, &self.issuers[request.issuer], request, evidence, epoch, rng, act)
    }
}
