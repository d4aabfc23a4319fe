use diesel::prelude::*;
use serde::Serialize;
use store::schema::{certificates, issuance_epochs};
use store::{Act, CryptoRng, Database, crash_point};

use crate::revocation::{self, RevocationReason, RevokeError, Revoked};

/// How many certificates one transaction settles, so that an opposition never waits behind a big one.
const BATCH: i64 = 100;

/// What a sweep settled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Swept {
    /// Intended in a dead epoch: nothing was ever sent.
    pub abandoned: u64,
    /// Being signed in a dead epoch: a signature may exist outside, so CRL and OCSP say revoked.
    pub revoked: u64,
}

/// Settles what dead epochs left unsettled. Touches nothing of a living one.
pub fn sweep(db: &mut Database, rng: &mut dyn CryptoRng, act: &Act) -> Result<Swept, RevokeError> {
    let mut swept = Swept::default();
    loop {
        let settled = db.write(|db| sweep_batch(db, &mut swept, rng, act))?;
        crash_point("sweep.settled");
        if (settled as i64) < BATCH {
            return Ok(swept);
        }
    }
}

fn sweep_batch(
    db: &mut Database,
    swept: &mut Swept,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<usize, RevokeError> {
    let now = db.now()?;
    let mut unsettled: Vec<(String, String)> = certificates::table
        .inner_join(issuance_epochs::table.on(issuance_epochs::epoch.eq(certificates::epoch)))
        .filter(certificates::status.eq_any(["intended", "signing"]))
        .filter(issuance_epochs::closed_at.is_not_null().or(issuance_epochs::lease_until.le(now)))
        .order((certificates::issuer, certificates::serial))
        .limit(BATCH)
        .select((certificates::issuer, certificates::serial))
        .load(db)?;
    // As a batch takes them, whose worker is alive after all; the server's collation may be another.
    unsettled.sort();
    for (issuer, serial) in &unsettled {
        let serial = serial.parse().expect("the database holds serial numbers this program wrote");
        match revocation::revoke(db, issuer, &serial, RevocationReason::Superseded, rng, act) {
            Ok(Revoked::Published { .. }) => swept.revoked += 1,
            Ok(Revoked::Abandoned) => swept.abandoned += 1,
            // The worker was alive after all and settled it in this very moment.
            Err(RevokeError::AlreadyEnded { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(unsettled.len())
}
