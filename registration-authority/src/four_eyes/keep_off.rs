use std::collections::BTreeSet;

use ca_core::certificate;
use diesel::prelude::*;
use professional_registry::{IdNatPs, ImportedRegister, Registry, RegistryError, merges};
use store::schema::{card_orders, officer_enrolments};
use store::{BrokenRule, Code, Database, Fault, Timestamp};
use thiserror::Error;

use super::near::{Near, Subject, Ties, near};
use super::{BadTable, KeepOffRule, table};
use crate::approval::{Concerned, Decidable};
use crate::officers::{self, Reach};
use crate::{mandate, names, risk};

/// An officer would decide on what is near to him.
#[derive(Debug, Error)]
#[error("{rule}: {login} keeps off what is near to him", rule = rule.id)]
pub struct TooNear {
    rule: &'static KeepOffRule,
    login: String,
}

impl TooNear {
    /// How near.
    pub fn near(&self) -> Near {
        self.rule.near
    }
}

impl Fault for TooNear {
    fn code(&self) -> Code {
        self.rule.near.code()
    }

    fn broken_rules(&self) -> Vec<BrokenRule> {
        vec![BrokenRule {
            rule: self.rule.id.clone(),
            code: self.code().name,
            sentence: self.rule.sentence.clone(),
            helper: self.rule.helper.clone(),
        }]
    }
}

/// Why an officer may not decide, or why that is not known.
#[derive(Debug, Error)]
pub enum KeepOffError {
    /// It is near to him.
    #[error(transparent)]
    TooNear(#[from] TooNear),
    /// The table cannot be read.
    #[error(transparent)]
    Table(#[from] BadTable),
    /// The register does not answer about him.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for KeepOffError {
    fn code(&self) -> Code {
        match self {
            Self::TooNear(error) => error.code(),
            Self::Table(error) => error.code(),
            Self::Registry(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }

    fn broken_rules(&self) -> Vec<BrokenRule> {
        match self {
            Self::TooNear(error) => error.broken_rules(),
            _ => Vec::new(),
        }
    }
}

/// Whom something concerns, and what it is about.
pub(crate) type Whom<'a> = (Option<&'a Concerned>, &'a Reach);

/// Refused where what concerns this person, or is about this reach, is near at `at` to the officer, given by login and name.
pub(crate) fn check(
    db: &mut Database,
    (login, display_name): (&str, &str),
    whom: Whom<'_>,
    at: Timestamp,
) -> Result<(), KeepOffError> {
    let Some(subject) = subject(db, whom)? else { return Ok(()) };
    let ties = ties_of(db, login, display_name, at)?;
    keep_off(login, &ties, &subject)
}

/// The same for an officer of whom it is known already what ties him to others: for a list.
pub(crate) fn check_by(
    db: &mut Database,
    (login, ties): (&str, &Ties),
    whom: Whom<'_>,
) -> Result<(), KeepOffError> {
    // Nothing that the register says of the person makes him nearer to who has neither number nor place: the names do, and they are there.
    let by_name_alone = ties.numbers.is_empty() && ties.places.is_empty() && ties.speaks_for.is_empty();
    if let Some(Concerned { family_name, given_name, .. }) =
        whom.0.filter(|one| by_name_alone && !one.family_name.is_empty())
    {
        let (family_name, given_name) = (family_name.clone(), given_name.clone());
        return keep_off(login, ties, &Subject { family_name, given_name, ..Subject::default() });
    }
    match subject(db, whom)? {
        Some(subject) => keep_off(login, ties, &subject),
        None => Ok(()),
    }
}

fn keep_off(login: &str, ties: &Ties, subject: &Subject) -> Result<(), KeepOffError> {
    let Some(near) = near(ties, subject) else { return Ok(()) };
    let rule = table()?.keep_off(near).ok_or_else(|| BadTable::lacks(near))?;
    Err(TooNear { rule, login: login.to_owned() }.into())
}

/// What is near to somebody or not; nothing where it is about nobody and no place.
fn subject(db: &mut Database, (concerns, reach): Whom<'_>) -> Result<Option<Subject>, KeepOffError> {
    let (places, of_structure) = match reach {
        Reach::Exercise { structures, .. } => (structures.clone(), false),
        Reach::Structure { structure, .. } => (vec![structure.clone()], true),
        Reach::Everything | Reach::Scope(_) => (Vec::new(), false),
    };
    match concerns {
        None if places.is_empty() => Ok(None),
        None => Ok(Some(Subject { places, of_structure, ..Subject::default() })),
        Some(person) => subject_of(db, person, places, of_structure).map(Some),
    }
}

/// The person, his numbers and places: where the register says that he practises counts whatever he asks for, and where nothing bears his
/// names, those of the register do, or of the order of his card.
fn subject_of(
    db: &mut Database,
    person: &Concerned,
    mut places: Vec<String>,
    of_structure: bool,
) -> Result<Subject, KeepOffError> {
    let mut subject = Subject {
        family_name: person.family_name.clone(),
        given_name: person.given_name.clone(),
        of_structure,
        ..Subject::default()
    };
    let Some(holder) = &person.holder else { return Ok(Subject { places, ..subject }) };
    subject.numbers = merges::identifiers_of_one(db, holder)?;
    let unnamed = subject.family_name.is_empty();
    for number in &subject.numbers {
        let Ok(number) = number.parse::<IdNatPs>() else { continue };
        let Some(record) = ImportedRegister.professional(db, &number)? else { continue };
        places.extend(risk::places_of(&record));
        if unnamed {
            (subject.family_name, subject.given_name) = (record.family_name, record.given_name);
        }
    }
    if subject.family_name.is_empty()
        && let Some((family_name, given_name)) = names_on_order(db, holder)?
    {
        (subject.family_name, subject.given_name) = (family_name, given_name);
    }
    Ok(Subject { places, ..subject })
}

/// The names of the newest order for this holder that became a card: of one of the staff of a structure, whom the register does not know.
fn names_on_order(db: &mut Database, holder: &IdNatPs) -> QueryResult<Option<(String, String)>> {
    card_orders::table
        .filter(card_orders::holder.eq(holder.to_string()).and(card_orders::status.eq("ordered")))
        .order(card_orders::number.desc())
        .select((card_orders::family_name, card_orders::given_name))
        .first(db)
        .optional()
}

/// The code of the rule by which this officer would be refused a decision on the subject: for a page that says so before.
pub fn barred(
    db: &mut Database,
    officer: &officers::Officer,
    subject: &Decidable,
    at: Timestamp,
) -> Result<Option<Code>, KeepOffError> {
    let whom = (subject.concerns.as_ref(), &subject.reach);
    match check(db, (&officer.login, &officer.display_name), whom, at) {
        Ok(()) => Ok(None),
        Err(KeepOffError::TooNear(near)) => Ok(Some(near.code())),
        Err(error) => Err(error),
    }
}

/// What is known of an officer as a person at `at`: his own entry is read in the imported register, whichever answers about others. A row
/// that somebody forges here can bar an officer, and lets nobody decide.
pub fn ties_of(
    db: &mut Database,
    login: &str,
    display_name: &str,
    at: Timestamp,
) -> Result<Ties, KeepOffError> {
    let mut ties = Ties { names: names::words(display_name, ""), ..Ties::default() };
    of_cards(db, login, &mut ties, at)?;
    let mandates = mandate::of_person(db, login, &ties.numbers)?;
    ties.numbers.extend(
        mandates
            .iter()
            .filter(|mandate| mandate.login == login)
            .filter_map(|mandate| mandate.identifier.as_ref())
            .map(ToString::to_string),
    );
    // Whoever owns the pages ends no tie by a row.
    let standing = mandates.iter().filter(|mandate| mandate.stood(at) || mandate.as_signed().stood(at));
    ties.speaks_for.extend(standing.map(|mandate| mandate.structure.to_string()));
    for number in ties.numbers.clone() {
        let Ok(number) = number.parse::<IdNatPs>() else { continue };
        if let Some(record) = ImportedRegister.professional(db, &number)? {
            ties.places.extend(risk::places_of(&record));
        }
    }
    Ok(ties)
}

/// Whether one of these others is the person who signs in under this login: both have a number, of a card whose certificate had been proposed
/// as theirs before `at`, or of a mandate. Whoever has two logins is one officer. Who is not known by a number is not found: names alone do not
/// make two officers one.
pub(crate) fn is_one_of(
    db: &mut Database,
    login: &str,
    others: &BTreeSet<String>,
    at: Timestamp,
) -> QueryResult<bool> {
    if others.is_empty() {
        return Ok(false);
    }
    let own = numbers_of(db, login, at)?;
    if own.is_empty() {
        return Ok(false);
    }
    for other in others {
        if !numbers_of(db, other, at)?.is_disjoint(&own) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// By which numbers, those that became another among them, an officer is known as a person.
fn numbers_of(db: &mut Database, login: &str, at: Timestamp) -> QueryResult<BTreeSet<String>> {
    let mut ties = Ties::default();
    of_cards(db, login, &mut ties, at)?;
    let mandates = mandate::of_person(db, login, &ties.numbers)?.into_iter();
    let named = mandates.filter(|mandate| mandate.login == login).filter_map(|mandate| mandate.identifier);
    ties.numbers.extend(named.map(|identifier| identifier.to_string()));
    let mut numbers = BTreeSet::new();
    for number in ties.numbers {
        match number.parse::<IdNatPs>() {
            Ok(id) => numbers.extend(merges::identifiers_of_one(db, &id)?),
            Err(_) => drop(numbers.insert(number)),
        }
    }
    Ok(numbers)
}

/// Whom the cards name whose certificates had been proposed as his before `at`, and to whose staff they belong.
fn of_cards(db: &mut Database, login: &str, ties: &mut Ties, at: Timestamp) -> QueryResult<()> {
    let keys: Vec<Vec<u8>> = officer_enrolments::table
        .filter(officer_enrolments::login.eq(login).and(officer_enrolments::action.eq("enrol-certificate")))
        .filter(officer_enrolments::proposed_at.lt(at))
        .select(officer_enrolments::public_key)
        .load(db)?;
    for key in keys {
        for one in certificate::with_key(db, &key)? {
            let number = card::certificates::card_of(db, &one.issuer, &one.serial.to_string())?;
            let card = number.map(|number| card::find(db, &number)).transpose()?.flatten();
            let Some(card) = card else { continue };
            ties.places.extend(card.exercise.strip_prefix("structure:").map(str::to_owned));
            ties.numbers.insert(card.holder);
        }
    }
    Ok(())
}
