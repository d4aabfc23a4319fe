//! The work: certificates of cards for public keys that were made before the clock ran.

use std::sync::{Arc, Mutex};
use std::thread;

use ca_core::epoch::Epoch;
use ca_core::issuance::{
    BATCHES_UNDER_WAY, Bearer, BegunBatch, Evidence, EvidenceKind, IssuanceRequest, LARGEST_PREPARATION,
    Preparation, Prepared,
};
use ca_core::signer::{Signer, SignerProcess};
use ca_core::subject::{Fact, Facts};
use openssl::ec::{EcGroup, EcKey};
use openssl::nid::Nid;
use openssl::pkey::PKey;
use store::Database;

use crate::installation::{Installation, act, chance};

/// What is issued.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// The profile.
    pub profile: &'static str,
    /// Short name of the authority.
    pub issuer: &'static str,
}

/// A card's, by an authority whose key is on P-256.
pub const CARD: Wanted = Wanted { profile: "fo-pp-cps-auth", issuer: "ACI-FO-PP" };

/// A professional's, by an authority whose key is RSA-4096.
pub const UNDER_RSA: Wanted = Wanted { profile: "el-pp-soft-sign", issuer: "ACI-EL-PP" };

/// Chips' public keys, SubjectPublicKeyInfo in DER.
pub fn card_keys(count: usize) -> Vec<Vec<u8>> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).expect("OpenSSL knows P-256");
    let make = || EcKey::generate(&group).and_then(PKey::from_ec_key).and_then(|key| key.public_key_to_der());
    (0..count).map(|_| make().expect("OpenSSL makes P-256 keys")).collect()
}

/// A connection for each batch that is under way. On SQLite all have the same, as in the worker.
pub fn lanes(installation: &Installation) -> Vec<Arc<Mutex<Database>>> {
    let only = Arc::new(Mutex::new(installation.database()));
    vec![only; BATCHES_UNDER_WAY]
}

/// Certifies each key for a card of its own, in batches of `size`, several of them under way at once, as the worker
/// does.
pub fn issue_all(
    installation: &Installation,
    lanes: &[Arc<Mutex<Database>>],
    process: &SignerProcess,
    epoch: &Epoch,
    wanted: Wanted,
    keys: &[Vec<u8>],
    size: usize,
) {
    let waiting = Mutex::new(keys.chunks(size));
    let next = || waiting.lock().expect("nobody panics here").next();
    thread::scope(|scope| {
        for db in lanes {
            let next = &next;
            scope.spawn(move || {
                let mut signer = process.signer();
                while let Some(keys) = next() {
                    issue(installation, db, &mut signer, epoch, wanted, keys);
                }
            });
        }
    });
}

fn issue(
    installation: &Installation,
    connection: &Mutex<Database>,
    signer: &mut dyn Signer,
    epoch: &Epoch,
    wanted: Wanted,
    keys: &[Vec<u8>],
) {
    #[expect(clippy::disallowed_methods, reason = "the benchmark stands in for the officers")]
    let evidence = Evidence::verified(EvidenceKind::Officer, b"a benchmark");
    let (mut rng, act) = (chance(), act());
    let mut batch = Vec::with_capacity(keys.len());
    let mut held = connection.lock().expect("nobody panics here");
    let db = &mut *held;
    for some in keys.chunks(LARGEST_PREPARATION) {
        let prepared = db.write(|db| {
            let mut preparation = Preparation::begin(db, installation.issuance(), epoch)?;
            let prepare = |(number, public_key): (usize, &Vec<u8>)| {
                let facts = facts(number);
                let request = IssuanceRequest {
                    profile: wanted.profile,
                    issuer: wanted.issuer,
                    bearer: Bearer::EndEntity,
                    facts: &facts,
                    public_key,
                    not_after: None,
                };
                preparation.prepare(db, &request, &evidence, &mut rng, &act)
            };
            some.iter().enumerate().map(prepare).collect::<Result<Vec<Prepared>, _>>()
        });
        batch.extend(prepared.expect("the requests are good ones"));
    }
    let begun = BegunBatch::begin(db, batch, &mut rng, &act).expect("the database is there");
    drop(held);
    let signed = begun.sign(signer);
    let mut held = connection.lock().expect("nobody panics here");
    let issued = signed.record(&mut held, &mut rng, &act).expect("the database is there");
    assert!(issued.iter().all(Result::is_ok), "every certificate is good");
}

fn facts(number: usize) -> Facts {
    Facts::new()
        .with(Fact::GivenName, "CAMILLE")
        .with(Fact::FamilyName, "EXEMPLE")
        .with(Fact::NationalIdentifier, "899700000129")
        .with(Fact::Title, "Sage-Femme")
        .with(Fact::Profession, "50")
        .with(Fact::CardNumber, format!("26{number:08}"))
        .with(Fact::EmailAddress, "camille.exemple@mail.home.arpa")
}
