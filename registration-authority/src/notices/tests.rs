use lettre::message::Mailbox;

use super::message::{Letter, compose};
use super::*;
use crate::testing::*;

mod secrets;

const CARD: &str = "card 2600000017";

fn from() -> Mailbox {
    "IGC Santé <ne-pas-repondre@igc.exemple.fr>".parse().unwrap()
}

fn letter(notice: Notice, subject: &str) -> Letter<'static> {
    let written_at = "2026-11-26T10:00:00Z".parse().unwrap();
    Letter { id: "0123456789abcdef0123456789abcdef", wording: wording(notice, subject), written_at }
}

fn octets(notice: Notice, subject: &str) -> Vec<u8> {
    compose(&letter(notice, subject), &from(), "elise@exemple.fr").unwrap().formatted()
}

/// The parts as their reader sees them.
fn readable(notice: Notice, subject: &str) -> String {
    parts(&String::from_utf8(octets(notice, subject)).unwrap()).concat()
}

#[test]
fn every_notice_says_the_same_in_text_and_html_in_french_and_has_the_same_octets_each_time() {
    for notice in Notice::ALL {
        let subject = if notice.as_str().starts_with("card") { CARD } else { "order CO-2026-000001" };
        let message = readable(notice, subject);
        assert_eq!(octets(notice, subject), octets(notice, subject), "{notice:?}");
        assert_eq!(message.matches("Madame, Monsieur,").count(), 2, "{notice:?}: {message}");
        assert_eq!(message.matches("Il ne contient aucun lien.").count(), 2, "{notice:?}: {message}");
        assert!(message.contains("<html lang=\"fr\">"), "{message}");
        for wrong in [" ;", " :", " !", " ?", "http", "'"] {
            assert!(!message.contains(wrong), "{notice:?} has {wrong:?}: {message}");
        }
        assert_eq!(Notice::from_stored(notice.as_str()), Some(notice));
    }
    assert_eq!(Notice::from_stored("something"), None);
}

#[test]
fn what_a_page_shows_of_a_notice_is_what_its_mail_says_word_for_word() {
    for notice in [Notice::Approved, Notice::Refused] {
        let Wording { title, paragraphs } = wording(notice, "order CO-2026-000001");
        let (plain, _) = readable(notice, "order CO-2026-000001")
            .split_once("<!doctype")
            .map(|(plain, html)| (plain.replace("\r\n", "\n"), html.to_owned()))
            .unwrap();
        assert!(plain.contains(&paragraphs.join("\n\n")), "{plain}");
        let head = String::from_utf8(octets(notice, "order CO-2026-000001")).unwrap();
        let subject = head.lines().find(|line| line.starts_with("Subject: ")).unwrap();
        assert!(subject.contains(title) || subject.contains("=?utf-8?"), "{subject}");
    }
}

#[test]
fn a_notice_of_a_request_for_a_certificate_names_it_by_its_number_alone() {
    for notice in [Notice::Received, Notice::CertificateIssued, Notice::CertificateNotRetrieved] {
        let message = readable(notice, "certificate request CR-2026-000001");
        assert!(
            message.contains("la demande CR-2026-000001") || message.contains("La demande CR-2026-000001"),
            "{message}"
        );
    }
}

#[test]
fn a_notice_of_a_card_has_neither_its_number_nor_a_ground() {
    let cards = [Notice::CardOpposed, Notice::OppositionUnproved, Notice::CardLapsed, Notice::CardActivated];
    for notice in cards.into_iter().chain([Notice::CardDelivered]) {
        let message = readable(notice, CARD).to_lowercase();
        assert!(message.contains("se termine par 0017"), "{message}");
        for told in ["2600000017", "perdue", "volée", "perte", "sanction", "radi", "décès", "retraite"] {
            assert!(!message.contains(told), "{notice:?} tells {told:?}: {message}");
        }
    }
}

#[test]
fn what_is_answered_by_machines_and_what_is_sent_twice_is_known_by_the_head() {
    let message = String::from_utf8(octets(Notice::CardOpposed, CARD)).unwrap();
    for line in [
        "Message-ID: <0123456789abcdef0123456789abcdef@igc.exemple.fr>",
        "Auto-Submitted: auto-generated",
        "To: elise@exemple.fr",
        "Date: Thu, 26 Nov 2026 10:00:00 +0000",
    ] {
        assert!(message.lines().any(|head| head == line), "{line}: {message}");
    }
    for address in ["", "elise", "elise@exemple.fr\r\nBcc: x@exemple.fr", "a@b@c"] {
        assert!(compose(&letter(Notice::CardOpposed, CARD), &from(), address).is_none(), "{address:?}");
    }
}

#[test]
fn eight_attempts_are_made_and_no_more() {
    let pauses: Vec<Option<Duration>> = (1..=9).map(pause_after).collect();
    assert_eq!(pauses.iter().flatten().count(), 7);
    assert_eq!((pauses[0], pauses[7], pauses[8]), (Some(Duration::from_secs(60)), None, None));
}

#[test]
fn without_tls_nothing_leaves_the_machine_and_no_password_is_said() {
    let server = |host: &str, security, login: Option<Login>| MailServer {
        host: host.to_owned(),
        port: 25,
        security,
        login,
        from: "IGC Santé <ne-pas-repondre@igc.exemple.fr>".to_owned(),
        patience: Duration::from_secs(1),
        roots: None,
    };
    let login = Login { user: "igc".to_owned(), password: "secret".to_owned().into() };
    for host in ["localhost", "127.0.0.1", "::1"] {
        assert!(Postman::new(server(host, Security::Loopback, None)).is_ok(), "{host}");
    }
    let refused = |server| match Postman::new(server) {
        Err(error) => error.to_string(),
        Ok(_) => panic!("it was not refused"),
    };
    for (host, login) in [("smtp.exemple.fr", None), ("192.0.2.1", None), ("localhost", Some(login.clone()))]
    {
        assert!(refused(server(host, Security::Loopback, login)).contains("on this machine"), "{host}");
    }
    assert!(Postman::new(server("smtp.exemple.fr", Security::StartTls, Some(login))).is_ok());
    let nobody = MailServer { from: "personne".to_owned(), ..server("localhost", Security::Loopback, None) };
    assert!(refused(nobody).contains("mail.from"));
    let roots = Some(b"no certificate".to_vec());
    let wrong = MailServer { roots, ..server("localhost", Security::StartTls, None) };
    assert!(refused(wrong).contains("TLS"));
}

#[test]
fn who_has_no_address_or_whose_notice_is_old_gets_none_and_a_dead_one_is_tried_again_once_asked() {
    let mut house = House::new();
    let mut worker = house.worker();
    house.active_card(&mut worker, &nurse());
    let written: i64 = outbox::table.count().get_result(&mut house.db).unwrap();
    assert!(written > 2);
    // Nobody listens there: whoever has an address is tried again later.
    let server = MailServer {
        host: "127.0.0.1".to_owned(),
        port: 1,
        security: Security::Loopback,
        login: None,
        from: "ne-pas-repondre@igc.exemple.fr".to_owned(),
        patience: Duration::from_secs(1),
        roots: None,
    };
    let postman = Postman::new(server).unwrap();
    let act = house.job();
    let round = send_due(&mut house.db, &postman, &house.verifier, 100, &act).unwrap();
    assert_eq!(round.dead.len() as i64, written);
    assert!(round.dead.iter().all(|(_, code)| code.name == "notice-no-address"), "{round:?}");
    assert_eq!(send_due(&mut house.db, &postman, &house.verifier, 100, &act).unwrap(), Round::default());

    import_contacts(&mut house, &[(&nurse(), "", "elise@exemple.fr")]);
    let all = unsent(&mut house.db, 100).unwrap();
    let dead = all.iter().find(|notice| notice.recipient == format!("holder:{}", nurse())).unwrap();
    retry(&mut house.db, &dead.id, &mut house.rng, &act).unwrap();
    assert_eq!(code(retry(&mut house.db, &dead.id, &mut house.rng, &act)), "notice-not-dead");
    let round = send_due(&mut house.db, &postman, &house.verifier, 100, &act).unwrap();
    let [(id, why)] = &round.postponed[..] else { panic!("{round:?}") };
    assert_eq!((id, why.name), (&dead.id, "mail-server-failed"));
    assert_eq!(
        send_due(&mut house.db, &postman, &house.verifier, 100, &act).unwrap(),
        Round::default(),
        "not yet"
    );
    house.later(8 * 86_400);
    let act = house.job();
    let round = send_due(&mut house.db, &postman, &house.verifier, 100, &act).unwrap();
    assert_eq!(round.dead[0].1.name, "notice-too-old");
}

#[test]
fn that_a_card_is_about_to_end_is_told_after_everything_else() {
    on_both(|house| {
        house.sql("UPDATE outbox SET sent_at = 1").unwrap();
        for (id, notice, created_at) in [
            ("a", "card-expiring", 1),
            ("b", "staff-card-expiring", 2),
            ("c", "card-expiring", 3),
            ("d", "approved", 4),
            ("e", "card-opposed", 5),
        ] {
            let row = format!(
                "INSERT INTO outbox (id, recipient, notice, subject, created_at)
                 VALUES ('{id}', 'holder:1', '{notice}', 'card 2', {created_at})"
            );
            house.sql(&row).unwrap();
        }
        let act = house.job();
        let mut left = Vec::new();
        while let Some(id) = next_due(&mut house.db, &act).unwrap() {
            house.sql(&format!("UPDATE outbox SET sent_at = 1 WHERE id = '{id}'")).unwrap();
            left.push(id);
        }
        assert_eq!(left, ["d", "e", "a", "b", "c"]);
    });
}

#[test]
fn the_outbox_is_told_in_figures() {
    let mut house = House::new();
    house.sql("UPDATE outbox SET sent_at = 1").unwrap();
    assert_eq!(standing(&mut house.db).unwrap(), NoticesStanding::default());
    for (id, attempts, failed_at, last_error) in [
        ("a", 0, "NULL", "NULL"),
        ("b", 2, "NULL", "'notice-server'"),
        ("c", 8, "9", "'notice-server'"),
        ("d", 1, "9", "'notice-no-address'"),
    ] {
        let row = format!(
            "INSERT INTO outbox (id, recipient, notice, subject, created_at, attempts, failed_at, last_error)
             VALUES ('{id}', 'holder:1', 'card-opposed', 'card 2', 5, {attempts}, {failed_at}, {last_error})"
        );
        house.sql(&row).unwrap();
    }
    let oldest = Some(Timestamp::from_millis(5));
    assert_eq!(
        standing(&mut house.db).unwrap(),
        NoticesStanding { waiting: 2, oldest, tried: 1, dead: 1, without_address: 1 }
    );
}
