use actix_web::HttpResponse;
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::Caller;
use super::decision::base64url;
use super::problem::Problem;
use crate::failure::Failure;
use crate::sessions::Means;

/// Who the caller is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Me {
    /// `dominique.bernard`
    login: String,
    /// For people.
    display_name: String,
    /// What he is there for: `registration-officer`.
    role: &'static str,
    /// SHA-256 of the certificate that he came with, in hexadecimal.
    certificate: String,
    /// His passkeys that count, by the authenticator's name for each (base64url): what decides is one of these.
    passkeys: Vec<String>,
}

/// Who the caller is.
#[utoipa::path(get, path = "/me", tag = "identity", responses(
    (status = 200, body = Me), (status = 403, body = Problem, content_type = "application/problem+json")
))]
pub(super) async fn show(caller: Caller) -> Result<HttpResponse, Failure> {
    let me = caller
        .work(|work| {
            let roster = work.state.verifier().roster(work.db)?;
            let keys = roster.keys_of(&work.officer.login).filter(|key| key.counts(work.act.at));
            Ok(Me {
                login: work.officer.login.clone(),
                display_name: work.officer.display_name.clone(),
                role: work.officer.role.as_str(),
                certificate: match work.means {
                    Means::Certificate(fingerprint) => hex::encode(fingerprint),
                    Means::Link | Means::Passkey(_) => String::new(),
                },
                passkeys: keys.map(|key| base64url(&key.credential_id)).collect(),
            })
        })
        .await?;
    Ok(HttpResponse::Ok().json(me))
}
