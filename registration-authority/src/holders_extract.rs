//! The extract *Porteurs_CPS_CPF*: who holds which card, and which are opposed since when (\[S\] domain.md §3.1, whose
//! columns are known by name and not all by their order \[?\]).

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::io::{self, Write};

use card::CardKind;
use diesel::prelude::*;
use professional_registry::extract;
use professional_registry::nomenclature::card_type_label;
use professional_registry::{
    Category, Exercise, IdNatPs, Profession, ProfessionalRecord, Registry, RegistryError,
};
use store::schema::{card_certificates, cards, certificates};
use store::{Code, Database, Fault, Timestamp};
use thiserror::Error;

use crate::eligibility::{self, BadRules, Product};
use crate::faults;
use crate::renumbered;

/// The name under which one of this moment is published: `Porteurs_CPS_CPF_AAAAMMJJHHMM.txt`.
pub fn file_name(moment: Timestamp) -> String {
    extract::published_name("Porteurs_CPS_CPF_", moment)
}

/// Its columns, in order.
pub const COLUMNS: [&str; 17] = [
    "Type d'identifiant PP",
    "Identifiant PP",
    "Identification nationale PP",
    "Nom d'exercice",
    "Prénom d'exercice",
    "Code profession",
    "Libellé profession",
    "Code catégorie professionnelle",
    "Libellé catégorie professionnelle",
    "Code type de carte",
    "Libellé type de carte",
    "Numéro carte",
    "Identifiant national contenu dans la carte",
    "Date début validité",
    "Date fin validité",
    "Date opposition",
    "Date de mise à jour",
];

/// How many cards are looked at together.
const PAGE: i64 = 1000;

/// Why the extract is not written.
#[derive(Debug, Error)]
pub enum HoldersExtractError {
    /// The file cannot be written.
    #[error("cannot write the extract: {0}")]
    File(#[from] io::Error),
    /// The tables of rules cannot be read.
    #[error(transparent)]
    Rules(#[from] BadRules),
    /// The register does not answer.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for HoldersExtractError {
    fn code(&self) -> Code {
        match self {
            Self::File(_) => faults::HOLDERS_EXTRACT_FILE,
            Self::Rules(error) => error.code(),
            Self::Registry(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

#[derive(Queryable)]
struct CardRow {
    number: String,
    kind: String,
    holder: String,
    exercise: String,
    changed_at: Timestamp,
    expires_at: Option<Timestamp>,
    opposed_at: Option<Timestamp>,
}

/// Writes a line a CPS or CPF that was ever certified, by number, on one picture of the database; says how many. The
/// register says how a holder is called now; what is certified in the card stands in the card.
pub fn write(
    db: &mut Database,
    registry: &mut dyn Registry,
    out: &mut dyn Write,
) -> Result<u64, HoldersExtractError> {
    writeln!(out, "{}|", COLUMNS.join("|"))?;
    db.snapshot(|db| {
        let (mut written, mut after) = (0, String::new());
        loop {
            let page = page(db, &after)?;
            let Some(last) = page.last() else { return Ok(written) };
            after.clone_from(&last.number);
            let since = valid_since(db, &page)?;
            for card in &page {
                // A card without a certificate is no card yet, or never became one.
                let Some(since) = since.get(&card.number) else { continue };
                let (now, record) = match card.holder.parse::<IdNatPs>() {
                    Ok(holder) => (
                        renumbered::number_now(db, &holder)?.to_string(),
                        renumbered::record_now(db, registry, &holder)?,
                    ),
                    Err(_) => (card.holder.clone(), None),
                };
                let categories = categories_of(card)?;
                writeln!(out, "{}|", line(card, &now, *since, (record.as_ref(), categories)).join("|"))?;
                written += 1;
            }
        }
    })
}

fn page(db: &mut Database, after: &str) -> QueryResult<Vec<CardRow>> {
    let kinds = [CardKind::Cps, CardKind::Cpf].map(|kind| kind.to_string());
    cards::table
        .filter(cards::number.gt(after).and(cards::kind.eq_any(kinds)))
        .order(cards::number)
        .limit(PAGE)
        .select((
            cards::number,
            cards::kind,
            cards::holder,
            cards::exercise,
            cards::changed_at,
            cards::expires_at,
            cards::opposed_at,
        ))
        .load(db)
}

/// The first moment of the certificates of these cards, by card.
fn valid_since(db: &mut Database, page: &[CardRow]) -> QueryResult<HashMap<String, Timestamp>> {
    let numbers: Vec<&str> = page.iter().map(|card| &*card.number).collect();
    let of_card = card_certificates::table.inner_join(
        certificates::table.on(certificates::issuer
            .eq(card_certificates::issuer)
            .and(certificates::serial.eq(card_certificates::serial))),
    );
    let rows: Vec<(String, Timestamp)> = of_card
        .filter(card_certificates::card_number.eq_any(numbers))
        .select((card_certificates::card_number, certificates::not_before))
        .load(db)?;
    let mut since = HashMap::new();
    for (number, not_before) in rows {
        since
            .entry(number)
            .and_modify(|first: &mut Timestamp| *first = not_before.min(*first))
            .or_insert(not_before);
    }
    Ok(since)
}

/// The categories of exercise that a card of its kind is for.
fn categories_of(card: &CardRow) -> Result<&'static [Category], BadRules> {
    match card.kind.parse() {
        Ok(kind) => Ok(&eligibility::rules_of(Product::Card(kind))?.categories),
        Err(_) => Ok(&[]),
    }
}

/// `holder` is his number now; the one in the card is the card's.
fn line(
    card: &CardRow,
    holder: &str,
    since: Timestamp,
    (record, categories): (Option<&ProfessionalRecord>, &[Category]),
) -> [String; COLUMNS.len()] {
    let profession = card.exercise.strip_prefix("profession:").and_then(Profession::from_code);
    let exercises = record.map_or(&[][..], |record| &record.exercises);
    let exercise = profession.and_then(|profession| exercise_of(exercises, profession, categories));
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let (id_type, id) = holder.split_at_checked(1).unwrap_or(("", holder));
    [
        id_type.to_owned(),
        id.to_owned(),
        holder.to_owned(),
        text(exercise.map(|exercise| &*exercise.practice_family_name)),
        text(exercise.map(|exercise| &*exercise.practice_given_name)),
        text(profession.map(Profession::code)),
        text(profession.map(Profession::label)),
        text(exercise.map(|exercise| exercise.category.code())),
        text(exercise.map(|exercise| exercise.category.label())),
        card.kind.clone(),
        text(card_type_label(&card.kind)),
        card.number.clone(),
        card.holder.clone(),
        day(Some(since)),
        day(card.expires_at),
        day(card.opposed_at),
        day(Some(card.changed_at)),
    ]
}

/// The exercise that a card for these categories stands for: one that the register still lists, or else the one that ended last. A civil
/// one and a military one of the same profession may bear other names, and one who learns it has another card.
fn exercise_of<'r>(
    exercises: &'r [Exercise],
    profession: Profession,
    categories: &[Category],
) -> Option<&'r Exercise> {
    let fits = |one: &&Exercise| one.profession == profession && categories.contains(&one.category);
    let living = exercises.iter().filter(fits).find(|one| one.ceased_at.is_none());
    living.or_else(|| exercises.iter().filter(fits).max_by_key(|one| one.ceased_at))
}

/// Empty where there is none.
fn day(moment: Option<Timestamp>) -> String {
    moment.map(extract::day).unwrap_or_default()
}
