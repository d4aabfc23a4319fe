use super::{ExtractError, Form};
use crate::nomenclature::InForce;

/// The columns of the extract, in order (domain.md §3.1, from the published header).
pub const COLUMNS: [&str; 56] = [
    "Type d'identifiant PP",
    "Identifiant PP",
    "Identification nationale PP",
    "Code civilité d'exercice",
    "Libellé civilité d'exercice",
    "Code civilité",
    "Libellé civilité",
    "Nom d'exercice",
    "Prénom d'exercice",
    "Code profession",
    "Libellé profession",
    "Code catégorie professionnelle",
    "Libellé catégorie professionnelle",
    "Code type savoir-faire",
    "Libellé type savoir-faire",
    "Code savoir-faire",
    "Libellé savoir-faire",
    "Code mode exercice",
    "Libellé mode exercice",
    "Numéro SIRET site",
    "Numéro SIREN site",
    "Numéro FINESS site",
    "Numéro FINESS établissement juridique",
    "Identifiant technique de la structure",
    "Raison sociale site",
    "Enseigne commerciale site",
    "Complément destinataire (coord. structure)",
    "Complément point géographique (coord. structure)",
    "Numéro Voie (coord. structure)",
    "Indice répétition voie (coord. structure)",
    "Code type de voie (coord. structure)",
    "Libellé type de voie (coord. structure)",
    "Libellé Voie (coord. structure)",
    "Mention distribution (coord. structure)",
    "Bureau cedex (coord. structure)",
    "Code postal (coord. structure)",
    "Code commune (coord. structure)",
    "Libellé commune (coord. structure)",
    "Code pays (coord. structure)",
    "Libellé pays (coord. structure)",
    "Téléphone (coord. structure)",
    "Téléphone 2 (coord. structure)",
    "Télécopie (coord. structure)",
    "Adresse e-mail (coord. structure)",
    "Code Département (structure)",
    "Libellé Département (structure)",
    "Ancien identifiant de la structure",
    "Autorité d'enregistrement",
    "Code secteur d'activité",
    "Libellé secteur d'activité",
    "Code section tableau pharmaciens",
    "Libellé section tableau pharmaciens",
    "Code rôle",
    "Libellé rôle",
    "Code genre activité",
    "Libellé genre activité",
];

/// A header that was checked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Header {
    /// Whose header it is.
    pub(crate) form: &'static Form,
    /// How many columns every line must have: as many as the form, or more where the publisher added some at the end.
    pub(crate) columns: usize,
    /// The codes that the day of the extract knows.
    pub(crate) in_force: InForce,
}

impl Header {
    /// Checks the first line, name by name.
    pub(crate) fn read(form: &'static Form, line: &str, in_force: InForce) -> Result<Self, ExtractError> {
        let names: Vec<&str> = without_trailing_bar(line).split('|').collect();
        for (place, expected) in form.columns.iter().enumerate() {
            let found = names.get(place).copied().unwrap_or_default();
            if found != *expected {
                let found = found.chars().take(80).collect();
                return Err(ExtractError::Header { column: place + 1, expected, found });
            }
        }
        Ok(Self { form, columns: names.len(), in_force })
    }
}

/// The trailing `|` of the published files ends the last cell; it does not begin another.
fn without_trailing_bar(line: &str) -> &str {
    line.strip_suffix('|').unwrap_or(line)
}
