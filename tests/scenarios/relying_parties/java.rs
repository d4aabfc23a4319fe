//! Java's PKIX: the JDK's validator, by complete CRLs that it holds, by those that the certificates name, and by OCSP; and Bouncy
//! Castle's, which reads deltas, as the JDK's does not.

use std::path::PathBuf;
use std::process::Command;

use acceptance::harness::{free_port, root, run};

use super::{AUTHORITY, Scene, scene};

const BOUNCY_CASTLE: &str = "/usr/share/java/bcprov.jar";

/// How Java learns what is revoked.
#[derive(Debug)]
enum By {
    /// The JDK by these CRLs, PEM.
    Held(String),
    /// The JDK by the CRLs that the certificates name.
    Named,
    /// The JDK by the responder that the certificate names.
    Ocsp,
    /// Bouncy Castle by these CRLs and deltas, PEM.
    Deltas(String),
}

/// `PkixCheck.java`, compiled.
struct Java<'a> {
    scene: &'a Scene,
    classes: PathBuf,
}

impl<'a> Java<'a> {
    fn compile(scene: &'a Scene) -> Self {
        let classes = scene.folder.path().join("classes");
        let source = root().join("tests/scenarios/relying_parties/PkixCheck.java");
        run(Command::new("javac").args(["-cp", BOUNCY_CASTLE, "-d"]).arg(&classes).arg(source))
            .expect_exit(0);
        Self { scene, classes }
    }

    /// What is said of the good card's certificate, and of the lost one's.
    fn says(&self, by: &By) -> [String; 2] {
        let held =
            |crls: &str| self.scene.file("java.pem", &(self.scene.fetch_root() + crls)).display().to_string();
        // The certificates name port 8080: the proxy is the status role itself. Whoever holds his lists asks nobody.
        let (way, proxy) = match by {
            By::Held(crls) => (format!("held={}", held(crls)), free_port()),
            By::Named => ("named".into(), self.scene.service.port()),
            By::Ocsp => ("ocsp".into(), self.scene.service.port()),
            By::Deltas(crls) => (format!("deltas={}", held(crls)), free_port()),
        };
        let mut java = Command::new("java");
        java.args(["-Dhttp.proxyHost=127.0.0.1", "-Dhttp.nonProxyHosts="]);
        java.arg(format!("-Dhttp.proxyPort={proxy}"));
        java.arg("-cp").arg(format!("{}:{BOUNCY_CASTLE}", self.classes.display()));
        java.args(["PkixCheck", &way])
            .arg(self.scene.authority("ACR-FO"))
            .arg(self.scene.authority(AUTHORITY));
        let said =
            run(java.args([&self.scene.good, &self.scene.lost].map(|client| &client.pem))).expect_exit(0);
        let lines: Vec<String> = said.stdout.lines().map(str::to_owned).collect();
        lines.try_into().unwrap_or_else(|_| panic!("{by:?}: {}", said.said()))
    }

    #[track_caller]
    fn accepts_both(&self, by: &By) {
        assert_eq!(self.says(by), ["accepted", "accepted"], "{by:?}");
    }

    #[track_caller]
    fn refuses_the_lost_one(&self, by: &By, refusal: &str) {
        let [good, lost] = self.says(by);
        assert_eq!(good, "accepted", "{by:?}");
        assert!(lost.starts_with(refusal), "{by:?}: {lost}");
    }
}

#[test]
fn java_refuses_a_lost_card_by_crls_shards_deltas_and_ocsp_and_goes_on_accepting_the_other() {
    let scene = scene();
    let java = Java::compile(&scene);
    let (full, shards) = (scene.fetch_full(), scene.fetch_shards());
    for by in [By::Held(full.clone()), By::Held(shards.clone()), By::Named, By::Ocsp] {
        java.accepts_both(&by);
    }
    let with_deltas = || By::Deltas(shards.clone() + &scene.fetch_deltas_of_shards());
    java.accepts_both(&with_deltas());

    // Only the deltas of the shards follow at once.
    scene.oppose(&scene.lost);
    scene.workshop.job("publication");
    java.refuses_the_lost_one(&with_deltas(), "refused UNSPECIFIED: Certificate revocation");
    java.accepts_both(&By::Deltas(shards.clone()));
    java.accepts_both(&By::Held(shards.clone() + &scene.fetch_deltas_of_shards()));
    scene.service.comes_to_say(&scene.workshop, &scene.lost.certificate, "revoked");
    java.refuses_the_lost_one(&By::Ocsp, "refused REVOKED");

    scene.workshop.igc(&["publish", "crl"]);
    // Whoever keeps the complete CRL of before finds deltas that start from it.
    java.refuses_the_lost_one(&with_deltas(), "refused UNSPECIFIED: Certificate revocation");
    for by in [By::Held(scene.fetch_full()), By::Held(scene.fetch_shards()), By::Named] {
        java.refuses_the_lost_one(&by, "refused REVOKED");
    }
}
