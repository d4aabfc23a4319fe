//! The other extracts: diplomas, know-hows, the restricted feed, mailboxes.

use super::*;
use crate::{Supplement, contacts_of_gone, forget_contacts, supplement};

fn extract(register: &FictionalRegister, form: &'static Form) -> Vec<u8> {
    let mut out = Vec::new();
    register.write_form(form, &mut out).unwrap();
    out
}

fn import_form(
    db: &mut Database,
    form: &'static Form,
    bytes: &[u8],
    day: i64,
) -> Result<ImportReport, ImportError> {
    let name = file_name(form, Timestamp::from_seconds(FIRST_DAY + day * DAY));
    let mut rng = UnwrapErr(getrandom::SysRng);
    let options = ImportOptions::default();
    import_extract(db, &mut Cursor::new(bytes), &name, &options, &mut |_, _| (), &mut rng, &act_on(day))
}

/// How the only entry of a subject calls it.
fn cell<'a>(supplement: &'a Supplement, column: &str) -> &'a str {
    let [entry] = &supplement.entries[..] else { panic!("{supplement:?}") };
    entry.iter().find(|(name, _)| *name == column).map_or("", |(_, cell)| cell)
}

const OTHERS: [&Form; 4] = [Form::DIPLOMAS, Form::KNOW_HOW, Form::RESTRICTED, Form::MAILBOXES];

#[test]
fn every_extract_is_told_by_its_name_and_says_who_is_new_changed_and_gone() {
    on_both(each_extract);
}

fn each_extract(database: &dyn Fn() -> Database) {
    let today = FictionalRegister::new(1500, 5);
    let (tomorrow, _) = today.next_day(0.05);
    let db = &mut database();
    import(db, &written(&today), 0).unwrap();
    let before = contents(db);
    for form in OTHERS {
        let first = import_form(db, form, &extract(&today, form), 0).unwrap();
        assert_eq!((first.source, first.rows_rejected, first.values_dropped), (form.source, 0, 0));
        assert_eq!(first.difference, Difference { new: first.persons, ..Difference::default() });
        assert!(first.persons > 50, "{}", form.source);
        let again = import_form(db, form, &extract(&today, form), 1).unwrap();
        assert_eq!(again.outcome, Outcome::AlreadyImported);
        let text = String::from_utf8(extract(&tomorrow, form)).unwrap();
        let edited = text.replacen("|DE05|", "|DE99|", 20).replacen("|SM54|", "|SM53|", 20);
        let edited = edited.replacen("|PARIS 09|", "|LYON|", 20).replacen("|O|", "|N|", 20);
        let next = import_form(db, form, edited.as_bytes(), 1).unwrap();
        let Difference { new, changed, ceased, merged, held, reappeared, unreadable } = next.difference;
        assert_eq!(merged, 0);
        assert!(new > 0 && changed > 0 && ceased > 0, "{}: {:?}", form.source, next.difference);
        assert_eq!((held, reappeared, unreadable), (0, 0, 0));
    }
    assert_eq!(contents(db), before, "the exercises are those of the activities alone");
}

#[test]
fn what_an_extract_says_of_a_person_is_kept_by_column() {
    let register = FictionalRegister::new(60, 5);
    let db = &mut database();
    for form in OTHERS {
        import_form(db, form, &extract(&register, form), 0).unwrap();
    }
    let person = format!("8{}", register.professionals().next().unwrap());
    let mut of = |form, subject: &str| supplement(db, form, subject).unwrap();
    let diploma = of(Form::DIPLOMAS, &person).unwrap();
    assert_eq!(cell(&diploma, "Code type diplôme obtenu"), "DE");
    let identity = of(Form::RESTRICTED, &person).unwrap();
    assert_eq!(cell(&identity, "Adresse e-mail (coord. correspondance)"), "ps0@exemple.fr");
    assert_eq!(cell(&identity, "Code pays de naissance"), "99000");
    let mailbox = of(Form::MAILBOXES, "ps0@pro.mssante.exemple.fr").unwrap();
    assert_eq!((cell(&mailbox, "Identification nationale PP"), mailbox.ceased_at), (&*person, None));
    assert_eq!(of(Form::MAILBOXES, "nobody@pro.mssante.exemple.fr"), None);
    assert_eq!(of(Form::DIPLOMAS, "899700099999"), None);
}

#[test]
fn who_is_no_longer_named_keeps_the_day_and_of_what_was_said_the_contact_alone_until_that_is_forgotten() {
    let register = FictionalRegister::new(60, 5);
    let db = &mut database();
    let text = String::from_utf8(extract(&register, Form::RESTRICTED)).unwrap();
    import_form(db, Form::RESTRICTED, text.as_bytes(), 0).unwrap();
    let person = register.professionals().next().unwrap();
    let without: String =
        text.lines().filter(|line| !line.contains(person.as_str())).map(|line| format!("{line}\n")).collect();
    import_form(db, Form::RESTRICTED, without.as_bytes(), 1).unwrap();
    let person = format!("8{person}");
    let gone = supplement(db, Form::RESTRICTED, &person).unwrap().unwrap();
    assert_eq!(gone.ceased_at, Some(act_on(1).at));
    let said: Vec<&str> = gone.entries.iter().flatten().map(|(column, _)| *column).collect();
    assert_eq!(said, ["Téléphone (coord. correspondance)", "Adresse e-mail (coord. correspondance)"]);
    assert_eq!(contacts_of_gone(db, "", 10).unwrap(), std::slice::from_ref(&person));
    let living = format!("8{}", register.professionals().nth(1).unwrap());
    assert_eq!(forget_contacts(db, &[person.clone(), living.clone()]).unwrap(), 1);
    assert!(supplement(db, Form::RESTRICTED, &person).unwrap().unwrap().entries.is_empty());
    assert!(!supplement(db, Form::RESTRICTED, &living).unwrap().unwrap().entries.is_empty());
    assert!(contacts_of_gone(db, "", 10).unwrap().is_empty());
}

#[test]
fn tolerant_where_the_real_world_is_and_strict_where_it_matters() {
    let register = FictionalRegister::new(60, 5);
    for form in Form::ALL {
        let text = String::from_utf8(extract(&register, form)).unwrap();
        let db = &mut database();
        import_form(db, form, text.as_bytes(), 0).unwrap();
        // CRLF and a BOM, no bar at the end, one more column at the end.
        let windows = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        let without_bar = text.replace("|\n", "\n");
        let wider = text.replacen("|\n", "|Une colonne de plus|\n", 1);
        let (head, lines) = wider.split_once('\n').unwrap();
        let wider = format!("{head}\n{}", lines.replace("|\n", "|x|\n"));
        for (day, tolerated) in [(1, &windows), (2, &without_bar), (3, &wider)] {
            let report = import_form(db, form, tolerated.as_bytes(), day).unwrap();
            assert_eq!(
                (report.rows_rejected, report.difference),
                (0, Difference::default()),
                "{}",
                form.source
            );
        }

        // One bad line is told by line and column, and the others go on.
        let mut lines: Vec<&str> = text.lines().collect();
        lines.push("8|");
        let report = import_form(db, form, (lines.join("\n") + "\n").as_bytes(), 4).unwrap();
        let last = report.errors.last().unwrap();
        assert_eq!((report.rows_rejected, last.line), (1, lines.len() as u64), "{}", form.source);
        assert_eq!(last.column, form.columns[0]);

        let other = Form::ALL.into_iter().find(|other| other.source != form.source).unwrap();
        assert_eq!(refused(import_form(db, other, text.as_bytes(), 5)), faults::REGISTER_HEADER.name);
        let cut = &text.as_bytes()[..text.len() - 1];
        assert_eq!(refused(import_form(db, form, cut, 5)), faults::REGISTER_TRUNCATED.name);
        // Of a day that was imported, and of one before: the same file is known, another is refused.
        let mut other: Vec<&str> = text.lines().collect();
        other.remove(1);
        let other = other.join("\n") + "\n";
        assert_eq!(refused(import_form(db, form, other.as_bytes(), 0)), faults::REGISTER_OLDER.name);
        assert_eq!(import_form(db, form, text.as_bytes(), 5).unwrap().outcome, Outcome::AlreadyImported);
    }
}

#[test]
fn a_mailbox_without_an_address_is_refused_and_a_wrong_person_of_one_is_left_out() {
    let register = FictionalRegister::new(60, 5);
    let db = &mut database();
    let text = String::from_utf8(extract(&register, Form::MAILBOXES)).unwrap();
    let person = register.professionals().next().unwrap();
    let spoilt = text.replace("ps1@pro", "ps1 pro").replacen(&format!("8{person}"), "8997", 1);
    let report = import_form(db, Form::MAILBOXES, spoilt.as_bytes(), 0).unwrap();
    assert_eq!((report.rows_rejected, report.values_dropped), (1, 1));
    assert_eq!(report.errors.iter().map(|error| error.line).collect::<Vec<_>>(), [2, 3]);
    let mailbox = supplement(db, Form::MAILBOXES, "ps0@pro.mssante.exemple.fr").unwrap().unwrap();
    assert_eq!(cell(&mailbox, "Identification nationale PP"), "");
}

#[test]
fn a_feed_of_one_extract_neither_bars_nor_ends_that_of_another() {
    let register = FictionalRegister::new(60, 5);
    let db = &mut database();
    import_form(db, Form::DIPLOMAS, &extract(&register, Form::DIPLOMAS), 3).unwrap();
    let report = import(db, &written(&register), 0).unwrap();
    assert_eq!(report.difference.new, 60);
    let known: i64 = register_feeds::table.count().get_result(db).unwrap();
    assert_eq!(known, 2);
}

#[test]
fn a_mailbox_with_a_broken_line_is_neither_changed_nor_ceased() {
    let register = FictionalRegister::new(60, 5);
    let text = String::from_utf8(extract(&register, Form::MAILBOXES)).unwrap();
    let (address, another) = ("ps0@pro.mssante.exemple.fr", "ps1@pro.mssante.exemple.fr");
    let line = text.lines().find(|line| line.contains(address)).unwrap();
    // One bar too many in the name of the structure; in the address, and before it; one too few behind it. Where the address
    // cannot be believed it may be anybody's, and nobody's mailbox ceases.
    let behind = line.replacen("|O|", "|O|CABINET|", 1);
    let within = line.replacen("mssante", "mss|ante", 1);
    let before = line.replacen("PER|", "P|ER|", 1);
    let joined = line.replacen(&format!("{address}|"), address, 1);
    for (broken, identified) in [(behind, true), (within, false), (before, false), (joined, false)] {
        let db = &mut database();
        import_form(db, Form::MAILBOXES, text.as_bytes(), 0).unwrap();
        let lines = text.lines().filter(|other| !other.contains(another));
        let next: String = lines
            .map(|other| if other == line { format!("{broken}\n") } else { format!("{other}\n") })
            .collect();
        let report = import_form(db, Form::MAILBOXES, next.as_bytes(), 1).unwrap();
        assert_eq!((report.rows_rejected, report.rows_unidentified), (1, u64::from(!identified)), "{broken}");
        let stands = |db: &mut Database, address: &str| {
            supplement(db, Form::MAILBOXES, address).unwrap().unwrap().ceased_at.is_none()
        };
        assert!(stands(db, address), "{broken}");
        assert_eq!(stands(db, another), !identified, "whom no line names: {broken}");
    }
}
