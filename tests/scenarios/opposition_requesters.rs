//! Who may have which card opposed, for which ground, by cases, for a lawyer: `tests/golden/oppositions.txt` is what the function that
//! judges answers over every case, in French. Whoever changes the table sees here what it changes.

use acceptance::harness;
use card::CardKind;
use registration_authority::opposition::Ground;
use registration_authority::opposition::declaration::GROUNDS;
use registration_authority::opposition::requester::{
    Bond, OppositionFacts, Requester, RequesterRules, judge, requesters,
};

const HEAD: &str = "\
# Qui peut faire opposition à quelle carte, pour quel motif. Écrit par un test à partir de la fonction qui juge (UPDATE_GOLDEN=1 le
# réécrit) ; docs/eligibility.md l'explique. Le motif n'est jamais publié : la liste de révocation porte la raison de la RFC 5280 qui
# est dite ici. Une ligne, un cas : PERMIS, ou REFUSÉ avec chaque règle enfreinte.
";

#[test]
fn who_may_have_which_card_opposed_for_which_ground_is_as_the_table_for_lawyers_says() {
    let table = requesters().unwrap();
    let mut text = format!("{HEAD}\nMotifs, et raison publiée\n");
    for ground in Ground::ALL {
        text.push_str(&format!("  {:<52} {}\n", in_french(ground), ground.reason().name()));
    }
    text.push_str("\nRègles\n");
    for rule in &table.rules {
        text.push_str(&format!("  {}  {}\n            Aide : {}\n", rule.id, rule.sentence, rule.helper));
    }
    for rules in &table.requesters {
        text.push_str(&requester(rules));
    }
    harness::golden("oppositions.txt", &text);
}

/// What one requester may, where everything ties him to the card, and where nothing does.
fn requester(rules: &RequesterRules) -> String {
    let mut text =
        format!("\n== {} ==\n\nCartes, pour le premier de ses motifs, tout le liant à elles\n", rules.name);
    let bound = Bond { own_card: true, speaks_for: true, practises_there: true, in_a_practice: true };
    let facts = |kind, names_somebody, ground, bond| OppositionFacts {
        requester: rules.who,
        kind,
        names_somebody,
        ground,
        bond,
    };
    let permitted = rules.grounds.first().copied().unwrap();
    for kind in CardKind::ALL {
        let staff = !matches!(kind, CardKind::Cps | CardKind::Cpf);
        for names_somebody in [true, false].into_iter().filter(|names| *names || staff) {
            let named = if names_somebody { "nominative" } else { "de service" };
            text.push_str(&line(&format!("{kind} {named}"), facts(kind, names_somebody, permitted, bound)));
        }
    }
    let names_somebody = rules.who != Requester::AuthorisedPerson;
    let kind = *rules.cards.last().unwrap();
    text.push_str("\nMotifs\n");
    for ground in Ground::ALL {
        text.push_str(&line(in_french(ground), facts(kind, names_somebody, ground, bound)));
    }
    if rules.who == Requester::Holder {
        let declared = GROUNDS.map(in_french).join(", ");
        text.push_str(&format!("  Il déclare à la page publique, avec un code ou sans : {declared}.\n"));
    }
    text.push_str("\nCe qui le lie à la carte\n");
    for (what, bond) in [
        ("rien", Bond::default()),
        ("la carte est la sienne", Bond { own_card: true, ..Bond::default() }),
        ("son mandat pour la structure de la carte", Bond { speaks_for: true, ..Bond::default() }),
        (
            "il exerce à son compte dans la structure, hors cabinet",
            Bond { practises_there: true, ..Bond::default() },
        ),
        (
            "il exerce à son compte dans ce cabinet",
            Bond { practises_there: true, in_a_practice: true, ..Bond::default() },
        ),
    ] {
        text.push_str(&line(what, facts(kind, names_somebody, permitted, bond)));
    }
    if !rules.sectors.is_empty() {
        let sectors: Vec<String> = rules
            .sectors
            .iter()
            .map(|one| format!("{} ({})", one.label().unwrap_or_default(), one.code()))
            .collect();
        text.push_str(&format!("  Cabinets, officines et laboratoires : {}.\n", sectors.join(", ")));
    }
    text
}

fn line(what: &str, facts: OppositionFacts) -> String {
    let broken: Vec<&str> =
        judge(requesters().unwrap(), &facts).iter().map(|rule| rule.id.as_str()).collect();
    let said =
        if broken.is_empty() { "PERMIS".to_owned() } else { format!("REFUSÉ : {}", broken.join(", ")) };
    format!("  {what:<72} {said}\n")
}

fn in_french(ground: Ground) -> &'static str {
    match ground {
        Ground::Lost => "perte",
        Ground::Stolen => "vol",
        Ground::CodesDisclosed => "codes connus d'un autre",
        Ground::CardNotReceived => "non-réception de la carte",
        Ground::CodesNotReceived => "non-réception des codes",
        Ground::Defective => "dysfonctionnement",
        Ground::Replaced => "remplacement par une autre carte",
        Ground::Renewed => "renouvellement : la suivante est active",
        Ground::StructureChanged => "changement de la structure, ou fin de son mandat",
        Ground::DataChanged => "changement d'une donnée certifiée",
        Ground::EndOfActivity => "fin d'activité, départ",
        Ground::Retired => "retraite",
        Ground::Deceased => "décès",
        Ground::StruckOff => "radiation par l'Ordre",
        Ground::Sanction => "sanction",
        Ground::BreachOfTerms => "manquement aux conditions d'utilisation",
    }
}
