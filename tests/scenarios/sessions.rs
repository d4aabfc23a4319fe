//! A session in a browser: its end by silence is announced, is put off without anything being lost, and is ended from elsewhere.

use acceptance::harness::Browser;

use super::officers_desk::desk;
use super::workshop::APPROVER;

/// What a page says whose session was not kept.
const NOT_KEPT: &str = "La session n'a pas été prolongée";

/// Lets the page's clock run ahead, so many seconds from when its script has reckoned when its session ends: what passes before that, it
/// does not notice.
pub fn let_pass(browser: &Browser, seconds: u32) {
    browser.wait_for("Votre session se ferme après 30 minutes sans activité");
    browser.run("return import(document.querySelector('script[src*=\"/session\"]').src).then(() => true)");
    browser.run(&format!("const then = Date.now; Date.now = () => then() + {seconds} * 1000"));
}

#[test]
fn a_page_says_that_its_session_ends_and_keeps_it_and_what_was_typed_where_its_reader_wants() {
    let mut desk = desk();
    let browser = desk.officer(APPROVER, "Dominique BERNARD");
    desk.sign_in(&browser);
    browser.open(&format!("{}/ra/nouvelle", desk.origin));
    browser.wait_for("Votre session se ferme après 30 minutes sans activité");
    browser.write("#rpps", "1234");
    assert_eq!(browser.text(".session"), "", "it has half an hour");
    let_pass(&browser, 26 * 60);
    browser.wait_for_in(".session", "Votre session se ferme dans moins de cinq minutes, faute d'activité.");
    // Refused, for the form is not this session's: it says so, and may be tried again.
    let token = browser.run("const it = document.querySelector('.session [name=jeton]'), was = it.value; it.value = 'x'; return was");
    browser.click(".session button");
    browser.wait_for_in(".session .failed", NOT_KEPT);
    browser.run(&format!("document.querySelector('.session [name=jeton]').value = {token}"));
    browser.click(".session button");
    let begun = std::time::Instant::now();
    while !browser.text(".session").is_empty() {
        assert!(begun.elapsed().as_secs() < 30, "it is not kept: {}", browser.text(".session"));
    }
    let kept = browser.run("return [document.querySelector('#rpps').value, document.activeElement.id]");
    assert_eq!(kept, serde_json::json!(["1234", "rpps"]), "nothing is lost, and its reader is where he was");
    assert!(browser.address().ends_with("/ra/nouvelle"));

    // Ended elsewhere, the button finds it ended, and says so.
    let_pass(&browser, 26 * 60);
    browser.wait_for_in(".session", "faute d'activité");
    browser.run(
        "return fetch('/ra/sign-out', { method: 'POST', redirect: 'manual', body: new URLSearchParams({
             jeton: document.querySelector('[name=jeton]').value }) }).then(() => true)",
    );
    browser.click(".session button");
    browser.wait_for_in(".session", "Votre session est fermée.");
    browser.open(&format!("{}/ra/file", desk.origin));
    browser.wait_for("Se connecter avec ma clé de sécurité");
    desk.serving.end();
}

#[test]
fn a_page_says_when_nobody_answers_that_keeps_its_session() {
    let mut desk = desk();
    let browser = desk.officer(APPROVER, "Dominique BERNARD");
    desk.sign_in(&browser);
    browser.open(&format!("{}/ra/nouvelle", desk.origin));
    browser.write("#rpps", "1234");
    let_pass(&browser, 26 * 60);
    browser.wait_for_in(".session", "faute d'activité");
    desk.serving.end();
    browser.click(".session button");
    browser.wait_for_in(".session .failed", NOT_KEPT);
    assert_eq!(browser.run("return document.querySelector('#rpps').value"), serde_json::json!("1234"));
}
