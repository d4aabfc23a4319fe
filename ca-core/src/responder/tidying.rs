//! Keys that are of no use any more are destroyed in their token, by the process that made them.

use diesel::prelude::*;
use store::schema::{certificates, service_keys};
use store::{Act, Database, crash_point};

use super::KEPT;
use super::asking::AskError;
use crate::service_key::Purpose;
use crate::signer::{KeyId, KeyReference, SignerProcess};

/// Destroys the keys of responders whose certificates ended a week ago, by this machine's clock and the
/// database's, and keys that were made beside one and that nobody asked for; those that it has destroyed.
///
/// Can be called any number of times. A responder's key serves nobody once its certificate has ended: an answer
/// is not good for longer than that. It writes nothing to the database, where the public key stands for good.
pub fn tidy(db: &mut Database, process: &SignerProcess, act: &Act) -> Result<Vec<KeyReference>, AskError> {
    let ended_before = act.at.min(db.now()?).minus(KEPT);
    type Row = (String, String, String, store::Timestamp);
    let responders: Vec<Row> = service_keys::table
        .inner_join(
            certificates::table.on(certificates::issuer
                .nullable()
                .eq(service_keys::authority)
                .and(certificates::serial.nullable().eq(service_keys::serial))),
        )
        .filter(service_keys::purpose.eq(Purpose::Ocsp.name()))
        .select((service_keys::name, service_keys::token, service_keys::key_id, certificates::not_after))
        .load(db)?;
    let mut destroyed = Vec::new();
    for (name, token, key_id, not_after) in responders {
        let id: KeyId = key_id.parse().expect("the database holds key identifiers this program wrote");
        if process.tokens().named(&token).is_err() {
            continue;
        }
        // A key has the name of its record as its label.
        for found in process.keys_labelled(&token, &name)? {
            if found.id != id || not_after < ended_before {
                process.destroy_key(&token, &found.id)?;
                crash_point("responder.key-destroyed");
                destroyed.push(KeyReference { token: token.clone(), id: found.id });
            }
        }
    }
    Ok(destroyed)
}
