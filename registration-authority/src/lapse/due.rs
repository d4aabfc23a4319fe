use std::collections::BTreeSet;
use std::time::Duration;

use ca_core::revocation::RevokeError;
use card::CardNumber;
use diesel::prelude::*;
use professional_registry::import::NewestFeed;
use professional_registry::{Registry, TechnicalStructureId};
use rand_core::CryptoRng;
use store::schema::{card_lapses, certificate_lapses, opposition_plan_certificates, opposition_plan_items};
use store::{Act, Code, Database, Fault, crash_point};

use super::doubt::Doubts;
use super::examine::last_examined;
use super::plan::{self, PLAN_BOUND, Planned};
use super::reading::{self, says_again};
use super::structures::Structures;
use super::{
    CertificateLapse, JOB, Lapse, LapseError, cause, certificates, complete_feed, is_silent_of, open,
    open_certificates, still_newest,
};
use crate::approval::ApprovalVerifier;
use crate::faults;
use crate::opposition::requester::Requested;
use crate::opposition::{self, Ground, OpposeError};

/// Within which time oppositions count as of one day.
const DAY: Duration = Duration::from_secs(24 * 3600);

/// What became of the lapses that a second feed has confirmed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Revalidation {
    /// Cards that were opposed.
    pub opposed: Vec<CardNumber>,
    /// Requests whose certificates were revoked.
    pub revoked: Vec<String>,
    /// Plans that wait for two officers.
    pub planned: Vec<String>,
    /// Cards, requests or plans, with the code of why nothing came of them.
    pub failed: Vec<(String, Code)>,
}

impl Revalidation {
    /// With what a later run of the same job did.
    pub fn then(&mut self, mut later: Self) {
        self.opposed.append(&mut later.opposed);
        self.revoked.append(&mut later.revoked);
        self.planned.append(&mut later.planned);
        // What failed before was tried again.
        self.failed = later.failed;
    }
}

/// Opposes the cards whose lapse a later complete feed or the directory has said again, and revokes the certificates likewise, one
/// transaction each, while there are not more than `most_a_day` of both within a day; plans them all where there are. Plans whatever rests on a
/// doubtful reading, however few they are. Then what
/// stands in the plans that two officers have released. The register is asked once more for each. Can be called any number of times.
pub fn oppose_due(
    db: &mut Database,
    registry: &mut dyn Registry,
    verifier: &ApprovalVerifier,
    most_a_day: u32,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Revalidation, LapseError> {
    let mut done = Revalidation::default();
    let Some(feed) = complete_feed(db)? else { return Ok(done) };
    if last_examined(db)? != feed.sequence {
        return Ok(done);
    }
    // What stands in a plan was said again when it was planned.
    let (planned, due): (Vec<Lapse>, Vec<Lapse>) =
        open(db, i64::MAX)?.into_iter().filter(Lapse::ends_by_itself).partition(|lapse| lapse.plan.is_some());
    let said_again = |lapse: &Lapse| {
        lapse.second_answer.is_some() || says_again(&feed, lapse.first_sequence, &lapse.cause)
    };
    let mut structures = Structures::default();
    let mut heard = Vec::new();
    for lapse in due.into_iter().filter(said_again) {
        if !is_silent_of(db, feed.sequence, &lapse.holder)?
            && !is_in_grace(db, &mut structures, lapse.structure.as_ref(), &lapse.cause, act)?
        {
            heard.push(lapse);
        }
    }
    let (certificates_planned, certificates_heard) = certificates_due(db, &feed, &mut structures, act)?;
    let mut doubts = Doubts::of(db, &feed)?;
    let (doubtful, heard) = doubts.part(db, heard)?;
    let (certificates_doubtful, certificates_heard) = doubts.part(db, certificates_heard)?;
    planned_for_two(db, &feed, (&doubtful, &certificates_doubtful), &mut done, rng, act)?;
    let due = (heard.len() + certificates_heard.len()) as u64;
    if ended_within_a_day(db, act)? + due > u64::from(most_a_day) {
        planned_for_two(db, &feed, (&heard, &certificates_heard), &mut done, rng, act)?;
    } else {
        for lapse in &heard {
            end(db, registry, (&feed, &mut structures), lapse, &mut done, rng, act)?;
        }
        for lapse in &certificates_heard {
            end_certificate(db, registry, (&feed, &mut structures), lapse, &mut done, rng, act)?;
        }
    }
    let of_cards = planned.iter().filter_map(|lapse| lapse.plan.as_ref());
    let of_certificates = certificates_planned.iter().filter_map(|lapse| lapse.plan.as_ref());
    let plans: BTreeSet<&String> = of_cards.chain(of_certificates).collect();
    for id in plans {
        match plan::is_released(db, verifier, id, act.at) {
            Ok(true) => {}
            Ok(false) => continue,
            Err(LapseError::Database(error)) => return Err(error.into()),
            Err(error) => {
                done.failed.push((id.clone(), error.code()));
                continue;
            }
        }
        for lapse in planned.iter().filter(|lapse| lapse.plan.as_ref() == Some(id)) {
            end(db, registry, (&feed, &mut structures), lapse, &mut done, rng, act)?;
        }
        for lapse in certificates_planned.iter().filter(|lapse| lapse.plan.as_ref() == Some(id)) {
            end_certificate(db, registry, (&feed, &mut structures), lapse, &mut done, rng, act)?;
        }
    }
    Ok(done)
}

/// Makes plans of them all.
fn planned_for_two(
    db: &mut Database,
    feed: &NewestFeed,
    (cards, certificates): (&[Lapse], &[CertificateLapse]),
    done: &mut Revalidation,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(), LapseError> {
    for lapses in cards.chunks(PLAN_BOUND) {
        done.planned.push(plan::make(db, feed, Planned::Cards(lapses), rng, act)?);
        crash_point("revalidation.planned");
    }
    for lapses in certificates.chunks(PLAN_BOUND) {
        done.planned.push(plan::make(db, feed, Planned::Certificates(lapses), rng, act)?);
    }
    Ok(())
}

/// Whether a lapse because nobody speaks for a structure still has time: the next agent's mandate is on its way.
pub(super) fn is_in_grace(
    db: &mut Database,
    structures: &mut Structures,
    structure: Option<&TechnicalStructureId>,
    cause: &str,
    act: &Act,
) -> Result<bool, LapseError> {
    match structure {
        Some(structure) if cause == faults::ORDER_NOT_MANDATED.name => {
            Ok(!structures.silent_for_long(db, structure, act.at)?)
        }
        _ => Ok(false),
    }
}

/// Where nobody speaks for the structure any more, what ties it to the registration authority has changed; where its holder has another post,
/// what his certificates say of him; all else is an end of activity.
pub(super) fn ground_of(cause: Code) -> Ground {
    match cause {
        faults::ORDER_NOT_MANDATED | faults::ORDER_POST_REFUSED => Ground::StructureChanged,
        _ => Ground::EndOfActivity,
    }
}

/// The certificates that a later feed says again: those of a plan, and those that the newest feed does and is not silent of.
fn certificates_due(
    db: &mut Database,
    feed: &NewestFeed,
    structures: &mut Structures,
    act: &Act,
) -> Result<(Vec<CertificateLapse>, Vec<CertificateLapse>), LapseError> {
    let (planned, due): (Vec<_>, Vec<_>) = open_certificates(db, i64::MAX)?
        .into_iter()
        .filter(CertificateLapse::ends_by_itself)
        .partition(|lapse| lapse.plan.is_some());
    let said_again = |lapse: &CertificateLapse| says_again(feed, lapse.first_sequence, &lapse.cause);
    let mut heard = Vec::new();
    for lapse in due.into_iter().filter(said_again) {
        if !is_silent_of(db, feed.sequence, &lapse.holder)?
            && !is_in_grace(db, structures, lapse.tie.structure(), &lapse.cause, act)?
        {
            heard.push(lapse);
        }
    }
    Ok((planned, heard))
}

/// How many cards and certificates ended without anybody's name within a day, whatever the clock did meanwhile.
fn ended_within_a_day(db: &mut Database, act: &Act) -> QueryResult<u64> {
    Ok(opposed_within_a_day(db, act)? + revoked_within_a_day(db, act)?)
}

fn revoked_within_a_day(db: &mut Database, act: &Act) -> QueryResult<u64> {
    let of_a_plan = opposition_plan_certificates::table
        .filter(opposition_plan_certificates::request.eq(certificate_lapses::request))
        .filter(opposition_plan_certificates::first_sequence.eq(certificate_lapses::first_sequence));
    let count: i64 = certificate_lapses::table
        .filter(certificate_lapses::settled_by.eq(format!("job:{JOB}")))
        .filter(certificate_lapses::settled_at.gt(act.at.minus(DAY)))
        .filter(certificate_lapses::status.eq("confirmed"))
        .filter(diesel::dsl::not(diesel::dsl::exists(of_a_plan)))
        .count()
        .get_result(db)?;
    Ok(u64::try_from(count).unwrap_or(0))
}

fn opposed_within_a_day(db: &mut Database, act: &Act) -> QueryResult<u64> {
    let of_a_plan = opposition_plan_items::table
        .filter(opposition_plan_items::card_number.eq(card_lapses::card_number))
        .filter(opposition_plan_items::first_sequence.eq(card_lapses::first_sequence));
    let count: i64 = card_lapses::table
        .filter(card_lapses::settled_by.eq(format!("job:{JOB}")))
        .filter(card_lapses::settled_at.gt(act.at.minus(DAY)))
        .filter(card_lapses::status.eq("confirmed"))
        .filter(diesel::dsl::not(diesel::dsl::exists(of_a_plan)))
        .count()
        .get_result(db)?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// Opposes the card of a lapse, and says what came of it. What is wrong with one holds up no other.
fn end(
    db: &mut Database,
    registry: &mut dyn Registry,
    (feed, structures): (&NewestFeed, &mut Structures),
    lapse: &Lapse,
    done: &mut Revalidation,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(), LapseError> {
    let opposed = db.write_on_reserve(|db| {
        structures.ask_mandates_anew(db)?;
        oppose(db, registry, (feed, &mut *structures), lapse, rng, act)
    });
    match opposed {
        Ok(true) => {
            crash_point("revalidation.card-opposed");
            done.opposed.push(lapse.card);
        }
        // Said otherwise meanwhile: the next look lifts it.
        Ok(false) => {}
        Err(error @ (LapseError::Database(_) | LapseError::Oppose(OpposeError::Database(_)))) => {
            return Err(error);
        }
        Err(error) => done.failed.push((lapse.card.to_string(), error.code())),
    }
    Ok(())
}

/// The same of a certificate.
fn end_certificate(
    db: &mut Database,
    registry: &mut dyn Registry,
    (feed, structures): (&NewestFeed, &mut Structures),
    lapse: &CertificateLapse,
    done: &mut Revalidation,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(), LapseError> {
    let revoked = db.write_on_reserve(|db| {
        structures.ask_mandates_anew(db)?;
        certificates::end(db, registry, (feed, &mut *structures), lapse, rng, act)
    });
    match revoked {
        Ok(true) => done.revoked.push(lapse.request.clone()),
        Ok(false) => {}
        Err(error @ (LapseError::Database(_) | LapseError::Revoke(RevokeError::Database(_)))) => {
            return Err(error);
        }
        Err(error) => done.failed.push((lapse.request.clone(), error.code())),
    }
    Ok(())
}

fn oppose(
    db: &mut Database,
    registry: &mut dyn Registry,
    (feed, structures): (&NewestFeed, &mut Structures),
    lapse: &Lapse,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<bool, LapseError> {
    let card = card::get(db, &lapse.card).map_err(OpposeError::Card)?;
    let cause = cause::of(db, registry, structures, &card, act.at)?;
    let Some(cause) = cause else { return Ok(false) };
    if is_silent_of(db, feed.sequence, &lapse.holder)?
        || is_in_grace(db, structures, lapse.structure.as_ref(), cause.name, act)?
    {
        return Ok(false);
    }
    // One of the two readings may be the directory's; a feed is the second one only where it says so.
    let plan = lapse.plan.as_deref().filter(|_| lapse.second_answer.is_none());
    let later = reading::second(db, feed, plan, (lapse.first_sequence, cause.name))?;
    if later.is_none() && lapse.second_answer.is_none() {
        return Ok(false);
    }
    // The card's row first, as everybody takes it.
    let ground = lapse.ground.unwrap_or_else(|| ground_of(cause));
    opposition::oppose_within(db, &lapse.card, (ground, &Requested::by_register(act)), rng, act)?;
    let confirmed = diesel::update(card_lapses::table.find((lapse.card.to_string(), lapse.first_sequence)))
        .filter(card_lapses::status.eq("open"))
        .set((
            card_lapses::status.eq("confirmed"),
            card_lapses::second_sequence.eq(later.as_ref().map(|(sequence, _)| *sequence)),
            card_lapses::second_feed.eq(later.as_ref().map(|(_, feed)| feed)),
            card_lapses::settled_at.eq(act.at),
            card_lapses::settled_by.eq(act.actor.to_string()),
        ))
        .execute(db)?;
    if confirmed != 1 {
        return Err(LapseError::RowAltered(lapse.card.to_string(), "its state"));
    }
    still_newest(db, feed)?;
    Ok(true)
}
