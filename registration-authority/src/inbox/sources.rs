//! What waits beside orders, a function for each sort.

use diesel::dsl::{count_star, exists, not};
use diesel::prelude::*;
use store::schema::{decisions, officer_enrolments, opposition_plans, renewal_plans};
use store::{Database, Fault, Timestamp};

use super::{Hands, Inbox, InboxError, Judged, LOOKED_AT, Matter, Reader, Waiting, Why};
use crate::approval::{SubjectKind, Verdict};
use crate::decision::{self, Standing};
use crate::four_eyes::review::{self, About, ReviewError};
use crate::officers::{NotAuthorised, Reach, Right};
use crate::{enrolment, held_feed, lapse, mandate, suspension};

/// Whose lift one officer has proposed.
pub(super) fn suspensions(
    db: &mut Database,
    reader: &Reader<'_>,
    inbox: &mut Inbox,
) -> Result<(), InboxError> {
    for one in bounded(suspension::proposed(db, LOOKED_AT + 1)?, inbox) {
        let Standing::Held { approved_by: Some(first) } = one.standing() else { continue };
        let proposed = one.decisions.iter().rev().find(|decision| decision.decided_by == first);
        let (since, decidable) =
            (proposed.map_or(one.suspended_at, |first| first.decided_at), one.decidable());
        let hands = Hands {
            kind: SubjectKind::SuspensionLift,
            submitted_by: &one.suspended_by,
            signed_by: std::slice::from_ref(&first),
            reach: &decidable.reach,
            concerns: decidable.concerns.as_ref(),
        };
        let judged = reader.judge(db, &hands)?;
        let matter = Matter::SuspensionLift { card: one.card };
        inbox.take(judged, Waiting { matter, since, deadline: None, first: Some(first) });
    }
    Ok(())
}

/// What brakes stopped, with no signature or one.
pub(super) fn held_feeds(
    db: &mut Database,
    reader: &Reader<'_>,
    inbox: &mut Inbox,
) -> Result<(), InboxError> {
    for feed in bounded(held_feed::waiting(db)?, inbox) {
        let Standing::Held { approved_by } = feed.standing() else { continue };
        let judged = of_everybody(db, reader, SubjectKind::RegisterFeed, (&feed.hold.held_by, &approved_by))?;
        let since = feed.hold.held_at;
        let matter = Matter::HeldFeed { feed: feed.hold.feed, file_name: feed.hold.file_name };
        inbox.take(judged, Waiting { matter, since, deadline: None, first: approved_by });
    }
    Ok(())
}

/// Oppositions that a day may not bring by itself.
pub(super) fn opposition_plans(
    db: &mut Database,
    reader: &Reader<'_>,
    inbox: &mut Inbox,
) -> Result<(), InboxError> {
    for id in bounded(lapse::plans_waiting(db)?, inbox) {
        let (planned_by, since): (String, Timestamp) = opposition_plans::table
            .find(&id)
            .select((opposition_plans::planned_by, opposition_plans::planned_at))
            .first(db)?;
        let decided = decision::of(db, SubjectKind::OppositionPlan, &id)?;
        let Standing::Held { approved_by } = Standing::of(&decided, 1) else { continue };
        let judged = of_everybody(db, reader, SubjectKind::OppositionPlan, (&planned_by, &approved_by))?;
        let matter = Matter::OppositionPlan { id };
        inbox.take(judged, Waiting { matter, since, deadline: None, first: approved_by });
    }
    Ok(())
}

/// One officer proposes what is renewed, or the job does; another approves.
pub(super) fn renewal_plans(
    db: &mut Database,
    reader: &Reader<'_>,
    inbox: &mut Inbox,
) -> Result<(), InboxError> {
    let proposed: Vec<(String, String, Timestamp)> = renewal_plans::table
        .filter(renewal_plans::status.eq(SubjectKind::RenewalPlan.open_state()))
        .order((renewal_plans::planned_at, renewal_plans::id))
        .limit(LOOKED_AT + 1)
        .select((renewal_plans::id, renewal_plans::planned_by, renewal_plans::planned_at))
        .load(db)?;
    for (id, planned_by, since) in bounded(proposed, inbox) {
        let judged = of_everybody(db, reader, SubjectKind::RenewalPlan, (&planned_by, &None))?;
        let matter = Matter::RenewalPlan { id };
        inbox.take(judged, Waiting { matter, since, deadline: None, first: Some(planned_by) });
    }
    Ok(())
}

/// Officers' keys, certificates and addresses, with no signature or one.
pub(super) fn enrolments(
    db: &mut Database,
    reader: &Reader<'_>,
    inbox: &mut Inbox,
) -> Result<(), InboxError> {
    let refused = decisions::table
        .filter(decisions::subject_kind.eq(SubjectKind::OfficerEnrolment.as_str()))
        .filter(decisions::subject_number.eq(officer_enrolments::number))
        .filter(decisions::decision.eq(Verdict::Refuse.as_str()));
    let settled = decisions::table
        .filter(decisions::subject_kind.eq(SubjectKind::OfficerEnrolment.as_str()))
        .group_by(decisions::subject_number)
        .having(count_star().ge(2))
        .select(decisions::subject_number);
    let numbers: Vec<String> = officer_enrolments::table
        .filter(not(exists(refused)))
        .filter(officer_enrolments::number.ne_all(settled))
        .order(officer_enrolments::number)
        .limit(LOOKED_AT + 1)
        .select(officer_enrolments::number)
        .load(db)?;
    for number in bounded(numbers, inbox) {
        let one = enrolment::get(db, &number)?;
        let Standing::Held { approved_by } = one.standing() else { continue };
        let judged = of_everybody(db, reader, SubjectKind::OfficerEnrolment, (&one.login, &approved_by))?;
        let (since, first) = (one.proposed_at, Some(approved_by.unwrap_or(one.proposed_by)));
        let matter = Matter::Enrolment { number, display_name: one.display_name };
        inbox.take(judged, Waiting { matter, since, deadline: None, first });
    }
    Ok(())
}

/// One officer proposes who speaks for a structure; another approves.
pub(super) fn mandates(db: &mut Database, reader: &Reader<'_>, inbox: &mut Inbox) -> Result<(), InboxError> {
    for one in bounded(mandate::waiting(db)?, inbox) {
        let decidable = one.decidable();
        let hands = Hands {
            kind: SubjectKind::StructureMandate,
            submitted_by: &one.proposed_by,
            signed_by: &[],
            reach: &decidable.reach,
            concerns: decidable.concerns.as_ref(),
        };
        let judged = reader.judge(db, &hands)?;
        let matter = Matter::Mandate { number: one.number, structure: one.structure.to_string() };
        let (since, first) = (one.proposed_at, Some(one.proposed_by));
        inbox.take(judged, Waiting { matter, since, deadline: None, first });
    }
    Ok(())
}

/// Looks after the fact. Who approved what is looked at stands on its page.
pub(super) fn looks(db: &mut Database, reader: &Reader<'_>, inbox: &mut Inbox) -> Result<(), InboxError> {
    let open = review::open(db, LOOKED_AT + 1, reader.at)?;
    for (review, about, since) in bounded(open, inbox) {
        let judged = of_look(db, reader, &review, &about)?;
        let matter = match about {
            About::Approval { order, .. } => Matter::ApprovalLook { review, order: order.number },
            About::HolderOpposition { card, .. } => Matter::OppositionLook { review, card },
        };
        inbox.take(judged, Waiting { matter, since, deadline: None, first: None });
    }
    Ok(())
}

fn of_look(
    db: &mut Database,
    reader: &Reader<'_>,
    review: &str,
    about: &About,
) -> Result<Judged, InboxError> {
    let officer = reader.officer;
    // Whoever concludes a look needs this right whatever it is at.
    if !officer.role.may(Right::Oppose) {
        return Ok(Err(Why::Role));
    }
    match review::may_conclude(db, officer, review, about, reader.at) {
        Err(ReviewError::NotAuthorised(NotAuthorised::RoleMissing { .. })) => return Ok(Err(Why::Role)),
        Err(ReviewError::Own(..)) => return Ok(Err(Why::Own)),
        Err(error) if error.code() == store::fault::DATABASE => return Err(error.into()),
        Err(_) => return Ok(Err(Why::Near)),
        Ok(()) => {}
    }
    Ok(if review::is_within(db, officer, about)? { Ok(()) } else { Err(Why::Scope) })
}

/// Of what is about everybody at once: near to nobody, and of those alone who are there for all.
fn of_everybody(
    db: &mut Database,
    reader: &Reader<'_>,
    kind: SubjectKind,
    (submitted_by, approved_by): (&str, &Option<String>),
) -> Result<Judged, InboxError> {
    let signed_by = approved_by.as_slice();
    reader.judge(db, &Hands { kind, submitted_by, signed_by, reach: &Reach::Everything, concerns: None })
}

/// The first of a list that one longer was asked for, and whether there is more of it.
fn bounded<T>(mut list: Vec<T>, inbox: &mut Inbox) -> Vec<T> {
    inbox.more |= list.len() > LOOKED_AT as usize;
    list.truncate(LOOKED_AT as usize);
    list
}
