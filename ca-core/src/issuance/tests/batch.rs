//! Batches: what becomes of one certificate is not what becomes of the others.

use store::audit::backlog::{self, Backlog};

use super::*;
use crate::certificate;
use crate::signer::{KeyReference, Signer, SignerError, SigningRequest};

const HERE: &str = module_path!();

/// More than one frame of the signer's process.
const SIZE: usize = 70;

/// A token with a trouble.
struct Troubled<'a> {
    signer: &'a mut ProcessSigner,
    trouble: Trouble,
    asked: u32,
}

enum Trouble {
    /// Whatever is signed for this subject has a wrong bit.
    WrongFor(String),
    /// It signs so many, and no more.
    StopsAfter(u32),
}

impl Signer for Troubled<'_> {
    fn sign(&mut self, request: &SigningRequest<'_>) -> Result<Vec<u8>, SignerError> {
        self.asked += 1;
        match &self.trouble {
            Trouble::StopsAfter(most) if self.asked > *most => {
                Err(SignerError::NoSuchKey { key: request.key.clone(), found: 0 })
            }
            Trouble::WrongFor(subject) if subject == request.subject => {
                let mut signature = self.signer.sign(request)?;
                *signature.last_mut().unwrap() ^= 1;
                Ok(signature)
            }
            _ => self.signer.sign(request),
        }
    }

    fn public_key(&mut self, key: &KeyReference) -> Result<Vec<u8>, SignerError> {
        self.signer.public_key(key)
    }
}

impl House {
    fn batch(&mut self, size: usize) -> Vec<Prepared> {
        let holder = nurse("899700000129");
        (0..size).map(|_| self.prepare("fo-pp-cps-auth", &holder, &key()).unwrap()).collect()
    }

    fn issue_troubled(&mut self, batch: Vec<Prepared>, trouble: Trouble) -> (Issued, u32) {
        let mut signer = Troubled { signer: &mut self.signer, trouble, asked: 0 };
        let issued = issue_batch(&mut self.db, &mut signer, batch, &mut self.rng, &act()).unwrap();
        (issued, signer.asked)
    }

    /// Where each stands, in the order of the batch.
    fn states(&mut self, serials: &[SerialNumber]) -> Vec<&'static str> {
        let find = |serial| certificate::find(&mut self.db, "ACI-FO-PP", serial).unwrap().unwrap();
        serials.iter().map(find).map(|found| found.status.word()).collect()
    }
}

fn serials(batch: &[Prepared]) -> Vec<SerialNumber> {
    batch.iter().map(|prepared| prepared.serial().clone()).collect()
}

/// What became of each, in the order of the batch.
fn told(issued: &Issued, serials: &[SerialNumber]) -> Vec<&'static str> {
    let told = issued.iter().zip(serials).map(|(outcome, serial)| match outcome {
        Ok(issued) => {
            assert_eq!(&issued.serial, serial, "the answers stand in the order of the batch");
            "issued"
        }
        Err(error) => error.code().name,
    });
    told.collect()
}

#[test]
fn a_batch_is_signed_and_recorded_as_good_one_by_one() {
    in_house_of(HERE, "a_batch_is_signed_and_recorded_as_good_one_by_one", |house| {
        let before = backlog::of(&mut house.db).unwrap();
        let batch = house.batch(SIZE);
        let serials = serials(&batch);
        let House { db, signer, rng, .. } = house;
        let issued = issue_batch(db, signer, batch, rng, &act()).unwrap();
        assert_eq!(told(&issued, &serials), vec!["issued"; SIZE]);
        for one in issued.iter().flatten() {
            let found = certificate::find(&mut house.db, "ACI-FO-PP", &one.serial).unwrap().unwrap();
            assert_eq!(found.status.der(), Some(one.der.as_slice()));
            assert_eq!(tbs_within(&one.der), Some(found.tbs.as_slice()));
        }
        // Three leaves a certificate: intended, signing, issued.
        let Backlog { waiting, .. } = backlog::of(&mut house.db).unwrap();
        assert_eq!(waiting - before.waiting, 3 * SIZE as i64);
        assert!(!house.epoch.has_unsettled(&mut house.db).unwrap());
    });
}

#[test]
fn one_that_was_settled_meanwhile_does_not_take_the_others_with_it() {
    in_house_of(HERE, "one_that_was_settled_meanwhile_does_not_take_the_others_with_it", |house| {
        let batch = house.batch(3);
        let serials = serials(&batch);
        let House { db, rng, .. } = house;
        let reason = RevocationReason::KeyCompromise;
        db.write(|db| revocation::revoke(db, "ACI-FO-PP", &serials[1], reason, rng, &act())).unwrap();
        let (issued, asked) = house.issue_troubled(batch, Trouble::StopsAfter(u32::MAX));
        assert_eq!(told(&issued, &serials), ["issued", "certificate-issuance-overtaken", "issued"]);
        assert_eq!(asked, 2, "it was never sent to be signed");
        assert_eq!(house.states(&serials), ["good", "abandoned", "good"]);
    });
}

#[test]
fn what_a_dead_epoch_intended_is_not_signed_by_anyone() {
    in_house_of(HERE, "what_a_dead_epoch_intended_is_not_signed_by_anyone", |house| {
        let batch = house.batch(2);
        let serials = serials(&batch);
        let House { db, epoch, rng, .. } = house;
        let next = Epoch::open(db, Duration::from_secs(600), &act()).unwrap();
        std::mem::replace(epoch, next).close(db, &act()).unwrap();
        assert_eq!(sweep(db, rng, &act()).unwrap(), Swept { abandoned: 2, revoked: 0 });
        let (issued, asked) = house.issue_troubled(batch, Trouble::StopsAfter(u32::MAX));
        assert_eq!(told(&issued, &serials), ["certificate-issuance-overtaken"; 2]);
        assert_eq!(asked, 0);
        assert_eq!(house.states(&serials), ["abandoned"; 2]);
    });
}

#[test]
fn one_wrong_signature_never_leaves_and_its_serial_alone_is_revoked() {
    in_house_of(HERE, "one_wrong_signature_never_leaves_and_its_serial_alone_is_revoked", |house| {
        let batch = house.batch(4);
        let serials = serials(&batch);
        let trouble = Trouble::WrongFor(format!("certificate ACI-FO-PP {}", serials[2]));
        let (issued, asked) = house.issue_troubled(batch, trouble);
        let wrong = "certificate-signature-wrong";
        assert_eq!(told(&issued, &serials), ["issued", "issued", wrong, "issued"]);
        assert_eq!(asked, 5, "it alone was asked for again");
        assert_eq!(house.states(&serials), ["good", "good", "revoked", "good"]);
        let found = certificate::find(&mut house.db, "ACI-FO-PP", &serials[2]).unwrap().unwrap();
        assert_eq!(found.status.der(), None, "nobody has that signature");
    });
}

#[test]
fn a_token_that_stops_half_way_leaves_the_first_half_good_and_the_rest_revoked() {
    in_house_of(
        HERE,
        "a_token_that_stops_half_way_leaves_the_first_half_good_and_the_rest_revoked",
        |house| {
            let batch = house.batch(4);
            let serials = serials(&batch);
            let (issued, _) = house.issue_troubled(batch, Trouble::StopsAfter(2));
            assert_eq!(
                told(&issued, &serials),
                ["issued", "issued", "signer-key-unknown", "signer-key-unknown"]
            );
            assert_eq!(house.states(&serials), ["good", "good", "revoked", "revoked"]);
            assert!(!house.epoch.has_unsettled(&mut house.db).unwrap());
        },
    );
}

/// Gives the TBS that a changed configuration makes.
type Change = fn(&mut House) -> Vec<u8>;

/// What the lint read is what is recorded, and what is recorded what is signed: whoever changes something in between, a profile, an
/// identity or the row itself, is refused.
#[test]
fn a_certificate_that_is_not_the_one_that_was_linted_and_recorded_is_refused_and_its_serial_revoked() {
    in_house_of(
        HERE,
        "a_certificate_that_is_not_the_one_that_was_linted_and_recorded_is_refused_and_its_serial_revoked",
        |house| {
            let changes: [(&str, Change); 2] = [
                ("another profile", |house| {
                    house.prepare("fo-pp-cps-sign", &nurse("899700000129"), &key()).unwrap().tbs
                }),
                ("another identity", |house| {
                    let elsewhere = Identity::DEMO.replace("localhost:8080/ocsp", "localhost:8080/elsewhere");
                    house.identity = Identity::parse(&elsewhere).unwrap();
                    house.prepare("fo-pp-cps-auth", &nurse("899700000129"), &key()).unwrap().tbs
                }),
            ];
            for (what, change) in changes {
                for while_it_is_signed in [false, true] {
                    house.identity = Identity::demo();
                    let batch = house.batch(3);
                    let serials = serials(&batch);
                    // As a process would write it that has read another configuration meanwhile.
                    let other = change(house);
                    assert_ne!(other, batch[1].tbs);
                    let alter = |db: &mut Database| {
                        diesel::sql_query("DROP TRIGGER IF EXISTS certificates_keep_what_was_signed")
                            .execute(db)
                            .unwrap();
                        diesel::update(certificates::table.find(("ACI-FO-PP", serials[1].to_string())))
                            .set(certificates::tbs.eq(&other))
                            .execute(db)
                            .unwrap();
                    };
                    let House { db, signer, rng, .. } = &mut *house;
                    if !while_it_is_signed {
                        alter(db);
                    }
                    let begun = BegunBatch::begin(db, batch, rng, &act()).unwrap();
                    let signed = begun.sign(signer);
                    if while_it_is_signed {
                        alter(db);
                    }
                    let issued = signed.record(db, rng, &act()).unwrap();
                    assert_eq!(
                        told(&issued, &serials),
                        ["issued", "certificate-not-as-recorded", "issued"],
                        "{what}, {while_it_is_signed}"
                    );
                    assert_eq!(house.states(&serials), ["good", "revoked", "good"]);
                    let refused =
                        certificate::find(&mut house.db, "ACI-FO-PP", &serials[1]).unwrap().unwrap();
                    assert_eq!(refused.status.der(), None, "nobody has that signature");
                }
            }
        },
    );
}
