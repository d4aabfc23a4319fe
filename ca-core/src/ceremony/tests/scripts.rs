//! The printed script.

use std::collections::BTreeSet;

use super::{INSTALLATION, ISSUING, ROLLOVER, ROOT, ROOT_CRL, SHIPPED};
use crate::ceremony::{Ceremony, script};

#[test]
fn every_step_of_the_run_stands_in_the_script_in_its_order_with_room_to_sign() {
    for text in SHIPPED {
        let ceremony = Ceremony::parse(text).unwrap();
        let printed = script(&ceremony, "1.2.3");
        let headings: Vec<&str> = printed
            .lines()
            .filter_map(|line| line.strip_prefix("Nom de l'étape : `")?.strip_suffix('`'))
            .collect();
        let steps: Vec<String> = ceremony.steps().iter().map(ToString::to_string).collect();
        assert_eq!(headings, steps);
        let names: BTreeSet<_> = steps.iter().collect();
        assert_eq!(names.len(), steps.len(), "a step's name is its own");
        assert_eq!(printed.matches("| Heure (UTC) | Opérateur | Témoin |").count(), steps.len());
        assert!(printed.contains(&format!("`{}`", ceremony.sha256())));
        assert!(printed.contains("`igc 1.2.3`"));
        assert!(printed.contains(ceremony.title()));
    }
}

#[test]
fn every_custodian_signs_for_his_share() {
    let printed = script(&Ceremony::parse(ROOT).unwrap(), "1.2.3");
    for name in ["Premier porteur", "Deuxième porteur", "Cinquième porteur"] {
        assert!(printed.contains(&format!("| Porteur de part | {name} |")), "{name}");
        assert!(printed.contains(&format!("{name} prend sa part")), "{name}");
    }
    assert!(printed.contains("3 d'entre elles ouvriront le jeton"));
}

#[test]
fn the_room_knows_which_tokens_to_plug_in_and_whose_shares_to_bring() {
    for (text, tokens, shares) in [
        (ROOT, "aucun autre : `roots`, `services`.", false),
        (INSTALLATION, "aucun autre : `roots`, `issuing`, `services`, `status`.", false),
        (ROOT_CRL, "aucun autre : ceux des clés d'ACR-EL, d'ACR-ST, d'ACR-FO.", true),
        (ROLLOVER, "aucun autre : `issuing`, `status`, et ceux des clés d'ACR-FO.", true),
        (ISSUING, "et ceux des clés d'ACR-EL, d'ACR-ST, d'ACR-FO.", true),
    ] {
        let printed = script(&Ceremony::parse(text).unwrap(), "1.2.3");
        assert!(printed.contains(tokens), "{tokens}");
        assert_eq!(printed.contains("## Parts apportées"), shares, "{tokens}");
    }
}
