use diesel::prelude::*;
use rand_core::CryptoRng;
use store::schema::enrolments_told;
use store::{Act, Database};

use super::{Action, Roster};
use crate::approval::ApprovalVerifier;
use crate::outbox::{self, Notice, Recipient};

/// Tells each officer at once of a key or a certificate that became his, or is his no more, and of another address: who
/// has an officer's key decides in his name, and who has his mailbox hides it. Once an enrolment; one whose officer can be
/// written to nowhere is told to nobody, ever. The numbers of those that were told. Inside the caller's write transaction.
pub fn tell(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    roster: &Roster,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<Vec<String>> {
    let seen: Vec<String> = enrolments_told::table.select(enrolments_told::enrolment).load(db)?;
    let mut told = Vec::new();
    for (number, counted) in roster.counted().filter(|(number, _)| !seen.iter().any(|seen| seen == number)) {
        diesel::insert_into(enrolments_told::table)
            .values((enrolments_told::enrolment.eq(number), enrolments_told::told_at.eq(act.at)))
            .execute(db)?;
        if verifier.told_at(roster, number).is_none() {
            continue;
        }
        let notice = match counted.action {
            Action::Enrol => Notice::KeyAdded,
            Action::Revoke => Notice::KeyRevoked,
            Action::Readdress => Notice::AddressChanged,
        };
        let subject = format!("enrolment {number}");
        outbox::put_first(db, Recipient::Officer(&counted.login), notice, &subject, rng, act)?;
        told.push(number.to_owned());
    }
    Ok(told)
}
