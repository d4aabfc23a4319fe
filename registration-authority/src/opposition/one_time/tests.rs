mod bounds;

use card::{CardNumber, CardStatus};
use store::schema::{audit_events, outbox};

use super::send::{Settled, settle_next};
use super::*;
use crate::opposition::by_code::{Answered, CodePolicy, answer_waiting};
use crate::opposition::code_letter;
use crate::opposition::declaration::{Answer, HolderReceipt, look};
use crate::testing::*;

const POLICY: CodePolicy = CodePolicy { failures: 3, lock: Duration::from_secs(600) };
const WRONG: &str = "0000 0000";

/// An active card of the first nurse, whose address the register knows.
fn reachable_card(house: &mut House, worker: &mut Worker) -> CardNumber {
    import_contacts(house, &[(&nurse(), "", "elise@exemple.fr")]);
    coded_card(house, worker)
}

/// An active card of the first nurse, with the code of its letter, and so with a key.
fn coded_card(house: &mut House, worker: &mut Worker) -> CardNumber {
    let card = house.active_card(worker, &nurse());
    draw_letter(house, worker);
    card
}

fn draw_letter(house: &mut House, worker: &mut Worker) {
    let act = house.job();
    let House { db, rng, .. } = house;
    let letter = code_letter::draw(db, &mut worker.signer, &reference(0xC0), 100, rng, &act).unwrap();
    letter.unwrap().record(db, rng, &act).unwrap();
}

fn asked(house: &mut House, identifier: &str) -> RequestSecret {
    let act = house.job();
    ask(&mut house.db, &identifier.parse().unwrap(), &mut house.rng, &act).unwrap()
}

/// What the job does with the request that has waited longest.
fn settled(house: &mut House, worker: &mut Worker, mailbox: &Mailbox) -> Option<Settled> {
    let act = house.job();
    let postman = mailbox.postman();
    settle_next(&mut house.db, &mut worker.signer, Some(&postman), &mut house.rng, &act).unwrap()
}

/// The codes of the newest mail, in the order of its cards.
fn mailed(mailbox: &Mailbox) -> Vec<String> {
    let [_, plain, _] = mailbox.messages().pop().expect("a mail has come");
    let lines = plain.lines().filter(|line| line.starts_with("Pour la carte"));
    lines.map(|line| line.rsplit("\u{a0}: ").next().unwrap().trim().to_owned()).collect()
}

fn dropped(house: &mut House, secret: &RequestSecret, code: &str) -> String {
    let act = house.job();
    declare(&mut house.db, secret, &code.parse().unwrap(), Ground::Stolen, &mut house.rng, &act).unwrap()
}

fn answered(house: &mut House, worker: &mut Worker) -> Answered {
    let act = house.job();
    answer_waiting(&mut house.db, &mut worker.signer, POLICY, 100, &mut house.rng, &act).unwrap()
}

fn declared(house: &mut House, worker: &mut Worker, secret: &RequestSecret, code: &str) -> Answer {
    let id = dropped(house, secret, code);
    answered(house, worker);
    look(&mut house.db, &id).unwrap().unwrap()
}

#[track_caller]
fn opposed(answer: Answer) -> HolderReceipt {
    match answer {
        Answer::Opposed(receipt) => receipt,
        other => panic!("{other:?}"),
    }
}

fn status(house: &mut House, card: &CardNumber) -> CardStatus {
    card::get(&mut house.db, card).unwrap().life.status()
}

#[test]
fn a_holder_is_mailed_a_code_at_the_address_of_the_register_and_opposes_his_card_with_it_as_its_holder() {
    on_both(|house| {
        let (mut worker, mailbox) = (house.worker(), Mailbox::new());
        let card = reachable_card(house, &mut worker);
        let secret = asked(house, &card.to_string());
        assert_eq!(settled(house, &mut worker, &mailbox), Some(Settled::Sent));
        assert_eq!(settled(house, &mut worker, &mailbox), None, "it is sent once");
        let [head, plain, html] = &mailbox.messages()[0];
        assert!(head.contains("To: elise@exemple.fr"), "{head}");
        let codes = mailed(&mailbox);
        let [code] = &codes[..] else { panic!("one card, one code: {plain}") };
        assert!(
            html.contains(&format!("se termine par {}", &card.to_string()[6..])) && html.contains(code),
            "{html}"
        );
        assert!(!plain.contains(&card.to_string()) && !plain.contains("http"), "{plain}");
        let receipt = opposed(declared(house, &mut worker, &secret, code));
        assert_eq!((receipt.card, status(house, &card)), (card, CardStatus::Opposed));
        assert_eq!(
            opposed(declared(house, &mut worker, &secret, code)).receipt,
            receipt.receipt,
            "pressed twice"
        );
        let events: Vec<(String, String)> = audit_events::table
            .filter(audit_events::action.like("one-time-code.%"))
            .select((audit_events::action, audit_events::actor))
            .order(audit_events::action)
            .load(&mut house.db)
            .unwrap();
        let holder = format!("holder:{}", nurse());
        assert_eq!(
            events,
            [
                ("one-time-code.accepted".to_owned(), holder),
                ("one-time-code.sent".to_owned(), "job:test".to_owned())
            ]
        );
    });
}

#[test]
fn whoever_asks_for_nobody_learns_nothing_and_nobody_is_written_to() {
    on_both(|house| {
        let (mut worker, mailbox) = (house.worker(), Mailbox::new());
        let expired = reachable_card(house, &mut worker).to_string();
        house.sql(&format!("UPDATE cards SET status = 'expired' WHERE number = '{expired}'")).unwrap();
        let without_address = house.active_card(&mut worker, &other_nurse());
        let nobody = nobody().rpps().unwrap().to_string();
        for identifier in ["2612345678", &nobody, &without_address.to_string(), &expired] {
            let secret = asked(house, identifier);
            assert_eq!(settled(house, &mut worker, &mailbox), Some(Settled::NoMail), "{identifier}");
            let answer = declared(house, &mut worker, &secret, WRONG);
            assert_eq!(answer, Answer::NotRecognised, "{identifier}");
        }
        assert_eq!(mailbox.messages().len(), 0);
        let kept: i64 = one_time_requests::table
            .filter(one_time_requests::identifier.is_not_null().or(one_time_requests::holder.is_not_null()))
            .count()
            .get_result(&mut house.db)
            .unwrap();
        assert_eq!(kept, 0, "whom nobody is written to stands nowhere");
    });
}

#[test]
fn a_code_counts_for_ten_minutes_and_five_wrong_ones_end_it() {
    let mut house = House::new();
    let (mut worker, mailbox) = (house.worker(), Mailbox::new());
    let card = reachable_card(&mut house, &mut worker);
    let rpps = nurse().rpps().unwrap().to_string();
    let secret = asked(&mut house, &rpps);
    settled(&mut house, &mut worker, &mailbox);
    let code = mailed(&mailbox).remove(0);
    house.later(600);
    assert_eq!(
        declared(&mut house, &mut worker, &secret, &code),
        Answer::NotRecognised,
        "its time has passed"
    );

    let secret = asked(&mut house, &rpps);
    settled(&mut house, &mut worker, &mailbox);
    let code = mailed(&mailbox).remove(0);
    for _ in 0..GUESSES {
        assert_eq!(declared(&mut house, &mut worker, &secret, WRONG), Answer::NotRecognised);
    }
    assert_eq!(declared(&mut house, &mut worker, &secret, &code), Answer::NotRecognised, "it is used up");
    assert_eq!(status(&mut house, &card), CardStatus::Active);
    let refused: i64 = audit_events::table
        .filter(audit_events::action.eq("one-time-code.refused"))
        .count()
        .get_result(&mut house.db)
        .unwrap();
    assert_eq!(refused, GUESSES);

    let secret = asked(&mut house, &rpps);
    settled(&mut house, &mut worker, &mailbox);
    let code = mailed(&mailbox).remove(0);
    for _ in 1..GUESSES {
        declared(&mut house, &mut worker, &secret, WRONG);
    }
    house.later(599);
    opposed(declared(&mut house, &mut worker, &secret, &code));
}

#[test]
fn a_code_is_good_on_the_page_that_asked_for_it_alone() {
    let mut house = House::new();
    let (mut worker, mailbox) = (house.worker(), Mailbox::new());
    let card = reachable_card(&mut house, &mut worker);
    let first = asked(&mut house, &card.to_string());
    house.later(1);
    let second = asked(&mut house, &card.to_string());
    settled(&mut house, &mut worker, &mailbox);
    let of_first = mailed(&mailbox).remove(0);
    settled(&mut house, &mut worker, &mailbox);
    assert_eq!(declared(&mut house, &mut worker, &second, &of_first), Answer::NotRecognised);
    // Nor where its verifier was copied there by hand.
    house
        .sql(&format!(
            "DELETE FROM one_time_codes WHERE request = '{second}';
             INSERT INTO one_time_codes SELECT '{second}', card_number, verifier, mac_key FROM one_time_codes WHERE request = '{first}'",
            first = first.request(),
            second = second.request()
        ))
        .unwrap();
    assert_eq!(declared(&mut house, &mut worker, &second, &of_first), Answer::NotRecognised);
    opposed(declared(&mut house, &mut worker, &first, &of_first));
    let nobody = RequestSecret::draw(&mut house.rng);
    let act = house.job();
    let refused =
        declare(&mut house.db, &nobody, &WRONG.parse().unwrap(), Ground::Lost, &mut house.rng, &act);
    assert_eq!(code(refused), "one-time-request-unknown");
    let refused =
        declare(&mut house.db, &first, &WRONG.parse().unwrap(), Ground::Sanction, &mut house.rng, &act);
    assert_eq!(code(refused), "opposition-ground-unknown", "a holder has the grounds of a holder");
}

#[test]
fn each_card_of_a_person_has_a_code_of_its_own_in_one_mail() {
    let mut house = House::new();
    let (mut worker, mailbox) = (house.worker(), Mailbox::new());
    let card = house.active_card(&mut worker, &twofold());
    house.approved_for(&twofold(), "70");
    let other = house.personalise()[0];
    house.certify(&mut worker, &other).unwrap();
    draw_letter(&mut house, &mut worker);
    import_contacts(&mut house, &[(&twofold(), "", "jean-marc@exemple.fr")]);
    let secret = asked(&mut house, &twofold().rpps().unwrap().to_string());
    assert_eq!(settled(&mut house, &mut worker, &mailbox), Some(Settled::Sent));
    let codes = mailed(&mailbox);
    assert_eq!(codes.len(), 2, "{codes:?}");
    let [_, plain, _] = &mailbox.messages()[0];
    let last = &other.to_string()[6..];
    let code =
        codes.iter().find(|code| plain.contains(&format!("{last}\u{a0}: {code}"))).expect("it has its code");
    assert_eq!(opposed(declared(&mut house, &mut worker, &secret, code)).card, other);
    assert_eq!(status(&mut house, &card), CardStatus::Active, "the other lives on");
}

#[test]
fn where_the_mail_does_not_leave_a_request_waits_and_gets_another_code_until_it_is_too_late() {
    on_both(|house| {
        let (mut worker, mailbox) = (house.worker(), Mailbox::new());
        let card = reachable_card(house, &mut worker);
        mailbox.takes(false);
        let secret = asked(house, &card.to_string());
        let Some(Settled::Waits(why)) = settled(house, &mut worker, &mailbox) else { panic!("it waits") };
        assert_eq!(why.name, "mail-server-failed");
        assert_eq!(settled(house, &mut worker, &mailbox), None, "not before its pause has passed");
        mailbox.takes(true);
        house.later(20);
        assert_eq!(settled(house, &mut worker, &mailbox), Some(Settled::Sent));
        let code = mailed(&mailbox).remove(0);
        opposed(declared(house, &mut worker, &secret, &code));

        let late = house.active_card(&mut worker, &nurse());
        asked(house, &late.to_string());
        house.later(600);
        assert_eq!(
            settled(house, &mut worker, &mailbox),
            Some(Settled::NoMail),
            "nobody looks for it any more"
        );
        // Without a mail server nobody is written to.
        asked(house, &late.to_string());
        let act = house.job();
        let done = settle_next(&mut house.db, &mut worker.signer, None, &mut house.rng, &act).unwrap();
        assert_eq!(done, Some(Settled::NoMail));
        assert_eq!(mailbox.messages().len(), 1);
    });
}

#[test]
fn of_mails_that_may_have_left_three_are_tried_and_then_nobody_is_written_to() {
    on_both(|house| {
        let (mut worker, mailbox) = (house.worker(), Mailbox::new());
        let card = reachable_card(house, &mut worker);
        mailbox.takes(false);
        asked(house, &card.to_string());
        let mut done = Vec::new();
        for _ in 0..30 {
            done.extend(settled(house, &mut worker, &mailbox));
            house.later(10);
        }
        let three = matches!(&done[..], [Settled::Waits(_), Settled::Waits(_), Settled::NoMail]);
        assert!(three, "{done:?}");
        mailbox.takes(true);
        house.later(300);
        assert_eq!(settled(house, &mut worker, &mailbox), None, "it is settled");
        assert_eq!(mailbox.messages().len(), 0);
    });
}

#[test]
fn who_has_no_address_for_correspondence_is_written_to_at_his_own_mailbox_of_the_mssante() {
    on_both(|house| {
        let (mut worker, mailbox) = (house.worker(), Mailbox::new());
        let card = coded_card(house, &mut worker);
        import_contacts(house, &[(&nurse(), "0102030405", "")]);
        import_mailboxes(
            house,
            &[(&other_nurse(), "autre@mssante.exemple.fr"), (&nurse(), "elise@mssante.exemple.fr")],
        );
        asked(house, &card.to_string());
        assert_eq!(settled(house, &mut worker, &mailbox), Some(Settled::Sent));
        let [head, ..] = &mailbox.messages()[0];
        assert!(head.contains("To: elise@mssante.exemple.fr"), "{head}");
    });
}

#[test]
fn of_a_request_nothing_is_left_once_its_time_has_passed_and_nobody_reads_a_code_anywhere() {
    let mut house = House::new();
    let (mut worker, mailbox) = (house.worker(), Mailbox::new());
    let card = reachable_card(&mut house, &mut worker);
    let notices: i64 = outbox::table.count().get_result(&mut house.db).unwrap();
    let secret = asked(&mut house, &card.to_string());
    settled(&mut house, &mut worker, &mailbox);
    let after: i64 = outbox::table.count().get_result(&mut house.db).unwrap();
    assert_eq!(after, notices, "the mail is no notice of the outbox");
    let kept: (Option<String>, Option<Vec<u8>>) = one_time_requests::table
        .select((one_time_requests::identifier, one_time_requests::secret))
        .first(&mut house.db)
        .unwrap();
    assert_eq!(kept, (None, None), "neither the secret of the page nor what was typed");
    dropped(&mut house, &secret, WRONG);
    answered(&mut house, &mut worker);

    let codes = |house: &mut House| one_time_codes::table.count().get_result::<i64>(&mut house.db).unwrap();
    let requests =
        |house: &mut House| one_time_requests::table.count().get_result::<i64>(&mut house.db).unwrap();
    house.later(599);
    let act = house.job();
    forget_settled(&mut house.db, house.at.minus(Duration::from_secs(86_400)), &act).unwrap();
    assert_eq!((codes(&mut house), requests(&mut house)), (1, 1));
    house.later(1);
    let act = house.job();
    forget_settled(&mut house.db, house.at.minus(Duration::from_secs(86_400)), &act).unwrap();
    assert_eq!((codes(&mut house), requests(&mut house)), (0, 1), "how many were sent is still known");
    house.later(86_400);
    let act = house.job();
    forget_settled(&mut house.db, house.at.minus(Duration::from_secs(86_400)), &act).unwrap();
    assert_eq!(requests(&mut house), 1, "its declaration is still read");
    declaration::forget_answered(&mut house.db, house.at).unwrap();
    forget_settled(&mut house.db, house.at.minus(Duration::from_secs(86_400)), &act).unwrap();
    assert_eq!(requests(&mut house), 0);
}

#[test]
fn the_inbox_takes_so_many_and_nonsense_in_it_is_in_nobodys_way() {
    let mut house = House::new();
    let (mut worker, mailbox) = (house.worker(), Mailbox::new());
    let card = reachable_card(&mut house, &mut worker);
    house
        .sql(
            "INSERT INTO one_time_requests (id, identifier, secret, received_at)
             VALUES ('00000000000000000000000000000000', 'abcdefghij', randomblob(16), 0)",
        )
        .unwrap();
    asked(&mut house, &card.to_string());
    assert_eq!(settled(&mut house, &mut worker, &mailbox), Some(Settled::NoMail));
    assert_eq!(settled(&mut house, &mut worker, &mailbox), Some(Settled::Sent));
    house
        .sql(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
             INSERT INTO one_time_requests (id, identifier, secret, received_at)
             SELECT printf('%032d', i), '2612345678', randomblob(16), 1 FROM n",
        )
        .unwrap();
    let act = house.job();
    let refused = ask(&mut house.db, &"2612345678".parse().unwrap(), &mut house.rng, &act);
    assert_eq!(code(refused), "opposition-inbox-full");
}
