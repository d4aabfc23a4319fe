use professional_registry::{ImportedRegister, merges};
use rand_core::CryptoRng;
use registration_authority::contact;
use registration_authority::lapse::{self, SecondReadings};
use registration_authority::merge_case;
use serde_json::{Value, json};
use store::Act;

use super::{Worker, continue_opposition_list};
use crate::installation::system_rng;
use crate::officer;
use crate::problem::Problem;

/// Looks at every living card and every software certificate in the light of the newest feed, once a feed, and ends
/// those that two feeds no longer support, as many as a day may bring. Where it opposes nobody it costs a query.
pub fn run(worker: &mut Worker, act: &Act) -> Result<Value, Problem> {
    let verifier = officer::verifier(&worker.installation)?;
    let most = worker.installation.config.oppositions_a_day;
    let mut rng = system_rng();
    // First, since whose card is whose rests on it.
    let cases = merge_case::settle_decided(&mut worker.db, &verifier, &mut rng, act)?;
    for case in &cases.unsigned {
        tracing::error!("merge {case}: nobody signed the refusal in an officer's name; it is asked again");
    }
    let looked = lapse::examine(&mut worker.db, &mut ImportedRegister, &mut rng, act)?;
    if let Some(looked) = &looked {
        let (found, lifted) = (looked.found, looked.lifted);
        tracing::info!(
            found,
            lifted,
            "the register of feed {} no longer supports {found} more cards",
            looked.sequence
        );
        if !looked.speaks_of_absent {
            tracing::warn!(
                "feed {} does not say who has left the register: nothing ends for that, see igc doctor",
                looked.sequence
            );
        }
    }
    let doubted = match looked {
        Some(_) => merges::look_again(&mut worker.db, &mut rng, act)?,
        None => 0,
    };
    if doubted > 0 {
        tracing::warn!(
            doubted,
            "{doubted} merges of numbers wait for officers: the persons have other names or births"
        );
    }
    let silent = lapse::examine_ended_mandates(&mut worker.db, &mut ImportedRegister, &mut rng, act)?;
    if silent > 0 {
        tracing::info!(silent, "{silent} cards and certificates rest on a mandate that has ended");
    }
    if !lapse::open(&mut worker.db, 1)?.is_empty() {
        continue_opposition_list(&worker.installation, &mut worker.db, act)?;
    }
    // What two feeds say waits for no directory, however slow it answers.
    let mut done = lapse::oppose_due(&mut worker.db, &mut ImportedRegister, &verifier, most, &mut rng, act)?;
    let second = second_readings(worker, &mut rng, act)?;
    if !second.confirmed.is_empty() {
        done.then(lapse::oppose_due(&mut worker.db, &mut ImportedRegister, &verifier, most, &mut rng, act)?);
    }
    // Once a feed: whoever leaves with it is told, and needs to be found until then.
    let forgotten = match &looked {
        Some(_) => contact::forget_gone(&mut worker.db, act.at)?,
        None => 0,
    };
    for plan in &done.planned {
        tracing::error!(
            "plan of oppositions {plan} waits for two officers: more than {most} cards and certificates at once, or of a reading that is doubtful"
        );
    }
    let unread = looked.iter().flat_map(|looked| looked.failed.clone());
    let unsettled = cases.failed.into_iter().map(|(case, code)| (format!("merge {case}"), code));
    let failed: Vec<(String, &str)> =
        unread.chain(done.failed).chain(unsettled).map(|(subject, code)| (subject, code.name)).collect();
    if let Some(code) = second.stopped {
        tracing::warn!(code = code.name, "the directory gives no second reading: {}", code.help);
    }
    for (subject, code) in &failed {
        tracing::error!(code, "revalidation of {subject}: {code}");
    }
    Ok(json!({
        "examined": looked.map(|looked| json!({
            "feed": looked.feed, "speaks_of_absent": looked.speaks_of_absent,
            "found": looked.found, "lifted": looked.lifted,
            "changed": looked.changed, "changes_settled": looked.changes_settled,
            "certificates_found": looked.certificates_found, "certificates_lifted": looked.certificates_lifted,
        })),
        "second_readings": json!({
            "asked": second.asked,
            "confirmed": second.confirmed.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "causes": second.causes,
            "stopped": second.stopped.map(|code| code.name),
        }),
        "without_mandate": silent,
        "merges": json!({ "settled": cases.done, "refused": cases.refused, "unsigned": cases.unsigned, "doubted": doubted }),
        "opposed": done.opposed.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "revoked": done.revoked,
        "planned": done.planned,
        "contacts_forgotten": forgotten,
        "failed": failed,
    }))
}

/// What the directory says of the open lapses, where there is one. One that cannot be asked holds up nothing: the next feed
/// is a second reading as well.
fn second_readings(
    worker: &mut Worker,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<SecondReadings, Problem> {
    if worker.directory.is_none() {
        worker.directory = match worker.installation.directory() {
            Ok(directory) => directory,
            Err(problem) => {
                return Ok(SecondReadings { stopped: Some(problem.code()), ..SecondReadings::default() });
            }
        };
    }
    match &mut worker.directory {
        Some(directory) => Ok(lapse::ask_directory(&mut worker.db, directory, rng, act)?),
        None => Ok(SecondReadings::default()),
    }
}
