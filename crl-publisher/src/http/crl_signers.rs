//! Whose signature a published CRL must have, and which address that of a shard must name: as the rows say, kept in memory.
//!
//! Where the database has never answered, or an authority's record does not read, its certificate in the public folder says it: it is
//! enough to tell one authority from another. What was judged by it is judged again once the rows are known.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ca_core::authority::{self, Authority};
use ca_core::signer::SignatureAlgorithm;
use der::{Decode, Encode};
use diesel::prelude::*;
use store::Database;
use store::schema::crl_shards;
use x509_cert::Certificate;

use super::target::CrlName;
use crate::crl::read::Crl;
use crate::crl::verify::is_signed_with;
use crate::folder::PublicFolder;
use crate::pool::Pool;

/// How long the rows are believed before a CRL that does not fit them makes us look again.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// How long a database that did not answer is left alone: each who asks it may wait for as long as the pool does.
const TRY_AGAIN: Duration = Duration::from_secs(2);

/// Who signs CRLs, as far as it is known.
#[derive(Debug, Default)]
pub(super) struct CrlSigners(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    recorded: Option<Arc<Recorded>>,
    edition: Edition,
    /// When somebody last began to ask.
    asked_at: Option<Instant>,
    /// When the database last did not answer; nothing once it did.
    failed_at: Option<Instant>,
}

/// Which state of the rows something was judged by: the next one, whenever they say something else than before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Edition(u64);

/// What a CRL is not, that was found under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mismatch {
    /// Nobody knows an authority of this name.
    NoAuthority,
    /// Its issuer is another.
    Issuer,
    /// The key that signed it is another.
    Signature,
    /// It is of every certificate in the place of a shard's, the other way round, or of another shard.
    Scope,
}

impl Mismatch {
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::NoAuthority => "no authority of this name is known",
            Self::Issuer => "its issuer is another",
            Self::Signature => "its signature is not the authority's",
            Self::Scope => "it is about other certificates than its name says",
        }
    }
}

/// What a CRL says of itself that was verified, and with which key: as long as that is its authority's, nobody looks at the
/// signature again, however often the rows say something new of others.
#[derive(Debug)]
pub(super) struct Verified {
    /// Name, DER.
    issuer: Vec<u8>,
    distribution_point: Option<String>,
    algorithm: SignatureAlgorithm,
    /// SubjectPublicKeyInfo, DER.
    public_key: Vec<u8>,
}

impl CrlSigners {
    /// Takes in what the rows say now.
    pub(super) fn learn(&self, db: &mut Database) -> QueryResult<()> {
        let recorded = Recorded::load(db)?;
        let mut known = self.lock();
        if known.recorded.as_deref() != Some(&recorded) {
            known.edition.0 += 1;
            known.recorded = Some(Arc::new(recorded));
        }
        (known.asked_at, known.failed_at) = (Some(Instant::now()), None);
        Ok(())
    }

    /// By what is judged at this moment.
    pub(super) fn edition(&self) -> Edition {
        self.lock().edition
    }

    /// Whether a CRL that nobody has judged by these rows is what its name says, and by which state of them. What does not fit has
    /// them read again, unless they were a moment ago; what fits a certificate in the folder does so too: a database may be silent.
    ///
    /// What may be of a shard or an authority that was opened since has them read whenever they were read last: the rows are there
    /// before the file is. Who asks is bounded by what is published, since a version is judged once.
    pub(super) fn judge(
        &self,
        folder: &PublicFolder,
        pool: &Pool<Database>,
        name: &CrlName,
        crl: &Crl<'_>,
    ) -> (Result<Verified, Mismatch>, Edition) {
        let judged = self.judge_now(folder, name, crl);
        let is_due = match judged.0 {
            Ok(_) => !self.has_answered() && self.asks_again(),
            Err(Mismatch::Scope | Mismatch::NoAuthority) => self.may_be_asked(),
            Err(Mismatch::Issuer | Mismatch::Signature) => self.asks_again(),
        };
        if is_due && self.ask(pool) { self.judge_now(folder, name, crl) } else { judged }
    }

    /// Whether the rows say something else than before, where they were not read a moment ago.
    pub(super) fn say_something_new(&self, pool: &Pool<Database>) -> bool {
        let before = self.edition();
        self.asks_again() && self.ask(pool) && self.edition() != before
    }

    /// Whether the database has answered.
    fn ask(&self, pool: &Pool<Database>) -> bool {
        let has_answered = pool.run(|db| self.learn(db)).is_some();
        if !has_answered {
            self.lock().failed_at = Some(Instant::now());
        }
        has_answered
    }

    /// As if they had been asked for then and had answered, or had been silent; or not at all for long.
    #[cfg(test)]
    pub(super) fn were_asked(&self, at: Option<Instant>, failed_at: Option<Instant>) {
        let mut known = self.lock();
        (known.asked_at, known.failed_at) = (at, failed_at);
    }

    /// The same by what is known already.
    fn judge_now(
        &self,
        folder: &PublicFolder,
        name: &CrlName,
        crl: &Crl<'_>,
    ) -> (Result<Verified, Mismatch>, Edition) {
        let (fits, edition) = self.with_signer(folder, name, |signer| signer.fits(name, crl));
        (fits.unwrap_or(Err(Mismatch::NoAuthority)), edition)
    }

    /// Whether a CRL that was verified is still what its name says, and by which state of the rows. Reads no CRL.
    pub(super) fn still_fits(
        &self,
        folder: &PublicFolder,
        name: &CrlName,
        verified: &Verified,
    ) -> (bool, Edition) {
        let (fits, edition) = self.with_signer(folder, name, |signer| signer.has_verified(name, verified));
        (fits == Some(true), edition)
    }

    /// What `f` says of whoever signs under this name, if anybody knows, and by which state of the rows. No lock is held meanwhile.
    fn with_signer<T>(
        &self,
        folder: &PublicFolder,
        name: &CrlName,
        f: impl FnOnce(&Signer) -> T,
    ) -> (Option<T>, Edition) {
        let (recorded, edition) = {
            let known = self.lock();
            (known.recorded.clone(), known.edition)
        };
        let signer = recorded.as_deref().and_then(|recorded| recorded.signers.get(name.issuer.as_str()));
        let said = match signer {
            Some(signer) => Some(f(signer)),
            None => Signer::of_published_certificate(folder, name).map(|signer| f(&signer)),
        };
        (said, edition)
    }

    pub(super) fn has_answered(&self) -> bool {
        self.lock().recorded.is_some()
    }

    /// Whether it is time to; it is not again for a moment.
    fn asks_again(&self) -> bool {
        let mut known = self.lock();
        let is_due = match known.failed_at {
            Some(failed) => failed.elapsed() >= TRY_AGAIN,
            None => known.asked_at.is_none_or(|asked| asked.elapsed() >= LOOK_AGAIN),
        };
        if is_due {
            (known.asked_at, known.failed_at) = (Some(Instant::now()), None);
        }
        is_due
    }

    /// Whether the database did not just leave somebody without an answer.
    fn may_be_asked(&self) -> bool {
        self.lock().failed_at.is_none_or(|failed| failed.elapsed() >= TRY_AGAIN)
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the rows say, by short name. A generation of a key has a name of its own (invariant 17): none ever changes its key.
#[derive(Debug, PartialEq, Eq)]
struct Recorded {
    signers: HashMap<String, Signer>,
}

impl Recorded {
    fn load(db: &mut Database) -> QueryResult<Self> {
        let authorities = authority::readable(db)?.authorities.into_iter();
        let mut signers: HashMap<String, Signer> =
            authorities.map(|authority| (authority.short_name.clone(), Signer::of(authority))).collect();
        // Those too that have ended: their last CRLs stand for as long as somebody may ask for them.
        let shards: Vec<(String, i64, String)> = crl_shards::table
            .select((crl_shards::issuer, crl_shards::number, crl_shards::crl_url))
            .load(db)?;
        for (issuer, number, address) in shards {
            if let (Some(signer), Ok(number)) = (signers.get_mut(&issuer), u32::try_from(number)) {
                signer.shards.get_or_insert_default().insert(number, address);
            }
        }
        Ok(Self { signers })
    }
}

/// What a CRL of an authority is held against.
#[derive(Debug, PartialEq, Eq)]
struct Signer {
    /// Its name, DER.
    subject: Vec<u8>,
    /// SubjectPublicKeyInfo, DER.
    public_key: Vec<u8>,
    algorithm: SignatureAlgorithm,
    /// The address of each of its shards, by number; nothing where only its certificate is known.
    shards: Option<HashMap<u32, String>>,
}

impl Signer {
    fn of(authority: Authority) -> Self {
        let Authority { subject, public_key, algorithm, .. } = authority;
        Self { subject, public_key, algorithm, shards: Some(HashMap::new()) }
    }

    fn of_published_certificate(folder: &PublicFolder, name: &CrlName) -> Option<Self> {
        let path = folder.ca_path(&format!("{}.cer", name.issuer.as_str()));
        let certificate = Certificate::from_der(&folder.read(&path).ok()??).ok()?;
        let tbs = certificate.tbs_certificate();
        let public_key = tbs.subject_public_key_info().to_der().ok()?;
        let algorithm = SignatureAlgorithm::of_key(&public_key).ok()?;
        Some(Self { subject: tbs.subject().to_der().ok()?, public_key, algorithm, shards: None })
    }

    fn fits(&self, name: &CrlName, crl: &Crl<'_>) -> Result<Verified, Mismatch> {
        if crl.issuer != self.subject {
            return Err(Mismatch::Issuer);
        }
        if !self.has_scope(name, crl.distribution_point.as_ref()) {
            return Err(Mismatch::Scope);
        }
        if !is_signed_with(crl, self.algorithm, &self.public_key) {
            return Err(Mismatch::Signature);
        }
        Ok(Verified {
            issuer: self.subject.clone(),
            distribution_point: crl.distribution_point.clone(),
            algorithm: self.algorithm,
            public_key: self.public_key.clone(),
        })
    }

    fn has_verified(&self, name: &CrlName, verified: &Verified) -> bool {
        let Verified { issuer, distribution_point, algorithm, public_key } = verified;
        (issuer, *algorithm, public_key) == (&self.subject, self.algorithm, &self.public_key)
            && self.has_scope(name, distribution_point.as_ref())
    }

    fn has_scope(&self, name: &CrlName, distribution_point: Option<&String>) -> bool {
        match (name.shard, distribution_point, &self.shards) {
            (None, None, _) | (Some(_), Some(_), None) => true,
            (Some(number), Some(address), Some(shards)) => shards.get(&number) == Some(address),
            (None, Some(_), _) | (Some(_), None, _) => false,
        }
    }
}
