//! A certificate of a TLS server, asked for and approved as structures do.

use std::fs;

use acceptance::harness::run;
use diesel::prelude::*;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::stack::Stack;
use openssl::x509::extension::SubjectAlternativeName;
use openssl::x509::{X509NameBuilder, X509ReqBuilder};
use store::DatabaseRole;
use store::schema::certificate_requests;

use super::workshop::{APPROVER, SUBMITTER, Workshop};

/// Asks for a certificate of a server of this name, and approves it; its key. The next certification issues it.
pub fn approve_server_certificate(workshop: &Workshop, host: &str) -> PKey<Private> {
    let structure: String = certificate_requests::table
        .select(certificate_requests::structure)
        .first(&mut workshop.open(DatabaseRole::Owner))
        .unwrap();
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let mut request = X509ReqBuilder::new().unwrap();
    let mut name = X509NameBuilder::new().unwrap();
    name.append_entry_by_nid(Nid::COMMONNAME, host).unwrap();
    request.set_subject_name(&name.build()).unwrap();
    request.set_pubkey(&key).unwrap();
    let mut wanted = Stack::new().unwrap();
    let names = SubjectAlternativeName::new().dns(host).build(&request.x509v3_context(None)).unwrap();
    wanted.push(names).unwrap();
    request.add_extensions(&wanted).unwrap();
    request.sign(&key, MessageDigest::sha256()).unwrap();
    let file = workshop.dir().join("request.pem");
    fs::write(&file, request.build().to_pem().unwrap()).unwrap();

    workshop.igc(&["certificate", "allow", "--structure", &structure, host, "--as", APPROVER]);
    let asked = ["certificate", "request", "--profile", "el-org-serv-ssl", "--structure", &structure];
    let submitted =
        run(workshop.command(&asked).arg("--csr").arg(&file).args(["--as", SUBMITTER])).expect_exit(0);
    let number = submitted.json()["number"].as_str().unwrap().to_owned();
    workshop.igc(&["certificate", "approve", &number, "--as", APPROVER]);
    key
}
