//! What does not agree, named so that somebody can look at it.

use serde::{Deserialize, Serialize};

/// The enum, and a list of all of it: nobody forgets one there.
macro_rules! faces {
    ($(#[doc = $doc:literal] $face:ident,)+) => {
        /// Where relying systems, or we ourselves, look.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Face {
            $(#[doc = $doc] $face,)+
        }

        impl Face {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$face),+];
        }
    };
}

faces! {
    /// Our own rows: the log says one thing, the state another.
    Database,
    /// A complete CRL.
    Crl,
    /// A delta CRL, or what it makes together with the complete one that is served.
    Delta,
    /// OCSP.
    Ocsp,
    /// A form of the opposition list, its changes, or their stream.
    List,
    /// The certificate of an authority.
    Authority,
    /// The newest signed head of the audit tree.
    Checkpoint,
    /// An address that stands in an issued certificate.
    Address,
}

/// In which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Nothing is served there.
    Unreachable,
    /// What is served does not read.
    Unreadable,
    /// It is not signed by, or not named after, whose it should be.
    NotOurs,
    /// Its nextUpdate has passed.
    Ended,
    /// Its thisUpdate is still to come.
    Ahead,
    /// It is none that the database has recorded.
    Unrecorded,
    /// A newer one was recorded, and is not served.
    Stale,
    /// It does not go with what is served beside it.
    WrongBase,
    /// It lacks something.
    Missing,
    /// It has something that the database does not know.
    Surplus,
    /// It says something else of it.
    Differs,
    /// Its scope is another than the address that led to it (RFC 5280 §5.2.5).
    WrongScope,
}

/// One thing that does not agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Where.
    pub face: Face,
    /// At which address, or in which table.
    pub place: String,
    /// In which way.
    pub kind: Kind,
    /// About what: an issuer and serial number, a card; empty where the whole thing is meant.
    pub subject: String,
    /// What was found, in words.
    pub found: String,
}

/// How many differences of one place are named; the rest is counted.
const NAMED: usize = 5;

/// What was found so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Differences {
    named: Vec<Difference>,
    unnamed: u64,
}

impl Differences {
    pub(crate) fn add(
        &mut self,
        face: Face,
        place: &str,
        kind: Kind,
        subject: impl Into<String>,
        found: impl Into<String>,
    ) {
        if self.named.iter().filter(|one| one.face == face && one.place == place).count() >= NAMED {
            self.unnamed += 1;
            return;
        }
        let (subject, found) = (subject.into(), found.into());
        self.named.push(Difference { face, place: place.to_owned(), kind, subject, found });
    }

    pub(crate) fn into_parts(self) -> (Vec<Difference>, u64) {
        (self.named, self.unnamed)
    }
}

impl Difference {
    /// Whether both are about the same thing: what was found may say another number of seconds.
    pub fn is_again(&self, other: &Self) -> bool {
        let key = |one: &Self| (one.face, one.kind);
        key(self) == key(other) && self.place == other.place && self.subject == other.subject
    }
}
