use registration_authority::faults as rules;

use super::refusal;
use crate::faults;

/// What begins so can reach a page.
const REACHABLE: [&str; 14] = [
    "order-",
    "officer-",
    "reading-",
    "approval-",
    "decision-",
    "opposition-",
    "identifier-",
    "passkey-",
    "enrolment-",
    "mandate-",
    "staff-",
    "suspension-",
    "queue-",
    "holder-",
];

#[test]
fn every_refusal_that_can_reach_a_page_has_its_own_french_sentence() {
    let unknown = refusal("no-such-code");
    let codes = rules::ALL.iter().chain(professional_registry::faults::ALL).chain(card::faults::ALL);
    let reachable = codes.filter(|code| REACHABLE.iter().any(|start| code.name.starts_with(start)));
    for code in reachable.chain(faults::ALL).chain(store::fault::ALL) {
        assert_ne!(refusal(code.name), unknown, "{code} has no French");
    }
}

#[test]
fn no_refusal_is_worded_for_a_code_that_does_not_exist() {
    let source =
        concat!(include_str!("refusals.rs"), include_str!("requests.rs"), include_str!("structures.rs"));
    let known: Vec<&str> =
        [rules::ALL, professional_registry::faults::ALL, card::faults::ALL, faults::ALL, store::fault::ALL]
            .into_iter()
            .flatten()
            .map(|code| code.name)
            .collect();
    for line in source.lines().filter(|line| line.contains("\" => (")) {
        let code = line.split('"').nth(1).unwrap();
        assert!(known.contains(&code), "{code} is no code");
    }
}
