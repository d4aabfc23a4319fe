//! What an applicant or an officer attaches to an order: a contract, a certificate of employment, a copy of a decision.
//!
//! The document and its file's name lie apart from the row that says that there is one, and are erased some time after the order is
//! closed; kind, length, digest, date and author stay, and the trail names the digest. A document makes another version of the order,
//! as an answer does: whoever signs, or has signed as the first of two, has read all of them.

use std::fmt;
use std::time::Duration;

use diesel::prelude::*;
use professional_registry::Registry;
use rand_core::CryptoRng;
use serde_json::json;
use sha2::{Digest, Sha256};
use store::schema::{card_orders, order_document_contents, order_documents};
use store::{Act, Code, Database, Fault, Timestamp, audit, database};
use thiserror::Error;

use super::withdraw::is_his;
use super::{CardOrder, OrderError, OrderState, get};
use crate::faults;
use crate::officers::{self, NotAuthorised, Officer, Right};
use crate::risk::{self, RiskError};

#[cfg(test)]
mod tests;

/// Longest document, in octets.
pub const DOCUMENT_BOUND: usize = 2 * 1024 * 1024;
/// Most documents of an order.
pub const DOCUMENTS_BOUND: i64 = 10;
/// Longest name of a file, in characters.
const NAME_BOUND: usize = 120;
/// Orders whose documents one run takes away; the others are the next one's.
const A_RUN: i64 = 1000;

/// What a document is, by its first octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    /// ISO 32000: `%PDF-`.
    Pdf,
    /// ISO/IEC 10918-1: a start of image, and another marker.
    Jpeg,
    /// ISO/IEC 15948 §5.2: the signature, and the header chunk.
    Png,
}

impl DocumentKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Pdf, Self::Jpeg, Self::Png];

    /// As stored: `pdf`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Jpeg => "jpeg",
            Self::Png => "png",
        }
    }

    /// As HTTP names it: `application/pdf`.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }

    /// Of what these octets begin; nothing where it is none of them.
    pub fn of(content: &[u8]) -> Option<Self> {
        let begins: [(Self, &[u8]); 3] = [
            (Self::Pdf, b"%PDF-"),
            (Self::Jpeg, &[0xFF, 0xD8, 0xFF]),
            (Self::Png, b"\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR"),
        ];
        begins.into_iter().find(|(_, magic)| content.starts_with(magic)).map(|(kind, _)| kind)
    }
}

impl fmt::Display for DocumentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// That a document was attached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// 32 hexadecimal digits.
    pub id: String,
    /// Its place among the order's, from 1.
    pub place: i64,
    /// What its file was called; nothing once it is erased.
    pub name: Option<String>,
    /// What it is.
    pub kind: DocumentKind,
    /// Its length.
    pub octets: i64,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
    /// The officer's, or the agent's, login.
    pub attached_by: String,
    /// When.
    pub attached_at: Timestamp,
}

/// A document as it comes in.
#[derive(Clone, Debug)]
pub struct NewDocument {
    /// What its file is called, 1 to 120 characters.
    pub name: String,
    /// Its octets, [`DOCUMENT_BOUND`] at most.
    pub content: Vec<u8>,
}

/// Why a document is not attached, listed or given.
#[derive(Debug, Error)]
pub enum DocumentError {
    /// The actor may not.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// The order cannot be had.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// Neither submitter nor registration officer.
    #[error("order {0} is not {1}'s")]
    NotYours(String, String),
    /// The order has its decision, or ended.
    #[error("order {0} is {1}: nothing is attached to it any more")]
    NotOpen(String, &'static str),
    /// The name or the octets are not what they must be.
    #[error("document: {0}")]
    Invalid(&'static str),
    /// It has as many as it may.
    #[error("order {0} has {DOCUMENTS_BOUND} documents already")]
    Full(String),
    /// Another came, or somebody decided, at the same moment.
    #[error("order {0} has changed at the same moment")]
    Again(String),
    /// The next version is not looked at.
    #[error(transparent)]
    Risk(#[from] RiskError),
    /// It has no such document.
    #[error("order {0} has no document {1}")]
    Unknown(String, String),
    /// Its time is over.
    #[error("document {0} is erased")]
    Erased(String),
    /// A stored row is not what this program writes.
    #[error("document {0} cannot be read")]
    Altered(String),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for DocumentError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::Order(error) => error.code(),
            Self::NotYours(..) => faults::ORDER_NOT_YOURS,
            Self::NotOpen(..) => faults::ORDER_NOT_OPEN,
            Self::Invalid(_) => faults::ORDER_DOCUMENT_INVALID,
            Self::Full(_) => faults::ORDER_DOCUMENTS_FULL,
            Self::Again(_) => faults::ORDER_DOCUMENT_AGAIN,
            Self::Risk(error) => error.code(),
            Self::Unknown(..) => faults::ORDER_DOCUMENT_UNKNOWN,
            Self::Erased(_) => faults::ORDER_DOCUMENT_ERASED,
            Self::Altered(_) => faults::ORDER_DOCUMENT_ALTERED,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Attaches a document to an order that waits for its decision: by its submitter, or a registration officer of its scope. The order
/// is looked at again, in its next version; one that waits for an answer gets it with the answer. Inside the caller's write
/// transaction.
pub fn attach(
    db: &mut Database,
    registry: &mut dyn Registry,
    number: &str,
    new: &NewDocument,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Document, DocumentError> {
    let officer = officers::require(db, Right::Submit, act)?;
    let mut order = get(db, number)?;
    if !is_his(&officer, &order) {
        return Err(DocumentError::NotYours(number.to_owned(), officer.login));
    }
    officer.require_within(db, &order.reach())?;
    let name = name(&new.name)?;
    let kind = kind(&new.content)?;
    if !order.is_undecided() {
        return Err(DocumentError::NotOpen(number.to_owned(), order.state.name()));
    }
    // Whoever answers or decides takes turns from here on.
    let standing = card_orders::version.eq(order.version).and(card_orders::status.eq(order.state.name()));
    let row = diesel::update(card_orders::table.find(number)).filter(standing);
    if row.set(card_orders::version.eq(order.version)).execute(db)? == 0 {
        return Err(DocumentError::Again(number.to_owned()));
    }
    let place = documents(db, number)?.len() as i64 + 1;
    if place > DOCUMENTS_BOUND {
        return Err(DocumentError::Full(number.to_owned()));
    }
    let mut id = [0; 16];
    rng.fill_bytes(&mut id);
    let document = Document {
        id: hex::encode(id),
        place,
        name: Some(name.to_owned()),
        kind,
        octets: new.content.len() as i64,
        sha256: hex::encode(Sha256::digest(&new.content)),
        attached_by: officer.login,
        attached_at: act.at,
    };
    insert(db, number, &document, &new.content).map_err(|error| match error {
        error if database::is_unique_violation(&error) => DocumentError::Again(number.to_owned()),
        error => error.into(),
    })?;
    if order.state == OrderState::Submitted {
        next_version(db, registry, &mut order, act)?;
    }
    let payload = json!({
        "document": document.id, "kind": kind.as_str(), "octets": document.octets, "sha256": document.sha256,
        "version": order.version,
    });
    record(db, "order.document-attached", number, payload, rng, act)?;
    Ok(document)
}

/// Nobody has signed for what he has not seen: the signature of a first officer was for the version before.
fn next_version(
    db: &mut Database,
    registry: &mut dyn Registry,
    order: &mut CardOrder,
    act: &Act,
) -> Result<(), DocumentError> {
    let moved = diesel::update(card_orders::table.find(&order.number))
        .filter(card_orders::version.eq(order.version).and(card_orders::status.eq("submitted")))
        .set((card_orders::version.eq(order.version + 1), card_orders::changed_at.eq(act.at)))
        .execute(db)?;
    if moved == 0 {
        return Err(DocumentError::Again(order.number.clone()));
    }
    order.version += 1;
    Ok(risk::begin(db, registry, order, act)?)
}

/// Whether `officer` could attach a document to this order now: for what a page offers.
pub fn may_attach(db: &mut Database, officer: &Officer, order: &CardOrder) -> QueryResult<bool> {
    Ok(officer.role.may(Right::Submit)
        && is_his(officer, order)
        && order.is_undecided()
        && officer.covers(db, &order.reach())?)
}

type Row = (String, i64, Option<String>, String, i64, String, String, Timestamp);

/// The documents of an order, in the order in which they came. Whether somebody may read them is asked by
/// [`views::dossier`](crate::views::dossier).
pub fn documents(db: &mut Database, number: &str) -> Result<Vec<Document>, DocumentError> {
    let rows: Vec<Row> = order_documents::table
        .left_join(
            order_document_contents::table.on(order_document_contents::document.eq(order_documents::id)),
        )
        .filter(order_documents::order_number.eq(number))
        .order(order_documents::place)
        .select((
            order_documents::id,
            order_documents::place,
            order_document_contents::name.nullable(),
            order_documents::kind,
            order_documents::octets,
            order_documents::sha256,
            order_documents::attached_by,
            order_documents::attached_at,
        ))
        .load(db)?;
    rows.into_iter().map(read).collect()
}

/// A document of an order with its octets, and the event that somebody has read it. Inside the caller's write transaction, whoever
/// reads being allowed to.
pub(crate) fn content(
    db: &mut Database,
    (number, id): (&str, &str),
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(Document, Vec<u8>), DocumentError> {
    let document = documents(db, number)?.into_iter().find(|document| document.id == id);
    let document = document.ok_or_else(|| DocumentError::Unknown(number.to_owned(), id.to_owned()))?;
    let content: Option<Vec<u8>> = order_document_contents::table
        .find(id)
        .select(order_document_contents::content)
        .first(db)
        .optional()?;
    let content = content.ok_or_else(|| DocumentError::Erased(id.to_owned()))?;
    if hex::encode(Sha256::digest(&content)) != document.sha256 {
        return Err(DocumentError::Altered(id.to_owned()));
    }
    record(db, "order.document-read", number, json!({ "document": id }), rng, act)?;
    Ok((document, content))
}

/// Takes away the documents of orders that were closed longer ago than `kept_for`, each order's with an event of its own; how many.
/// Can be called any number of times. Needs the rights of the database's owner.
pub fn erase_documents(
    db: &mut Database,
    kept_for: Duration,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<usize> {
    let before = act.at.minus(kept_for);
    let due: Vec<String> = order_document_contents::table
        .inner_join(order_documents::table.on(order_documents::id.eq(order_document_contents::document)))
        .inner_join(card_orders::table.on(card_orders::number.eq(order_documents::order_number)))
        .filter(card_orders::changed_at.lt(before))
        .filter(card_orders::status.eq_any(["refused", "withdrawn", "ordered"]))
        .select(order_documents::order_number)
        .distinct()
        .order(order_documents::order_number)
        .limit(A_RUN)
        .load(db)?;
    let mut erased = 0;
    for number in due {
        erased += db.write(|db| {
            let of_order: Vec<String> = order_documents::table
                .filter(order_documents::order_number.eq(&number))
                .select(order_documents::id)
                .load(db)?;
            let contents =
                order_document_contents::table.filter(order_document_contents::document.eq_any(of_order));
            let gone = diesel::delete(contents).execute(db)?;
            record(db, "order.documents-erased", &number, json!({ "documents": gone }), rng, act)?;
            Ok::<_, diesel::result::Error>(gone)
        })?;
    }
    Ok(erased)
}

fn name(name: &str) -> Result<&str, DocumentError> {
    let name = name.trim();
    let fits = (1..=NAME_BOUND).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    fits.then_some(name)
        .ok_or(DocumentError::Invalid("its name has 1 to 120 characters, none of them a control"))
}

fn kind(content: &[u8]) -> Result<DocumentKind, DocumentError> {
    if content.len() > DOCUMENT_BOUND {
        return Err(DocumentError::Invalid("it has 2 MiB at most"));
    }
    DocumentKind::of(content).ok_or(DocumentError::Invalid("it is a PDF, a JPEG or a PNG"))
}

fn insert(db: &mut Database, number: &str, document: &Document, content: &[u8]) -> QueryResult<usize> {
    diesel::insert_into(order_documents::table)
        .values((
            order_documents::id.eq(&document.id),
            order_documents::order_number.eq(number),
            order_documents::place.eq(document.place),
            order_documents::kind.eq(document.kind.as_str()),
            order_documents::octets.eq(document.octets),
            order_documents::sha256.eq(&document.sha256),
            order_documents::attached_by.eq(&document.attached_by),
            order_documents::attached_at.eq(document.attached_at),
        ))
        .execute(db)?;
    diesel::insert_into(order_document_contents::table)
        .values((
            order_document_contents::document.eq(&document.id),
            order_document_contents::name.eq(document.name.as_deref().unwrap_or_default()),
            order_document_contents::content.eq(content),
        ))
        .execute(db)
}

fn read(
    (id, place, name, kind, octets, sha256, attached_by, attached_at): Row,
) -> Result<Document, DocumentError> {
    let kind = DocumentKind::ALL.into_iter().find(|it| it.as_str() == kind);
    let kind = kind.ok_or_else(|| DocumentError::Altered(id.clone()))?;
    Ok(Document { id, place, name, kind, octets, sha256, attached_by, attached_at })
}

fn record(
    db: &mut Database,
    action: &'static str,
    number: &str,
    payload: serde_json::Value,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<()> {
    audit::record(db, audit::Event { action, subject: format!("order {number}"), payload }, rng, act)
}
