//! Everything, read once: serial numbers from the primary key's index, what is not good taken out, the log laid
//! over it. The rows themselves, with their certificates, are not touched.

use std::collections::HashSet;
use std::time::Instant;

use ca_core::serial::SerialNumber;
use ca_core::status_log::{self, StatusChange, StatusEvent};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use store::Database;
use store::schema::{authorities, certificates};

use super::image::{Place, serial_key};
use super::issued::Issued;
use super::{Standing, Status, StatusImage};

/// Rows of one statement: bounds what is in memory beside the image.
const PAGE: i64 = 20_000;

/// What stands in the partial indexes `certificates_unsettled` and `certificates_abandoned`, in their own
/// words: with bound values SQLite would not see that they serve.
pub(super) const UNSETTLED: &str = "status IN ('intended', 'signing')";
pub(super) const ABANDONED: &str = "status = 'abandoned'";

/// What one snapshot says.
pub(super) struct Loaded {
    pub(super) image: StatusImage,
    /// The last event of its log.
    pub(super) last: Option<StatusEvent>,
    /// From where issuing is followed.
    pub(super) issued: Issued,
}

/// Reads everything.
pub(super) fn load(db: &mut Database) -> QueryResult<Loaded> {
    // Before the snapshot begins: what is settled after it has a later time.
    let looked_at = (db.now()?, Instant::now());
    db.snapshot(|db| {
        let image = StatusImage::default();
        let unsettled: HashSet<_> = serials_where(db, UNSETTLED)?.into_iter().collect();
        let mut not_good = unsettled.clone();
        not_good.extend(serials_where(db, ABANDONED)?);
        let issuers: Vec<String> = authorities::table.select(authorities::short_name).load(db)?;
        for issuer in issuers {
            good_of(db, &image, issuer, &mut not_good)?;
        }
        let mut last = None;
        follow(db, &mut last, |event| apply(&image, event))?;
        Ok(Loaded { image, last, issued: Issued::from(looked_at, unsettled) })
    })
}

/// The statement that reads the serial numbers of one authority, page by page.
#[diesel::dsl::auto_type]
pub(super) fn serials_after<'a>(issuer: &'a str, after: &'a str) -> _ {
    let page: i64 = PAGE;
    certificates::table
        .filter(certificates::issuer.eq(issuer))
        .filter(certificates::serial.gt(after))
        .order(certificates::serial)
        .limit(page)
        .select(certificates::serial)
}

fn good_of(
    db: &mut Database,
    image: &StatusImage,
    issuer: String,
    not_good: &mut HashSet<(String, String)>,
) -> QueryResult<()> {
    let maps = image.maps_to_fill(&issuer);
    let mut pair = (issuer, String::new());
    loop {
        let serials: Vec<String> = serials_after(&pair.0, &pair.1).load(db)?;
        let full = serials.len() as i64 == PAGE;
        for serial in serials {
            pair.1 = serial;
            if !not_good.contains(&pair)
                && let Some(serial) = readable(&pair.0, &pair.1)
            {
                image.learn_key(&maps, serial_key(&serial), Standing::GOOD);
            }
        }
        if !full {
            return Ok(());
        }
    }
}

pub(super) fn serials_where(db: &mut Database, condition: &str) -> QueryResult<Vec<(String, String)>> {
    certificates::table
        .filter(sql::<Bool>(condition))
        .select((certificates::issuer, certificates::serial))
        .load(db)
}

/// Hands on every event after `last`, and moves `last` with it. One statement sees whole transactions, and
/// numbers grow in the order of commits (decision 0009), so that none can come late.
pub(super) fn follow(
    db: &mut Database,
    last: &mut Option<StatusEvent>,
    mut each: impl FnMut(&StatusEvent),
) -> QueryResult<()> {
    loop {
        let events = status_log::since(db, last.as_ref().map_or(0, |event| event.sequence), PAGE)?;
        events.iter().for_each(&mut each);
        let full = events.len() as i64 == PAGE;
        *last = events.into_iter().last().or(last.take());
        if !full {
            return Ok(());
        }
    }
}

/// Lays one line of the log over the image.
pub(super) fn apply(image: &StatusImage, event: &StatusEvent) {
    let Some(serial) = readable(&event.issuer, &event.serial) else { return };
    let at = event.dated();
    let status = match event.change {
        StatusChange::Revoked => Status::Revoked { at, reason: event.reason.parse().ok() },
        StatusChange::Held => Status::Held { at },
        StatusChange::Released => Status::Good,
    };
    if let Some(standing) = Standing::of(&status) {
        image.follow(&event.issuer, &serial, standing);
    }
}

/// Which certificate a line of the log is about.
pub(super) fn place_of(event: &StatusEvent) -> Option<Place> {
    Some((event.issuer.clone(), serial_key(&readable(&event.issuer, &event.serial)?)))
}

/// The database holds serial numbers that this program wrote. One that does not read can be asked for by
/// nobody; it keeps no other from being answered.
pub(super) fn readable(issuer: &str, serial: &str) -> Option<SerialNumber> {
    serial
        .parse()
        .inspect_err(|error| tracing::error!(%error, "a serial number of {issuer} does not read"))
        .ok()
}
