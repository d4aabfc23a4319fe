//! The whole way of an operator: roots under custodians, issuing authorities, and what follows.

use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use acceptance::harness::{igc, openssl, run};
use serde_json::Value;

use super::{Empty, objects_in_token, shipped, verify};

#[test]
fn roots_under_three_of_five_custodians_then_authorities_rollover_responders_lists_and_an_end() {
    let empty = Empty::new(None);
    let shares: Vec<PathBuf> = (1..=5).map(|n| empty.folder.path().join(format!("share-{n}"))).collect();
    let with_shares = |flag: &str, which: &[usize], name: &str| {
        let mut command = empty.hold(&shipped(name));
        for number in which {
            command.arg(flag).arg(&shares[number - 1]);
        }
        command
    };

    let few = run(&mut with_shares("--share-out", &[1, 2, 3], "root")).expect_exit(4);
    assert!(few.stderr.contains("5 custodians, and 3 files for their shares"), "{}", few.stderr);
    // One of them goes to a descriptor.
    let with_four = with_shares("--share-out", &[1, 2, 3, 4], "root");
    let made = run(&mut with_descriptor(&with_four, "7>", &shares[4], "--share-out")).expect_exit(0).json();
    assert_eq!((made["keys"].as_array().unwrap().len(), made["crls"].as_array().unwrap().len()), (4, 3));
    let pins = empty.dir.join("tokens/pin");
    assert!(!pins.join("roots").exists() && !pins.join("roots-so").exists());
    nothing_of_a_share_stands_in(&empty, &shares);

    // 3 of 5, whoever: fewer are not enough, and a wrong one is named.
    let nobody = run(&mut empty.hold(&shipped("issuing-authorities"))).expect_exit(6);
    assert!(nobody.stderr.contains("custodian-shares-too-few"), "{}", nobody.stderr);
    let two = run(&mut with_shares("--share", &[2, 4], "issuing-authorities")).expect_exit(6);
    assert!(two.stderr.contains("2 shares were given, 3 are needed"), "{}", two.stderr);
    let right = fs::read_to_string(&shares[3]).unwrap();
    let at = right.find("value ").unwrap() + 10;
    let digit = if &right[at..=at] == "0" { "1" } else { "0" };
    fs::write(&shares[3], format!("{}{digit}{}", &right[..at], &right[at + 1..])).unwrap();
    let wrong = run(&mut with_shares("--share", &[2, 4, 5], "issuing-authorities")).expect_exit(4);
    assert!(wrong.stderr.contains("share 4, of Quatrième porteur: it is not the one"), "{}", wrong.stderr);
    fs::set_permissions(&shares[4], fs::Permissions::from_mode(0o644)).unwrap();
    let open = run(&mut with_shares("--share", &[1, 2, 5], "issuing-authorities")).expect_exit(2);
    assert!(open.stderr.contains("must be 0600"), "{}", open.stderr);
    fs::set_permissions(&shares[4], fs::Permissions::from_mode(0o600)).unwrap();
    run(&mut with_shares("--share", &[5, 1, 2], "issuing-authorities")).expect_exit(0);

    run(&mut with_shares("--share", &[3, 2, 1], "rollover")).expect_exit(0);
    run(&mut empty.hold(&shipped("ocsp-responders"))).expect_exit(0);
    run(&mut empty.command(&["publish", "crl"])).expect_exit(0);
    let with_two = with_shares("--share", &[1, 3], "root-crl");
    run(&mut with_descriptor(&with_two, "7<", &shares[4], "--share")).expect_exit(0);
    run(&mut empty.hold(&shipped("end-of-authority"))).expect_exit(0);
    assert_eq!(objects_in_token(&empty.dir, "igc-issuing"), 2 * 6, "six and one, less the one that ended");
    run(&mut empty.command(&["doctor"])).expect_exit(0);

    for (file, name) in [
        ("root", "roots"),
        ("issuing-authorities", "issuing-authorities"),
        ("rollover", "rollover-aci-fo-pp"),
        ("ocsp-responders", "responders-2027-q1"),
        ("root-crl", "root-crl-2027"),
        ("end-of-authority", "end-aci-el-pp"),
    ] {
        let report = empty.report(name);
        every_line_stands_in_the_script(&empty, file, name);
        a_report_that_brings_its_own_key_proves_nothing_of_whose_it_is(&report);
        openssl_verifies_the_signature(&report);
        refused_after_one_altered_octet(&report);
    }
    who_opened_the_token_stands_in_the_transcript(&empty);
    let doctor = run(&mut empty.command(&["doctor"])).expect_exit(0).json();
    let signatures = doctor.as_array().unwrap().iter().find(|it| it["what"] == "signatures").unwrap();
    assert!(signatures["found"].as_str().unwrap().ends_with("each of them intended"), "{signatures}");
}

/// The command, with one more share at descriptor 7.
fn with_descriptor(command: &Command, redirection: &str, share: &Path, flag: &str) -> Command {
    let mut shell = Command::new("sh");
    shell
        .arg("-c")
        .arg(format!("umask 077; exec {redirection} \"$0\"; exec \"$@\" {flag} /dev/fd/7"))
        .arg(share);
    shell.arg(command.get_program()).args(command.get_args());
    shell
}

/// Neither a share's value nor its blinding is anywhere in the installation.
fn nothing_of_a_share_stands_in(empty: &Empty, shares: &[PathBuf]) {
    let mut secrets = Vec::new();
    for share in shares {
        let text = fs::read_to_string(share).unwrap();
        let secret = |line: &str| line.split(' ').nth(1).unwrap().to_owned();
        secrets.extend(
            text.lines().filter(|l| l.starts_with("value ") || l.starts_with("blinding ")).map(secret),
        );
    }
    assert_eq!(secrets.len(), 10);
    let mut folders = vec![empty.dir.clone()];
    let mut looked_at = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
                continue;
            }
            let octets = fs::read(&entry).unwrap();
            let text = String::from_utf8_lossy(&octets);
            assert!(secrets.iter().all(|secret| !text.contains(secret)), "{}", entry.display());
            looked_at += 1;
        }
    }
    assert!(looked_at > 20);
}

fn every_line_stands_in_the_script(empty: &Empty, file: &str, name: &str) {
    let script =
        run(&mut empty.command(&["ceremony", "script", shipped(file).to_str().unwrap()])).expect_exit(0);
    let transcript =
        fs::read_to_string(empty.dir.join("ceremonies").join(name).join("transcript.jsonl")).unwrap();
    for line in transcript.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let step = line["step"].as_str().unwrap();
        assert!(script.stdout.contains(&format!("Nom de l'étape : `{step}`")), "{file}: {step}");
    }
    assert_eq!(script.stdout.contains("Porteur de part"), file == "root");
}

fn openssl_verifies_the_signature(report: &Path) {
    let beside = |name: &str| report.with_file_name(name).display().to_string();
    let (key, signature) = (beside("audit-key.pem"), beside("report.json.sig"));
    let report = report.display().to_string();
    openssl(["dgst", "-sha256", "-verify", &key, "-signature", &signature, &report]).expect_exit(0);
}

/// Anybody can hold a ceremony of his own, under the same names: its report verifies as this one does.
fn a_report_that_brings_its_own_key_proves_nothing_of_whose_it_is(report: &Path) {
    let json = ["--output", "json", "ceremony", "verify"];
    let alone = run(igc().args(json).arg(report)).expect_exit(9).json();
    assert_eq!(alone["audit_key_known"], false);
    let on_paper = |digest: &str| run(igc().args(json).arg(report).args(["--key-sha256", digest]));
    let digest = alone["audit_key_sha256"].as_str().unwrap();
    assert_eq!(on_paper(digest).expect_exit(0).json()["audit_key_known"], true);
    let refused = on_paper(&"ab".repeat(32)).expect_exit(8);
    assert!(refused.stderr.contains("ceremony-report-refused"), "{}", refused.stderr);
}

fn refused_after_one_altered_octet(report: &Path) {
    for name in ["report.json", "report.json.sig", "audit-key.pem"] {
        let path = report.with_file_name(name);
        let right = fs::read(&path).unwrap();
        for place in [right.len() / 5, right.len() / 2, right.len() - right.len() / 4] {
            let mut altered = right.clone();
            altered[place] ^= 1;
            fs::write(&path, altered).unwrap();
            let refused = verify(report).expect_exit(8);
            assert!(refused.stderr.contains("ceremony-report-refused"), "{name}: {}", refused.stderr);
        }
        fs::write(&path, right).unwrap();
    }
    verify(report).expect_exit(0);
}

fn who_opened_the_token_stands_in_the_transcript(empty: &Empty) {
    let path = empty.dir.join("ceremonies/root-crl-2027/transcript.jsonl");
    let mut text = String::new();
    fs::File::open(path).unwrap().read_to_string(&mut text).unwrap();
    let names = "\"opened_by\":[\"Premier porteur\",\"Troisième porteur\",\"Cinquième porteur\"]";
    assert!(text.contains(names), "{text}");
}
