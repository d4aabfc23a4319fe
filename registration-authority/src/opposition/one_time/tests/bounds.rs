use store::Timestamp;

use super::*;
use crate::opposition::code::OppositionCode;

#[test]
fn a_holder_gets_six_mails_within_a_day_and_everybody_together_so_many_within_an_hour() {
    on_both(|house| {
        let (mut worker, mailbox) = (house.worker(), Mailbox::new());
        let card = reachable_card(house, &mut worker);
        let ways = [card.to_string(), nurse().rpps().unwrap().to_string()];
        for turn in 0..A_DAY {
            asked(house, &ways[usize::from(turn % 2 == 1)]);
            assert_eq!(settled(house, &mut worker, &mailbox), Some(Settled::Sent), "{turn}");
            house.later(60);
        }
        for way in &ways {
            asked(house, way);
            assert_eq!(settled(house, &mut worker, &mailbox), Some(Settled::NoMail));
        }
        house.later(86_400 - 60 * 6 - 1);
        asked(house, &ways[0]);
        assert_eq!(
            settled(house, &mut worker, &mailbox),
            Some(Settled::NoMail),
            "the first is not a day ago yet"
        );
        house.later(1);
        asked(house, &ways[0]);
        assert_eq!(settled(house, &mut worker, &mailbox), Some(Settled::Sent));
        assert_eq!(mailbox.messages().len() as i64, A_DAY + 1);

        house.later(86_400);
        mailed_to_strangers(house, AN_HOUR);
        asked(house, &ways[0]);
        assert_eq!(settled(house, &mut worker, &mailbox), Some(Settled::NoMail));
    });
}

/// So many mails with a code have left at this moment, to others.
fn mailed_to_strangers(house: &mut House, count: i64) {
    for one in 0..count {
        let id = format!("{one:032}");
        let (secret, at) = ([0_u8; 16], house.at);
        diesel::insert_into(one_time_requests::table)
            .values((
                one_time_requests::id.eq(&id),
                one_time_requests::identifier.eq("2612345678"),
                one_time_requests::secret.eq(secret.as_slice()),
                one_time_requests::received_at.eq(at),
            ))
            .execute(&mut house.db)
            .unwrap();
        diesel::update(one_time_requests::table.find(&id))
            .set((
                one_time_requests::identifier.eq(None::<String>),
                one_time_requests::secret.eq(None::<Vec<u8>>),
                one_time_requests::outcome.eq("sent"),
                one_time_requests::holder.eq("somebody"),
                one_time_requests::settled_at.eq(at),
            ))
            .execute(&mut house.db)
            .unwrap();
    }
}

fn spent(house: &mut House) -> Option<Timestamp> {
    let now = house.at;
    budget_spent(&mut house.db, now).unwrap()
}

#[test]
fn that_the_mails_of_an_hour_are_used_up_is_written_down_for_an_hour_and_bars_no_other_way() {
    on_both(|house| {
        let (mut worker, mailbox) = (house.worker(), Mailbox::new());
        import_contacts(house, &[(&nurse(), "", "elise@exemple.fr")]);
        let card = house.active_card(&mut worker, &nurse());
        let code = letter_code(house, &mut worker);
        mailed_to_strangers(house, AN_HOUR - 2);
        house.later(60);
        asked(house, &card.to_string());
        assert_eq!(settled(house, &mut worker, &mailbox), Some(Settled::Sent));
        assert_eq!(spent(house), None, "one mail is left");
        house.later(60);
        asked(house, &card.to_string());
        assert_eq!(settled(house, &mut worker, &mailbox), Some(Settled::Sent));
        let at = house.at;
        assert_eq!(spent(house), Some(at), "that was the last");
        house.later(60);
        asked(house, &card.to_string());
        assert_eq!(settled(house, &mut worker, &mailbox), Some(Settled::NoMail));
        assert_eq!(spent(house), Some(at), "who asks now changes nothing of it");
        // The code of the letter needs no mail.
        let act = house.job();
        let declared = card.to_string().parse().unwrap();
        let digest = code.parse::<OppositionCode>().unwrap().digest();
        let id =
            declaration::declare(&mut house.db, &declared, &digest, Ground::Stolen, &mut house.rng, &act);
        answered(house, &mut worker);
        let receipt = opposed(look(&mut house.db, &id.unwrap()).unwrap().unwrap());
        assert_eq!((receipt.card, status(house, &card)), (card, CardStatus::Opposed));
        house.later(3600);
        assert_eq!(spent(house), None, "an hour later it is over");
    });
}

/// The code of the letter of the one card that is due one.
fn letter_code(house: &mut House, worker: &mut Worker) -> String {
    let act = house.job();
    let House { db, rng, .. } = house;
    let letter =
        code_letter::draw(db, &mut worker.signer, &reference(0xC0), 100, rng, &act).unwrap().unwrap();
    let file: serde_json::Value = serde_json::from_slice(&letter.to_json()).unwrap();
    let code = file["codes"][0]["code"].as_str().unwrap().to_owned();
    letter.record(db, rng, &act).unwrap();
    code
}
