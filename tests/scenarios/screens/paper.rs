//! What a page says on paper: all that it says on a screen, where and when it was read, and nothing that only acts.

use super::*;

/// Shows a page as it is printed, whose paper must say each of these, and keeps it as `target/screens/NAME.pdf`.
#[track_caller]
fn printed(desk: &Desk, browser: &Browser, address: &str, name: &str, says: &[&str]) -> String {
    browser.open(&format!("{}{address}", desk.origin));
    browser.wait_for("Se déconnecter");
    browser.on_paper(true);
    let paper = browser.text("body");
    for sentence in says.iter().copied().chain(["Page affichée le", address]) {
        assert!(paper.contains(sentence), "{address} on paper has no {sentence:?}: {paper}");
    }
    assert!(!paper.contains("Se déconnecter"), "{address}: {paper}");
    let forms = "return [...document.querySelectorAll('form')].filter((one) => one.checkVisibility()).length";
    assert_eq!(browser.run(forms), 0, "{address}");
    browser.print(name);
    browser.on_paper(false);
    paper
}

/// What an officer prints: the dossier with what its signature is over, a holder's cards, a structure's mandates, an extract of a list.
pub(super) fn on_paper(desk: &Desk, browser: &Browser, [waiting, structure]: [&str; 2]) {
    let address = format!("/ra/dossiers/{waiting}?statut=a-verifier");
    let dossier =
        printed(desk, browser, &address, "dossier", &["Empreinte SHA-256 de la version 1 du dossier"]);
    assert!(!dossier.contains("Approuver"), "{dossier}");
    browser.open(&format!("{}{address}", desk.origin));
    browser.click("form[action$='/approuver'] button");
    browser.wait_for("Signer votre décision");
    let signed = browser.text("code.digest");
    assert!(signed.len() == 64 && dossier.contains(&signed), "{signed} is what is signed: {dossier}");

    let address = format!("/ra/structures/{structure}");
    let mandate = ["Contrat d'adhésion 2026-0412", "Morgan AGENT"];
    let paper = printed(desk, browser, &address, "structure", &mandate);
    assert!(!paper.contains("Mettre fin"), "{paper}");
}

/// A holder's cards.
pub(super) fn of_a_holder(desk: &Desk, browser: &Browser, holder: &str, card: &str) {
    printed(desk, browser, &format!("/ra/porteurs/{holder}"), "holder", &["Cartes", card, "CPS"]);
}
