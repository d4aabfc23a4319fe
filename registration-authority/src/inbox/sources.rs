//! What waits beside orders, a function for each sort.

use diesel::dsl::{count_star, exists, not};
use diesel::prelude::*;
use store::schema::{decisions, officer_enrolments, opposition_plans, renewal_plans};
use store::{Database, Fault, Timestamp};

use super::{Hands, Inbox, InboxError, Judged, LOOKED_AT, Matter, Reader, Waiting, Why};
use crate::approval::{SubjectKind, Verdict};
use crate::decision::{self, Decision, Standing};
use crate::four_eyes::review::{self, About, ReviewError};
use crate::officers::{NotAuthorised, Reach, Right};
use crate::suspension::{self, Suspension};
use crate::{enrolment, held_feed, lapse, mandate};

/// Whose lift one officer has proposed.
pub(super) fn suspensions(
    db: &mut Database,
    reader: &Reader<'_>,
    inbox: &mut Inbox,
) -> Result<(), InboxError> {
    if let Some(why) = reader.signs_none(SubjectKind::SuspensionLift, true) {
        let held = |one: &Suspension| matches!(one.standing(), Standing::Held { approved_by: Some(_) });
        return reader.hide(inbox, why, || {
            Ok(suspension::proposed(db, LOOKED_AT)?.iter().filter(|one| held(one)).count() as i64)
        });
    }
    inbox.each(suspension::proposed(db, LOOKED_AT + 1)?, |one| {
        let Standing::Held { approved_by: Some(first) } = one.standing() else { return Ok(None) };
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
        Ok(Some((judged, Waiting::of(matter, since, Some(first)))))
    })
}

/// What brakes stopped, with no signature or one.
pub(super) fn held_feeds(
    db: &mut Database,
    reader: &Reader<'_>,
    inbox: &mut Inbox,
) -> Result<(), InboxError> {
    inbox.each(held_feed::waiting(db)?, |feed| {
        let Standing::Held { approved_by } = feed.standing() else { return Ok(None) };
        let judged = of_everybody(db, reader, SubjectKind::RegisterFeed, (&feed.hold.held_by, &approved_by))?;
        let since = feed.hold.held_at;
        let file_name = match feed.case {
            Some(case) => format!("{} / {}", case.adeli, case.rpps),
            None => feed.hold.file_name,
        };
        let matter = Matter::HeldFeed { feed: feed.hold.feed, file_name };
        Ok(Some((judged, Waiting::of(matter, since, approved_by))))
    })
}

/// Oppositions that a day may not bring by itself.
pub(super) fn opposition_plans(
    db: &mut Database,
    reader: &Reader<'_>,
    inbox: &mut Inbox,
) -> Result<(), InboxError> {
    inbox.each(lapse::plans_waiting(db)?, |id| {
        let (planned_by, since): (String, Timestamp) = opposition_plans::table
            .find(&id)
            .select((opposition_plans::planned_by, opposition_plans::planned_at))
            .first(db)?;
        let decided = decision::that_count(db, SubjectKind::OppositionPlan, &id)?;
        let Standing::Held { approved_by } = Standing::of(&decided, 1) else { return Ok(None) };
        let judged = of_everybody(db, reader, SubjectKind::OppositionPlan, (&planned_by, &approved_by))?;
        let matter = Matter::OppositionPlan { id };
        Ok(Some((judged, Waiting::of(matter, since, approved_by))))
    })
}

/// One officer proposes what is renewed, or the job does; another approves, or two where it is much.
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
    inbox.each(proposed, |(id, planned_by, since)| {
        let approved = decision::of(db, SubjectKind::RenewalPlan, &id)?.into_iter().find(Decision::approves);
        let approved_by = approved.map(|decision| decision.decided_by);
        let judged = of_everybody(db, reader, SubjectKind::RenewalPlan, (&planned_by, &approved_by))?;
        let first = Some(approved_by.unwrap_or(planned_by));
        let matter = Matter::RenewalPlan { id };
        Ok(Some((judged, Waiting::of(matter, since, first))))
    })
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
    let open = officer_enrolments::table
        .filter(not(exists(refused)))
        .filter(officer_enrolments::number.ne_all(settled));
    if let Some(why) = reader.signs_none(SubjectKind::OfficerEnrolment, true) {
        return reader.hide(inbox, why, || open.count().get_result(db));
    }
    let numbers: Vec<String> = open
        .order(officer_enrolments::number)
        .limit(LOOKED_AT + 1)
        .select(officer_enrolments::number)
        .load(db)?;
    inbox.each(numbers, |number| {
        let one = enrolment::get(db, &number)?;
        let Standing::Held { approved_by } = one.standing() else { return Ok(None) };
        let judged = of_everybody(db, reader, SubjectKind::OfficerEnrolment, (&one.login, &approved_by))?;
        let (since, first) = (one.proposed_at, Some(approved_by.unwrap_or(one.proposed_by)));
        let matter = Matter::Enrolment { number, display_name: one.display_name };
        Ok(Some((judged, Waiting::of(matter, since, first))))
    })
}

/// One officer proposes who speaks for a structure; another approves.
pub(super) fn mandates(db: &mut Database, reader: &Reader<'_>, inbox: &mut Inbox) -> Result<(), InboxError> {
    if let Some(why) = reader.signs_none(SubjectKind::StructureMandate, false) {
        return reader.hide(inbox, why, || mandate::count_waiting(db));
    }
    let waiting = mandate::waiting(db, &reader.officer.scopes())?;
    reader.hide(inbox, Why::Scope, || Ok(i64::try_from(waiting.hidden).unwrap_or(i64::MAX)))?;
    inbox.each(waiting.shown, |one| {
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
        Ok(Some((judged, Waiting::of(matter, since, first))))
    })
}

/// Looks after the fact. Who approved what is looked at stands on its page.
pub(super) fn looks(db: &mut Database, reader: &Reader<'_>, inbox: &mut Inbox) -> Result<(), InboxError> {
    let (officer, at) = (reader.officer, reader.at);
    // Whoever concludes a look needs this right whatever it is at.
    if !officer.role.may(Right::Oppose) {
        return reader.hide(inbox, Why::Role, || review::count_open(db, at));
    }
    reader.hide(inbox, Why::Scope, || review::count_outside(db, &officer.scope, at))?;
    inbox.each(review::open(db, &officer.scope, LOOKED_AT + 1, at)?, |(review, about, since)| {
        let judged = of_look(db, reader, &review, &about)?;
        let matter = match about {
            About::Approval { order, .. } => Matter::ApprovalLook { review, order: order.number },
            About::HolderOpposition { card, .. } => Matter::OppositionLook { review, card },
        };
        Ok(Some((judged, Waiting::of(matter, since, None))))
    })
}

fn of_look(
    db: &mut Database,
    reader: &Reader<'_>,
    review: &str,
    about: &About,
) -> Result<Judged, InboxError> {
    match review::may_conclude(db, reader.officer, review, about, reader.at) {
        Ok(()) => Ok(Ok(None)),
        Err(ReviewError::NotAuthorised(NotAuthorised::RoleMissing { .. })) => Ok(Err(Why::Role)),
        Err(ReviewError::Own(..)) => Ok(Err(Why::Own)),
        Err(error) if error.code() == store::fault::DATABASE => Err(error.into()),
        Err(_) => Ok(Err(Why::Near)),
    }
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
