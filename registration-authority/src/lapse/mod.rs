//! Continuous re-validation: a card ends when what it is tied to has left the register (decision 26).
//!
//! In the light of each complete feed every living card is looked at ([`examine`]). One that the register no longer
//! supports *lapses*: that is written down, and its holder told, and nothing else. Where a later complete feed says the
//! same, or the directory, asked about that one person ([`ask_directory`]), the card is opposed ([`oppose_due`]), so that no
//! broken file ends anybody; where a feed says otherwise, the lapse is lifted, be it one that nobody looked at before the next came. A feed that does not say who is absent says no
//! absence again, and holds up nothing else: what the directory has confirmed, two officers have released, or is true without it.
//! More than a day may bring wait, as an [`OppositionPlan`], for two officers; so does whatever rests on a
//! feed that changed more than a day usually does, and whomever the directory still has. An officer may oppose the card by name before, as any other.
//!
//! The software certificates of professionals are looked at and revoked likewise (decision 43), under the same brake; the directory is not
//! asked about them. So is what rests on a structure (decision 45): the cards and certificates of its staff when the register no longer names
//! it or nobody speaks for it any more, its own certificates when the register no longer names it.
//!
//! What the register merely says otherwise, a name or a place, is [written down](changed_cards) for officers: it ends nothing.

mod cause;
mod causes;
mod certificate_tie;
mod certificates;
mod changed_cards;
mod changes;
mod doubt;
mod due;
mod examine;
mod plan;
mod planned_end;
mod progress;
mod reading;
mod second_reading;
mod structures;
mod within;

#[cfg(test)]
mod tests;

use ca_core::revocation::RevokeError;
use card::CardNumber;
use diesel::prelude::*;
use professional_registry::extract::Form;
use professional_registry::import::{self, NewestFeed};
use professional_registry::merges;
use professional_registry::{RegistryError, TechnicalStructureId};
use store::schema::{card_lapses, cards, opposition_plan_items};
use store::{Act, Actor, Code, Database, Fault, Timestamp};
use thiserror::Error;

use crate::certification::evidence::EvidenceError;
use crate::eligibility::BadRules;
use crate::faults;
use crate::opposition::{BadTable, Ground, OpposeError};
use crate::order::OrderError;
use crate::staff::StaffError;

pub use causes::{Causes, causes};
pub use certificate_tie::CertificateTie;
pub use certificates::{CertificateLapse, open_certificates};
pub use changed_cards::{ChangedCard, ChangedPage, changed_cards, count_changed};
pub(crate) use changes::change_since;
pub use due::{Revalidation, oppose_due};
pub use examine::{Examination, examine, examine_ended_mandates};
pub(crate) use plan::plans_waiting;
pub use plan::{
    OPPOSITION_PLAN_ENCODING_VERSION, OppositionPlan, OppositionPlanError, PlannedOpposition, decide, get,
    waiting,
};
pub use planned_end::PlannedEnd;
pub use progress::{LapseProgress, progress};
pub use second_reading::{SecondReadings, ask_directory};
pub(crate) use within::Reached;

/// The job that looks and opposes.
pub const JOB: &str = "revalidation";

/// A card that the register no longer supports, and that still lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lapse {
    /// Which card.
    pub card: CardNumber,
    /// Whose: IdNat_PS.
    pub holder: String,
    /// The structure whose staff it is for; none of a professional's.
    pub structure: Option<TechnicalStructureId>,
    /// The RPPS number that his ADELI number has become.
    pub successor: Option<String>,
    /// The feed in whose light it was seen first: its place among all feeds.
    pub first_sequence: i64,
    /// SHA-256 of its file, in hex.
    pub first_feed: String,
    /// What the register says: a stable code, such as `order-holder-ceased`.
    pub cause: String,
    /// When it was seen.
    pub found_at: Timestamp,
    /// SHA-256, in hex, of the directory's answer that says it again.
    pub second_answer: Option<String>,
    /// Why, where that answer says so.
    pub ground: Option<Ground>,
    /// Whether the directory was asked, and still has him.
    pub is_contradicted: bool,
    /// The plan that lists it, where two officers are to decide.
    pub plan: Option<String>,
}

impl Lapse {
    /// Whether a second reading suffices. An ADELI number that disappears may have become an RPPS number, which the
    /// extracts do not say: unless it is known which one, an officer decides.
    pub fn ends_by_itself(&self) -> bool {
        self.structure.is_some() || self.number().starts_with('8')
    }

    /// The number that the register knows him by today.
    fn number(&self) -> &str {
        self.successor.as_deref().unwrap_or(&self.holder)
    }
}

/// Why cards are not looked at, or not opposed.
#[derive(Debug, Error)]
pub enum LapseError {
    /// A card is not opposed.
    #[error(transparent)]
    Oppose(#[from] OpposeError),
    /// A certificate is not revoked.
    #[error(transparent)]
    Revoke(#[from] RevokeError),
    /// A row is not what this program writes.
    #[error("lapse of {0}: {1} cannot be read")]
    RowAltered(String, &'static str),
    /// The register does not answer about a holder.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The order of a card cannot be had.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// The staff of a structure cannot be had.
    #[error(transparent)]
    Staff(#[from] StaffError),
    /// The tables of rules cannot be read.
    #[error(transparent)]
    Rules(#[from] BadRules),
    /// The table of oppositions cannot be read.
    #[error(transparent)]
    Oppositions(#[from] BadTable),
    /// A plan's approval does not hold.
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
    /// A plan cannot be had.
    #[error(transparent)]
    Plan(#[from] OppositionPlanError),
    /// Another import has begun: what was read may be of two feeds.
    #[error("the register is being imported")]
    RegisterMoves,
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl LapseError {
    /// Whether it is the damage of one row, which keeps no other card from being looked at.
    fn is_of_one_row(&self) -> bool {
        matches!(
            self,
            Self::Registry(RegistryError::Unreadable { .. }) | Self::Staff(StaffError::RowAltered(..))
        )
    }
}

impl Fault for LapseError {
    fn code(&self) -> Code {
        match self {
            Self::Oppose(error) => error.code(),
            Self::Revoke(error) => error.code(),
            Self::RowAltered(..) => faults::LAPSE_ROW_ALTERED,
            Self::Registry(error) => error.code(),
            Self::Order(error) => error.code(),
            Self::Staff(error) => error.code(),
            Self::Rules(error) => error.code(),
            Self::Oppositions(error) => error.code(),
            Self::Evidence(error) => error.code(),
            Self::Plan(error) => error.code(),
            Self::RegisterMoves => professional_registry::faults::REGISTER_BUSY,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// The open lapses, by card, `limit` at most.
pub fn open(db: &mut Database, limit: i64) -> Result<Vec<Lapse>, LapseError> {
    type Answer = (Option<Timestamp>, Option<String>, Option<String>);
    type Row = (String, (String, String), i64, String, String, Timestamp, Answer, Option<String>);
    let rows: Vec<Row> = card_lapses::table
        .inner_join(cards::table.on(cards::number.eq(card_lapses::card_number)))
        .left_join(
            opposition_plan_items::table.on(opposition_plan_items::card_number
                .eq(card_lapses::card_number)
                .and(opposition_plan_items::first_sequence.eq(card_lapses::first_sequence))),
        )
        .filter(card_lapses::status.eq("open"))
        .order(card_lapses::card_number)
        .limit(limit)
        .select((
            card_lapses::card_number,
            (cards::holder, cards::exercise),
            card_lapses::first_sequence,
            card_lapses::first_feed,
            card_lapses::cause,
            card_lapses::found_at,
            (card_lapses::asked_at, card_lapses::second_answer, card_lapses::second_ground),
            opposition_plan_items::plan.nullable(),
        ))
        .load(db)?;
    let holders: Vec<&str> =
        rows.iter().map(|row| row.1.0.as_str()).filter(|id| id.starts_with('0')).collect();
    let successors = merges::successors(db, &holders)?;
    rows.into_iter()
        .map(|(card, (holder, exercise), first_sequence, first_feed, cause, found_at, answer, plan)| {
            let number =
                card.parse().map_err(|_| LapseError::RowAltered(card.clone(), "the number of the card"))?;
            let (asked_at, second_answer, ground) = answer;
            let ground = ground.map(|ground| ground.parse::<Ground>()).transpose();
            let ground = ground.map_err(|_| LapseError::RowAltered(card, "its ground"))?;
            Ok(Lapse {
                card: number,
                structure: exercise.strip_prefix("structure:").and_then(|id| id.parse().ok()),
                successor: successors.get(&holder).cloned(),
                holder,
                first_sequence,
                first_feed,
                cause,
                found_at,
                is_contradicted: asked_at.is_some() && second_answer.is_none(),
                second_answer,
                ground,
                plan,
            })
        })
        .collect()
}

/// Settles the open lapse of a card that somebody opposes, in his name. Inside the transaction of the opposition, after
/// the card's row was taken. The job that opposes by itself says more, and says it itself.
pub(crate) fn confirm(db: &mut Database, card: &CardNumber, act: &Act) -> QueryResult<()> {
    if act.actor == Actor::Job(JOB) {
        return Ok(());
    }
    diesel::update(card_lapses::table)
        .filter(card_lapses::card_number.eq(card.to_string()).and(card_lapses::status.eq("open")))
        .set((
            card_lapses::status.eq("confirmed"),
            card_lapses::settled_at.eq(act.at),
            card_lapses::settled_by.eq(act.actor.to_string()),
        ))
        .execute(db)
        .map(drop)
}

/// Whether the feed of this sequence says nothing of the holder, by either of his numbers.
fn is_silent_of(db: &mut Database, sequence: i64, holder: &str) -> QueryResult<bool> {
    let successors = merges::successors(db, &[holder])?;
    for number in successors.values().map(String::as_str).chain([holder]) {
        if import::is_silent_of(db, sequence, number)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The newest feed of the activities, where all of it is in the register.
fn complete_feed(db: &mut Database) -> QueryResult<Option<NewestFeed>> {
    Ok(import::newest_feed(db, Form::ACTIVITIES)?.filter(|feed| feed.complete))
}

/// Fails where another import has begun since `feed` was the newest: its row comes before whatever it writes, so what was
/// read before this is of `feed`. At the end of a transaction.
fn still_newest(db: &mut Database, feed: &NewestFeed) -> Result<(), LapseError> {
    if complete_feed(db)?.as_ref() == Some(feed) { Ok(()) } else { Err(LapseError::RegisterMoves) }
}
