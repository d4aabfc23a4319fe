//! Resources of nobody: RPPS 997…, in the shape of the guide *ans.fhir.fr.annuaire*, with more in them than is read.

use serde_json::{Value, json};

pub(super) const NURSE: &str = "899700000013";

const NOS: &str = "https://mos.esante.gouv.fr/NOS";

pub(super) fn coding(table: &str, code: &str) -> Value {
    json!({ "system": format!("{NOS}/{table}/FHIR/{}", table.replace('_', "-")), "code": code })
}

/// What nobody has told us of: it is passed by.
fn unknown_extension() -> Value {
    json!({
        "url": "https://interop.esante.gouv.fr/ig/fhir/annuaire/StructureDefinition/as-ext-of-another-year",
        "extension": [{ "url": "depth", "valueDecimal": 1.5 }, { "url": "again", "extension": [{ "url": "x" }] }],
    })
}

pub(super) fn practitioner(number: &str, more: Value) -> Value {
    let mut practitioner = json!({
        "resourceType": "Practitioner",
        "id": "003-997001",
        "meta": {
            "versionId": "3",
            "lastUpdated": "2026-11-20T02:08:08.070+00:00",
            "source": "https://annuaire.sante.fr",
            "profile": ["https://interop.esante.gouv.fr/ig/fhir/annuaire/StructureDefinition/as-dp-practitioner"],
        },
        "language": "fr",
        "active": true,
        "extension": [unknown_extension()],
        "identifier": [
            {
                "use": "official",
                "type": { "coding": [{ "system": "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203", "code": "IDNPS" }] },
                "system": "urn:oid:1.2.250.1.71.4.2.1",
                "value": number,
            },
            { "system": "https://rpps.esante.gouv.fr", "value": number[1..] },
        ],
        "name": [{ "prefix": ["MME"], "family": "DUPRÉ-L'HÉRITIER", "given": ["Maëlle", null], "suffix": ["M"] }],
        "telecom": null,
        "qualification": [
            {
                "code": { "coding": [coding("TRE_R48-DiplomeEtatFrancais", "DE09"), coding("TRE_R14-TypeDiplome", "DE")] },
            },
            exercise("60", "C", None),
        ],
        "aFieldOfTomorrow": { "deep": [1, 2, 3] },
    });
    let fields = practitioner.as_object_mut().unwrap();
    fields.extend(more.as_object().unwrap().clone());
    practitioner
}

pub(super) fn exercise(profession: &str, category: &str, ended: Option<&str>) -> Value {
    json!({
        "code": { "coding": [
            coding("TRE_G15-ProfessionSante", profession),
            coding("TRE_R09-CategorieProfessionnelle", category),
        ] },
        "period": ended.map(|end| json!({ "start": "2010-01-01", "end": end })),
    })
}

pub(super) fn role(more: Value) -> Value {
    let mut role = json!({
        "resourceType": "PractitionerRole",
        "id": "005-997001",
        "active": true,
        "practitioner": { "reference": "Practitioner/003-997001" },
        "organization": { "reference": "Organization/001-01-997" },
        "code": [{ "coding": [
            coding("TRE_R22-GenreActivite", "GENR01"),
            coding("TRE_R23-ModeExercice", "S"),
        ] }],
        "specialty": null,
        "extension": [unknown_extension()],
    });
    role.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    role
}

pub(super) fn organization(more: Value) -> Value {
    let identifier = |code: &str, value: &str| {
        json!({
            "type": { "coding": [{ "system": "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203", "code": code }] },
            "value": value,
        })
    };
    let mut organization = json!({
        "resourceType": "Organization",
        "id": "001-01-997",
        "active": true,
        "identifier": [
            identifier("IDNST", "10B0193488"),
            identifier("FINEG", "0B0193488"),
            identifier("INTRN", "F0B0193488"),
        ],
        "type": [{ "coding": [coding("TRE_R02-SecteurActivite", "SA01")] }],
        "name": "CENTRE HOSPITALIER IMAGINAIRE",
        "address": [{ "postalCode": "99000", "_line": [{ "extension": [] }] }],
    });
    organization.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    organization
}

pub(super) fn bundle(resources: &[Value], next: Option<String>) -> Value {
    let mut link = vec![json!({ "relation": "self", "url": "https://elsewhere.example/fhir/Practitioner" })];
    link.extend(next.map(|url| json!({ "relation": "next", "url": url })));
    let entries: Vec<Value> = resources
        .iter()
        .map(|resource| json!({ "fullUrl": "https://x.example/y", "resource": resource, "search": { "mode": "match" } }))
        .collect();
    json!({ "resourceType": "Bundle", "type": "searchset", "total": resources.len(), "link": link, "entry": entries })
}

/// The whole of a directory of one nurse.
pub(super) fn directory(target: &str, practitioner: Value, roles: &[Value]) -> Value {
    let path = target.split('?').next().unwrap_or_default();
    match path.rsplit('/').next() {
        Some("Practitioner") => bundle(&[practitioner], None),
        Some("PractitionerRole") => bundle(roles, None),
        Some("Organization") => bundle(&[organization(json!({}))], None),
        _ => json!({ "resourceType": "CapabilityStatement", "fhirVersion": "4.0.1" }),
    }
}
