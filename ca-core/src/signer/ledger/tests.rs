use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::{Resource, Rlimit, setrlimit};
use store::Timestamp;
use tempfile::TempDir;

use super::writer::{FULL, MOST_OWED};
use super::*;
use crate::signer::{KeyId, KeyReference};

fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("signer/issuing.ledger");
    (folder, file)
}

fn writer(file: &Path) -> LedgerWriter {
    LedgerWriter::new(file.to_owned(), Durability::BeforeAnswer, [7; 16])
}

fn signed(digest: u8) -> Signed {
    Signed {
        key: KeyReference { token: "issuing".to_owned(), id: KeyId::new([0xAB]).unwrap() },
        digest: vec![digest; 32],
        subject: format!("crl ACI-FO-PP full {digest}"),
    }
}

fn at() -> Timestamp {
    "2026-11-21T10:00:00.25Z".parse().unwrap()
}

fn write(writer: &mut LedgerWriter, digests: &[u8]) -> Result<(), LedgerError> {
    writer.record(digests.iter().copied().map(signed).collect(), at())
}

/// The first octet of each digest in the ledger, if every line is chained to the one before.
fn read(file: &Path) -> Result<Vec<u8>, LedgerError> {
    let followed = follow(file, None, usize::MAX)?.expect("there is a ledger");
    Ok(followed.entries.iter().map(|entry| entry.digest[0]).collect())
}

#[test]
fn a_ledger_reads_back_what_was_written_and_goes_on_from_any_place() {
    let (_folder, file) = place();
    assert_eq!(identify(&file).unwrap(), None);
    write(&mut writer(&file), &[1, 2]).unwrap();
    let some = follow(&file, None, 1).unwrap().unwrap();
    let entry = &some.entries[0];
    assert_eq!((entry.sequence, entry.at, entry.digest.as_slice()), (1, at(), &[1; 32][..]));
    assert_eq!(
        (entry.key.to_string().as_str(), entry.subject.as_str()),
        ("issuing/ab", "crl ACI-FO-PP full 1")
    );
    assert_eq!(identify(&file).unwrap(), Some("07".repeat(16)));

    // Another process goes on with the chain.
    write(&mut writer(&file), &[3]).unwrap();
    let rest = follow(&file, Some(&some.position), usize::MAX).unwrap().unwrap();
    assert_eq!(rest.entries.iter().map(|entry| entry.sequence).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(follow(&file, Some(&rest.position), 9).unwrap().unwrap().entries, []);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(fs::metadata(file.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn a_refusal_says_how_many_and_what_for_and_nobody_can_have_one_signed() {
    let (_folder, file) = place();
    let subject = "certificate ACI-FO-PP 1D01";
    for subject in [subject.to_owned(), refusal(64, subject)] {
        let signed = Signed { subject, ..signed(1) };
        writer(&file).record(vec![signed], at()).unwrap();
    }
    let entries = follow(&file, None, usize::MAX).unwrap().unwrap().entries;
    assert_eq!(entries.iter().map(Entry::refused).collect::<Vec<_>>(), [None, Some(("64", subject))]);
    assert!(is_subject(subject) && is_subject("refusedly"));
    assert!(!is_subject(&refusal(1, subject)) && !is_subject("refused"));
}

#[test]
fn two_processes_write_one_chain_in_turns() {
    let (_folder, file) = place();
    let (mut one, mut other) = (writer(&file), writer(&file));
    for round in 0..20 {
        write(if round % 3 == 0 { &mut one } else { &mut other }, &[round]).unwrap();
    }
    assert_eq!(read(&file).unwrap(), (0..20).collect::<Vec<u8>>());
}

#[test]
fn whoever_has_a_ledger_open_goes_on_in_the_one_that_stands_in_its_place() {
    for durability in [Durability::Lazy, Durability::BeforeAnswer] {
        let (_folder, file) = place();
        let mut standing = LedgerWriter::new(file.clone(), durability, [7; 16]);
        write(&mut standing, &[1, 2]).unwrap();
        // As an editor saves, or a restore puts it.
        let copy = file.with_extension("copy");
        fs::copy(&file, &copy).unwrap();
        fs::rename(&copy, &file).unwrap();
        standing.check().unwrap();
        write(&mut standing, &[3]).unwrap();
        assert_eq!(read(&file).unwrap(), [1, 2, 3], "{durability:?}");
        fs::remove_file(&file).unwrap();
        write(&mut standing, &[4]).unwrap();
        assert_eq!(read(&file).unwrap(), [4], "{durability:?}: another one begins, which is an alarm");
    }
}

#[test]
fn a_torn_last_line_is_set_aside_and_the_chain_goes_on() {
    let (_folder, file) = place();
    let mut standing = writer(&file);
    write(&mut standing, &[1, 2]).unwrap();
    let whole = fs::read(&file).unwrap();
    for writer in [&mut standing, &mut writer(&file)] {
        fs::write(&file, [&whole, &b"3\t2026-11-21T10:0"[..]].concat()).unwrap();
        assert_eq!(read(&file).unwrap(), [1, 2], "what is torn is no line");
        write(writer, &[3]).unwrap();
        assert_eq!(read(&file).unwrap(), [1, 2, 3]);
        fs::write(&file, &whole).unwrap();
    }
    let aside = fs::read_to_string(file.with_extension("torn")).unwrap();
    assert_eq!(aside, "3\t2026-11-21T10:0\n".repeat(2));
}

/// A file system may have given a batch of lines its length and not its octets.
#[test]
fn zeros_that_a_power_cut_left_are_set_aside_and_no_line_before_them_is() {
    let (_folder, file) = place();
    write(&mut writer(&file), &[1, 2]).unwrap();
    let whole = fs::read(&file).unwrap();
    fs::write(&file, [whole, vec![0; 20_000]].concat()).unwrap();
    write(&mut writer(&file), &[3]).unwrap();
    assert_eq!(read(&file).unwrap(), [1, 2, 3]);
    assert_eq!(fs::metadata(file.with_extension("torn")).unwrap().len(), 20_001);
}

#[test]
fn a_line_that_is_changed_taken_out_or_put_in_is_found() {
    let (_folder, file) = place();
    write(&mut writer(&file), &[1, 2, 3]).unwrap();
    let text = fs::read_to_string(&file).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let other_digest = lines[2].replace("0202", "0203");
    for (what, changed) in [
        ("changed", [lines[0], lines[1], &other_digest, lines[3]].concat()),
        ("taken out", [lines[0], lines[1], lines[3]].concat()),
        ("put in", [lines[0], lines[1], lines[1], lines[2], lines[3]].concat()),
        ("swapped", [lines[0], lines[2], lines[1], lines[3]].concat()),
        ("first one gone", [lines[0], lines[2], lines[3]].concat()),
    ] {
        fs::write(&file, changed).unwrap();
        let error = read(&file).unwrap_err();
        assert!(matches!(error.what, LedgerFault::Line { .. }), "{what}: {error}");
    }
}

#[test]
fn a_line_that_is_longer_than_any_is_no_end_of_the_ledger_to_anybody() {
    let (_folder, file) = place();
    write(&mut writer(&file), &[1]).unwrap();
    let before = follow(&file, None, usize::MAX).unwrap().unwrap().position;
    // Chained as it should be, and nobody's: of the same form, with a longer subject.
    let long =
        Entry { sequence: 2, at: at(), key: signed(2).key, digest: vec![2; 32], subject: "x".repeat(1000) };
    let line = long.encode(&before.chain).0;
    let mut octets = fs::read(&file).unwrap();
    octets.extend(line.as_bytes());
    fs::write(&file, &octets).unwrap();
    let said = |result: LedgerError| result.to_string();
    let too_long = "the line after sequence 1 is not the one that was written there: has at most 1023 octets";
    for from in [None, Some(&before)] {
        assert!(said(follow(&file, from, usize::MAX).unwrap_err()).contains(too_long));
    }
    assert!(said(write(&mut writer(&file), &[3]).unwrap_err()).contains(too_long));
    // Without its end it is what a power cut leaves.
    fs::write(&file, &octets[..octets.len() - 1]).unwrap();
    assert_eq!(follow(&file, Some(&before), usize::MAX).unwrap().unwrap().entries, []);
}

#[test]
fn a_ledger_that_was_cut_is_found_by_who_followed_it_and_by_who_writes_it() {
    let (_folder, file) = place();
    let mut standing = writer(&file);
    write(&mut standing, &[1, 2]).unwrap();
    let followed = follow(&file, None, usize::MAX).unwrap().unwrap();
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.split_inclusive('\n').take(2).collect::<String>()).unwrap();
    let cut = follow(&file, Some(&followed.position), 1).unwrap_err();
    assert!(matches!(cut.what, LedgerFault::Cut { .. }), "{cut}");
    let cut = write(&mut standing, &[3]).unwrap_err();
    assert!(matches!(cut.what, LedgerFault::Cut { .. }), "{cut}");
}

#[test]
fn a_last_line_that_is_not_chained_is_not_gone_on_from() {
    let (_folder, file) = place();
    write(&mut writer(&file), &[1, 2]).unwrap();
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("0202", "0203")).unwrap();
    let refused = write(&mut writer(&file), &[3]).unwrap_err();
    assert!(matches!(refused.what, LedgerFault::Line { after: 1, .. }), "{refused}");
}

#[test]
fn a_file_that_is_no_ledger_is_left_alone() {
    let (_folder, file) = place();
    fs::create_dir(file.parent().unwrap()).unwrap();
    fs::write(&file, "something else\n").unwrap();
    assert!(matches!(write(&mut writer(&file), &[1]).unwrap_err().what, LedgerFault::NoHead));
    assert!(matches!(read(&file).unwrap_err().what, LedgerFault::NoHead));
    assert_eq!(fs::read_to_string(&file).unwrap(), "something else\n");
}

#[test]
fn a_ledger_of_answers_is_put_aside_when_full_and_the_chain_goes_on() {
    let (_folder, file) = place();
    let mut writer = LedgerWriter::new(file.clone(), Durability::Lazy, [7; 16]);
    let mut other = LedgerWriter::new(file.clone(), Durability::Lazy, [8; 16]);
    write(&mut other, &[1]).unwrap();
    let mut lines = 1;
    while !file.with_extension("before").exists() {
        writer.record((0..4000).map(|n| signed(n as u8)).collect(), at()).unwrap();
        lines += 4000;
        assert!(lines < FULL, "it is never full");
    }
    write(&mut writer, &[1]).unwrap();
    let followed = follow(&file, None, 9).unwrap().unwrap();
    assert_eq!(followed.entries.iter().map(|entry| entry.sequence).collect::<Vec<_>>(), [lines + 1]);
    let id = identify(&file).unwrap().unwrap();
    assert!(id != "07".repeat(16) && id != "08".repeat(16), "{id}");
    // Another process had the file open that was put aside.
    write(&mut other, &[2]).unwrap();
    assert_eq!(read(&file).unwrap(), [1, 2]);

    // As a kill between the two renames leaves it.
    fs::rename(&file, file.with_extension("next")).unwrap();
    let mut after = LedgerWriter::new(file.clone(), Durability::Lazy, [9; 16]);
    write(&mut after, &[3]).unwrap();
    assert_eq!(identify(&file).unwrap(), Some(id), "the chain goes on");
    assert_eq!(read(&file).unwrap(), [1, 2, 3]);
}

#[test]
fn answers_go_on_while_their_ledger_takes_no_line_and_are_written_down_afterwards() {
    let (_folder, file) = place();
    let folder = file.parent().unwrap();
    let mut answers = LedgerWriter::new(file.clone(), Durability::Lazy, [7; 16]);
    // No folder can be made where a file stands, as none can be on a full disk.
    fs::write(folder, "in the way").unwrap();
    write(&mut answers, &[1]).unwrap();
    write(&mut answers, &[2, 3]).unwrap();
    assert!(write(&mut writer(&file), &[9]).is_err(), "of a certificate nothing leaves");
    fs::remove_file(folder).unwrap();
    write(&mut answers, &[4]).unwrap();
    assert_eq!(read(&file).unwrap(), [1, 2, 3, 4]);
}

#[test]
fn lines_of_which_a_full_disk_took_a_part_stand_once() {
    const FILE: &str = "IGC_TEST_LEDGER";
    let lines: Vec<u8> = (0..200).collect();
    if let Some(file) = std::env::var_os(FILE) {
        let file = PathBuf::from(file);
        let mut answers = LedgerWriter::new(file.clone(), Durability::Lazy, [7; 16]);
        let mut issuing = writer(&file.with_extension("issuing"));
        write(&mut answers, &lines).unwrap();
        write(&mut issuing, &lines).unwrap_err();
        assert!(
            issuing.check().is_err() && answers.check().is_ok(),
            "of a certificate nothing more is signed"
        );
        setrlimit(Resource::Fsize, Rlimit { current: None, maximum: None }).unwrap();
        write(&mut answers, &[200]).unwrap();
        issuing.check().unwrap();
        write(&mut issuing, &[200]).unwrap();
        return;
    }
    let (_folder, file) = place();
    // A process whose files may have 8 KiB, until it lifts that.
    let name = format!("{}::lines_of_which_a_full_disk_took_a_part_stand_once", module_path!());
    let mut limited = Command::new("sh");
    limited
        .args(["-c", "trap '' XFSZ; ulimit -S -f 16; exec \"$@\"", "sh"])
        .arg(std::env::current_exe().unwrap());
    limited.args(["--exact", name.split_once("::").unwrap().1]).env(FILE, &file);
    // By pipes: what the tests say may go to a file that is longer already.
    let ended = limited.output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stdout));
    for file in [&file, &file.with_extension("issuing")] {
        assert_eq!(read(file).unwrap(), [&lines[..], &[200]].concat(), "{}", file.display());
    }
}

#[test]
fn what_a_damaged_ledger_is_owed_is_bounded() {
    let (_folder, file) = place();
    fs::create_dir(file.parent().unwrap()).unwrap();
    fs::write(&file, "something else\n").unwrap();
    for durability in [Durability::Lazy, Durability::BeforeAnswer] {
        let mut writer = LedgerWriter::new(file.clone(), durability, [7; 16]);
        let lines = || (0..6000).map(|n| signed(n as u8)).collect::<Vec<_>>();
        for _ in 0..3 {
            writer.record(lines(), at()).unwrap_err();
        }
        assert_eq!(writer.owed(), MOST_OWED);
    }
}

#[test]
fn after_lines_were_not_forced_to_the_disk_nothing_more_is_signed() {
    let (_folder, file) = place();
    let mut writer = writer(&file);
    writer.check().unwrap();
    assert!(!file.exists(), "a ledger is made with its first line");
    write(&mut writer, &[1]).unwrap();
    writer.check().unwrap();
    writer.forced(&Err(LedgerFault::from(io::Error::other("input/output error")).of(&file)));
    let refused = writer.check().unwrap_err().to_string();
    assert!(refused.contains("nothing more is signed: input/output error"), "{refused}");
}

#[test]
fn whoever_reads_part_by_part_reads_to_where_it_ended_at_the_beginning() {
    let (_folder, file) = place();
    let mut writer = writer(&file);
    write(&mut writer, &[1, 2]).unwrap();
    let mut follower = Follower::new(&file);
    let first = follower.after(None, 1).unwrap().unwrap();
    write(&mut writer, &[3]).unwrap();
    let second = follower.after(Some(&first.position), 9).unwrap().unwrap();
    assert_eq!(second.entries.iter().map(|entry| entry.digest[0]).collect::<Vec<_>>(), [2]);
    let third = follow(&file, Some(&second.position), 9).unwrap().unwrap();
    assert_eq!(third.entries.iter().map(|entry| entry.digest[0]).collect::<Vec<_>>(), [3]);
}

#[test]
fn a_last_line_that_is_no_text_is_no_end_of_the_ledger() {
    let (_folder, file) = place();
    write(&mut writer(&file), &[1, 2]).unwrap();
    let mut octets = fs::read(&file).unwrap();
    let at = octets.len() - 80;
    octets[at..at + 8].fill(0xFF);
    fs::write(&file, octets).unwrap();
    let error = read(&file).unwrap_err();
    assert!(matches!(error.what, LedgerFault::Line { after: 1, rule: "is text" }), "{error}");
}

#[test]
fn a_subject_never_ends_its_field_or_its_line() {
    assert!(is_subject("certificate ACI-FO-PP 1D5D"));
    for wrong in ["", "a\tb", "a\nb", "é", &"x".repeat(LONGEST_SUBJECT + 1)] {
        assert!(!is_subject(wrong), "{wrong:?}");
    }
}

#[test]
fn a_ledger_of_another_user_is_told_with_whose_it_is_and_what_helps() {
    let (_folder, file) = place();
    write(&mut writer(&file), &[1]).unwrap();
    let denied = || io::Error::from(io::ErrorKind::PermissionDenied);
    let said = opening(denied(), &file).to_string();
    let own = rustix::process::geteuid().as_raw();
    assert!(said.contains(&format!("belongs to user {own}")) && said.contains("chown"), "{said}");
    assert_eq!(opening(io::ErrorKind::StorageFull.into(), &file).kind(), io::ErrorKind::StorageFull);
}
