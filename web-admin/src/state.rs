//! What the pages work with.

use std::io;
use std::sync::Arc;

use registration_authority::approval::passkey::RelyingParty;
use registration_authority::approval::{ApprovalVerifier, DemoApprover};
use registration_authority::certificate_request::{
    CertificateRequest, NewCertificateRequest, SubmitRequestError,
};
use registration_authority::opposition::Publication;
use registration_authority::queue::WorkingHours;
use registration_authority::retrieval::CertificateTerms;
use registration_authority::suspension::SuspensionPolicy;
use store::audit::export::ExportedEvent;
use store::{Act, CryptoRng, Database, DatabaseError, Timestamp};

use crate::challenges::Challenges;
use crate::connections::{Connections, Visitor};
use crate::failure::Failure;
use crate::kept::Kept;
use crate::pages;
use crate::sessions::Sessions;
use crate::throttle::{OppositionLimits, Throttle};
use crate::under_way::UnderWay;
use crate::{
    EventProof, Expiry, Finding, JobPace, ListProgress, OcspFigures, ProveEvent, Publications, PublishedFile,
    Selected, SignInLinks, Untold, WriteSelection,
};

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
    /// Where cards sign in, `https://pki.home.arpa:8444`; none where no listener asks for certificates.
    pub card_origin: Option<String>,
    /// Submits a request for a software certificate: with the profiles and the list of weak keys, which the pages do not have.
    pub submit_request: SubmitRequest,
    /// The terms of use under which software certificates are fetched.
    pub certificate_terms: CertificateTerms,
    /// One-time links that sign an officer in.
    pub links: SignInLinks,
    /// Whether cards may be suspended.
    pub suspensions: SuspensionPolicy,
    /// Whether a mail server is configured, so that holders can be sent one-time codes.
    pub codes_by_mail: bool,
    /// How often one address may ask something of the page of oppositions.
    pub opposition_limits: OppositionLimits,
    /// How the registration authority is reached, a line each, for whoever a page keeps out; nothing where that is not configured.
    pub contact: Vec<String>,
    /// When officers work.
    pub working_hours: WorkingHours,
    /// Reads what is published at a moment, for the public page.
    pub publications: ReadPublications,
    /// Reads a published file by its path below the status role's address.
    pub published_file: ReadPublishedFile,
    /// Asks the status role of this node how far it is with an event of the status log; a quarter of a second
    /// at most.
    pub publication: Arc<dyn Fn(i64) -> Publication + Send + Sync>,
    /// Asks the status role of this node what it has answered; nothing where none answers within a quarter of a
    /// second.
    pub ocsp_figures: Arc<dyn Fn() -> Option<OcspFigures> + Send + Sync>,
    /// Reads how far the revocation lists are.
    pub list_progress: ReadListProgress,
    /// Makes the checks of the installation that the web role may make.
    pub diagnose: Diagnose,
    /// Reads what ends one day, soonest first.
    pub expiries: ReadExpiries,
    /// Proves that an event stands in the audit trail.
    pub prove_event: ProveEvent,
    /// Writes a selection of the audit trail.
    pub write_selection: WriteSelection,
    /// The jobs of the worker.
    pub jobs: Vec<JobPace>,
}

/// Submits a request for a software certificate, inside the caller's write transaction. The outer error is that of the
/// installation.
pub type SubmitRequest = Arc<
    dyn Fn(
            &mut Database,
            NewCertificateRequest,
            &mut dyn CryptoRng,
            &Act,
        ) -> Result<Result<CertificateRequest, SubmitRequestError>, Untold>
        + Send
        + Sync,
>;

/// Reads what is published at a moment.
pub type ReadPublications =
    Arc<dyn Fn(&mut Database, Timestamp) -> Result<Publications, Untold> + Send + Sync>;

/// Reads how far the revocation lists are at a moment.
pub type ReadListProgress =
    Arc<dyn Fn(&mut Database, Timestamp) -> Result<ListProgress, Untold> + Send + Sync>;

/// Makes the checks of the installation at a moment.
pub type Diagnose = Arc<dyn Fn(&mut Database, Timestamp) -> Result<Vec<Finding>, Untold> + Send + Sync>;

/// Reads what ends one day, as things stand at a moment.
pub type ReadExpiries = Arc<dyn Fn(&mut Database, Timestamp) -> Result<Vec<Expiry>, Untold> + Send + Sync>;

/// Reads a published file, `ca/ACI-FO-PP.cer`; nothing where none is published there.
pub type ReadPublishedFile = Arc<dyn Fn(&str) -> io::Result<Option<PublishedFile>> + Send + Sync>;

/// What the pages work with.
pub struct WebState {
    settings: WebSettings,
    challenges: Challenges,
    sessions: Sessions,
    throttle: Throttle,
    declarations: Throttle,
    call_backs: Throttle,
    codes: Throttle,
    sign_ins: Throttle,
    sign_ins_of: Throttle,
    listing: Kept<pages::pki::Listing>,
    under_way: UnderWay,
    connections: Connections,
}

impl WebState {
    /// From what the composition root hands over.
    pub fn new(settings: WebSettings) -> Self {
        let limits = settings.opposition_limits;
        Self {
            challenges: Challenges::new(&mut *(settings.rng)()),
            connections: Connections::new(Arc::clone(&settings.open)),
            settings,
            sessions: Sessions::default(),
            throttle: Throttle::new(pages::pki::BY_ADDRESS, pages::pki::BY_ALL),
            declarations: Throttle::new(limits.declarations, u32::MAX),
            call_backs: Throttle::new(limits.call_backs, pages::holder_opposition::CALL_BACKS_BY_ALL),
            codes: Throttle::new(limits.codes, pages::holder_opposition::CODES_BY_ALL),
            sign_ins: Throttle::new(pages::sign_in::BY_ADDRESS, u32::MAX),
            sign_ins_of: Throttle::new(pages::sign_in::BY_LOGIN, u32::MAX),
            listing: Kept::default(),
            under_way: UnderWay::default(),
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

    pub(crate) fn submit_request(&self) -> &SubmitRequest {
        &self.settings.submit_request
    }

    pub(crate) fn certificate_terms(&self) -> &CertificateTerms {
        &self.settings.certificate_terms
    }

    pub(crate) fn card_origin(&self) -> Option<&str> {
        self.settings.card_origin.as_deref()
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

    pub(crate) fn codes_by_mail(&self) -> bool {
        self.settings.codes_by_mail
    }

    pub(crate) fn contact(&self) -> &[String] {
        &self.settings.contact
    }

    pub(crate) fn working_hours(&self) -> &WorkingHours {
        &self.settings.working_hours
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

    /// Counts what holders declare with a code, and nothing else: no other visitor uses up what is theirs.
    pub(crate) fn declarations_throttle(&self) -> &Throttle {
        &self.declarations
    }

    /// Counts what is declared without one.
    pub(crate) fn call_backs_throttle(&self) -> &Throttle {
        &self.call_backs
    }

    /// Counts the one-time codes that holders ask for.
    pub(crate) fn codes_throttle(&self) -> &Throttle {
        &self.codes
    }

    /// Counts what is sent to sign in, or to make a key, by address.
    pub(crate) fn sign_ins_throttle(&self) -> &Throttle {
        &self.sign_ins
    }

    /// Counts who signs in, by login.
    pub(crate) fn sign_ins_of_throttle(&self) -> &Throttle {
        &self.sign_ins_of
    }

    pub(crate) fn publication(&self, status_sequence: i64) -> Publication {
        (self.settings.publication)(status_sequence)
    }

    pub(crate) fn ocsp_figures(&self) -> Option<OcspFigures> {
        (self.settings.ocsp_figures)()
    }

    pub(crate) fn list_progress(&self, db: &mut Database, at: Timestamp) -> Result<ListProgress, Untold> {
        (self.settings.list_progress)(db, at)
    }

    pub(crate) fn expiries(&self, db: &mut Database, at: Timestamp) -> Result<Vec<Expiry>, Untold> {
        (self.settings.expiries)(db, at)
    }

    pub(crate) fn diagnose(&self, db: &mut Database, at: Timestamp) -> Result<Vec<Finding>, Untold> {
        (self.settings.diagnose)(db, at)
    }

    pub(crate) fn prove_event(
        &self,
        db: &mut Database,
        event: ExportedEvent,
    ) -> Result<Option<EventProof>, Untold> {
        (self.settings.prove_event)(db, event)
    }

    pub(crate) fn write_selection(&self, db: &mut Database, selected: Selected) -> Result<Vec<u8>, Untold> {
        (self.settings.write_selection)(db, selected)
    }

    pub(crate) fn jobs(&self) -> &[JobPace] {
        &self.settings.jobs
    }

    pub(crate) fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    /// The acts of programs that are being answered.
    pub(crate) fn under_way(&self) -> &UnderWay {
        &self.under_way
    }

    /// What the public page lists, kept for a moment.
    pub(crate) fn listing(&self) -> &Kept<pages::pki::Listing> {
        &self.listing
    }

    /// Runs `work` on a connection of its own, of those for such a visitor.
    pub(crate) fn on_connection<T>(
        &self,
        visitor: Visitor,
        work: impl FnOnce(&mut Database) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        self.connections.run(visitor, work)
    }
}
