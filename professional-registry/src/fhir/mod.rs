//! The FHIR API of the *Annuaire Santé*: the register, asked about one person at a time (\[S\] domain.md §3.2).
//!
//! It is a second [`Registry`] beside the imported extracts, and says two things more: it answers now, and it may say why
//! somebody has left ([`EndCause`]). It is a service of others: it may be slow, away, or wrong. So every answer is bounded
//! in size and time, a key goes to its own address only, seventeen requests a second are the most, and after a few
//! failures nobody asks for a while ([`FhirError::BreakerOpen`]). *No answer is never a no*: whoever concludes something
//! takes a [`Reading`], which only a whole and matching answer can make.

mod breaker;
mod bundle;
mod error;
mod exchange;
mod key;
mod pace;
mod reading;
mod settings;
mod tls;

#[cfg(test)]
mod tests;

use store::{Database, Timestamp};

use crate::identifiers::{IdNatPs, TechnicalStructureId};
use crate::record::{ProfessionalRecord, StructureRecord};
use crate::registry::{Registry, RegistryError};
use bundle::{CapabilityStatement, Organization, Practitioner, PractitionerRole};
use exchange::{Exchange, encoded};

pub use error::FhirError;
pub use reading::{EndCause, Reading};
pub use settings::{BaseUrl, FhirSettings};

/// The system of an IdNat_PS (\[S\] domain.md §2.1).
const ID_NAT_PS: &str = "urn:oid:1.2.250.1.71.4.2.1";

/// The most places that are looked up for one person: whoever has more is still known to exercise.
const MOST_PLACES: usize = 16;

/// A client of the API.
#[derive(Debug)]
pub struct AnnuaireSante {
    exchange: Exchange,
}

impl AnnuaireSante {
    /// Reads the key; asks nothing yet.
    pub fn new(settings: &FhirSettings) -> Result<Self, FhirError> {
        Ok(Self { exchange: Exchange::new(settings)? })
    }

    /// Whether it answers, and takes the key.
    pub fn answers(&mut self) -> Result<(), FhirError> {
        let answer = self.exchange.get("/metadata")?;
        bundle::resource::<CapabilityStatement>(&answer).map(drop)
    }

    /// What it says of `id` at the moment `at`.
    pub fn read(&mut self, id: &IdNatPs, at: Timestamp) -> Result<Reading, FhirError> {
        let query = format!("/Practitioner?identifier={}", encoded(&format!("{ID_NAT_PS}|{id}")));
        let found = self.search::<Practitioner>(&query)?;
        let mut answers = found.answers;
        let Some(practitioner) = reading::only_one(found.resources, id)? else {
            return Ok(Reading::nobody(&answers));
        };
        let query = format!("/PractitionerRole?practitioner={}", encoded(&practitioner.id));
        let roles = self.search::<PractitionerRole>(&query)?;
        answers.extend(roles.answers);
        let roles = reading::of_him(roles.resources, &practitioner)?;
        let mut places = Vec::new();
        for place in reading::places(&roles).into_iter().take(MOST_PLACES) {
            let query = format!("/Organization?_id={}", encoded(place));
            let found = self.search::<Organization>(&query)?;
            places.extend(found.resources.into_iter().filter(|found| found.id == place));
        }
        reading::read(id, &practitioner, &roles, &places, &answers, at)
    }

    /// What it says of the structure `id`.
    pub fn structure(&mut self, id: &TechnicalStructureId) -> Result<Option<StructureRecord>, FhirError> {
        let query = format!("/Organization?identifier={}", encoded(id.as_str()));
        let found = self.search::<Organization>(&query)?;
        let named = found.resources.iter().filter(|found| found.technical_id().as_ref() == Some(id));
        Ok(named.map(|found| found.record(id)).next())
    }

    /// The register as of `at`, for whoever asks a [`Registry`].
    pub fn at(&mut self, at: Timestamp) -> FhirRegister<'_> {
        FhirRegister { client: self, at }
    }

    /// Every page of a search.
    fn search<T: bundle::Resource>(&mut self, query: &str) -> Result<Found<T>, FhirError> {
        let mut found = Found { resources: Vec::new(), answers: Vec::new() };
        let mut next = Some(format!("{query}&_count=50"));
        while let Some(query) = next {
            if found.answers.len() == bundle::MOST_PAGES {
                return Err(FhirError::Pages(bundle::MOST_PAGES));
            }
            let answer = self.exchange.get(&query)?;
            let page = bundle::page::<T>(&answer)?;
            found.resources.extend(page.resources);
            next = page.next.map(|url| self.exchange.own(&url)).transpose()?;
            found.answers.push(answer);
        }
        Ok(found)
    }
}

/// What a search found, and the octets that said so.
struct Found<T> {
    resources: Vec<T>,
    answers: Vec<Vec<u8>>,
}

/// The [`Registry`] over the API, as of one moment.
#[derive(Debug)]
pub struct FhirRegister<'c> {
    client: &'c mut AnnuaireSante,
    at: Timestamp,
}

impl Registry for FhirRegister<'_> {
    fn professional(
        &mut self,
        _: &mut Database,
        id: &IdNatPs,
    ) -> Result<Option<ProfessionalRecord>, RegistryError> {
        Ok(self.client.read(id, self.at)?.record)
    }

    fn structure(
        &mut self,
        _: &mut Database,
        id: &TechnicalStructureId,
    ) -> Result<Option<StructureRecord>, RegistryError> {
        Ok(self.client.structure(id)?)
    }
}
