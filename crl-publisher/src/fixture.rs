//! A small PKI for the tests: real keys in software, real certificates, a real database.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use ca_core::hold;
use ca_core::revocation::{self, RevocationReason, Revoked};
use ca_core::serial::SerialNumber;
use ca_core::signer::{KeyId, KeyReference};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use openssl::ec::{EcGroup, EcKey};
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::x509::X509;
use rand_core::UnwrapErr;
use store::schema::{authorities, certificates, crls, issuance_epochs, service_keys};
use store::{Act, Actor, Database, DatabaseRole, RequestId, Timestamp};
use tempfile::TempDir;

use crate::folder::PublicFolder;
use crate::policy::{PublicationPolicy, Schedule};
use crate::publish::{CeremonyCrl, publish_crls, publish_opposition_list, sign_ceremony_crl};

mod scopes;
mod software_signer;
mod x509;

pub(crate) use software_signer::SoftwareSigner;
use x509::{Role, certificate};

pub(crate) const ROOT: &str = "ACR-FO";
pub(crate) const ISSUING: &str = "ACI-FO-PP";
pub(crate) const OTHER: &str = "ACI-EL-ORG";
const DAY: Duration = Duration::from_secs(24 * 3600);
const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);

pub(crate) fn rng() -> UnwrapErr<getrandom::SysRng> {
    UnwrapErr(getrandom::SysRng)
}

/// A root, two issuing authorities, a responder for each of these, a list signer.
pub(crate) struct World {
    pub(crate) home: TempDir,
    pub(crate) db: Database,
    pub(crate) signer: SoftwareSigner,
    pub(crate) folder: PublicFolder,
    pub(crate) policy: PublicationPolicy,
    /// The database's time when the world began: revocation dates are real.
    pub(crate) start: Timestamp,
    keys: u8,
}

struct Issuer {
    certificate: X509,
    key: PKey<Private>,
}

/// The defaults, with everything usable for eight days, and revocations on deltas until a full CRL is due.
fn policy() -> PublicationPolicy {
    let default = PublicationPolicy::default();
    PublicationPolicy {
        full_crl: Schedule { valid: 8 * DAY, ..default.full_crl },
        full_crl_at_once: 0,
        delta_crl: Schedule { valid: 8 * DAY, ..default.delta_crl },
        ocsp_validity: 8 * DAY,
        ..default
    }
}

impl World {
    pub(crate) fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut db = open(&home.path().join("igc.sqlite"));
        db.migrate().unwrap();
        let start = db.now().unwrap();
        let folder = PublicFolder::at(home.path().join("public"));
        let policy = policy();
        let mut world = Self { home, db, signer: SoftwareSigner::default(), folder, policy, start, keys: 0 };
        world.hierarchy();
        world
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// The act of a job, `later` after the world began.
    pub(crate) fn act(&mut self, later: Duration) -> Act {
        let now = self.db.now().unwrap();
        let since_start = Duration::from_millis((now.millis() - self.start.millis()).unsigned_abs());
        Act {
            at: self.start.plus(later.max(since_start)),
            actor: Actor::Job("test"),
            request: RequestId("test".to_owned()),
        }
    }

    /// Signs the CRL of the root, good for a year, as a ceremony would.
    pub(crate) fn sign_root_crl(&mut self, act: &Act) {
        let wanted = CeremonyCrl::For(YEAR);
        let (db, signer, begun) = (&mut self.db, &mut self.signer, act.at);
        sign_ceremony_crl(db, signer, &self.folder, &self.policy, ROOT, wanted, begun, &mut rng(), act)
            .unwrap();
    }

    /// Publishes the CRLs that are due, and the opposition list.
    pub(crate) fn publish_crls_and_list(&mut self, act: &Act) {
        let Self { db, signer, folder, policy, .. } = self;
        assert!(publish_crls(db, signer, folder, policy, &mut rng(), act).unwrap().failures.is_empty());
        publish_opposition_list(db, signer, folder, policy, &mut rng(), act).unwrap();
    }

    /// Records a certificate as issued; its DER matters to nobody here.
    pub(crate) fn issue(&mut self, issuer: &str, serial: &str, not_after: Timestamp) {
        self.insert(issuer, serial, None, not_after);
        self.settle(issuer, serial, "signing", None);
        self.settle(issuer, serial, "good", Some(b"DER".to_vec()));
    }

    /// Records a certificate as meant to be, and no more.
    pub(crate) fn intend(&mut self, issuer: &str, serial: &str) {
        self.insert(issuer, serial, None, self.start.plus(YEAR));
    }

    pub(crate) fn settle(&mut self, issuer: &str, serial: &str, status: &str, der: Option<Vec<u8>>) {
        let settled_at = (status != "signing").then(|| self.db.now().unwrap());
        diesel::update(certificates::table.find((issuer, serial)))
            .set((
                certificates::status.eq(status),
                certificates::der.eq(der),
                certificates::settled_at.eq(settled_at),
            ))
            .execute(&mut self.db)
            .unwrap();
    }

    /// The how manieth number of its scope this one is, from 1 on, of those that are recorded: numbers follow the clock.
    pub(crate) fn place(&mut self, issuer: &str, scope: &str, number: u64) -> i64 {
        let up_to = crls::table
            .filter(crls::issuer.eq(issuer).and(crls::scope.eq(scope)))
            .filter(crls::number.le(number.cast_signed()));
        let numbers: Vec<i64> = up_to.select(crls::number).distinct().load(&mut self.db).unwrap();
        numbers.len() as i64
    }

    pub(crate) fn revoke(&mut self, issuer: &str, serial: &str, reason: RevocationReason) -> Timestamp {
        let act = self.act(Duration::ZERO);
        let serial: SerialNumber = serial.parse().unwrap();
        let revoked =
            self.db.write(|db| revocation::revoke(db, issuer, &serial, reason, &mut rng(), &act)).unwrap();
        match revoked {
            Revoked::Published { at, .. } => at,
            Revoked::Abandoned => panic!("abandoned"),
        }
    }

    /// Since when it is held.
    pub(crate) fn hold(&mut self, issuer: &str, serial: &str) -> Timestamp {
        let (act, serial) = (self.act(Duration::ZERO), serial.parse().unwrap());
        self.db.write(|db| hold::hold(db, issuer, &serial, &mut rng(), &act)).unwrap().at
    }

    pub(crate) fn release(&mut self, issuer: &str, serial: &str) {
        let (act, serial) = (self.act(Duration::ZERO), serial.parse().unwrap());
        self.db.write(|db| hold::release(db, issuer, &serial, &mut rng(), &act)).unwrap();
    }

    /// Revokes as a database whose clock is ahead does: the log dates it `at`.
    pub(crate) fn revoke_ahead(&mut self, issuer: &str, serial: &str, at: Timestamp) {
        let at = at.millis();
        self.db
            .batch_execute(&format!(
                "UPDATE certificates SET status = 'revoked', settled_at = {at}, revoked_at = {at},
                     revocation_reason = 'keyCompromise' WHERE issuer = '{issuer}' AND serial = '{serial}';
                 UPDATE certificate_status_counter SET last = last + 1;
                 INSERT INTO certificate_status_events (sequence, issuer, serial, event, reason, occurred_at)
                     SELECT last, '{issuer}', '{serial}', 'revoked', 'keyCompromise', {at}
                     FROM certificate_status_counter;"
            ))
            .unwrap();
    }

    /// The record of an authority that does not read any more.
    pub(crate) fn damage(&mut self, authority: &str) {
        let damage = format!(
            "DROP TRIGGER authorities_are_never_changed;
             UPDATE authorities SET public_key = X'00' WHERE short_name = '{authority}';"
        );
        self.db.batch_execute(&damage).unwrap();
    }

    /// Makes a card and opposes it by rows, as the card crate would.
    pub(crate) fn oppose(&mut self, sequence: i64, card: &str) {
        let number = card.parse().unwrap();
        self.give_cards(number..=number);
        self.oppose_given(sequence, number);
    }

    /// Makes cards by rows, ordered and no more.
    pub(crate) fn give_cards(&mut self, numbers: std::ops::RangeInclusive<u64>) {
        let at = self.start.millis();
        let (first, last) = numbers.into_inner();
        self.db
            .batch_execute(&format!(
                "WITH RECURSIVE given (number) AS (SELECT {first} UNION ALL SELECT number + 1 FROM given WHERE number < {last})
                 INSERT INTO cards (number, kind, holder, exercise, order_number, temporary, status, version, ordered_at, changed_at)
                 SELECT CAST(number AS TEXT), 'CPS', '899700000123', 'profession:60', 'O-' || number, FALSE, 'ordered', 1, {at}, {at}
                 FROM given;"
            ))
            .unwrap();
    }

    /// Opposes a card that was made, at the beginning.
    pub(crate) fn oppose_given(&mut self, sequence: i64, card: u64) {
        self.oppose_at(sequence, card, self.start);
    }

    /// Opposes a card that was made.
    pub(crate) fn oppose_at(&mut self, sequence: i64, card: u64, at: Timestamp) {
        let at = at.millis();
        self.db
            .batch_execute(&format!(
                "INSERT INTO card_oppositions (sequence, card_number, opposed_at) VALUES ({sequence}, '{card}', {at});
                 UPDATE card_opposition_counter SET last = last + 1 WHERE last < {sequence};"
            ))
            .unwrap();
    }

    /// Opposes cards that were made, from this sequence on.
    pub(crate) fn oppose_many(&mut self, sequence: i64, cards: std::ops::RangeInclusive<u64>) {
        let at = self.start.millis();
        let (first, last) = cards.into_inner();
        self.db
            .batch_execute(&format!(
                "INSERT INTO card_oppositions (sequence, card_number, opposed_at)
                 SELECT CAST(number AS INTEGER) - {first} + {sequence}, number, {at}
                 FROM cards WHERE number BETWEEN '{first}' AND '{last}';"
            ))
            .unwrap();
    }

    pub(crate) fn openssl(&self, arguments: &[&str]) -> (bool, String) {
        let output = Command::new("openssl").args(arguments).current_dir(self.home.path()).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        (output.status.success(), text.into_owned())
    }

    /// The reference of a service or authority key, by the name it was made under.
    pub(crate) fn key_of(&mut self, authority: &str) -> KeyReference {
        let id: String =
            authorities::table.find(authority).select(authorities::key_id).first(&mut self.db).unwrap();
        KeyReference { token: "test".to_owned(), id: id.parse().unwrap() }
    }

    fn hierarchy(&mut self) {
        diesel::insert_into(issuance_epochs::table)
            .values((
                issuance_epochs::epoch.eq(1),
                issuance_epochs::opened_at.eq(self.start),
                issuance_epochs::lease_until.eq(self.start.plus(YEAR)),
            ))
            .execute(&mut self.db)
            .unwrap();
        let root = self.authority(ROOT, None, Nid::SECP384R1);
        for name in [ISSUING, OTHER] {
            let issuing = self.authority(name, Some(&root), Nid::X9_62_PRIME256V1);
            self.service(&format!("ocsp-{name}"), "ocsp", name, &issuing);
            if name == OTHER {
                self.service("list-signer", "list", name, &issuing);
            }
        }
    }

    /// One more responder, newer than the one that stands; its key.
    pub(crate) fn another_responder(&mut self, authority: &str) -> KeyReference {
        let pem = std::fs::read(self.path(&format!("{authority}.pem"))).unwrap();
        let key = self.key_of(authority);
        let key = self.signer.keys[&key].clone();
        let issuer = Issuer { certificate: X509::from_pem(&pem).unwrap(), key };
        self.service(&format!("ocsp-{authority}-after"), "ocsp", authority, &issuer);
        KeyReference { token: "test".to_owned(), id: KeyId::new([self.keys]).unwrap() }
    }

    fn authority(&mut self, name: &str, parent: Option<&Issuer>, curve: Nid) -> Issuer {
        let (key, reference) = self.key(curve);
        let serial = format!("1120{:032X}", u128::from(self.keys) + 1);
        let parent_name = if parent.is_some() { ROOT } else { name };
        // A row of `certificates` names its authority, and an authority its certificate.
        let row = (
            authorities::short_name.eq(name.to_owned()),
            authorities::kind.eq(if parent.is_some() { "issuing" } else { "root" }),
            authorities::parent.eq(parent_name.to_owned()),
            authorities::serial.eq(serial.clone()),
            authorities::public_key.eq(key.public_key_to_der().unwrap()),
            authorities::token.eq(reference.token.clone()),
            authorities::key_id.eq(reference.id.to_string()),
            authorities::serial_prefix.eq(parent.map(|_| vec![0x1D, 0, 0, 0, 0, 0, 0, self.keys])),
            authorities::created_at.eq(self.start),
        );
        diesel::insert_into(authorities::table).values(row).execute(&mut self.db).unwrap();
        let certificate = certificate(name, &serial, &key, parent, self.start, Role::Authority);
        self.record(parent_name, &serial, &certificate);
        std::fs::write(self.path(&format!("{name}.pem")), certificate.to_pem().unwrap()).unwrap();
        Issuer { certificate, key }
    }

    fn service(&mut self, name: &str, purpose: &str, authority: &str, issuer: &Issuer) {
        let (key, reference) = self.key(Nid::X9_62_PRIME256V1);
        let serial = format!("1D{:030X}", u128::from(self.keys) + 1);
        let role = if purpose == "ocsp" { Role::Responder } else { Role::ListSigner };
        let certificate = certificate(name, &serial, &key, Some(issuer), self.start, role);
        self.record(authority, &serial, &certificate);
        diesel::insert_into(service_keys::table)
            .values((
                service_keys::name.eq(name),
                service_keys::purpose.eq(purpose),
                service_keys::authority.eq(authority),
                service_keys::serial.eq(&serial),
                service_keys::token.eq(&reference.token),
                service_keys::key_id.eq(reference.id.to_string()),
                service_keys::public_key.eq(key.public_key_to_der().unwrap()),
                service_keys::created_at.eq(self.start),
            ))
            .execute(&mut self.db)
            .unwrap();
    }

    fn key(&mut self, curve: Nid) -> (PKey<Private>, KeyReference) {
        let group = EcGroup::from_curve_name(curve).unwrap();
        let key = PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
        self.keys += 1;
        let id = KeyId::new([self.keys]).unwrap();
        let reference = KeyReference { token: "test".to_owned(), id };
        self.signer.keys.insert(reference.clone(), key.clone());
        (key, reference)
    }

    fn record(&mut self, issuer: &str, serial: &str, certificate: &X509) {
        self.insert(issuer, serial, None, self.start.plus(9 * YEAR));
        self.settle(issuer, serial, "signing", None);
        self.settle(issuer, serial, "good", Some(certificate.to_der().unwrap()));
    }

    fn insert(&mut self, issuer: &str, serial: &str, shard: Option<u32>, not_after: Timestamp) {
        diesel::insert_into(certificates::table)
            .values((
                certificates::issuer.eq(issuer),
                certificates::serial.eq(serial),
                certificates::profile.eq("test"),
                certificates::status.eq("intended"),
                certificates::epoch.eq(1),
                certificates::evidence_kind.eq("ceremony"),
                certificates::evidence_digest.eq([0; 32].as_slice()),
                certificates::spki_sha256.eq([0; 32].as_slice()),
                certificates::shard.eq(shard.map(i64::from)),
                certificates::tbs.eq(b"TBS".as_slice()),
                certificates::not_before.eq(self.start.minus(YEAR)),
                certificates::not_after.eq(not_after),
                certificates::prepared_at.eq(self.start),
            ))
            .execute(&mut self.db)
            .unwrap();
    }
}

fn open(path: &std::path::Path) -> Database {
    Database::open(&format!("sqlite:{}", path.display()), DatabaseRole::Owner).unwrap()
}
