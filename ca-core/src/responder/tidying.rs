//! Keys that are of no use any more are destroyed in their token, by the process that made them.

use diesel::prelude::*;
use store::schema::{certificates, service_keys};
use store::{Act, Database, Timestamp, crash_point};

use super::KEPT;
use super::asking::AskError;
use crate::service_key::Purpose;
use crate::signer::{KeyId, KeyReference, SignerProcess};

/// Destroys the keys of responders whose certificates ended a week ago, by the earlier of this machine's clock and
/// the database's, where a later responder of the same authority stands; and keys that were made beside one and that
/// nobody asked for. Those that it has destroyed.
///
/// Can be called any number of times. A responder's key serves nobody once its certificate has ended: an answer
/// is not good for longer than that. The two clocks may be one, and a key that is destroyed is gone for good: under
/// a clock that is a year ahead no later responder stands, and nothing is destroyed. It writes nothing to the
/// database, where the public key stands for good.
pub fn tidy(db: &mut Database, process: &SignerProcess, act: &Act) -> Result<Vec<KeyReference>, AskError> {
    let now = act.at.min(db.now()?);
    let responders: Vec<Row> = service_keys::table
        .inner_join(
            certificates::table.on(certificates::issuer
                .nullable()
                .eq(service_keys::authority)
                .and(certificates::serial.nullable().eq(service_keys::serial))),
        )
        .filter(service_keys::purpose.eq(Purpose::Ocsp.name()))
        .select(Row::as_select())
        .load(db)?;
    let mut destroyed = Vec::new();
    for row in &responders {
        let id: KeyId = row.key_id.parse().expect("the database holds key identifiers this program wrote");
        if process.tokens().named(&row.token).is_err() {
            continue;
        }
        let over = row.not_after < now.minus(KEPT) && responders.iter().any(|other| other.follows(row, now));
        // A key has the name of its record as its label.
        for found in process.keys_labelled(&row.token, &row.name)? {
            if found.id != id || over {
                process.destroy_key(&row.token, &found.id)?;
                crash_point("responder.key-destroyed");
                destroyed.push(KeyReference { token: row.token.clone(), id: found.id });
            }
        }
    }
    Ok(destroyed)
}

/// A responder, whether it still answers or not.
#[derive(Queryable, Selectable)]
#[diesel(table_name = service_keys)]
struct Row {
    name: String,
    token: String,
    key_id: String,
    authority: Option<String>,
    #[diesel(select_expression = certificates::status)]
    status: String,
    #[diesel(select_expression = certificates::not_before)]
    not_before: Timestamp,
    #[diesel(select_expression = certificates::not_after)]
    not_after: Timestamp,
}

impl Row {
    /// Whether this is a later responder than `earlier`, of the same authority, that stands.
    fn follows(&self, earlier: &Self, now: Timestamp) -> bool {
        let later = self.authority == earlier.authority && self.not_after > earlier.not_after;
        later && self.status == "good" && self.not_before <= now && now < self.not_after
    }
}
