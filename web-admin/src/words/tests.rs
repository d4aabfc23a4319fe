use registration_authority::faults as rules;
use store::Code;

use crate::faults;
use crate::language::Language;
use crate::messages::tests::keys_of;
use crate::words::refusal;

/// What begins so can reach a page.
const REACHABLE: [&str; 15] = [
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
    "review-",
];

fn known() -> impl Iterator<Item = &'static Code> {
    [rules::ALL, professional_registry::faults::ALL, card::faults::ALL, faults::ALL, store::fault::ALL]
        .into_iter()
        .flatten()
}

#[test]
fn every_refusal_that_can_reach_a_page_has_its_own_sentence_in_each_language() {
    let codes = rules::ALL.iter().chain(professional_registry::faults::ALL).chain(card::faults::ALL);
    let reachable = codes.filter(|code| REACHABLE.iter().any(|start| code.name.starts_with(start)));
    let reachable: Vec<_> = reachable.chain(faults::ALL).chain(store::fault::ALL).collect();
    for language in Language::ALL {
        let unknown = refusal(language, "no-such-code");
        for code in &reachable {
            assert_ne!(refusal(language, code.name), unknown, "{code} has no words in {language:?}");
        }
    }
}

#[test]
fn no_refusal_is_worded_for_a_code_that_does_not_exist() {
    for key in keys_of("refusal") {
        let code = key.strip_prefix("refusal-").unwrap();
        assert!(code == "any" || known().any(|known| known.name == code), "{code} is no code");
    }
}
