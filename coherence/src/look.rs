use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use ca_core::authority::{self, Authority, AuthorityKind};
use ca_core::{authority_end, status_log};
use openssl::error::ErrorStack;
use openssl::x509::X509;
use store::{Act, Code, Database, Fault, Timestamp};
use thiserror::Error;

use crate::check::silence::Silence;
use crate::check::{Checks, Known, Seen};
use crate::difference::{Difference, Differences, Face, Kind};
use crate::faults;
use crate::fetch::Fetcher;
use crate::readers::ocsp::Trust;
use crate::recorded;
use crate::sample::Sample;
use crate::sightings;

/// What one look found. A difference may be a publication that was under way: only what a second look finds again is
/// one.
#[derive(Clone, Debug)]
pub struct Looked {
    /// When it began.
    pub at: Timestamp,
    /// The newest event of the status log when it began.
    pub log_sequence: i64,
    /// What was served.
    pub seen: Vec<Seen>,
    /// How many certificates were asked about in OCSP.
    pub questions: u64,
    /// Whether among them were all that lie on the way of the walk: where nothing answers, the rest is not asked.
    pub walked_all: bool,
    /// How many addresses that stand in issued certificates were followed.
    pub addresses: u64,
    /// Hosts that these name, and that were not connected to.
    pub hosts_not_asked: Vec<String>,
    /// What did not agree.
    pub differences: Vec<Difference>,
    /// How many more there are.
    pub unnamed: u64,
}

/// A look that could not be taken. (A face that cannot be fetched or read is a difference, and no error.)
#[derive(Debug, Error)]
pub enum LookError {
    /// OpenSSL refused to work.
    #[error("OpenSSL: {0}")]
    OpenSsl(#[from] ErrorStack),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for LookError {
    fn code(&self) -> Code {
        match self {
            Self::OpenSsl(_) => faults::COHERENCE_LOOK,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

fn known(db: &mut Database, authority: Authority, at: Timestamp) -> Result<Known, LookError> {
    let end = authority_end::find(db, &authority.short_name)?;
    let is_answered_for = authority.kind == AuthorityKind::Issuing
        && (authority::gives_certificates(db, &authority)?
            || recorded::has_responder(db, &authority.short_name, at)?);
    Ok(Known {
        certificate: X509::from_der(&authority.certificate)?,
        covered_until: end.map(|end| end.covered_until),
        is_answered_for,
        authority,
    })
}

/// Fetches every public face once and holds it against the database, which only grows: each face names how far into the
/// log it reaches, and is compared up to there. Writes down what was seen for the first time.
pub fn look(db: &mut Database, fetcher: &Fetcher, sample: &Sample, act: &Act) -> Result<Looked, LookError> {
    let log_sequence = status_log::newest(db)?;
    let mut authorities = Vec::new();
    let mut differences = Differences::default();
    let readable = authority::readable(db)?;
    let mut damaged: Vec<(String, String)> =
        readable.unreadable.into_iter().map(|(name, error)| (name, error.to_string())).collect();
    for authority in readable.authorities {
        let name = authority.short_name.clone();
        match known(db, authority, act.at) {
            Ok(known) => authorities.push(known),
            Err(LookError::OpenSsl(error)) => damaged.push((name, format!("its certificate: {error}"))),
            Err(other) => return Err(other),
        }
    }
    // The others are looked at all the same: now is when a statement is wanted.
    for (name, error) in &damaged {
        differences.add(Face::Database, "authorities", Kind::Unreadable, name, error);
    }
    let of_kind = |kind| -> Vec<X509> {
        let of_kind = authorities.iter().filter(|one| one.authority.kind == kind);
        of_kind.map(|one| one.certificate.clone()).collect()
    };
    let trust = Trust::of(&of_kind(AuthorityKind::Root), &of_kind(AuthorityKind::Issuing), act.at)?;
    let mut checks = Checks {
        db,
        fetcher,
        sample,
        trust,
        authorities,
        unreadable: damaged.len(),
        at: act.at,
        kept: Duration::ZERO,
        differences,
        seen: Vec::new(),
        sightings: Vec::new(),
        silence: Silence::from(Instant::now()),
        walked_all: true,
        questions: 0,
        addresses: 0,
        hosts_not_asked: BTreeSet::new(),
    };
    checks.run()?;
    let Checks {
        db, differences, seen, sightings, questions, walked_all, addresses, hosts_not_asked, ..
    } = checks;
    let hosts_not_asked = hosts_not_asked.into_iter().collect();
    sightings::record(db, &sightings, act.at)?;
    let (differences, unnamed) = differences.into_parts();
    Ok(Looked {
        at: act.at,
        log_sequence,
        seen,
        questions,
        walked_all,
        addresses,
        hosts_not_asked,
        differences,
        unnamed,
    })
}
