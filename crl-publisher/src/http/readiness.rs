//! What the operator's monitoring asks: may traffic come here, and what should be seen to.
//!
//! Database and public folder are looked at one after the other, each within a time of its own: where one is slow or silent, what
//! the other says is told all the same, and before whoever asks gives this role up.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use actix_web::HttpResponse;
use ca_core::authority::{self, Authority, AuthorityKind};
use ca_core::responder;
use ca_core::signing;
use store::audit::backlog;
use store::{Act, Actor, Database, RequestId, Timestamp};

use super::coherence::Coherence;
use super::fresh_files::{FileLook, fresh_crl, fresh_list, fresh_shards, looked_at};
use super::publication;
use super::register;
use super::reply::NEVER_CACHED;
use super::service::StatusService;
use crate::crl::{CrlKind, Scope};
use crate::publish::list_verifier::ListVerifier;
use crate::publish::{ListFile, ListForm, Urgency, last_crl_of, root_crls};

/// The outcome of each check.
pub(crate) struct Readiness {
    checks: Checks,
    /// What an operator must see, and what is no reason to send relying parties away: certificates go on being
    /// answered for while the audit trail waits, or somebody looks at a signature.
    alarms: Vec<String>,
}

/// Whether what was looked at is well; with a word more where there is one.
pub(super) type Outcome = Result<Option<String>, String>;

/// What was looked at, and what came of it.
pub(super) type Checks = Vec<(String, Outcome)>;

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
    // First what is known without the database, which may be silent.
    let until = Instant::now() + PATIENCE;
    let followed = status_log_followed(service, at);
    let said = within(DATABASE_PATIENCE, service, move |service| {
        service.databases().run(|db| look(service, db, at))
    });
    let said = said.flatten();
    // Whoever has signed a list that changed is asked of the database.
    let waits_for = if said.is_some() { "the public folder" } else { "the public folder, or the database" };
    let DatabaseSays { mut readiness, mut files } = said.unwrap_or_else(unanswered);
    let lists = [ListFile::Full(ListForm::Csv), ListFile::Full(ListForm::Json), ListFile::Compact];
    files.extend(lists.map(|list| {
        let look = move |service: &StatusService| fresh_list(service, list, at).map(|()| None);
        FileLook::check(format!("oppositions {}", list.name()), look)
    }));
    let files = looked_at(service, files, waits_for, until);
    readiness.checks.extend(files.checks);
    readiness.alarms.extend(files.alarms);
    // Those that were just looked at, and whatever else somebody has asked for.
    readiness.alarms.extend(service.crls().alarms());
    readiness.checks.push(("status log".to_owned(), followed));
    readiness.alarms.extend(signing_stands_still(service, at));
    readiness.alarms.extend(forgotten_revocations(service));
    readiness
}

/// What the database says, and which files there are to look at.
struct DatabaseSays {
    readiness: Readiness,
    files: Vec<FileLook>,
}

fn unanswered() -> DatabaseSays {
    let checks = vec![("database".to_owned(), Err("it does not answer".to_owned()))];
    DatabaseSays { readiness: Readiness { checks, alarms: Vec::new() }, files: Vec::new() }
}

/// How long everything may take together: who balances load or watches a container gives a probe some five seconds, and takes
/// silence for the worst.
const PATIENCE: Duration = Duration::from_secs(3);

/// How much of it the database may take for all that is asked of it. The public folder has the rest.
const DATABASE_PATIENCE: Duration = Duration::from_secs(2);

/// What `f` gives, where it does within this time. Else it goes on by itself until whatever it waits for lets go: of those no
/// more hang than there are connections, since whoever finds none free ends.
fn within<T: Send + 'static>(
    patience: Duration,
    service: &StatusService,
    f: impl FnOnce(&StatusService) -> T + Send + 'static,
) -> Option<T> {
    let (given, awaited) = mpsc::channel();
    let service = service.clone();
    let asking = thread::Builder::new().name("readyz".to_owned());
    // Nobody listens any more where it comes too late.
    let _hangs_on = asking.spawn(move || given.send(f(&service)).is_ok()).ok()?;
    awaited.recv_timeout(patience).ok()
}

fn look(service: &StatusService, db: &mut Database, at: Timestamp) -> Result<DatabaseSays, String> {
    let alarms = [audit_alarm(db, at)?, signing_alarm(db)?, unfollowed_alarm(service, db, at)];
    let alarms = alarms.into_iter().flatten();
    let register = register_alarms(db)?;
    let alarms = alarms.chain(responder_alarms(db, at)?).chain(authority_alarms(db)?);
    let alarms = alarms.chain(publication::alarms(db, at)?).chain(register).collect();
    let authorities = authority::readable(db).map_err(|error| error.to_string())?.authorities;
    let mut files = crls(service, db, &authorities, at)?;
    let signers = ListVerifier::load(db).map_err(|error| error.to_string())?;
    files.push(FileLook::alarm("coherence", move |service| {
        Ok(Coherence::verified(&signers, service.folder())?.and_then(|coherence| coherence.alarm(at)))
    }));
    let mut checks: Checks = vec![("database".to_owned(), Ok(None))];
    checks.extend(responders(service, db, &authorities, at)?);
    Ok(DatabaseSays { readiness: Readiness { checks, alarms }, files })
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

/// Responders that sign nothing. No reason to send relying parties away: kept answers go out meanwhile, CRLs and lists too, and
/// the other authorities' responders sign.
fn signing_stands_still(service: &StatusService, at: Timestamp) -> Vec<String> {
    let failing = service.answers().health.failing(at).into_iter();
    let says = |issuer: String, since| {
        format!(
            "ocsp signing {issuer}: no signature since {since}; answers that are kept go out until their end"
        )
    };
    failing.map(|(issuer, since)| says(issuer, since)).collect()
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

/// The CRLs that there are to be, to be looked at.
fn crls(
    service: &StatusService,
    db: &mut Database,
    authorities: &[Authority],
    at: Timestamp,
) -> Result<Vec<FileLook>, String> {
    let mut files = Vec::new();
    let roots = root_crls(db).map_err(|error| error.to_string())?;
    for authority in authorities {
        let name = &authority.short_name;
        let root = roots.iter().find(|root| root.authority == *name);
        // A root's CRL that nears its end takes nobody out of traffic: it is still good.
        let word = root.map(|root| match root.urgency(service.policy(), at) {
            Urgency::Well => root.words(at),
            Urgency::Warning => format!("WARNING: {}", root.words(at)),
            Urgency::Alarm => format!("ALARM: {}", root.words(at)),
        });
        let last = last_crl_of(db, name).map_err(|error| error.to_string())?;
        for &kind in CrlKind::of(authority.kind) {
            let (short_name, word) = (name.clone(), word.clone());
            files.push(FileLook::check(format!("crl {name} {kind}"), move |service| {
                let late = fresh_crl(service, (&short_name, None, kind), last, at)?;
                Ok(word.or(late))
            }));
        }
        let scopes = Scope::of(db, authority).map_err(|error| error.to_string())?;
        let shards: Vec<u32> = scopes.iter().filter_map(Scope::shard).collect();
        if !shards.is_empty() {
            let short_name = name.clone();
            let look = move |service: &StatusService| fresh_shards(service, &short_name, &shards, last, at);
            files.push(FileLook::check(format!("crl {name} shards"), look));
        }
    }
    Ok(files)
}

fn responders(
    service: &StatusService,
    db: &mut Database,
    authorities: &[Authority],
    at: Timestamp,
) -> Result<Checks, String> {
    let mut checks = Vec::new();
    let act = Act { at, actor: Actor::Job("readyz"), request: RequestId(String::new()) };
    let responder = service.answers().responder(db, &act).map_err(|error| error.to_string())?;
    for authority in authorities.iter().filter(|authority| authority.kind == AuthorityKind::Issuing) {
        // Nobody can renew the responder of an authority that has ended or is revoked; its CRL says it all.
        if !authority::gives_certificates(db, authority).map_err(|error| error.to_string())? {
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

/// What this node's responders have signed, and nobody has held against the database: a node may run this role alone.
fn unfollowed_alarm(service: &StatusService, db: &mut Database, at: Timestamp) -> Option<String> {
    let file = service.answers_ledger();
    match signing::waiting_since(db, file, at) {
        Ok(since) => since.map(|since| {
            let file = file.display();
            format!(
                "ledger {file}: nobody has looked at its lines since {since}; igc doctor on this node does"
            )
        }),
        Err(error) => Some(error.to_string()),
    }
}

/// Feeds that a brake stopped (`register-feed-held`), and those that do not say who has left.
fn register_alarms(db: &mut Database) -> Result<Vec<String>, String> {
    let held = register::held_feeds(db).map_err(|error| error.to_string())?;
    let mute = register::mute_feeds(db).map_err(|error| error.to_string())?;
    let held = (held > 0).then(|| format!("register: {held} feeds are put aside, see igc registry held"));
    let mute = (mute > 0).then(|| format!("register: {mute} feeds do not say who has left, see igc doctor"));
    Ok(held.into_iter().chain(mute).collect())
}
