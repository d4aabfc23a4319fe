//! The resources as they come: what is read of them, and nothing of what is not known. Everything may be absent or null.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::FhirError;
use crate::identifiers::TechnicalStructureId;
use crate::record::StructureRecord;

/// The most pages of one search: a person or a place has one.
pub(super) const MOST_PAGES: usize = 20;

/// A kind of resource.
pub(super) trait Resource: DeserializeOwned {
    const TYPE: &'static str;
}

/// One page of a search.
pub(super) struct Page<T> {
    pub(super) resources: Vec<T>,
    /// Where the next one is.
    pub(super) next: Option<String>,
}

/// Reads a page, which holds these resources and nothing else but what the server remarks.
pub(super) fn page<T: Resource>(octets: &[u8]) -> Result<Page<T>, FhirError> {
    let bundle = resource::<Bundle>(octets)?;
    let mut resources = Vec::with_capacity(bundle.entry.len());
    for resource in bundle.entry.into_iter().filter_map(|entry| entry.resource) {
        match resource.get("resourceType").and_then(Value::as_str) {
            Some("OperationOutcome") => {}
            Some(kind) if kind == T::TYPE => resources.push(read(resource)?),
            kind => return Err(wrong(kind, T::TYPE)),
        }
    }
    let next = bundle.link.into_iter().find(|link| link.relation == "next").map(|link| link.url);
    Ok(Page { resources, next })
}

/// Reads one resource.
pub(super) fn resource<T: Resource>(octets: &[u8]) -> Result<T, FhirError> {
    let value: Value =
        serde_json::from_slice(octets).map_err(|error| FhirError::Unreadable(error.to_string()))?;
    match value.get("resourceType").and_then(Value::as_str) {
        Some(kind) if kind == T::TYPE => read(value),
        kind => Err(wrong(kind, T::TYPE)),
    }
}

/// The error names what is wrong by its place in the resource, never by what stands there.
fn read<T: Resource>(value: Value) -> Result<T, FhirError> {
    serde_json::from_value(value).map_err(|_| FhirError::Unreadable(format!("a {} that is none", T::TYPE)))
}

fn wrong(found: Option<&str>, expected: &str) -> FhirError {
    let found: String = found.unwrap_or("nothing").chars().take(40).collect();
    FhirError::Wrong(format!("{found} where {expected} must be"))
}

/// Null is what is absent.
fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

macro_rules! fhir {
    ($($name:ident $(= $type:literal)? { $($field:ident: $of:ty $(as $json:literal)?),* $(,)? })*) => {$(
        #[derive(Clone, Debug, Default, Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub(super) struct $name {
            $(
                #[serde(default, deserialize_with = "or_default" $(, rename = $json)?)]
                pub(super) $field: $of,
            )*
        }
        $(impl Resource for $name { const TYPE: &'static str = $type; })?
    )*};
}

fhir! {
    CapabilityStatement = "CapabilityStatement" {}
    Bundle = "Bundle" { link: Vec<Link>, entry: Vec<Entry> }
    Link { relation: String, url: String }
    Entry { resource: Option<Value> }
    Meta { last_updated: String }
    Identifier { kind: CodeableConcept as "type", system: String, value: String }
    CodeableConcept { coding: Vec<Coding> }
    Coding { system: String, code: String }
    Period { end: String }
    HumanName { family: String, given: Vec<Option<String>>, prefix: Vec<Option<String>> }
    Reference { reference: String }
    Qualification { code: CodeableConcept, period: Period }
    Extension {
        url: String,
        extension: Vec<Extension>,
        concept: CodeableConcept as "valueCodeableConcept",
        period: Period as "valuePeriod",
        moment: String as "valueDateTime",
    }
    Practitioner = "Practitioner" {
        id: String,
        active: Option<bool>,
        meta: Meta,
        identifier: Vec<Identifier>,
        name: Vec<HumanName>,
        qualification: Vec<Qualification>,
        extension: Vec<Extension>,
    }
    PractitionerRole = "PractitionerRole" {
        active: Option<bool>,
        period: Period,
        practitioner: Reference,
        organization: Reference,
        code: Vec<CodeableConcept>,
        extension: Vec<Extension>,
    }
    Organization = "Organization" {
        id: String,
        identifier: Vec<Identifier>,
        name: String,
        kind: Vec<CodeableConcept> as "type",
    }
}

impl Coding {
    /// Whether it is of this table of the NOS, by its name or its OID: `TRE_G15-ProfessionSante`, `1.2.250.1.71.1.2.7`.
    fn is_of(&self, (name, oid): (&str, &str)) -> bool {
        self.system.contains(name) || self.system.strip_prefix("urn:oid:") == Some(oid)
    }
}

impl CodeableConcept {
    /// The code of this table; the first, if there are more.
    pub(super) fn code_of(&self, table: (&str, &str)) -> Option<&str> {
        let coding = self.coding.iter().find(|coding| coding.is_of(table) && !coding.code.is_empty());
        coding.map(|coding| coding.code.as_str())
    }
}

impl Extension {
    /// Whether its URL ends with this name, whatever version of the guide it is of.
    pub(super) fn is(&self, name: &str) -> bool {
        self.url.rsplit('/').next().is_some_and(|last| last.eq_ignore_ascii_case(name))
    }
}

impl Organization {
    /// The identifier of this type (\[S\] of the guide: `INTRN`, `FINEG`; `FINEJ`, `SIREN`, `SIRET` \[M\]).
    fn identifier(&self, code: &str) -> Option<&str> {
        let of_type = |one: &&Identifier| one.kind.coding.iter().any(|coding| coding.code == code);
        self.identifier.iter().find(of_type).map(|one| one.value.as_str())
    }

    /// How the extracts name it.
    pub(super) fn technical_id(&self) -> Option<TechnicalStructureId> {
        let own = self.identifier("INTRN").map(str::to_owned);
        let made = |letter: &str, code: &str| self.identifier(code).map(|number| format!("{letter}{number}"));
        own.or_else(|| made("F", "FINEG")).or_else(|| made("C", "SIRET"))?.parse().ok()
    }

    /// What it says of the structure. It says nothing of the department.
    pub(super) fn record(&self, id: &TechnicalStructureId) -> StructureRecord {
        let read = |code| self.identifier(code);
        StructureRecord {
            technical_id: id.clone(),
            siret: read("SIRET").and_then(|number| number.parse().ok()),
            siren: read("SIREN").and_then(|number| number.parse().ok()),
            finess: read("FINEG").and_then(|number| number.parse().ok()),
            finess_legal: read("FINEJ").and_then(|number| number.parse().ok()),
            corporate_name: self.name.clone(),
            department_code: String::new(),
            department_label: String::new(),
        }
    }
}
