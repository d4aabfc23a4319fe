//! Years ahead, on a copy: what expires is renewed, unless its holder left the register.

use crate::demo::future::{self, Future};
use crate::demo::stage::Stage;
use crate::problem::Problem;

pub fn renewal(stage: &mut Stage) -> Result<((), String), Problem> {
    let future = Future::copy_of(stage)?;
    let seen = future.play()?;
    Ok(((), format!("{} days ahead: {seen}", future::DAYS)))
}
