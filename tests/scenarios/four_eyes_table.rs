//! Where two pairs of eyes look, in words, for a lawyer: `tests/golden/four-eyes.txt` is what the tables and the function that says what is
//! near answer. Whoever changes one sees here what it changes.

use std::collections::BTreeSet;

use acceptance::harness;
use registration_authority::four_eyes::{DecisionRule, LookAt, Near, Since, Subject, Ties, near, table};
use registration_authority::names;
use registration_authority::officers::Role;
use registration_authority::risk::{FlagRule, flags};

use super::eligibility::{line, role_in_words};

const HEAD: &str = "\
# Qui signe seul, où un second opérateur signe, ce qu'un autre relit, et ce dont nul ne décide. Écrit par un test à partir des tables et de
# la fonction qui juge (UPDATE_GOLDEN=1 le réécrit) ; docs/eligibility.md l'explique.
";

#[test]
fn where_two_pairs_of_eyes_look_is_as_the_table_for_lawyers_says() {
    let table = table().unwrap();
    let mut text = format!(
        "{HEAD}\nQui approuve ; celui qui a déposé ne décide jamais, et qui décide par délégation ne fait qu'un avec l'autre\n"
    );
    for rule in &table.decisions {
        text.push_str(&decision(rule));
    }
    for (second, title) in [
        (true, "Signalements qui demandent un second opérateur ; un opérateur qui doute le demande aussi"),
        (false, "Signalements qui n'en demandent pas, et tiennent la demande hors des gestes d'ensemble"),
    ] {
        text.push_str(&format!("\n{title}\n"));
        flags()
            .unwrap()
            .iter()
            .filter(|rule| rule.second_officer == second)
            .for_each(|rule| text.push_str(&flag(rule)));
    }
    text.push_str("\nCe qu'un autre relit ensuite, et qui ne retient rien\n");
    for look in &table.looks {
        let what = match look.at {
            LookAt::Approval => "l'approbation d'une demande de carte par un seul opérateur, tirée au sort",
            LookAt::HolderOpposition => "l'opposition qu'un porteur déclare lui-même",
        };
        let from = match look.from {
            Since::AtOnce => "aussitôt",
            Since::NextDay => "dès le lendemain",
        };
        text.push_str(&line(&[what], format!("{} %, {from}", look.share_percent)));
    }
    text.push_str("\nCe dont nul ne décide, ni oui ni non\n");
    for rule in &table.keep_off {
        text.push_str(&format!("  {}  {}\n            Aide : {}\n", rule.id, rule.sentence, rule.helper));
    }
    text.push_str("\nPar cas : l'opérateur Élise DURAND, numéro 899700000013, exerce en F0B0193488 et parle pour F0B0193496\n");
    for (what, subject) in subjects() {
        text.push_str(&line(&[what], judged(near(&officer(), &subject))));
    }
    harness::golden("four-eyes.txt", &text);
}

fn decision(rule: &DecisionRule) -> String {
    let who: Vec<&str> =
        Role::ALL.into_iter().filter(|role| role.may(rule.on.right())).map(role_in_words).collect();
    let mut said = format!("{} ({})", rule.officers, who.join(", "));
    if let Some(flagged) = rule.flagged {
        said.push_str(&format!(" ; {flagged} sur signalement, l'un sans savoir ce que l'autre a signé"));
    }
    if rule.at_once > 1 {
        said.push_str(&format!(" ; {} au plus par signature, sans signalement", rule.at_once));
    }
    if let Some(alone) = rule.alone_up_to {
        said.push_str(&format!(" jusqu'à {alone} lignes renouvelées ; 2 au-delà"));
    }
    line(&[&rule.name], said)
}

fn flag(rule: &FlagRule) -> String {
    format!("  {:<20} {}\n", rule.flag.as_str(), rule.sentence.replace("{limit}", &rule.limit.to_string()))
}

fn officer() -> Ties {
    let set = |one: &str| BTreeSet::from([one.to_owned()]);
    Ties {
        names: names::folded("DURAND Élise").split(' ').map(str::to_owned).collect(),
        numbers: set("899700000013"),
        places: set("F0B0193488"),
        speaks_for: set("F0B0193496"),
    }
}

fn subjects() -> Vec<(&'static str, Subject)> {
    let of = |number: &str, family_name: &str, given_name: &str, place: &str| Subject {
        numbers: vec![number.to_owned()],
        family_name: family_name.to_owned(),
        given_name: given_name.to_owned(),
        places: vec![place.to_owned()],
        of_structure: false,
    };
    let own =
        |place: &str| Subject { places: vec![place.to_owned()], of_structure: true, ..Subject::default() };
    vec![
        ("une demande à son numéro", of("899700000013", "MARTIN", "Zoé", "ailleurs")),
        (
            "une demande à son nom et à son prénom, sous un autre numéro",
            of("899700000021", "Durand", "Elise", "ailleurs"),
        ),
        (
            "une demande à son nom de famille, en un lieu où il exerce",
            of("899700000021", "DURAND", "Paul", "F0B0193488"),
        ),
        (
            "une demande à son nom de famille, en un lieu pour lequel il parle",
            of("899700000021", "DURAND", "Paul", "F0B0193496"),
        ),
        ("une demande à son nom de famille, ailleurs", of("899700000021", "DURAND", "Paul", "ailleurs")),
        (
            "une demande d'un autre professionnel, en un lieu où il exerce",
            of("899700000021", "MARTIN", "Zoé", "F0B0193488"),
        ),
        (
            "une demande d'un autre professionnel, en un lieu pour lequel il parle",
            of("899700000021", "MARTIN", "Zoé", "F0B0193496"),
        ),
        ("ce que demande la structure où il exerce", own("F0B0193488")),
        ("ce que demande la structure pour laquelle il parle", own("F0B0193496")),
        ("ce que demande une autre structure", own("F0B0193500")),
    ]
}

fn judged(near: Option<Near>) -> String {
    let rule = near.and_then(|near| table().unwrap().keep_off(near));
    rule.map_or_else(|| "PERMIS".to_owned(), |rule| format!("REFUSÉ : {}", rule.id))
}
