//! What relying systems see: CRLs, deltas, lists, OCSP. An outside client asks.

use std::net::SocketAddr;

use store::Actor;

use crate::demo::stage::Stage;
use crate::demo::witness::{self, Moment};
use crate::faults;
use crate::jobs;
use crate::problem::Problem;

pub fn publication(stage: &mut Stage, status: SocketAddr) -> Result<((), String), Problem> {
    let act = stage.installation().act(Actor::Job("publication"));
    let published = jobs::publish_everything(&mut stage.worker, &act)?;
    if let Some((issuer, error)) = published.failed.first() {
        return Err(Problem::new(
            faults::DEMO_STEP,
            format!("the CRL of {issuer} was not published: {error}"),
        ));
    }
    let answers = witness::ask_ocsp(stage, status, Moment::Before)?;
    witness::all_say(&answers, "good")?;
    let issued = published.crls.len();
    Ok((
        (),
        format!(
            "{issued} CRLs and deltas, opposition list; openssl ocsp says good for {} certificates",
            answers.len()
        ),
    ))
}
