//! GnuTLS, which shares no code with OpenSSL: `certtool` with the CRL, `ocsptool` over HTTP.

use std::fs;
use std::process::Command;

use acceptance::harness::{Finished, run};

use super::{AUTHORITY, Client, Scene, scene};

/// What `certtool` says of the client's chain, with the complete CRL of its authority.
fn verified(scene: &Scene, client: &Client) -> Finished {
    let (issuer, root) = (scene.authority(AUTHORITY), scene.authority("ACR-FO"));
    let chain = [&client.pem, &issuer, &root].map(|file| fs::read_to_string(file).unwrap()).concat();
    let (chain, crl) = (scene.file("chain.pem", &chain), scene.file("crl.pem", &scene.fetch_full()));
    run(Command::new("certtool")
        .args(["--verify", "--infile"])
        .arg(chain)
        .arg("--load-crl")
        .arg(crl)
        .args(["--load-ca-certificate"])
        .arg(root))
}

/// What `ocsptool` makes of the answer about the client's certificate, asked with a nonce.
fn asked(scene: &Scene, client: &Client) -> Finished {
    let mut command = Command::new("ocsptool");
    command.arg(format!("--ask=http://127.0.0.1:{}/ocsp", scene.service.port())).arg("--nonce");
    command.arg("--load-cert").arg(&client.pem);
    // The responder's own certificate comes with the answer, and is this authority's (RFC 6960 §4.2.2.2).
    let issuer = scene.authority(AUTHORITY);
    command.arg("--load-issuer").arg(&issuer).arg("--load-trust").arg(&issuer);
    run(&mut command)
}

#[test]
fn gnutls_refuses_a_lost_card_by_its_crl_and_by_ocsp_and_goes_on_accepting_the_other() {
    let scene = scene();
    for client in [&scene.good, &scene.lost] {
        let said = verified(&scene, client).expect_exit(0).said();
        assert!(said.contains("Checked against CRL"), "{said}");
        let said = asked(&scene, client).expect_exit(0).said();
        assert!(
            said.contains("Certificate Status: good") && said.contains("Verifying OCSP Response: Success"),
            "{said}"
        );
    }
    scene.declare_lost();
    let refused = verified(&scene, &scene.lost);
    assert!(
        !refused.status.success() && refused.said().contains("certificate chain is revoked"),
        "{}",
        refused.said()
    );
    let said = asked(&scene, &scene.lost).said();
    assert!(
        said.contains("Certificate Status: revoked") && said.contains("Verifying OCSP Response: Success"),
        "{said}"
    );
    verified(&scene, &scene.good).expect_exit(0);
    let said = asked(&scene, &scene.good).expect_exit(0).said();
    assert!(said.contains("Certificate Status: good"), "{said}");
}
