//! The outbox, sent: on a thread of its own where the worker is served, since a mail server may be slow.

use registration_authority::notices::{self, Login, MailServer, Postman, Round, Security};
use serde_json::{Value, json};
use store::{Act, Database};
use zeroize::Zeroizing;

use super::Worker;
use crate::config::{Mail, MailSecurity};
use crate::installation::Installation;
use crate::officer;
use crate::problem::Problem;
use crate::setup::{LONGEST_TEXT, read_bounded, read_text, refuse_shared_key};

/// Notices of a round.
const MOST: u16 = 50;

/// No password is longer, in octets.
const LONGEST_PASSWORD: u64 = 1024;

pub(super) fn run(worker: &mut Worker, act: &Act) -> Result<Value, Problem> {
    let Some(round) = send_with(&worker.installation, &mut worker.db, act)? else {
        return Ok(json!({ "skipped": "no mail server is configured" }));
    };
    let named = |notices: &[(String, store::Code)]| -> Vec<(String, &str)> {
        notices.iter().map(|(id, code)| (id.clone(), code.name)).collect()
    };
    Ok(json!({ "sent": round.sent, "postponed": named(&round.postponed), "dead": named(&round.dead) }))
}

/// Sends what is due, with a connection of one's own; nothing where no mail server is configured.
pub fn send_with(
    installation: &Installation,
    db: &mut Database,
    act: &Act,
) -> Result<Option<Round>, Problem> {
    let Some(postman) = postman(installation)? else { return Ok(None) };
    let round = notices::send_due(db, &postman, &officer::verifier(installation)?, MOST, act)?;
    for (id, code) in &round.dead {
        tracing::warn!(code = code.name, "notice {id} is given up: {}", code.help);
    }
    Ok(Some(round))
}

/// What carries mail to the server of the configuration; nothing where there is none. Read anew each time: a password that was
/// changed counts at once.
pub(super) fn postman(installation: &Installation) -> Result<Option<Postman>, Problem> {
    let Some(mail) = &installation.config.mail else { return Ok(None) };
    Ok(Some(Postman::new(server(mail)?)?))
}

fn server(mail: &Mail) -> Result<MailServer, Problem> {
    let login = match &mail.login {
        None => None,
        Some((user, file)) => {
            refuse_shared_key(file)?;
            let password = Zeroizing::new(read_text(file, LONGEST_PASSWORD)?);
            let password = Zeroizing::new(password.trim_end_matches(['\r', '\n']).to_owned());
            Some(Login { user: user.clone(), password })
        }
    };
    Ok(MailServer {
        host: mail.server.clone(),
        port: mail.port,
        security: match mail.security {
            MailSecurity::Tls => Security::Tls,
            MailSecurity::Starttls => Security::StartTls,
            MailSecurity::None => Security::Loopback,
        },
        login,
        from: mail.from.clone(),
        patience: mail.patience,
        roots: mail.roots.as_ref().map(|file| read_bounded(file, LONGEST_TEXT)).transpose()?,
    })
}
