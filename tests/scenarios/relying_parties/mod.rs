//! Relying parties that are not ours, over HTTP and TLS: `openssl`, GnuTLS, NSS, Java's PKIX, `curl`, and nginx and Apache with
//! client certificates. Two cards of an authority whose CRL has shards; one is declared lost, and each of them must refuse it and
//! go on accepting the other.

mod apache;
mod curl;
mod deltas;
mod gnutls;
mod java;
mod localhost;
mod nginx;
mod nss;
mod proxy;
mod revoked;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use acceptance::harness::{DatabaseKind, openssl, run};
use ca_core::certificate::Certificate;
use card::{CardNumber, KeyUsage};
use diesel::prelude::*;
use store::DatabaseRole;
use store::schema::certificates;
use tempfile::TempDir;

use super::invariants::of_card;
use super::status_service::{StatusService, status_service};
use super::workshop::{REVOKER, Workshop, workshop};

const AUTHORITY: &str = "ACI-FO-PP";

/// An installation that serves its lists, two cards of it, and a folder for what relying parties keep.
struct Scene {
    workshop: Workshop,
    service: StatusService,
    good: Client,
    lost: Client,
    folder: TempDir,
}

/// Whoever has a card: its certificate and its key, as files.
struct Client {
    card: CardNumber,
    certificate: Certificate,
    pem: PathBuf,
    key: PathBuf,
    /// As it stands in the certificate.
    crl_url: String,
    /// The same, of the delta.
    delta_url: String,
}

/// Certifies two cards under an authority with two shards, and starts the status role.
fn scene() -> Scene {
    let workshop = workshop(DatabaseKind::Sqlite);
    workshop.give_shards(AUTHORITY, 2);
    let cards = workshop.personalise(2);
    workshop.certify_the_rest();
    workshop.job("publication");
    let service = status_service(&workshop);
    let folder = acceptance::harness::folder();
    let [good, lost] = [0, 1].map(|nth| client(&workshop, folder.path(), cards[nth]));
    Scene { workshop, service, good, lost, folder }
}

fn client(workshop: &Workshop, folder: &Path, card: CardNumber) -> Client {
    let mut db = workshop.open(DatabaseRole::Owner);
    let (usage, certificate) = of_card(&mut db, &card)
        .into_iter()
        .find(|(usage, _)| *usage == KeyUsage::Authentication)
        .expect("a card authenticates its holder");
    let pem = folder.join(format!("{card}.pem"));
    let parsed = openssl::x509::X509::from_der(certificate.status.der().unwrap()).unwrap();
    fs::write(&pem, parsed.to_pem().unwrap()).unwrap();
    let [crl_url, delta_url] = ["crlDistributionPoints", "freshestCRL"].map(|name| first_address(&pem, name));
    let number: Option<i64> = certificates::table
        .find((AUTHORITY, certificate.serial.to_string()))
        .select(certificates::shard)
        .first(&mut db)
        .unwrap();
    let number = number.expect("the certificate is of a shard");
    assert_eq!(crl_url, format!("http://localhost:8080/crl/{AUTHORITY}/{number}.crl"));
    let key = workshop.chip_key(card, usage);
    Client { card, certificate, pem, key, crl_url, delta_url }
}

/// Over HTTP, in this extension of a certificate.
fn first_address(certificate: &Path, extension: &str) -> String {
    let text = openssl(["x509", "-noout", "-ext", extension, "-in", certificate.to_str().unwrap()]);
    let text = text.expect_exit(0).stdout;
    let address = text.lines().find_map(|line| line.trim().strip_prefix("URI:http://"));
    format!("http://{}", address.unwrap_or_else(|| panic!("none over HTTP: {text}")))
}

impl Scene {
    /// One more card of the authority.
    fn one_more(&self) -> Client {
        let card = self.workshop.personalise(1)[0];
        self.workshop.certify_the_rest();
        client(&self.workshop, self.folder.path(), card)
    }

    fn declare_lost(&self) {
        self.oppose(&self.lost);
        self.workshop.igc(&["publish", "crl"]);
    }

    /// The opposition alone: nothing is published yet.
    fn oppose(&self, client: &Client) {
        let card = client.card.to_string();
        self.workshop.igc(&["opposition", "add", &card, "--ground", "lost", "--as", REVOKER]);
    }

    /// The CRL at an address of a certificate, over HTTP from where the status role listens, as DER in a file.
    fn fetch_der(&self, url: &str) -> PathBuf {
        let path = url.strip_prefix("http://localhost:8080").expect("an address of this installation");
        let der = self.folder.path().join("fetched.crl");
        let url = format!("http://127.0.0.1:{}{path}", self.service.port());
        let headers = "%{http_code} %{content_type}";
        let arguments = ["--silent", "--write-out", headers, "--output", der.to_str().unwrap(), &url];
        let fetched = run(Command::new("curl").args(arguments)).expect_exit(0);
        assert_eq!(fetched.stdout, "200 application/pkix-crl", "{url}");
        der
    }

    /// The same, as PEM.
    fn fetch(&self, url: &str) -> String {
        let der = self.fetch_der(url);
        let read = ["crl", "-inform", "DER", "-outform", "PEM", "-in", der.to_str().unwrap()];
        openssl(read).expect_exit(0).stdout
    }

    fn fetch_full(&self) -> String {
        self.fetch(&format!("http://localhost:8080/crl/{AUTHORITY}.crl"))
    }

    /// Of the authority's root: a checker of the whole chain wants it.
    fn fetch_root(&self) -> String {
        self.fetch("http://localhost:8080/crl/ACR-FO.crl")
    }

    /// Every shard's, as somebody holds them who does not know which certificate he will see.
    fn fetch_shards(&self) -> String {
        self.fetch_of_shards("")
    }

    /// Every shard's delta.
    fn fetch_deltas_of_shards(&self) -> String {
        self.fetch_of_shards("-delta")
    }

    fn fetch_of_shards(&self, kind: &str) -> String {
        (1..=2)
            .map(|shard| self.fetch(&format!("http://localhost:8080/crl/{AUTHORITY}/{shard}{kind}.crl")))
            .collect()
    }

    /// The certificate of an authority, as PEM.
    fn authority(&self, short_name: &str) -> PathBuf {
        let der = self.workshop.dir().join(format!("public/ca/{short_name}.cer"));
        let read = ["x509", "-inform", "DER", "-in", der.to_str().unwrap()];
        self.file(&format!("{short_name}.pem"), &openssl(read).expect_exit(0).stdout)
    }

    fn chain(&self) -> PathBuf {
        self.workshop.dir().join("public/ca/chain.pem")
    }

    /// Writes a file into the relying party's folder.
    fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, content).unwrap();
        path
    }
}
