//! Cards are certified in batches, several at once: while the token signs for some, the evidence of the next is
//! verified, so that neither the token nor the database waits for the other.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use ca_core::issuance::BATCHES_UNDER_WAY;
use ca_core::signer::ProcessSigner;
use card::CardNumber;
use professional_registry::ImportedRegister;
use registration_authority::certification::{
    BegunCards, CARDS_A_TRANSACTION, CARDS_AT_ONCE, CertificationContext, CertifiedCards, CertifyCardError,
};
use store::{Act, Database, DatabaseRole};

use super::{Certified, Certifier};
use crate::installation::system_rng;
use crate::problem::Problem;

/// What a lane writes over, for as long as a step takes.
type Connection = Arc<Mutex<Database>>;

/// Certifies the cards. The caller's connection keeps the lease meanwhile, however long a batch takes. An answer
/// that is an error is of the lease: what the lanes could not do stands in what they give.
pub(super) fn certify_all(
    certifier: &Certifier<'_>,
    db: &mut Database,
    signer: &ProcessSigner,
    role: DatabaseRole,
    numbers: &[CardNumber],
) -> Result<Certified, Problem> {
    let size = numbers.len().div_ceil(BATCHES_UNDER_WAY).clamp(CARDS_A_TRANSACTION, CARDS_AT_ONCE);
    let batches = numbers.chunks(size);
    let connections = certifier.connections(role, batches.len().min(BATCHES_UNDER_WAY))?;
    let waiting = Mutex::new(batches);
    let next = || lock(&waiting).next();
    thread::scope(|scope| {
        let (tell, told) = mpsc::channel();
        for db in connections {
            let (signer, next, tell) = (signer.clone(), &next, tell.clone());
            scope.spawn(move || {
                // Where the lease is lost nobody listens any more.
                let _ = tell.send(certifier.certify_in_turn(&db, signer, next));
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

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Certifier<'_> {
    /// One for each lane. On SQLite one for all: there is one writer at a time anyway, and its pages stay in memory,
    /// which another's commit would empty.
    fn connections(&self, role: DatabaseRole, lanes: usize) -> Result<Vec<Connection>, Problem> {
        let mut connections: Vec<Connection> = Vec::with_capacity(lanes);
        for _ in 0..lanes {
            let connection = match connections.first() {
                Some(first) if !lock(first).is_on_server() => Arc::clone(first),
                _ => Arc::new(Mutex::new(self.installation.database(role)?)),
            };
            connections.push(connection);
        }
        Ok(connections)
    }

    /// One lane: one batch after the other.
    fn certify_in_turn<'n>(
        &self,
        db: &Mutex<Database>,
        mut signer: ProcessSigner,
        next: impl Fn() -> Option<&'n [CardNumber]>,
    ) -> Certified {
        let mut done = Certified::default();
        let mut registry = ImportedRegister;
        let mut context = self.context(&mut signer, &mut registry);
        while let Some(batch) = next() {
            match certify(db, &mut context, batch, &self.act_of_now()) {
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

/// The three steps of a batch. The token is asked without the connection, which other lanes have meanwhile.
fn certify(
    db: &Mutex<Database>,
    context: &mut CertificationContext<'_>,
    cards: &[CardNumber],
    act: &Act,
) -> Result<CertifiedCards, CertifyCardError> {
    let mut rng = system_rng();
    let begun = BegunCards::begin(&mut lock(db), context, cards, &mut rng, act)?;
    let signed = begun.sign(context.signer);
    signed.conclude(&mut lock(db), &mut rng, act)
}
