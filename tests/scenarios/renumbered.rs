//! ADELI numbers that became RPPS numbers, from the command line.

use std::fs;

use acceptance::harness::{DatabaseKind, run};

use super::workshop::workshop;

#[test]
fn a_correspondence_is_read_row_by_row_and_a_person_is_found_by_either_number() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = workshop(kind);
        let file = workshop.dir().join("adeli-rpps.csv");
        let read_at = |text: &str, made: &str, exit: i32| {
            fs::write(&file, text).unwrap();
            run(workshop.command(&["registry", "merges", "--extracted-at", made]).arg(&file))
                .expect_exit(exit)
        };
        let mut minute = 0;
        let mut read = |text: &str, exit: i32| {
            minute += 1;
            read_at(text, &format!("2026-01-01T00:{minute:02}:00Z"), exit)
        };
        let good = "N° ADELI;N° RPPS\n0B6000019;99700007018\n0B6000027;99700007018\n";
        assert_eq!(read(good, 0).json()["new"], 2);
        assert_eq!(read(good, 0).json()["known"], 2);
        let partly =
            read("N° ADELI;N° RPPS\n0B6000019;99700007026\n0B6000035;1\n0B6000043;99700007026\n", 9).json();
        assert_eq!((&partly["new"], &partly["rows_rejected"]), (&1.into(), &2.into()), "on {kind}: {partly}");
        assert_eq!(partly["errors"][0]["line"], 2);
        read("N° ADELI;N° RPPS\n0B6000019;9970000", 2);

        read_at("N° ADELI;N° RPPS\n0B6000051;99700007026\n", "2025-12-31T00:00:00Z", 4);
        run(workshop.command(&["registry", "merges"]).arg(&file)).expect_exit(2);

        let shown = workshop.igc(&["registry", "show", "899700007018"]).json();
        let all = serde_json::json!(["899700007018", "00B6000019", "00B6000027"]);
        assert_eq!(shown["identifiers"], all);
        // What was wrong is a case, on which officers decide where they decide on feeds.
        let case = workshop.igc(&["registry", "part", "00B6000027"]).json();
        let held = workshop.igc(&["registry", "held"]).json();
        assert_eq!((&held[0]["feed"], &held[0]["case"]["rpps"]), (&case["id"], &"899700007018".into()));
        workshop.check();
    }
}
