use super::chance::Chance;
use crate::identifiers::luhn;

/// A town: name, postal code, INSEE code, department code, department label.
pub(super) type Town = (&'static str, &'static str, &'static str, &'static str, &'static str);

const TOWNS: [Town; 14] = [
    ("PARIS 09", "75009", "75109", "75", "Paris (75)"),
    ("MARSEILLE 04", "13004", "13204", "13", "Bouches-du-Rhône (13)"),
    ("LYON 03", "69003", "69383", "69", "Rhône (69)"),
    ("TOULOUSE", "31000", "31555", "31", "Haute-Garonne (31)"),
    ("NANTES", "44000", "44109", "44", "Loire-Atlantique (44)"),
    ("LILLE", "59000", "59350", "59", "Nord (59)"),
    ("BREST", "29200", "29019", "29", "Finistère (29)"),
    ("AJACCIO", "20000", "2A004", "2A", "Corse-du-Sud (2A)"),
    ("BASTIA", "20200", "2B033", "2B", "Haute-Corse (2B)"),
    ("BOURG-EN-BRESSE", "01000", "01053", "01", "Ain (01)"),
    ("CHÂTEAU-THIERRY", "02400", "02168", "02", "Aisne (02)"),
    ("L'ISLE-D'ABEAU", "38080", "38193", "38", "Isère (38)"),
    ("VANNES", "56000", "56260", "56", "Morbihan (56)"),
    ("NÎMES", "30000", "30189", "30", "Gard (30)"),
];

/// A place of practice. Empty text where it has no such number.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) technical_id: String,
    pub(super) siret: String,
    pub(super) siren: String,
    pub(super) finess: String,
    pub(super) finess_legal: String,
    pub(super) corporate_name: String,
    pub(super) trade_name: String,
    pub(super) sector: (&'static str, &'static str),
    pub(super) street_number: u64,
    pub(super) town: Town,
}

const EMPLOYERS: [(&str, &str, &str); 6] = [
    ("CENTRE HOSPITALIER FICTIF DE", "SA01", "Etablissement public de santé"),
    ("CENTRE HOSPITALIER INTERCOMMUNAL FICTIF DU BASSIN DE", "SA01", "Etablissement public de santé"),
    ("CLINIQUE FICTIVE SAINT-EXEMPLE DE", "SA04", "Etab. privé non PSPH"),
    ("EHPAD FICTIF DE", "SA17", "Etablissement pour personnes âgées"),
    ("CENTRE DE SANTÉ FICTIF DE", "SA05", "Centre de santé"),
    ("PHARMACIE FICTIVE DE", "SA33", "Pharmacie d'officine"),
];

/// The employer numbered `index`: the same for everybody who works there.
pub(super) fn employer(seed: u64, index: u32) -> Place {
    let mut chance = Chance::of([seed, 2, u64::from(index)]);
    let (name, code, label) = *chance.pick(&EMPLOYERS);
    let town = *chance.pick(&TOWNS);
    // The test range of SIRET leaves four digits to number with.
    let siret = if index < 10_000 {
        let stem = format!("000000000{index:04}");
        format!("{stem}{}", luhn::key(&stem))
    } else {
        String::new()
    };
    // A pharmacy is known by its SIRET, the others by FINESS.
    let by_siret = code == "SA33" && !siret.is_empty();
    let finess = if by_siret { String::new() } else { format!("0B{index:07}") };
    Place {
        technical_id: if by_siret { format!("C{siret}") } else { format!("F{finess}") },
        siren: if siret.is_empty() { String::new() } else { siret[..9].to_owned() },
        finess_legal: if by_siret { String::new() } else { format!("0B{:07}", 9_000_000 + index / 3) },
        siret,
        finess,
        corporate_name: format!("{name} {} {index:04}", town.0),
        trade_name: String::new(),
        sector: (code, label),
        street_number: 1 + chance.below(120),
        town,
    }
}

/// The practice of a self-employed person, who is numbered `index` and moves with each revision.
pub(super) fn practice(chance: &mut Chance, index: u32, revision: u32, family_name: &str) -> Place {
    let group = chance.percent(40);
    Place {
        technical_id: format!("R997{index:07}{revision:02}"),
        siret: String::new(),
        siren: String::new(),
        finess: String::new(),
        finess_legal: String::new(),
        corporate_name: format!("CABINET {family_name}"),
        trade_name: if group { "MAISON DES PRATICIENS".to_owned() } else { String::new() },
        sector: if group { ("SA08", "Cabinet de groupe") } else { ("SA07", "Cabinet individuel") },
        street_number: 1 + chance.below(120),
        town: *chance.pick(&TOWNS),
    }
}
