//! A hierarchy, and the two processes that the responders' keys and certificates come from.

mod crashes;
mod refusals;
mod rotation;
mod superseded;

use std::path::Path;

use diesel::prelude::*;
use store::schema::{audit_events, audit_payloads, certificates};
use store::{Act, Database, Timestamp};

use super::inbox::{self, Proofs, Request};
use super::statement::{self, Statement};
use super::*;
use crate::ceremony::Ceremony;
use crate::ceremony::tests::INSTALLATION as DEMO;
use crate::ceremony::tests::hall::{Hall, act};
use crate::epoch::Epoch;
use crate::identity::Identity;
use crate::issuance::IssuanceContext;
use crate::key_policy::Blocklist;
use crate::profile::Profiles;
use crate::service_key::{self, Purpose, ServiceKey};
use crate::signer::soft_token::{answering_process, in_folder, load};
use crate::signer::{KeyReference, Pkcs11Signer, SignerProcess, sign_verified};

const DAY: Duration = Duration::from_secs(86_400);

/// After how many days a responder is due.
const WHEN_DUE: u32 = 61;

struct Scene {
    hall: Hall,
    /// The status role's.
    answers: SignerProcess,
    profiles: Profiles,
    identity: Identity,
    blocklist: Blocklist,
}

/// Runs `body` with tokens of its own, after the ceremony of a demonstration.
fn scene(module: &str, test: &str, body: impl FnOnce(Scene)) {
    in_folder(module, test, |folder: &Path| {
        let mut hall = Hall::new(load(folder));
        hall.hold(DEMO).unwrap();
        body(Scene {
            hall,
            answers: answering_process(folder),
            profiles: Profiles::embedded(),
            identity: Identity::demo(),
            blocklist: Blocklist::default(),
        });
    });
}

fn chance() -> rand_core::UnwrapErr<getrandom::SysRng> {
    rand_core::UnwrapErr(getrandom::SysRng)
}

/// So many days after the ceremony.
fn at(days: u32) -> Act {
    Act { at: act().at.plus(DAY * days), ..act() }
}

impl Scene {
    fn db(&mut self) -> &mut Database {
        &mut self.hall.db
    }

    fn ask(&mut self, days: u32) -> Asking {
        ask(&mut self.hall.db, &self.answers, &mut chance(), &at(days)).unwrap()
    }

    fn decide(&mut self, days: u32) -> Decided {
        self.decide_with(&[DEMO], days)
    }

    fn decide_with(&mut self, files: &[&str], days: u32) -> Decided {
        let files: Vec<_> = files.iter().map(|text| Ceremony::parse(text).unwrap()).collect();
        let mut signer = Pkcs11Signer::new(self.hall.module.clone());
        let context = IssuanceContext {
            profiles: &self.profiles,
            identity: &self.identity,
            blocklist: &self.blocklist,
        };
        let db = &mut self.hall.db;
        let epoch = Epoch::open(db, DAY, &at(days)).unwrap();
        let decided = decide(db, &mut signer, &files, context, &epoch, &mut chance(), &at(days)).unwrap();
        epoch.close(db, &at(days)).unwrap();
        decided
    }

    /// The responders of an authority, oldest first.
    fn responders(&mut self, authority: &str) -> Vec<ServiceKey> {
        let keys = service_key::of_purpose(&mut self.hall.db, Purpose::Ocsp).unwrap();
        keys.into_iter().filter(|key| key.authority.as_deref() == Some(authority)).collect()
    }

    fn newest(&mut self, authority: &str) -> NewestResponder {
        newest(&mut self.hall.db, authority).unwrap().unwrap()
    }

    /// The newest request for the successor of an authority's newest responder.
    fn request(&mut self, authority: &str) -> Request {
        let asks = self.newest(authority).name;
        inbox::of_predecessor(&mut self.hall.db, &asks).unwrap().swap_remove(0)
    }

    /// Private keys in the status token.
    fn keys_in_token(&self) -> usize {
        self.hall.module.token("status").unwrap().count_private_keys()
    }

    fn sign(&self, key: &KeyReference, public_key: &[u8], message: &[u8]) -> Vec<u8> {
        let mut signer = Pkcs11Signer::new(self.hall.module.clone());
        sign_verified(&mut signer, key, public_key, "test", message).unwrap()
    }

    /// The statuses of an authority's certificates for responders, in the order of the alphabet.
    fn statuses(&mut self, authority: &str) -> Vec<String> {
        certificates::table
            .filter(certificates::profile.eq("ocsp-responder").and(certificates::issuer.eq(authority)))
            .order(certificates::status)
            .select(certificates::status)
            .load(&mut self.hall.db)
            .unwrap()
    }

    /// The payloads of the leaves with this action.
    fn leaves(&mut self, action: &str) -> Vec<serde_json::Value> {
        let payloads: Vec<String> = audit_events::table
            .inner_join(audit_payloads::table.on(audit_payloads::event_id.eq(audit_events::id)))
            .filter(audit_events::action.eq(action))
            .select(audit_payloads::payload)
            .load(&mut self.hall.db)
            .unwrap();
        payloads.iter().map(|payload| serde_json::from_str(payload).unwrap()).collect()
    }
}
