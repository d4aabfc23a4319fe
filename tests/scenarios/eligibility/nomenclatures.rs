//! What the dates of the nomenclatures make of an order.

use std::sync::LazyLock;

use professional_registry::{Activity, CodeTables, ExerciseMode, ProfessionalRecord};

use super::Case;

/// The same person, employed here and self-employed there.
pub(super) fn practised(case: &Case) -> ProfessionalRecord {
    let mut record = case.record.clone().expect("the ordinary case is in the register");
    let place = |mode| Activity { mode: Some(mode), sector: None, structure: None };
    record.exercises[0].activities = [ExerciseMode::Employed, ExerciseMode::SelfEmployed].map(place).to_vec();
    record
}

/// Tables of which one code or the other had its last day yesterday.
pub(super) fn nomenclatures() -> [(&'static str, &'static CodeTables); 5] {
    const CATEGORIES: &str = "C\tCivil\t\t\nE\tEtudiant\t\t\nM\tMilitaire\t\t\n";
    const MODES: &str = "L\tLibéral\t\t\nS\tSalarié\t\t\n";
    const CARDS: &str = "CDA\t-\t\t\nCDE\t-\t\t\nCPA\t-\t\t\nCPE\t-\t\t\nCPF\t-\t\t\nCPS\t-\t\t\n";
    static TABLES: LazyLock<[CodeTables; 5]> = LazyLock::new(|| {
        [
            CodeTables::read(CATEGORIES, MODES, CARDS),
            CodeTables::read("C\tCivil\t\t2026-11-25\nE\tEtudiant\t\t2026-11-25\n", MODES, CARDS),
            CodeTables::read(CATEGORIES, "L\tLibéral\t\t2026-11-25\nS\tSalarié\t\t\n", CARDS),
            CodeTables::read(CATEGORIES, "L\tLibéral\t\t2026-11-25\nS\tSalarié\t2026-11-27\t\n", CARDS),
            CodeTables::read(CATEGORIES, MODES, ""),
        ]
    });
    let words = [
        "tous donnés à cette date",
        "la catégorie n'est plus donnée",
        "un des deux modes d'exercice n'est plus donné",
        "un mode d'exercice n'est plus donné, l'autre pas encore",
        "le type de carte n'est pas dans la nomenclature",
    ];
    std::array::from_fn(|place| (words[place], &TABLES[place]))
}
