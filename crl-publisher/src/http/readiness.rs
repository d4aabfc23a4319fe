//! What the operator's monitoring asks: may traffic come here, and what should be seen to.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use actix_web::HttpResponse;
use ca_core::authority::{self, Authority, AuthorityKind};
use ca_core::responder;
use ca_core::signing;
use store::audit::backlog;
use store::{Act, Actor, Database, RequestId, Timestamp};

use super::coherence::Coherence;
use super::publication;
use super::register;
use super::reply::NEVER_CACHED;
use super::service::StatusService;
use crate::crl::read::Crl;
use crate::crl::{CrlKind, Scope};
use crate::publish::{ListFile, ListForm, Urgency, last_crl_of, root_crls};

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
    // First what is known without the database, which may be silent.
    let followed = status_log_followed(service, at);
    let looked = within(DATABASE_PATIENCE, service, move |service| {
        let looked = service.databases().run(|db| look(service, db, at));
        looked.unwrap_or_else(unanswered).with_lists(service, at)
    });
    let mut readiness = looked.unwrap_or_else(unanswered);
    readiness.checks.push(("status log".to_owned(), followed));
    readiness.alarms.extend(signing_stands_still(service, at));
    readiness.alarms.extend(forgotten_revocations(service));
    readiness
}

fn unanswered() -> Readiness {
    Readiness {
        checks: vec![("database".to_owned(), Err("it does not answer".to_owned()))],
        alarms: Vec::new(),
    }
}

impl Readiness {
    fn with_lists(mut self, service: &StatusService, at: Timestamp) -> Self {
        for file in [ListFile::Full(ListForm::Csv), ListFile::Full(ListForm::Json), ListFile::Compact] {
            let outcome = fresh_list(service, file, at);
            self.checks.push((format!("oppositions {}", file.name()), outcome.map(|()| None)));
        }
        self
    }
}

/// How long the database may take for all that is asked of it.
const DATABASE_PATIENCE: Duration = Duration::from_secs(4);

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

fn look(service: &StatusService, db: &mut Database, at: Timestamp) -> Result<Readiness, String> {
    let alarms = [audit_alarm(db, at)?, signing_alarm(db)?].into_iter().flatten();
    let coherence = Coherence::read(db, service.folder())?.and_then(|coherence| coherence.alarm(at));
    let register = register_alarms(db)?;
    let alarms = alarms.chain(responder_alarms(db, at)?).chain(authority_alarms(db)?);
    let alarms = alarms.chain(publication::alarms(db, at)?).chain(coherence).chain(register).collect();
    Ok(Readiness { checks: check(service, db, at)?, alarms })
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

fn check(service: &StatusService, db: &mut Database, at: Timestamp) -> Result<Checks, String> {
    let authorities = authority::readable(db).map_err(|error| error.to_string())?.authorities;
    let mut checks: Checks = vec![("database".to_owned(), Ok(None))];
    let roots = root_crls(db).map_err(|error| error.to_string())?;
    for authority in &authorities {
        let root = roots.iter().find(|root| root.authority == authority.short_name);
        let last = last_crl_of(db, &authority.short_name).map_err(|error| error.to_string())?;
        for &kind in CrlKind::of(authority.kind) {
            // A root's CRL that nears its end takes nobody out of traffic: it is still good.
            let word = root.map(|root| match root.urgency(service.policy(), at) {
                Urgency::Well => root.words(at),
                Urgency::Warning => format!("WARNING: {}", root.words(at)),
                Urgency::Alarm => format!("ALARM: {}", root.words(at)),
            });
            let outcome = fresh_crl(service, (&authority.short_name, None, kind), last, at);
            let outcome = outcome.map(|late| word.or(late.filter(|_| root.is_none())));
            checks.push((format!("crl {} {kind}", authority.short_name), outcome));
        }
        checks.extend(check_shards(service, db, authority, last, at)?);
    }
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

/// Feeds that a brake stopped (`register-feed-held`), and those that do not say who has left.
fn register_alarms(db: &mut Database) -> Result<Vec<String>, String> {
    let held = register::held_feeds(db).map_err(|error| error.to_string())?;
    let mute = register::mute_feeds(db).map_err(|error| error.to_string())?;
    let held = (held > 0).then(|| format!("register: {held} feeds are put aside, see igc registry held"));
    let mute = (mute > 0).then(|| format!("register: {mute} feeds do not say who has left, see igc doctor"));
    Ok(held.into_iter().chain(mute).collect())
}

/// One line for all shards of the authority, of which there may be hundreds: the first that is not well.
fn check_shards(
    service: &StatusService,
    db: &mut Database,
    authority: &Authority,
    last: Option<Timestamp>,
    at: Timestamp,
) -> Result<Checks, String> {
    let scopes = Scope::of(db, authority).map_err(|error| error.to_string())?;
    let shards: Vec<u32> = scopes.iter().filter_map(Scope::shard).collect();
    if shards.is_empty() {
        return Ok(Vec::new());
    }
    let mut outcome = Ok(Some(shards.len().to_string()));
    for (&number, kind) in
        shards.iter().flat_map(|number| [(number, CrlKind::Full), (number, CrlKind::Delta)])
    {
        match fresh_crl(service, (&authority.short_name, Some(number), kind), last, at) {
            Ok(None) => {}
            Ok(Some(late)) => outcome = Ok(Some(format!("{number} {kind}: {late}"))),
            Err(error) => {
                outcome = Err(format!("{number} {kind}: {error}"));
                break;
            }
        }
    }
    Ok(vec![(format!("crl {} shards", authority.short_name), outcome)])
}

/// Whether it lasts; and where it should have a successor by now, since when: it is still good, and takes nobody out of
/// traffic. That of an authority which ended has none: it ends, at `last`, after everything that it is about.
fn fresh_crl(
    service: &StatusService,
    (short_name, shard, kind): (&str, Option<u32>, CrlKind),
    last: Option<Timestamp>,
    at: Timestamp,
) -> Result<Option<String>, String> {
    let path = service.folder().scoped_crl_path(short_name, shard, kind);
    let bytes = service.folder().read(&path).map_err(|error| error.to_string())?.ok_or("not published")?;
    let crl = Crl::read(&bytes).map_err(|error| error.to_string())?;
    if Some(crl.next_update) == last {
        return Ok(None);
    }
    if crl.next_update <= at {
        return Err(format!("its nextUpdate was {}", crl.next_update));
    }
    let late =
        |word| format!("{word}: not made anew since {}, lasts until {}", crl.this_update, crl.next_update);
    Ok(match Urgency::of_life(crl.this_update, crl.next_update, at) {
        Urgency::Well => None,
        Urgency::Warning => Some(late("WARNING")),
        Urgency::Alarm => Some(late("ALARM")),
    })
}

fn fresh_list(service: &StatusService, file: ListFile, at: Timestamp) -> Result<(), String> {
    let published = service.opposition_list(file).map_err(|error| error.to_string())?;
    match published.ok_or("not published")?.content.next_update {
        Some(next_update) if next_update <= at => Err(format!("its next update was {next_update}")),
        _ => Ok(()),
    }
}
