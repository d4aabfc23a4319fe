use super::*;

#[test]
fn a_program_older_than_one_of_its_sources_is_stale() {
    let folder = crate::harness::folder();
    let source = folder.path().join("a source.rs");
    fs::write(&source, "").unwrap();
    let changed = modified(&source).unwrap();
    let listed =
        format!("{}/igc: {}\n", folder.path().display(), source.display().to_string().replace(' ', "\\ "));
    assert_eq!(first_newer(&listed, changed), None);
    assert_eq!(first_newer(&listed, changed - Duration::from_secs(1)), Some(source.clone()));
    fs::remove_file(&source).unwrap();
    assert_eq!(first_newer(&listed, changed), Some(source), "a source that is gone makes it stale too");
}

#[test]
fn a_command_is_read_to_its_end_and_its_exit_code_is_seen() {
    let finished = run(Command::new("sh").args(["-c", "echo '[1]'; echo two >&2; exit 4"])).expect_exit(4);
    assert_eq!(finished.json(), serde_json::json!([1]));
    assert_eq!(finished.stderr, "two\n");
}

#[test]
fn what_was_started_is_gone_when_dropped() {
    let running = start(Command::new("sh").args(["-c", "echo ready; exec sleep 600"]));
    let started = Instant::now();
    while running.stdout() != "ready\n" {
        assert!(started.elapsed() < Duration::from_secs(10));
        std::thread::sleep(Duration::from_millis(5));
    }
    let process = PathBuf::from(format!("/proc/{}", running.id()));
    assert!(process.exists());
    drop(running);
    assert!(!process.exists());
}
