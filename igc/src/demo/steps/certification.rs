//! Certification, and the card's way into the pocket.

use card::{CardFilter, MOST_LISTED};
use store::Actor;

use crate::demo::describe;
use crate::demo::stage::{APPROVER, Stage};
use crate::faults;
use crate::jobs::{self, bureau};
use crate::problem::Problem;

pub fn certification(stage: &mut Stage) -> Result<((), String), Problem> {
    let act = stage.installation().act(Actor::Job("certification"));
    let done = jobs::certify_all(&mut stage.worker, &act)?;
    if let Some((subject, code, sentence)) = done.failed.first() {
        return Err(Problem::new(faults::DEMO_STEP, format!("{subject}: [{code}] {sentence}")));
    }
    for card in card::list(&mut stage.worker.db, &CardFilter::default(), MOST_LISTED)? {
        let act = stage.officer(APPROVER);
        bureau::deliver_and_activate(&mut stage.worker, &card.number, &act)?;
    }
    let written = describe::write_certificates(stage)?;
    Ok(((), format!("{} cards certified, delivered and activated; {written} certificates", done.cards.len())))
}
