use std::fmt::Write as _;
use std::io::Read;
use std::thread;
use std::time::{Duration, Instant};

use ureq::Agent;
use ureq::http::Response;

use super::breaker::Breaker;
use super::key::ApiKey;
use super::pace::Pace;
use super::{BaseUrl, FhirError, FhirSettings, tls};

/// The largest answer that is read: a page of fifty resources has some hundred thousand octets.
pub(super) const LARGEST: u64 = 4 * 1024 * 1024;

/// How often one question goes out at the most.
const ATTEMPTS: u32 = 3;

/// The first pause between two attempts; the second is twice as long.
const PAUSE: Duration = Duration::from_millis(400);

/// The longest pause that a service may ask for and get: whoever waits is a job or a person.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Questions and answers in octets: pace, attempts, bounds.
#[derive(Debug)]
pub(super) struct Exchange {
    agent: Agent,
    base: BaseUrl,
    key: ApiKey,
    pace: Pace,
    breaker: Breaker,
}

impl Exchange {
    pub(super) fn new(settings: &FhirSettings) -> Result<Self, FhirError> {
        let config = Agent::config_builder()
            .tls_config(tls::config(settings.roots.as_deref())?)
            .http_status_as_error(false)
            // A redirect would carry the key elsewhere.
            .max_redirects(0)
            .proxy(None)
            .timeout_resolve(Some(settings.connect))
            .timeout_connect(Some(settings.connect))
            .timeout_global(Some(settings.connect + settings.answer))
            .user_agent("igc-sante")
            .build();
        Ok(Self {
            agent: config.into(),
            base: settings.base.clone(),
            key: ApiKey::read(&settings.key)?,
            pace: Pace::new(settings.requests_a_second),
            breaker: Breaker::default(),
        })
    }

    /// What stands at `path`, which begins with `/` or `?`. Asks again where the service says that it will answer later, and
    /// nothing else: a question that was read and refused is refused again.
    pub(super) fn get(&mut self, path: &str) -> Result<Vec<u8>, FhirError> {
        if let Some(left) = self.breaker.open_for(Instant::now()) {
            return Err(FhirError::BreakerOpen { left });
        }
        let mut attempt = 1;
        let error = loop {
            thread::sleep(self.pace.take(Instant::now()));
            match self.once(path) {
                Ok(answer) => {
                    self.breaker.succeeded();
                    return Ok(answer);
                }
                Err(error) => match pause_after(&error, attempt) {
                    Some(pause) if attempt < ATTEMPTS => thread::sleep(pause),
                    _ => break error,
                },
            }
            attempt += 1;
        };
        self.breaker.failed(Instant::now());
        Err(error)
    }

    /// What follows the base in an address that an answer names. The key goes nowhere else.
    pub(super) fn own(&self, url: &str) -> Result<String, FhirError> {
        let rest = self.base.rest_of(url);
        rest.map(str::to_owned)
            .ok_or_else(|| FhirError::Wrong("its next page is at another address".to_owned()))
    }

    fn once(&self, path: &str) -> Result<Vec<u8>, FhirError> {
        let request = self.agent.get(format!("{}{path}", self.base));
        let request =
            request.header("esante-api-key", self.key.reveal()).header("accept", "application/fhir+json");
        let response = request.call().map_err(|error| FhirError::Away(error.to_string()))?;
        match response.status().as_u16() {
            200 => {}
            status @ (429 | 503) => return Err(FhirError::Busy { status, wait: asked_pause(&response) }),
            status @ (401 | 403) => return Err(FhirError::KeyRefused(status)),
            status => return Err(FhirError::Status(status)),
        }
        let mut octets = Vec::new();
        let read = response.into_body().into_reader().take(LARGEST + 1).read_to_end(&mut octets);
        read.map_err(|error| FhirError::Away(error.to_string()))?;
        if octets.len() as u64 > LARGEST { Err(FhirError::TooLarge(LARGEST)) } else { Ok(octets) }
    }
}

/// How long to wait before the next attempt; nothing where there is none.
fn pause_after(error: &FhirError, attempt: u32) -> Option<Duration> {
    let FhirError::Busy { wait, .. } = error else { return None };
    let pause = wait.unwrap_or(PAUSE * 2_u32.pow(attempt - 1));
    (pause <= LONGEST_PAUSE).then_some(pause)
}

/// `Retry-After` in seconds (RFC 9110 §10.2.3); a date is left to the pause of our own.
fn asked_pause<B>(response: &Response<B>) -> Option<Duration> {
    let seconds = response.headers().get("retry-after")?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// Percent-encoding of a value of a query (RFC 3986 §2.1): everything but the unreserved characters.
pub(super) fn encoded(value: &str) -> String {
    value.bytes().fold(String::with_capacity(value.len()), |mut text, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                text.push(char::from(byte))
            }
            _ => write!(text, "%{byte:02X}").expect("a string takes everything"),
        }
        text
    })
}
