//! How the installation works: clocks of the CRLs, OCSP, the HSM, signatures, audit log, notices, jobs and their work, renewals, what ends when.
//! It reads; whoever repairs does it on the machine.

mod clocks;
mod endings;
mod expiries;
mod hsm;
mod jobs;
mod status_role;
mod work;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use ca_core::job_run;
use ca_core::signing::{self, Standing};
use registration_authority::notices::{self, NoticesStanding};
use registration_authority::officers::{self, Right};
use registration_authority::opposition::one_time;
use registration_authority::renewal::{self, PlanProgress};
use store::Timestamp;
use store::audit::backlog::{self, Backlog};

use self::clocks::Clock;
use self::expiries::ExpiryRow;
use self::hsm::Hsm;
use self::jobs::JobRow;
use self::status_role::{Responder, StatusRole};
use self::work::WorkRow;
use super::{Address, page};
use crate::chart::BarChart;
use crate::desk::{Desk, Work};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::language::Language;
use crate::messages::Key;
use crate::operations::Urgency;
use crate::typography::Shown;

/// Most renewal plans on the page.
const PLANS: i64 = 20;

pub(super) const ADDRESSES: &[Address] =
    &[Address::at("/ra/exploitation").get(|| web::get().to(show)).needs(Right::ReadOperations)];

#[derive(Template)]
#[template(path = "operations.html")]
struct OperationsPage {
    frame: Frame,
    shown_at: Shown,
    /// Each section that is not in order, by its anchor and its name.
    troubles: Vec<(&'static str, Key)>,
    clocks: Vec<Clock>,
    coherence: Option<Coherence>,
    status_role: Option<StatusRole>,
    responders: Vec<Responder>,
    hsm: Hsm,
    ledgers: Vec<Ledger>,
    alarms: Alarms,
    trail: Trail,
    notices: Notices,
    works: Vec<WorkRow>,
    jobs: Vec<JobRow>,
    plans: Vec<PlanProgress>,
    expiries: Vec<ExpiryRow>,
    endings: BarChart,
}

impl OperationsPage {
    fn section(&self) -> &'static str {
        "exploitation"
    }
}

/// How something is, in a word and its colour.
#[derive(Clone)]
pub(super) struct State {
    pub(super) word: Key,
    pub(super) class: &'static str,
    urgency: Urgency,
}

impl State {
    pub(super) fn of(urgency: Urgency) -> Self {
        let (word, class) = match urgency {
            Urgency::Well => (Key::of("operations-state-well"), "active"),
            Urgency::Warning => (Key::of("operations-state-warning"), "late"),
            Urgency::Alarm => (Key::of("operations-state-alarm"), "opposed"),
        };
        Self { word, class, urgency }
    }

    fn is_well(&self) -> bool {
        self.urgency == Urgency::Well
    }
}

struct Coherence {
    looked_at: Shown,
    differences: u64,
    state: State,
}

struct Ledger {
    kind: Key,
    lines: String,
    followed_at: Shown,
}

struct Alarms {
    open: i64,
    newest: Option<String>,
    state: State,
}

struct Trail {
    signed: i64,
    waiting: i64,
    waits: Option<String>,
    state: State,
}

struct Notices {
    figures: NoticesStanding,
    oldest: Option<String>,
    /// When the one-time codes of an hour were used up, where that is less than one ago.
    codes_spent: Option<Shown>,
    state: State,
}

async fn show(desk: Desk) -> Result<HttpResponse, Failure> {
    let frame = desk.frame();
    let template = desk.work(move |work| read(work, frame)).await?;
    page(StatusCode::OK, &template)
}

fn read(work: &mut Work<'_>, frame: Frame) -> Result<OperationsPage, Failure> {
    officers::require(work.db, Right::ReadOperations, work.act)?;
    let (state, at) = (work.state, work.act.at);
    let told = (state.publications())(work.db, at);
    let published = told.map_err(|(code, detail)| Failure::coded(code, detail))?;
    let standing = signing::standing(work.db)?;
    let language = frame.language();
    let figures = state.ocsp_figures();
    let answers = figures.as_ref().and_then(|figures| figures.signer.as_ref());
    let hsm = Hsm::read(work.db, answers, language, at)?;
    let jobs = jobs::read(state.jobs(), job_run::all(work.db)?, language, at);
    let plans = renewal::progress(work.db, PLANS)?;
    let mut read = OperationsPage {
        frame,
        shown_at: Shown(at),
        troubles: Vec::new(),
        clocks: clocks::read(&published.authorities, language, at),
        coherence: published.coherence.map(|seen| Coherence {
            looked_at: Shown(seen.looked_at),
            differences: seen.differences,
            state: State::of(if seen.differences == 0 { Urgency::Well } else { Urgency::Alarm }),
        }),
        status_role: figures.map(|figures| StatusRole::of(figures, language, at)),
        responders: status_role::responders(work.db, language, at)?,
        hsm,
        ledgers: standing.ledgers.iter().map(|ledger| Ledger::of(ledger, language)).collect(),
        alarms: Alarms::of(standing),
        trail: Trail::of(backlog::of(work.db)?, language, at),
        notices: Notices::of(notices::standing(work.db)?, one_time::budget_spent(work.db, at)?, language, at),
        works: work::read(work, &jobs, &plans, language, at)?,
        jobs,
        plans,
        expiries: expiries::read(state, work.db, language, at)?,
        endings: endings::chart(work.db, language, at)?,
    };
    read.troubles = troubles(&read);
    Ok(read)
}

/// The sections in which something is not in order, in the order of the page.
fn troubles(page: &OperationsPage) -> Vec<(&'static str, Key)> {
    let ocsp_is_well = page.status_role.as_ref().is_some_and(|role| role.state.is_well())
        && page.responders.iter().all(|responder| responder.state.is_well());
    let sections = [
        ("listes", Key::of("operations-crls"), page.clocks.iter().all(|clock| clock.state.is_well())),
        (
            "coherence",
            Key::of("operations-coherence"),
            page.coherence.as_ref().is_none_or(|seen| seen.state.is_well()),
        ),
        ("ocsp", Key::of("operations-ocsp"), ocsp_is_well),
        ("hsm", Key::of("operations-hsm"), page.hsm.is_well()),
        ("signatures", Key::of("operations-signatures"), page.alarms.state.is_well()),
        ("journal", Key::of("operations-trail"), page.trail.state.is_well()),
        ("avis", Key::of("operations-notices"), page.notices.state.is_well()),
        ("travaux", Key::of("operations-jobs"), page.jobs.iter().all(|job| job.state.is_well())),
        (
            "echeances-certificats",
            Key::of("operations-expiries"),
            page.expiries.iter().all(|one| one.state.is_well()),
        ),
    ];
    sections.into_iter().filter(|(.., well)| !well).map(|(anchor, name, _)| (anchor, name)).collect()
}

/// What a signer's process with a ledger of this kind signs.
fn ledger_kind(kind: &str) -> Key {
    Key::of(match kind {
        "answers" => "operations-ledger-answers",
        _ => "operations-ledger-authorities",
    })
}

impl Ledger {
    fn of(ledger: &signing::LedgerStanding, language: Language) -> Self {
        Self {
            kind: ledger_kind(&ledger.kind),
            lines: language.thousands(ledger.sequence),
            followed_at: Shown(ledger.reconciled_at),
        }
    }
}

impl Alarms {
    fn of(standing: Standing) -> Self {
        let state = State::of(if standing.open == 0 { Urgency::Well } else { Urgency::Alarm });
        Self { open: standing.open, newest: standing.newest_open.map(|newest| newest.what), state }
    }
}

impl Trail {
    fn of(backlog: Backlog, language: Language, at: Timestamp) -> Self {
        let late = backlog.is_late(at);
        Self {
            signed: backlog.signed_size,
            waiting: backlog.waiting,
            waits: backlog.oldest.map(|oldest| language.ago(oldest, at)),
            state: State::of(if late { Urgency::Alarm } else { Urgency::Well }),
        }
    }
}

impl Notices {
    fn of(figures: NoticesStanding, spent: Option<Timestamp>, language: Language, at: Timestamp) -> Self {
        let troubled = figures.dead > 0 || figures.tried > 0 || spent.is_some();
        Self {
            codes_spent: spent.map(Shown),
            oldest: figures.oldest.map(|oldest| language.ago(oldest, at)),
            state: State::of(if troubled { Urgency::Warning } else { Urgency::Well }),
            figures,
        }
    }
}
