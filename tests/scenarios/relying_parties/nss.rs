//! NSS, as in Firefox: a database with the chain and the complete CRLs, and `vfychain`. It knows neither deltas nor shards.

use std::path::{Path, PathBuf};
use std::process::Command;

use acceptance::harness::{Finished, run};

use super::{AUTHORITY, Client, Scene, scene};

/// An NSS database that trusts the root.
struct Nss<'a> {
    scene: &'a Scene,
    database: String,
}

impl<'a> Nss<'a> {
    fn new(scene: &'a Scene) -> Self {
        let folder = scene.folder.path().join("nss");
        std::fs::create_dir(&folder).unwrap();
        let nss = Self { scene, database: format!("sql:{}", folder.display()) };
        nss.tool("certutil", &["-N", "--empty-password"], None).expect_exit(0);
        for (authority, trust) in [("ACR-FO", "CT,C,C"), (AUTHORITY, ",,")] {
            let file = scene.workshop.dir().join(format!("public/ca/{authority}.cer"));
            nss.tool("certutil", &["-A", "-n", authority, "-t", trust, "-i"], Some(&file)).expect_exit(0);
        }
        nss
    }

    fn tool(&self, name: &str, arguments: &[&str], file: Option<&Path>) -> Finished {
        run(Command::new(name).args(["-d", &self.database]).args(arguments).args(file))
    }

    /// Fetches a CRL and gives it to the database.
    fn import(&self, name: &str) -> Finished {
        let file: PathBuf = self.scene.fetch_der(&format!("http://localhost:8080/crl/{name}.crl"));
        self.tool("crlutil", &["-I", "-t", "1", "-i"], Some(&file))
    }

    /// What it says of a TLS client.
    fn verify(&self, client: &Client) -> Finished {
        self.tool("vfychain", &["-u", "0", "-a"], Some(&client.pem))
    }
}

#[test]
fn nss_refuses_a_lost_card_once_it_has_the_crl_that_follows_at_once_and_goes_on_accepting_the_other() {
    let scene = scene();
    let nss = Nss::new(&scene);
    for list in ["ACR-FO", AUTHORITY] {
        nss.import(list).expect_exit(0);
    }
    for client in [&scene.good, &scene.lost] {
        nss.verify(client).expect_exit(0);
    }
    // The authority is small: its complete CRL follows at once.
    scene.oppose(&scene.lost);
    scene.workshop.job("publication");
    nss.verify(&scene.lost).expect_exit(0);
    nss.import(AUTHORITY).expect_exit(0);
    let said = nss.verify(&scene.lost).expect_exit(1).said();
    assert!(said.contains("Peer's Certificate has been revoked"), "{said}");
    nss.verify(&scene.good).expect_exit(0);
    // What it does not know it does not take for something else: a part for the whole, a change for all.
    for list in ["/1", "-delta"].map(|list| format!("{AUTHORITY}{list}")) {
        let said = nss.import(&list).expect_exit(1).said();
        assert!(said.contains("UNKNOWN_CRITICAL_EXTENSION"), "{list}: {said}");
    }
    nss.verify(&scene.lost).expect_exit(1);
}
