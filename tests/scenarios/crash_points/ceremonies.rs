//! Ceremonies, one after the other in one installation. Each kill of the table is done to a ceremony again and again,
//! whoever takes it up dying too, until it comes to its end; then all of it must be there, once.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use acceptance::harness::run;
use diesel::prelude::*;
use serde_json::Value;
use store::schema::{audit_events, authorities, certificates, crls, service_keys, signing_intents};
use store::{Database, DatabaseRole};

use super::dying::run_to_or_past;
use super::outside::Outside;
use super::table::Kill;
use crate::scenarios::ceremonies::{objects_in_token, verify};
use crate::scenarios::signer_faults::behind_the_library_that_fails;
use crate::scenarios::workshop::Workshop;

/// How often one ceremony is killed at most: a point at which it comes no further is found out.
const MOST_KILLS: usize = 100;

/// A ceremony, and what stands once it was held after those before it.
pub struct Held {
    /// As the table calls it, and its file too.
    pub scene: &'static str,
    text: &'static str,
    /// Keys in the tokens for roots, issuing authorities, services and responders.
    keys: [usize; 4],
    /// Good certificates.
    good: i64,
    /// Whether the world may be told: before that there is nobody to sign its CRLs.
    serves: bool,
}

/// In the order in which they are held.
pub const CEREMONIES: &[Held] = &[
    Held {
        scene: "root",
        text: r#"
            name = "root"
            title = "Une autorité racine, sous deux porteurs de parts"
            kind = "root"
            identity = "demo"
            tokens = ["roots", "services"]
            custodians = { token = "roots", needed = 2, names = ["Premier porteur", "Deuxième porteur"] }
            audit = { token = "services", key = "P-256" }
            root = [{ short_name = "ACR-EL", token = "roots", key = "P-384", validity = { years = 20 } }]
            root_crls = { valid_days = 365 }
        "#,
        keys: [1, 0, 1, 0],
        good: 1,
        serves: false,
    },
    Held {
        scene: "issuing-authority",
        text: r#"
            name = "issuing-authority"
            title = "Une autorité intermédiaire"
            kind = "issuing-authority"
            identity = "demo"
            tokens = ["issuing", "status"]
            [[issuing]]
            short_name = "ACI-EL-ORG"
            parent = "ACR-EL"
            token = "issuing"
            key = "P-256"
            validity = { years = 19 }
            responder = { token = "status", key = "P-256" }
            [list_signer]
            authority = "ACI-EL-ORG"
            profile = "el-org-sign"
            token = "services"
            key = "P-256"
            [list_signer.facts]
            department = "Paris (75)"
            organisation-name = "DEMO IGC SANTE LIBRE"
            structure-identifier = "300000000000000"
            service-name = "LISTES D'OPPOSITION"
        "#,
        keys: [1, 1, 2, 1],
        good: 4,
        serves: true,
    },
    Held {
        scene: "rollover",
        text: r#"
            name = "rollover"
            title = "Nouvelle génération de clé"
            kind = "rollover"
            identity = "demo"
            [[issuing]]
            short_name = "ACI-EL-ORG-2"
            parent = "ACR-EL"
            token = "issuing"
            key = "P-256"
            validity = { years = 19 }
            responder = { token = "status", key = "P-256" }
        "#,
        keys: [1, 2, 2, 2],
        good: 6,
        serves: true,
    },
    Held {
        scene: "revocation",
        text: r#"
            name = "revocation"
            title = "Révocation de la première génération"
            kind = "root-crl"
            identity = "demo"
            root_crls = { valid_days = 365, of = ["ACR-EL"] }
            revoke = [{ authority = "ACI-EL-ORG", reason = "superseded" }]
        "#,
        keys: [1, 2, 2, 2],
        good: 5,
        serves: true,
    },
    Held {
        scene: "end-of-authority",
        text: r#"
            name = "end-of-authority"
            title = "Fin de la première génération"
            kind = "end-of-authority"
            identity = "demo"
            [[end]]
            short_name = "ACI-EL-ORG"
            living_certificates = "leave"
        "#,
        keys: [1, 1, 2, 2],
        good: 5,
        serves: true,
    },
];

/// What follows where an authority's certificate may have been signed, and nobody knows.
const ROOT_CRL: Held = Held {
    scene: "root-crl",
    text: r#"
        name = "root-crl"
        title = "Nouvelle LAR"
        kind = "root-crl"
        identity = "demo"
        root_crls = { valid_days = 365, of = ["ACR-EL"] }
    "#,
    keys: [1, 0, 1, 0],
    good: 1,
    serves: false,
};

/// An installation, and who holds the shares of its roots' token.
pub struct Hall {
    workshop: Workshop,
    /// Shares that are cut off are drawn anew, into other files.
    shares: usize,
}

impl Hall {
    /// Without a key.
    pub fn empty() -> Self {
        let mut workshop = Workshop::without_a_ceremony();
        let hsm = behind_the_library_that_fails(&workshop);
        workshop.steered_by(hsm);
        for held in CEREMONIES.iter().chain([&ROOT_CRL]) {
            fs::write(workshop.dir().join(held.scene), held.text).unwrap();
        }
        Self { workshop, shares: 0 }
    }

    fn copied(&self) -> Self {
        Self { workshop: self.workshop.copied_whole(), shares: self.shares }
    }

    fn db(&self) -> Database {
        self.workshop.open(DatabaseRole::Owner)
    }

    /// Holds a ceremony, or takes it up.
    pub fn hold(&mut self, held: &Held) -> Command {
        if held.scene == "root" && !self.is_done("share roots") {
            self.shares += 1;
        }
        let mut command = self.workshop.command(&["ceremony", "run", "--yes", "--operator", "Alix MOREAU"]);
        command.args(["--witness", "Sacha PETIT"]).arg(self.workshop.dir().join(held.scene));
        for holder in ["first", "second"] {
            let share = self.workshop.dir().join(format!("{holder}-share-{}", self.shares));
            if held.scene == "root" {
                command.arg("--share-out").arg(&share);
            }
            command.arg("--share").arg(share);
        }
        command
    }

    fn transcript(&self, held: &Held) -> PathBuf {
        self.workshop.dir().join("ceremonies").join(held.scene).join("transcript.jsonl")
    }

    /// How many steps are done.
    fn steps_done(&self, held: &Held) -> usize {
        let text = fs::read_to_string(self.transcript(held)).unwrap_or_default();
        text.lines().filter(|line| line.contains(r#""event":"done""#)).count()
    }

    fn is_done(&self, step: &str) -> bool {
        let text = fs::read_to_string(self.transcript(&CEREMONIES[0])).unwrap_or_default();
        let said = format!(r#""step":"{step}","event":"done""#);
        text.lines().any(|line| line.contains(&said))
    }

    /// Every row of what a ceremony writes.
    fn rows(&self) -> [i64; 6] {
        let db = &mut self.db();
        [
            certificates::table.count().get_result(db).unwrap(),
            authorities::table.count().get_result(db).unwrap(),
            service_keys::table.count().get_result(db).unwrap(),
            crls::table.count().get_result(db).unwrap(),
            signing_intents::table.count().get_result(db).unwrap(),
            audit_events::table.count().get_result(db).unwrap(),
        ]
    }

    /// Does one kill of the table to a copy; how often somebody died.
    pub fn die_and_take_up(&self, held: &Held, kill: &Kill) -> usize {
        let mut hall = self.copied();
        let kills = hall.die_until_it_is_held(held, kill);
        // Held once more it changes nothing.
        let before = (fs::read(hall.transcript(held)).unwrap(), hall.rows());
        let again = run(&mut hall.hold(held)).expect_exit(0).json();
        assert_eq!(again["held_before"], true, "{again}");
        assert!((fs::read(hall.transcript(held)).unwrap(), hall.rows()) == before, "it was held before");
        hall.report_verifies(held);
        hall.is_as_held_once(held);
        let in_hand = if kill.point == "ceremony.signed" { 1..=kills } else { 0..=0 };
        Outside::of(&hall.workshop).was_signed_for_a_reason(&mut hall.db(), in_hand);
        kills
    }

    fn die_until_it_is_held(&mut self, held: &Held, kill: &Kill) -> usize {
        let mut db = self.db();
        let (mut kills, mut pass) = (0, 1);
        loop {
            let done = self.steps_done(held);
            match run_to_or_past(&mut self.hold(held), &kill.point, pass) {
                Ok(standing) => assert_eq!(standing.kill(), "", "it promised nothing"),
                Err((status, said)) => {
                    assert!(status.success(), "{status}: {said}");
                    assert!(kills > 0, "nobody came to {}", kill.point);
                    return kills;
                }
            }
            Outside::of(&self.workshop).look(&mut db);
            kills += 1;
            assert!(kills < MOST_KILLS, "it comes no further");
            // Who makes again what the dead one made passes there once more before he goes on.
            pass = if self.steps_done(held) > done { 1 } else { pass + 1 };
        }
    }

    /// Each key and each good certificate is there once, and all that is public is recorded.
    #[track_caller]
    fn is_as_held_once(&mut self, held: &Held) {
        for (label, keys) in ["igc-roots", "igc-issuing", "igc-services", "igc-status"].iter().zip(held.keys)
        {
            if keys > 0 {
                assert_eq!(
                    objects_in_token(self.workshop.dir(), label),
                    2 * keys,
                    "halves of keys in {label}"
                );
            }
        }
        let mut db = self.db();
        let of_status = |db: &mut Database, states: &[&str]| -> i64 {
            certificates::table.filter(certificates::status.eq_any(states)).count().get_result(db).unwrap()
        };
        assert_eq!(of_status(&mut db, &["good"]), held.good);
        assert_eq!(of_status(&mut db, &["intended", "signing"]), 0, "nothing is left unsettled");
        let revoked = certificates::table
            .filter(certificates::issuer.eq("ACR-EL").and(certificates::status.eq("revoked")))
            .filter(certificates::der.is_null());
        let revoked: i64 = revoked.count().get_result(&mut db).unwrap();
        if held.serves && revoked > 0 {
            // What may have been signed is on no CRL of the root yet, and nobody but a ceremony can sign one.
            assert!(run(&mut self.workshop.command(&["doctor"])).said().contains("kind root-crl"));
            run(&mut self.hold(&ROOT_CRL)).expect_exit(0);
        }
        if held.serves {
            self.workshop.igc(&["publish", "crl"]);
            self.workshop.igc(&["doctor"]);
        }
        Outside::of(&self.workshop).look(&mut db);
        self.workshop.check();
        self.workshop.the_bundle_holds();
    }

    /// What an auditor gets says so too, and verifies where nothing else is.
    #[track_caller]
    fn report_verifies(&self, held: &Held) {
        self.workshop.igc(&["ceremony", "report", held.scene]);
        let report = self.workshop.dir().join("ceremonies").join(held.scene).join("report.json");
        verify(&report).expect_exit(0);
        let text: Value = serde_json::from_slice(&fs::read(&report).unwrap()).unwrap();
        let lines = fs::read_to_string(self.transcript(held)).unwrap();
        assert!(text["transcript"].as_array().unwrap().iter().eq(lines.lines()), "the whole transcript");
    }
}
