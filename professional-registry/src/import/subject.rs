//! A subject as the feed has it, a person or a mailbox: all of its lines come together before anything is written.

use std::borrow::Cow;
use std::collections::HashMap;

use super::survey::{LineKey, Survey, line_key_of};
use crate::exercises::{self, StoredActivity, StoredExercise, StoredKnowHow};
use crate::extract::{Form, Line, Table};

/// A subject's row, as the feed has it.
#[derive(Debug)]
pub(super) struct Subject {
    /// IdNat_PS, or the address of a mailbox.
    pub(super) key: String,
    /// Family name, given name, civility, where the form is that of the activities.
    pub(super) names: [String; 3],
    /// The fingerprint of the lines.
    pub(super) lines: i64,
    /// What they say, as it is stored.
    pub(super) content: String,
    /// Whether one of them names a place of practice that cannot be read.
    pub(super) misplaced: bool,
}

/// The subjects some of whose lines were met, and some were not.
#[derive(Default)]
pub(super) struct Gathering {
    waiting: HashMap<usize, Waiting>,
}

#[derive(Default)]
struct Waiting {
    seen: Vec<LineKey>,
    cells: String,
}

impl Gathering {
    /// Takes a line of the subject at `place` of the survey; gives the subject back with its last one.
    pub(super) fn take(
        &mut self,
        form: &Form,
        survey: &Survey,
        place: usize,
        line: &Line<'_>,
    ) -> Option<Subject> {
        let lines = survey.lines_at(place);
        let marks = (survey.fingerprint_at(place), survey.is_misplaced_at(place));
        if lines.len() == 1 {
            return Some(subject(form, line.subject, marks, &[&line.cells]));
        }
        let (key, waiting) = (line_key_of(line), self.waiting.entry(place).or_default());
        if !waiting.seen.contains(&key) {
            waiting.seen.push(key);
            for cell in &line.cells {
                waiting.cells.push_str(cell);
                waiting.cells.push('|');
            }
        }
        if waiting.seen.len() < lines.len() {
            return None;
        }
        let whole = self.waiting.remove(&place)?;
        let cells: Vec<&str> = whole.cells.split('|').collect();
        let lines: Vec<&[&str]> = cells.chunks_exact(line.cells.len()).collect();
        Some(subject(form, line.subject, marks, &lines))
    }
}

/// What these lines, in the order of the file, say of a subject.
fn subject<'a, L: AsRef<[&'a str]>>(
    form: &Form,
    key: &str,
    (fingerprint, misplaced): (i64, bool),
    lines: &[L],
) -> Subject {
    let lines = lines.iter().map(AsRef::as_ref);
    let (names, content) = match form.table {
        Table::Professionals => person(lines),
        Table::Supplements | Table::Identities => (Default::default(), entries(lines)),
    };
    Subject { key: key.to_owned(), names, lines: fingerprint, content, misplaced }
}

/// The kept cells of each line, sorted, each once.
fn entries<'l, 'a: 'l>(lines: impl Iterator<Item = &'l [&'a str]>) -> String {
    let mut entries: Vec<&[&str]> = lines.collect();
    entries.sort_unstable();
    entries.dedup();
    serde_json::to_string(&entries).expect("text is always JSON")
}

/// The person whom these lines describe: the first one names him.
fn person<'l, 'a: 'l>(lines: impl Iterator<Item = &'l [&'a str]>) -> ([String; 3], String) {
    let mut named: Option<[&str; 3]> = None;
    let mut found: Vec<StoredExercise<'_>> = Vec::new();
    for cells in lines {
        let [family, given, civility, profession, category, kind, code, structure, mode, sector] = *cells
        else {
            continue;
        };
        let [family_of_person, given_of_person, _] = *named.get_or_insert([family, given, civility]);
        let own = |name: &'a str, of_person: &str| (name != of_person).then_some(Cow::Borrowed(name));
        let know_how = StoredKnowHow(kind.into(), code.into());
        let place = found.iter().position(|one| one.profession == profession && one.category == category);
        let place = place.unwrap_or_else(|| {
            found.push(StoredExercise {
                profession: profession.into(),
                category: category.into(),
                family_name: own(family, family_of_person),
                given_name: own(given, given_of_person),
                know_how: know_how.clone(),
                first_feed: None,
                ceased_at: None,
                ceased_feed: None,
                activities: Vec::new(),
            });
            found.len() - 1
        });
        let exercise = &mut found[place];
        if know_how.rank() < exercise.know_how.rank() {
            exercise.know_how = know_how;
            exercise.family_name = own(family, family_of_person);
            exercise.given_name = own(given, given_of_person);
        }
        exercise.activities.push(StoredActivity(structure.into(), mode.into(), sector.into()));
    }
    for exercise in &mut found {
        exercise.activities.sort();
    }
    found.sort_by(|a, b| (&a.profession, &a.category).cmp(&(&b.profession, &b.category)));
    (named.unwrap_or_default().map(str::to_owned), exercises::written(&found))
}
