use super::super::workshop::workshop;
use super::*;
use acceptance::harness::DatabaseKind;

/// A tokens file that names these tokens and no other, and a configuration that names it.
fn configure(workshop: &Workshop, role: &str, names: &[&str]) -> String {
    let dir = workshop.dir();
    let mut tokens: toml::Table =
        fs::read_to_string(dir.join("tokens/tokens.toml")).unwrap().parse().unwrap();
    let all = tokens["token"].as_array_mut().unwrap();
    all.retain(|token| names.contains(&token["name"].as_str().unwrap()));
    assert_eq!(all.len(), names.len());
    fs::write(dir.join("tokens").join(format!("{role}.toml")), tokens.to_string()).unwrap();
    let mut config: toml::Table = fs::read_to_string(dir.join("igc.toml")).unwrap().parse().unwrap();
    config["hsm"]["tokens"] = format!("tokens/{role}.toml").into();
    let file = format!("{role}.toml");
    fs::write(dir.join(&file), config.to_string()).unwrap();
    file
}

#[test]
fn a_responder_is_followed_by_another_between_two_processes_of_which_neither_has_the_others_pin() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = workshop(kind);
        due(&workshop);
        let of_status = configure(&workshop, "status", &["status"]);
        let of_worker = configure(&workshop, "worker", &["issuing", "services"]);
        let certificate = certificate(&workshop);
        let mut db = workshop.open(DatabaseRole::Owner);

        // Without a worker: it asks, and goes on answering.
        let mut status = Status::start(&workshop, &of_status);
        let before = status.answer(&workshop, &certificate, "before.der");
        until("six requests", || signed(&mut db) == 6);
        let waiting = status.answer(&workshop, &certificate, "waiting.der");
        assert_eq!(waiting.signer, before.signer);
        assert_eq!(recorded(&mut db), 6);

        let mut worker = start(&mut serving(&workshop, "worker", &of_worker));
        until("six responders more", || recorded(&mut db) == 12);
        let mut after = status.answer(&workshop, &certificate, "after.der");
        until("the new responder is loaded", || {
            after = status.answer(&workshop, &certificate, "after.der");
            after.signer != before.signer
        });
        for process in [&mut worker, &mut status.process] {
            let ended = process.stop(Duration::from_secs(30));
            assert!(ended.success(), "{ended}: {}", process.stderr());
            assert!(!process.stderr().contains("signer-pin-file"), "{}", process.stderr());
        }

        // The old answer is good as long as the old responder is, and the new one for ninety days.
        let respin = |answer: &Answer, at| {
            let said = ocsp(&workshop, &certificate, &["-respin", answer.file.to_str().unwrap()], at).said();
            verifies(&said)
        };
        let now = workshop.now();
        assert!(respin(&before, now) && respin(&after, now), "both stand");
        assert!(!respin(&before, now.plus(days(30))), "the old one has ended");
        assert!(respin(&after, now.plus(days(30))));

        let doctor = run(&mut workshop.command(&["doctor"])).stdout;
        assert!(doctor.contains("OCSP responder ACI-FO-PP") && !doctor.contains("responder-"), "{doctor}");
        let of_worker = workshop.dir().join(of_worker).display().to_string();
        let doctor = run(&mut workshop.command(&["--config", &of_worker, "doctor"])).stdout;
        assert!(doctor.contains("token status is the status role's"), "{doctor}");
        workshop.check();
        // Every signature of either process is accounted for.
        let (done, none) = (workshop.job("signatures"), serde_json::json!([]));
        assert_eq!((&done["issuing"]["alarms"], &done["answers"]["alarms"]), (&none, &none), "{done}");
    }
}
