//! Who somebody is, as far as the register says it of one of his numbers: names in use, and, from the restricted feed, names and date of
//! birth. Neither leaves here.

use std::collections::HashMap;

use diesel::prelude::*;
use sha2::{Digest, Sha256};
use store::Database;
use store::schema::{professionals, register_identities};

use super::MergeDoubt;
use crate::extract::Form;
use crate::folded;

/// Words that come and go between two spellings of one name.
const PARTICLES: [&str; 8] = ["DE", "DU", "DES", "D", "LA", "LE", "LES", "L"];

/// A person of the register.
#[derive(Debug, Default)]
pub(super) struct Person {
    in_use: Names,
    at_birth: Names,
    /// As the feed writes it; empty where it does not.
    born: String,
}

#[derive(Debug, Default)]
struct Names {
    family: String,
    given: String,
}

/// Those of these whom the register knows, by IdNat_PS, whether they are still there or not.
pub(super) fn known(db: &mut Database, ids: &[&str]) -> QueryResult<HashMap<String, Person>> {
    let rows: Vec<(String, String, String)> = professionals::table
        .filter(professionals::id_nat.eq_any(ids))
        .select((professionals::id_nat, professionals::family_name, professionals::given_name))
        .load(db)?;
    let named = |(id, family, given)| (id, Person { in_use: Names { family, given }, ..Person::default() });
    let mut persons: HashMap<String, Person> = rows.into_iter().map(named).collect();
    let rows: Vec<(String, String)> = register_identities::table
        .filter(register_identities::source.eq(Form::RESTRICTED.source))
        .filter(register_identities::subject.eq_any(ids).and(register_identities::ceased_at.is_null()))
        .select((register_identities::subject, register_identities::content))
        .load(db)?;
    for (id, content) in rows {
        // One that cannot be read says nothing of him; the import of the feed says that it cannot.
        let lines: Vec<Vec<String>> = serde_json::from_str(&content).unwrap_or_default();
        let mut cells = lines.into_iter().next().unwrap_or_default().into_iter();
        if let (Some(person), Some(family), Some(given)) = (persons.get_mut(&id), cells.next(), cells.next())
        {
            person.at_birth = Names { family, given };
            person.born = cells.next().unwrap_or_default();
        }
    }
    Ok(persons)
}

/// Why these are hardly one person: two dates of birth; or, where one is not known, no family name or no given name in common; or the
/// same date, and neither. A marriage changes a family name, and not the day of birth.
pub(super) fn doubt(one: &Person, other: &Person) -> Option<MergeDoubt> {
    let both_born = !one.born.is_empty() && !other.born.is_empty();
    if both_born && one.born != other.born {
        return Some(MergeDoubt::Births);
    }
    let families = |of: &Person| words([&of.in_use.family, &of.at_birth.family]);
    let givens = |of: &Person| words([&of.in_use.given, &of.at_birth.given]);
    let family = share(&families(one), &families(other));
    let given = share(&givens(one), &givens(other));
    let agree = if both_born { family || given } else { family && given };
    (!agree).then_some(MergeDoubt::Names)
}

/// What the doubt rests on, as far as everybody may know it: no date of birth could be guessed from it.
pub(super) fn fingerprint(doubt: MergeDoubt, one: Option<&Person>, other: Option<&Person>) -> String {
    let mut hash = Sha256::new();
    hash.update(doubt.as_str());
    for person in [one, other].into_iter().flatten() {
        hash.update(format!("\n{}\n{}", person.in_use.family, person.in_use.given));
    }
    hex::encode(hash.finalize())
}

/// The words of two names, and each whole as one word: `LE GOFF` and `LEGOFF` are the same.
fn words(names: [&String; 2]) -> Vec<String> {
    let mut words = Vec::new();
    for name in names {
        let folded = folded(name);
        words.extend(folded.split(' ').filter(|word| !PARTICLES.contains(word)).map(str::to_owned));
        words.push(folded.replace(' ', ""));
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether they have a word in common; a name that nobody has written contradicts none.
fn share(one: &[String], other: &[String]) -> bool {
    one.is_empty() || other.is_empty() || one.iter().any(|word| other.contains(word))
}
