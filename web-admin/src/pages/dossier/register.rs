//! What the register says of a dossier.

use professional_registry::{Exercise, ImportedRegister, ProfessionalRecord, Registry, StructureRecord};
use registration_authority::views::{self, Dossier, OfStructure};
use store::Database;

use crate::failure::Failure;
use crate::language::Language;
use crate::likeness::Likeness;
use crate::messages::{Key, Message};
use crate::typography::Shown;
use crate::words;

/// Places of exercise that are shown.
const PLACES: usize = 5;

/// One field of the order beside the register's.
pub(super) struct Line {
    pub(super) field: Key,
    pub(super) order: String,
    pub(super) register: String,
    pub(super) likeness: Likeness,
}

/// The fields of the order beside those of the register.
pub(super) fn beside(dossier: &Dossier) -> Vec<Line> {
    let accented = |text: &str| if text == "Etudiant" { "Étudiant".to_owned() } else { text.to_owned() };
    let line = |field: &views::Comparison| Line {
        field: words::field(field.field),
        order: accented(&field.order),
        register: field.register.as_deref().map_or_else(|| "–".to_owned(), accented),
        likeness: Likeness::of(&field.order, field.register.as_deref()),
    };
    dossier.comparison.iter().map(line).collect()
}

/// What the register says of it all, in one sentence.
pub(super) fn says(dossier: &Dossier, agrees: bool, language: Language) -> Message {
    if let Some(of_structure) = &dossier.of_structure {
        return language.say(declared(of_structure, agrees));
    }
    let Some(now) = &dossier.register_now else {
        return language.say("dossier-register-nobody");
    };
    if let Some(since) = now.ceased_at {
        return language.say("dossier-register-ceased").with("day", language.day(Shown(since)));
    }
    if dossier.order.tie.profession().is_none_or(|profession| now.living_exercise(profession).is_none()) {
        return language.say("dossier-register-no-exercise");
    }
    let unchanged = dossier.register_then.as_ref().is_some_and(|then| says_the_same(then, now));
    language.say(match (agrees, unchanged) {
        (true, true) => Key::of("dossier-register-agrees"),
        (true, false) => Key::of("dossier-register-agrees-changed"),
        (false, _) => Key::of("dossier-register-differs"),
    })
}

/// What the agent of the structure declares, and the register says of the structure.
fn declared(of_structure: &OfStructure, agrees: bool) -> Key {
    let there = of_structure.member.as_ref().is_some_and(|member| member.left_at.is_none());
    match (&of_structure.structure, there, agrees) {
        (None, ..) => Key::of("dossier-structure-unknown"),
        (_, false, _) => Key::of("dossier-member-gone"),
        (_, _, true) => Key::of("dossier-member-agrees"),
        (_, _, false) => Key::of("dossier-member-differs"),
    }
}

/// Whatever feed it stands in.
fn says_the_same(then: &ProfessionalRecord, now: &ProfessionalRecord) -> bool {
    ProfessionalRecord { feed: now.feed.clone(), ..then.clone() } == *now
}

/// Where the profession is exercised, as the register says now.
pub(super) fn places(
    db: &mut Database,
    dossier: &Dossier,
    language: Language,
) -> Result<Vec<String>, Failure> {
    if let Some(of_structure) = &dossier.of_structure {
        let named = |structure: &StructureRecord| {
            format!("{}, {}", structure.corporate_name, structure.department_label)
        };
        return Ok(of_structure.structure.iter().map(named).collect());
    }
    let profession = dossier.order.tie.profession();
    let now = dossier.register_now.as_ref().zip(profession);
    let exercise = now.and_then(|(now, profession)| now.living_exercise(profession));
    let activities = exercise.map_or(&[][..], |exercise| &exercise.activities);
    let mut places = Vec::new();
    for activity in activities.iter().take(PLACES) {
        let structure = match &activity.structure {
            Some(id) => ImportedRegister.structure(db, id)?,
            None => None,
        };
        let place = structure.map_or_else(
            || language.say("dossier-place-unknown").to_string(),
            |structure| format!("{}, {}", structure.corporate_name, structure.department_label),
        );
        places.push(match activity.mode {
            Some(mode) => format!("{place} – {}", mode.label()),
            None => place,
        });
    }
    match activities.len().saturating_sub(PLACES) {
        0 => {}
        more => places.push(language.say("dossier-more-places").count("number", more).to_string()),
    }
    Ok(places)
}

/// What else the person exercises, or exercised.
pub(super) fn other_exercises(dossier: &Dossier, language: Language) -> Vec<String> {
    let all = dossier.register_now.as_ref().map_or(&[][..], |now| &now.exercises);
    let other = |exercise: &&Exercise| Some(exercise.profession) != dossier.order.tie.profession();
    all.iter()
        .filter(other)
        .map(|exercise| match exercise.ceased_at {
            Some(since) => language
                .say("dossier-exercise-until")
                .with("profession", exercise.profession.label())
                .with("day", language.day(Shown(since)))
                .to_string(),
            None => exercise.profession.label().to_owned(),
        })
        .collect()
}
