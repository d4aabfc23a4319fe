//! The software certificates of professionals end as cards do, and under the same brake.

use ca_core::certificate::{self, CertificateStatus};
use ca_core::revocation::{self, RevocationReason};
use professional_registry::Profession;

use super::*;
use crate::certificate_request::{NewCertificateRequest, RequestState, Wanted, get as request};

/// The certificates of the first nurses of the crowd: their requests.
fn certificates_of_a_crowd(house: &mut House, count: u32) -> Vec<String> {
    a_day(house, 2, 0);
    let mut worker = house.worker();
    let mut numbers = Vec::new();
    for number in 0..count {
        let wanted = Wanted::Professional {
            holder: one_of_the_crowd(number),
            profession: Profession::from_code("60").unwrap(),
        };
        let csr = plain_csr();
        let new = NewCertificateRequest { profile: "el-pp-soft-auth".to_owned(), wanted, csr };
        numbers.push(house.certified_request(&mut worker, new));
    }
    assert_eq!(revalidate(house, ENOUGH), []);
    numbers
}

fn stands(house: &mut House, number: &str) -> CertificateStatus {
    let RequestState::Issued { issuer, serial, .. } = request(&mut house.db, number).unwrap().state else {
        panic!("{number} has no certificate")
    };
    certificate::find(&mut house.db, &issuer, &serial).unwrap().unwrap().status
}

fn is_good(house: &mut House, number: &str) -> bool {
    matches!(stands(house, number), CertificateStatus::Good { .. })
}

#[test]
fn the_certificate_of_who_has_left_is_revoked_when_two_feeds_say_so_and_not_before() {
    on_both(|house| {
        let numbers = certificates_of_a_crowd(house, 2);
        a_day(house, 3, 1);
        let looked = look(house).unwrap();
        assert_eq!((looked.found, looked.certificates_found), (0, 1));
        assert_eq!(oppose(house, ENOUGH), Revalidation::default(), "one reading ends nothing");
        let lapse = open_certificates(&mut house.db, 10).unwrap().remove(0);
        assert_eq!((&lapse.request, lapse.cause.as_str()), (&numbers[0], "order-holder-ceased"));
        for second in ["NULL, second_feed = NULL", "first_sequence + 1, second_feed = first_feed"] {
            let forced = house.sql(&format!(
                "UPDATE certificate_lapses SET status = 'confirmed', settled_at = 1, settled_by = 'job:revalidation', \
                 second_sequence = {second}"
            ));
            assert!(forced.unwrap_err().to_string().contains("one reading ends no certificate"), "{second}");
        }
        a_day(house, 4, 1);
        look(house).unwrap();
        assert_eq!(oppose(house, ENOUGH).revoked, numbers[..1]);
        let CertificateStatus::Revoked { reason, .. } = stands(house, &numbers[0]) else {
            panic!("it is good")
        };
        assert_eq!(reason, RevocationReason::CessationOfOperation.name());
        assert!(is_good(house, &numbers[1]), "nobody else's");
        assert_eq!(open_certificates(&mut house.db, 10).unwrap(), []);
    });
}

#[test]
fn who_is_back_in_the_next_feed_keeps_his_certificate_and_what_an_officer_ended_is_no_lapse() {
    on_both(|house| {
        let numbers = certificates_of_a_crowd(house, 2);
        a_day(house, 3, 2);
        assert_eq!(look(house).unwrap().certificates_found, 2);
        let RequestState::Issued { issuer, serial, .. } = request(&mut house.db, &numbers[1]).unwrap().state
        else {
            panic!("it is issued")
        };
        let rita = house.officer("rita");
        let House { db, rng, .. } = house;
        let reason = RevocationReason::AffiliationChanged;
        db.write(|db| revocation::revoke(db, &issuer, &serial, reason, rng, &rita)).unwrap();
        a_day(house, 4, 1);
        let looked = look(house).unwrap();
        assert_eq!((looked.certificates_found, looked.certificates_lifted), (0, 1));
        assert_eq!(oppose(house, ENOUGH).revoked, [numbers[0].clone()]);
        assert!(matches!(stands(house, &numbers[1]), CertificateStatus::Revoked { .. }));
    });
}

#[test]
fn who_was_named_between_two_readings_that_nobody_looked_at_keeps_his_certificate() {
    on_both(|house| {
        let numbers = certificates_of_a_crowd(house, 1);
        a_day(house, 3, 1);
        look(house).unwrap();
        a_day(house, 4, 0);
        a_day(house, 5, 1);
        let looked = look(house).unwrap();
        assert_eq!((looked.certificates_found, looked.certificates_lifted), (1, 1));
        assert_eq!(oppose(house, ENOUGH), Revalidation::default());
        assert!(is_good(house, &numbers[0]));
        a_day(house, 6, 1);
        look(house).unwrap();
        assert_eq!(oppose(house, ENOUGH).revoked, numbers);
    });
}

#[test]
fn certificates_of_a_feed_that_was_cut_wait_for_two_officers() {
    let mut house = House::new();
    let numbers = certificates_of_a_crowd(&mut house, 2);
    for day in [3, 4] {
        a_day(&mut house, day, 11);
        look(&mut house).unwrap();
    }
    let done = oppose(&mut house, ENOUGH);
    assert_eq!((done.revoked.len(), done.planned.len()), (0, 1), "{done:?}");
    for officer in ["alice", "bob"] {
        released(&mut house, officer, &done.planned[0], Verdict::Approve).unwrap();
    }
    assert_eq!(oppose(&mut house, ENOUGH).revoked, numbers);
}

#[test]
fn more_than_a_day_may_bring_wait_for_two_officers_cards_and_certificates_together() {
    on_both(|house| {
        let numbers = certificates_of_a_crowd(house, 3);
        for day in [3, 4] {
            a_day(house, day, 3);
            look(house).unwrap();
        }
        let done = oppose(house, 2);
        assert_eq!((done.revoked.len(), done.planned.len()), (0, 1));
        let plan = done.planned[0].clone();
        let planned = get(&mut house.db, &plan).unwrap();
        assert_eq!((planned.size(), planned.waiting(), planned.items.len()), (3, 3, 0));
        let forced = house.sql(
            "UPDATE certificate_lapses SET status = 'confirmed', settled_at = 1, settled_by = 'job:revalidation', \
             second_sequence = (SELECT max(sequence) FROM register_feeds), \
             second_feed = (SELECT id FROM register_feeds ORDER BY sequence DESC LIMIT 1)",
        );
        assert!(forced.unwrap_err().to_string().contains("two officers release"));
        released(house, "alice", &plan, Verdict::Approve).unwrap();
        assert_eq!(oppose(house, 2), Revalidation::default());
        released(house, "bob", &plan, Verdict::Approve).unwrap();
        assert_eq!(oppose(house, 2).revoked, numbers);
        assert_eq!(waiting(&mut house.db).unwrap(), []);
    });
}

#[test]
fn certificates_that_two_officers_have_released_end_though_the_newest_feed_is_mute() {
    on_both(|house| {
        let numbers = certificates_of_a_crowd(house, 3);
        for day in [3, 4] {
            a_day(house, day, 3);
            look(house).unwrap();
        }
        let said_again = complete_feed(&mut house.db).unwrap().unwrap().sequence;
        let plan = oppose(house, 2).planned.remove(0);
        for officer in ["alice", "bob"] {
            released(house, officer, &plan, Verdict::Approve).unwrap();
        }
        house.try_import_with(5, &with_the_crowd(5, 3), "8|\n").unwrap();
        look(house).unwrap();
        assert_eq!(oppose(house, 2).revoked, numbers);
        use store::schema::certificate_lapses::{second_sequence, table};
        let second: Vec<Option<i64>> = table.select(second_sequence).load(&mut house.db).unwrap();
        assert_eq!(second, vec![Some(said_again); 3], "the mute one is no reading");
    });
}
