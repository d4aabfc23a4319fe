//! What stops a correspondence, whole or in part: too many at once, and two persons who are hardly one.

use diesel::connection::SimpleConnection;

use super::*;
use crate::identifiers::luhn;
use crate::merges::{
    MergeCase, MergeCaseKind, MergeDoubt, MergeError, MergeOptions, MergeReport, Settled, ask_to_part,
    identifiers_of_one, import_merges, look_again, settle_refused, settle_released, unsettled,
};

/// A person of the register under one of his numbers: IdNat_PS, family name, given name.
type Named<'a> = (&'a str, &'a str, &'a str);

fn old(index: u32) -> String {
    format!("00B{index:07}")
}

fn new(index: u32) -> String {
    let stem = format!("997{index:07}");
    format!("8{stem}{}", luhn::key(&stem))
}

fn register(db: &mut Database, persons: &[Named<'_>], day: i64) {
    let lines: Vec<Vec<(&str, &str)>> = persons
        .iter()
        .map(|(id, family, given)| {
            vec![
                ("Type d'identifiant PP", &id[..1]),
                ("Identifiant PP", &id[1..]),
                ("Identification nationale PP", *id),
                ("Nom d'exercice", *family),
                ("Prénom d'exercice", *given),
            ]
        })
        .collect();
    let lines: Vec<&[(&str, &str)]> = lines.iter().map(Vec::as_slice).collect();
    import(db, &small_extract(&lines), day).unwrap();
}

/// The restricted feed: IdNat_PS, family name at birth, date of birth.
fn civil_status(db: &mut Database, persons: &[Named<'_>]) {
    let form = Form::RESTRICTED;
    let mut text = format!("{}|\n", form.columns.join("|"));
    for (id, family, born) in persons {
        let cell = |column: &&str| match *column {
            "Type d'identifiant PP" => &id[..1],
            "Identifiant PP" => &id[1..],
            "Identification nationale PP" => id,
            "Nom de famille" => family,
            "Prénoms" => "ANNE'MARIE",
            "Date de naissance" => born,
            _ => "",
        };
        let cells: Vec<&str> = form.columns.iter().map(cell).collect();
        text += &format!("{}|\n", cells.join("|"));
    }
    let name = file_name(form, Timestamp::from_seconds(FIRST_DAY));
    let (mut file, rng) = (Cursor::new(text), &mut UnwrapErr(getrandom::SysRng));
    let options = ImportOptions::default();
    let report = import_extract(db, &mut file, &name, &options, &mut |_, _| (), rng, &act_on(1)).unwrap();
    assert_eq!(report.rows_rejected, 0);
}

fn told(
    db: &mut Database,
    pairs: &[(String, String)],
    day: i64,
    release: Option<Release>,
) -> Result<MergeReport, MergeError> {
    let rows: String = pairs.iter().map(|(old, new)| format!("{};{}\n", &old[1..], &new[1..])).collect();
    let text = format!("N° ADELI;N° RPPS\n{rows}");
    let extracted_at = Some(Timestamp::from_seconds(FIRST_DAY + day * DAY));
    let options = MergeOptions { extracted_at, release, ..MergeOptions::default() };
    let mut rng = UnwrapErr(getrandom::SysRng);
    import_merges(db, text.as_bytes(), "correspondence.csv", &options, &mut rng, &act_on(day))
}

fn are_one(db: &mut Database, index: u32) -> bool {
    identifiers_of_one(db, &old(index).parse().unwrap()).unwrap().contains(&new(index))
}

/// A row of a decision, as the registration authority writes it.
fn decide(db: &mut Database, feed: &str, officer: &str, decision: &str) {
    db.batch_execute(&format!(
        "INSERT INTO decisions (subject_kind, subject_number, subject_version, decided_by, decision, reason_code, decided_at, \
         proof_kind, proof) VALUES ('register-feed', '{feed}', 1, '{officer}', '{decision}', 'file-wrong', 1, 'demo', '')"
    ))
    .unwrap();
}

fn release(db: &mut Database, feed: &str) -> Release {
    let hold = newest_hold(db, feed).unwrap().unwrap();
    Release::by_two(hold, ["alice", "bob"].map(str::to_owned)).unwrap()
}

fn settle(db: &mut Database, case: &MergeCase) -> Result<Settled, crate::merges::MergeCaseError> {
    let (release, rng) = (release(db, &case.id), &mut UnwrapErr(getrandom::SysRng));
    db.write(|db| settle_released(db, &release, rng, &act_on(9)))
}

fn part(db: &mut Database, index: u32) -> MergeCase {
    let (id, rng) = (old(index).parse().unwrap(), &mut UnwrapErr(getrandom::SysRng));
    db.write(|db| ask_to_part(db, &id, rng, &act_on(8))).unwrap()
}

#[test]
fn a_correspondence_that_gives_too_many_another_number_waits_for_two_officers() {
    on_both(|database| {
        let db = &mut database();
        let ids: Vec<String> = (0..60).map(old).collect();
        register(db, &ids.iter().map(|id| (id.as_str(), "PETIT", "Anne")).collect::<Vec<_>>(), 0);
        let pairs: Vec<_> = (0..30).map(|index| (old(index), new(index))).collect();
        let Err(MergeError::Import(ImportError::Held { hold, .. })) = told(db, &pairs, 1, None) else {
            panic!("it goes in")
        };
        assert_eq!((hold.difference.changed, hold.living), (30, 60));
        assert!(!are_one(db, 3), "nothing of it is written");
        let by_nobody = release(db, &hold.feed);
        let unreleased = told(db, &pairs, 1, Some(by_nobody)).unwrap_err();
        assert!(
            unreleased.to_string().contains("two officers release"),
            "the database counts too: {unreleased}"
        );
        decide(db, &hold.feed, "alice", "approve");
        decide(db, &hold.feed, "bob", "approve");
        let released = release(db, &hold.feed);
        let other = told(db, &pairs[..25], 2, Some(released.clone())).unwrap_err();
        assert_eq!(other.code(), faults::REGISTER_HELD, "a release is one file's");
        let report = told(db, &pairs, 1, Some(released)).unwrap();
        assert_eq!((report.new, report.touched), (30, 30));
        assert_eq!(report.released_by, Some(["alice".to_owned(), "bob".to_owned()]));
        assert!(are_one(db, 3));
        // Numbers that the register does not know are nobody's yet.
        let strangers: Vec<_> = (100..140).map(|index| (old(index), new(index))).collect();
        assert_eq!(told(db, &strangers, 3, None).unwrap().touched, 0);
    });
}

#[test]
fn two_persons_of_other_names_are_made_one_by_two_officers_only() {
    on_both(|database| {
        let db = &mut database();
        let ids: Vec<[String; 2]> = (0..4).map(|index| [old(index), new(index)]).collect();
        let persons = [
            (&*ids[0][0], "LE GOFF", "Élise"),
            (&*ids[0][1], "LEGOFF", "Elise"),
            (&*ids[1][0], "PETIT", "Anne"),
            (&*ids[1][1], "MOREAU", "Luc"),
            (&*ids[2][0], "PETIT", "Anne"),
            (&*ids[2][1], "PETIT", "Luc"),
        ];
        register(db, &persons, 0);
        let pairs: Vec<_> = (0..4).map(|index| (old(index), new(index))).collect();
        let report = told(db, &pairs, 1, None).unwrap();
        assert_eq!((report.new, report.doubtful, report.rows_rejected), (2, 2, 0));
        assert!(are_one(db, 0) && are_one(db, 3) && !are_one(db, 1) && !are_one(db, 2));
        let cases = unsettled(db).unwrap();
        assert_eq!(cases, report.cases);
        let asked = (MergeCaseKind::Join, MergeDoubt::Names);
        assert!(cases.iter().all(|case| (case.kind, case.doubt) == asked));
        assert_eq!(waiting_holds(db).unwrap().len(), 2, "officers find them where they find feeds");

        assert!(settle(db, &cases[0]).is_err(), "the database counts the decisions");
        decide(db, &cases[0].id, "alice", "approve");
        decide(db, &cases[0].id, "bob", "approve");
        assert_eq!(settle(db, &cases[0]).unwrap(), Settled::Done);
        decide(db, &cases[1].id, "alice", "refuse");
        let rng = &mut UnwrapErr(getrandom::SysRng);
        db.write(|db| settle_refused(db, &cases[1].id, rng, &act_on(9))).unwrap();
        let one = |db: &mut Database, case: &MergeCase| {
            identifiers_of_one(db, &case.adeli.parse().unwrap()).unwrap().contains(&case.rpps)
        };
        assert!(one(db, &cases[0]) && !one(db, &cases[1]));
        assert_eq!((unsettled(db).unwrap(), waiting_holds(db).unwrap()), (vec![], vec![]));
        // The next file says so again: nobody is asked twice.
        let again = told(db, &pairs[..3], 2, None).unwrap();
        assert_eq!((again.known, again.doubtful, again.cases), (2, 1, vec![]));
    });
}

#[test]
fn a_birth_speaks_louder_than_a_name() {
    let db = &mut database();
    let ids: Vec<[String; 2]> = (0..2).map(|index| [old(index), new(index)]).collect();
    register(
        db,
        &[
            (&*ids[0][0], "PETIT", "Anne"),
            (&*ids[0][1], "MOREAU", "Anne"),
            (&*ids[1][0], "PETIT", "Anne"),
            (&*ids[1][1], "PETIT", "Anne"),
        ],
        0,
    );
    civil_status(
        db,
        &[
            (&*ids[0][0], "PETIT", "01/02/1970"),
            (&*ids[0][1], "PETIT", "01/02/1970"),
            (&*ids[1][0], "PETIT", "01/02/1970"),
            (&*ids[1][1], "PETIT", "02/02/1970"),
        ],
    );
    let pairs: Vec<_> = (0..2).map(|index| (old(index), new(index))).collect();
    let report = told(db, &pairs, 1, None).unwrap();
    assert!(are_one(db, 0), "she married");
    assert!(!are_one(db, 1));
    assert_eq!(report.cases.iter().map(|case| case.doubt).collect::<Vec<_>>(), [MergeDoubt::Births]);
}

#[test]
fn a_file_most_of_whose_pairs_are_two_persons_is_no_correspondence() {
    let db = &mut database();
    let ids: Vec<String> = (0..20).flat_map(|index| [old(index), new(index)]).collect();
    let person = |id: &'static str| (id, if id.starts_with('0') { "PETIT" } else { "MOREAU" }, "Anne");
    let ids: Vec<&'static str> = ids.into_iter().map(|id| &*Box::leak(id.into_boxed_str())).collect();
    register(db, &ids.into_iter().map(person).collect::<Vec<_>>(), 0);
    let pairs: Vec<_> = (0..20).map(|index| (old(index), new(index))).collect();
    let refused = told(db, &pairs, 1, None).unwrap_err();
    assert_eq!(refused.code(), faults::REGISTER_BRAKE);
    assert_eq!(unsettled(db).unwrap(), []);
}

#[test]
fn a_file_that_repeats_what_was_settled_is_judged_by_what_is_new_of_it() {
    on_both(|database| {
        let db = &mut database();
        let is_two = |index: u32| !(11..65).contains(&index);
        let mut persons: Vec<(String, &str)> = (100..400).map(|index| (old(index), "PETIT")).collect();
        for index in 0..79 {
            persons.push((old(index), "PETIT"));
            persons.push((new(index), if is_two(index) { "MOREAU" } else { "PETIT" }));
        }
        register(db, &persons.iter().map(|(id, family)| (&**id, *family, "Anne")).collect::<Vec<_>>(), 0);
        let pairs: Vec<_> = (0..79).map(|index| (old(index), new(index))).collect();
        let first = told(db, &pairs[..60], 1, None).unwrap();
        assert_eq!((first.new, first.doubtful, first.cases.len()), (49, 11, 11));
        decide(db, &first.cases[0].id, "alice", "refuse");
        let rng = &mut UnwrapErr(getrandom::SysRng);
        db.write(|db| settle_refused(db, &first.cases[0].id, rng, &act_on(1))).unwrap();
        // Of the seventeen that are new twelve are doubted; of all that the file says, fewer than a fifth.
        let next = told(db, &pairs[..77], 2, None).unwrap();
        assert_eq!((next.new, next.known, next.doubtful, next.cases.len()), (5, 49, 23, 12));
        // Of all that it says more than a fifth is doubted, and officers have been asked.
        let last = told(db, &pairs, 3, None).unwrap();
        assert_eq!((last.new, last.known, last.doubtful, last.cases.len()), (0, 54, 25, 2));
    });
}

#[test]
fn two_officers_end_a_wrong_merge_and_its_row_stays() {
    on_both(|database| {
        let db = &mut database();
        told(db, &[(old(1), new(1))], 1, None).unwrap();
        let case = part(db, 1);
        assert_eq!(part(db, 1), case, "one waits at a time");
        assert!(are_one(db, 1), "nothing ends before two have said so");
        decide(db, &case.id, "alice", "approve");
        assert!(settle(db, &case).is_err(), "one is not two");
        assert!(are_one(db, 1));
        decide(db, &case.id, "bob", "approve");
        assert_eq!(settle(db, &case).unwrap(), Settled::Done);
        assert!(!are_one(db, 1));
        assert_eq!(identifiers_of_one(db, &new(1).parse().unwrap()).unwrap(), [new(1)]);
        // The wrong one never comes back, and another does not meet the row that stays.
        let wrong = told(db, &[(old(1), new(1)), (old(2), new(2))], 2, None).unwrap();
        assert_eq!((wrong.rows_rejected, wrong.new), (1, 1));
        told(db, &[(old(1), new(5))], 3, None).unwrap();
        assert_eq!(identifiers_of_one(db, &old(1).parse().unwrap()).unwrap(), [new(5), old(1)]);
        assert!(db.batch_execute("DELETE FROM register_merges").is_err());
        let error = db.write(|db| {
            let rng = &mut UnwrapErr(getrandom::SysRng);
            ask_to_part(db, &old(77).parse().unwrap(), rng, &act_on(8))
        });
        assert_eq!(error.unwrap_err().code().name, "register-merge-unknown");
    });
}

#[test]
fn what_could_not_be_compared_is_compared_once_the_register_knows_both() {
    on_both(|database| {
        let db = &mut database();
        let ids: Vec<[String; 2]> = (0..2).map(|index| [old(index), new(index)]).collect();
        let before = [(&*ids[0][0], "PETIT", "Anne"), (&*ids[1][0], "MOREAU", "Luc")];
        register(db, &before, 0);
        let pairs: Vec<_> = (0..2).map(|index| (old(index), new(index))).collect();
        assert_eq!(told(db, &pairs, 1, None).unwrap().new, 2);
        let look = |db: &mut Database| look_again(db, &mut UnwrapErr(getrandom::SysRng), &act_on(3)).unwrap();
        assert_eq!(look(db), 0, "the register knows none of the new numbers");
        register(db, &[(&*ids[0][1], "PETIT", "Anne"), (&*ids[1][1], "BERNARD", "Zoé")], 2);
        assert_eq!(look(db), 1);
        assert_eq!(look(db), 0, "once");
        let [case] = &unsettled(db).unwrap()[..] else { panic!("one case") };
        assert_eq!((case.kind, &case.adeli, case.doubt), (MergeCaseKind::Part, &old(1), MergeDoubt::Names));
        assert!(are_one(db, 1), "until officers end it");
    });
}
