//! A place to hold ceremonies: a database, tokens, a folder.

use std::path::PathBuf;

use const_oid::AssociatedOid;
use der::asn1::{BitString, GeneralizedTime, OctetString, Uint};
use der::{Decode, Encode};
use diesel::prelude::*;
use store::schema::certificates;
use store::{Act, Actor, Database, DatabaseRole, RequestId, Timestamp};
use tempfile::TempDir;
use x509_cert::certificate::Rfc5280;
use x509_cert::crl::{CertificateList, RevokedCert, TbsCertList};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::{CrlNumber, CrlReason};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::time::Time;

use crate::authority;
use crate::authority_end;
use crate::ceremony::custodians::Share;
use crate::ceremony::{
    Attendance, Ceremony, CeremonyError, CeremonyOutcome, CeremonyTokens, Course, CrlMade, CrlReach, CrlStep,
    Step,
};
use crate::epoch::Epoch;
use crate::identity::Identity;
use crate::issuance::{self, Bearer, Evidence, EvidenceKind, IssuanceContext, IssuanceRequest, PrepareError};
use crate::key_policy::Blocklist;
use crate::profile::Profiles;
use crate::revocation::RevocationReason;
use crate::signer::{Pkcs11Module, Pkcs11Signer, Signer, sign_verified};
use crate::subject::Facts;

/// When the tests' ceremonies are held.
pub(super) fn start() -> Timestamp {
    "2026-11-21T10:00:00Z".parse().unwrap()
}

pub(crate) fn act() -> Act {
    Act { at: start(), actor: Actor::Ceremony("test".to_owned()), request: RequestId("test".to_owned()) }
}

pub(super) fn chance() -> rand_core::UnwrapErr<getrandom::SysRng> {
    rand_core::UnwrapErr(getrandom::SysRng)
}

pub(crate) struct Hall {
    pub(crate) module: Pkcs11Module,
    pub(crate) db: Database,
    pub(super) folder: TempDir,
    pub(super) crls: Vec<(CrlMade, Vec<u8>)>,
    pub(super) operator: String,
    /// Shares that custodians bring.
    pub(super) shares: Vec<PathBuf>,
    profiles: Profiles,
    pub(super) identity: Identity,
    blocklist: Blocklist,
}

impl Hall {
    /// With tokens that nobody has touched.
    pub(crate) fn new(module: Pkcs11Module) -> Self {
        for token in &module.tokens().tokens {
            std::fs::remove_file(&token.pin_file).unwrap();
            std::fs::remove_file(&token.so_pin_file).unwrap();
        }
        Self {
            module,
            db: database(),
            folder: tempfile::tempdir().unwrap(),
            crls: Vec::new(),
            operator: "Alix MOREAU".to_owned(),
            shares: Vec::new(),
            profiles: Profiles::embedded(),
            identity: Identity::demo(),
            blocklist: Blocklist::default(),
        }
    }

    pub(super) fn with_empty_database(&mut self) -> &mut Self {
        self.db = database();
        self
    }

    /// The same place, where the library knows no PIN that custodians brought.
    pub(super) fn in_another_process(mut self) -> Self {
        self.module = Pkcs11Module::load(self.module.tokens().clone(), None).unwrap();
        self
    }

    pub(super) fn share_file(&self, number: usize) -> PathBuf {
        self.folder.path().join(format!("share-{number}"))
    }

    /// Opens or takes up a ceremony, runs `part` with it, and leaves it.
    pub(super) fn within<T>(
        &mut self,
        text: &str,
        part: impl FnOnce(
            &mut Database,
            &mut Course<'_>,
            &mut Vec<(CrlMade, Vec<u8>)>,
        ) -> Result<T, CeremonyError>,
    ) -> Result<T, CeremonyError> {
        let ceremony = Ceremony::parse(text)?;
        let folder = self.folder.path().join("ceremonies");
        std::fs::create_dir_all(folder.join(ceremony.name())).unwrap();
        let custodians = ceremony.plan.custodians.as_ref().map_or(0, |one| one.names.get_ref().len());
        let attendance = Attendance {
            operator: self.operator.clone(),
            witnesses: vec!["Sacha PETIT".to_owned()],
            share_files: (1..=custodians).map(|number| self.share_file(number)).collect(),
        };
        let context = IssuanceContext {
            profiles: &self.profiles,
            identity: &self.identity,
            blocklist: &self.blocklist,
        };
        let ledger = self.ledger();
        let tokens = CeremonyTokens { module: &self.module, ledger: &ledger };
        let db = &mut self.db;
        let mut course =
            Course::open(db, tokens, context, &ceremony, &folder, attendance, &mut chance(), &act())?;
        let outcome = part(db, &mut course, &mut self.crls);
        course.leave(db, &act()).unwrap();
        outcome
    }

    /// Takes so many of the steps that are not done, and goes away.
    pub(crate) fn take_steps(&mut self, text: &str, steps: usize) -> Result<(), CeremonyError> {
        self.within(text, |db, course, crls| {
            for _ in 0..steps {
                let step = course.next().unwrap();
                take(db, course, &step, crls)?;
            }
            Ok(())
        })
    }

    /// The installation's ledger of issuing signatures.
    pub(super) fn ledger(&self) -> PathBuf {
        self.folder.path().join("issuing.ledger")
    }

    /// Holds a ceremony to its end, or takes it up.
    pub(crate) fn hold(&mut self, text: &str) -> Result<CeremonyOutcome, CeremonyError> {
        let shares = self.shares.clone();
        self.within(text, |db, course, crls| {
            while let Some(step) = course.next() {
                if let Some(set) = course.wants_shares(db, &step)? {
                    let brought: Vec<Share> =
                        shares.iter().map(|path| Share::read(path)).collect::<Result<_, _>>()?;
                    course.bring_shares(&set, &brought)?;
                }
                take(db, course, &step, crls)?;
            }
            Ok(course.outcome())
        })
    }

    pub(super) fn public_key_of(&mut self, authority: &str) -> Option<Vec<u8>> {
        let authority = authority::load(&mut self.db, authority).unwrap();
        Pkcs11Signer::new(self.module.clone()).public_key(&authority.key).ok()
    }

    /// Tries to have a responder certified by this authority.
    pub(super) fn prepare_under(&mut self, issuer: &str) -> Result<(), PrepareError> {
        let epoch = Epoch::open(&mut self.db, std::time::Duration::from_secs(60), &act()).unwrap();
        let key = self.module.token("status").unwrap().generate_key(crate::profile::KeyKind::P256, "spare");
        let request = IssuanceRequest {
            profile: "ocsp-responder",
            issuer,
            bearer: Bearer::EndEntity,
            facts: &Facts::new(),
            public_key: &key.unwrap().1,
            not_after: None,
        };
        #[expect(clippy::disallowed_methods, reason = "a test of issuance")]
        let evidence = Evidence::verified(EvidenceKind::Ceremony, b"test");
        let context = IssuanceContext {
            profiles: &self.profiles,
            identity: &self.identity,
            blocklist: &self.blocklist,
        };
        self.db
            .write(|db| issuance::prepare(db, context, &request, &evidence, &epoch, &mut chance(), &act()))
            .map(drop)
    }
}

/// Takes one step; the tests publish nothing, and write their CRLs themselves: the publisher stands a floor
/// above this crate.
pub(super) fn take(
    db: &mut Database,
    course: &mut Course<'_>,
    step: &Step,
    crls: &mut Vec<(CrlMade, Vec<u8>)>,
) -> Result<(), CeremonyError> {
    match step {
        Step::Crl(crl) => {
            course.begin(db, step, &mut chance(), &act())?;
            let (made, der) = sign_crl(db, course.module, crl, crls.len() as u64 + 1);
            course.finish(db, step, &made, &mut chance(), &act())?;
            crls.push((made, der));
            Ok(())
        }
        Step::Publish => {
            course.begin(db, step, &mut chance(), &act())?;
            course.finish(db, step, &serde_json::json!({}), &mut chance(), &act())
        }
        step => course.perform(db, step, &mut chance(), &act()),
    }
}

fn sign_crl(db: &mut Database, module: &Pkcs11Module, step: &CrlStep, number: u64) -> (CrlMade, Vec<u8>) {
    let authority = authority::load(db, &step.authority).unwrap();
    let day = std::time::Duration::from_secs(86_400);
    let next_update = match step.reach {
        CrlReach::Days(days) => start().plus(day * u32::from(days)),
        CrlReach::Last => {
            authority_end::find(db, &step.authority).unwrap().unwrap().covered_until.plus(day).whole_second()
        }
    };
    let number_extension = CrlNumber(Uint::new(&number.to_be_bytes()).unwrap()).to_der().unwrap();
    let list = TbsCertList::<Rfc5280> {
        version: x509_cert::Version::V2,
        signature: authority.algorithm.algorithm_identifier(),
        issuer: Name::from_der(&authority.subject).unwrap(),
        this_update: time(start()),
        next_update: Some(time(next_update)),
        revoked_certificates: Some(revoked_by(db, &step.authority)).filter(|revoked| !revoked.is_empty()),
        crl_extensions: Some(vec![Extension {
            extn_id: CrlNumber::OID,
            critical: false,
            extn_value: OctetString::new(number_extension).unwrap(),
        }]),
    };
    let mut signer = Pkcs11Signer::new(module.clone());
    let (key, public_key, tbs) = (&authority.key, &authority.public_key, list.to_der().unwrap());
    let signature = sign_verified(&mut signer, key, public_key, "CRL of a test", &tbs).unwrap();
    let crl = CertificateList {
        tbs_cert_list: list,
        signature_algorithm: authority.algorithm.algorithm_identifier(),
        signature: BitString::from_bytes(&signature).unwrap(),
    };
    let der = crl.to_der().unwrap();
    let made = CrlMade {
        issuer: step.authority.clone(),
        number,
        this_update: start(),
        next_update,
        sha256: hex::encode(openssl::sha::sha256(&der)),
    };
    (made, der)
}

fn time(moment: Timestamp) -> Time {
    let since = std::time::Duration::from_secs(moment.seconds().unsigned_abs());
    Time::GeneralTime(GeneralizedTime::from_unix_duration(since).unwrap())
}

/// An entry for each certificate that this authority gave and that is revoked.
fn revoked_by(db: &mut Database, issuer: &str) -> Vec<RevokedCert<Rfc5280>> {
    let rows: Vec<(String, Timestamp, String)> = certificates::table
        .filter(certificates::issuer.eq(issuer).and(certificates::status.eq("revoked")))
        .select((
            certificates::serial,
            certificates::revoked_at.assume_not_null(),
            certificates::revocation_reason.assume_not_null(),
        ))
        .load(db)
        .unwrap();
    let entry = |(serial, revoked_at, reason): (String, Timestamp, String)| RevokedCert {
        serial_number: SerialNumber::new(&hex::decode(serial).unwrap()).unwrap(),
        // No date of a CRL lies after its thisUpdate.
        revocation_date: time(revoked_at.min(start()).whole_second()),
        crl_entry_extensions: Some(vec![Extension {
            extn_id: CrlReason::OID,
            critical: false,
            extn_value: OctetString::new([0x0A, 1, reason.parse::<RevocationReason>().unwrap().code()])
                .unwrap(),
        }]),
    };
    rows.into_iter().map(entry).collect()
}

/// How many certificates are good, by issuer and key.
pub(super) fn good_certificates(db: &mut Database) -> usize {
    let count: i64 =
        certificates::table.filter(certificates::status.eq("good")).count().get_result(db).unwrap();
    usize::try_from(count).unwrap()
}

/// An empty database, in memory of its own.
fn database() -> Database {
    let mut db = Database::open("sqlite::memory:", DatabaseRole::Owner).unwrap();
    db.migrate().unwrap();
    db
}
