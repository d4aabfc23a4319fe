//! What somebody outside sees of a demonstration: `openssl` reads the CRLs; the lists are read as they lie there.

use std::process::Command;

use ca_core::serial::SerialNumber;
use card::{Card, CardFilter, CardNumber, MOST_LISTED};
use crl_publisher::crl::CrlKind;

use crate::faults;
use crate::problem::Problem;
use crate::setup::file_problem;

use super::cast::Player;
use super::stage::Stage;

/// The cards of a player, by number.
pub fn cards_of(stage: &mut Stage, player: &Player) -> Result<Vec<Card>, Problem> {
    let filter = CardFilter { holder: Some(player.id.to_string()), ..CardFilter::default() };
    Ok(card::list(&mut stage.worker.db, &filter, MOST_LISTED)?)
}

/// The first card of a player.
pub fn card_of(stage: &mut Stage, player: &Player) -> Result<CardNumber, Problem> {
    let cards = cards_of(stage, player)?;
    cards.first().map(|card| card.number).ok_or_else(|| step_failed(&format!("{} has no card", player.id)))
}

/// Looks for a serial number on the published CRL and on the delta, with `openssl crl`.
pub fn stands_on_crl(stage: &Stage, issuer: &str, serial: &SerialNumber) -> Result<(), Problem> {
    let folder = crate::jobs::folder(stage.installation());
    for kind in [CrlKind::Full, CrlKind::Delta] {
        let path = folder.crl_path(issuer, kind);
        let text = openssl(
            Command::new("openssl").args(["crl", "-inform", "DER", "-noout", "-text", "-in"]).arg(&path),
        )?;
        if !text.contains(&format!("Serial Number: {serial}")) {
            return Err(step_failed(&format!("{} does not carry {serial}", path.display())));
        }
    }
    Ok(())
}

/// Looks for a card on the published opposition list.
pub fn stands_on_opposition_list(stage: &Stage, card: &CardNumber) -> Result<(), Problem> {
    let path = crate::jobs::folder(stage.installation()).oppositions_path("full.csv");
    let list = std::fs::read_to_string(&path).map_err(|error| file_problem(&path, &error))?;
    let number = card.to_string();
    match list.lines().skip(1).any(|line| line.split(';').nth(1) == Some(&number)) {
        true => Ok(()),
        false => Err(step_failed(&format!("card {card} is not on the opposition list"))),
    }
}

/// What `openssl` printed, both ways.
pub fn openssl(command: &mut Command) -> Result<String, Problem> {
    let output = command
        .output()
        .map_err(|error| Problem::new(faults::TOOL, format!("openssl does not run: {error}")))?;
    let text =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if output.status.success() {
        Ok(text)
    } else {
        Err(Problem::new(faults::TOOL, format!("openssl: {}", text.trim())))
    }
}

/// A step that did not hold, and why.
pub fn step_failed(what: &str) -> Problem {
    Problem::new(faults::DEMO_STEP, what)
}
