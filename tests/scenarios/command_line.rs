//! The outside of the program: exit codes, JSON on stdout, problems on stderr, wrong input.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use acceptance::harness::{self, Finished, folder, igc, run};
use diesel::connection::SimpleConnection;
use store::{Database, DatabaseRole};

use super::demonstration::{copy_of, on_sqlite};

fn igc_in(dir: &Path, arguments: &[&str]) -> Finished {
    run(igc().args(["-o", "json", "--dir"]).arg(dir).args(arguments))
}

/// The stable code of the problem on stderr: one JSON object, its last line.
fn code(finished: &Finished) -> String {
    let line = finished.stderr.lines().last().unwrap_or_default();
    let problem: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
    problem["code"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn an_empty_list_is_an_empty_json_array() {
    let dir = on_sqlite().dir();
    let listed = igc_in(dir, &["order", "list", "--status", "withdrawn"]).expect_exit(0);
    assert_eq!(listed.json(), serde_json::json!([]));
    let listed = igc_in(dir, &["card", "list", "--status", "personalised"]).expect_exit(0);
    assert_eq!(listed.json(), serde_json::json!([]));
}

#[test]
fn with_json_every_answer_is_one_document() {
    let dir = on_sqlite().dir();
    let shown = igc_in(dir, &["config", "show", "--origin"]).expect_exit(0).json();
    assert_eq!(shown["values"]["kind"], "demo");
    assert_eq!(shown["file"].as_str(), dir.join("igc.toml").to_str());
    assert_eq!(igc_in(dir, &["card", "batch", "close"]).expect_exit(0).json(), serde_json::Value::Null);
    let about = ["audit", "proof", "--subject", "ceremony demo"];
    let proofs = igc_in(dir, &about).expect_exit(0).json();
    let lines = run(igc().args(["-o", "jsonl", "--dir"]).arg(dir).args(about)).expect_exit(0).stdout;
    let steps = proofs.as_array().unwrap().len();
    assert!(steps > 2 && lines.lines().count() == steps, "{steps} of a ceremony, a line each: {lines}");
    for (proof, line) in proofs.as_array().unwrap().iter().zip(lines.lines()) {
        assert_eq!(*proof, serde_json::from_str::<serde_json::Value>(line).unwrap());
    }
    let place = folder();
    let bundle = place.path().join("bundle");
    let written = igc_in(dir, &["audit", "export", "--out", bundle.to_str().unwrap()]).expect_exit(0).json();
    assert!(written["events"].as_u64().unwrap() > 100, "{written}");
}

#[test]
fn what_does_not_exist_is_exit_3_and_what_a_rule_forbids_is_exit_4() {
    let nowhere = folder();
    let missing = igc_in(&nowhere.path().join("none"), &["order", "list"]).expect_exit(3);
    assert_eq!(code(&missing), "installation-missing");

    let dir = on_sqlite().dir();
    let unknown = igc_in(dir, &["order", "show", "CO-1999-000001"]).expect_exit(3);
    assert_eq!(code(&unknown), "order-unknown");
    let waiting = igc_in(dir, &["order", "list"]).expect_exit(0).json();
    let number = waiting[0]["number"].as_str().unwrap();
    let submitter = waiting[0]["submitted_by"].as_str().unwrap();
    let own = igc_in(dir, &["order", "approve", number, "--as", submitter]).expect_exit(4);
    assert_eq!(code(&own), "order-self-approval");
    let reason =
        igc_in(dir, &["order", "reject", number, "--as", "dominique.bernard", "--reason", "because"]);
    assert_eq!(code(&reason), "order-reason-unknown");
    let again = igc_in(dir, &["order", "show", number]).expect_exit(0).json();
    assert_eq!(again["status"], "submitted", "nothing half done");
}

#[test]
fn a_refusal_by_rules_names_each_rule_and_who_can_help() {
    let dir = on_sqlite().dir();
    let holder =
        igc_in(dir, &["order", "list", "--status", "ordered"]).expect_exit(0).json()[0]["holder"].clone();
    let wish = ["order", "submit", "--as", "dominique.bernard", "--profession", "10", "--kind", "CPE"];
    let holder = ["--holder", holder.as_str().unwrap()];
    let refused = igc_in(dir, &[&wish[..], &holder].concat()).expect_exit(5);
    let problem: serde_json::Value = serde_json::from_str(refused.stderr.lines().last().unwrap()).unwrap();
    assert_eq!(problem["code"], "order-not-mandated");
    let [rule] = &problem["rules"].as_array().unwrap()[..] else { panic!("{problem}") };
    assert_eq!(rule["rule"], "R-CPE-01", "{problem}");
    assert!(rule["helper"].as_str().unwrap().contains("propose le mandat"), "{problem}");
    let words = run(igc().arg("--dir").arg(dir).args(wish).args(holder)).expect_exit(5).stderr;
    assert!(words.contains("R-CPE-01 : La CPE est demandée, ou renouvelée, au titre d'un mandat"), "{words}");
}

#[test]
fn an_unknown_key_of_the_configuration_is_refused_with_its_line() {
    let copy = copy_of(on_sqlite());
    let file = copy.path().join("igc.toml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("[listen]\n", "[listen]\nwebb = \"127.0.0.1:1\"\n")).unwrap();
    let refused = igc_in(copy.path(), &["config", "check"]).expect_exit(2);
    assert_eq!(code(&refused), "config-invalid");
    assert!(refused.stderr.contains("webb") && refused.stderr.contains("line"), "{}", refused.stderr);
}

#[test]
fn a_publication_that_contradicts_itself_is_refused_before_anything_is_published() {
    let copy = copy_of(on_sqlite());
    let file = copy.path().join("igc.toml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("crl_lifetime_hours = 240", "crl_lifetime_hours = 10000")).unwrap();
    let refused = igc_in(copy.path(), &["config", "check"]).expect_exit(2);
    assert_eq!(code(&refused), "publication-policy-invalid");
    assert!(refused.stderr.contains("full_crl: `valid` is at most 400 days"), "{}", refused.stderr);
}

/// T13: lifetimes and schedules that do not fit together are no start.
#[test]
fn a_schedule_that_comes_too_late_for_what_it_makes_is_no_start() {
    let copy = copy_of(on_sqlite());
    let file = copy.path().join("igc.toml");
    let text = fs::read_to_string(&file).unwrap();
    for (line, instead, named) in [
        ("full_crl = \"0 0 */6 * * *\"", "full_crl = \"0 0 0 1 * *\"", "jobs.full_crl: does not run from"),
        (
            "full_crl = \"0 0 */6 * * *\"",
            "full_crl = \"0 0 0 1 1 * 2020\"",
            "jobs.full_crl: does not run from",
        ),
        ("renewal = \"0 30 4 * * *\"", "renewal = \"0 0 0 1 1 *\"", "jobs.renewal: does not run from"),
        ("officer_digests = \"0 0 17 * * *\"", "officer_digests = \"0 0 17 * * * 2020\"", "never runs again"),
        ("ocsp_lifetime_hours = 192", "ocsp_lifetime_hours = 721", "must be at most 720"),
    ] {
        assert!(text.contains(line), "{line}");
        fs::write(&file, text.replace(line, instead)).unwrap();
        for command in
            [&["config", "check"][..], &["serve", "--role", "worker"], &["serve", "--role", "status"]]
        {
            let refused = igc_in(copy.path(), command).expect_exit(2);
            assert_eq!(code(&refused), "config-invalid", "{instead}");
            assert!(refused.stderr.contains(named), "{instead}: {}", refused.stderr);
        }
    }
    fs::write(&file, text).unwrap();
    igc_in(copy.path(), &["config", "check"]).expect_exit(0);
}

#[test]
fn a_wrong_argument_is_exit_2() {
    let dir = on_sqlite().dir();
    igc_in(dir, &["order", "submit", "--holder", "899700000001", "--profession", "60", "--as", "x"])
        .expect_exit(2);
    igc_in(dir, &["opposition", "add", "26", "--ground", "lost"]).expect_exit(2);
    igc_in(dir, &["opposition", "add", "2600000001", "--ground", "boredom"]).expect_exit(2);
}

#[test]
fn no_installation_bears_the_reference_identity() {
    let place = folder();
    let identity = harness::fixture("reference-identity.toml");
    let dir = place.path().join("new");
    let refused = run(igc().args(["-o", "json", "init", "--identity"]).arg(&identity).arg("--dir").arg(&dir));
    assert_eq!(code(&refused), "identity-reference-refused", "{}", refused.stderr);
    assert!(!dir.exists(), "nothing half done");
}

#[test]
fn production_decides_only_with_an_officers_own_proof_and_never_in_one_process() {
    let place = folder();
    let dir = place.path().join("production");
    run(igc().args(["init", "--dir"]).arg(&dir)).expect_exit(0);
    let text = fs::read_to_string(dir.join("igc.toml")).unwrap();
    assert!(text.contains("kind = \"production\""), "{text}");
    let decides = igc_in(&dir, &["order", "approve", "CO-2026-000001", "--as", "anyone"]).expect_exit(6);
    assert_eq!(code(&decides), "decision-needed");
    let serves = igc_in(&dir, &["serve", "--role", "all"]).expect_exit(4);
    assert_eq!(code(&serves), "single-process-refused");
    let again = run(igc().args(["-o", "json", "init", "--dir"]).arg(&dir)).expect_exit(4);
    assert_eq!(code(&again), "already-initialised");
}

#[test]
fn a_register_is_generated_the_same_for_a_seed_and_imported_once() {
    let place = folder();
    let generate = |out: &Path, seed: &str| {
        run(igc()
            .args(["generate", "register", "--professionals", "200", "--seed", seed])
            .args(["--extracted-at", "2026-11-20T04:00:00Z", "--next-day", "1%", "--out"])
            .arg(out))
        .expect_exit(0);
        let mut files: Vec<_> = fs::read_dir(out).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files
    };
    let one = generate(&place.path().join("one"), "7");
    let two = generate(&place.path().join("two"), "7");
    let other = generate(&place.path().join("other"), "8");
    assert_eq!(one.len(), 2);
    assert_eq!(fs::read(&one[0]).unwrap(), fs::read(&two[0]).unwrap());
    assert_ne!(fs::read(&one[0]).unwrap(), fs::read(&other[0]).unwrap());

    let dir = place.path().join("installation");
    run(igc().args(["init", "--dir"]).arg(&dir)).expect_exit(0);
    let import = |file: &Path| igc_in(&dir, &["registry", "import", file.to_str().unwrap()]);
    let first = import(&one[0]).expect_exit(0).json();
    assert_eq!(first[0]["difference"]["new"], 200);
    assert_eq!(import(&one[0]).expect_exit(0).json()[0]["outcome"], "already-imported");
    import(&one[1]).expect_exit(0);

    let older = import(&one[0]);
    assert_eq!(older.expect_exit(0).json()[0]["outcome"], "already-imported");
    let mut text = fs::read(&other[0]).unwrap();
    text.truncate(text.len() - 40);
    let cut = place.path().join("PS_LibreAcces_Personne_activite_202611221200.txt");
    fs::write(&cut, text).unwrap();
    let truncated = import(&cut);
    assert_ne!(truncated.status.code(), Some(0));
    assert!(code(&truncated).starts_with("register-"), "{}", truncated.stderr);
}

#[test]
fn profiles_completions_and_manual_pages_come_from_the_program() {
    let listed = run(igc().args(["-o", "json", "certificate", "profile", "list"])).expect_exit(0).json();
    let ids: Vec<_> = listed.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect();
    for id in ["fo-pp-cps-auth", "fo-pp-cps-sign", "el-org-serv-ssl", "root", "issuing", "ocsp-responder"] {
        assert!(ids.contains(&id), "{ids:?}");
    }
    let shown = run(igc().args(["certificate", "profile", "show", "fo-pp-cps-sign"])).expect_exit(0);
    assert!(shown.stdout.contains("nonRepudiation"), "{}", shown.stdout);
    run(igc().args(["-o", "json", "certificate", "profile", "show", "nonsense"])).expect_exit(3);
    let profile = ["-o", "json", "certificate", "profile"];
    let shown = run(igc().args(profile).args(["show", "fo-pp-cps-sign"])).expect_exit(0).json();
    let usage = shown["extensions"].as_array().unwrap().iter().find(|one| one["id"] == "keyUsage").unwrap();
    assert_eq!(usage["critical"], true, "{usage}");
    assert_eq!(shown["extensions"][0]["critical"], false, "said of every extension: {shown}");
    assert!(shown["source"]["subject"].as_str().unwrap().contains("[S-cert"), "{shown}");
    let diff = |first: &str, second: &str| run(igc().args(profile).args(["diff", first, second]));
    let different = diff("fo-pp-cps-auth", "fo-pp-cps-sign").expect_exit(0).json();
    let parts: Vec<_> =
        different.as_array().unwrap().iter().map(|row| row["part"].as_str().unwrap()).collect();
    assert!(parts.contains(&"extension keyUsage"), "{parts:?}");
    assert_eq!(diff("root", "root").expect_exit(0).json(), serde_json::json!([]));
    diff("root", "nonsense").expect_exit(3);
    let words = run(igc().args(["certificate", "profile", "diff", "fo-pp-cps-auth", "fo-pp-cps-sign"]));
    let words = words.expect_exit(0).stdout;
    assert!(words.contains("extension privateKeyUsagePeriod\n  fo-pp-cps-auth  has none\n"), "{words}");
    let completions = run(igc().args(["completions", "bash"])).expect_exit(0);
    assert!(completions.stdout.contains("_igc"));
    let place = folder();
    run(igc().args(["man", "--out"]).arg(place.path())).expect_exit(0);
    assert!(place.path().join("igc-opposition-add.1").exists());
}

#[test]
fn one_list_that_cannot_be_published_leaves_the_others_and_exit_9() {
    let copy = copy_of(on_sqlite());
    let file = copy.path().join("public/crl/ACI-FO-PP.crl");
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    let partly = igc_in(copy.path(), &["publish", "crl"]).expect_exit(9);
    assert_eq!(partly.json().as_array().unwrap().len(), 10, "five authorities, a full CRL and a delta each");
    assert!(partly.stderr.contains("the CRL of ACI-FO-PP was not published"), "{}", partly.stderr);
}

#[test]
fn a_private_key_that_others_may_read_is_not_used() {
    let copy = copy_of(on_sqlite());
    let open = |name: &str| {
        fs::set_permissions(copy.path().join(name), fs::Permissions::from_mode(0o644)).unwrap();
    };
    open("demo/approval.key");
    let decision = ["order", "approve", "CO-2026-000004", "--as", "dominique.bernard"];
    let refused = igc_in(copy.path(), &decision).expect_exit(1);
    assert!(refused.stderr.contains("approval.key: has mode 0644"), "{}", refused.stderr);
    open("tls/web.key");
    let served = igc_in(copy.path(), &["serve", "--role", "web"]).expect_exit(1);
    assert!(served.stderr.contains("web.key: has mode 0644"), "{}", served.stderr);
}

#[test]
fn an_officer_takes_his_decision_back_before_it_has_taken_effect_and_not_after() {
    let copy = copy_of(on_sqlite());
    let file = copy.path().join("igc.toml");
    let played = fs::read_to_string(&file).unwrap();
    fs::write(&file, played.replace("approval_delay_seconds = 0", "approval_delay_seconds = 600")).unwrap();
    let order =
        |verb: &str, login: &str| igc_in(copy.path(), &["order", verb, "CO-2026-000004", "--as", login]);
    order("approve", "dominique.bernard").expect_exit(0);
    let batch = igc_in(copy.path(), &["card", "batch", "close"]).expect_exit(0);
    assert_eq!(batch.json(), serde_json::Value::Null, "no batch takes it up yet");
    let another = order("take-back", "louison.durand").expect_exit(5);
    assert_eq!(code(&another), "decision-not-yours");
    let open = order("take-back", "dominique.bernard").expect_exit(0).json();
    assert_eq!((&open["status"], &open["version"]), (&"submitted".into(), &2.into()));
    order("approve", "dominique.bernard").expect_exit(0);
    fs::write(&file, played).unwrap();
    let late = order("take-back", "dominique.bernard").expect_exit(4);
    assert_eq!(code(&late), "decision-in-effect");
}

#[test]
fn a_renewal_plan_that_cannot_be_applied_holds_up_no_other_and_no_planning() {
    let copy = copy_of(on_sqlite());
    let url = format!("sqlite:{}", copy.path().join("igc.sqlite").display());
    // As whoever owns the file can: approved, and by nobody.
    Database::open(&url, DatabaseRole::Owner)
        .unwrap()
        .batch_execute(
            "DROP TRIGGER renewal_plans_need_a_decision;
             INSERT INTO renewal_plans (id, planned_by, planned_at, horizon, status)
             VALUES ('RP-FORGED', 'camille.martin', 0, 1, 'proposed');
             UPDATE renewal_plans SET status = 'approved' WHERE id = 'RP-FORGED'",
        )
        .unwrap();
    let done = igc_in(copy.path(), &["job", "run", "renewal"]).expect_exit(9).json();
    let failed = &done["failed"][0];
    assert_eq!(
        (&failed[0], &failed[1]),
        (&"RP-FORGED".into(), &"approval-evidence-missing".into()),
        "{done}"
    );
    assert!(done.as_object().unwrap().contains_key("planned"), "{done}");
}

#[test]
fn a_job_that_leaves_something_says_so_with_9() {
    let copy = copy_of(on_sqlite());
    let pin = copy.path().join("tokens/pin/issuing");
    fs::set_permissions(&pin, fs::Permissions::from_mode(0o644)).unwrap();
    let partly = run(igc().args(["job", "run", "full-crl", "--dir"]).arg(copy.path())).expect_exit(9);
    assert!(partly.stdout.contains(r#"["ACI-FO-PP","signer: PIN file "#), "{}", partly.stdout);
    let told = partly.stderr.matches("the CRL of ACI-FO-PP").count();
    assert_eq!((told, partly.stderr.contains('\u{1b}')), (1, false), "{}", partly.stderr);
}

#[test]
fn a_database_that_went_away_is_named_and_not_made_again() {
    let copy = copy_of(on_sqlite());
    let file = copy.path().join("igc.sqlite");
    fs::remove_file(&file).unwrap();
    let refused = igc_in(copy.path(), &["order", "list"]).expect_exit(7);
    assert_eq!(code(&refused), "database-unavailable");
    assert!(refused.stderr.contains(file.to_str().unwrap()) && !file.exists(), "{}", refused.stderr);
}
