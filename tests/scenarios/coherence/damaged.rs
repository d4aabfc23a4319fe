//! A record that does not read: that is stated, and everything else is looked at, and shown, as before.

use super::super::desk::Desk;
use super::planted::altered;
use super::*;

#[test]
fn an_authority_whose_record_does_not_read_is_a_difference_and_takes_neither_statement_nor_public_page_away()
{
    let workshop = workshop(DatabaseKind::Sqlite);
    let _status = status_service(&workshop);
    let desk = Desk::open(&workshop, "registration-officer");
    for job in ["publication", "full-crl", "audit"] {
        workshop.job(job);
    }
    assert_eq!(look(&workshop)["coherent"], true);
    let damaged = "ACI-FO-ORG";
    altered(&workshop, &format!("UPDATE authorities SET public_key = X'00' WHERE short_name = '{damaged}'"));
    let page = || {
        let curl = ["--silent", "--insecure", "--max-time", "20", "--write-out", "%{http_code}"];
        run(Command::new("curl").args(curl).arg(desk.address("/pki"))).expect_exit(0).stdout
    };
    until("the page is read anew", || !page().contains(&format!("id=\"{damaged}\"")));
    assert!(page().ends_with("200") && page().contains("id=\"ACI-FO-PP\""), "{}", page());

    let stated = run(&mut workshop.command(&["job", "run", "coherence"])).expect_exit(8).json();
    let found: Vec<Value> = stated["differences"].as_array().unwrap().clone();
    let named = |one: &Value| {
        let words = ["face", "place", "kind", "subject"].map(|key| one[key].as_str().unwrap().to_owned());
        words.join(" ")
    };
    assert_eq!(
        found.iter().map(named).collect::<Vec<_>>(),
        [format!("database authorities unreadable {damaged}")],
        "{stated}"
    );
    let published: Value =
        serde_json::from_slice(&fs::read(public(&workshop, "coherence/statement.json")).unwrap()).unwrap();
    assert_eq!(published, stated, "it is signed and published all the same");
    assert!(stated["faces"].as_array().unwrap().len() > 20, "{stated}");
}
