use store::{Act, Code, Database, Fault};
use thiserror::Error;

use crate::held_feed::{self, HeldFeed, HeldFeedError};
use crate::lapse::{
    self, CertificateLapse, ChangedPage, Lapse, LapseError, OppositionPlan, OppositionPlanError, PlannedEnd,
    PlannedOpposition, Reached,
};
use crate::officers::{self, NotAuthorised, Officer, Reach, Right, Scope, Within};

/// Why it cannot be shown what a brake stopped.
#[derive(Debug, Error)]
pub enum StopsError {
    /// The actor may not read it.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// A feed that was put aside cannot be had.
    #[error(transparent)]
    Feed(#[from] HeldFeedError),
    /// A plan of oppositions cannot be had.
    #[error(transparent)]
    Plan(#[from] OppositionPlanError),
    /// A lapse cannot be had.
    #[error(transparent)]
    Lapse(#[from] LapseError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for StopsError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::Feed(error) => error.code(),
            Self::Plan(error) => error.code(),
            Self::Lapse(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// A plan of oppositions as its reader reads it: whole is what two officers decide on, and what he is there for is what he is shown of it.
#[derive(Clone, Debug)]
pub struct PlanView {
    /// All of it, for its digest and its standing.
    pub plan: OppositionPlan,
    /// Its cards.
    pub cards: Within<PlannedOpposition>,
    /// Its certificates.
    pub certificates: Within<PlannedEnd>,
}

impl PlanView {
    fn of(plan: OppositionPlan, reached: &Reached) -> Self {
        Self {
            cards: cut(plan.items.clone(), |item| reached.card(&item.card)),
            certificates: cut(plan.certificates.clone(), |item| reached.request(&item.request)),
            plan,
        }
    }

    /// Whether its reader is there for nothing of it, though there is something.
    fn is_hidden(&self) -> bool {
        self.cards.shown.is_empty() && self.certificates.shown.is_empty() && self.hidden() > 0
    }

    /// How many of its cards and certificates its reader is not shown.
    pub const fn hidden(&self) -> usize {
        self.cards.hidden + self.certificates.hidden
    }
}

/// The feeds that were put aside and that nothing newer has overtaken. A feed is about everybody: who is there for some orders reads none.
pub fn held_feeds(db: &mut Database, act: &Act) -> Result<Within<HeldFeed>, StopsError> {
    let officer = officers::require(db, Right::ReadQueue, act)?;
    let reads = officer.scope.covers(db, &Reach::Everything)?;
    Ok(cut(held_feed::waiting(db)?, |_| reads))
}

/// The plans of oppositions with cards that wait, as far as the reader is there for something of them.
pub fn opposition_plans(db: &mut Database, act: &Act) -> Result<Within<PlanView>, StopsError> {
    let officer = officers::require(db, Right::ReadQueue, act)?;
    let waiting = lapse::waiting(db)?;
    let reached = Reached::of_plans(db, &officer.scopes(), &waiting)?;
    let plans = waiting.into_iter().map(|plan| PlanView::of(plan, &reached));
    Ok(cut(plans.collect(), |plan| !plan.is_hidden()))
}

/// The feed of this digest, as it was put aside last.
pub fn held_feed(db: &mut Database, feed: &str, act: &Act) -> Result<HeldFeed, StopsError> {
    let officer = officers::require(db, Right::ReadQueue, act)?;
    officer.require_within(db, &Reach::Everything)?;
    Ok(held_feed::get(db, feed)?)
}

/// One plan of oppositions, of which the reader is there for something.
pub fn opposition_plan(db: &mut Database, id: &str, act: &Act) -> Result<PlanView, StopsError> {
    let officer = officers::require(db, Right::ReadQueue, act)?;
    let plan = lapse::get(db, id)?;
    let reached = Reached::of_plans(db, &officer.scopes(), std::slice::from_ref(&plan))?;
    let plan = PlanView::of(plan, &reached);
    if plan.is_hidden() {
        officer.require_within(db, &Reach::Everything)?;
    }
    Ok(plan)
}

/// The cards that the register no longer supports and that the reader is there for, `limit` at most; how many there are besides that he
/// is not there for.
pub fn open_lapses(db: &mut Database, limit: i64, act: &Act) -> Result<Within<Lapse>, StopsError> {
    let officer = officers::require(db, Right::ReadCard, act)?;
    let lapses = lapse::open(db, at_most(&officer, limit))?;
    let cards: Vec<String> = lapses.iter().map(|lapse| lapse.card.to_string()).collect();
    let reached = Reached::by(db, &officer.scopes(), &cards, &[])?;
    Ok(first(limit, lapses, |lapse| reached.card(&lapse.card)))
}

/// The same of software certificates.
pub fn open_certificate_lapses(
    db: &mut Database,
    limit: i64,
    act: &Act,
) -> Result<Within<CertificateLapse>, StopsError> {
    let officer = officers::require(db, Right::ReadCard, act)?;
    let lapses = lapse::open_certificates(db, at_most(&officer, limit))?;
    let requests: Vec<String> = lapses.iter().map(|lapse| lapse.request.clone()).collect();
    let reached = Reached::by(db, &officer.scopes(), &[], &requests)?;
    Ok(first(limit, lapses, |lapse| reached.request(&lapse.request)))
}

/// A page of the cards of which the register says otherwise than when they were ordered, and that the reader is there for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedView {
    /// The page.
    pub page: ChangedPage,
    /// How many there are on all pages.
    pub count: i64,
    /// How many there are besides that he is not there for.
    pub hidden: usize,
}

/// The page that follows `after`, as the page before said it; the first where it says nothing. `limit` cards at most.
pub fn changed_cards(
    db: &mut Database,
    after: Option<&str>,
    limit: i64,
    act: &Act,
) -> Result<ChangedView, StopsError> {
    let scopes = officers::require(db, Right::ReadCard, act)?.scopes();
    let page = lapse::changed_cards(db, &scopes, after, limit)?;
    let count = lapse::count_changed(db, &scopes)?;
    let hidden = match scopes.iter().any(Scope::is_everything) {
        true => 0,
        false => lapse::count_changed(db, &[Scope::default()])? - count,
    };
    Ok(ChangedView { page, count, hidden: usize::try_from(hidden).unwrap_or(0) })
}

/// How many are read for a reader: all that are open where he is there for some alone, so that the first are his.
fn at_most(officer: &Officer, limit: i64) -> i64 {
    if officer.scopes().iter().any(Scope::is_everything) { limit } else { i64::MAX }
}

/// The first of a list that the reader is there for.
fn first<T>(limit: i64, all: Vec<T>, is_his: impl FnMut(&T) -> bool) -> Within<T> {
    let mut list = cut(all, is_his);
    list.shown.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    list
}

fn cut<T>(all: Vec<T>, is_his: impl FnMut(&T) -> bool) -> Within<T> {
    let (shown, hidden): (Vec<T>, Vec<T>) = all.into_iter().partition(is_his);
    Within { shown, hidden: hidden.len() }
}
