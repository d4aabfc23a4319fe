//! What an officer is told of what the worker saw decided in his name: a line for each decision, written with its receipt, and
//! a mail a day that has every line since the last one. What cannot wait for it is told at once as well.

use std::time::Duration;

use diesel::dsl::count_star;
use diesel::prelude::*;
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use store::schema::{decision_digest_lines, officer_delegations};
use store::{Act, Database, Timestamp};

use super::{Decision, Receipt};
use crate::approval::{ApprovalVerifier, SubjectKind};
use crate::enrolment::RosterError;
use crate::outbox::{self, Notice, Recipient};

/// How many decisions that prove nothing are told at once to an officer within an hour; the others he reads in the digest:
/// whoever writes rows by the thousand fills no mailbox with them.
const ALARMS_AN_HOUR: i64 = 10;
const HOUR: Duration = Duration::from_secs(3600);

/// The most lines that one digest gives of what proves nothing; of the others it says how many. Of what holds it gives each: a line that is
/// not there is a wrong order that nobody sees.
const SHOWN: i64 = 300;
/// The most lines of what holds: beyond what any officer signs in a day, and what a mail takes.
const SHOWN_OF_HELD: i64 = 5000;

/// Octets of the longest number that is told as it stands: an identifier of an extract has 64.
const LONGEST_NUMBER: usize = 80;

/// One decision, as the worker saw it.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = decision_digest_lines)]
pub struct DigestLine {
    /// [`SubjectKind::as_str`].
    pub subject_kind: String,
    /// The number of what was decided on.
    pub subject_number: String,
    /// In which version.
    pub subject_version: i64,
    /// `approve` or `refuse`.
    pub verdict: String,
    /// The first sixteen hexadecimal digits of the SHA-256 of the proof.
    pub proof: String,
    /// When the worker saw it.
    pub seen_at: Timestamp,
    /// The code of why it is worth nothing; none where it holds.
    pub refusal: Option<String>,
}

impl DigestLine {
    /// As the outbox says what a notice is about: `card-order CO-2026-000001 version 1 approve 0123456789abcdef`.
    fn subject(&self) -> String {
        let Self { subject_kind, subject_number, subject_version, verdict, proof, .. } = self;
        format!("{subject_kind} {subject_number} version {subject_version} {verdict} {proof}")
    }
}

/// A digest that was put into the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composed {
    /// The officer.
    pub login: String,
    /// How many decisions it is about.
    pub decisions: usize,
}

/// Writes the line of a decision that the worker has just looked at, and tells the officer at once where that cannot wait.
/// Inside the transaction that writes the receipt.
pub(super) fn note(
    db: &mut Database,
    decision: &Decision,
    receipt: &Receipt,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<()> {
    let line = DigestLine {
        subject_kind: decision.subject_kind.clone(),
        subject_number: plain(&decision.subject_number),
        subject_version: decision.subject_version,
        verdict: decision.decision.clone(),
        proof: receipt.proof.chars().take(16).collect(),
        seen_at: receipt.seen_at,
        refusal: receipt.refusal.clone(),
    };
    let officer = &decision.decided_by;
    let at_once = match line.refusal {
        // Of a bulk each row is told by itself: its officer looked at it for a moment.
        None if decision.in_bulk() => Some(Notice::DecisionSeen),
        None => cannot_wait(&line.subject_kind).then_some(Notice::DecisionSeen),
        Some(_) => alarms(db, officer, act)?.then_some(Notice::DecisionNotHeld),
    };
    let notice = match at_once {
        Some(notice) => {
            let subject = format!("{}{}", line.subject(), to_whom(db, &line)?);
            Some(outbox::put_first(db, Recipient::Officer(officer), notice, &subject, rng, act)?)
        }
        None => None,
    };
    if let (None, Some(number)) = (&line.refusal, decision.delegation()) {
        tell_delegator(db, &line, (officer, &number), rng, act)?;
    }
    diesel::insert_into(decision_digest_lines::table)
        .values((
            decision_digest_lines::subject_kind.eq(&line.subject_kind),
            decision_digest_lines::subject_number.eq(&line.subject_number),
            decision_digest_lines::subject_version.eq(line.subject_version),
            decision_digest_lines::decided_by.eq(officer),
            decision_digest_lines::verdict.eq(&line.verdict),
            decision_digest_lines::proof.eq(&line.proof),
            decision_digest_lines::seen_at.eq(line.seen_at),
            decision_digest_lines::refusal.eq(&line.refusal),
            decision_digest_lines::told_at_once.eq(notice),
        ))
        .execute(db)
        .map(drop)
}

/// Who acts in the officer's name from now on, where it is a delegation that he signed for.
fn to_whom(db: &mut Database, line: &DigestLine) -> QueryResult<String> {
    if line.refusal.is_some() || line.subject_kind != SubjectKind::OfficerDelegation.as_str() {
        return Ok(String::new());
    }
    let delegate: Option<String> = officer_delegations::table
        .find(&line.subject_number)
        .select(officer_delegations::delegate)
        .first(db)
        .optional()?;
    Ok(delegate.map_or_else(String::new, |delegate| format!(" to {delegate}")))
}

/// Tells who delegated of a decision that holds and was taken in his name: by whom, and under which delegation.
fn tell_delegator(
    db: &mut Database,
    line: &DigestLine,
    (officer, number): (&str, &str),
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<()> {
    let delegator: String =
        officer_delegations::table.find(number).select(officer_delegations::delegator).first(db)?;
    let subject = format!("{} by {officer} under {number}", line.subject());
    outbox::put_first(db, Recipient::Officer(&delegator), Notice::DecisionSeen, &subject, rng, act).map(drop)
}

/// A number as a mail may say it. The web role writes it, and a decision that proves nothing may be on anything: what no number looks like
/// is told by the beginning of its SHA-256, so that no text of a stranger, and no link, leaves in a mail of ours.
fn plain(number: &str) -> String {
    let fits = (1..=LONGEST_NUMBER).contains(&number.len())
        && number.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'-');
    match fits {
        true => number.to_owned(),
        false => format!("unreadable-{}", &hex::encode(Sha256::digest(number))[..16]),
    }
}

/// What two officers release gives keys, ends or frees many cards, or takes a brake away, and a renewal plan orders many
/// cards; a delegation gives another one's reach: one wrong signature among them is dear before the evening. An order, a request or a mandate is one holder's, or
/// one agent's.
fn cannot_wait(kind: &str) -> bool {
    const DEAR: [SubjectKind; 6] = [
        SubjectKind::OfficerEnrolment,
        SubjectKind::RegisterFeed,
        SubjectKind::OppositionPlan,
        SubjectKind::SuspensionLift,
        SubjectKind::RenewalPlan,
        SubjectKind::OfficerDelegation,
    ];
    DEAR.into_iter().any(|dear| dear.as_str() == kind)
}

/// Whether a decision that proves nothing is still told at once: by what the worker alone has written.
fn alarms(db: &mut Database, officer: &str, act: &Act) -> QueryResult<bool> {
    let told: i64 = decision_digest_lines::table
        .filter(
            decision_digest_lines::decided_by
                .eq(officer)
                .and(decision_digest_lines::seen_at.gt(act.at.minus(HOUR))),
        )
        .filter(
            decision_digest_lines::refusal
                .is_not_null()
                .and(decision_digest_lines::told_at_once.is_not_null()),
        )
        .count()
        .get_result(db)?;
    Ok(told < ALARMS_AN_HOUR)
}

/// Puts into the outbox, for each officer who can be written to, a digest of every decision in his name that no digest has
/// told of yet; each in a transaction of its own. The lines of who has no address wait until he has one.
pub fn compose_digests(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Vec<Composed>, RosterError> {
    let waiting: Vec<String> = decision_digest_lines::table
        .filter(decision_digest_lines::digest.is_null())
        .select(decision_digest_lines::decided_by)
        .distinct()
        .order(decision_digest_lines::decided_by)
        .load(db)?;
    let mut composed = Vec::new();
    for login in waiting {
        let decisions = db.write(|db| one(db, verifier, &login, rng, act))?;
        if decisions > 0 {
            composed.push(Composed { login, decisions });
        }
    }
    Ok(composed)
}

fn one(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    login: &str,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<usize, RosterError> {
    let roster = verifier.roster(db)?;
    if verifier.address_of(&roster, login).is_none() {
        return Ok(0);
    }
    let id = outbox::draw(rng);
    // Another worker may have been quicker.
    let taken = diesel::update(decision_digest_lines::table)
        .filter(decision_digest_lines::decided_by.eq(login).and(decision_digest_lines::digest.is_null()))
        .set(decision_digest_lines::digest.eq(&id))
        .execute(db)?;
    if taken > 0 {
        let subject = format!("decisions {taken}");
        outbox::put_first_as(db, &id, Recipient::Officer(login), Notice::DecisionsDigest, &subject, act)?;
    }
    Ok(taken)
}

/// What the digest with this identifier tells of, as many lines as one gives; and how many there are in all. First what holds, then what
/// proves nothing, each from the oldest on: whoever writes forgeries by the thousand pushes no decision out.
pub(crate) fn lines_of(db: &mut Database, digest: &str) -> QueryResult<(Vec<DigestLine>, i64)> {
    let of_digest = decision_digest_lines::table.filter(decision_digest_lines::digest.eq(digest));
    let all = of_digest.select(count_star()).first(db)?;
    let order = (
        decision_digest_lines::seen_at,
        decision_digest_lines::subject_kind,
        decision_digest_lines::subject_number,
        decision_digest_lines::subject_version,
    );
    let held = of_digest.filter(decision_digest_lines::refusal.is_null()).order(order).limit(SHOWN_OF_HELD);
    let refused = of_digest.filter(decision_digest_lines::refusal.is_not_null()).order(order).limit(SHOWN);
    let mut shown: Vec<DigestLine> = held.select(DigestLine::as_select()).load(db)?;
    shown.extend(refused.select(DigestLine::as_select()).load::<DigestLine>(db)?);
    Ok((shown, all))
}
