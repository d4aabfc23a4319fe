use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use serde::{Serialize, Serializer};

use super::FhirError;

/// The domain of who publishes the directory.
const PUBLISHER: &str = "esante.gouv.fr";

/// How the API is reached.
#[derive(Clone, Debug, Serialize)]
pub struct FhirSettings {
    /// Where it is.
    pub base: BaseUrl,
    /// The file of the key.
    pub key: PathBuf,
    /// PEM certificates of the authorities that its TLS certificate may be of; those of the system, if absent.
    pub roots: Option<PathBuf>,
    /// The most requests in a second: 2 to [`Self::PUBLISHED_LIMIT`], or 1000 to a server of one's own.
    pub requests_a_second: u32,
    /// How long a connection may take.
    pub connect: Duration,
    /// How long an answer may take, from the connection to its last octet.
    pub answer: Duration,
}

impl FhirSettings {
    /// The most requests in a second that the Annuaire Santé takes of an application (\[S\] domain.md §3.2).
    pub const PUBLISHED_LIMIT: u32 = 17;
}

/// The address under which the resources lie: `https://gateway.api.esante.gouv.fr/fhir/v2`. Plain HTTP is for this machine
/// only: the key would travel in the clear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(String);

impl BaseUrl {
    /// As it was written, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is at the publisher's, by the name of its host.
    pub fn is_the_publishers(&self) -> bool {
        let (_, rest) = self.0.split_once("://").unwrap_or_default();
        let authority = rest.split('/').next().unwrap_or_default();
        let host = authority.split(':').next().unwrap_or_default().trim_end_matches('.').to_ascii_lowercase();
        host == PUBLISHER || host.ends_with(&format!(".{PUBLISHER}"))
    }

    /// What follows the base in `url`; nothing where it leads elsewhere.
    pub(super) fn rest_of<'u>(&self, url: &'u str) -> Option<&'u str> {
        url.strip_prefix(&self.0).filter(|rest| rest.starts_with(['/', '?']))
    }
}

impl FromStr for BaseUrl {
    type Err = FhirError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = |rule: &str| Err(FhirError::Settings(format!("{text:?}: {rule}")));
        let url = text.trim_end_matches('/');
        let (plain, rest) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
            (Some(rest), _) => (false, rest),
            (_, Some(rest)) => (true, rest),
            _ => return refuse("must begin with https://"),
        };
        if !rest.bytes().all(|byte| byte.is_ascii_graphic()) || rest.contains(['?', '#', '@', '|', '"', '\\'])
        {
            return refuse("must be scheme, host, port and path, and nothing else");
        }
        let authority = rest.split('/').next().unwrap_or_default();
        let host = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((host, _)) => host,
            None => authority.split(':').next().unwrap_or_default(),
        };
        if host.is_empty() {
            return refuse("names no host");
        }
        if plain && !["127.0.0.1", "::1", "localhost"].contains(&host) {
            return refuse("must begin with https://: the key would travel in the clear");
        }
        Ok(Self(url.to_owned()))
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for BaseUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
