//! What a regulated profession is called: TRE_G15-ProfessionSante and TRE_G16-ProfessionFormation of the public
//! nomenclature (NOS). The title in a certificate is this label, and the order says the code.

const PROFESSIONS: [(i64, &str); 30] = [
    (10, "Médecin"),
    (21, "Pharmacien"),
    (26, "Audioprothésiste"),
    (28, "Opticien-Lunetier"),
    (31, "Assistant dentaire"),
    (32, "Physicien médical"),
    (35, "Aide-soignant"),
    (36, "Ambulancier"),
    (37, "Auxiliaire de puériculture"),
    (38, "Préparateur en pharmacie"),
    (39, "Préparateur en pharmacie hospitalière"),
    (40, "Chirurgien-Dentiste"),
    (50, "Sage-Femme"),
    (60, "Infirmier"),
    (69, "Infirmier psychiatrique"),
    (70, "Masseur-Kinésithérapeute"),
    (80, "Pédicure-Podologue"),
    (81, "Orthoprothésiste"),
    (82, "Podo-Orthésiste"),
    (83, "Orthopédiste-Orthésiste"),
    (84, "Oculariste"),
    (85, "Epithésiste"),
    (86, "Technicien de laboratoire médical"),
    (91, "Orthophoniste"),
    (92, "Orthoptiste"),
    (93, "Psychologue"),
    (94, "Ergothérapeute"),
    (95, "Diététicien"),
    (96, "Psychomotricien"),
    (98, "Manipulateur ERM"),
];

/// Of those for whose students there is a card.
const IN_TRAINING: [(i64, &str); 4] = [
    (10, "Médecin en formation"),
    (21, "Pharmacien en formation"),
    (40, "Chirurgien-Dentiste en formation"),
    (50, "Sage-Femme en formation"),
];

/// The label of a code of TRE_G15.
pub fn label(code: i64) -> Option<&'static str> {
    PROFESSIONS.iter().find(|(known, _)| *known == code).map(|(_, label)| *label)
}

/// The label of a code of TRE_G16.
pub fn in_training(code: i64) -> Option<&'static str> {
    IN_TRAINING.iter().find(|(known, _)| *known == code).map(|(_, label)| *label)
}
