//! Screens in the states that no address alone shows: after an act, with an error, with nothing in them, refused.

use super::filled::{lists, orders_for_two, structure_with_its_agent};
use super::paper::on_paper;
use super::*;

#[test]
fn no_state_of_a_screen_keeps_anybody_out() {
    let mut desk = desk_where("approval_delay_seconds = 0", "refusal_delay_seconds = 0");
    let browser = desk.officer(APPROVER, "Dominique BERNARD");
    let mut found = of_a_new_key(&desk);
    let waiting = desk.waiting();
    orders_for_two(&mut desk, 3);
    let (structure, agents) = structure_with_its_agent(&mut desk);
    let request = lists(&mut desk);
    desk.sign_in(&browser);
    on_paper(&desk, &browser, [&waiting, &structure]);
    found.join(of_lists(&desk, &browser, (&structure, &request)));
    found.join(of_forms(&desk, &browser));
    found.join(of_an_opposition(&mut desk, &browser));
    found.join(of_a_stale_dossier(&desk, &browser, &waiting));
    found.join(of_an_agent(&desk, &agents, &structure));
    found.join(of_a_session(&desk, &browser));
    found.join(of_too_many(&desk));
    assert!(found.violations.is_empty(), "{}", found.violations.join("\n"));
    desk.serving.end();
}

fn of_a_new_key(desk: &Desk) -> Found {
    let browser = Browser::new(1280);
    let mut look = Look::of(desk, &browser);
    browser.open(&format!("{}/ra/cle", desk.origin));
    browser.write("#identifiant", "lou.garnier");
    browser.click("main button");
    look.now("/ra/cle", "Votre clé est prête");
    look.found
}

/// Filled, and filtered to nothing.
fn of_lists(desk: &Desk, browser: &Browser, (structure, request): (&str, &str)) -> Found {
    let mut look = Look::of(desk, browser);
    look.at("/ra/contreseing", "Mandat pour une structure", Some("inbox"));
    look.at("/ra/contreseing?fait=fin", "C'était le dernier de la liste.", None);
    look.at("/ra/file?statut=a-verifier", "Dossier", Some("queue"));
    look.at("/ra/file?type=CPF", "Aucune demande ne répond à ces filtres.", None);
    look.at("/ra/file?q=zzzz", "Aucune demande ne répond à ces filtres.", None);
    look.at("/ra/cartes?numero=2699999999", "Aucune carte ne porte ce numéro.", None);
    look.at("/ra/structures", "Contrat d'adhésion 2026-0413", None);
    look.at(&format!("/ra/structures/{structure}"), "LEROY", Some("structure"));
    look.at("/ra/porteurs/899700000000", "Introuvable", None);
    let filled = [
        ("/ra/rappels", "Classer sans suite"),
        ("/ra/relectures", "Relisez le dossier"),
        ("/ra/delegations", "DG-2"),
        ("/ra/file", "Mes urgents"),
        ("/ra/certificats", request),
    ];
    for (address, says) in filled {
        look.at(address, says, None);
    }
    let request = format!("/ra/certificats/{request}");
    look.at(&request, "Approuver la demande", Some("request"));
    let structure = format!("/ra/structures/{structure}");
    let all = filled.map(|(address, _)| address);
    look.in_english(&[&all[..], &["/ra/contreseing", "/ra/structures", &structure, &request]].concat());
    look.found
}

/// Sent with what is wrong in them.
fn of_forms(desk: &Desk, browser: &Browser) -> Found {
    let mut look = Look::of(desk, browser);
    let open = |address: &str| browser.open(&format!("{}{address}", desk.origin));
    open("/ra/nouvelle");
    browser.write("#rpps", "123");
    browser.click("main form button");
    look.now("/ra/nouvelle", "La demande n'a pas été déposée.");
    open("/ra/delegations");
    browser.run("document.querySelector('main form').noValidate = true");
    browser.click("main form button[type=submit]");
    look.now("/ra/delegations", "Code");
    look.found
}

/// Declared without a reason, then with one; and what its receipt says.
fn of_an_opposition(desk: &mut Desk, browser: &Browser) -> Found {
    let active = cards::table.filter(cards::status.eq(CardStatus::Active.as_str()));
    let number: String = active.select(cards::number).first(&mut desk.db).unwrap();
    let mut look = Look::of(desk, browser);
    let address = format!("/ra/cartes/{number}");
    browser.open(&format!("{}{address}", desk.origin));
    browser.click("form[action$='/opposition'] button.danger");
    look.now(&address, "Code");
    browser.click("input[name=motif][value=stolen]");
    browser.click("input[name=demandeur]");
    browser.click("#definitif");
    browser.click("form[action$='/opposition'] button.danger");
    browser.wait_for_in("h1", "Récépissé");
    let receipt = browser.address().replace(&desk.origin, "");
    look.now(&receipt, &number);
    browser.screenshot("receipt");
    look.found
}

/// Another version than the one that was read.
fn of_a_stale_dossier(desk: &Desk, browser: &Browser, waiting: &str) -> Found {
    let mut look = Look::of(desk, browser);
    let address = format!("/ra/dossiers/{waiting}");
    browser.open(&format!("{}{address}", desk.origin));
    browser.run("document.querySelector(\"form[action$='/approuver'] input[name=version]\").value = '9'");
    browser.click("form[action$='/approuver'] button");
    look.now(&address, "Votre action n'a pas été enregistrée");
    browser.screenshot("stale");
    look.found
}

/// The structure that he speaks for, with a list whose lines are wrong; and what his role may not.
fn of_an_agent(desk: &Desk, browser: &Browser, structure: &str) -> Found {
    let mut look = Look::of(desk, browser);
    let address = format!("/ra/structures/{structure}");
    look.at(&address, "FABRE", Some("structure-of-its-agent"));
    browser.write("textarea[name=liste]", "identifiant_local;nom;prenom;fonction\nACC009;;Zoé;chef");
    browser.click("form[action$='/liste'] button");
    look.now(&address, "Ligne 2");
    look.at("/ra/file", "Accès refusé", Some("refused"));
    look.at("/ra/journal", "Accès refusé", None);
    look.at("/ra/dossiers/CO-2026-999999", "Introuvable", None);
    look.found
}

/// Minutes before it ends, at its longest, and over.
fn of_a_session(desk: &Desk, browser: &Browser) -> Found {
    let mut look = Look::of(desk, browser);
    for (passed, says) in [
        (26 * 60, "Votre session se ferme dans moins de cinq minutes, faute d'activité."),
        (31 * 60, "Votre session est fermée."),
    ] {
        // Not by the address at which it is: what runs next may still be the page before.
        browser.open("about:blank");
        browser.open(&format!("{}/ra/aide", desk.origin));
        super::super::sessions::let_pass(browser, passed);
        browser.wait_for_in(".session", says);
        look.now("/ra/aide", "Raccourcis clavier");
    }
    look.found
}

/// More questions in a minute than anybody may ask.
fn of_too_many(desk: &Desk) -> Found {
    let browser = Browser::new(1280);
    let mut look = Look::of(desk, &browser);
    browser.open(&format!("{}/pki", desk.origin));
    browser.run(
        "const ask = () => fetch('/pki', { method: 'POST', body: new URLSearchParams({ carte: '2600000001' }) });
         return Promise.all(Array.from({ length: 12 }, ask)).then((all) => all.at(-1).status);",
    );
    browser.write("#carte", "2600000001");
    browser.click("form[aria-labelledby='une-carte'] button");
    look.now("/pki", "Code");
    look.found
}
