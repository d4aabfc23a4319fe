//! Who may have which card opposed, for which ground, by cases, for a lawyer: `tests/golden/oppositions.txt` is what the function that
//! judges answers over every case, in French. Whoever changes the table sees here what it changes.

use acceptance::harness;
use card::CardKind;
use registration_authority::approval::SubjectKind;
use registration_authority::four_eyes::{self, LookAt};
use registration_authority::opposition::declaration::GROUNDS;
use registration_authority::opposition::requester::{Bond, OppositionFacts, Requester, judge};
use registration_authority::opposition::{Ground, HoldRule, RequesterRules, table};

const HEAD: &str = "\
# Qui peut faire opposition à quelle carte, pour quel motif. Écrit par un test à partir de la fonction qui juge (UPDATE_GOLDEN=1 le
# réécrit) ; docs/eligibility.md l'explique. Le motif n'est jamais publié : la liste de révocation porte la raison de la RFC 5280 qui
# est dite ici. Une ligne, un cas : PERMIS, ou REFUSÉ avec chaque règle enfreinte.
# [S] le motif est lu dans une source publique ; [M] de mémoire, à vérifier ; [ours] choisi par ce projet (docs/domain.md, §4.2). La
# raison que publie le modèle pour chaque motif n'est pas connue [?] : celle-ci est choisie par ce projet.
";

#[test]
fn who_may_have_which_card_opposed_for_which_ground_is_as_the_table_for_lawyers_says() {
    let table = table().unwrap();
    let mut text = format!("{HEAD}\nMotifs, raison publiée, et d'où le motif est connu\n");
    for rule in &table.grounds {
        let reason = table.reason(rule.ground).unwrap().name();
        text.push_str(&format!("  {:<52} {reason:<22} [{}]\n", rule.name, rule.mark.as_str()));
    }
    text.push_str(&hold(&table.hold));
    text.push_str("\nRègles\n");
    for rule in &table.rules {
        text.push_str(&format!("  {}  {}\n            Aide : {}\n", rule.id, rule.sentence, rule.helper));
    }
    for rules in &table.requesters {
        text.push_str(&requester(rules));
    }
    harness::golden("oppositions.txt", &text);
}

/// The one end that may be lifted.
fn hold(hold: &HoldRule) -> String {
    let requesters = hold.requesters.iter().map(|who| table().unwrap().of(*who).unwrap().name.as_str());
    let lifted = four_eyes::table().unwrap().decision(SubjectKind::SuspensionLift).unwrap().officers;
    format!(
        "\nCe qui n'est pas une opposition et peut être levé, là où l'exploitant l'autorise ; sinon refusé\n  {:<52} {:<22} [{}]\n  \
         Demandée par : {}. Levée par {lifted} opérateurs d'enregistrement.\n",
        hold.name,
        hold.reason,
        hold.mark.as_str(),
        requesters.collect::<Vec<_>>().join(", ")
    )
}

/// Where a second pair of eyes looks at what this requester brings about.
fn second_look(who: Requester) -> Option<String> {
    let four_eyes = four_eyes::table().unwrap();
    match who {
        Requester::Holder => {
            let look = four_eyes.look(LookAt::HolderOpposition).unwrap();
            let share = look.share_percent;
            Some(format!(
                "Un opérateur relit le lendemain {share} % de celles que le porteur déclare lui-même."
            ))
        }
        Requester::Register => {
            let officers = four_eyes.decision(SubjectKind::OppositionPlan).unwrap().officers;
            Some(format!("Au-delà de ce qu'un jour permet : {officers} opérateurs d'enregistrement."))
        }
        _ => None,
    }
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
    if let Some(look) = second_look(rules.who) {
        text.push_str(&format!("  {look}\n"));
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
    let broken: Vec<&str> = judge(table().unwrap(), &facts).iter().map(|rule| rule.id.as_str()).collect();
    let said =
        if broken.is_empty() { "PERMIS".to_owned() } else { format!("REFUSÉ : {}", broken.join(", ")) };
    format!("  {what:<72} {said}\n")
}

fn in_french(ground: Ground) -> &'static str {
    &table().unwrap().grounds.iter().find(|rule| rule.ground == ground).unwrap().name
}
