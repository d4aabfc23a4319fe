//! The database's side: what was recorded and must be seen outside. Read row by row, page by page.

use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use store::schema::{card_oppositions, certificate_status_events, certificates, crls};
use store::{Database, Timestamp};

/// Every certificate of the authority is in the scope of its CRL. A shard has a scope of its own in `crls.scope`, an
/// address of its own (`/crl/<ID>/<shard>.crl`), and the certificates it was given at issuance: whoever brings shards
/// extends [`scopes`] and [`Scope`], and the comparison stands.
const WHOLE: &str = "all";

/// Rows a query.
const PAGE: i64 = 20_000;

/// A part of an authority's certificates that has CRLs of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) issuer: String,
    name: &'static str,
}

/// The scopes of an authority.
pub(crate) fn scopes(issuer: &str) -> Vec<Scope> {
    vec![Scope { issuer: issuer.to_owned(), name: WHOLE }]
}

impl Scope {
    /// Where its CRL of this kind is served.
    pub(crate) fn path(&self, kind: CrlKind) -> String {
        match kind {
            CrlKind::Full => format!("/crl/{}.crl", self.issuer),
            CrlKind::Delta => format!("/crl/{}-delta.crl", self.issuer),
        }
    }
}

/// As the table `crls` has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CrlKind {
    Full,
    Delta,
}

impl CrlKind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Delta => "delta",
        }
    }
}

/// A CRL that was recorded.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = crls)]
pub(crate) struct RecordedCrl {
    pub(crate) number: i64,
    pub(crate) base_number: Option<i64>,
    pub(crate) this_update: Timestamp,
    pub(crate) next_update: Timestamp,
    pub(crate) entries: i64,
    /// It shows the status log up to here.
    pub(crate) log_sequence: i64,
    pub(crate) recorded_at: Timestamp,
}

#[diesel::dsl::auto_type(no_type_alias)]
fn recorded_crls<'a>(issuer: &'a str, scope: &'a str, kind: &'a str) -> _ {
    crls::table.filter(crls::issuer.eq(issuer)).filter(crls::scope.eq(scope)).filter(crls::kind.eq(kind))
}

/// The CRL with this number.
pub(crate) fn crl(
    db: &mut Database,
    scope: &Scope,
    kind: CrlKind,
    number: i64,
) -> QueryResult<Option<RecordedCrl>> {
    recorded_crls(&scope.issuer, scope.name, kind.name())
        .filter(crls::number.eq(number))
        .select(RecordedCrl::as_select())
        .first(db)
        .optional()
}

/// The newest CRL; before `number` where one is given.
pub(crate) fn newest_crl(
    db: &mut Database,
    scope: &Scope,
    kind: CrlKind,
    before: Option<i64>,
) -> QueryResult<Option<RecordedCrl>> {
    recorded_crls(&scope.issuer, scope.name, kind.name())
        .filter(crls::number.lt(before.unwrap_or(i64::MAX)))
        .order(crls::number.desc())
        .select(RecordedCrl::as_select())
        .first(db)
        .optional()
}

/// The newest CRL that was cut before this event. Numbers and cuts grow together, so each one after it has the event.
pub(crate) fn last_crl_without(
    db: &mut Database,
    scope: &Scope,
    kind: CrlKind,
    sequence: i64,
) -> QueryResult<Option<RecordedCrl>> {
    recorded_crls(&scope.issuer, scope.name, kind.name())
        .filter(crls::log_sequence.lt(sequence))
        .order(crls::number.desc())
        .select(RecordedCrl::as_select())
        .first(db)
        .optional()
}

/// The newest CRL that was recorded at `until` or before, with its bytes.
pub(crate) fn crl_recorded_until(
    db: &mut Database,
    scope: &Scope,
    kind: CrlKind,
    until: Timestamp,
) -> QueryResult<Option<(RecordedCrl, Vec<u8>)>> {
    recorded_crls(&scope.issuer, scope.name, kind.name())
        .filter(crls::recorded_at.le(until))
        .order(crls::number.desc())
        .select((RecordedCrl::as_select(), crls::der))
        .first(db)
        .optional()
}

/// Whether a CRL that the event is on had this thisUpdate: what was dated ahead of the clock stands under the date of
/// the first that showed it (decision 0012).
pub(crate) fn was_first_shown_at(
    db: &mut Database,
    scope: &Scope,
    event: &Revoked,
    at: i64,
) -> QueryResult<bool> {
    let shown: i64 = crls::table
        .filter(crls::issuer.eq(&scope.issuer).and(crls::scope.eq(scope.name)))
        .filter(crls::log_sequence.ge(event.sequence))
        .filter(crls::this_update.eq(Timestamp::from_seconds(at)))
        .filter(crls::this_update.lt(event.occurred_at))
        .count()
        .get_result(db)?;
    Ok(shown > 0)
}

/// A certificate that the log says has ended, beside what its row says.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub(crate) struct Revoked {
    pub(crate) sequence: i64,
    pub(crate) issuer: String,
    /// Upper-case hexadecimal.
    pub(crate) serial: String,
    pub(crate) reason: String,
    pub(crate) occurred_at: Timestamp,
    pub(crate) not_after: Timestamp,
    status: String,
    revoked_at: Option<Timestamp>,
    revocation_reason: Option<String>,
}

impl Revoked {
    /// Why its row contradicts the log; nothing where it does not.
    pub(crate) fn contradiction(&self) -> Option<String> {
        let row = (self.status.as_str(), self.revoked_at, self.revocation_reason.as_deref());
        (row != ("revoked", Some(self.occurred_at), Some(self.reason.as_str()))).then(|| {
            format!(
                "the log says revoked at {} ({}), its row says {}",
                self.occurred_at, self.reason, self.status
            )
        })
    }
}

#[diesel::dsl::auto_type(no_type_alias)]
fn revoked() -> _ {
    certificate_status_events::table
        .inner_join(
            certificates::table.on(certificates::issuer
                .eq(certificate_status_events::issuer)
                .and(certificates::serial.eq(certificate_status_events::serial))),
        )
        .select((
            certificate_status_events::sequence,
            certificate_status_events::issuer,
            certificate_status_events::serial,
            certificate_status_events::reason,
            certificate_status_events::occurred_at,
            certificates::not_after,
            certificates::status,
            certificates::revoked_at,
            certificates::revocation_reason,
        ))
}

/// A status event that ends a certificate: all of them do. As a literal, and not as a bound value, it lets both databases
/// use their index of (issuer, serial), which is over these events alone.
pub(crate) fn is_revocation() -> SqlLiteral<Bool> {
    sql("certificate_status_events.event = 'revoked'")
}

/// So many events are sorted in memory rather than looked up by serial number among all of the authority's.
const FEW: i64 = 50_000;

/// Every certificate of the scope that the log ends after `base` and up to `cut`, by serial number.
pub(crate) fn for_each_revoked<E: From<diesel::result::Error>>(
    db: &mut Database,
    scope: &Scope,
    (base, cut): (i64, i64),
    f: &mut dyn FnMut(&mut Database, &Revoked) -> Result<(), E>,
) -> Result<(), E> {
    if cut.saturating_sub(base) <= FEW {
        let mut rows: Vec<Revoked> = revoked()
            .filter(certificate_status_events::issuer.eq(&scope.issuer))
            .filter(certificate_status_events::sequence.gt(base))
            .filter(certificate_status_events::sequence.le(cut))
            .load(db)?;
        rows.sort_by(|a, b| a.serial.cmp(&b.serial));
        return rows.iter().try_for_each(|row| f(db, row));
    }
    let mut after = String::new();
    loop {
        let rows: Vec<Revoked> = revoked()
            .filter(is_revocation())
            .filter(certificate_status_events::issuer.eq(&scope.issuer))
            .filter(certificate_status_events::serial.gt(&after))
            .filter(certificate_status_events::sequence.gt(base))
            .filter(certificate_status_events::sequence.le(cut))
            .order(certificate_status_events::serial)
            .limit(PAGE)
            .load(db)?;
        rows.iter().try_for_each(|row| f(db, row))?;
        match rows.last() {
            Some(last) if rows.len() as i64 == PAGE => after.clone_from(&last.serial),
            _ => return Ok(()),
        }
    }
}

/// The event that ended this certificate, if it has.
pub(crate) fn ended(db: &mut Database, issuer: &str, serial: &str) -> QueryResult<Option<Revoked>> {
    revoked()
        .filter(is_revocation())
        .filter(certificate_status_events::issuer.eq(issuer))
        .filter(certificate_status_events::serial.eq(serial))
        .first(db)
        .optional()
}

/// The newest events, the newest first.
pub(crate) fn newest_revoked(db: &mut Database, limit: i64) -> QueryResult<Vec<Revoked>> {
    revoked().order(certificate_status_events::sequence.desc()).limit(limit).load(db)
}

/// The first event of an authority after a place in the log.
pub(crate) fn first_revoked_after(
    db: &mut Database,
    issuer: &str,
    sequence: i64,
) -> QueryResult<Option<Revoked>> {
    revoked()
        .filter(certificate_status_events::issuer.eq(issuer))
        .filter(certificate_status_events::sequence.gt(sequence))
        .order(certificate_status_events::sequence)
        .first(db)
        .optional()
}

/// The sequence of the newest event of all that was dated at `until` or before; zero where there is none.
pub(crate) fn newest_event_until(db: &mut Database, until: Timestamp) -> QueryResult<i64> {
    let newest: Option<i64> = certificate_status_events::table
        .filter(certificate_status_events::occurred_at.le(until))
        .order(certificate_status_events::sequence.desc())
        .select(certificate_status_events::sequence)
        .first(db)
        .optional()?;
    Ok(newest.unwrap_or(0))
}

/// A card that was opposed.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub(crate) struct Opposed {
    pub(crate) sequence: i64,
    pub(crate) card_number: String,
    pub(crate) opposed_at: Timestamp,
}

/// The oppositions after a sequence, oldest first.
pub(crate) fn opposed_after(db: &mut Database, sequence: i64, until: i64) -> QueryResult<Vec<Opposed>> {
    card_oppositions::table
        .filter(card_oppositions::sequence.gt(sequence).and(card_oppositions::sequence.le(until)))
        .order(card_oppositions::sequence)
        .limit(PAGE)
        .select((card_oppositions::sequence, card_oppositions::card_number, card_oppositions::opposed_at))
        .load(db)
}

/// The newest oppositions up to a moment, the newest first.
pub(crate) fn newest_opposed(db: &mut Database, until: Timestamp, limit: i64) -> QueryResult<Vec<Opposed>> {
    card_oppositions::table
        .filter(card_oppositions::opposed_at.le(until))
        .order(card_oppositions::sequence.desc())
        .limit(limit)
        .select((card_oppositions::sequence, card_oppositions::card_number, card_oppositions::opposed_at))
        .load(db)
}

/// The first opposition after a sequence.
pub(crate) fn first_opposed_after(db: &mut Database, sequence: i64) -> QueryResult<Option<Opposed>> {
    card_oppositions::table
        .filter(card_oppositions::sequence.gt(sequence))
        .order(card_oppositions::sequence)
        .select((card_oppositions::sequence, card_oppositions::card_number, card_oppositions::opposed_at))
        .first(db)
        .optional()
}

/// Where a certificate stands: its status and its DER; nothing where it does not exist.
pub(crate) fn certificate(
    db: &mut Database,
    issuer: &str,
    serial: &str,
) -> QueryResult<Option<(String, Option<Vec<u8>>)>> {
    certificates::table
        .find((issuer, serial))
        .select((certificates::status, certificates::der))
        .first(db)
        .optional()
}
