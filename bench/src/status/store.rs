//! Stores of so many certificates, filled once a run of this program.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use ca_core::authority::{self, Authority};
use ca_core::revocation::{RevocationReason, Revoked, revoke};
use ca_core::serial::SerialNumber;
use store::Database;

use crate::installation::{Installation, act, chance};
use crate::stored::{Order, Stored, serial_tail};

/// So many, the last ones of a store of good certificates, are there to be revoked by what is measured on it.
pub const TO_BE_REVOKED: u64 = 1_000;

/// Whose certificates they are.
pub const ISSUER: &str = "ACI-FO-PP";

/// The installation with so many good certificates.
pub fn with_certificates(installation: &Installation, certificates: u64) -> Installation {
    filled(installation, Stored { certificates, revoked: 0, issuer: ISSUER, order: Order::Packed, shards: 0 })
}

/// The installation with so many revoked ones, of so many shards; of none where that is 0.
pub fn with_revoked(installation: &Installation, revoked: u64, shards: u32) -> Installation {
    let certificates = revoked + 10_000;
    filled(installation, Stored { certificates, revoked, issuer: ISSUER, order: Order::Packed, shards })
}

fn filled(installation: &Installation, stored: Stored) -> Installation {
    let name = format!("store-{}-{}-{}.sqlite", stored.certificates, stored.revoked, stored.shards);
    let file = installation.folder().join(&name);
    if file.exists() {
        return Installation::standing(&format!("sqlite:{}", file.display()));
    }
    let filled = installation.copy(&name);
    if stored.shards > 0 {
        filled.open_shards(stored.issuer, stored.shards);
    }
    stored.fill(&mut filled.database());
    filled
}

/// The authority whose certificates they are.
pub fn issuer(installation: &Installation) -> Authority {
    authority::load(&mut installation.database(), ISSUER).expect("the ceremony made it")
}

/// Revokes the n-th certificate, durably; its place in the status log.
pub fn revoke_one(db: &mut Database, issuer: &Authority, n: u64) -> i64 {
    let prefix = issuer.serial_prefix.expect("an issuing authority has one");
    let octets = [prefix, serial_tail(n).to_be_bytes()].concat();
    let serial = SerialNumber::from_octets(&octets).expect("it is one of theirs");
    let (reason, mut rng, act) = (RevocationReason::KeyCompromise, chance(), act());
    let revoked = db.write(|db| revoke(db, &issuer.short_name, &serial, reason, &mut rng, &act));
    match revoked.expect("it stands") {
        Revoked::Published { sequence, .. } => sequence,
        Revoked::Abandoned => panic!("it was issued"),
    }
}

/// Runs `while_so` and has a certificate revoked each second meanwhile, from the last one backwards: those that are
/// asked about most by Zipf's law stay good. What it gives.
pub fn with_a_revocation_a_second<T>(
    installation: &Installation,
    certificates: u64,
    while_so: impl FnOnce() -> T,
) -> T {
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let (mut db, issuer) = (installation.database(), issuer(installation));
            let mut next = Instant::now();
            for n in (0..certificates).rev() {
                while Instant::now() < next {
                    if over.load(Ordering::Relaxed) {
                        return;
                    }
                    thread::sleep(Duration::from_millis(20));
                }
                next += Duration::from_secs(1);
                // Another run on the same store was here.
                if is_good(&mut db, &issuer, n) {
                    revoke_one(&mut db, &issuer, n);
                }
            }
        });
        let done = while_so();
        over.store(true, Ordering::Relaxed);
        done
    })
}

fn is_good(db: &mut Database, issuer: &Authority, n: u64) -> bool {
    let prefix = issuer.serial_prefix.expect("an issuing authority has one");
    let octets = [prefix, serial_tail(n).to_be_bytes()].concat();
    let serial = SerialNumber::from_octets(&octets).expect("it is one of theirs");
    let status = crl_publisher::status::lookup(db, &issuer.short_name, &serial);
    matches!(status.expect("the database is there"), crl_publisher::status::Status::Good)
}
