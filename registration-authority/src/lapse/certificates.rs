//! The software certificates of professionals, re-validated as cards are: each is tied to an exercise, and ends with it.

use ca_core::revocation::{self, RevokeError};
use ca_core::serial::SerialNumber;
use diesel::prelude::*;
use diesel::sql_types::Text;
use professional_registry::import::NewestFeed;
use professional_registry::{IdNatPs, Profession, Registry, RegistryError, merges};
use rand_core::CryptoRng;
use serde_json::json;
use store::audit::{self, Event};
use store::schema::{certificate_lapses, certificate_requests, opposition_plan_certificates};
use store::{Act, Code, Database, Fault, Timestamp};

use super::examine::PAGE;
use super::{LapseError, cause, is_silent_of, still_newest};
use crate::opposition::Ground;
use crate::outbox::{self, Notice, Recipient};

/// A professional's certificate that the register no longer supports, and that is still good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateLapse {
    /// The request that it was issued for.
    pub request: String,
    /// Short name of its authority.
    pub issuer: String,
    /// Its serial number.
    pub serial: SerialNumber,
    /// Whose: IdNat_PS.
    pub holder: String,
    /// For the exercise of which profession.
    pub profession: Profession,
    /// The RPPS number that his ADELI number has become.
    pub successor: Option<String>,
    /// The feed in whose light it was seen first: its place among all feeds.
    pub first_sequence: i64,
    /// SHA-256 of its file, in hex.
    pub first_feed: String,
    /// What the register says: a stable code, such as `order-holder-ceased`.
    pub cause: String,
    /// When it was seen.
    pub found_at: Timestamp,
    /// The plan that lists it, if there are too many at once.
    pub plan: Option<String>,
}

impl CertificateLapse {
    /// Whether a second reading suffices, as for a card.
    pub fn ends_by_itself(&self) -> bool {
        self.successor.as_deref().unwrap_or(&self.holder).starts_with('8')
    }
}

/// The open lapses of certificates, by request, `limit` at most.
pub fn open_certificates(db: &mut Database, limit: i64) -> Result<Vec<CertificateLapse>, LapseError> {
    let rows: Vec<Row> = certificate_lapses::table
        .inner_join(
            certificate_requests::table.on(certificate_requests::number.eq(certificate_lapses::request)),
        )
        .left_join(
            opposition_plan_certificates::table.on(opposition_plan_certificates::request
                .eq(certificate_lapses::request)
                .and(opposition_plan_certificates::first_sequence.eq(certificate_lapses::first_sequence))),
        )
        .filter(certificate_lapses::status.eq("open"))
        .order(certificate_lapses::request)
        .limit(limit)
        .select((
            certificate_lapses::request,
            (certificate_requests::issuer, certificate_requests::serial),
            (certificate_requests::common_name, certificate_requests::profession),
            certificate_lapses::first_sequence,
            certificate_lapses::first_feed,
            certificate_lapses::cause,
            certificate_lapses::found_at,
            opposition_plan_certificates::plan.nullable(),
        ))
        .load(db)?;
    rows.into_iter().map(|row| read(db, row)).collect()
}

type Row = (
    String,
    (Option<String>, Option<String>),
    (String, Option<String>),
    i64,
    String,
    String,
    Timestamp,
    Option<String>,
);

fn read(db: &mut Database, row: Row) -> Result<CertificateLapse, LapseError> {
    let (request, (issuer, serial), (holder, profession), first_sequence, first_feed, cause, found_at, plan) =
        row;
    let altered = |what| LapseError::RowAltered(request.clone(), what);
    let profession = profession.as_deref().and_then(Profession::from_code);
    let serial = serial.and_then(|serial| serial.parse().ok());
    Ok(CertificateLapse {
        issuer: issuer.ok_or_else(|| altered("the certificate"))?,
        serial: serial.ok_or_else(|| altered("the certificate"))?,
        profession: profession.ok_or_else(|| altered("the profession"))?,
        successor: merges::successors(db, &[&holder])?.remove(&holder),
        request,
        holder,
        first_sequence,
        first_feed,
        cause,
        found_at,
        plan,
    })
}

/// How many lapses were opened and lifted, and the requests whose holder cannot be judged.
pub(super) type Looked = (i64, i64, Vec<(String, Code)>);

/// Looks at a page of the certificates that something may be said of, after the request `after`: what was found, and where the
/// page ends; `None` behind the last.
pub(super) fn examine_page(
    db: &mut Database,
    registry: &mut dyn Registry,
    feed: &NewestFeed,
    (last, after): (i64, &str),
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Option<(Looked, String)>, LapseError> {
    let page = suspects(db, last, after, act.at)?;
    let Some(end) = page.last().map(|suspect| suspect.number.clone()) else { return Ok(None) };
    let looked = db.write(|db| {
        let mut looked = (0, 0, Vec::new());
        for suspect in &page {
            look(db, registry, feed, suspect, &mut looked, rng, act)?;
        }
        still_newest(db, feed)?;
        Ok::<_, LapseError>(looked)
    })?;
    Ok(Some((looked, end)))
}

#[derive(QueryableByName)]
struct Suspect {
    #[diesel(sql_type = Text)]
    number: String,
    #[diesel(sql_type = Text)]
    holder: String,
    #[diesel(sql_type = Text)]
    profession: String,
    #[diesel(sql_type = Text)]
    status: String,
}

/// Good certificates of professionals who are not in the register, gone from it, or otherwise since the last feed that was looked
/// at; and those with an open lapse.
fn suspects(db: &mut Database, last: i64, after: &str, at: Timestamp) -> QueryResult<Vec<Suspect>> {
    // As for cards: the columns of the register are compared as bytes on PostgreSQL.
    let as_bytes = if db.is_on_server() { " COLLATE \"C\"" } else { "" };
    let (now, place) = (at.millis(), if db.is_on_server() { "$1" } else { "?" });
    let statement = format!(
        "SELECT r.number AS number, r.common_name AS holder, r.profession AS profession, c.status AS status \
         FROM certificate_requests r JOIN certificates c ON c.issuer = r.issuer AND c.serial = r.serial \
         LEFT JOIN professionals p ON p.id_nat = r.common_name{as_bytes} \
         WHERE r.profession IS NOT NULL AND r.number > {place} \
           AND ((c.status = 'good' AND c.not_after > {now} \
                 AND (p.id_nat IS NULL OR p.ceased_at IS NOT NULL OR p.last_feed > {last})) \
             OR EXISTS (SELECT 1 FROM certificate_lapses l WHERE l.request = r.number AND l.status = 'open')) \
         ORDER BY r.number LIMIT {PAGE}"
    );
    diesel::sql_query(statement).bind::<Text, _>(after).load(db)
}

fn look(
    db: &mut Database,
    registry: &mut dyn Registry,
    feed: &NewestFeed,
    suspect: &Suspect,
    (found, lifted, failed): &mut Looked,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(), LapseError> {
    let Suspect { number, holder, profession, status } = suspect;
    let lives = status == "good";
    let cause = match cause_of(db, registry, number, holder, profession) {
        Ok(cause) => cause.filter(|_| lives),
        Err(LapseError::Registry(error @ RegistryError::Unreadable { .. })) => {
            failed.push((number.clone(), error.code()));
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    let first: Option<i64> = certificate_lapses::table
        .filter(certificate_lapses::request.eq(number).and(certificate_lapses::status.eq("open")))
        .select(certificate_lapses::first_sequence)
        .first(db)
        .optional()?;
    match (cause, first) {
        (Some(cause), None) if feed.speaks_of_absent && !is_silent_of(db, feed.sequence, holder)? => {
            begin(db, suspect, cause, feed, rng, act)?;
            *found += 1;
        }
        (None, Some(first)) => {
            lift(db, number, first, feed, rng, act)?;
            *lifted += 1;
        }
        (Some(_), _) | (None, None) => {}
    }
    Ok(())
}

fn cause_of(
    db: &mut Database,
    registry: &mut dyn Registry,
    request: &str,
    holder: &str,
    profession: &str,
) -> Result<Option<Code>, LapseError> {
    let altered = |what| LapseError::RowAltered(request.to_owned(), what);
    let holder: IdNatPs = holder.parse().map_err(|_| altered("the holder"))?;
    let profession = Profession::from_code(profession).ok_or_else(|| altered("the profession"))?;
    cause::of_certificate(db, registry, &holder, profession)
}

fn begin(
    db: &mut Database,
    suspect: &Suspect,
    cause: Code,
    feed: &NewestFeed,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<()> {
    diesel::insert_into(certificate_lapses::table)
        .values((
            certificate_lapses::request.eq(&suspect.number),
            certificate_lapses::first_sequence.eq(feed.sequence),
            certificate_lapses::first_feed.eq(&feed.feed),
            certificate_lapses::cause.eq(cause.name),
            certificate_lapses::found_at.eq(act.at),
            certificate_lapses::status.eq("open"),
        ))
        .execute(db)?;
    let subject = format!("certificate request {}", suspect.number);
    outbox::put(db, Recipient::Holder(&suspect.holder), Notice::CertificateLapsed, &subject, rng, act)?;
    let payload = json!({ "cause": cause.name, "feed": feed.feed, "sequence": feed.sequence });
    audit::record(db, Event { action: "certificate.lapsed", subject, payload }, rng, act)
}

fn lift(
    db: &mut Database,
    request: &str,
    first_sequence: i64,
    feed: &NewestFeed,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<()> {
    diesel::update(certificate_lapses::table.find((request, first_sequence)))
        .filter(certificate_lapses::status.eq("open"))
        .set((
            certificate_lapses::status.eq("lifted"),
            certificate_lapses::settled_at.eq(act.at),
            certificate_lapses::settled_by.eq(act.actor.to_string()),
        ))
        .execute(db)?;
    let payload = json!({ "feed": feed.feed, "sequence": feed.sequence });
    let subject = format!("certificate request {request}");
    audit::record(db, Event { action: "certificate.lapse-lifted", subject, payload }, rng, act)
}

/// Revokes the certificate of a lapse that `feed` says again; false where the register says otherwise meanwhile, or where somebody
/// has revoked it: the next look lifts the lapse. Inside the caller's write transaction.
pub(super) fn end(
    db: &mut Database,
    registry: &mut dyn Registry,
    feed: &NewestFeed,
    lapse: &CertificateLapse,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<bool, LapseError> {
    let CertificateLapse { request, issuer, serial, holder, profession, .. } = lapse;
    let cause = cause_of(db, registry, request, holder, profession.code())?;
    if cause.is_none() || is_silent_of(db, feed.sequence, holder)? {
        return Ok(false);
    }
    match revocation::revoke(db, issuer, serial, Ground::EndOfActivity.reason(), rng, act) {
        Ok(_) => {}
        Err(RevokeError::AlreadyEnded { .. }) => return Ok(false),
        Err(error) => return Err(error.into()),
    }
    let confirmed = diesel::update(certificate_lapses::table.find((request, lapse.first_sequence)))
        .filter(certificate_lapses::status.eq("open"))
        .set((
            certificate_lapses::status.eq("confirmed"),
            certificate_lapses::second_sequence.eq(feed.sequence),
            certificate_lapses::second_feed.eq(&feed.feed),
            certificate_lapses::settled_at.eq(act.at),
            certificate_lapses::settled_by.eq(act.actor.to_string()),
        ))
        .execute(db)?;
    if confirmed != 1 {
        return Err(LapseError::RowAltered(request.clone(), "its state"));
    }
    let subject = format!("certificate request {request}");
    outbox::put(db, Recipient::Holder(holder), Notice::CertificateRevoked, &subject, rng, act)?;
    still_newest(db, feed)?;
    Ok(true)
}
