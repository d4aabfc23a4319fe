//! How things stand, for the operator's monitoring.

use std::fmt::Write;
use std::sync::atomic::Ordering;

use ca_core::signer::process::LedgerKind;
use ca_core::{authority, responder, signer_standing, signing, status_log};
use diesel::prelude::*;
use store::audit::backlog;
use store::database::Reserve;
use store::schema::card_opposition_counter;
use store::{Act, Actor, Database, RequestId, Timestamp};

use super::coherence::Coherence;
use super::publication;
use super::register;
use super::service::StatusService;
use crate::crl::{CrlKind, Scope, record};
use crate::publish::list_verifier::ListVerifier;
use crate::publish::root_crls;

/// Prometheus' text format. Read from the database when scraped, but for what is held in memory.
pub(crate) fn metrics(service: &StatusService, at: Timestamp) -> String {
    let gathered = service.databases().run(|db| gather(service, db, at));
    let mut text = String::new();
    let up = u8::from(gathered.is_some());
    let _ = writeln!(
        text,
        "# HELP igc_database_up Whether the database answers.\n# TYPE igc_database_up gauge\nigc_database_up {up}"
    );
    text.push_str(&memory(service, at));
    let mut refused = Family::gauge(
        "igc_published_crls_refused",
        "CRLs in the public folder that are not served, as far as anybody has asked for them: /readyz says why.",
    );
    refused.sample("", service.crls().alarms().len());
    text.push_str(&refused.text);
    if let Some((gathered, signers)) = gathered {
        text.push_str(&gathered);
        // With the connection given back: a disk that does not answer keeps nobody from the database.
        text.extend(coherence(service, &signers).into_iter().map(|family| family.text));
    }
    text
}

/// What this process holds in memory; nothing before it has read the status log.
fn memory(service: &StatusService, at: Timestamp) -> String {
    let Some(view) = service.answers().statuses.view() else { return String::new() };
    let (answers, octets) = service.answers().kept();
    let mut families = [
        Family::gauge("igc_status_log_read_seconds", "When the status log was last read, Unix time."),
        Family::gauge("igc_status_certificates", "Certificates whose status is in memory."),
        Family::gauge("igc_status_bytes", "Memory that their statuses take."),
        Family::gauge("igc_ocsp_answers_kept", "Signed OCSP answers that are kept."),
        Family::gauge("igc_ocsp_answers_bytes", "Memory that they take at most."),
        Family::counter(
            "igc_ocsp_answers_total",
            "OCSP answers given: from memory, or with the database or a signature.",
        ),
        Family::counter("igc_ocsp_signed_ahead_total", "OCSP answers signed before anybody asked."),
        Family::gauge(
            "igc_ocsp_ahead_left_out",
            "OCSP answers that the last round of signing ahead had no room for: more of ocsp_cache_mib would take them.",
        ),
        Family::gauge(
            "igc_ocsp_signing_fails",
            "Whether OCSP answers of the issuer cannot be signed, as far as it was last tried.",
        ),
    ];
    families[0].sample("", view.synchronised_at.seconds());
    families[1].sample("", view.image.certificates());
    families[2].sample("", view.image.octets());
    families[3].sample("", answers);
    families[4].sample("", octets);
    let given = &service.answers().given;
    families[5].sample("from=\"memory\"", given.from_memory.load(Ordering::Relaxed));
    families[5].sample("from=\"signing\"", given.by_signing.load(Ordering::Relaxed));
    let ahead = &service.answers().ahead;
    families[6].sample("", ahead.signed.load(Ordering::Relaxed));
    families[7].sample("", ahead.left_out.load(Ordering::Relaxed));
    for (issuer, fails) in service.answers().health.fails(at) {
        families[8].sample(&format!("issuer=\"{issuer}\""), u8::from(fails));
    }
    families.into_iter().map(|family| family.text).collect()
}

fn gather(
    service: &StatusService,
    db: &mut Database,
    at: Timestamp,
) -> Result<(String, ListVerifier), String> {
    let authorities = authority::readable(db).map_err(|error| error.to_string())?.authorities;
    let mut families = [
        Family::gauge("igc_crl_number", "CRLNumber of the newest recorded CRL."),
        Family::gauge("igc_crl_entries", "Certificates on it."),
        Family::gauge("igc_crl_this_update_seconds", "Its thisUpdate, Unix time."),
        Family::gauge("igc_crl_next_update_seconds", "Its nextUpdate, Unix time."),
    ];
    for authority in &authorities {
        let scopes = Scope::of(db, authority).map_err(|error| error.to_string())?;
        let lists =
            scopes.iter().flat_map(|scope| CrlKind::of(authority.kind).iter().map(move |kind| (scope, kind)));
        for (scope, &kind) in lists {
            let newest = record::newest(db, &authority.short_name, scope, kind);
            let Some(crl) = newest.map_err(|error| error.to_string())? else { continue };
            let shard = scope.shard().map_or(String::new(), |number| format!(",shard=\"{number}\""));
            let labels = format!("issuer=\"{}\",kind=\"{kind}\"{shard}", authority.short_name);
            families[0].sample(&labels, crl.number);
            families[1].sample(&labels, crl.entries);
            families[2].sample(&labels, crl.this_update.seconds());
            families[3].sample(&labels, crl.next_update.seconds());
        }
    }
    let mut root_lists = Family::gauge(
        "igc_root_crl_remaining_seconds",
        "How long the CRL of a root still lasts; its next one needs a ceremony.",
    );
    let mut unlisted =
        Family::gauge("igc_root_crl_unlisted_revocations", "Revocations by a root that are not on its CRL.");
    for root in root_crls(db).map_err(|error| error.to_string())? {
        let labels = format!("issuer=\"{}\"", root.authority);
        root_lists.sample(&labels, root.remaining_seconds(at));
        unlisted.sample(&labels, root.unlisted);
    }
    let mut reserve = Family::gauge(
        "igc_disk_reserve_used",
        "Whether the room on the disk that is kept for oppositions is in use: then nothing is issued.",
    );
    let standing = db.reserve().map_err(|error| error.to_string())?;
    reserve.sample("", u8::from(standing == Reserve::Used));
    let act = Act { at, actor: Actor::Job("metrics"), request: RequestId(String::new()) };
    let responder = service.answers().responder(db, &act).map_err(|error| error.to_string())?;
    let mut ends = Family::gauge(
        "igc_ocsp_responder_not_after_seconds",
        "End of the responder's certificate, Unix time.",
    );
    for (issuer, until) in responder.valid_until() {
        ends.sample(&format!("issuer=\"{issuer}\""), until.seconds());
    }
    let refused = responder::refusals(db).map_err(|error| error.to_string())?;
    let mut requests = Family::counter(
        "igc_ocsp_responder_requests_refused_total",
        "Requests for a responder's successor that the worker refused.",
    );
    requests.sample("kind=\"all\"", refused.all);
    requests.sample("kind=\"forged\"", refused.forged);
    let revocations = status_log::newest(db).map_err(|error| error.to_string())?;
    let oppositions: i64 = card_opposition_counter::table
        .find(1)
        .select(card_opposition_counter::last)
        .first(db)
        .map_err(|error| error.to_string())?;
    let mut log = Family::counter(
        "igc_certificates_revoked_total",
        "Certificates ever revoked: the head of the status log.",
    );
    log.sample("", revocations);
    let waits = backlog::of(db).map_err(|error| error.to_string())?;
    let mut trail = [
        Family::gauge("igc_audit_tree_size", "Leaves under the newest signed head of the audit tree."),
        Family::gauge("igc_audit_waiting", "Audit events under no signed head."),
        Family::gauge(
            "igc_audit_oldest_waiting_seconds",
            "Age of the oldest of them; more than 5 is an alarm.",
        ),
    ];
    trail[0].sample("", waits.signed_size);
    trail[1].sample("", waits.waiting);
    trail[2].sample("", waits.age(at).as_secs_f64());
    let mut cards =
        Family::counter("igc_cards_opposed_total", "Cards ever opposed: the head of the opposition list.");
    cards.sample("", oppositions);
    let mut held = Family::gauge("igc_register_feeds_held", "Feeds of the register that a brake stopped.");
    held.sample("", register::held_feeds(db).map_err(|error| error.to_string())?);
    let mut mute = Family::gauge(
        "igc_register_feeds_mute",
        "Sources of the register whose newest feed does not say who has left.",
    );
    mute.sample("", register::mute_feeds(db).map_err(|error| error.to_string())?);
    let mut publishes = Family::gauge(
        "igc_publication_fails",
        "Whether a job left a CRL or list unpublished that nothing has made since: /readyz says with which code.",
    );
    for run in publication::runs(db)? {
        publishes.sample(&format!("job=\"{}\"", run.job), u8::from(run.has_failed()));
    }
    let families = families
        .into_iter()
        .chain([root_lists, unlisted, reserve, ends, requests, log, cards, held, mute, publishes])
        .chain(trail)
        .chain(signatures(db)?)
        .chain(signers(service, db, at)?);
    let list_signers = ListVerifier::load(db).map_err(|error| error.to_string())?;
    Ok((families.map(|family| family.text).collect(), list_signers))
}

/// Absent where nobody has looked yet, or where the statement cannot be read: then an alarm on the first one finds nothing, and says so.
fn coherence(service: &StatusService, signers: &ListVerifier) -> Vec<Family> {
    let Ok(Some(coherence)) = Coherence::verified(signers, service.folder()) else { return Vec::new() };
    let mut looked = Family::gauge(
        "igc_coherence_looked_seconds",
        "When every public face was last looked at, Unix time.",
    );
    looked.sample("", coherence.looked_at());
    let mut differences = Family::gauge("igc_coherence_differences", "What did not agree then.");
    differences.sample("", coherence.differences());
    vec![looked, differences]
}

fn signatures(db: &mut Database) -> Result<[Family; 4], String> {
    let signing = signing::standing(db).map_err(|error| error.to_string())?;
    let mut alarms = Family::counter(
        "igc_signing_alarms_total",
        "Signatures that nobody intended, and signing ledgers that broke.",
    );
    alarms.sample("", signing.alarms);
    let mut open = Family::gauge("igc_signing_alarms_open", "Those of them that nobody has acknowledged.");
    open.sample("", signing.open);
    let mut signed =
        Family::counter("igc_signatures_total", "Signatures in a ledger, as far as it was followed.");
    let mut followed =
        Family::gauge("igc_signing_ledger_followed_seconds", "When a ledger was last followed, Unix time.");
    for ledger in &signing.ledgers {
        let labels = format!("ledger=\"{}\",kind=\"{}\"", ledger.ledger, ledger.kind);
        signed.sample(&labels, ledger.sequence);
        followed.sample(&labels, ledger.reconciled_at.seconds());
    }
    Ok([alarms, open, signed, followed])
}

/// The status role's own signer, and that of the worker as it told last.
fn signers(service: &StatusService, db: &mut Database, at: Timestamp) -> Result<[Family; 6], String> {
    let mut families = [
        Family::counter(
            "igc_signer_signatures_total",
            "Signatures that came back since the signer's parent began.",
        ),
        Family::counter(
            "igc_signer_starts_total",
            "Children started since; all but the first followed another.",
        ),
        Family::gauge("igc_signer_last_signature_seconds", "When the last signature came back, Unix time."),
        Family::gauge("igc_signer_wait_seconds", "Time within which questions for signatures were answered."),
        Family::gauge("igc_signer_told_seconds", "When this was told, Unix time."),
        Family::gauge("igc_token_answers", "Whether the token answered when it was last asked."),
    ];
    let issuing = signer_standing::read(db, LedgerKind::Issuing).map_err(|error| error.to_string())?;
    let of_each = [(LedgerKind::Issuing, issuing), (LedgerKind::Answers, service.signer(at))];
    for (kind, standing) in of_each {
        let (Some(standing), kind) = (standing, kind.name()) else { continue };
        let labels = format!("kind=\"{kind}\"");
        families[0].sample(&labels, standing.signatures);
        families[1].sample(&labels, standing.starts);
        if let Some(last) = standing.last_signed_at {
            families[2].sample(&labels, last.seconds());
        }
        for (quantile, wait) in standing.waits.iter().flat_map(|(p50, p99)| [("0.5", p50), ("0.99", p99)]) {
            families[3].sample(&format!("{labels},quantile=\"{quantile}\""), wait.as_secs_f64());
        }
        families[4].sample(&labels, standing.told_at.seconds());
        for token in &standing.tokens {
            let labels = format!("{labels},token=\"{}\"", token.token);
            families[5].sample(&labels, u8::from(token.trouble.is_none()));
        }
    }
    Ok(families)
}

struct Family {
    name: &'static str,
    text: String,
}

impl Family {
    fn gauge(name: &'static str, help: &str) -> Self {
        Self { name, text: format!("# HELP {name} {help}\n# TYPE {name} gauge\n") }
    }

    fn counter(name: &'static str, help: &str) -> Self {
        Self { name, text: format!("# HELP {name} {help}\n# TYPE {name} counter\n") }
    }

    fn sample(&mut self, labels: &str, value: impl std::fmt::Display) {
        let name = self.name;
        self.text += &if labels.is_empty() {
            format!("{name} {value}\n")
        } else {
            format!("{name}{{{labels}}} {value}\n")
        };
    }
}
