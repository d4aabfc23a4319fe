//! One bucket of a store that speaks S3: what an object says of itself, and how it is replaced.

use std::io::Read;
use std::time::Duration;

use rusty_s3::{Bucket, Credentials, S3Action, UrlStyle};
use store::{Code, Fault};
use thiserror::Error;
use ureq::http::{Response, StatusCode};
use ureq::tls::{RootCerts, TlsConfig, TlsProvider};
use ureq::typestate::WithoutBody;
use ureq::{Agent, Body, RequestBuilder};
use zeroize::Zeroizing;

use crate::crl::read::MAX_BYTES;
use crate::faults;

const CONNECT: Duration = Duration::from_secs(5);

/// From the first octet of a request to the last one of its answer: a CRL of five million entries is 250 MB.
pub(super) const PATIENCE: Duration = Duration::from_secs(120);

/// How long a signed address is of use.
const ADDRESS_LIFE: Duration = Duration::from_secs(300);

/// What is read of an error.
const LARGEST_ERROR: u64 = 16 * 1024;

/// What an object says of itself (user-defined metadata of S3).
const PROGRESS: &str = "x-amz-meta-igc-progress";
const SHA256: &str = "x-amz-meta-igc-sha256";

/// Where the store is, and who we are there.
#[derive(Clone, Debug)]
pub struct ObjectStoreSettings {
    /// `https://s3.example`; plain HTTP to this machine only.
    pub endpoint: String,
    /// The bucket.
    pub bucket: String,
    /// Its region, which signatures name.
    pub region: String,
    /// What stands before each object's name: nothing, or a path that ends with a slash.
    pub prefix: String,
    /// Whether the bucket stands in the path and not in the host's name.
    pub path_style: bool,
    /// Names the key; no secret.
    pub access_key_id: String,
}

/// Settings that name no store.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum SettingsError {
    /// The address is none.
    #[error("endpoint: {0}")]
    Endpoint(String),
    /// Secrets of nobody's business would be told to everybody on the way.
    #[error("endpoint: plain http is for this machine only; use https")]
    Plain,
    /// No name of an object can begin with it.
    #[error("prefix: must be empty, or graphic ASCII that ends with a slash and begins with none")]
    Prefix,
}

/// A store that does not do what it was asked.
#[derive(Debug, Error)]
pub enum ObjectStoreError {
    /// Nothing answers, or not in time, or it breaks off.
    #[error("object store: {0}")]
    Unreachable(Box<ureq::Error>),
    /// It answers, and refuses.
    #[error("object store: {object}: HTTP status {status}{}", code.as_ref().map(|code| format!(", {code}")).unwrap_or_default())]
    Refused {
        /// Which object.
        object: String,
        /// The HTTP status.
        status: u16,
        /// S3's own word for it.
        code: Option<String>,
    },
}

impl Fault for ObjectStoreError {
    fn code(&self) -> Code {
        match self {
            Self::Unreachable(_) => faults::OBJECT_STORE_UNREACHABLE,
            Self::Refused { .. } => faults::OBJECT_STORE_REFUSED,
        }
    }
}

impl From<ureq::Error> for ObjectStoreError {
    fn from(error: ureq::Error) -> Self {
        Self::Unreachable(Box::new(error))
    }
}

/// What stands under a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Standing {
    /// SHA-256 of what was put there, hexadecimal.
    pub(super) sha256: Option<String>,
    /// How far it is, where that may never go back.
    pub(super) progress: Option<u64>,
}

/// What goes to the store.
#[derive(Debug)]
pub(super) struct Object<'a> {
    pub(super) name: &'a str,
    pub(super) octets: &'a [u8],
    pub(super) content_type: &'static str,
    pub(super) max_age: Duration,
    pub(super) says: Standing,
}

/// One bucket.
#[derive(Debug)]
pub struct ObjectStore {
    bucket: Bucket,
    credentials: Credentials,
    prefix: String,
    agent: Agent,
}

impl ObjectStore {
    /// The bucket that the settings name. Connects to nothing yet.
    pub fn new(settings: ObjectStoreSettings, secret: &Zeroizing<String>) -> Result<Self, SettingsError> {
        let style = if settings.path_style { UrlStyle::Path } else { UrlStyle::VirtualHost };
        let endpoint = settings
            .endpoint
            .parse()
            .map_err(|error| SettingsError::Endpoint(format!("{:?}: {error}", settings.endpoint)))?;
        let bucket = Bucket::new(endpoint, style, settings.bucket, settings.region)
            .map_err(|error| SettingsError::Endpoint(error.to_string()))?;
        if bucket.base_url().scheme() == "http" && !is_this_machine(&bucket) {
            return Err(SettingsError::Plain);
        }
        let prefix = settings.prefix;
        let fits = prefix.bytes().all(|octet| octet.is_ascii_graphic())
            && (prefix.is_empty() || prefix.ends_with('/') && !prefix.starts_with('/'));
        if !fits {
            return Err(SettingsError::Prefix);
        }
        let tls = TlsConfig::builder()
            .provider(TlsProvider::NativeTls)
            .root_certs(RootCerts::PlatformVerifier)
            .build();
        let agent = Agent::config_builder()
            .tls_config(tls)
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .timeout_connect(Some(CONNECT))
            .timeout_global(Some(PATIENCE))
            .user_agent("igc-object-store")
            .build()
            .into();
        let credentials = Credentials::new(settings.access_key_id, secret.as_str());
        Ok(Self { bucket, credentials, prefix, agent })
    }

    /// What stands under this name; nothing where nothing does. The store has `within` to say so.
    pub(super) fn standing(
        &self,
        name: &str,
        within: Duration,
    ) -> Result<Option<Standing>, ObjectStoreError> {
        let key = self.key(name);
        let address = self.bucket.head_object(Some(&self.credentials), &key).sign(ADDRESS_LIFE);
        let response = within_time(self.agent.head(address.as_str()), within).call()?;
        match response.status() {
            StatusCode::NOT_FOUND => Ok(None),
            StatusCode::OK => {
                let says = |header: &str| response.headers().get(header)?.to_str().ok().map(str::to_owned);
                let progress = says(PROGRESS).and_then(|number| number.parse().ok());
                Ok(Some(Standing { sha256: says(SHA256), progress }))
            }
            _ => Err(refused(name, response)),
        }
    }

    /// The octets that stand under this name, all of which come `within` this time; nothing where nothing does.
    pub(super) fn get(&self, name: &str, within: Duration) -> Result<Option<Vec<u8>>, ObjectStoreError> {
        let key = self.key(name);
        let address = self.bucket.get_object(Some(&self.credentials), &key).sign(ADDRESS_LIFE);
        let response = within_time(self.agent.get(address.as_str()), within).call()?;
        match response.status() {
            StatusCode::NOT_FOUND => Ok(None),
            StatusCode::OK => {
                let body = response.into_body().into_with_config().limit(MAX_BYTES as u64);
                Ok(Some(body.read_to_vec()?))
            }
            _ => Err(refused(name, response)),
        }
    }

    /// Puts an object there, whole: S3 shows the old one until it has all of the new one.
    pub(super) fn put(&self, object: &Object<'_>) -> Result<(), ObjectStoreError> {
        let key = self.key(object.name);
        let mut headers = vec![
            ("cache-control", format!("public, max-age={}", object.max_age.as_secs())),
            ("content-type", object.content_type.to_owned()),
        ];
        headers.extend(object.says.progress.map(|number| (PROGRESS, number.to_string())));
        headers.extend(object.says.sha256.clone().map(|digest| (SHA256, digest)));
        let mut action = self.bucket.put_object(Some(&self.credentials), &key);
        for (name, value) in &headers {
            action.headers_mut().insert(*name, value.as_str());
        }
        let address = action.sign(ADDRESS_LIFE);
        let mut request = self.agent.put(address.as_str());
        for (name, value) in &headers {
            request = request.header(*name, value);
        }
        let response = request.send(object.octets)?;
        if response.status().is_success() { Ok(()) } else { Err(refused(object.name, response)) }
    }

    fn key(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }
}

/// For the whole of a question, its answer included.
fn within_time(request: RequestBuilder<WithoutBody>, within: Duration) -> RequestBuilder<WithoutBody> {
    // None at all would be no limit.
    request.config().timeout_global(Some(within.max(Duration::from_millis(1)))).build()
}

fn is_this_machine(bucket: &Bucket) -> bool {
    let host = bucket.base_url().host_str().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

/// Why, in the one word that S3 has for it (`<Code>AccessDenied</Code>`); a HEAD has none.
fn refused(name: &str, response: Response<Body>) -> ObjectStoreError {
    let status = response.status().as_u16();
    let mut text = String::new();
    // What does not read is not said.
    let _ = response.into_body().into_reader().take(LARGEST_ERROR).read_to_string(&mut text);
    let code =
        text.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>")).map(|(code, _)| code);
    let is_word = |code: &&str| code.len() <= 64 && code.bytes().all(|octet| octet.is_ascii_alphanumeric());
    ObjectStoreError::Refused {
        object: name.to_owned(),
        status,
        code: code.filter(is_word).map(str::to_owned),
    }
}
