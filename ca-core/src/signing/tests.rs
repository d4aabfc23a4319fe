//! A ledger as a signer's process leaves it, over a database with one authority.

mod broken;
mod stored;
mod unfollowed;

use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use openssl::ec::{EcGroup, EcKey};
use openssl::ecdsa::EcdsaSig;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use store::schema::{audit_events, signing_intents};
use store::{Act, Actor, Database, DatabaseRole, Fault, RequestId, Timestamp};
use tempfile::TempDir;

use super::*;
use crate::signer::ledger::{Durability, LedgerWriter, Signed, refusal};
use crate::signer::process::LedgerKind;
use crate::signer::{KeyReference, Mac, MacRequest, SignatureAlgorithm, Signer, SignerError, SigningRequest};

const AT: &str = "2026-11-21T10:00:00Z";
const TBS: &[u8] = b"what the certificate says";

/// A key in software that writes a ledger, as the signer's process does.
struct Scene {
    folder: TempDir,
    db: Database,
    key: PKey<Private>,
    ledger: LedgerWriter,
    /// Signs, and dies before anyone hears of it.
    dies: bool,
    /// When the ledgers are looked at.
    now: Timestamp,
    /// When whoever looks began to run.
    running_since: Timestamp,
}

impl Signer for Scene {
    fn sign(&mut self, request: &SigningRequest<'_>) -> Result<Vec<u8>, SignerError> {
        self.write(request.key, &request.digest.value, request.subject);
        if self.dies {
            return Err(SignerError::Unavailable { token: "issuing".into(), detail: "dead".into() });
        }
        Ok(EcdsaSig::sign(&request.digest.value, &self.key.ec_key().unwrap()).unwrap().to_der().unwrap())
    }

    fn mac(&mut self, request: &MacRequest<'_>) -> Result<Mac, SignerError> {
        self.write(request.key, &request.commitment(), request.subject);
        let key = PKey::hmac(b"of a test").unwrap();
        let mut hmac = openssl::sign::Signer::new(openssl::hash::MessageDigest::sha256(), &key).unwrap();
        Ok(hmac.sign_oneshot_to_vec(request.message).unwrap().try_into().unwrap())
    }

    fn public_key(&mut self, _: &KeyReference) -> Result<Vec<u8>, SignerError> {
        Ok(self.key.public_key_to_der().unwrap())
    }
}

fn act() -> Act {
    Act { at: AT.parse().unwrap(), actor: Actor::Job("signatures"), request: RequestId("test".into()) }
}

fn issuing_key() -> KeyReference {
    KeyReference { token: "issuing".into(), id: "ab".parse().unwrap() }
}

fn digest(message: &[u8]) -> Vec<u8> {
    SignatureAlgorithm::EcdsaWithSha256.digest(message).value
}

impl Scene {
    /// Certificate `ACI 1D01` is good, `ACI 1D02` intended and never sent.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("igc.sqlite").display());
        let mut db = Database::open(&url, DatabaseRole::Owner).unwrap();
        db.migrate().unwrap();
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        let key = PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
        let (spki, tbs) = (hex::encode(key.public_key_to_der().unwrap()), hex::encode(TBS));
        let zeros = "00".repeat(32);
        let certificate = |serial: &str| {
            format!(
                "INSERT INTO certificates (issuer, serial, profile, status, epoch, evidence_kind, evidence_digest,
                     spki_sha256, tbs, not_before, not_after, prepared_at)
                 VALUES ('ACI', '{serial}', 'test', 'intended', 1, 'plan', x'{zeros}', x'{zeros}', x'{tbs}', 0, 1, 0);"
            )
        };
        db.batch_execute(&format!(
            "INSERT INTO authorities VALUES ('ACI', 'root', 'ACI', '1D01', x'{spki}', 'issuing', 'ab', NULL, 0);
             INSERT INTO issuance_epochs VALUES (1, 0, 0, NULL);
             {} {}
             UPDATE certificates SET status = 'signing' WHERE serial = '1D01';
             INSERT INTO service_keys VALUES ('ocsp', 'ocsp', 'ACI', '1D01', 'status', '0c', x'00', 0);",
            certificate("1D01"),
            certificate("1D02"),
        ))
        .unwrap();
        let ledger = ledger(&folder, LedgerKind::Issuing, [7; 16]);
        Self { folder, db, key, ledger, dies: false, now: act().at, running_since: act().at }
    }

    fn file(&self, kind: LedgerKind) -> PathBuf {
        file(self.folder.path(), kind)
    }

    fn write(&mut self, key: &KeyReference, digest: &[u8], subject: &str) {
        write(&mut self.ledger, key, digest, subject);
    }

    fn reconcile(&mut self, kind: LedgerKind) -> Result<Reconciled, ReconcileError> {
        let file = self.file(kind);
        let ledger = LedgerPlace {
            file: &file,
            kind,
            place: "here",
            log: Some("log"),
            running_since: self.running_since,
        };
        let mut rng = rand_core::UnwrapErr(getrandom::SysRng);
        reconcile(&mut self.db, &ledger, &mut rng, &Act { at: self.now, ..act() })
    }

    fn read_again(&mut self) -> Result<u64, ReconcileError> {
        let (file, kind) = (self.file(LedgerKind::Issuing), LedgerKind::Issuing);
        let ledger =
            LedgerPlace { file: &file, kind, place: "here", log: None, running_since: self.running_since };
        let mut rng = rand_core::UnwrapErr(getrandom::SysRng);
        read_again(&mut self.db, &ledger, &mut rng, &act())
    }

    /// The code and the reason of the one alarm that the lines give.
    #[track_caller]
    fn one_alarm(&mut self) -> String {
        let found = self.reconcile(LedgerKind::Issuing).unwrap();
        assert_eq!(found.alarms.len(), 1, "{found:?}");
        assert_eq!(found.alarms[0].code.name, "signature-not-intended");
        found.alarms[0].what.rsplit_once(": ").unwrap().1.to_owned()
    }
}

fn file(folder: &Path, kind: LedgerKind) -> PathBuf {
    folder.join(format!("{}.ledger", kind.name()))
}

fn ledger(folder: &TempDir, kind: LedgerKind, id: [u8; 16]) -> LedgerWriter {
    LedgerWriter::new(file(folder.path(), kind), Durability::Lazy, id)
}

fn write(ledger: &mut LedgerWriter, key: &KeyReference, digest: &[u8], subject: &str) {
    let signed = Signed { key: key.clone(), digest: digest.to_vec(), subject: subject.to_owned() };
    ledger.record(vec![signed], AT.parse().unwrap()).unwrap();
}

#[test]
fn what_was_intended_raises_no_alarm_and_each_line_is_looked_at_once() {
    let mut scene = Scene::new();
    scene.write(&issuing_key(), &digest(TBS), "certificate ACI 1D01");
    // Signed a second time, after a child died over the answer.
    scene.write(&issuing_key(), &digest(TBS), "certificate ACI 1D01");
    assert_eq!(scene.reconcile(LedgerKind::Issuing).unwrap(), Reconciled { lines: 2, alarms: vec![] });
    assert_eq!(scene.reconcile(LedgerKind::Issuing).unwrap(), Reconciled::default());
    assert_eq!(standing(&mut scene.db).unwrap().ledgers[0].sequence, 2);
}

#[test]
fn a_crash_between_signature_and_record_raises_no_alarm() {
    let mut scene = Scene::new();
    scene.dies = true;
    let url = format!("sqlite:{}", scene.folder.path().join("igc.sqlite").display());
    let mut db = Database::open(&url, DatabaseRole::Owner).unwrap();
    let public_key = scene.key.public_key_to_der().unwrap();
    let wanted = IntendedSignature {
        key: &issuing_key(),
        public_key: &public_key,
        subject: "crl ACI full 1",
        message: b"a CRL",
    };
    assert!(sign_intended(&mut db, &mut scene, &wanted, &act()).is_err());
    assert_eq!(scene.reconcile(LedgerKind::Issuing).unwrap(), Reconciled { lines: 1, alarms: vec![] });
    // The same octets again: intended once.
    scene.dies = false;
    sign_intended(&mut db, &mut scene, &wanted, &act()).unwrap();
    assert_eq!(signing_intents::table.count().get_result::<i64>(&mut db).unwrap(), 1);
    assert_eq!(scene.reconcile(LedgerKind::Issuing).unwrap().alarms, []);
}

#[test]
fn a_code_that_was_intended_raises_no_alarm_and_one_that_was_not_does() {
    let mut scene = Scene::new();
    let mut rng = rand_core::UnwrapErr(getrandom::SysRng);
    let key = KeyReference { id: "0e".parse().unwrap(), ..issuing_key() };
    let wanted = IntendedMac { key: &key, subject: "opposition-code 2600000017", message: b"message" };
    let mut db = Database::open(
        &format!("sqlite:{}", scene.folder.path().join("igc.sqlite").display()),
        DatabaseRole::Owner,
    )
    .unwrap();
    let first = mac_intended(&mut db, &mut scene, &wanted, &mut rng, &act()).unwrap();
    let second = mac_intended(&mut db, &mut scene, &wanted, &mut rng, &act()).unwrap();
    assert_eq!(first, second);
    let intended: i64 = signing_intents::table.count().get_result(&mut db).unwrap();
    assert_eq!(intended, 2, "each has a nonce of its own: who guesses leaves a line for every guess");
    assert_eq!(scene.reconcile(LedgerKind::Issuing).unwrap(), Reconciled { lines: 2, alarms: vec![] });

    let guess = MacRequest { key: &key, nonce: &[0; 32], message: b"guess", subject: wanted.subject };
    scene.mac(&guess).unwrap();
    assert_eq!(scene.one_alarm(), "nobody intended it");
}

#[test]
fn a_signature_that_nobody_intended_is_an_alarm_once() {
    let mut scene = Scene::new();
    scene.write(&issuing_key(), &digest(b"forged"), "crl ACI full 7");
    assert_eq!(scene.one_alarm(), "nobody intended it");
    assert_eq!(scene.reconcile(LedgerKind::Issuing).unwrap().alarms, []);
    let found = standing(&mut scene.db).unwrap();
    assert_eq!(found.alarms, 1);
    assert!(found.newest_open.unwrap().what.contains("line 1: key issuing/ab signed"));
    let events: i64 = audit_events::table
        .filter(audit_events::action.eq("signing.alarm"))
        .count()
        .get_result(&mut scene.db)
        .unwrap();
    assert_eq!(events, 1);
}

#[test]
fn refused_signatures_are_an_alarm_of_their_key_until_somebody_has_seen_to_it() {
    let mut scene = Scene::new();
    let (key, other) = (issuing_key(), KeyReference { id: "ac".parse().unwrap(), ..issuing_key() });
    let subject = refusal(64, "certificate ACI 1D01");
    let raised = |scene: &mut Scene| {
        let found = scene.reconcile(LedgerKind::Issuing).unwrap();
        assert!(found.alarms.iter().all(|alarm| alarm.code.name == "signer-signature-wrong"), "{found:?}");
        found.alarms.into_iter().map(|alarm| alarm.what).collect::<Vec<_>>()
    };
    // Signed wrongly, refused, signed again: the second attempt does not hide the first.
    scene.write(&key, &digest(TBS), "certificate ACI 1D01");
    scene.write(&key, &digest(TBS), &subject);
    scene.write(&key, &digest(TBS), "certificate ACI 1D01");
    assert_eq!(
        raised(&mut scene),
        [format!(
            "line 2: 64 signatures were refused at {AT}, the first for \"certificate ACI 1D01\": they are not of key \
             issuing/ab"
        )]
    );
    scene.write(&key, &digest(TBS), &subject);
    assert_eq!(raised(&mut scene), [""; 0], "it is told of");
    scene.write(&other, &digest(TBS), &subject);
    assert_eq!(raised(&mut scene).len(), 1, "another key is another matter");
    let mut rng = rand_core::UnwrapErr(getrandom::SysRng);
    let ledger = "07".repeat(16);
    scene.db.write(|db| acknowledge(db, (&ledger, 2), "the HSM was replaced", &mut rng, &act())).unwrap();
    scene.write(&key, &digest(TBS), &subject);
    assert_eq!(raised(&mut scene).len(), 1, "it signs wrongly again");
}

#[test]
fn each_way_of_a_line_to_say_something_else_than_the_database_is_an_alarm() {
    let mut scene = Scene::new();
    let other_key = KeyReference { id: "ac".parse().unwrap(), ..issuing_key() };
    for (key, message, subject, why) in [
        (
            &issuing_key(),
            &b"forged"[..],
            "certificate ACI 1D01",
            "the digest is not that of the recorded certificate",
        ),
        (&other_key, TBS, "certificate ACI 1D01", "the key is not its issuer's"),
        (&issuing_key(), TBS, "certificate ACI 1D02", "the certificate was never sent to be signed"),
        (&issuing_key(), TBS, "certificate ACI 1D03", "there is no such certificate"),
        (&issuing_key(), TBS, "certificate", "nobody intended it"),
    ] {
        scene.write(key, &digest(message), subject);
        assert_eq!(scene.one_alarm(), why, "{subject}");
    }
    assert_eq!(standing(&mut scene.db).unwrap().alarms, 5);
}

#[test]
fn an_intention_for_another_key_or_after_the_signature_is_none() {
    let mut scene = Scene::new();
    let later = act().at.plus(std::time::Duration::from_secs(6));
    for (key, at) in [("issuing/ac", act().at), ("issuing/ab", later)] {
        diesel::insert_into(signing_intents::table)
            .values((
                signing_intents::digest.eq(digest(b"a list")),
                signing_intents::signing_key.eq(key),
                signing_intents::subject.eq("opposition-list 1"),
                signing_intents::intended_at.eq(at),
            ))
            .execute(&mut scene.db)
            .unwrap();
        scene.write(&issuing_key(), &digest(b"a list"), "opposition-list 1");
        assert_eq!(scene.one_alarm(), "nobody intended it", "{key}");
    }
}

#[test]
fn of_an_answer_the_key_is_held_against_what_it_is_about() {
    let mut scene = Scene::new();
    let mut answers = ledger(&scene.folder, LedgerKind::Answers, [8; 16]);
    let responder = KeyReference { token: "status".into(), id: "0c".parse().unwrap() };
    write(&mut answers, &responder, &digest(b"good"), "ocsp ACI");
    assert_eq!(scene.reconcile(LedgerKind::Answers).unwrap(), Reconciled { lines: 1, alarms: vec![] });
    // A key that is named in the inbox signs its own request.
    let next = KeyReference { token: "status".into(), id: "0d".parse().unwrap() };
    let (name, statement) = (hex::encode([1; 32]), hex::encode(b"a statement"));
    scene
        .db
        .batch_execute(&format!(
            "INSERT INTO responder_requests VALUES (x'{name}', 'ACI', 'ocsp', 1, 'status', '0d', x'{statement}')"
        ))
        .unwrap();
    let request = format!("responder request {name}");
    for key in [&next, &responder] {
        write(&mut answers, key, &digest(b"a statement"), &request);
        assert_eq!(scene.reconcile(LedgerKind::Answers).unwrap(), Reconciled { lines: 1, alarms: vec![] });
    }
    for (key, message, subject, why) in [
        (&issuing_key(), &b"good"[..], "ocsp ACI", "the key is no OCSP responder's of this authority"),
        (&responder, b"good", "ocsp ACJ", "the key is no OCSP responder's of this authority"),
        (&next, b"good", "ocsp ACI", "the key is no OCSP responder's of this authority"),
        (&responder, TBS, "certificate ACI 1D01", "nothing of this kind is signed by a responder"),
        (&responder, b"a CRL", "crl ACI full 1", "nothing of this kind is signed by a responder"),
        (&next, b"another", &request, "the digest is not that of the recorded request"),
        (
            &issuing_key(),
            b"a statement",
            &request,
            "the key is neither the one asked for nor its predecessor's",
        ),
        (&next, b"a statement", "responder request 01", "there is no such request"),
    ] {
        write(&mut answers, key, &digest(message), subject);
        let found = scene.reconcile(LedgerKind::Answers).unwrap();
        assert_eq!(found.alarms.len(), 1, "{subject}: {found:?}");
        assert!(found.alarms[0].what.ends_with(&format!(": {why}")), "{subject}: {found:?}");
    }
}

#[test]
fn an_alarm_that_somebody_has_seen_to_hides_the_next_one_no_more_and_stays() {
    let mut scene = Scene::new();
    let key = issuing_key();
    for message in [b"one", b"two"] {
        scene.write(&key, &digest(message), "crl ACI full 1");
    }
    assert_eq!(scene.reconcile(LedgerKind::Issuing).unwrap().alarms.len(), 2);
    let mut rng = rand_core::UnwrapErr(getrandom::SysRng);
    let mut seen_to = |scene: &mut Scene, sequence, reason: &str| {
        let ledger = "07".repeat(16);
        scene.db.write(|db| acknowledge(db, (&ledger, sequence), reason, &mut rng, &act()))
    };
    for (sequence, reason, code) in [
        (3, "a reason", "signing-alarm-unknown"),
        (2, " ", "signing-alarm-reason-invalid"),
        (2, "two\nlines", "signing-alarm-reason-invalid"),
    ] {
        assert_eq!(seen_to(&mut scene, sequence, reason).unwrap_err().code().name, code);
    }
    seen_to(&mut scene, 2, "a drill").unwrap();
    assert_eq!(seen_to(&mut scene, 2, "again").unwrap_err().code().name, "signing-alarm-acknowledged");
    let found = standing(&mut scene.db).unwrap();
    assert_eq!((found.alarms, found.open), (2, 1));
    assert_eq!(found.newest_open.unwrap().sequence, 1);
    assert_eq!(scene.reconcile(LedgerKind::Issuing).unwrap().alarms, [], "it is not raised again");
    let acknowledged = audit_events::table.filter(audit_events::action.eq("signing.alarm-acknowledged"));
    assert_eq!(acknowledged.count().get_result(&mut scene.db), Ok(1_i64));
}
