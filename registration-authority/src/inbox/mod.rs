//! The counter-signature inbox (*à contre-signer*): everything that waits for the signature, or the look, of another officer than those
//! who had a hand in it, as one officer may give it now.
//!
//! What he may not sign is counted, with why. Of an order that two officers approve nothing here tells whether there was a first, nor
//! who ([0037](../../../docs/decisions/0037-a-decision-waits.md)): it stands for each by itself, since it was submitted. Rights are asked
//! again when he signs; this is a help to him.

mod orders;
mod place;
mod sources;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use card::{CardKind, CardNumber};
use store::{Act, Code, Database, Fault, Timestamp};
use thiserror::Error;

use crate::approval::{Concerned, SubjectKind};
use crate::enrolment::EnrolmentError;
use crate::four_eyes::review::ReviewError;
use crate::four_eyes::{self, KeepOffError, Ties};
use crate::held_feed::HeldFeedError;
use crate::officers::{self, Delegated, NotAuthorised, Officer, Reach, Right};
use crate::order::OrderError;
use crate::queue::{Deadline, WorkingHours};

/// Most things of one sort that are listed for one officer; the others come when these are signed.
pub const LISTED: usize = 50;
/// Most things of one sort that are looked at for them, where a query does not tell which are his.
const LOOKED_AT: i64 = 200;

/// What waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Matter {
    /// An order that two officers approve.
    Order {
        /// `CO-2026-000001`.
        number: String,
        /// The card.
        kind: CardKind,
        /// The names to be certified; what a service is called, and nothing, of a card that names nobody.
        names: (String, String),
    },
    /// The end of a card's suspension, which one officer has proposed.
    SuspensionLift {
        /// The card.
        card: CardNumber,
    },
    /// A feed of the register that a brake stopped.
    HeldFeed {
        /// SHA-256 of the file, in hex.
        feed: String,
        /// Its name.
        file_name: String,
    },
    /// A plan of oppositions.
    OppositionPlan {
        /// `PO-2026-000001`.
        id: String,
    },
    /// A renewal plan.
    RenewalPlan {
        /// `RP-2026-000001`.
        id: String,
    },
    /// An officer's key or address, or its end.
    Enrolment {
        /// `EN-2026-000001`.
        number: String,
        /// Whose.
        display_name: String,
    },
    /// That an agent speaks for a structure.
    Mandate {
        /// `MA-2026-000001`.
        number: String,
        /// Technical identifier.
        structure: String,
    },
    /// A look at an approval that was drawn.
    ApprovalLook {
        /// `RL-0123456789ABCDEF`.
        review: String,
        /// The order.
        order: String,
    },
    /// A look at a card that its holder opposed by himself.
    OppositionLook {
        /// `RL-0123456789ABCDEF`.
        review: String,
        /// The card.
        card: CardNumber,
    },
}

impl Matter {
    /// What names it in an address: `card-order.CO-2026-000001`.
    pub fn key(&self) -> String {
        let (kind, number) = match self {
            Self::Order { number, .. } => (SubjectKind::CardOrder.as_str(), number.clone()),
            Self::SuspensionLift { card } => (SubjectKind::SuspensionLift.as_str(), card.to_string()),
            Self::HeldFeed { feed, .. } => (SubjectKind::RegisterFeed.as_str(), feed.clone()),
            Self::OppositionPlan { id } => (SubjectKind::OppositionPlan.as_str(), id.clone()),
            Self::RenewalPlan { id } => (SubjectKind::RenewalPlan.as_str(), id.clone()),
            Self::Enrolment { number, .. } => (SubjectKind::OfficerEnrolment.as_str(), number.clone()),
            Self::Mandate { number, .. } => (SubjectKind::StructureMandate.as_str(), number.clone()),
            Self::ApprovalLook { review, .. } | Self::OppositionLook { review, .. } => {
                ("review", review.clone())
            }
        };
        format!("{kind}.{number}")
    }
}

/// One thing that waits for this officer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// What.
    pub matter: Matter,
    /// Since when.
    pub since: Timestamp,
    /// How long it may still take in working time, where a time to answer is published.
    pub deadline: Option<Deadline>,
    /// Who proposed it or signed first: a login, or `job:…`; nobody where the look is blind, or no one did.
    pub first: Option<String>,
    /// The delegation by which this officer would sign; none where his own scope is enough.
    pub by: Option<Delegated>,
}

impl Waiting {
    fn of(matter: Matter, since: Timestamp, first: Option<String>) -> Self {
        Self { matter, since, deadline: None, first, by: None }
    }
}

/// Why an officer may not sign something that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The first signature is his.
    Signed,
    /// He, or the one in whose name he would sign, submitted or proposed it, or decided on what is looked at; or it is about his own key.
    Own,
    /// It is outside his scope, or nobody knows where it is.
    Scope,
    /// It is near to him, or to the one in whose name he would sign, by a rule of the four-eyes table, or that is not known.
    Near,
    /// Another role signs it.
    Role,
}

/// What waits for an officer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inbox {
    /// What he may sign, that which has waited longest first.
    pub to_sign: Vec<Waiting>,
    /// How much waits that he may not sign, by why.
    pub hidden: BTreeMap<Why, usize>,
    /// Of some sort more waits than is listed.
    pub more: bool,
}

impl Inbox {
    /// One sort was read. A damaged row of it keeps nothing of another from being listed.
    fn has(&mut self, read: Result<(), InboxError>) -> Result<(), InboxError> {
        match read {
            Err(error) if error.code() != store::fault::DATABASE => {
                tracing::error!(code = error.code().name, "not everything that waits is listed: {error}");
                self.more = true;
                Ok(())
            }
            read => read,
        }
    }

    fn hide(&mut self, why: Why, count: usize) {
        if count > 0 {
            *self.hidden.entry(why).or_default() += count;
        }
    }

    /// Takes what waits of one sort, the oldest first, until enough of it is his to sign.
    fn each<T>(
        &mut self,
        list: Vec<T>,
        mut judge: impl FnMut(T) -> Result<Option<(Judged, Waiting)>, InboxError>,
    ) -> Result<(), InboxError> {
        let (mut his, mut looked) = (0, 0);
        for one in list {
            if his == LISTED || looked == LOOKED_AT {
                self.more = true;
                return Ok(());
            }
            looked += 1;
            match judge(one)? {
                Some((Ok(by), waiting)) => {
                    his += 1;
                    self.to_sign.push(Waiting { by, ..waiting });
                }
                Some((Err(why), _)) => self.hide(why, 1),
                None => {}
            }
        }
        Ok(())
    }
}

/// Why it is not known what waits.
#[derive(Debug, Error)]
pub enum InboxError {
    /// The actor signs nothing.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// An order cannot be had.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// A feed that was put aside cannot be had.
    #[error(transparent)]
    Feed(#[from] HeldFeedError),
    /// An enrolment cannot be had.
    #[error(transparent)]
    Enrolment(#[from] EnrolmentError),
    /// A look cannot be had.
    #[error(transparent)]
    Review(#[from] ReviewError),
    /// It is not known what ties the officer to others.
    #[error(transparent)]
    KeepOff(#[from] KeepOffError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for InboxError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::Order(error) => error.code(),
            Self::Feed(error) => error.code(),
            Self::Enrolment(error) => error.code(),
            Self::Review(error) => error.code(),
            Self::KeepOff(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// What waits for the officer who acts, and how much is kept from him. The same reading as [`count`]: they are never two numbers.
pub fn inbox(db: &mut Database, hours: &WorkingHours, act: &Act) -> Result<Inbox, InboxError> {
    let mut inbox = read(db, Some(hours), act)?;
    inbox.to_sign.sort_by_cached_key(Waiting::stands_at);
    Ok(inbox)
}

/// How much waits for him, and whether there is more: for the menu of every page. What is kept from him is not counted.
pub fn count(db: &mut Database, act: &Act) -> Result<(usize, bool), InboxError> {
    let inbox = read(db, None, act)?;
    Ok((inbox.to_sign.len(), inbox.more))
}

fn read(db: &mut Database, hours: Option<&WorkingHours>, act: &Act) -> Result<Inbox, InboxError> {
    let officer = officers::require(db, Right::ReadInbox, act)?;
    let ties = four_eyes::ties_of(db, &officer.login, &officer.display_name, act.at)?;
    let mut of_delegators = BTreeMap::new();
    for one in &officer.delegated {
        let ties = four_eyes::ties_of(db, &one.delegator, &one.delegator_name, act.at)?;
        of_delegators.insert(one.delegator.clone(), ties);
    }
    let everywhere = officer.scope.covers(db, &Reach::Everything)?;
    let reader = Reader { officer: &officer, ties, of_delegators, everywhere, hours, at: act.at };
    let mut inbox = Inbox::default();
    let read = orders::read(db, &reader, &mut inbox);
    inbox.has(read)?;
    for source in SOURCES {
        let read = source(db, &reader, &mut inbox);
        inbox.has(read)?;
    }
    Ok(inbox)
}

/// Whatever waits beside orders.
const SOURCES: [Source; 7] = [
    sources::suspensions,
    sources::held_feeds,
    sources::opposition_plans,
    sources::renewal_plans,
    sources::enrolments,
    sources::mandates,
    sources::looks,
];

/// Reads what waits of one sort.
type Source = fn(&mut Database, &Reader<'_>, &mut Inbox) -> Result<(), InboxError>;

/// By which delegation a thing may be signed, none where his own scope is enough; or why not.
type Judged = Result<Option<Delegated>, Why>;

/// For whom, and when.
struct Reader<'a> {
    officer: &'a Officer,
    /// What ties him to others.
    ties: Ties,
    /// The same of who delegated to him, by login.
    of_delegators: BTreeMap<String, Ties>,
    /// Whether he is there for what is about everybody.
    everywhere: bool,
    /// By which time is told; none where it is only counted what waits for him, and nothing else.
    hours: Option<&'a WorkingHours>,
    at: Timestamp,
}

/// What of a thing says who may sign it.
struct Hands<'a> {
    kind: SubjectKind,
    submitted_by: &'a str,
    /// Who stands behind a signature on this version already.
    signed_by: &'a [String],
    reach: &'a Reach,
    concerns: Option<&'a Concerned>,
}

impl Reader<'_> {
    /// Why he signs nothing of a sort, whichever it is: the rest of it is then counted, and not looked at.
    fn signs_none(&self, kind: SubjectKind, of_everybody: bool) -> Option<Why> {
        match self.officer.role.may(kind.right()) {
            false => Some(Why::Role),
            true => (of_everybody && !self.everywhere).then_some(Why::Scope),
        }
    }

    /// Counts something that is kept from him, where that is told.
    fn hide(
        &self,
        inbox: &mut Inbox,
        why: Why,
        count: impl FnOnce() -> diesel::QueryResult<i64>,
    ) -> Result<(), InboxError> {
        if self.hours.is_some() {
            inbox.hide(why, usize::try_from(count()?).unwrap_or(usize::MAX));
        }
        Ok(())
    }

    /// The rules by which a decision of his would be refused, the plainest first.
    fn judge(&self, db: &mut Database, hands: &Hands<'_>) -> Result<Judged, InboxError> {
        let login = &self.officer.login;
        if !self.officer.role.may(hands.kind.right()) {
            return Ok(Err(Why::Role));
        }
        if hands.signed_by.contains(login) {
            return Ok(Err(Why::Signed));
        }
        if hands.submitted_by == login {
            return Ok(Err(Why::Own));
        }
        let by = match self.by(db, hands)? {
            Ok(by) => by,
            Err(why) => return Ok(Err(why)),
        };
        let delegator = by.as_ref().and_then(|one| self.of_delegators.get_key_value(&one.delegator));
        for (login, ties) in [(login, &self.ties)].into_iter().chain(delegator) {
            match four_eyes::check_by(db, (login, ties), (hands.concerns, hands.reach)) {
                Ok(()) => {}
                Err(KeepOffError::Database(error)) => return Err(error.into()),
                Err(_) => return Ok(Err(Why::Near)),
            }
        }
        Ok(Ok(by))
    }

    /// By which delegation he would sign, as [`decision::acting`](crate::decision::acting) chooses it: whoever has signed before him, so
    /// that neither an order which leaves the list nor another delegation beside it tells of a first look. That he may not be the second
    /// one he is told when he signs.
    fn by(&self, db: &mut Database, hands: &Hands<'_>) -> Result<Judged, InboxError> {
        if self.officer.scope.covers(db, hands.reach)? {
            return Ok(Ok(None));
        }
        let covering = self.officer.by_delegation(db, hands.reach)?;
        if covering.is_empty() {
            return Ok(Err(Why::Scope));
        }
        let apart = covering.into_iter().find(|one| one.delegator != hands.submitted_by);
        Ok(apart.cloned().map(Some).ok_or(Why::Own))
    }
}
