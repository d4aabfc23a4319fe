use acceptance::harness::{DatabaseKind, folder, igc};
use store::schema::{certificates, responder_certifications, responder_requests};

use super::super::workshop::workshop;
use super::*;

/// A second node: another folder with ledgers of its own, over the same database and the same HSM.
fn another_node(workshop: &Workshop) -> tempfile::TempDir {
    let node = folder();
    let parts = ["igc.toml", "identity.toml", "ceremonies", "bureau.pem", "tokens", "tls", "demo", "public"];
    let parts = parts.map(|part| workshop.dir().join(part));
    assert!(Command::new("cp").arg("-a").args(parts).arg(node.path()).status().unwrap().success());
    fs::create_dir(node.path().join("signer")).unwrap();
    let path = node.path().join("igc.toml");
    let mut config: toml::Table = fs::read_to_string(&path).unwrap().parse().unwrap();
    for name in ["status", "operations"] {
        config["listen"][name] = format!("127.0.0.1:{}", free_port()).into();
    }
    fs::write(path, config.to_string()).unwrap();
    node
}

#[test]
fn two_status_nodes_and_two_workers_make_one_successor_of_each_responder() {
    let workshop = workshop(DatabaseKind::Postgresql);
    due(&workshop);
    let node = another_node(&workshop);
    let on_node = |arguments: &[&str]| {
        let mut command = igc();
        command.args(["--output", "json", "--dir"]).arg(node.path()).args(arguments);
        command
    };
    let mut second = start(&mut on_node(&["serve", "--role", "status"]));
    let mut first = Status::start(&workshop, "igc.toml");
    let mut db = workshop.open(DatabaseRole::Owner);
    until("six requests", || signed(&mut db) == 6);
    for process in [&mut first.process, &mut second] {
        assert!(process.stop(Duration::from_secs(30)).success(), "{}", process.stderr());
    }
    let requests: i64 = responder_requests::table.count().get_result(&mut db).unwrap();
    assert_eq!(requests, 6, "one for each responder");

    let mut made = 0;
    for _ in 0..3 {
        let workers = [
            start(&mut workshop.command(&["job", "run", "responders"])),
            start(&mut on_node(&["job", "run", "responders"])),
        ];
        for mut worker in workers {
            until("a worker's end", || worker.ended().is_some());
            let done: serde_json::Value =
                serde_json::from_str(&worker.stdout()).unwrap_or_else(|_| panic!("{}", worker.stderr()));
            let none = serde_json::json!([]);
            assert_eq!((&done["refused"], &done["failed"]), (&none, &none), "{done}");
            made += done["made"].as_array().unwrap().len();
        }
    }
    assert_eq!((made, recorded(&mut db)), (6, 12));
    let certified: i64 = responder_certifications::table.count().get_result(&mut db).unwrap();
    let good: i64 = certificates::table
        .filter(certificates::profile.eq("ocsp-responder"))
        .count()
        .get_result(&mut db)
        .unwrap();
    assert_eq!((certified, good), (6, 12), "no intention more");
    workshop.check();
}
