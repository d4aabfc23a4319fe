//! What a token can do of what this program needs, model by model: `tests/setup/hsm-interop.sh` runs this on any PKCS#11
//! module, and `docs/hsm-interoperability.md` holds what was seen.

use std::fmt::Write as _;
use std::time::Instant;

use ca_core::profile::KeyKind;
use ca_core::signer::{KeyReference, MacRequest, Message, Signer, SignerError, VerifiedSigner};
use store::Fault;

use super::measured;
use super::signer_faults::{self, Token};

const TABLE: &str = "docs/hsm-interoperability.md";
const KINDS: [KeyKind; 5] =
    [KeyKind::P256, KeyKind::P384, KeyKind::Rsa2048, KeyKind::Rsa3072, KeyKind::Rsa4096];
/// Signatures that are timed.
const TIMED: usize = 500;

#[test]
fn what_softhsm_can_do_is_what_is_documented() {
    check("SoftHSM2", &Token::softhsm());
}

#[test]
fn what_nss_softoken_can_do_is_what_is_documented() {
    check("NSS softoken", &Token::softoken());
}

/// `HSM_NAME`, `HSM_LIBRARY`, `HSM_LABEL` and `HSM_PIN_FILE` say which; keys are made in it and stay there.
#[test]
#[ignore = "tests/setup/hsm-interop.sh runs it on the module that it is given"]
fn a_module_that_is_given() {
    let given = |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set"));
    let token = Token::given(&given("HSM_LIBRARY"), &given("HSM_LABEL"), &given("HSM_PIN_FILE"));
    let name = given("HSM_NAME");
    let rows = examine(&token);
    measured::write(TABLE, &name, &table(&rows));
    signer_faults::document(&name, &token);
}

/// One thing that is asked of a token, and what it does.
struct Row {
    asked: String,
    seen: String,
    /// Whether another run sees the same.
    repeats: bool,
}

fn check(name: &str, token: &Token) {
    let rows = examine(token);
    if std::env::var_os("UPDATE_HSM_INTEROP").is_some() {
        measured::write(TABLE, name, &table(&rows));
        return;
    }
    let documented = measured::rows(TABLE, name);
    assert_eq!(rows.len(), documented.len(), "{TABLE}, {name} (UPDATE_HSM_INTEROP=1 writes it)");
    for (row, documented) in rows.iter().zip(&documented) {
        assert_eq!(row.asked, documented[0], "{TABLE}, {name}");
        assert!(!row.repeats || row.seen == documented[1], "{TABLE}, {name}, {}: {}", row.asked, row.seen);
    }
}

fn table(rows: &[Row]) -> String {
    let mut table = "| asked | seen |\n|---|---|\n".to_owned();
    for Row { asked, seen, .. } in rows {
        writeln!(table, "| {asked} | {seen} |").unwrap();
    }
    table
}

fn examine(token: &Token) -> Vec<Row> {
    let process = token.process(&token.workshop.dir().join("signer/interop.ledger"));
    let row = |asked: String, seen: Result<String, SignerError>| Row {
        asked,
        seen: seen.unwrap_or_else(|error| format!("refused: `{}`", error.code().name)),
        repeats: true,
    };
    let mut rows = Vec::new();
    for kind in KINDS {
        let made = process.generate_key("issuing", kind, "interop").and_then(|(id, public_key)| {
            let key = KeyReference { token: "issuing".to_owned(), id };
            sign(&mut VerifiedSigner::new(Box::new(process.signer())), &key, &public_key, 10)?;
            Ok("made, protected, signs".to_owned())
        });
        rows.push(row(format!("a key pair {kind}"), made));
    }
    let coded = process.mac_key("issuing", "interop").and_then(|key| {
        let request = MacRequest { key: &key, nonce: &[0; 32], message: b"message", subject: "test interop" };
        let mut signer = process.signer();
        let same = signer.mac(&request)? == signer.mac(&request)?;
        Ok(if same { "made, protected, makes codes" } else { "makes another code each time" }.to_owned())
    });
    rows.push(row("a secret key for codes (HMAC, SHA-256)".to_owned(), coded));
    let (key, public_key) = token.key();
    for sessions in [1, 2] {
        token.workshop.configure("hsm", "sessions", sessions);
        let process = token.process(&token.workshop.dir().join("signer/interop.ledger"));
        let mut signer = VerifiedSigner::new(Box::new(process.signer()));
        sign(&mut signer, &key, &public_key, 64).unwrap();
        let started = Instant::now();
        sign(&mut signer, &key, &public_key, TIMED).unwrap();
        let rate = TIMED as f64 / started.elapsed().as_secs_f64();
        let asked =
            format!("P-256 signatures a second, each verified and in the ledger, {sessions} sessions");
        rows.push(Row { asked, seen: format!("{rate:.0}"), repeats: false });
    }
    rows
}

fn sign(
    signer: &mut VerifiedSigner,
    key: &KeyReference,
    public_key: &[u8],
    count: usize,
) -> Result<(), SignerError> {
    let octets: Vec<String> = (0..count).map(|number| format!("message {number}")).collect();
    let message = |octets| Message { key, public_key, subject: "test interop", octets };
    let messages: Vec<_> = octets.iter().map(|octets| message(octets.as_bytes())).collect();
    signer.sign_all(&messages).into_iter().try_for_each(|signature| signature.map(drop))
}
