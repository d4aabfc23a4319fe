//! The list of weak keys that a configuration may name: who is refused, and what a bad list stops.

use std::fs;
use std::path::Path;

use acceptance::harness::{DatabaseKind, Finished, run};
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::rsa::Rsa;
use openssl::x509::{X509Name, X509Req};

use super::workshop::{SUBMITTER, Workshop, workshop};

#[test]
fn a_key_on_the_list_is_refused_and_a_bad_list_stops_requests_and_nothing_else() {
    let workshop = workshop(DatabaseKind::Sqlite);
    let list = workshop.dir().join("weak-keys.txt");
    let config = workshop.dir().join("igc.toml");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, format!("{text}\n[keys]\nblocklist = \"weak-keys.txt\"\n")).unwrap();
    let csr = workshop.dir().join("weak.csr");
    fs::write(&csr, request(&list)).unwrap();

    workshop.igc(&["config", "check"]);
    let refused = ask(&workshop, &csr).expect_exit(4);
    assert!(refused.stderr.contains("\"code\":\"key-weak\""), "{}", refused.stderr);
    assert!(refused.stderr.contains("list of known weak keys"), "{}", refused.stderr);

    fs::write(&list, "# none\n0123456789\n").unwrap();
    for stopped in [run(&mut workshop.command(&["config", "check"])), ask(&workshop, &csr)] {
        let stopped = stopped.expect_exit(2);
        assert!(stopped.stderr.contains("\"code\":\"key-blocklist-invalid\""), "{}", stopped.stderr);
        assert!(stopped.stderr.contains("line 2"), "{}", stopped.stderr);
    }
    workshop.igc(&["certificate", "list"]);
    workshop.igc(&["publish", "crl"]);
}

#[test]
fn doctor_warns_of_a_production_that_names_no_list_of_weak_keys_and_says_where_there_is_one() {
    let workshop = workshop(DatabaseKind::Sqlite);
    let row = || {
        let doctor = run(&mut workshop.command(&["doctor"])).json();
        let row = doctor.as_array().unwrap().iter().find(|row| row["check"] == "weak-keys").unwrap().clone();
        let text = |field: &str| row[field].as_str().unwrap().to_owned();
        (text("verdict"), text("found"), text("action"))
    };
    assert_eq!(row().0, "well", "a demonstration certifies nobody");
    workshop.put_into_production();
    let (verdict, found, action) = row();
    assert!(verdict == "warning" && found.contains("CVE-2008-0166"), "{found}");
    assert!(action.contains("keys.blocklist") && action.contains("archive.debian.org"), "{action}");

    workshop.configure("keys", "blocklist", "weak-keys.txt");
    fs::write(workshop.dir().join("weak-keys.txt"), "0123456789\n").unwrap();
    assert_eq!(row().0, "broken");
    fs::write(workshop.dir().join("weak-keys.txt"), "0123456789abcdef0123\n").unwrap();
    let (verdict, found, _) = row();
    assert!(verdict == "well" && found.starts_with("1 keys in "), "{found}");
}

fn ask(workshop: &Workshop, csr: &Path) -> Finished {
    let request = ["certificate", "request", "--profile", "el-org-sign", "--structure", "F0B0193488", "--as"];
    run(workshop.command(&request).arg(SUBMITTER).arg("--csr").arg(csr))
}

/// A request over a new RSA key, which is put on the list as openssl prints it.
fn request(list: &Path) -> Vec<u8> {
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let pem = list.with_extension("pem");
    fs::write(&pem, key.public_key_to_pem().unwrap()).unwrap();
    let script = "openssl rsa -pubin -in \"$0\" -noout -modulus | sha1sum | cut -c21-40";
    let line = std::process::Command::new("sh").args(["-c", script]).arg(&pem).output().unwrap().stdout;
    fs::write(list, line).unwrap();

    let mut name = X509Name::builder().unwrap();
    name.append_entry_by_text("CN", "cachet").unwrap();
    let mut builder = X509Req::builder().unwrap();
    builder.set_subject_name(&name.build()).unwrap();
    builder.set_pubkey(&key).unwrap();
    builder.sign(&key, MessageDigest::sha256()).unwrap();
    builder.build().to_pem().unwrap()
}
