//! What the pages work with.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use registration_authority::approval::passkey::RelyingParty;
use registration_authority::approval::{ApprovalVerifier, DemoApprover};
use registration_authority::opposition::Publication;
use registration_authority::suspension::SuspensionPolicy;
use store::{CryptoRng, Database, DatabaseError, Timestamp};

use crate::challenges::Challenges;
use crate::pages;
use crate::sessions::Sessions;
use crate::throttle::Throttle;
use crate::{Publications, PublishedFile, SignInLinks, Untold};

/// Connections that are kept open between requests.
const IDLE_CONNECTIONS: usize = 8;

/// What the composition root hands over.
pub struct WebSettings {
    /// Opens a connection of the web role.
    pub open: Arc<dyn Fn() -> Result<Database, DatabaseError> + Send + Sync>,
    /// What time it is; read once a request.
    pub clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// The randomness of the operating system.
    pub rng: Arc<dyn Fn() -> Box<dyn CryptoRng> + Send + Sync>,
    /// What signs decisions in a demonstration; in production there is none.
    pub approver: Option<DemoApprover>,
    /// What verifies decisions, and knows whose a passkey is.
    pub verifier: ApprovalVerifier,
    /// For whom passkeys are made and sign; none where officers use none.
    pub relying_party: Option<RelyingParty>,
    /// One-time links that sign an officer in.
    pub links: SignInLinks,
    /// Whether cards may be suspended.
    pub suspensions: SuspensionPolicy,
    /// Reads what is published at a moment, for the public page.
    pub publications: ReadPublications,
    /// Reads a published file by its path below the status role's address.
    pub published_file: ReadPublishedFile,
    /// Asks the status role of this node how far it is with an event of the status log; a quarter of a second
    /// at most.
    pub publication: Arc<dyn Fn(i64) -> Publication + Send + Sync>,
}

/// Reads what is published at a moment.
pub type ReadPublications =
    Arc<dyn Fn(&mut Database, Timestamp) -> Result<Publications, Untold> + Send + Sync>;

/// Reads a published file, `ca/ACI-FO-PP.cer`; nothing where none is published there.
pub type ReadPublishedFile = Arc<dyn Fn(&str) -> io::Result<Option<PublishedFile>> + Send + Sync>;

/// What the pages work with.
pub struct WebState {
    settings: WebSettings,
    challenges: Challenges,
    sessions: Sessions,
    throttle: Throttle,
    declarations: Throttle,
    idle: Mutex<Vec<Database>>,
}

impl WebState {
    /// From what the composition root hands over.
    pub fn new(settings: WebSettings) -> Self {
        Self {
            challenges: Challenges::new(&mut *(settings.rng)()),
            settings,
            sessions: Sessions::default(),
            throttle: Throttle::new(pages::pki::BY_ADDRESS, pages::pki::BY_ALL),
            declarations: Throttle::new(pages::holder::BY_ADDRESS, pages::holder::BY_ALL),
            idle: Mutex::default(),
        }
    }

    /// Whether this is a demonstration, whose decisions are signed by its own visible key.
    pub fn is_demo(&self) -> bool {
        self.settings.approver.is_some()
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.settings.clock)()
    }

    pub(crate) fn rng(&self) -> Box<dyn CryptoRng> {
        (self.settings.rng)()
    }

    pub(crate) fn approver(&self) -> Option<&DemoApprover> {
        self.settings.approver.as_ref()
    }

    pub(crate) fn verifier(&self) -> &ApprovalVerifier {
        &self.settings.verifier
    }

    pub(crate) fn relying_party(&self) -> Option<&RelyingParty> {
        self.settings.relying_party.as_ref()
    }

    pub(crate) fn challenges(&self) -> &Challenges {
        &self.challenges
    }

    pub(crate) fn links(&self) -> &SignInLinks {
        &self.settings.links
    }

    pub(crate) fn suspensions(&self) -> SuspensionPolicy {
        self.settings.suspensions
    }

    pub(crate) fn publications(&self) -> &ReadPublications {
        &self.settings.publications
    }

    pub(crate) fn published_file(&self, path: &str) -> io::Result<Option<PublishedFile>> {
        (self.settings.published_file)(path)
    }

    pub(crate) fn throttle(&self) -> &Throttle {
        &self.throttle
    }

    /// Counts what holders declare.
    pub(crate) fn declarations_throttle(&self) -> &Throttle {
        &self.declarations
    }

    pub(crate) fn publication(&self, status_sequence: i64) -> Publication {
        (self.settings.publication)(status_sequence)
    }

    pub(crate) fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    /// Runs `work` on a connection of its own. A connection whose work failed is closed, not kept: a lost
    /// server must not fail every later request.
    pub(crate) fn on_connection<T, E: From<DatabaseError>>(
        &self,
        work: impl FnOnce(&mut Database) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut db = match self.kept() {
            Some(db) => db,
            None => (self.settings.open)()?,
        };
        let done = work(&mut db)?;
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_CONNECTIONS {
            idle.push(db);
        }
        Ok(done)
    }

    /// A connection kept from an earlier request whose server still answers; the others are closed.
    fn kept(&self) -> Option<Database> {
        loop {
            let mut db = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()?;
            if db.now().is_ok() {
                return Some(db);
            }
        }
    }
}
