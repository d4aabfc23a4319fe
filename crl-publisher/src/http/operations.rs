//! What the operator's monitoring asks: may traffic come here, and how do things stand.

use std::fmt::Write;
use std::time::Duration;

use actix_web::HttpResponse;
use ca_core::authority::{self, AuthorityKind};
use ca_core::authority_end;
use ca_core::responder;
use ca_core::signing;
use ca_core::status_log;
use diesel::prelude::*;
use store::audit::backlog;
use store::database::Reserve;
use store::schema::card_opposition_counter;
use store::{Act, Actor, Database, RequestId, Timestamp};

use super::coherence::Coherence;
use super::register;
use super::reply::NEVER_CACHED;
use super::service::StatusService;
use crate::crl::read::Crl;
use crate::crl::{CrlKind, record};
use crate::publish::{ListFile, ListForm, Urgency, root_crls};

/// The outcome of each check.
pub(crate) struct Readiness {
    checks: Checks,
    /// What an operator must see, and what is no reason to send relying parties away: certificates go on being
    /// answered for while the audit trail waits, or somebody looks at a signature.
    alarms: Vec<String>,
}

/// What was looked at, and whether it is well; with a word more where there is one.
type Checks = Vec<(String, Result<Option<String>, String>)>;

impl Readiness {
    pub(crate) fn into_response(self, verbose: bool) -> HttpResponse {
        let ready = self.checks.iter().all(|(_, outcome)| outcome.is_ok());
        let mut body = String::new();
        for (name, outcome) in &self.checks {
            match outcome {
                Ok(None) if verbose => body += &format!("[+] {name}: ok\n"),
                Ok(Some(word)) if verbose => body += &format!("[+] {name}: ok, {word}\n"),
                Ok(_) => {}
                Err(why) => body += &format!("[-] {name}: {why}\n"),
            }
        }
        for alarm in &self.alarms {
            body += &format!("[!] {alarm}\n");
        }
        body += if ready { "ready\n" } else { "not ready\n" };
        let mut response = if ready { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
        response.content_type("text/plain; charset=utf-8").insert_header(NEVER_CACHED).body(body)
    }
}

/// The database answers, every CRL and opposition list is fresh, every issuing authority has a responder.
pub(crate) fn readiness(service: &StatusService, at: Timestamp) -> Readiness {
    let looked = service.databases().run(|db| {
        let alarms = [audit_alarm(db, at)?, signing_alarm(db)?].into_iter().flatten();
        let coherence = Coherence::read(db, service.folder())?.and_then(|coherence| coherence.alarm(at));
        let register = register_alarm(db)?;
        let alarms = alarms.chain(responder_alarms(db, at)?).chain(authority_alarms(db)?);
        let alarms = alarms.chain(coherence).chain(register).collect();
        Ok::<_, String>(Readiness { checks: check(service, db, at)?, alarms })
    });
    let mut readiness = looked.unwrap_or_else(|| Readiness {
        checks: vec![("database".to_owned(), Err("it does not answer".to_owned()))],
        alarms: Vec::new(),
    });
    for file in [ListFile::Full(ListForm::Csv), ListFile::Full(ListForm::Json), ListFile::Compact] {
        let outcome = fresh_list(service, file, at);
        readiness.checks.push((format!("oppositions {}", file.name()), outcome.map(|()| None)));
    }
    readiness.checks.push(("status log".to_owned(), status_log_followed(service, at)));
    readiness.alarms.extend(forgotten_revocations(service));
    readiness
}

/// How long the status log may go unread before this node says that it is not ready.
const LOG_PATIENCE: Duration = Duration::from_secs(10);

/// Since when what is answered is known, and until when it may be answered.
fn status_log_followed(service: &StatusService, at: Timestamp) -> Result<Option<String>, String> {
    let view = service.answers().statuses.view().ok_or("not read yet")?;
    let since = view.synchronised_at;
    if since.plus(LOG_PATIENCE) < at {
        let until = since.plus(service.policy().ocsp_validity);
        return Err(format!("not read since {since}; what was known then is answered until {until}"));
    }
    Ok(Some(format!("in step, {} certificates in memory", view.image.certificates())))
}

fn forgotten_revocations(service: &StatusService) -> Option<String> {
    let forgotten = service.answers().statuses.view()?.forgotten;
    (forgotten > 0).then(|| {
        format!("status log: the database has forgotten {forgotten} revocations, as after a restored backup")
    })
}

fn audit_alarm(db: &mut Database, at: Timestamp) -> Result<Option<String>, String> {
    let waits = backlog::of(db).map_err(|error| error.to_string())?;
    let seconds = waits.age(at).as_secs();
    let sentence = || {
        let count = waits.waiting;
        format!(
            "audit: {count} events stand under no signed head, the oldest for {seconds} s (audit-leaf-late)"
        )
    };
    Ok(waits.is_late(at).then(sentence))
}

/// Authorities whose record does not read: the others are answered for all the same.
fn authority_alarms(db: &mut Database) -> Result<Vec<String>, String> {
    let readable = authority::readable(db).map_err(|error| error.to_string())?;
    Ok(readable.unreadable.into_iter().map(|(_, error)| error.to_string()).collect())
}

fn check(service: &StatusService, db: &mut Database, at: Timestamp) -> Result<Checks, String> {
    let authorities = authority::readable(db).map_err(|error| error.to_string())?.authorities;
    let mut checks: Checks = vec![("database".to_owned(), Ok(None))];
    let roots = root_crls(db).map_err(|error| error.to_string())?;
    for authority in &authorities {
        let root = roots.iter().find(|root| root.authority == authority.short_name);
        for &kind in CrlKind::of(authority.kind) {
            // A root's CRL that nears its end takes nobody out of traffic: it is still good.
            let word = root.map(|root| match root.urgency(service.policy(), at) {
                Urgency::Well => root.words(at),
                Urgency::Warning => format!("WARNING: {}", root.words(at)),
                Urgency::Alarm => format!("ALARM: {}", root.words(at)),
            });
            let outcome = fresh_crl(service, &authority.short_name, kind, at).map(|()| word);
            checks.push((format!("crl {} {kind}", authority.short_name), outcome));
        }
    }
    let act = Act { at, actor: Actor::Job("readyz"), request: RequestId(String::new()) };
    let responder = service.answers().responder(db, &act).map_err(|error| error.to_string())?;
    for authority in authorities.iter().filter(|authority| authority.kind == AuthorityKind::Issuing) {
        // Nobody can renew the responder of an authority that has ended; its last CRL says it all.
        if authority_end::find(db, &authority.short_name).map_err(|error| error.to_string())?.is_some() {
            continue;
        }
        let until = responder.valid_until().find(|(name, _)| *name == authority.short_name).map(|(_, at)| at);
        let outcome = match until {
            Some(until) if until > at => Ok(None),
            Some(until) => Err(format!("its certificate ended at {until}")),
            None => Err("no responder key with a valid certificate".to_owned()),
        };
        checks.push((format!("ocsp {}", authority.short_name), outcome));
    }
    Ok(checks)
}

/// Responders whose successor is refused or late.
fn responder_alarms(db: &mut Database, at: Timestamp) -> Result<Vec<String>, String> {
    let outlooks = responder::outlook(db).map_err(|error| error.to_string())?;
    let troubled = outlooks.iter().filter(|outlook| outlook.is_trouble(at) && !outlook.has_ended(at));
    let mut alarms: Vec<String> =
        troubled.map(|outlook| format!("ocsp {}: {}", outlook.authority, outlook.words(at))).collect();
    let forged = responder::refusals(db).map_err(|error| error.to_string())?.forged;
    if forged > 0 {
        alarms.push(format!("ocsp: {forged} forged requests were refused, see igc doctor"));
    }
    Ok(alarms)
}

/// Signatures that nobody intended (`signature-not-intended`), ledgers that broke.
fn signing_alarm(db: &mut Database) -> Result<Option<String>, String> {
    let standing = signing::standing(db).map_err(|error| error.to_string())?;
    Ok((standing.open > 0).then(|| format!("signatures: {} alarms, see igc doctor", standing.open)))
}

/// Feeds that a brake stopped (`register-feed-held`).
fn register_alarm(db: &mut Database) -> Result<Option<String>, String> {
    let held = register::held_feeds(db).map_err(|error| error.to_string())?;
    Ok((held > 0).then(|| format!("register: {held} feeds are put aside, see igc registry held")))
}

fn fresh_crl(service: &StatusService, short_name: &str, kind: CrlKind, at: Timestamp) -> Result<(), String> {
    let path = service.folder().crl_path(short_name, kind);
    let bytes = service.folder().read(&path).map_err(|error| error.to_string())?.ok_or("not published")?;
    let crl = Crl::read(&bytes).map_err(|error| error.to_string())?;
    if crl.next_update <= at { Err(format!("its nextUpdate was {}", crl.next_update)) } else { Ok(()) }
}

fn fresh_list(service: &StatusService, file: ListFile, at: Timestamp) -> Result<(), String> {
    let published = service.opposition_list(file).map_err(|error| error.to_string())?;
    match published.ok_or("not published")?.content.next_update {
        Some(next_update) if next_update <= at => Err(format!("its next update was {next_update}")),
        _ => Ok(()),
    }
}

/// Prometheus' text format. Read from the database when scraped, but for what is held in memory.
pub(crate) fn metrics(service: &StatusService, at: Timestamp) -> String {
    let gathered = service.databases().run(|db| gather(service, db, at));
    let mut text = String::new();
    let up = u8::from(gathered.is_some());
    let _ = writeln!(
        text,
        "# HELP igc_database_up Whether the database answers.\n# TYPE igc_database_up gauge\nigc_database_up {up}"
    );
    text + &memory(service) + &gathered.unwrap_or_default()
}

/// What this process holds in memory; nothing before it has read the status log.
fn memory(service: &StatusService) -> String {
    let Some(view) = service.answers().statuses.view() else { return String::new() };
    let (answers, octets) = service.answers().cache.size();
    let mut families = [
        Family::gauge("igc_status_log_read_seconds", "When the status log was last read, Unix time."),
        Family::gauge("igc_status_certificates", "Certificates whose status is in memory."),
        Family::gauge("igc_status_bytes", "Memory that their statuses take."),
        Family::gauge("igc_ocsp_answers_kept", "Signed OCSP answers that are kept."),
        Family::gauge("igc_ocsp_answers_bytes", "Memory that they take at most."),
    ];
    families[0].sample("", view.synchronised_at.seconds());
    families[1].sample("", view.image.certificates());
    families[2].sample("", view.image.octets());
    families[3].sample("", answers);
    families[4].sample("", octets);
    families.into_iter().map(|family| family.text).collect()
}

fn gather(service: &StatusService, db: &mut Database, at: Timestamp) -> Result<String, String> {
    let authorities = authority::readable(db).map_err(|error| error.to_string())?.authorities;
    let mut families = [
        Family::gauge("igc_crl_number", "CRLNumber of the newest recorded CRL."),
        Family::gauge("igc_crl_entries", "Certificates on it."),
        Family::gauge("igc_crl_this_update_seconds", "Its thisUpdate, Unix time."),
        Family::gauge("igc_crl_next_update_seconds", "Its nextUpdate, Unix time."),
    ];
    for authority in &authorities {
        for &kind in CrlKind::of(authority.kind) {
            let newest = record::newest(db, &authority.short_name, kind);
            let Some(crl) = newest.map_err(|error| error.to_string())? else { continue };
            let labels = format!("issuer=\"{}\",kind=\"{kind}\"", authority.short_name);
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
    let families = families
        .into_iter()
        .chain([root_lists, unlisted, reserve, ends, requests, log, cards, held])
        .chain(trail)
        .chain(coherence(service, db)?)
        .chain(signatures(db)?);
    Ok(families.map(|family| family.text).collect())
}

/// Absent where nobody has looked yet: then an alarm on the first one finds nothing, and says so.
fn coherence(service: &StatusService, db: &mut Database) -> Result<Vec<Family>, String> {
    let Some(coherence) = Coherence::read(db, service.folder())? else { return Ok(Vec::new()) };
    let mut looked = Family::gauge(
        "igc_coherence_looked_seconds",
        "When every public face was last looked at, Unix time.",
    );
    looked.sample("", coherence.looked_at());
    let mut differences = Family::gauge("igc_coherence_differences", "What did not agree then.");
    differences.sample("", coherence.differences());
    Ok(vec![looked, differences])
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
