//! A bounded HTTP client: one address, and hosts that the operator names; no TLS, no redirect, no proxy, no cookie.

use std::io::Read;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use thiserror::Error;
use ureq::http::Response;
use ureq::{Agent, Body};

/// The largest file that is fetched: some five million entries of a CRL.
pub const LARGEST_FILE: u64 = 250_000_000;

/// The largest OCSP answer that is read.
pub const LARGEST_ANSWER: u64 = 64 * 1024;

const EVENT_STREAM: &str = "text/event-stream";

/// The one address, among destinations.
pub(crate) const HERE: &str = "";

const CONNECT: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_secs(30);

/// Fetches from one address, whatever host a URL names, and from the hosts that it was told to follow: nothing that stands in a
/// certificate or a file makes it connect elsewhere.
#[derive(Debug)]
pub struct Fetcher {
    agent: Agent,
    address: SocketAddr,
    hosts: Vec<String>,
}

/// What is read of a stream that has no end.
#[derive(Clone, Copy, Debug)]
pub struct Stream<'a> {
    /// Its path.
    pub path: &'a str,
    /// The last event that is known, as a reader says who comes back.
    pub last_event_id: i64,
    /// The most octets.
    pub limit: u64,
    /// The longest time, from the first octet of the question to the last of the answer.
    pub patience: Duration,
}

/// Something that was not fetched.
#[derive(Debug, Error)]
pub enum FetchError {
    /// Nothing answers, or not in time, or not in HTTP.
    #[error("{0}")]
    Http(Box<ureq::Error>),
    /// It answers, and not with the thing.
    #[error("HTTP status {0}")]
    Status(u16),
    /// It answers, and not with a stream of events.
    #[error("no stream of events")]
    NoStream,
    /// It is larger than anything that should be there.
    #[error("larger than {0} octets")]
    TooLarge(u64),
    /// Nobody asked for it, for this reason.
    #[error("not asked: {0}")]
    NotAsked(&'static str),
    /// It broke off.
    #[error("broke off: {0}")]
    BrokeOff(#[from] std::io::Error),
}

impl From<ureq::Error> for FetchError {
    fn from(error: ureq::Error) -> Self {
        Self::Http(Box::new(error))
    }
}

impl Fetcher {
    /// Connects to `address`; where that means every address of the machine, to its loopback.
    pub fn at(address: SocketAddr) -> Self {
        let loopback = match address.ip() {
            ip if !ip.is_unspecified() => ip,
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        };
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .max_idle_connections(0)
            .timeout_connect(Some(CONNECT))
            .timeout_global(Some(PATIENCE))
            .user_agent("igc-coherence");
        Self {
            agent: config.build().into(),
            address: SocketAddr::new(loopback, address.port()),
            hosts: Vec::new(),
        }
    }

    /// Connects to these hosts by name where a URL names them, in whatever case, and with the port or without where it is 80.
    #[must_use]
    pub fn following(mut self, hosts: &[String]) -> Self {
        self.hosts = hosts.to_vec();
        self
    }

    /// Whether what is fetched of this host comes from it: it is followed by name, or is the one address itself.
    pub(crate) fn connects_to(&self, host: &str) -> bool {
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) if !port.ends_with(']') => (name, port.parse().ok()),
            _ => (host, Some(80)),
        };
        let name = name.trim_start_matches('[').trim_end_matches(']');
        let is_it = match name {
            name if name.eq_ignore_ascii_case("localhost") => self.address.ip().is_loopback(),
            name => name.parse() == Ok(self.address.ip()),
        };
        is_it && port == Some(self.address.port()) || self.follows(host)
    }

    /// Where it asks for a URL: the host, where that is followed, and else the one address, which is empty here.
    pub(crate) fn destination<'u>(&self, url: &'u HttpUrl) -> &'u str {
        if self.follows(&url.host) { &url.host } else { HERE }
    }

    fn follows(&self, host: &str) -> bool {
        self.hosts.iter().any(|known| is_same_host(known, host))
    }

    /// A GET of this path, at most `limit` octets, and how long a cache on the way may have kept it, by its own word.
    pub fn get(&self, path: &str, limit: u64) -> Result<(Vec<u8>, Duration), FetchError> {
        let response = self.agent.get(self.url(path)).call()?;
        let kept = kept(&response);
        Ok((read(response, limit)?, kept))
    }

    /// The same of a URL: its host is told, and connected to only where it is followed.
    pub fn get_url(&self, url: &HttpUrl, limit: u64) -> Result<Vec<u8>, FetchError> {
        read(self.of(url)?, limit)
    }

    fn of(&self, url: &HttpUrl) -> Result<Response<Body>, FetchError> {
        let HttpUrl { host, path } = url;
        let get = match self.follows(host) {
            true => self.agent.get(format!("http://{host}{path}")),
            false => self.agent.get(self.url(path)).header("host", host),
        };
        Ok(get.call()?)
    }

    /// What has come of a stream once it is enough, or the time is over, or it ended.
    pub fn stream(
        &self,
        wanted: &Stream<'_>,
        is_enough: impl Fn(&[u8]) -> bool,
    ) -> Result<Vec<u8>, FetchError> {
        let get = self.agent.get(self.url(wanted.path)).header("accept", EVENT_STREAM);
        let get = get.header("last-event-id", wanted.last_event_id.to_string());
        let response = get.config().timeout_global(Some(wanted.patience)).build().call()?;
        let status = response.status().as_u16();
        if status != 200 {
            return Err(FetchError::Status(status));
        }
        if response.body().mime_type() != Some(EVENT_STREAM) {
            return Err(FetchError::NoStream);
        }
        let mut body = response.into_body().into_reader();
        let (mut octets, mut piece) = (Vec::new(), [0; 8192]);
        while !is_enough(&octets) {
            // Where it broke off, what is missing is missed by whoever compares.
            let Ok(read @ 1..) = body.read(&mut piece) else { break };
            octets.extend_from_slice(&piece[..read]);
            if octets.len() as u64 > wanted.limit {
                return Err(FetchError::TooLarge(wanted.limit));
            }
        }
        Ok(octets)
    }

    /// An OCSP answer by GET, and how long it may have been kept.
    pub fn get_ocsp(&self, url: &HttpUrl) -> Result<(Vec<u8>, Duration), FetchError> {
        let response = self.of(url)?;
        let kept = kept(&response);
        Ok((read(response, LARGEST_ANSWER)?, kept))
    }

    /// An OCSP request by POST.
    pub fn post_ocsp(&self, path: &str, request: &[u8]) -> Result<Vec<u8>, FetchError> {
        let post = self.agent.post(self.url(path)).header("content-type", "application/ocsp-request");
        read(post.send(request)?, LARGEST_ANSWER)
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

/// Names are the same in any case, and without a port it is that of HTTP (RFC 3986 §6.2.2.1, §6.2.3).
fn is_same_host(one: &str, other: &str) -> bool {
    let without_port = |host| <str>::strip_suffix(host, ":80").unwrap_or(host);
    without_port(one).eq_ignore_ascii_case(without_port(other))
}

fn read(response: Response<Body>, limit: u64) -> Result<Vec<u8>, FetchError> {
    let status = response.status().as_u16();
    if status != 200 {
        return Err(FetchError::Status(status));
    }
    let mut octets = Vec::new();
    response.into_body().into_reader().take(limit + 1).read_to_end(&mut octets)?;
    if octets.len() as u64 > limit { Err(FetchError::TooLarge(limit)) } else { Ok(octets) }
}

fn kept(response: &Response<Body>) -> Duration {
    let stated = response.headers().get("cache-control").and_then(|value| value.to_str().ok());
    stated.map_or(Duration::ZERO, max_age)
}

/// The longest time of `max-age` and `s-maxage` (RFC 9111 §5.2.2).
fn max_age(cache_control: &str) -> Duration {
    let directives = cache_control.split(',').filter_map(|directive| directive.trim().split_once('='));
    let ages = directives.filter(|(name, _)| matches!(*name, "max-age" | "s-maxage"));
    Duration::from_secs(ages.filter_map(|(_, seconds)| seconds.parse().ok()).max().unwrap_or(0))
}

/// An `http` URL, in the two parts that are used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HttpUrl {
    /// Host and port, as they stand there.
    pub host: String,
    /// From the first slash on.
    pub path: String,
}

impl HttpUrl {
    /// Reads one; nothing where it is of another scheme, or holds what no URL of ours does.
    pub fn parse(url: &str) -> Option<Self> {
        let rest = url.strip_prefix("http://")?;
        let at = rest.find('/').unwrap_or(rest.len());
        let (host, path) = rest.split_at(at);
        let fits = |text: &str| text.bytes().all(|octet| octet.is_ascii_graphic());
        let read = Self {
            host: host.to_owned(),
            path: if path.is_empty() { "/".to_owned() } else { path.to_owned() },
        };
        (!host.is_empty() && fits(host) && fits(path) && !host.contains('@')).then_some(read)
    }
}

#[cfg(test)]
mod tests;
