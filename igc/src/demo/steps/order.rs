//! Orders: validated against the register, approved by somebody else, never by oneself.

use std::collections::BTreeSet;

use card::CardKind;
use diesel::connection::SimpleConnection;
use professional_registry::fictional::FictionalRegister;
use professional_registry::{IdNatPs, ImportedRegister, Profession};
use registration_authority::order::{self, CardOrder, NewCardOrder};

use super::register;

use crate::demo::cast::Player;
use crate::demo::stage::{APPROVER, SECOND_APPROVER, SUBMITTER, Stage};
use crate::faults;
use crate::installation::system_rng;
use crate::problem::Problem;

/// What somebody with access to the database could try.
const SELF_APPROVAL: &str = include_str!("../self_approval.sql");

pub fn order(stage: &mut Stage) -> Result<((), String), Problem> {
    let cast = stage.cast().clone();
    let Player { id, profession } = cast.robbed.clone();
    refuses(stage, Player { id: nobody(&register::fictional()), profession }, "order-holder-unknown")?;
    refuses(stage, Player { id, profession: another_than(profession) }, "order-profession-not-exercised")?;
    for player in [&cast.robbed, &cast.renewed, &cast.struck_off] {
        let submitted = submit(stage, player)?;
        refuses_self_approval(stage, &submitted)?;
        let decided = approve(stage, &submitted, APPROVER)?;
        if decided.is_undecided() {
            // The fictional register gave the player a namesake at the same place.
            approve(stage, &submitted, SECOND_APPROVER)?;
        }
    }
    for player in &cast.waiting {
        submit(stage, player)?;
    }
    Ok((
        (),
        format!(
            "3 approved, {} wait, an unknown person, a wrong profession and a self-approval refused",
            cast.waiting.len()
        ),
    ))
}

fn submit(stage: &mut Stage, player: &Player) -> Result<CardOrder, Problem> {
    let act = stage.officer(SUBMITTER);
    let new = NewCardOrder {
        kind: CardKind::Cps,
        holder: player.id.clone(),
        profession: player.profession,
        replaces: None,
    };
    let submitted =
        stage.worker.db.write(|db| order::submit(db, &mut ImportedRegister, new, &mut system_rng(), &act))?;
    Ok(submitted.into_order())
}

fn approve(stage: &mut Stage, order: &CardOrder, login: &str) -> Result<CardOrder, Problem> {
    let act = stage.officer(login);
    let proof = stage.approver.approve(&order.decidable(), login, &mut system_rng(), act.at)?;
    let verifier = stage.approver.verifier();
    let (number, version) = (&order.number, order.version);
    Ok(stage.worker.db.write(|db| {
        order::approve(db, &mut ImportedRegister, &verifier, number, version, &proof, &mut system_rng(), &act)
    })?)
}

fn refuses(stage: &mut Stage, player: Player, code: &str) -> Result<(), Problem> {
    match submit(stage, &player) {
        Err(problem) if problem.code().name == code => Ok(()),
        Err(problem) => Err(problem),
        Ok(order) => Err(not_refused(&order.number, code)),
    }
}

/// By the code, and, tried behind its back, by the database.
fn refuses_self_approval(stage: &mut Stage, order: &CardOrder) -> Result<(), Problem> {
    match approve(stage, order, SUBMITTER) {
        Err(problem) if problem.code().name == "order-self-approval" => {}
        Err(problem) => return Err(problem),
        Ok(order) => return Err(not_refused(&order.number, "order-self-approval")),
    }
    match stage.worker.db.batch_execute(SELF_APPROVAL) {
        Err(error) if error.to_string().contains("self-approval") => Ok(()),
        Err(error) => Err(error.into()),
        Ok(()) => Err(not_refused(&order.number, "self-approval by SQL")),
    }
}

/// A person whose key is right and who is not in the register.
fn nobody(register: &FictionalRegister) -> IdNatPs {
    let (next_day, day) = register.next_day(1.0);
    let known: BTreeSet<_> = register.professionals().collect();
    let stranger = day.new.into_iter().chain(next_day.professionals()).find(|rpps| !known.contains(rpps));
    IdNatPs::Rpps(stranger.expect("a whole day of changes brings somebody new"))
}

/// Any profession that the person does not exercise.
fn another_than(profession: Profession) -> Profession {
    Profession::all().find(|other| *other != profession).expect("there are many professions")
}

fn not_refused(what: &str, code: &str) -> Problem {
    Problem::new(faults::DEMO_STEP, format!("{what} should have been refused: {code}"))
}
