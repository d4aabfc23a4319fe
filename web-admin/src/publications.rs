//! What is published, as the public page tells it. The composition root reads it: these pages know neither the
//! table of CRLs nor the public folder.

use actix_web::web::Bytes;
use ca_core::authority::Authority;
use store::{Code, Timestamp};

use crate::operations::Urgency;

/// Everything that the public page lists.
#[derive(Clone, Debug)]
pub struct Publications {
    /// Every authority whose certificate stands, all generations: issuing ones first.
    pub authorities: Vec<PublishedAuthority>,
    /// Where all authorities' certificates lie together (PKCS #7).
    pub chain: Option<String>,
    /// Where the certification policies and the practice statement stand, as certificates name it.
    pub practice_statement: String,
    /// The opposition list, once there is one.
    pub oppositions: Option<PublishedOppositions>,
    /// The last statement whether everything published agrees, once there is one.
    pub coherence: Option<PublishedCoherence>,
}

/// An authority, and where what it publishes lies.
#[derive(Clone, Debug)]
pub struct PublishedAuthority {
    /// The authority.
    pub authority: Authority,
    /// Where its certificate lies.
    pub certificate_url: Option<String>,
    /// Where OCSP is answered of what it issues; none of a root.
    pub ocsp_url: Option<String>,
    /// Its newest CRLs: the full one, then the delta.
    pub crls: Vec<PublishedCrl>,
    /// The newest full CRLs of its shards, if it has any.
    pub shards: Option<PublishedShards>,
}

/// The newest full CRLs of an authority's shards, which are published together.
#[derive(Clone, Debug)]
pub struct PublishedShards {
    /// How many there are, numbered from 1.
    pub count: usize,
    /// That of the first.
    pub first: PublishedCrl,
}

/// The newest CRL of its kind.
#[derive(Clone, Debug)]
pub struct PublishedCrl {
    /// Whether it says only what changed since a full one.
    pub is_delta: bool,
    /// CRLNumber.
    pub number: u64,
    /// thisUpdate.
    pub this_update: Timestamp,
    /// nextUpdate.
    pub next_update: Timestamp,
    /// What follows it.
    pub next: NextCrl,
    /// Whether it is late, or must be seen to for another reason.
    pub urgency: Urgency,
    /// Where it lies.
    pub url: Option<String>,
}

/// What follows a CRL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextCrl {
    /// One that is planned for this moment at the latest.
    By(Timestamp),
    /// One that a ceremony makes.
    AtCeremony,
    /// None: it is the last one of an authority that has ended.
    Never,
}

impl NextCrl {
    /// When it is planned, where the clock says it.
    pub(crate) const fn planned_at(self) -> Option<Timestamp> {
        match self {
            Self::By(at) => Some(at),
            Self::AtCeremony | Self::Never => None,
        }
    }
}

/// The opposition list as it is published.
#[derive(Clone, Debug)]
pub struct PublishedOppositions {
    /// The sequence up to which it goes.
    pub sequence: i64,
    /// Before when its successor comes.
    pub next_update: Timestamp,
}

/// The last statement of coherence.
#[derive(Clone, Copy, Debug)]
pub struct PublishedCoherence {
    /// When everything was looked at.
    pub looked_at: Timestamp,
    /// How many differences were found.
    pub differences: u64,
}

/// A published file: the very bytes that relying systems get.
#[derive(Clone, Debug)]
pub struct PublishedFile {
    /// Its media type.
    pub content_type: &'static str,
    /// What stands in it.
    pub body: Bytes,
}

/// Why it cannot be told: a stable code, and what happened, for the log.
pub type Untold = (Code, String);
