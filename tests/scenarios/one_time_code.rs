//! A holder without his letter opposes his card by a code that is mailed to him; it is in that mail and nowhere else (T33).

use std::fs;

use acceptance::harness::{DatabaseKind, MailServer, run, start};
use card::CardStatus;
use diesel::connection::SimpleConnection;
use store::{Database, DatabaseRole};

use super::opposition_code::rows_like;
use super::public_page::{Page, Web, web};
use super::standstill::until;
use super::workshop::{Workshop, workshop};

/// A workshop whose mail goes to `server`, and in which the register has an address of the holder of a card; that card.
fn reachable(kind: DatabaseKind, server: &MailServer) -> (Workshop, String) {
    let workshop = workshop(kind);
    let card = workshop.cards(CardStatus::Active)[0];
    workshop
        .open(DatabaseRole::Owner)
        .batch_execute(&format!(
            "UPDATE outbox SET sent_at = 1 WHERE sent_at IS NULL;
             INSERT INTO register_identities (source, subject, first_feed, last_feed, ceased_at, lines, content)
             SELECT 'rass-psc-personne-activite', c.holder, f.sequence, f.sequence, NULL, 0,
                 '[[\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"0102030405\",\"porteur@exemple.fr\"]]'
             FROM cards c, register_feeds f WHERE c.number = '{card}' LIMIT 1"
        ))
        .unwrap();
    workshop.write_to(server);
    workshop.job("opposition-codes");
    (workshop, card.to_string())
}

/// The code of the only mail.
fn code_of(server: &MailServer) -> String {
    let texts = server.texts();
    let [text] = &texts[..] else { panic!("one mail: {texts:?}") };
    let line = text.lines().find(|line| line.starts_with("Pour la carte")).expect("it has a code");
    line.rsplit("\u{a0}: ").next().unwrap().trim().to_owned()
}

/// Without the spaces that do not break.
fn plain(page: &Page) -> String {
    page.text().replace("&nbsp;", " ").replace("&#8239;", " ")
}

/// The address of the page that a request for this number leads to.
fn asked(web: &Web, number: &str) -> String {
    let done = web.post("/opposition/code-unique", &[("numero", number)]);
    assert_eq!(done.status, 303, "{}", done.text());
    done.header("location").to_owned()
}

#[test]
fn a_holder_blocks_his_card_with_a_code_from_his_mailbox_which_stands_nowhere_else() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let server = MailServer::new("accept", None);
        let (workshop, card) = reachable(kind, &server);
        let web = web(&workshop);
        let address = asked(&web, &card);
        let secret = address.rsplit('/').next().unwrap().to_owned();
        assert!(plain(&web.get(&address)).contains("Huit chiffres."), "{}", plain(&web.get(&address)));
        let mut job = workshop.command(&["job", "run", "one-time-codes"]);
        let mailed = run(job.env("IGC_LOG", "trace")).expect_exit(0);
        assert_eq!(mailed.json()["sent"], 1, "on {kind}");
        let code = code_of(&server);
        assert_eq!(standing(&workshop, &code, &secret), Vec::<String>::new(), "on {kind}, once it is mailed");

        let form = [("motif", "stolen"), ("code", code.as_str())];
        let confirmation = web.post(&address, &form);
        assert!(plain(&confirmation).contains("C’est définitif."), "{}", confirmation.text());
        let confirmed = [&form[..], &[("definitif", "oui")]].concat();
        let done = web.post(&address, &confirmed);
        assert_eq!(done.status, 303, "on {kind}: {}", done.text());
        assert_eq!(
            standing(&workshop, &code, &secret),
            Vec::<String>::new(),
            "on {kind}, once it is declared"
        );
        let mut job = workshop.command(&["job", "run", "holder-declarations"]);
        let answered = run(job.env("IGC_LOG", "trace")).expect_exit(0);
        assert_eq!(answered.json()["opposed"][0], card.as_str(), "on {kind}");
        let receipt = plain(&web.get(done.header("location")));
        assert!(receipt.contains(&format!("La carte {card} est en opposition.")), "on {kind}: {receipt}");
        assert_eq!(
            standing(&workshop, &code, &secret),
            Vec::<String>::new(),
            "on {kind}, once it is answered"
        );

        let mut logged = web.ends();
        logged.push_str(&(mailed.said() + &answered.said()));
        for hidden in
            [code.as_str(), &code.replace('\u{a0}', " "), &digits(&code), &secret, "porteur@exemple.fr"]
        {
            assert!(logged.len() > 200 && !logged.contains(hidden), "{hidden} is in a log: {logged}");
        }
        let told = run(&mut workshop.command(&["job", "run", "signatures"])).expect_exit(0).json();
        assert!(told.to_string().contains("\"alarms\":[]"), "every use of the key was intended: {told}");
        workshop.igc(&["audit", "verify"]);
    }
}

/// Without the space in it.
fn digits(code: &str) -> String {
    code.chars().filter(char::is_ascii_digit).collect()
}

/// Where the code, or the secret of the page once it was mailed, stands: files of the installation, rows of its database.
fn standing(workshop: &Workshop, code: &str, secret: &str) -> Vec<String> {
    let digits = digits(code);
    let (first, second) = digits.split_at(4);
    let forms = [digits.clone(), format!("{first} {second}"), code.to_owned(), secret.to_owned()];
    let mut found = Vec::new();
    let mut folders = vec![workshop.dir().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(octets) = fs::read(&path)
                && forms.iter().any(|form| stands_alone(&octets, form.as_bytes()))
            {
                found.push(path.display().to_string());
            }
        }
    }
    if let Database::Postgresql(db) = &mut workshop.open(DatabaseRole::Owner) {
        let alone = |form: &String| format!("(^|[^0-9A-Za-z]){form}([^0-9A-Za-z]|$)");
        found.extend(rows_like(db, &forms.iter().map(alone).collect::<Vec<_>>().join("|")));
    }
    found
}

/// Whether these octets stand there, and are no part of a longer number: eight digits are by chance in many.
fn stands_alone(octets: &[u8], form: &[u8]) -> bool {
    let is_free = |octet: Option<&u8>| octet.is_none_or(|octet| !octet.is_ascii_alphanumeric());
    octets.windows(form.len()).enumerate().any(|(at, window)| {
        window == form
            && is_free(at.checked_sub(1).and_then(|at| octets.get(at)))
            && is_free(octets.get(at + form.len()))
    })
}

#[test]
fn the_page_answers_alike_whether_a_card_exists_or_not_and_a_served_worker_mails_within_seconds() {
    let server = MailServer::new("accept", None);
    let (workshop, card) = reachable(DatabaseKind::Sqlite, &server);
    let web = web(&workshop);
    let mut worker = start(&mut workshop.command(&["serve", "--role", "worker"]));
    let mut pages = Vec::new();
    for number in [card.as_str(), "2698765432"] {
        let address = asked(&web, number);
        let page = plain(&web.get(&address)).replace(address.rsplit('/').next().unwrap(), "SECRET");
        // The moment at which it was shown apart.
        pages.push(page.split("<p class=\"quiet\">État le ").next().unwrap().to_owned());
    }
    assert_eq!(pages[0], pages[1]);
    until("the one who exists is written to", || server.accepted().len() == 1);
    worker.kill();
    web.ends();
}

#[test]
fn where_no_mail_server_is_configured_no_code_is_offered() {
    let workshop = workshop(DatabaseKind::Sqlite);
    let web = web(&workshop);
    assert!(!plain(&web.get("/opposition")).contains("Recevoir un code"));
    assert_eq!(web.post("/opposition/code-unique", &[("numero", "2612345678")]).status, 404);
    web.ends();
}

#[test]
fn the_web_role_reads_neither_what_it_asked_nor_whether_anybody_was_written_to() {
    let server = MailServer::new("accept", None);
    let (workshop, _) = reachable(DatabaseKind::Postgresql, &server);
    let mut db = workshop.open(DatabaseRole::Web);
    for statement in [
        "SELECT secret FROM one_time_requests",
        "SELECT identifier FROM one_time_requests",
        "SELECT outcome FROM one_time_requests",
        "SELECT holder FROM one_time_requests",
        "SELECT verifier FROM one_time_codes",
        "UPDATE one_time_requests SET failures = 0",
        "DELETE FROM one_time_requests",
        "INSERT INTO one_time_codes SELECT id, '2600000001', secret, 'k' FROM one_time_requests",
        "INSERT INTO one_time_requests (id, received_at, outcome, holder, settled_at)
             VALUES ('0123456789abcdef0123456789abcdef', 1, 'sent', 'x', 1)",
    ] {
        let refused = db.batch_execute(statement).unwrap_err().to_string();
        assert!(refused.contains("permission denied"), "{statement}: {refused}");
    }
}
