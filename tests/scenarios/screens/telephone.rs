//! A holder on a telephone, without a script.

use super::*;

/// The card and the code of a letter that the worker has written.
pub(super) fn code_of_a_letter(desk: &mut Desk) -> (String, String) {
    let letters = desk.serving.dir().join("letters");
    let letter = || {
        fs::read_dir(&letters).ok()?.flatten().find_map(|entry| {
            let text = fs::read(entry.path()).ok()?;
            serde_json::from_slice::<Value>(&text).ok()
        })
    };
    desk.wait_until("the letter with the code is written", |_| letter().is_some());
    let letter = letter().unwrap();
    let of = |name: &str| letter["codes"][0][name].as_str().unwrap().to_owned();
    (of("card"), of("code"))
}

#[test]
fn a_holder_opposes_his_card_on_a_telephone_without_a_script() {
    let mut desk = desk_where("approval_delay_seconds = 0", "refusal_delay_seconds = 0");
    let (card, code) = code_of_a_letter(&mut desk);

    let browser = Browser::new(500);
    browser.show_on(NARROWEST);
    browser.without_scripts();
    let fits = || {
        let wide = browser.run("return document.documentElement.scrollWidth");
        assert!(
            wide.as_i64().is_some_and(|wide| wide <= i64::from(NARROWEST)),
            "{}: {wide} wide",
            browser.address()
        );
    };
    browser.open(&format!("{}/opposition", desk.origin));
    browser.wait_for("Vous avez votre code d'opposition");
    fits();
    browser.write("#numero", &card);
    browser.write("#code", &code.to_lowercase());
    browser.click("input[value=stolen]");
    browser.screenshot("opposition-320");
    browser.click("form[action='/opposition'] button");
    browser.wait_for("C'est définitif.");
    fits();
    browser.screenshot("opposition-confirm-320");
    browser.click("button.danger");
    desk.wait_until("the declaration has its address", |_| {
        browser.address().contains("/opposition/declaration/")
    });
    let address = browser.address();
    desk.wait_until("the worker has answered", |_| {
        browser.open(&address);
        browser.text("main").contains(&format!("La carte {card} est en opposition."))
    });
    fits();
    browser.screenshot("opposition-receipt-320");
    desk.serving.end();
}

#[test]
fn a_holder_without_his_letter_opposes_his_card_on_a_telephone_by_a_code_from_his_mailbox() {
    let server = MailServer::new("accept", None);
    let mut desk = desk_of(|text| mailing(text, &server));
    // Its letter is written: there is a key for codes.
    let (card, _) = code_of_a_letter(&mut desk);
    desk.db
        .batch_execute(&format!(
            "INSERT INTO register_identities (source, subject, first_feed, last_feed, ceased_at, lines, content)
             SELECT 'rass-psc-personne-activite', c.holder, f.sequence, f.sequence, NULL, 0,
                 '[[\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"porteur@exemple.fr\"]]'
             FROM cards c, register_feeds f WHERE c.number = '{card}' LIMIT 1"
        ))
        .unwrap();

    let browser = Browser::new(500);
    browser.show_on(NARROWEST);
    browser.without_scripts();
    browser.open(&format!("{}/opposition", desk.origin));
    browser.write("#numero-courriel", &card);
    browser.click("form[action='/opposition/code-unique'] button");
    browser.wait_for("Saisir le code reçu par courriel");
    browser.screenshot("opposition-one-time-320");
    let code = || {
        let line =
            |text: String| text.lines().find(|line| line.starts_with("Pour la carte")).map(str::to_owned);
        server.texts().into_iter().find_map(line)
    };
    desk.wait_until("the code is in his mailbox", |_| code().is_some());
    browser.write("#code", code().unwrap().rsplit("\u{a0}: ").next().unwrap().trim());
    browser.click("input[value=lost]");
    browser.click("form[action^='/opposition/code-unique'] button");
    browser.wait_for("C'est définitif.");
    let wide = browser.run("return document.documentElement.scrollWidth");
    assert!(wide.as_i64().is_some_and(|wide| wide <= i64::from(NARROWEST)), "{wide} wide");
    browser.click("button.danger");
    desk.wait_until("the declaration has its address", |_| {
        browser.address().contains("/opposition/declaration/")
    });
    let address = browser.address();
    desk.wait_until("the worker has answered", |_| {
        browser.open(&address);
        browser.text("main").contains(&format!("La carte {card} est en opposition."))
    });
    desk.serving.end();
}
