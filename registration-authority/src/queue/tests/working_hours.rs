use jiff::civil::date;

use super::*;

fn between(from: &str, to: &str) -> u64 {
    let moment = |text: &str| text.parse::<Timestamp>().unwrap();
    hours().between(moment(from), moment(to)).as_secs() / 60
}

#[test]
fn nights_weekends_and_public_holidays_are_not_counted() {
    // Friday at four to Monday at ten.
    assert_eq!(between("2026-11-20T15:00:00Z", "2026-11-23T09:00:00Z"), 120);
    // Armistice Day is a Wednesday.
    assert_eq!(between("2026-11-10T08:00:00Z", "2026-11-12T16:00:00Z"), 2 * 8 * 60);
    // From before the opening to after the closing.
    assert_eq!(between("2026-11-24T04:00:00Z", "2026-11-24T22:00:00Z"), 8 * 60);
    assert_eq!(between("2026-11-24T17:00:00Z", "2026-11-25T07:00:00Z"), 0, "at night");
    assert_eq!(between("2026-11-24T12:00:00Z", "2026-11-24T10:00:00Z"), 0, "not later");
    // The clock is Paris's, in summer as in winter.
    assert_eq!(between("2026-07-15T07:00:00Z", "2026-07-15T15:00:00Z"), 8 * 60);
    assert_eq!(
        between("2020-01-01T00:00:00Z", "2026-11-24T22:00:00Z") / 480,
        277,
        "no further back than 400 days"
    );
}

#[test]
fn the_holidays_that_move_with_easter_move() {
    // Easter Monday, Ascension Day and Whit Monday of three years: the days before and after are worked.
    for (year, holidays) in [
        (2024, [date(2024, 4, 1), date(2024, 5, 9), date(2024, 5, 20)]),
        (2026, [date(2026, 4, 6), date(2026, 5, 14), date(2026, 5, 25)]),
        (2038, [date(2038, 4, 26), date(2038, 6, 3), date(2038, 6, 14)]),
    ] {
        for holiday in holidays {
            assert_eq!(
                between(&format!("{holiday}T00:00:00Z"), &format!("{holiday}T22:00:00Z")),
                0,
                "{year}: {holiday}"
            );
            let after = holiday.tomorrow().unwrap();
            assert_eq!(
                between(&format!("{after}T00:00:00Z"), &format!("{after}T22:00:00Z")),
                8 * 60,
                "{after}"
            );
        }
    }
}

#[test]
fn an_operator_closes_on_other_days_and_hours_that_make_no_sense_are_refused() {
    let (opens, closes) = (time(9, 0, 0, 0), time(17, 0, 0, 0));
    let with = |days: &[Weekday], times, zone: &str, within| {
        let closed_on = BTreeSet::from([date(2026, 12, 24)]);
        WorkingHours::new(days, times, zone, closed_on, Duration::from_secs(within))
    };
    let days = [Weekday::Thursday];
    let hours = with(&days, (opens, closes), "Europe/Paris", 60).unwrap();
    let moment = |text: &str| text.parse::<Timestamp>().unwrap();
    assert!(hours.between(moment("2026-12-24T00:00:00Z"), moment("2026-12-24T22:00:00Z")).is_zero());
    let field = |hours: Result<WorkingHours, BadHours>| hours.unwrap_err().field;
    assert_eq!(field(with(&[], (opens, closes), "Europe/Paris", 60)), "days");
    assert_eq!(field(with(&days, (closes, opens), "Europe/Paris", 60)), "closes");
    assert_eq!(field(with(&days, (opens, closes), "Europe/Lutèce", 60)), "time_zone");
    assert_eq!(field(with(&days, (opens, closes), "Europe/Paris", 0)), "answer_within");
}

#[test]
fn the_time_of_an_answer_stands_still_while_its_applicant_is_awaited() {
    let moment = |text: &str| text.parse::<Timestamp>().unwrap();
    let submitted = moment("2030-03-04T08:00:00Z");
    let of = |waits: &[_], at: &str| Deadline::of(&hours(), submitted, waits, moment(at));
    let hours = |hours: u64| Duration::from_secs(hours * 3600);
    assert_eq!(of(&[], "2030-03-04T10:00:00Z"), Deadline::Left(hours(14)));
    assert_eq!(of(&[], "2030-03-06T09:00:00Z"), Deadline::Late(hours(1)));
    let asked = moment("2030-03-04T10:00:00Z");
    assert_eq!(
        of(&[(asked, None)], "2030-03-06T09:00:00Z"),
        Deadline::Paused { since: asked, left: hours(14) }
    );
    let answered = (asked, Some(moment("2030-03-05T16:00:00Z")));
    assert_eq!(of(&[answered], "2030-03-06T09:00:00Z"), Deadline::Left(hours(13)));
}
