//! The keys: whether each that the database knows is in its token.

use ca_core::authority::{self, AuthorityKind, Readable};
use ca_core::authority_end;
use ca_core::compromised_key;
use ca_core::service_key::{self, Purpose};
use ca_core::signer::process::LedgerKind;
use ca_core::signer::{Signer, SignerError};
use store::{Database, Timestamp};

use super::{Finding, Findings, Verdict, responders};
use crate::installation::Installation;
use crate::problem::Problem;

const TOKENS_WANTED: &str = "is the HSM up, its settings and PIN file right?";

const LIST_WANTED: &str = "set keys.blocklist in igc.toml to a list in the format of Debian's openssl-blacklist packages, which \
                           archive.debian.org and snapshot.debian.org keep; see docs/configuration.md";

/// The list of keys that are known to be weak: without one nobody can tell those of the Debian generator (CVE-2008-0166).
pub(super) fn known_weak(installation: &Installation, findings: &mut Findings) {
    let what = "list of weak keys";
    findings.push(match (&installation.config.key_blocklist, installation.key_blocklist()) {
        (None, _) if installation.config.is_demo() => {
            Finding::well(what, "none is named, as in every demonstration")
        }
        (None, _) => {
            let found =
                "none is named: keys of the Debian generator (CVE-2008-0166) are certified like any other";
            Finding::new(Verdict::Warning, what, found, LIST_WANTED)
        }
        (Some(file), Ok(list)) => Finding::well(what, format!("{} keys in {}", list.len(), file.display())),
        (Some(_), Err(problem)) => Finding::new(Verdict::Broken, what, problem.detail(), problem.code().help),
    });
}

/// The keys that are recorded as compromised and that the PKI goes on signing with, since nothing here ends that.
pub(super) fn compromised(db: &mut Database, findings: &mut Findings) -> Result<(), Problem> {
    let in_service = compromised_key::in_service(db)?;
    if in_service.is_empty() {
        findings.push(Finding::well("compromised keys", "none is in service"));
    }
    for (service, known) in in_service {
        let found =
            format!("its key is recorded as compromised, since {}: {}", known.learnt_at, known.source);
        findings.push(Finding::new(Verdict::Broken, service.to_string(), found, service.what_ends_it()));
    }
    Ok(())
}

/// Every key the database knows is asked for its public half, in its token.
pub(super) fn in_their_tokens(
    installation: &Installation,
    db: &mut Database,
    now: Timestamp,
    findings: &mut Findings,
) -> Result<(), Problem> {
    let Readable { authorities, unreadable } = authority::readable(db)?;
    for (short_name, error) in unreadable {
        let what = format!("authority {short_name}");
        let action = "compare with a backup; it issues nothing, and the others go on";
        findings.push(Finding::new(Verdict::Broken, what, error.to_string(), action));
    }
    let roots: Vec<_> = authorities
        .iter()
        .filter(|authority| authority.kind == AuthorityKind::Root)
        .map(|root| root.short_name.clone())
        .collect();
    let mut known = Vec::new();
    for authority in authorities {
        if authority_end::find(db, &authority.short_name)?.is_none() {
            known.push((authority.short_name, authority.key, authority.public_key));
        }
    }
    for purpose in [Purpose::List, Purpose::Audit] {
        for key in service_key::of_purpose(db, purpose)? {
            known.push((key.name, key.key, key.public_key));
        }
    }
    for key in service_key::of_purpose(db, Purpose::Ocsp)? {
        // The status role destroys the key of a responder that has ended.
        if responders::has_not_ended(&key, now) {
            known.push((key.name, key.key, key.public_key));
        }
    }
    let mut signer = match installation.signer() {
        Ok(signer) => signer,
        Err(problem) => {
            findings.push(Finding::new(Verdict::Broken, "tokens", problem.detail(), TOKENS_WANTED));
            return Ok(());
        }
    };
    // A tokens file of the worker alone does not name the status role's.
    let answers = installation.signer_process(LedgerKind::Answers);
    let mut answers = answers.ok().map(|process| process.signer());
    let status_token = &installation.config.status_token;
    for (name, key, public_key) in known {
        let what = format!("key {name}");
        let signer = match (&mut answers, key.token == *status_token) {
            (_, false) => &mut signer,
            (Some(answers), true) => answers,
            (None, true) => {
                findings.push(Finding::well(what, format!("token {status_token} is the status role's")));
                continue;
            }
        };
        findings.push(match signer.public_key(&key) {
            Ok(found) if found == public_key => Finding::well(what, format!("in token {}", key.token)),
            Ok(_) => Finding::new(
                Verdict::Broken,
                what,
                "the token holds another key",
                "stop issuing; see the ceremony report",
            ),
            // The roots' token is plugged in at ceremonies only, and custodians may hold its PIN.
            Err(
                SignerError::Unavailable { .. }
                | SignerError::UnknownToken { .. }
                | SignerError::PinFile { .. },
            ) if roots.contains(&name) => Finding::well(what, format!("token {} is away", key.token)),
            // The library itself: what is true of one key is true of all.
            Err(SignerError::Unavailable { token, detail }) if token != key.token => {
                findings.push(Finding::new(
                    Verdict::Broken,
                    "tokens",
                    format!("{token}: {detail}"),
                    TOKENS_WANTED,
                ));
                return Ok(());
            }
            Err(error) => Finding::new(Verdict::Broken, what, error.to_string(), TOKENS_WANTED),
        });
    }
    Ok(())
}
