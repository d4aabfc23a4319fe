//! `[register]`: how far a feed of the register is believed, and where the register is asked about one person.

use std::path::{Path, PathBuf};
use std::time::Duration;

use professional_registry::fhir::{BaseUrl, FhirSettings};
use professional_registry::import::Brakes;
use serde::{Deserialize, Serialize};

/// Most requests in a second to a server of one's own.
const OWN_SERVERS_LIMIT: u32 = 1000;

/// Most that may happen by itself within a day.
const MOST_A_DAY: u32 = 10_000;

/// `[register]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RegisterSection {
    /// How many a feed may end, change or bring back, in percent of the living, before it is worth a warning.
    pub warning_percent: u8,
    /// The same, before it is put aside.
    pub refusal_percent: u8,
    /// How many cards the register may end within a day without two officers.
    pub oppositions_a_day: u32,
    /// How many orders entries in the register may submit within a day; none where it is 0.
    pub orders_a_day: u32,
    /// The FHIR API of the directory; nobody is asked there, if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fhir: Option<FhirSection>,
}

/// `[register.fhir]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FhirSection {
    /// Where it is.
    pub address: String,
    /// The file of its key.
    pub key: PathBuf,
    /// PEM roots of its TLS certificate; those of the system, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roots: Option<PathBuf>,
    /// Whether the address is a server of one's own, which the limit of the Annuaire Santé does not bind.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own_server: bool,
    /// The most requests in a second.
    #[serde(default = "requests_a_second")]
    pub requests_a_second: u32,
    /// Seconds.
    #[serde(default = "connect_seconds")]
    pub connect_seconds: u32,
    /// Seconds.
    #[serde(default = "answer_seconds")]
    pub answer_seconds: u32,
}

fn requests_a_second() -> u32 {
    FhirSettings::PUBLISHED_LIMIT
}

fn connect_seconds() -> u32 {
    3
}

fn answer_seconds() -> u32 {
    10
}

impl Default for RegisterSection {
    fn default() -> Self {
        let Brakes { warning_percent, refusal_percent } = Brakes::default();
        Self { warning_percent, refusal_percent, oppositions_a_day: 200, orders_a_day: 0, fhir: None }
    }
}

/// What the section means.
pub(super) struct Register {
    pub(super) brakes: Brakes,
    pub(super) oppositions_a_day: u32,
    pub(super) orders_a_day: u32,
    pub(super) fhir: Option<FhirSettings>,
}

impl RegisterSection {
    pub(super) fn understand(self, folder: &Path) -> Result<Register, String> {
        let Self { warning_percent, refusal_percent, oppositions_a_day, orders_a_day, fhir } = self;
        if !(1..=100).contains(&refusal_percent) || !(1..=refusal_percent).contains(&warning_percent) {
            return Err("register: must be 1 <= warning_percent <= refusal_percent <= 100".to_owned());
        }
        let a_day = [("oppositions_a_day", oppositions_a_day), ("orders_a_day", orders_a_day)];
        if let Some((key, _)) = a_day.into_iter().find(|(_, most)| *most > MOST_A_DAY) {
            return Err(format!("register.{key}: must be at most {MOST_A_DAY}"));
        }
        let brakes = Brakes { warning_percent, refusal_percent };
        let fhir = fhir.map(|fhir| fhir.understand(folder)).transpose()?;
        Ok(Register { brakes, oppositions_a_day, orders_a_day, fhir })
    }
}

impl FhirSection {
    fn understand(self, folder: &Path) -> Result<FhirSettings, String> {
        let base: BaseUrl =
            self.address.parse().map_err(|error| format!("register.fhir.address: {error}"))?;
        if self.own_server && base.is_the_publishers() {
            return Err("register.fhir.own_server: the address is the publisher's".to_owned());
        }
        let most = if self.own_server { OWN_SERVERS_LIMIT } else { FhirSettings::PUBLISHED_LIMIT };
        if !(2..=most).contains(&self.requests_a_second) {
            return Err(format!(
                "register.fhir.requests_a_second: must be between 2 and {most}{}",
                if self.own_server {
                    ""
                } else {
                    ", the limit of the Annuaire Santé; more needs own_server = true"
                }
            ));
        }
        let seconds = |key: &str, seconds: u32| match seconds {
            1..=60 => Ok(Duration::from_secs(u64::from(seconds))),
            _ => Err(format!("register.fhir.{key}: must be between 1 and 60")),
        };
        Ok(FhirSettings {
            base,
            key: folder.join(self.key),
            roots: self.roots.map(|roots| folder.join(roots)),
            requests_a_second: self.requests_a_second,
            connect: seconds("connect_seconds", self.connect_seconds)?,
            answer: seconds("answer_seconds", self.answer_seconds)?,
        })
    }
}
