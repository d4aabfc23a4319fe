//! From resources to what the register says of a person.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::{Database, Timestamp};

use super::bundle::{CodeableConcept, Extension, HumanName, Organization, Practitioner, PractitionerRole};
use super::{FhirError, ID_NAT_PS};
use crate::identifiers::IdNatPs;
use crate::identifiers::TechnicalStructureId;
use crate::nomenclature::{Category, KnowHow, Profession};
use crate::record::{Activity, Exercise, ProfessionalRecord, StructureRecord};
use crate::registry::{Registry, RegistryError};

const PROFESSION: (&str, &str) = ("TRE_G15-ProfessionSante", "1.2.250.1.71.1.2.7");
const CATEGORY: (&str, &str) = ("TRE_R09-CategorieProfessionnelle", "1.2.250.1.213.1.6.1.10");
const SPECIALITY: (&str, &str) = ("TRE_R38-SpecialiteOrdinale", "1.2.250.1.213.2.28");
const MODE: (&str, &str) = ("TRE_R23-ModeExercice", "1.2.250.1.213.1.6.1.18");
const SECTOR: (&str, &str) = ("TRE_R02-SecteurActivite", "1.2.250.1.71.4.2.4");
const END_CAUSE: (&str, &str) = ("TRE_R25-MotifFinActivite", "1.2.250.1.213.1.6.1.20");

/// What a whole answer of the API says of one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reading {
    /// What it says; `None` where it knows nobody of that number.
    pub record: Option<ProfessionalRecord>,
    /// Why he left, where that is said: to those whom the publisher tells more than everybody.
    pub cause: Option<EndCause>,
    /// SHA-256, in hex, over the digests of the answers: the evidence.
    pub digest: String,
}

/// Why somebody no longer exercises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndCause {
    /// `DCD` of TRE_R25-MotifFinActivite, or a date of death.
    Deceased,
    /// `RH`, `RL`, `RS`: retired.
    Retired,
    /// Every registration with a council has ended (*dateRadiation*), and no other cause is given.
    StruckOff,
}

impl EndCause {
    /// As stored: `struck-off`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deceased => "deceased",
            Self::Retired => "retired",
            Self::StruckOff => "struck-off",
        }
    }
}

impl Reading {
    pub(super) fn nobody(answers: &[Vec<u8>]) -> Self {
        Self { record: None, cause: None, digest: digest(answers) }
    }
}

/// A register of one person.
impl Registry for Reading {
    fn professional(
        &mut self,
        _: &mut Database,
        id: &IdNatPs,
    ) -> Result<Option<ProfessionalRecord>, RegistryError> {
        Ok(self.record.clone().filter(|record| record.id == *id))
    }

    fn structure(
        &mut self,
        _: &mut Database,
        _: &TechnicalStructureId,
    ) -> Result<Option<StructureRecord>, RegistryError> {
        Ok(None)
    }
}

fn digest(answers: &[Vec<u8>]) -> String {
    let each = answers.iter().map(Sha256::digest);
    hex::encode(each.fold(Sha256::new(), |all, one| all.chain_update(one)).finalize())
}

/// The one practitioner of that number. Whoever is found and has another number makes the answer worthless.
pub(super) fn only_one(found: Vec<Practitioner>, id: &IdNatPs) -> Result<Option<Practitioner>, FhirError> {
    let number = id.to_string();
    let has = |one: &Practitioner| {
        one.identifier.iter().any(|known| known.system == ID_NAT_PS && known.value == number)
    };
    if !found.iter().all(has) {
        return Err(FhirError::Wrong("a practitioner of another number".to_owned()));
    }
    let mut found = found.into_iter();
    match (found.next(), found.next()) {
        (_, Some(_)) => Err(FhirError::Wrong("several practitioners of one number".to_owned())),
        (Some(one), None) if one.id.is_empty() => {
            Err(FhirError::Wrong("a practitioner without id".to_owned()))
        }
        (one, None) => Ok(one),
    }
}

/// The roles, each of which is his.
pub(super) fn of_him(
    roles: Vec<PractitionerRole>,
    practitioner: &Practitioner,
) -> Result<Vec<PractitionerRole>, FhirError> {
    let his = |role: &PractitionerRole| {
        role.practitioner.reference.rsplit('/').next() == Some(practitioner.id.as_str())
    };
    if roles.iter().all(his) {
        Ok(roles)
    } else {
        Err(FhirError::Wrong("a role of somebody else".to_owned()))
    }
}

/// The identifiers of the places of these roles.
pub(super) fn places(roles: &[PractitionerRole]) -> BTreeSet<&str> {
    let ids = roles.iter().filter_map(|role| role.organization.reference.rsplit('/').next());
    ids.filter(|id| !id.is_empty()).collect()
}

/// What they say together of `id`, at the moment `at`.
pub(super) fn read(
    id: &IdNatPs,
    practitioner: &Practitioner,
    roles: &[PractitionerRole],
    places: &[Organization],
    answers: &[Vec<u8>],
    at: Timestamp,
) -> Result<Reading, FhirError> {
    let digest = digest(answers);
    let ceased_at = match practitioner.active {
        Some(false) => Some(last_update(&practitioner.meta.last_updated).unwrap_or(at)),
        Some(true) | None => None,
    };
    let mut exercises = exercises(practitioner, roles, at)?;
    // Nothing said is nothing known: a public answer may leave out what a restricted one has.
    if exercises.is_empty() && ceased_at.is_none() {
        return Err(FhirError::Wrong("an active practitioner without a profession".to_owned()));
    }
    let activities = activities(roles, places, at)?;
    for exercise in exercises.iter_mut().filter(|exercise| exercise.ceased_at.is_none()) {
        exercise.activities.clone_from(&activities);
    }
    let cause = cause(practitioner, roles, at)?;
    let name = practitioner.name.first().cloned().unwrap_or_default();
    let record = ProfessionalRecord {
        id: id.clone(),
        given_name: given(&name),
        civility: name.prefix.iter().flatten().next().cloned().unwrap_or_default(),
        family_name: name.family,
        exercises,
        ceased_at,
        feed: digest.clone(),
    };
    Ok(Reading { record: Some(record), cause, digest })
}

fn given(name: &HumanName) -> String {
    let names: Vec<&str> = name.given.iter().flatten().map(String::as_str).collect();
    names.join(" ")
}

/// One for each profession and category: of the practitioner's qualifications, and, as the first version of the API has
/// them, of his roles.
fn exercises(
    practitioner: &Practitioner,
    roles: &[PractitionerRole],
    at: Timestamp,
) -> Result<Vec<Exercise>, FhirError> {
    let name = practitioner.name.first().cloned().unwrap_or_default();
    let speciality = practitioner.qualification.iter().find_map(|one| one.code.code_of(SPECIALITY));
    let mut found: Vec<Exercise> = Vec::new();
    let mut keep = |code: &CodeableConcept, ceased_at: Option<Timestamp>| {
        let Some(profession) = code.code_of(PROFESSION).and_then(Profession::from_code) else {
            return Ok(());
        };
        let category = code.code_of(CATEGORY).and_then(Category::from_code);
        let category =
            category.ok_or_else(|| FhirError::Wrong("a profession without its category".to_owned()))?;
        let stands = found.iter_mut().find(|one| one.profession == profession && one.category == category);
        match stands {
            // Ended once and taken up again: it is exercised.
            Some(stands) if ceased_at.is_none() => stands.ceased_at = None,
            Some(_) => {}
            None => found.push(Exercise {
                profession,
                category,
                practice_family_name: name.family.clone(),
                practice_given_name: given(&name),
                know_how: speciality.map(|code| KnowHow { kind: "S".to_owned(), code: code.to_owned() }),
                ceased_at,
                activities: Vec::new(),
            }),
        }
        Ok(())
    };
    for qualification in &practitioner.qualification {
        keep(&qualification.code, past(&qualification.period.end, at)?)?;
    }
    for role in roles {
        let ended = past(&role.period.end, at)?;
        let ended = if role.active == Some(false) { ended.or(Some(at)) } else { ended };
        for code in &role.code {
            keep(code, ended)?;
        }
    }
    found.sort_by_key(|one| (one.profession.code(), one.category));
    Ok(found)
}

/// Where and how he exercises now. Which of two professions a place is of is not said.
fn activities(
    roles: &[PractitionerRole],
    places: &[Organization],
    at: Timestamp,
) -> Result<Vec<Activity>, FhirError> {
    let mut activities = Vec::new();
    for role in roles.iter().filter(|role| role.active != Some(false)) {
        if past(&role.period.end, at)?.is_some() {
            continue;
        }
        let id = role.organization.reference.rsplit('/').next().unwrap_or_default();
        let place = places.iter().find(|place| place.id == id);
        let mode = role.code.iter().find_map(|code| code.code_of(MODE));
        let sector = place.and_then(|place| place.kind.iter().find_map(|kind| kind.code_of(SECTOR)));
        let activity = Activity {
            mode: mode.and_then(|code| code.parse().ok()),
            sector: sector.and_then(|code| code.parse().ok()),
            structure: place.and_then(Organization::technical_id),
        };
        if activity.mode.is_some() || activity.structure.is_some() {
            activities.push(activity);
        }
    }
    Ok(activities)
}

fn cause(
    practitioner: &Practitioner,
    roles: &[PractitionerRole],
    at: Timestamp,
) -> Result<Option<EndCause>, FhirError> {
    let all = || practitioner.extension.iter().chain(roles.iter().flat_map(|role| &role.extension));
    let died = all().any(|one| is_date_of_death(one) && !one.moment.is_empty());
    let mut causes: BTreeSet<EndCause> = died.then_some(EndCause::Deceased).into_iter().collect();
    for code in all().filter(|one| is_end_cause(one)).filter_map(|one| one.concept.code_of(END_CAUSE)) {
        causes.extend(match code {
            "DCD" => Some(EndCause::Deceased),
            "RH" | "RL" | "RS" => Some(EndCause::Retired),
            _ => None,
        });
    }
    if let Some(cause) = causes.first() {
        return Ok(Some(*cause));
    }
    let registrations: Vec<&Extension> = all().filter(|one| is_registration(one)).collect();
    let mut ended = 0;
    for registration in &registrations {
        let period = registration.extension.iter().find(|one| one.url == "period");
        ended += usize::from(past(period.map_or("", |one| &one.period.end), at)?.is_some());
    }
    Ok((ended > 0 && ended == registrations.len()).then_some(EndCause::StruckOff))
}

fn is_date_of_death(extension: &Extension) -> bool {
    extension.is("as-ext-practitioner-deceased-date-time") || extension.is("as-ext-person-deceased-date-time")
}

fn is_end_cause(extension: &Extension) -> bool {
    extension.is("as-ext-practitionerrole-end-cause") || extension.is("PractitionerRole-EndCause")
}

fn is_registration(extension: &Extension) -> bool {
    extension.is("as-ext-registration") || extension.is("as-ext-practitionerrole-registration")
}

fn last_update(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

/// The end of a period that lies behind `at`; a day begins at midnight UTC. One that cannot be read is no answer: it
/// might end somebody, or not.
fn past(end: &str, at: Timestamp) -> Result<Option<Timestamp>, FhirError> {
    if end.is_empty() {
        return Ok(None);
    }
    let of_day = || end.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok();
    let moment = match end.contains('T') {
        true => end.parse::<Timestamp>().ok(),
        false => of_day().map(|day| day.timestamp().into()),
    };
    let moment = moment.ok_or_else(|| FhirError::Wrong("the end of a period is no date".to_owned()))?;
    Ok((moment <= at).then_some(moment))
}
