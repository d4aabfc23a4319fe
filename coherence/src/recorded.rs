//! The database's side: what was recorded and must be seen outside. Read row by row, page by page.

use std::time::Duration;

use ca_core::service_key::Purpose;
use diesel::prelude::*;
use store::schema::{
    audit_checkpoints, authorities, authority_ends, card_certificates, card_oppositions, cards,
    certificate_status_events, certificates, crl_shards, crls, service_keys,
};
use store::{Database, Timestamp};

use crate::logged::Logged;
use crate::scope::Scope;

/// How long a look may take.
const LOOK: Duration = Duration::from_secs(600);

/// Rows a query.
const PAGE: i64 = 20_000;

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
    recorded_crls(&scope.issuer, &scope.name, kind.name())
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
    recorded_crls(&scope.issuer, &scope.name, kind.name())
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
    recorded_crls(&scope.issuer, &scope.name, kind.name())
        .filter(crls::log_sequence.lt(sequence))
        .order(crls::number.desc())
        .select(RecordedCrl::as_select())
        .first(db)
        .optional()
}

/// Until when somebody may keep a CRL that was cut before this event. It need not be the newest of them: a life may have been
/// made shorter since.
pub(crate) fn kept_without_until(
    db: &mut Database,
    scope: &Scope,
    kind: CrlKind,
    sequence: i64,
) -> QueryResult<Option<Timestamp>> {
    recorded_crls(&scope.issuer, &scope.name, kind.name())
        .filter(crls::log_sequence.lt(sequence))
        .order(crls::next_update.desc())
        .select(crls::next_update)
        .first(db)
        .optional()
}

/// The newest complete CRL before `number` that lasts past `at`.
pub(crate) fn newest_full_in_use_before(
    db: &mut Database,
    scope: &Scope,
    number: i64,
    at: Timestamp,
) -> QueryResult<Option<RecordedCrl>> {
    recorded_crls(&scope.issuer, &scope.name, CrlKind::Full.name())
        .filter(crls::number.lt(number))
        .filter(crls::next_update.gt(at))
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
    recorded_crls(&scope.issuer, &scope.name, kind.name())
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
    event: &Logged,
    at: i64,
) -> QueryResult<bool> {
    let shown: i64 = crls::table
        .filter(crls::issuer.eq(&scope.issuer).and(crls::scope.eq(&scope.name)))
        .filter(crls::log_sequence.ge(event.sequence))
        .filter(crls::this_update.eq(Timestamp::from_seconds(at)))
        .filter(crls::this_update.lt(event.dated()))
        .count()
        .get_result(db)?;
    Ok(shown > 0)
}

/// A signed head of the audit tree.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = audit_checkpoints)]
pub(crate) struct RecordedHead {
    pub(crate) tree_size: i64,
    pub(crate) root_hash: Vec<u8>,
    pub(crate) signed_at: Timestamp,
}

/// The head of a tree of so many leaves.
pub(crate) fn head(db: &mut Database, tree_size: i64) -> QueryResult<Option<RecordedHead>> {
    audit_checkpoints::table.find(tree_size).select(RecordedHead::as_select()).first(db).optional()
}

/// The newest head of those that were signed until then.
pub(crate) fn newest_head(db: &mut Database, until: Timestamp) -> QueryResult<Option<RecordedHead>> {
    audit_checkpoints::table
        .filter(audit_checkpoints::signed_at.le(until))
        .order(audit_checkpoints::tree_size.desc())
        .select(RecordedHead::as_select())
        .first(db)
        .optional()
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

/// Which oppositions may be recent: those after `day`, and those after `held` that ended a certificate.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lately {
    pub(crate) day: Timestamp,
    pub(crate) held: Timestamp,
}

#[diesel::dsl::auto_type(no_type_alias)]
fn opposed_lately(day: Timestamp, held: Timestamp, below: i64) -> _ {
    let ended = certificate_status_events::table.inner_join(
        card_certificates::table.on(certificate_status_events::issuer
            .eq(card_certificates::issuer)
            .and(certificate_status_events::serial.eq(card_certificates::serial))),
    );
    let of_the_card = card_certificates::card_number.eq(card_oppositions::card_number);
    card_oppositions::table
        .filter(card_oppositions::sequence.lt(below))
        .filter(card_oppositions::opposed_at.gt(held))
        .filter(card_oppositions::opposed_at.gt(day).or(diesel::dsl::exists(ended.filter(of_the_card))))
}

/// Those with a smaller sequence, the newest first.
pub(crate) fn lately_opposed(
    db: &mut Database,
    lately: Lately,
    below: i64,
    limit: i64,
) -> QueryResult<Vec<Opposed>> {
    opposed_lately(lately.day, lately.held, below)
        .order(card_oppositions::sequence.desc())
        .limit(limit)
        .select((card_oppositions::sequence, card_oppositions::card_number, card_oppositions::opposed_at))
        .load(db)
}

/// How many there are.
pub(crate) fn count_lately_opposed(db: &mut Database, lately: Lately, below: i64) -> QueryResult<u64> {
    let count: i64 = opposed_lately(lately.day, lately.held, below).count().get_result(db)?;
    Ok(count.unsigned_abs())
}

/// thisUpdate of the oldest CRL or delta that somebody may still keep, of the authorities that certify cards; nothing where there is
/// none. The last CRLs of one that has ended, which last for years, have all that it ever revoked.
pub(crate) fn oldest_crl_in_use(db: &mut Database, at: Timestamp) -> QueryResult<Option<Timestamp>> {
    let issuing: Vec<(String, Option<Timestamp>)> = authorities::table
        .left_join(authority_ends::table.on(authority_ends::authority.eq(authorities::short_name)))
        .filter(authorities::kind.eq("issuing"))
        .select((authorities::short_name, authority_ends::decided_at.nullable()))
        .load(db)?;
    let mut oldest: Option<Timestamp> = None;
    for (issuer, ended) in issuing {
        let shards: Vec<i64> =
            crl_shards::table.filter(crl_shards::issuer.eq(&issuer)).select(crl_shards::number).load(db)?;
        let shards = shards.into_iter().map(|number| format!("shard-{number}"));
        for scope in std::iter::once("all".to_owned()).chain(shards) {
            for kind in [CrlKind::Full, CrlKind::Delta] {
                let found: Option<Timestamp> = recorded_crls(&issuer, &scope, kind.name())
                    .filter(crls::next_update.gt(at))
                    .filter(crls::this_update.lt(ended.unwrap_or(Timestamp::from_millis(i64::MAX))))
                    .select(diesel::dsl::min(crls::this_update))
                    .first(db)?;
                oldest = oldest.into_iter().chain(found).min();
            }
        }
    }
    Ok(oldest)
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

/// The sequence of the newest opposition; zero where no card is opposed.
pub(crate) fn newest_opposition(db: &mut Database) -> QueryResult<i64> {
    let newest: Option<i64> =
        card_oppositions::table.select(diesel::dsl::max(card_oppositions::sequence)).first(db)?;
    Ok(newest.unwrap_or(0))
}

/// A card that was given.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub(crate) struct GivenCard {
    pub(crate) number: String,
    pub(crate) ordered_at: Timestamp,
    /// The sequence under which it was opposed.
    pub(crate) opposed: Option<i64>,
}

/// The cards after a number, ascending.
pub(crate) fn cards_after(db: &mut Database, number: &str) -> QueryResult<Vec<GivenCard>> {
    cards::table
        .left_join(card_oppositions::table.on(card_oppositions::card_number.eq(cards::number)))
        .filter(cards::number.gt(number))
        .order(cards::number)
        .limit(PAGE)
        .select((cards::number, cards::ordered_at, card_oppositions::sequence.nullable()))
        .load(db)
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

/// Whether a responder of this authority lasts for a while yet: a look takes some time.
pub(crate) fn has_responder(db: &mut Database, authority: &str, at: Timestamp) -> QueryResult<bool> {
    let responders = service_keys::table
        .inner_join(
            certificates::table.on(certificates::issuer
                .nullable()
                .eq(service_keys::authority)
                .and(certificates::serial.nullable().eq(service_keys::serial))),
        )
        .filter(service_keys::authority.eq(authority).and(service_keys::purpose.eq(Purpose::Ocsp.name())))
        .filter(certificates::status.eq("good").and(certificates::not_after.gt(at.plus(LOOK))));
    Ok(responders.count().get_result::<i64>(db)? > 0)
}
