//! The rows of requests, as the status role puts them in and the worker reads them.

use diesel::prelude::*;
use store::Database;
use store::schema::{
    responder_certifications, responder_refusals, responder_request_proofs, responder_requests, service_keys,
};

use super::statement::{self, Statement};

/// A request as its row says, believed by nobody.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) digest: Vec<u8>,
    pub(super) authority: String,
    /// The service key that asks.
    pub(super) predecessor: String,
    pub(super) attempt: i64,
    pub(super) token: String,
    pub(super) key_id: String,
    pub(super) statement: Vec<u8>,
    /// None where it was not signed yet.
    pub(super) proofs: Option<Proofs>,
}

/// The two signatures over a statement.
#[derive(Clone, Debug)]
pub(super) struct Proofs {
    /// Of the new key.
    pub(super) possession: Vec<u8>,
    /// Of the predecessor.
    pub(super) authorisation: Vec<u8>,
}

impl Request {
    /// How it is named in the audit log.
    pub(super) fn name(&self) -> String {
        hex::encode(&self.digest)
    }

    /// What it states, where the row says the same.
    pub(super) fn stated(&self) -> Option<Statement> {
        let stated = Statement::from_der(&self.statement)?;
        let same = statement::digest(&self.statement)[..] == self.digest[..]
            && (&stated.authority, &stated.key.token) == (&self.authority, &self.token)
            && stated.key.id.to_string() == self.key_id;
        same.then_some(stated)
    }
}

/// The requests of a responder, newest first.
pub(super) fn of_predecessor(db: &mut Database, name: &str) -> QueryResult<Vec<Request>> {
    let rows: Vec<Row> = rows()
        .filter(responder_requests::predecessor.eq(name))
        .order(responder_requests::attempt.desc())
        .load(db)?;
    Ok(rows.into_iter().map(request).collect())
}

/// The signed requests that wait for a decision, oldest first: neither refused, nor with a responder on record.
pub(super) fn standing(db: &mut Database) -> QueryResult<Vec<Request>> {
    let certified = responder_certifications::table
        .inner_join(
            service_keys::table.on(service_keys::authority
                .eq(responder_certifications::issuer.nullable())
                .and(service_keys::serial.eq(responder_certifications::serial.nullable()))),
        )
        .filter(responder_certifications::digest.eq(responder_requests::digest));
    let rows: Vec<Row> = rows()
        .filter(responder_request_proofs::digest.is_not_null())
        .filter(diesel::dsl::not(diesel::dsl::exists(
            responder_refusals::table.filter(responder_refusals::digest.eq(responder_requests::digest)),
        )))
        .filter(diesel::dsl::not(diesel::dsl::exists(certified)))
        .order((responder_requests::predecessor, responder_requests::attempt))
        .load(db)?;
    Ok(rows.into_iter().map(request).collect())
}

/// Puts a statement in, before anything is signed. Fails by a unique violation where another status role was
/// quicker.
pub(super) fn put(db: &mut Database, request: &Request) -> QueryResult<()> {
    db.write(|db| {
        diesel::insert_into(responder_requests::table)
            .values((
                responder_requests::digest.eq(&request.digest),
                responder_requests::authority.eq(&request.authority),
                responder_requests::predecessor.eq(&request.predecessor),
                responder_requests::attempt.eq(request.attempt),
                responder_requests::token.eq(&request.token),
                responder_requests::key_id.eq(&request.key_id),
                responder_requests::statement.eq(&request.statement),
            ))
            .execute(db)
            .map(drop)
    })
}

/// Puts the signatures in.
pub(super) fn prove(db: &mut Database, digest: &[u8], proofs: &Proofs) -> QueryResult<()> {
    db.write(|db| {
        diesel::insert_into(responder_request_proofs::table)
            .values((
                responder_request_proofs::digest.eq(digest),
                responder_request_proofs::possession.eq(&proofs.possession),
                responder_request_proofs::authorisation.eq(&proofs.authorisation),
            ))
            .execute(db)
            .map(drop)
    })
}

type Row = (Vec<u8>, String, String, i64, String, String, Vec<u8>, Option<Vec<u8>>, Option<Vec<u8>>);

#[diesel::dsl::auto_type(no_type_alias)]
fn rows() -> _ {
    responder_requests::table
        .left_join(
            responder_request_proofs::table
                .on(responder_request_proofs::digest.eq(responder_requests::digest)),
        )
        .select((
            responder_requests::digest,
            responder_requests::authority,
            responder_requests::predecessor,
            responder_requests::attempt,
            responder_requests::token,
            responder_requests::key_id,
            responder_requests::statement,
            responder_request_proofs::possession.nullable(),
            responder_request_proofs::authorisation.nullable(),
        ))
}

fn request(row: Row) -> Request {
    let (digest, authority, predecessor, attempt, token, key_id, statement, possession, authorisation) = row;
    let proofs = possession.zip(authorisation);
    let proofs = proofs.map(|(possession, authorisation)| Proofs { possession, authorisation });
    Request { digest, authority, predecessor, attempt, token, key_id, statement, proofs }
}
