//! Software certificates, re-validated as cards are: each ends with what it is [tied to](CertificateTie).

use ca_core::revocation::{self, RevokeError};
use ca_core::serial::SerialNumber;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};
use professional_registry::import::NewestFeed;
use professional_registry::{Registry, TechnicalStructureId, merges};
use rand_core::CryptoRng;
use serde_json::json;
use store::audit::{self, Event};
use store::schema::{certificate_lapses, certificate_requests, opposition_plan_certificates};
use store::{Act, Code, Database, Fault, Timestamp};

use super::certificate_tie::CertificateTie;
use super::due::{ground_of, is_in_grace};
use super::examine::PAGE;
use super::structures::Structures;
use super::{LapseError, cause, is_silent_of, reading, still_newest};
use crate::opposition;
use crate::outbox::{self, Notice, Recipient};

/// A certificate that the register no longer supports, and that is still good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateLapse {
    /// The request that it was issued for.
    pub request: String,
    /// Short name of its authority.
    pub issuer: String,
    /// Its serial number.
    pub serial: SerialNumber,
    /// Whose: IdNat_PS, or the name of a structure's own.
    pub holder: String,
    /// What it is tied to.
    pub tie: CertificateTie,
    /// Who asked for it.
    pub submitted_by: String,
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
        self.tie.structure().is_some() || self.successor.as_deref().unwrap_or(&self.holder).starts_with('8')
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
            (certificate_requests::common_name, certificate_requests::submitted_by),
            (
                certificate_requests::profession,
                certificate_requests::structure,
                certificate_requests::mandate,
            ),
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
    (String, String),
    (Option<String>, String, Option<String>),
    i64,
    String,
    String,
    Timestamp,
    Option<String>,
);

fn read(db: &mut Database, row: Row) -> Result<CertificateLapse, LapseError> {
    let (
        request,
        (issuer, serial),
        (holder, submitted_by),
        tie,
        first_sequence,
        first_feed,
        cause,
        found_at,
        plan,
    ) = row;
    let altered = |what| LapseError::RowAltered(request.clone(), what);
    let (profession, structure, mandate) = &tie;
    let tie = CertificateTie::read(profession.as_deref(), structure, mandate.is_some());
    let serial = serial.and_then(|serial| serial.parse().ok());
    Ok(CertificateLapse {
        issuer: issuer.ok_or_else(|| altered("the certificate"))?,
        serial: serial.ok_or_else(|| altered("the certificate"))?,
        tie: tie.ok_or_else(|| altered("what it is tied to"))?,
        submitted_by,
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
    (feed, structures): (&NewestFeed, &mut Structures),
    (last, after): (i64, &str),
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Option<(Looked, String)>, LapseError> {
    let page = suspects(db, last, after, act.at)?;
    let Some(end) = page.last().map(|suspect| suspect.number.clone()) else { return Ok(None) };
    let looked = db.write(|db| {
        let mut looked = (0, 0, Vec::new());
        for suspect in &page {
            look(db, registry, (feed, &mut *structures), suspect, &mut looked, rng, act)?;
        }
        still_newest(db, feed)?;
        Ok::<_, LapseError>(looked)
    })?;
    Ok(Some((looked, end)))
}

/// Looks at the good certificates of the staff of this structure, in one transaction: how many lapse.
pub(super) fn examine_staff(
    db: &mut Database,
    registry: &mut dyn Registry,
    (feed, structures): (&NewestFeed, &mut Structures),
    structure: &TechnicalStructureId,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<i64, LapseError> {
    let (now, place) = (act.at.millis(), if db.is_on_server() { "$1" } else { "?" });
    let statement = format!(
        "{SUSPECTS} WHERE r.structure = {place} AND r.mandate IS NOT NULL AND c.status = 'good' AND c.not_after > {now} \
           AND NOT EXISTS (SELECT 1 FROM certificate_lapses l WHERE l.request = r.number AND l.status = 'open') \
         ORDER BY r.number"
    );
    let suspects: Vec<Suspect> = diesel::sql_query(statement).bind::<Text, _>(structure.as_str()).load(db)?;
    db.write(|db| {
        let mut looked = (0, 0, Vec::new());
        for suspect in &suspects {
            look(db, registry, (feed, &mut *structures), suspect, &mut looked, rng, act)?;
        }
        still_newest(db, feed)?;
        Ok(looked.0)
    })
}

/// What is read of each.
const SUSPECTS: &str = "SELECT r.number AS number, r.common_name AS holder, r.profession AS profession, r.structure AS structure, \
     r.mandate AS mandate, r.submitted_by AS submitted_by, c.status AS status \
     FROM certificate_requests r JOIN certificates c ON c.issuer = r.issuer AND c.serial = r.serial";

#[derive(QueryableByName)]
struct Suspect {
    #[diesel(sql_type = Text)]
    number: String,
    #[diesel(sql_type = Text)]
    holder: String,
    #[diesel(sql_type = Nullable<Text>)]
    profession: Option<String>,
    #[diesel(sql_type = Text)]
    structure: String,
    #[diesel(sql_type = Nullable<Text>)]
    mandate: Option<String>,
    #[diesel(sql_type = Text)]
    submitted_by: String,
    #[diesel(sql_type = Text)]
    status: String,
}

impl Suspect {
    /// Who is told: the professional, or who asked in the name of a structure.
    fn recipient(&self) -> Recipient<'_> {
        match self.profession {
            Some(_) => Recipient::Holder(&self.holder),
            None => Recipient::Officer(&self.submitted_by),
        }
    }

    fn tie(&self) -> Result<CertificateTie, LapseError> {
        let tie = CertificateTie::read(self.profession.as_deref(), &self.structure, self.mandate.is_some());
        tie.ok_or_else(|| LapseError::RowAltered(self.number.clone(), "what it is tied to"))
    }
}

/// Good certificates of professionals who are not in the register, gone from it, or otherwise since the last feed that was looked
/// at; those of structures and their staff; and those with an open lapse. Test certificates stand for nobody.
fn suspects(db: &mut Database, last: i64, after: &str, at: Timestamp) -> QueryResult<Vec<Suspect>> {
    // As for cards: the columns of the register are compared as bytes on PostgreSQL.
    let as_bytes = if db.is_on_server() { " COLLATE \"C\"" } else { "" };
    let (now, place) = (at.millis(), if db.is_on_server() { "$1" } else { "?" });
    let statement = format!(
        "{SUSPECTS} LEFT JOIN professionals p ON p.id_nat = r.common_name{as_bytes} \
         WHERE r.number > {place} AND r.profile NOT IN ('el-org-test', 'el-org-test-short') \
           AND ((c.status = 'good' AND c.not_after > {now} \
                 AND (r.profession IS NULL OR p.id_nat IS NULL OR p.ceased_at IS NOT NULL OR p.last_feed > {last})) \
             OR EXISTS (SELECT 1 FROM certificate_lapses l WHERE l.request = r.number AND l.status = 'open')) \
         ORDER BY r.number LIMIT {PAGE}"
    );
    diesel::sql_query(statement).bind::<Text, _>(after).load(db)
}

fn look(
    db: &mut Database,
    registry: &mut dyn Registry,
    (feed, structures): (&NewestFeed, &mut Structures),
    suspect: &Suspect,
    (found, lifted, failed): &mut Looked,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(), LapseError> {
    let Suspect { number, holder, status, .. } = suspect;
    let lives = status == "good";
    let judged = suspect.tie().and_then(|tie| {
        let cause = cause::of_certificate(db, registry, structures, number, (holder, &tie), act.at)?;
        Ok((cause, tie))
    });
    let (cause, tie) = match judged {
        Ok((cause, tie)) => (cause.filter(|_| lives), tie),
        Err(error) if error.is_of_one_row() => {
            failed.push((number.clone(), error.code()));
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    let open: Option<(i64, String)> = certificate_lapses::table
        .filter(certificate_lapses::request.eq(number).and(certificate_lapses::status.eq("open")))
        .select((certificate_lapses::first_sequence, certificate_lapses::cause))
        .first(db)
        .optional()?;
    if let Some((first, said)) = open {
        // As for a card: what was named again since has lapsed anew.
        let named = cause::needs_a_feed_that_speaks(&said)
            && cause::of_certificate_was_named_since(db, number, (holder, &tie), first)?;
        if cause.is_some() && !named {
            return Ok(());
        }
        lift(db, number, first, feed, rng, act)?;
        *lifted += 1;
    }
    let Some(cause) = cause else { return Ok(()) };
    let speaks = feed.speaks_of_absent || !cause::needs_a_feed_that_speaks(cause.name);
    let before = certificate_lapses::table.find((number, feed.sequence));
    let again: bool = diesel::select(diesel::dsl::exists(before)).get_result(db)?;
    if speaks && !again && !is_silent_of(db, feed.sequence, holder)? {
        begin(db, suspect, cause, feed, rng, act)?;
        *found += 1;
    }
    Ok(())
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
    outbox::put(db, suspect.recipient(), Notice::CertificateLapsed, &subject, rng, act)?;
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

/// Revokes the certificate of a lapse that a later feed has said again; false where none has, where the register says otherwise meanwhile, or where somebody
/// has revoked it: the next look lifts the lapse. Inside the caller's write transaction.
pub(super) fn end(
    db: &mut Database,
    registry: &mut dyn Registry,
    (feed, structures): (&NewestFeed, &mut Structures),
    lapse: &CertificateLapse,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<bool, LapseError> {
    let CertificateLapse { request, issuer, serial, holder, tie, .. } = lapse;
    let cause = cause::of_certificate(db, registry, structures, request, (holder, tie), act.at)?;
    let Some(cause) = cause else { return Ok(false) };
    if is_silent_of(db, feed.sequence, holder)?
        || is_in_grace(db, structures, tie.structure(), cause.name, act)?
    {
        return Ok(false);
    }
    let known = (lapse.first_sequence, cause.name);
    let Some((second, second_feed)) = reading::second(db, feed, lapse.plan.as_deref(), known)? else {
        return Ok(false);
    };
    let reason = opposition::table()?.reason(ground_of(cause))?;
    match revocation::revoke(db, issuer, serial, reason, rng, act) {
        Ok(_) => {}
        Err(RevokeError::AlreadyEnded { .. }) => return Ok(false),
        Err(error) => return Err(error.into()),
    }
    let confirmed = diesel::update(certificate_lapses::table.find((request, lapse.first_sequence)))
        .filter(certificate_lapses::status.eq("open"))
        .set((
            certificate_lapses::status.eq("confirmed"),
            certificate_lapses::second_sequence.eq(second),
            certificate_lapses::second_feed.eq(second_feed),
            certificate_lapses::settled_at.eq(act.at),
            certificate_lapses::settled_by.eq(act.actor.to_string()),
        ))
        .execute(db)?;
    if confirmed != 1 {
        return Err(LapseError::RowAltered(request.clone(), "its state"));
    }
    let subject = format!("certificate request {request}");
    let told = match tie {
        CertificateTie::Exercise(_) => Recipient::Holder(holder),
        CertificateTie::Staff(_) | CertificateTie::Structure(_) => Recipient::Officer(&lapse.submitted_by),
    };
    outbox::put(db, told, Notice::CertificateRevoked, &subject, rng, act)?;
    still_newest(db, feed)?;
    Ok(true)
}
