//! The thread that has answers signed before anybody asks.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use store::{Act, Actor, RequestId};

use super::background::{Asked, Background, Wake};
use super::service::Shared;
use crate::ocsp::ahead::{Rounds, Step};

/// How long it waits where memory, database or token are not there.
const IN_TROUBLE: Duration = Duration::from_secs(1);

/// How long it waits at once for the next round: a clock that is set while it waits delays it by no more.
const AT_MOST: Duration = Duration::from_secs(60);

/// Starts it, where anything is to be signed ahead.
pub(super) fn start(shared: Arc<Shared>) -> std::io::Result<Option<Background>> {
    if shared.ahead.hashes.is_empty() || shared.ahead.per_second == 0 {
        return Ok(None);
    }
    let wake = Arc::new(Wake::default());
    let asked = Arc::clone(&wake);
    Background::start("ocsp-ahead", wake, move || run(&shared, &asked)).map(Some)
}

/// Until it is asked to end.
fn run(shared: &Shared, wake: &Wake) {
    let mut rounds = Rounds::new(shared.ahead.clone());
    loop {
        let act =
            Act { at: shared.now(), actor: Actor::Job("ocsp-ahead"), request: RequestId(String::new()) };
        let step = catch_unwind(AssertUnwindSafe(|| rounds.step(&shared.answers, &act)));
        let mut pause = match step {
            Ok(Ok(Step::More(pause))) => pause,
            Ok(Ok(Step::Over(rest))) => rest,
            Ok(Err(halt)) => {
                tracing::debug!(%halt, "nothing is signed ahead for now");
                IN_TROUBLE
            }
            Err(_) => {
                tracing::error!("signing ahead panicked; it begins again");
                rounds = Rounds::new(shared.ahead.clone());
                AT_MOST
            }
        };
        while !pause.is_zero() {
            let now = pause.min(AT_MOST);
            if wake.wait(now) == Asked::ToEnd {
                return;
            }
            pause -= now;
        }
    }
}
