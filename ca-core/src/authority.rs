//! Certification authorities: a name, a key in a token, a certificate.

use der::{Decode, Encode};
use diesel::prelude::*;
use diesel::sql_types::Text;
use store::schema::{authorities, authority_ends, certificates};
use store::{Act, Database, Timestamp};
use thiserror::Error;

use crate::authority_end;
use crate::faults;
use crate::identity::split_generation;
use crate::serial::SerialNumber;
use crate::signer::{KeyReference, SignatureAlgorithm};

/// Where an authority stands in the hierarchy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthorityKind {
    /// Self-signed; issues issuing authorities.
    Root,
    /// Issues end-entity certificates (pathlen 0).
    Issuing,
}

impl AuthorityKind {
    /// As stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Issuing => "issuing",
        }
    }
}

/// A certification authority whose certificate was issued. One that was revoked gives no certificate any more, and goes on saying
/// what became of those it gave.
#[derive(Clone, Debug)]
pub struct Authority {
    /// `ACI-FO-PP`; with its key generation from the second one on: `ACI-FO-PP-2` (invariant 17).
    pub short_name: String,
    /// Root or issuing.
    pub kind: AuthorityKind,
    /// Short name of the authority that issued its certificate; its own for a root.
    pub parent: String,
    /// The serial number of its certificate.
    pub serial: SerialNumber,
    /// Its certificate, DER.
    pub certificate: Vec<u8>,
    /// Its subject name, DER: the issuer name of what it signs.
    pub subject: Vec<u8>,
    /// Its public key, SubjectPublicKeyInfo in DER.
    pub public_key: Vec<u8>,
    /// Where its private key lives.
    pub key: KeyReference,
    /// What its key signs with.
    pub algorithm: SignatureAlgorithm,
    /// The first eight octets of each serial number it gives; none for a root.
    pub serial_prefix: Option<[u8; 8]>,
    /// Its certificate's validity, first second.
    pub not_before: Timestamp,
    /// Its certificate's validity, last second.
    pub not_after: Timestamp,
    /// Since when its certificate is revoked; nothing where it is good.
    pub revoked_at: Option<Timestamp>,
}

impl Authority {
    /// Its name without the generation of its key, and which generation that is, from 1: `("ACI-FO-PP", 2)`.
    pub fn generation(&self) -> (&str, u32) {
        let (first, generation) = split_generation(&self.short_name);
        (first, generation.unwrap_or(1))
    }

    /// Whether one of these is a later generation of it, from which new certificates come instead.
    pub fn is_followed_by_one_of(&self, others: &[Self]) -> bool {
        let (first, generation) = self.generation();
        let follows = |(name, later): (&str, u32)| name == first && later > generation;
        others.iter().any(|other| follows(other.generation()))
    }
}

/// An authority that cannot be used.
#[derive(Debug, Error)]
pub enum AuthorityError {
    /// No such authority, or its certificate is not good (any more).
    #[error("no authority {0} with a good certificate")]
    Unknown(String),
    /// Its row or certificate does not read.
    #[error("the record of authority {0} does not read: {1}")]
    Unreadable(String, String),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl store::Fault for AuthorityError {
    fn code(&self) -> store::Code {
        match self {
            Self::Unknown(_) => faults::AUTHORITY_UNKNOWN,
            Self::Unreadable(..) => faults::AUTHORITY_UNREADABLE,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// An authority's row, to be written with the intention of its certificate.
#[derive(Debug)]
pub(crate) struct NewAuthority<'a> {
    pub(crate) short_name: &'a str,
    pub(crate) kind: AuthorityKind,
    pub(crate) parent: &'a str,
    pub(crate) serial: &'a SerialNumber,
    pub(crate) public_key: &'a [u8],
    pub(crate) key: &'a KeyReference,
    pub(crate) serial_prefix: Option<[u8; 8]>,
}

/// Writes the row; where a ceremony that is taken up again certifies the same key anew, the row names the
/// new serial number (a trigger lets nothing else change, and only where nobody ever saw the first one).
pub(crate) fn insert(db: &mut Database, new: &NewAuthority<'_>, act: &Act) -> QueryResult<()> {
    let renamed = diesel::update(authorities::table.find(new.short_name))
        .filter(authorities::kind.eq(new.kind.name()).and(authorities::parent.eq(new.parent)))
        .filter(authorities::public_key.eq(new.public_key).and(authorities::token.eq(&new.key.token)))
        .set(authorities::serial.eq(new.serial.to_string()))
        .execute(db)?;
    if renamed == 1 {
        return Ok(());
    }
    diesel::insert_into(authorities::table)
        .values((
            authorities::short_name.eq(new.short_name),
            authorities::kind.eq(new.kind.name()),
            authorities::parent.eq(new.parent),
            authorities::serial.eq(new.serial.to_string()),
            authorities::public_key.eq(new.public_key),
            authorities::token.eq(&new.key.token),
            authorities::key_id.eq(new.key.id.to_string()),
            authorities::serial_prefix.eq(new.serial_prefix.as_ref().map(<[u8; 8]>::as_slice)),
            authorities::created_at.eq(act.at),
        ))
        .execute(db)?;
    Ok(())
}

/// The authority with this short name.
pub fn load(db: &mut Database, short_name: &str) -> Result<Authority, AuthorityError> {
    let row = with_certificate()
        .filter(authorities::short_name.eq(short_name))
        .first::<Row>(db)
        .optional()?
        .ok_or_else(|| AuthorityError::Unknown(short_name.to_owned()))?;
    row_to_authority(row)
}

/// The authority with this short name and those above it, up to its root.
pub fn path(db: &mut Database, short_name: &str) -> Result<Vec<Authority>, AuthorityError> {
    let mut path = vec![load(db, short_name)?];
    while let Some(last) = path.last().filter(|last| last.parent != last.short_name) {
        let above = load(db, &last.parent)?;
        if path.iter().any(|one| one.short_name == above.short_name) {
            return Err(AuthorityError::Unreadable(above.short_name, "it stands above itself".to_owned()));
        }
        path.push(above);
    }
    Ok(path)
}

/// Every authority, those whose certificates are revoked too: issuing ones first, each group by name. Fails where one does not read.
pub fn all(db: &mut Database) -> Result<Vec<Authority>, AuthorityError> {
    let Readable { authorities, unreadable } = readable(db)?;
    unreadable.into_iter().next().map_or(Ok(authorities), |(_, error)| Err(error))
}

/// What reads of the authorities.
#[derive(Debug)]
pub struct Readable {
    /// Those that do, in the order of [`all`].
    pub authorities: Vec<Authority>,
    /// The short names of those that do not, and why.
    pub unreadable: Vec<(String, AuthorityError)>,
}

/// The same for whoever serves each authority apart: a damaged record keeps no other from being answered for or
/// listed.
pub fn readable(db: &mut Database) -> QueryResult<Readable> {
    let rows: Vec<Row> = with_certificate().order((authorities::kind, authorities::short_name)).load(db)?;
    let mut readable = Readable { authorities: Vec::new(), unreadable: Vec::new() };
    for row in rows {
        let short_name = row.0.clone();
        match row_to_authority(row) {
            Ok(authority) => readable.authorities.push(authority),
            Err(error) => readable.unreadable.push((short_name, error)),
        }
    }
    Ok(readable)
}

/// Of the generations of `first` (`ACI-FO-PP`), the newest that may issue at `at`: its certificate is not revoked
/// and in its validity, and no ceremony has decided its end. It is the one that new certificates come from.
pub fn newest_generation(db: &mut Database, first: &str, at: Timestamp) -> Result<Authority, AuthorityError> {
    let ended: Vec<String> = authority_ends::table.select(authority_ends::authority).load(db)?;
    let rows: Vec<Row> = with_certificate()
        .filter(authorities::short_name.eq(first).or(authorities::short_name.like(format!("{first}-%"))))
        .load(db)?;
    let generations: Vec<Authority> = rows.into_iter().map(row_to_authority).collect::<Result<_, _>>()?;
    generations
        .into_iter()
        .filter(|authority| (authority.not_before..=authority.not_after).contains(&at))
        .filter(|authority| authority.revoked_at.is_none() && !ended.contains(&authority.short_name))
        .filter(|authority| authority.generation().0 == first)
        .max_by_key(|authority| authority.generation().1)
        .ok_or_else(|| AuthorityError::Unknown(first.to_owned()))
}

/// Whether it gives certificates, those of its next responders too: it is not revoked, and no ceremony has decided its end.
pub fn gives_certificates(db: &mut Database, authority: &Authority) -> QueryResult<bool> {
    Ok(authority.revoked_at.is_none() && authority_end::find(db, &authority.short_name)?.is_none())
}

/// Holds an authority to the commit: whoever issues for it, ends it or revokes its certificate waits. SQLite's write transactions stand
/// in line already.
pub(crate) fn lock(db: &mut Database, short_name: &str) -> QueryResult<()> {
    if let Database::Postgresql(connection) = db {
        diesel::sql_query("SELECT 1 FROM authorities WHERE short_name = $1 FOR UPDATE")
            .bind::<Text, _>(short_name)
            .execute(connection)?;
    }
    Ok(())
}

/// The key of an authority whether its certificate was issued or not: a ceremony that is taken up finds the
/// one it has made.
pub(crate) fn recorded_key(db: &mut Database, short_name: &str) -> QueryResult<Option<Vec<u8>>> {
    authorities::table.find(short_name).select(authorities::public_key).first(db).optional()
}

type Row = (
    String,
    String,
    String,
    String,
    Vec<u8>,
    String,
    String,
    Option<Vec<u8>>,
    Option<Vec<u8>>,
    Option<Timestamp>,
);

#[diesel::dsl::auto_type(no_type_alias)]
fn with_certificate() -> _ {
    authorities::table
        .inner_join(
            certificates::table.on(certificates::issuer
                .eq(authorities::parent)
                .and(certificates::serial.eq(authorities::serial))
                // A first attempt that a crash cut off is revoked, and nobody ever saw it.
                .and(
                    certificates::status
                        .eq("good")
                        .or(certificates::status.eq("revoked").and(certificates::der.is_not_null())),
                )),
        )
        .select((
            authorities::short_name,
            authorities::kind,
            authorities::parent,
            authorities::serial,
            authorities::public_key,
            authorities::token,
            authorities::key_id,
            authorities::serial_prefix,
            certificates::der,
            certificates::revoked_at,
        ))
}

fn row_to_authority(row: Row) -> Result<Authority, AuthorityError> {
    let (short_name, kind, parent, serial, public_key, token, key_id, serial_prefix, certificate, revoked_at) =
        row;
    let unreadable = |what: &str| AuthorityError::Unreadable(short_name.clone(), what.to_owned());
    let certificate = certificate.ok_or_else(|| unreadable("its certificate is missing"))?;
    let parsed = x509_cert::Certificate::from_der(&certificate)
        .map_err(|_| unreadable("its certificate is not a certificate"))?;
    let tbs = parsed.tbs_certificate();
    let certified = tbs.subject_public_key_info().to_der();
    if certified.as_deref() != Ok(public_key.as_slice()) {
        return Err(unreadable("its row names another key than its certificate"));
    }
    let subject = tbs.subject().to_der().map_err(|_| unreadable("its subject does not encode"))?;
    let validity = tbs.validity();
    let algorithm =
        SignatureAlgorithm::of_key(&public_key).map_err(|_| unreadable("its key is of an unknown sort"))?;
    Ok(Authority {
        kind: if kind == "root" { AuthorityKind::Root } else { AuthorityKind::Issuing },
        serial: serial.parse().map_err(|_| unreadable("its serial number"))?,
        key: KeyReference { token, id: key_id.parse().map_err(|_| unreadable("its key identifier"))? },
        serial_prefix: serial_prefix
            .map(|prefix| prefix.try_into().map_err(|_| unreadable("its serial prefix")))
            .transpose()?,
        not_before: seconds(validity.not_before.to_unix_duration()),
        not_after: seconds(validity.not_after.to_unix_duration()),
        short_name,
        parent,
        certificate,
        subject,
        public_key,
        algorithm,
        revoked_at,
    })
}

fn seconds(since_epoch: std::time::Duration) -> Timestamp {
    Timestamp::from_seconds(i64::try_from(since_epoch.as_secs()).unwrap_or(i64::MAX / 1000))
}
