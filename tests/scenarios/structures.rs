//! A structure, its agent and its staff, from the command line to certificates that openssl verifies.

use std::fs;

use acceptance::harness::{DatabaseKind, chance, igc_verify, openssl, run};
use card::{CardNumber, CardStatus};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use professional_registry::ImportedRegister;
use registration_authority::officers::{self, Role};
use registration_authority::opposition::{Ground, request};
use serde_json::Value;
use store::DatabaseRole;
use store::schema::{card_certificates, certificates, register_structures};

use super::workshop::{APPROVER, SECOND_APPROVER, SUBMITTER, Workshop, officer, workshop};

pub const AGENT: &str = "lou.agent";

/// A health establishment of the register.
pub fn establishment(workshop: &Workshop) -> String {
    register_structures::table
        .filter(register_structures::finess.ne(""))
        .order(register_structures::technical_id)
        .select(register_structures::technical_id)
        .first(&mut workshop.open(DatabaseRole::Owner))
        .unwrap()
}

pub fn enrol_agent(workshop: &Workshop) {
    let mut db = workshop.open(DatabaseRole::Owner);
    let administrator = officer(&mut db, "alix.moreau");
    let role = Role::CertificationAgent;
    db.write(|db| officers::enrol(db, AGENT, "Lou AGENT", role, &mut chance(), &administrator)).unwrap();
}

/// `igc structure …` as an officer of the demonstration.
pub fn structure(workshop: &Workshop, arguments: &[&str], login: &str, exit: i32) -> Value {
    let arguments = [&["structure"], arguments, &["--as", login]].concat();
    let ended = run(&mut workshop.command(&arguments)).expect_exit(exit);
    // A refusal is a problem object on the other stream.
    serde_json::from_str(&ended.stdout).or_else(|_| serde_json::from_str(&ended.stderr)).unwrap()
}

/// The agent speaks for the establishment, by a document that one officer held and another approved.
pub fn mandated(workshop: &Workshop, establishment: &str) -> String {
    let document = workshop.dir().join("contract.pdf");
    fs::write(&document, "Contrat d'adhésion").unwrap();
    let proposal = [
        "propose",
        establishment,
        "--agent",
        AGENT,
        "--quality",
        "director",
        "--reference",
        "Contrat d'adhésion 2026-0412",
        "--document",
        document.to_str().unwrap(),
    ];
    let mandate = structure(workshop, &proposal, SUBMITTER, 0)["number"].as_str().unwrap().to_owned();
    structure(workshop, &["approve", &mandate], SUBMITTER, 4);
    assert_eq!(structure(workshop, &["approve", &mandate], APPROVER, 0)["state"], "approved");
    // The worker has seen it, some time after it was signed.
    assert_ne!(workshop.job("decisions")["received"], 0);
    mandate
}

/// The certificates of a card, verified by openssl against the published chain; their subjects.
fn verified_subjects(workshop: &Workshop, card: CardNumber) -> Vec<String> {
    let ders: Vec<Option<Vec<u8>>> = card_certificates::table
        .inner_join(
            certificates::table.on(certificates::issuer
                .eq(card_certificates::issuer)
                .and(certificates::serial.eq(card_certificates::serial))),
        )
        .filter(card_certificates::card_number.eq(card.to_string()))
        .filter(certificates::status.eq("good"))
        .select(certificates::der)
        .load(&mut workshop.open(DatabaseRole::Owner))
        .unwrap();
    let chain = workshop.dir().join("public/ca/chain.pem");
    let file = workshop.dir().join("staff.der");
    ders.into_iter()
        .map(|der| {
            fs::write(&file, der.unwrap()).unwrap();
            let (chain, file) = (chain.to_str().unwrap(), file.to_str().unwrap());
            openssl(["verify", "-x509_strict", "-CAfile", chain, file]).expect_exit(0);
            let form = ["-inform", "DER", "-noout", "-subject", "-nameopt", "utf8,sep_comma_plus"];
            openssl([&["x509", "-in", file][..], &form].concat()).expect_exit(0).stdout
        })
        .collect()
}

/// The agent asks, with the rights of the pages, for the opposition of a card of his staff; they cannot answer, and the worker does.
fn opposed_for_the_agent(workshop: &Workshop, establishment: &str, certified: &[CardNumber]) {
    let mut db = workshop.open(DatabaseRole::Web);
    let of_staff = |card: &&CardNumber| {
        let holder = card::get(&mut workshop.open(DatabaseRole::Owner), card).unwrap().holder;
        holder.starts_with('3')
    };
    let card = *certified.iter().find(of_staff).unwrap();
    let act = officer(&mut db, AGENT);
    let (place, asked) = (establishment.parse().unwrap(), (&card, Ground::Lost));
    request::request(&mut db, &mut ImportedRegister, &place, asked, &mut chance(), &act).unwrap();
    if db.is_on_server() {
        let by_hand = "UPDATE opposition_requests SET outcome = 'refused', refusal = 'x', answered_at = 1";
        assert!(db.batch_execute(by_hand).unwrap_err().to_string().contains("permission denied"));
    }
    let done = workshop.job("opposition-requests");
    assert_eq!(done["opposed"], serde_json::json!([card.to_string()]), "{done}");
    assert!(workshop.cards(CardStatus::Opposed).contains(&card));
}

#[test]
fn an_agent_declares_his_staff_from_a_file_and_their_cards_are_certified() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = workshop(kind);
        enrol_agent(&workshop);
        let establishment = establishment(&workshop);
        let file = workshop.dir().join("staff.csv");
        let path = file.to_str().unwrap();
        let import = ["import", &establishment, path];
        fs::write(&file, "identifiant_local;nom;prenom;fonction\nCPET0002;LEROY;Maël;personnel\n").unwrap();
        assert_eq!(structure(&workshop, &import, AGENT, 5)["code"], "order-not-mandated");

        let mandate = mandated(&workshop, &establishment);
        let wrong = "identifiant_local;nom;prenom;fonction\nCPET0002;LEROY;Maël;personnel\n42;;;service\n";
        fs::write(&file, wrong).unwrap();
        let dry = structure(&workshop, &["import", &establishment, path, "--dry-run"], AGENT, 9);
        assert_eq!(dry["errors"][0]["line"], 3, "{dry}");
        assert_eq!(structure(&workshop, &import, AGENT, 2)["code"], "staff-rows-invalid");
        fs::write(&file, wrong.replace("42;", "000000042;")).unwrap();
        assert_eq!(
            structure(&workshop, &import, AGENT, 0)["new"],
            serde_json::json!(["CPET0002", "000000042"])
        );

        let mut orders = Vec::new();
        for local_id in ["CPET0002", "000000042"] {
            let wish = ["order", &establishment, local_id, "--kind", "CPE"];
            let order = structure(&workshop, &wish, AGENT, 0);
            let number = order["number"].as_str().unwrap().to_owned();
            // As for anybody else: one officer, or two where somebody of the same name is there.
            let approve = |login: &str| {
                run(&mut workshop.command(&["order", "approve", &number, "--as", login])).status.code()
            };
            if approve(APPROVER) == Some(6) {
                assert_eq!(approve(SECOND_APPROVER), Some(0));
            }
            orders.push(number);
        }
        let cards = workshop.make_cards();
        workshop.certify_the_rest();
        let certified = workshop.cards(CardStatus::Certified);
        let subjects: Vec<String> = cards
            .into_iter()
            .filter(|card| certified.contains(card))
            .flat_map(|card| verified_subjects(&workshop, card))
            .collect();
        let with = |text: &str| subjects.iter().filter(|subject| subject.contains(text)).count();
        let holder = format!("3{}", &establishment[1..]);
        assert_eq!(with(&format!("{holder}/CPET0002")), 2, "on {kind}: {subjects:?}");
        assert_eq!(with("EMPLOYE000000042"), 2, "{subjects:?}");
        assert_eq!(with("title=Personnel santé ou social"), 2, "{subjects:?}");

        opposed_for_the_agent(&workshop, &establishment, &certified);
        structure(&workshop, &["end", &mandate], AGENT, 0);
        let refused = structure(&workshop, &["order", &establishment, "CPET0002", "--kind", "CPE"], AGENT, 5);
        assert_eq!(refused["rules"][0]["rule"], "R-CPE-01", "{refused}");
        let bundle = workshop.dir().join("bundle");
        let out = bundle.to_str().unwrap();
        run(&mut workshop.command(&["audit", "export", "--out", out])).expect_exit(0);
        // The bureau of the demonstration's own cards is no longer pinned here; of the staff's nothing is found.
        let said = run(igc_verify().arg(&bundle)).stdout;
        assert!(said.contains(" certificates\n") && !said.contains("ACI-ST-PP"), "{said}");
        workshop.check();
    }
}
