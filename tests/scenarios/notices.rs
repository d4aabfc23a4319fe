//! Notices leave by mail, through a real server that takes them, refuses them, is slow or breaks off.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use acceptance::harness::{DatabaseKind, MailServer, folder, openssl, run};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use serde_json::{Value, json};
use store::DatabaseRole;
use store::schema::register_identities;

use super::register_days::WITHOUT_A_CARD;
use super::workshop::{REVOKER, Workshop, workshop};
use card::CardStatus;

/// A workshop whose one holder with an address has one notice to come: that his card is opposed.
fn told(kind: DatabaseKind) -> Workshop {
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
    workshop.igc(&["opposition", "add", &card.to_string(), "--ground", "stolen", "--as", REVOKER]);
    workshop
}

/// What the job did.
fn send(workshop: &Workshop) -> Value {
    let ended = run(&mut workshop.command(&["job", "run", "notices"]));
    assert!(!ended.said().contains("porteur@exemple.fr"), "an address is in no log: {ended:?}");
    ended.json()
}

/// As if the pause after an attempt had passed.
fn pass(workshop: &Workshop) {
    workshop.open(DatabaseRole::Owner).batch_execute("UPDATE outbox SET next_attempt_at = NULL").unwrap();
}

fn unsent(workshop: &Workshop) -> Vec<Value> {
    workshop.igc(&["notice", "list"]).json().as_array().unwrap().clone()
}

#[test]
fn a_notice_is_sent_once_to_the_address_of_the_register_and_says_no_ground() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = told(kind);
        assert!(send(&workshop)["skipped"].is_string(), "there is no mail server yet");
        let server = MailServer::new("accept", None);
        workshop.write_to(&server);
        assert_eq!(send(&workshop)["sent"], 1, "on {kind}");
        assert_eq!(send(&workshop)["sent"], 0, "on {kind}");
        let [message] = &server.accepted()[..] else { panic!("one message") };
        for head in ["To: porteur@exemple.fr", "Auto-Submitted: auto-generated", "multipart/alternative"] {
            assert!(message.contains(head), "{head}: {message}");
        }
        assert!(!message.contains("stolen") && !message.contains("vol"), "{message}");
        assert_eq!(unsent(&workshop), Vec::<Value>::new());
    }
}

#[test]
fn a_mailbox_that_does_not_exist_is_given_up_at_once_seen_by_doctor_and_tried_again_when_asked() {
    let workshop = told(DatabaseKind::Sqlite);
    let server = MailServer::new("reject", None);
    workshop.write_to(&server);
    let round = send(&workshop);
    assert_eq!(round["dead"][0][1], "notice-refused", "{round}");
    assert_eq!(send(&workshop)["dead"], json!([]), "it is given up once");
    let [dead] = &unsent(&workshop)[..] else { panic!("one notice") };
    assert_eq!((&dead["state"], &dead["why"]), (&json!("dead"), &json!("notice-refused")));
    let said = run(&mut workshop.command(&["doctor"])).stdout;
    assert!(said.contains("1 notices were given up"), "{said}");

    let server = MailServer::new("accept", None);
    workshop.write_to(&server);
    workshop.igc(&["notice", "retry", dead["notice"].as_str().unwrap()]);
    run(&mut workshop.command(&["notice", "retry", dead["notice"].as_str().unwrap()])).expect_exit(3);
    assert_eq!(send(&workshop)["sent"], 1);
    assert_eq!(server.accepted().len(), 1);
}

#[test]
fn a_server_that_is_busy_slow_or_breaks_off_is_asked_again_later_and_not_for_ever() {
    for mode in ["busy", "slow", "die-in-data"] {
        let workshop = told(DatabaseKind::Sqlite);
        let server = MailServer::new(mode, None);
        workshop.write_to(&server);
        let began = Instant::now();
        let round = send(&workshop);
        assert!(began.elapsed() < Duration::from_secs(30), "{mode}: nobody waits for ever");
        assert_eq!(round["postponed"][0][1], "mail-server-failed", "{mode}: {round}");
        assert_eq!(send(&workshop)["postponed"], json!([]), "{mode}: not before its pause has passed");
        assert_eq!(server.accepted(), Vec::<String>::new(), "{mode}");

        let next = MailServer::new("accept", None);
        workshop.write_to(&next);
        pass(&workshop);
        assert_eq!(send(&workshop)["sent"], 1, "{mode}");
        assert_eq!(next.accepted().len(), 1, "{mode}");
    }
    let workshop = told(DatabaseKind::Sqlite);
    let busy = MailServer::new("busy", None);
    workshop.write_to(&busy);
    for attempt in 1..=8 {
        let round = send(&workshop);
        let left = if attempt < 8 { "postponed" } else { "dead" };
        assert_eq!(round[left][0][1], "mail-server-failed", "attempt {attempt}: {round}");
        pass(&workshop);
    }
    assert_eq!(send(&workshop)["dead"], json!([]));
}

#[test]
fn where_nobody_knows_whether_it_was_accepted_the_second_has_the_same_octets() {
    let workshop = told(DatabaseKind::Sqlite);
    let mut broke_off = MailServer::new("die-accepted", None);
    workshop.write_to(&broke_off);
    assert_eq!(send(&workshop)["postponed"][0][1], "mail-server-failed");
    assert!(!broke_off.stands());
    let next = MailServer::new("accept", None);
    workshop.write_to(&next);
    pass(&workshop);
    assert_eq!(send(&workshop)["sent"], 1);
    assert_eq!(broke_off.accepted(), next.accepted());
    assert!(next.accepted()[0].contains("Message-ID: <"));
}

#[test]
fn the_way_is_protected_the_server_known_and_the_password_from_a_file_that_nobody_else_reads() {
    let workshop = told(DatabaseKind::Sqlite);
    let place = folder();
    let path = |name: &str| place.path().join(name).display().to_string();
    let (certificate, key) = (path("server.pem"), path("server.key"));
    openssl([
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
        "-addext",
        "subjectAltName=DNS:localhost",
        "-keyout",
        &key,
        "-out",
        &certificate,
    ])
    .expect_exit(0);
    let server = MailServer::new("accept", Some((&certificate, &key)));
    workshop.write_to(&server);
    // It wants STARTTLS, and gets nothing without it.
    assert_eq!(send(&workshop)["sent"], 0);
    pass(&workshop);
    workshop.configure("mail", "server", "localhost");
    workshop.configure("mail", "security", "starttls");
    workshop.configure("mail", "user", "igc");
    workshop.configure("mail", "password_file", path("password"));
    fs::write(path("password"), "le secret du test\n").unwrap();
    fs::set_permissions(path("password"), fs::Permissions::from_mode(0o644)).unwrap();
    let shared = run(&mut workshop.command(&["job", "run", "notices"])).expect_exit(1);
    assert!(shared.stderr.contains("0600") && !shared.said().contains("le secret"), "{shared:?}");
    fs::set_permissions(path("password"), fs::Permissions::from_mode(0o600)).unwrap();
    let round = send(&workshop);
    assert_eq!(round["postponed"][0][1], "mail-server-failed", "nobody knows its certificate: {round}");
    pass(&workshop);
    workshop.configure("mail", "roots", certificate.as_str());
    assert_eq!(send(&workshop)["sent"], 1);
    assert_eq!(server.accepted().len(), 1);
}

/// Every extract of that hour, without these persons (RPPS), imported.
fn every_extract_comes(workshop: &Workshop, hours: u64, gone: &[&str]) {
    let later = workshop.open(DatabaseRole::Owner).now().unwrap().plus(Duration::from_secs(hours * 3600));
    let mut generate = workshop.command(&["generate", "register", "--professionals", "1000", "--seed", "1"]);
    for rpps in gone {
        generate.args(["--strike-off", rpps]);
    }
    let folder = workshop.dir().join(format!("every-extract-{hours}"));
    generate.args(["--every-extract", "--extracted-at", &later.to_string(), "--out"]).arg(folder);
    let written = run(&mut generate).expect_exit(0).json();
    let files = written.as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap());
    run(workshop.command(&["registry", "import"]).args(files)).expect_exit(0);
}

/// He leaves the extract with his address on the same day as that of the activities.
#[test]
fn who_is_struck_off_from_every_extract_is_told_that_his_card_lapses_and_that_it_is_opposed() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = workshop(kind);
        let card = workshop.cards(CardStatus::Active)[0];
        let holder = card::get(&mut workshop.open(DatabaseRole::Owner), &card).unwrap().holder;
        every_extract_comes(&workshop, 1, &WITHOUT_A_CARD[..1]);
        let sent = "UPDATE outbox SET sent_at = 1 WHERE sent_at IS NULL";
        workshop.open(DatabaseRole::Owner).batch_execute(sent).unwrap();
        let server = MailServer::new("accept", None);
        workshop.write_to(&server);
        for (day, opposed) in [(2, vec![]), (3, vec![card.to_string()])] {
            let gone = [&holder[1..], WITHOUT_A_CARD[day as usize - 2]];
            every_extract_comes(&workshop, day, &gone);
            assert_eq!(workshop.opposed_by_the_register(), opposed, "on {kind}, day {day}");
            let told = send(&workshop);
            assert_eq!((&told["sent"], &told["dead"]), (&json!(1), &json!([])), "on {kind}: {told}");
        }
        let [lapsed, opposed] = &server.accepted()[..] else { panic!("{:?}", server.accepted()) };
        for message in [lapsed, opposed] {
            assert!(message.contains("To: ps") && message.contains("@exemple.fr"), "{message}");
        }
        // Nothing else of him stays, and of who held nothing nothing at all.
        let mut db = workshop.open(DatabaseRole::Owner);
        let mut content = |subject: &str| {
            let row = register_identities::table.filter(register_identities::subject.eq(subject));
            row.select(register_identities::content).first::<String>(&mut db).unwrap()
        };
        let cells: Vec<Vec<String>> = serde_json::from_str(&content(&holder)).unwrap();
        assert_eq!(cells[0].iter().filter(|cell| !cell.is_empty()).count(), 2, "{cells:?}");
        assert_eq!(content(&format!("8{}", WITHOUT_A_CARD[1])), "[]");
    }
}
