//! What the register says of a dossier.

use professional_registry::{Exercise, ImportedRegister, ProfessionalRecord, Registry, StructureRecord};
use registration_authority::views::{self, Dossier, OfStructure};
use store::Database;

use crate::failure::Failure;
use crate::likeness::Likeness;
use crate::typography::Shown;
use crate::words;

/// Places of exercise that are shown.
const PLACES: usize = 5;

/// One field of the order beside the register's.
pub(super) struct Line {
    pub(super) field: &'static str,
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
pub(super) fn says(dossier: &Dossier, agrees: bool) -> String {
    if let Some(of_structure) = &dossier.of_structure {
        return declared(of_structure, agrees).to_owned();
    }
    let Some(now) = &dossier.register_now else {
        return "Le répertoire ne connaît personne sous cet identifiant.".to_owned();
    };
    if let Some(since) = now.ceased_at {
        return format!(
            "Selon le répertoire, cette personne n’exerce plus depuis le {}.",
            Shown(since).day()
        );
    }
    if dossier.order.tie.profession().is_none_or(|profession| now.living_exercise(profession).is_none()) {
        return "Le répertoire ne montre pas d’exercice en cours de cette profession.".to_owned();
    }
    let unchanged = dossier.register_then.as_ref().is_some_and(|then| says_the_same(then, now));
    match (agrees, unchanged) {
        (true, true) => "Le répertoire dit la même chose que la demande, et n’a pas changé depuis son dépôt.",
        (true, false) => "Le répertoire dit la même chose que la demande ; d’autres données de cette personne y ont changé depuis.",
        (false, _) => "Le répertoire dit autre chose que la demande : voyez les lignes marquées.",
    }
    .to_owned()
}

/// What the agent of the structure declares, and the register says of the structure.
fn declared(of_structure: &OfStructure, agrees: bool) -> &'static str {
    let there = of_structure.member.as_ref().is_some_and(|member| member.left_at.is_none());
    match (&of_structure.structure, there, agrees) {
        (None, ..) => "Le répertoire ne connaît pas cette structure.",
        (_, false, _) => "Le mandataire ne déclare plus cette personne dans la structure.",
        (_, _, true) => {
            "Le mandataire déclare la même chose que la demande ; le répertoire connaît la structure, et non son personnel."
        }
        (_, _, false) => "Le mandataire déclare autre chose que la demande : voyez les lignes marquées.",
    }
}

/// Whatever feed it stands in.
fn says_the_same(then: &ProfessionalRecord, now: &ProfessionalRecord) -> bool {
    ProfessionalRecord { feed: now.feed.clone(), ..then.clone() } == *now
}

/// Where the profession is exercised, as the register says now.
pub(super) fn places(db: &mut Database, dossier: &Dossier) -> Result<Vec<String>, Failure> {
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
            || "Lieu non précisé".to_owned(),
            |structure| format!("{}, {}", structure.corporate_name, structure.department_label),
        );
        places.push(match activity.mode {
            Some(mode) => format!("{place} – {}", mode.label()),
            None => place,
        });
    }
    match activities.len().saturating_sub(PLACES) {
        0 => {}
        1 => places.push("et un autre lieu".to_owned()),
        more => places.push(format!("et {more} autres lieux")),
    }
    Ok(places)
}

/// What else the person exercises, or exercised.
pub(super) fn other_exercises(dossier: &Dossier) -> Vec<String> {
    let all = dossier.register_now.as_ref().map_or(&[][..], |now| &now.exercises);
    let other = |exercise: &&Exercise| Some(exercise.profession) != dossier.order.tie.profession();
    all.iter()
        .filter(other)
        .map(|exercise| match exercise.ceased_at {
            Some(since) => format!("{}, jusqu’au {}", exercise.profession.label(), Shown(since).day()),
            None => exercise.profession.label().to_owned(),
        })
        .collect()
}
