//! The connections to the database that requests share: few, and a bound for each kind of visitor.

use std::sync::Arc;
use std::time::Duration;

use store::places::Places;
use store::{Database, DatabaseError};

use crate::failure::Failure;
use crate::faults;

/// How long a request waits for a connection before it is told to try later.
const PATIENCE: Duration = Duration::from_secs(2);

/// Opens a connection of the web role.
pub(crate) type Open = Arc<dyn Fn() -> Result<Database, DatabaseError> + Send + Sync>;

/// Who asks. Each has connections of his own: what anybody may ask for takes none from officers, nor from a holder who
/// opposes his card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Visitor {
    /// An officer who has signed in.
    Officer,
    /// Whoever asks the interface for programs, with a certificate of one of our authorities: a system, or nobody in particular.
    System,
    /// Somebody who is about to.
    Arriving,
    /// A holder who declares an opposition or asks for a code.
    Holder,
    /// Anybody, on the public page.
    Anyone,
}

/// The connections of one process: twenty at most (docs/configuration.md, `[database]`).
pub(crate) struct Connections {
    open: Open,
    officers: Places<Database>,
    systems: Places<Database>,
    arriving: Places<Database>,
    holders: Places<Database>,
    anyone: Places<Database>,
}

impl Connections {
    pub(crate) fn new(open: Open) -> Self {
        // A request that waits holds a thread, of which the officers' need some too.
        Self {
            open,
            officers: Places::new(8, 64),
            systems: Places::new(4, 32),
            arriving: Places::new(2, 16),
            holders: Places::new(2, 16),
            anyone: Places::new(4, 32),
        }
    }

    /// Runs `work` on a connection of its own. A connection whose work failed is closed, not kept: a lost
    /// server must not fail every later request.
    pub(crate) fn run<T>(
        &self,
        visitor: Visitor,
        work: impl FnOnce(&mut Database) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let places = match visitor {
            Visitor::Officer => &self.officers,
            Visitor::System => &self.systems,
            Visitor::Arriving => &self.arriving,
            Visitor::Holder => &self.holders,
            Visitor::Anyone => &self.anyone,
        };
        let mut lent = places.lend(PATIENCE).ok_or_else(|| {
            let size = places.size();
            Failure::coded(faults::PAGES_BUSY, format!("all {size} connections for {visitor:?} are in use"))
        })?;
        let still_answers = lent.held().is_some_and(|db| db.now().is_ok());
        if !still_answers {
            lent.give_up();
            // Those that waited beside it are of the same server.
            places.give_up_idle();
            lent.fill((self.open)()?);
        }
        let db = lent.held().expect("it was filled just now");
        let done = work(db);
        if done.is_err() {
            lent.give_up();
        }
        done
    }
}
