//! The audit trail as an auditor reads it over the pages, and what he takes away, verified by `igc-verify`.

use std::fs;
use std::path::Path;

use acceptance::harness::{DatabaseKind, Finished, folder, igc_verify, run};

use super::operations_page::Desk;
use super::workshop::workshop;

/// What stands in `text` between the two.
#[track_caller]
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let rest = text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}")).1;
    rest.split_once(after).unwrap_or_else(|| panic!("no {after} in {rest}")).0
}

fn verify(selection: &Path, options: &[&str]) -> Finished {
    run(igc_verify().args(options).arg(selection))
}

#[test]
fn a_selection_is_verified_elsewhere_and_each_alteration_of_it_is_found() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = workshop(kind);
        let desk = Desk::of(&workshop, "auditor");
        let page = desk.read("/ra/journal?action=card.");
        assert!(!page.contains("<code>order.submitted</code>"), "on {kind}: {page}");
        let events = page.matches("<th role=\"rowheader\" scope=\"row\">").count();
        assert!(events > 3, "on {kind}: {page}");

        let place = folder();
        let file = place.path().join("selection.jsonl");
        let written = desk.post("/ra/journal/selection", &page, &[("action", "card.")]);
        fs::write(&file, &written).unwrap();
        let said = verify(&file, &[]).expect_exit(0);
        assert!(said.stdout.starts_with(&format!("{events} events ")), "on {kind}: {}", said.stdout);
        assert!(said.stdout.contains("TRUSTED log key of the selection itself\n"), "{}", said.stdout);
        let bundle = place.path().join("bundle");
        workshop.igc(&["audit", "export", "--out", bundle.to_str().unwrap()]);
        let key = bundle.join("key");
        let said = verify(&file, &["--key", key.to_str().unwrap()]).expect_exit(0);
        assert!(!said.stdout.contains("TRUSTED"), "{}", said.stdout);

        let text = String::from_utf8(written).unwrap();
        assert!(!text.contains("\"payload\":") && !text.contains("\"salt\":"), "on {kind}: {text}");
        let lines: Vec<&str> = text.lines().collect();
        let join = |lines: &[&str]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
        let (mut swapped, mut shorter) = (lines.clone(), lines.clone());
        swapped.swap(1, 2);
        shorter.pop();
        for (what, altered) in [
            ("another actor", text.replacen("\"actor\":\"", "\"actor\":\"x", 1)),
            ("another place", text.replacen("\"index\":", "\"index\":1", 1)),
            ("another head", text.replacen("igc-signed-at 1", "igc-signed-at 2", 1)),
            ("another path", text.replacen("\"path\":[\"", "\"path\":[\"A", 1)),
            ("a line less", join(&shorter)),
            ("another order", join(&swapped)),
        ] {
            assert_ne!(altered, text, "{what}");
            fs::write(&file, altered).unwrap();
            let said = verify(&file, &[]).expect_exit(8);
            assert!(said.stdout.ends_with("DOES NOT HOLD\n"), "{what}, on {kind}: {}", said.stdout);
        }
        fs::write(&file, text.replacen("selection-v1", "selection-v9", 1)).unwrap();
        verify(&file, &[]).expect_exit(1);
    }
}

#[test]
fn a_leaf_is_shown_with_the_proof_that_the_command_line_gives_and_each_reading_stands_in_the_trail() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = workshop(kind);
        let desk = Desk::of(&workshop, "auditor");
        let page = desk.read("/ra/journal?action=order.submitted");
        let id = between(&page, "<a href=\"/ra/journal/", "\"");
        let leaf = desk.read(&format!("/ra/journal/{id}"));
        assert!(leaf.contains("<strong>Prouvé</strong>"), "on {kind}: {leaf}");
        let proof = between(&leaf, "aria-labelledby=\"preuve\">", "</pre>");
        let shown = proof.replace("&#43;", "+").replace("&#61;", "=").replace("&#47;", "/");
        let told = workshop.igc(&["audit", "proof", "--event", id]).json();
        assert!(shown.contains(&format!("\nindex {}\n", told[0]["index"])), "on {kind}: {told} {shown}");
        let path = told[0]["path"].as_array().unwrap();
        assert!(path.len() > 3, "on {kind}: {told}");
        for hash in path {
            assert!(shown.contains(hash.as_str().unwrap()), "on {kind}: {hash} in {shown}");
        }
        workshop.igc(&["job", "run", "audit"]);
        let readings = desk.read("/ra/journal?action=audit-reading.");
        for action in ["audit-reading.searched", "audit-reading.leaf"] {
            assert!(readings.contains(&format!("<code>{action}</code>")), "on {kind}: {readings}");
        }
        workshop.igc(&["audit", "verify"]);
    }
}
