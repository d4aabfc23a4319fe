use super::*;

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
        for one in 0..AN_HOUR {
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
        asked(house, &ways[0]);
        assert_eq!(settled(house, &mut worker, &mailbox), Some(Settled::NoMail));
    });
}
