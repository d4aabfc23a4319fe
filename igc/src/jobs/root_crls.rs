use crl_publisher::publish::{Urgency, root_crls};
use serde_json::{Value, json};
use store::Act;

use super::{Worker, policy};
use crate::problem::Problem;

/// Says how long the CRL of each root still lasts, louder as its end comes near: the next one needs a
/// ceremony.
pub fn run(worker: &mut Worker, act: &Act) -> Result<Value, Problem> {
    let policy = policy(&worker.installation.config);
    let mut said = Vec::new();
    for root in root_crls(&mut worker.db)? {
        let (urgency, words) = (root.urgency(&policy, act.at), root.words(act.at));
        let authority = root.authority.as_str();
        match urgency {
            Urgency::Well => tracing::info!(authority, "the CRL of {authority} {words}"),
            Urgency::Warning => {
                tracing::warn!(
                    authority,
                    "the CRL of {authority} {words}: arrange a ceremony of kind root-crl"
                );
            }
            Urgency::Alarm => {
                tracing::error!(
                    authority,
                    "the CRL of {authority} {words}: hold a ceremony of kind root-crl"
                );
            }
        }
        let seconds = root.remaining_seconds(act.at);
        said.push(json!({ "authority": authority, "urgency": urgency, "remaining_seconds": seconds, "words": words }));
    }
    Ok(json!(said))
}
