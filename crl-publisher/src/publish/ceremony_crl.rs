//! CRLs that are signed at a ceremony: those of the roots, and the last one of an authority that ends.

use std::ops::RangeInclusive;
use std::time::Duration;

use ca_core::authority::{self, Authority, AuthorityError};
use ca_core::authority_end::{self, AuthorityEnd};
use ca_core::signer::Signer;
use ca_core::status_log;
use diesel::QueryResult;
use store::{Act, Code, CryptoRng, Database, Fault, Timestamp};
use thiserror::Error;

use super::crls::{CrlReport, put_out, reconcile};
use crate::crl::cut::Cut;
use crate::crl::issue::{self, Base, Reach, Wanted};
use crate::crl::{CrlError, CrlKind, Scope, VerifiedCrl, entries, record, shards};
use crate::folder::PublicFolder;
use crate::policy::PublicationPolicy;

/// How far past the last certificate of an authority its last CRL reaches.
const PAST_THE_END: Duration = Duration::from_secs(24 * 3600);

/// Which CRL a ceremony asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CeremonyCrl {
    /// One that is good for this long.
    For(Duration),
    /// The last one of an authority whose end is decided: its nextUpdate lies past the end of the last
    /// certificate it gave, so that no certificate is ever without a CRL (RFC 5280 §5). The delta beside it
    /// reaches as far.
    Last,
}

/// Why a ceremony's CRL was not signed.
#[derive(Debug, Error)]
pub enum CeremonyCrlError {
    /// The authority does not load.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// A last CRL is asked of an authority that goes on.
    #[error("the end of {0} was not decided: it has no last CRL")]
    NotEnded(String),
    /// It was not signed or not published.
    #[error(transparent)]
    Crl(#[from] CrlError),
}

impl Fault for CeremonyCrlError {
    fn code(&self) -> Code {
        match self {
            Self::Authority(error) => error.code(),
            Self::NotEnded(_) => crate::faults::CRL_NOT_LAST,
            Self::Crl(error) => error.code(),
        }
    }
}

/// A CRL that a ceremony has had signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCrl {
    /// CRLNumber.
    pub number: u64,
    /// thisUpdate.
    pub this_update: Timestamp,
    /// nextUpdate.
    pub next_update: Timestamp,
    /// The DER of the `CertificateList`.
    pub der: Vec<u8>,
}

/// Signs, records and publishes a full CRL of `short_name`, and where it has shards, of each of these. One that was recorded since `begun` and reaches as
/// far as this one would is the one that an interrupted ceremony has signed, and stands, unless something was
/// revoked since. Runs its own transactions.
#[expect(clippy::too_many_arguments, reason = "the house's parameter order, and when it was begun")]
pub fn sign_ceremony_crl(
    db: &mut Database,
    signer: &mut dyn Signer,
    folder: &PublicFolder,
    policy: &PublicationPolicy,
    short_name: &str,
    wanted: CeremonyCrl,
    begun: Timestamp,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<SignedCrl, CeremonyCrlError> {
    let authority = authority::load(db, short_name)?;
    let scopes = Scope::of(db, &authority).map_err(CrlError::from)?;
    for scope in &scopes {
        reconcile(db, folder, &authority, scope, &mut CrlReport::default())?;
    }
    let reach = reach(db, short_name, wanted)?;
    let moments = begun.whole_second()..=act.at.plus(policy.clock_tolerance);
    for scopes in [&scopes[..1], &scopes[1..]] {
        if are_signed(db, short_name, scopes, reach, &moments).map_err(CrlError::from)? {
            continue;
        }
        let issued = match scopes {
            [Scope::All] => {
                let cut = Cut::now(db, policy, &authority, act)?;
                let (scope, kinds) = (&Scope::All, CrlKind::of(authority.kind));
                let wanted = Wanted { scope, kinds, reach, base: Base::OldestInUse, cut };
                issue::issue(db, signer, folder, policy, &authority, &wanted, act)?
            }
            shards => shards::issue_all(db, signer, folder, policy, &authority, shards, reach, act)?,
        };
        record::insert(db, &authority, &issued, rng, act)?;
        for crl in issued {
            put_out(folder, &authority, crl)?;
        }
    }
    newest(db, &authority)
}

/// The DER of a recorded full CRL.
pub fn recorded_crl(db: &mut Database, short_name: &str, number: u64) -> QueryResult<Option<Vec<u8>>> {
    record::der(db, short_name, &Scope::All, CrlKind::Full, number)
}

fn reach(db: &mut Database, short_name: &str, wanted: CeremonyCrl) -> Result<Reach, CeremonyCrlError> {
    match wanted {
        CeremonyCrl::For(duration) => Ok(Reach::For(duration)),
        CeremonyCrl::Last => {
            let end = authority_end::find(db, short_name).map_err(CrlError::from)?;
            let end = end.ok_or_else(|| CeremonyCrlError::NotEnded(short_name.to_owned()))?;
            Ok(Reach::Until(last_crl_until(&end)))
        }
    }
}

/// The nextUpdate of the last CRLs of an authority whose end is decided: past the end of all that it certified, so that
/// nothing follows them and nothing needs to. None of one that goes on.
pub fn last_crl_of(db: &mut Database, authority: &str) -> QueryResult<Option<Timestamp>> {
    Ok(authority_end::find(db, authority)?.as_ref().map(last_crl_until))
}

/// The nextUpdate of the last CRLs of an authority.
pub(super) fn last_crl_until(end: &AuthorityEnd) -> Timestamp {
    end.covered_until.plus(PAST_THE_END).whole_second()
}

fn are_signed(
    db: &mut Database,
    short_name: &str,
    scopes: &[Scope],
    reach: Reach,
    moments: &RangeInclusive<Timestamp>,
) -> QueryResult<bool> {
    for scope in scopes {
        if !is_signed(db, short_name, scope, reach, moments)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether the CRL that stands is the one that is wanted, of one of these `moments`: another ceremony may have
/// signed one meanwhile, which reaches elsewhere, or one before, by a clock that was ahead.
fn is_signed(
    db: &mut Database,
    short_name: &str,
    scope: &Scope,
    reach: Reach,
    moments: &RangeInclusive<Timestamp>,
) -> QueryResult<bool> {
    let Some(crl) = record::newest(db, short_name, scope, CrlKind::Full)? else { return Ok(false) };
    let next_update = reach.next_update(crl.this_update);
    let since = status_log::newest(db)?;
    Ok(moments.contains(&crl.this_update)
        && next_update.is_none_or(|wanted| crl.next_update == wanted)
        && entries::count_by_log(db, short_name, scope, (crl.log_sequence, since))? == 0)
}

fn newest(db: &mut Database, authority: &Authority) -> Result<SignedCrl, CeremonyCrlError> {
    let short_name = &authority.short_name;
    let missing = || CrlError::from(diesel::result::Error::NotFound);
    let newest = record::newest(db, short_name, &Scope::All, CrlKind::Full).map_err(CrlError::from)?;
    let crl = newest.ok_or_else(missing)?;
    let der = record::der(db, short_name, &Scope::All, CrlKind::Full, crl.number).map_err(CrlError::from)?;
    let der = der.ok_or_else(missing)?;
    // Read back once more: the transcript names what stands, not what was meant.
    VerifiedCrl::from_record(authority, &Scope::All, CrlKind::Full, crl.log_sequence, 0, der.clone())
        .map_err(CrlError::from)?;
    Ok(SignedCrl { number: crl.number, this_update: crl.this_update, next_update: crl.next_update, der })
}
