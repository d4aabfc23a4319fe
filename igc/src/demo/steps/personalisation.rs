//! The bureau: another process, another user where this one is root, no path of ours and no database.

use card::personalisation::verify_return_file;
use store::{Actor, Fault};

use crate::demo::stage::Stage;
use crate::faults;
use crate::jobs::{bureau, pinned_bureaus};
use crate::problem::Problem;

pub fn personalisation(stage: &mut Stage) -> Result<((), String), Problem> {
    let act = stage.installation().act(Actor::Job("demo-bureau"));
    let batch = bureau::close_batch(&mut stage.worker, &act)?
        .ok_or_else(|| Problem::new(faults::DEMO_STEP, "no approved order went to the bureau"))?;
    let return_file = stage.bureau.personalise(&batch)?;
    refuses_an_altered_file(stage, &return_file)?;
    let cards = bureau::receive(&mut stage.worker, &return_file, &act)?;
    let detail = format!(
        "{} cards made by the process in {}, each key proven; an altered return file refused",
        cards.len(),
        stage.bureau.home().display()
    );
    Ok(((), detail))
}

fn refuses_an_altered_file(stage: &Stage, return_file: &[u8]) -> Result<(), Problem> {
    let mut altered = return_file.to_vec();
    let middle = altered.len() / 2;
    altered[middle] ^= 1;
    match verify_return_file(&altered, &pinned_bureaus(stage.installation())?) {
        Err(error) if error.code().name.starts_with("card-return-") => Ok(()),
        Err(error) => Err(error.into()),
        Ok(_) => Err(Problem::new(faults::DEMO_STEP, "an altered return file was read")),
    }
}
