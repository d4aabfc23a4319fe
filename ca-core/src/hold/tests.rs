//! What a hold leaves in row, log and trail, and what neither program nor database takes back.

use diesel::connection::SimpleConnection;
use rand_core::UnwrapErr;
use store::schema::audit_events;
use store::{Actor, DatabaseRole, Fault, RequestId};

use super::*;
use crate::certificate::{self, CertificateStatus};
use crate::revocation::{self, RevocationReason, Revoked};
use crate::status_log::StatusEvent;

const ISSUER: &str = "ACI";

struct Scene {
    _folder: tempfile::TempDir,
    db: Database,
    act: Act,
}

/// A database with one certificate in each status.
fn scene() -> Scene {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("igc.sqlite").display());
    let mut db = Database::open(&url, DatabaseRole::Owner).unwrap();
    db.migrate().unwrap();
    db.batch_execute(
        "INSERT INTO authorities (short_name, kind, parent, serial, public_key, token, key_id, created_at)
             VALUES ('ACI', 'root', 'ACI', '01', x'00', 't', '01', 0);
         INSERT INTO issuance_epochs (epoch, opened_at, lease_until) VALUES (1, 0, 1);",
    )
    .unwrap();
    for serial in ["1D01", "1D02", "1D03"] {
        db.batch_execute(&format!(
            "INSERT INTO certificates (issuer, serial, profile, status, epoch, evidence_kind, evidence_digest,
                     spki_sha256, tbs, not_before, not_after, prepared_at)
                 VALUES ('ACI', '{serial}', 'p', 'intended', 1, 'officer', zeroblob(32), zeroblob(32), x'00', 0, 1, 0);"
        ))
        .unwrap();
    }
    db.batch_execute(
        "UPDATE certificates SET status = 'signing' WHERE serial <> '1D03';
         UPDATE certificates SET status = 'good', der = x'01' WHERE serial = '1D01';",
    )
    .unwrap();
    let at = db.now().unwrap();
    let act = Act { at, actor: Actor::Job("test"), request: RequestId(String::new()) };
    Scene { _folder: folder, db, act }
}

fn serial(text: &str) -> SerialNumber {
    text.parse().unwrap()
}

fn rng() -> UnwrapErr<getrandom::SysRng> {
    UnwrapErr(getrandom::SysRng)
}

impl Scene {
    fn hold(&mut self, which: &str) -> Result<Logged, HoldError> {
        let Self { db, act, .. } = self;
        db.write(|db| hold(db, ISSUER, &serial(which), &mut rng(), act))
    }

    fn release(&mut self, which: &str) -> Result<Logged, HoldError> {
        let Self { db, act, .. } = self;
        db.write(|db| release(db, ISSUER, &serial(which), &mut rng(), act))
    }

    fn revoke(&mut self, which: &str) -> Revoked {
        let Self { db, act, .. } = self;
        let reason = RevocationReason::KeyCompromise;
        db.write(|db| revocation::revoke(db, ISSUER, &serial(which), reason, &mut rng(), act)).unwrap()
    }

    fn status(&mut self, which: &str) -> CertificateStatus {
        certificate::find(&mut self.db, ISSUER, &serial(which)).unwrap().unwrap().status
    }

    fn log(&mut self) -> Vec<StatusEvent> {
        status_log::since(&mut self.db, 0, 100).unwrap()
    }

    fn refuses(&mut self, sql: &str) -> String {
        self.db.batch_execute(sql).unwrap_err().to_string()
    }
}

#[test]
fn a_certificate_is_held_and_released_as_often_as_its_cause_wants_and_each_time_is_logged() {
    let mut scene = scene();
    let first = scene.hold("1D01").unwrap();
    assert_eq!(scene.status("1D01"), CertificateStatus::Held { since: first.at, der: vec![1] });
    assert_eq!(scene.hold("1D01").unwrap_err().code().name, "certificate-held");
    let released = scene.release("1D01").unwrap();
    assert_eq!(scene.status("1D01"), CertificateStatus::Good { der: vec![1] });
    assert_eq!(scene.release("1D01").unwrap_err().code().name, "certificate-not-held");
    let second = scene.hold("1D01").unwrap();

    let log = scene.log();
    let told: Vec<_> = log.iter().map(|event| (event.sequence, event.change, event.dated())).collect();
    assert_eq!(
        told,
        [
            (1, StatusChange::Held, first.at),
            (2, StatusChange::Released, released.at),
            (3, StatusChange::Held, second.at)
        ]
    );
    let reasons: Vec<_> = log.iter().map(|event| event.reason.as_str()).collect();
    assert_eq!(reasons, [CERTIFICATE_HOLD, REMOVE_FROM_CRL, CERTIFICATE_HOLD]);
    let trail: Vec<String> = audit_events::table
        .filter(audit_events::subject.eq("certificate ACI 1D01"))
        .select(audit_events::action)
        .load(&mut scene.db)
        .unwrap();
    let count = |action: &str| trail.iter().filter(|one| *one == action).count();
    assert_eq!((count("certificate.held"), count("certificate.released")), (2, 1));
}

#[test]
fn only_what_is_good_is_held() {
    let mut scene = scene();
    for which in ["1D02", "1D03"] {
        assert_eq!(scene.hold(which).unwrap_err().code().name, "certificate-not-good", "{which}");
    }
    assert_eq!(scene.hold("1DFF").unwrap_err().code().name, "certificate-unknown");
    assert_eq!(scene.log(), []);
}

#[test]
fn what_is_revoked_while_it_is_held_is_so_since_its_hold_and_for_ever() {
    let mut scene = scene();
    let held = scene.hold("1D01").unwrap();
    std::thread::sleep(std::time::Duration::from_millis(2));
    let Revoked::Published { at, .. } = scene.revoke("1D01") else { panic!("abandoned") };
    assert!(held.at < at);
    let CertificateStatus::Revoked { at: since, reason, .. } = scene.status("1D01") else {
        panic!("revoked")
    };
    assert_eq!((since, reason.as_str()), (held.at, "keyCompromise"));
    let last = scene.log().pop().unwrap();
    assert_eq!((last.change, last.occurred_at, last.dated()), (StatusChange::Revoked, at, held.at));
    for error in [scene.release("1D01").unwrap_err(), scene.hold("1D01").unwrap_err()] {
        assert_eq!(error.code().name, "certificate-not-good");
    }
}

#[test]
fn the_database_itself_refuses_what_would_take_something_back() {
    let mut scene = scene();
    let draw = "UPDATE certificate_status_counter SET last = last + 1;
        INSERT INTO certificate_status_events (sequence, issuer, serial, event, reason, occurred_at)
        SELECT last, 'ACI', '1D01', ";
    let event = |event: &str, reason: &str| {
        format!("BEGIN; {draw} '{event}', '{reason}', 9 FROM certificate_status_counter; COMMIT;")
    };
    let refuses = |scene: &mut Scene, sql: &str, why: &str| {
        let error = scene.refuses(sql);
        assert!(error.contains(why), "{sql}: {error}");
        let _ = scene.db.batch_execute("ROLLBACK");
    };
    refuses(&mut scene, &event("released", REMOVE_FROM_CRL), "only what is held is released");
    refuses(&mut scene, &event("held", "keyCompromise"), "CHECK");
    scene.hold("1D01").unwrap();
    refuses(&mut scene, &event("held", CERTIFICATE_HOLD), "only what is held is released");
    refuses(&mut scene, "UPDATE certificates SET held_at = held_at + 1 WHERE serial = '1D01'", "never moved");
    refuses(
        &mut scene,
        "UPDATE certificates SET status = 'revoked', held_at = NULL, revoked_at = held_at + 1,
             revocation_reason = 'superseded' WHERE serial = '1D01'",
        "never moved",
    );
    refuses(&mut scene, "UPDATE certificates SET held_at = 1 WHERE serial = '1D02'", "CHECK");
    scene.revoke("1D01");
    for (name, reason) in [("released", REMOVE_FROM_CRL), ("held", CERTIFICATE_HOLD)] {
        refuses(&mut scene, &event(name, reason), "nothing un-revokes");
    }
}
