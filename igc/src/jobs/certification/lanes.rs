//! Cards are certified in batches, several at once: while the token signs for one, the evidence of the next is
//! verified, so that neither the token nor a processor waits for the other.

use std::sync::{Mutex, PoisonError};
use std::thread;

use ca_core::signer::ProcessSigner;
use card::CardNumber;
use professional_registry::ImportedRegister;
use registration_authority::certification::{CARDS_AT_ONCE, certify_cards};
use store::{Database, DatabaseRole};

use super::{Certified, Certifier};
use crate::installation::system_rng;
use crate::problem::Problem;

/// How many batches are under way at once, each on a connection of its own.
const LANES: usize = 3;

/// Certifies the cards. What one lane cannot do keeps no other lane back; the first failure of a whole lane, which
/// the lease or the database makes, is the answer.
pub(super) fn certify(
    certifier: &Certifier<'_>,
    db: &mut Database,
    signer: &ProcessSigner,
    role: DatabaseRole,
    numbers: &[CardNumber],
) -> Result<Certified, Problem> {
    let batches = numbers.chunks(CARDS_AT_ONCE);
    let mut others = Vec::new();
    for _ in 1..batches.len().min(LANES) {
        others.push(certifier.installation.database(role)?);
    }
    let waiting = Mutex::new(batches);
    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
    let lane = |db: &mut Database| certifier.certify_in_turn(db, signer.clone(), next);
    let lanes: Vec<Result<Certified, Problem>> = thread::scope(|scope| {
        let lane = &lane;
        let others: Vec<_> = others.into_iter().map(|mut db| scope.spawn(move || lane(&mut db))).collect();
        let own = lane(db);
        let others = others.into_iter().map(|other| other.join().expect("a lane does not panic"));
        std::iter::once(own).chain(others).collect()
    });
    let mut done = Certified::default();
    for lane in lanes {
        let Certified { cards, failed, .. } = lane?;
        done.cards.extend(cards);
        done.failed.extend(failed);
    }
    Ok(done)
}

impl Certifier<'_> {
    /// One lane: one batch after the other.
    fn certify_in_turn<'n>(
        &self,
        db: &mut Database,
        mut signer: ProcessSigner,
        next: impl Fn() -> Option<&'n [CardNumber]>,
    ) -> Result<Certified, Problem> {
        let mut done = Certified::default();
        let mut registry = ImportedRegister;
        let mut context = self.context(&mut signer, &mut registry);
        while let Some(batch) = next() {
            let act = self.begin_item(db)?;
            match certify_cards(db, &mut context, batch, &mut system_rng(), &act) {
                Ok(certified) => {
                    for (number, outcome) in certified {
                        match outcome {
                            Ok(_) => done.cards.push(number.to_string()),
                            Err(error) => done.fail(format!("card {number}"), &error),
                        }
                    }
                }
                Err(error) => batch.iter().for_each(|number| done.fail(format!("card {number}"), &error)),
            }
        }
        Ok(done)
    }
}
