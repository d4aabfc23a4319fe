//! Cards are certified in batches, several at once: while the token signs for one, the evidence of the next is
//! verified, so that neither the token nor a processor waits for the other.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::thread;

use ca_core::signer::ProcessSigner;
use card::CardNumber;
use professional_registry::ImportedRegister;
use registration_authority::certification::{CARDS_A_TRANSACTION, CARDS_AT_ONCE, certify_cards};
use store::{Database, DatabaseRole};

use super::{Certified, Certifier};
use crate::installation::system_rng;
use crate::problem::Problem;

/// How many batches are under way at once, each on a connection of its own.
const LANES: usize = 3;

/// Certifies the cards. The caller's connection keeps the lease meanwhile, however long a batch takes. An answer
/// that is an error is of the lease: what the lanes could not do stands in what they give.
pub(super) fn certify(
    certifier: &Certifier<'_>,
    db: &mut Database,
    signer: &ProcessSigner,
    role: DatabaseRole,
    numbers: &[CardNumber],
) -> Result<Certified, Problem> {
    let size = numbers.len().div_ceil(LANES).clamp(CARDS_A_TRANSACTION, CARDS_AT_ONCE);
    let batches = numbers.chunks(size);
    let mut connections = Vec::new();
    for _ in 0..batches.len().min(LANES) {
        connections.push(certifier.installation.database(role)?);
    }
    let waiting = Mutex::new(batches);
    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
    thread::scope(|scope| {
        let (tell, told) = mpsc::channel();
        for mut db in connections {
            let (signer, next, tell) = (signer.clone(), &next, tell.clone());
            scope.spawn(move || {
                // Where the lease is lost nobody listens any more.
                let _ = tell.send(certifier.certify_in_turn(&mut db, signer, next));
            });
        }
        drop(tell);
        let pause = certifier.installation.config.schedules.lease / 4;
        let mut done = Certified::default();
        loop {
            match told.recv_timeout(pause) {
                Ok(Certified { cards, failed, .. }) => {
                    done.cards.extend(cards);
                    done.failed.extend(failed);
                }
                Err(RecvTimeoutError::Timeout) => certifier.epoch.renew(db)?,
                Err(RecvTimeoutError::Disconnected) => return Ok(done),
            }
        }
    })
}

impl Certifier<'_> {
    /// One lane: one batch after the other.
    fn certify_in_turn<'n>(
        &self,
        db: &mut Database,
        mut signer: ProcessSigner,
        next: impl Fn() -> Option<&'n [CardNumber]>,
    ) -> Certified {
        let mut done = Certified::default();
        let mut registry = ImportedRegister;
        let mut context = self.context(&mut signer, &mut registry);
        while let Some(batch) = next() {
            match certify_cards(db, &mut context, batch, &mut system_rng(), &self.act_of_now()) {
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
        done
    }
}
