//! The auditor: each responder was made at a ceremony, or asked for by one that is accounted for.

use std::path::Path;

use acceptance::harness::{DatabaseKind, folder, igc_verify};
use diesel::connection::SimpleConnection;
use serde_json::Value;
use store::schema::audit_payloads;

use super::super::workshop::workshop;
use super::*;

fn export(workshop: &Workshop, out: &Path) {
    workshop.igc(&["audit", "export", "--out", out.to_str().unwrap()]);
}

fn verify(bundle: &Path) -> Finished {
    run(igc_verify().arg(bundle))
}

/// A workshop whose responders were followed by others, and those by others again.
fn renewed_twice() -> Workshop {
    let workshop = workshop(DatabaseKind::Sqlite);
    due(&workshop);
    for days in [DAYS_AHEAD, 2 * DAYS_AHEAD] {
        workshop.configure("demo", "clock_offset_days", days);
        let mut db = workshop.open(DatabaseRole::Owner);
        let before = signed(&mut db);
        let mut status = Status::start(&workshop, "igc.toml");
        until("six requests more", || signed(&mut db) == before + 6);
        assert!(status.process.stop(Duration::from_secs(30)).success());
        let done = workshop.job("responders");
        assert_eq!(done["made"].as_array().unwrap().len(), 6, "{done}");
    }
    workshop.job("audit");
    workshop
}

/// What is done to the line of a certificate that was asked for; what the verifier says of it.
type Alteration = (&'static str, fn(&mut Value, &[Value]), &'static str);

const ALTERATIONS: &[Alteration] = &[
    (
        "the request is missing",
        |line, _| drop(line.as_object_mut().unwrap().remove("evidence")),
        "its evidence is a ceremony whose file is not",
    ),
    (
        "the request is another's",
        |line, others| line["evidence"] = others[0]["evidence"].clone(),
        "its evidence is not the one that was verified",
    ),
    (
        "an octet of the request",
        |line, _| line["evidence"] = altered(&line["evidence"]),
        "its evidence is not the one that was verified",
    ),
];

fn altered(evidence: &Value) -> Value {
    let mut octets = openssl::base64::decode_block(evidence.as_str().unwrap()).unwrap();
    let middle = octets.len() / 2;
    octets[middle] ^= 1;
    openssl::base64::encode_block(&octets).into()
}

#[test]
fn a_responder_is_accounted_for_by_the_one_that_asked_for_it_up_to_a_ceremony() {
    let workshop = renewed_twice();
    let place = folder();
    let bundle = place.path().join("bundle");
    export(&workshop, &bundle);
    let said = verify(&bundle).expect_exit(0).stdout;
    assert!(said.ends_with("HOLDS\n"), "{said}");

    let file = bundle.join("certificates.jsonl");
    let text = fs::read_to_string(&file).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let asked: Vec<&Value> = lines
        .iter()
        .filter(|line| line["profile"] == "ocsp-responder" && line["evidence"].is_string())
        .collect();
    assert_eq!(asked.len(), 12);
    let (first, others) = (asked[0], asked[1..].iter().map(|line| (*line).clone()).collect::<Vec<_>>());
    let broken = |what: &str, words: &str, alter: &dyn Fn(&Value) -> Option<Value>| {
        let written: String = lines.iter().filter_map(alter).map(|line| format!("{line}\n")).collect();
        fs::write(&file, written).unwrap();
        let said = verify(&bundle).expect_exit(8).stdout;
        assert!(said.contains(words), "{what}: {said}");
    };
    for (what, alter, words) in ALTERATIONS {
        broken(what, words, &|line| {
            let mut line = line.clone();
            if line == *first {
                alter(&mut line, &others);
            }
            Some(line)
        });
    }
    // Without the first ones, nobody accounts for those that they have authorised.
    broken("the ones that asked are gone", "names a responder that is not among the certificates", &|line| {
        let of_ceremony = line["profile"] == "ocsp-responder" && line["evidence"].is_null();
        (!of_ceremony).then(|| line.clone())
    });
}

/// Somebody who owns the database makes all the rest fit.
#[test]
fn a_responder_whose_request_a_stranger_signed_or_no_leaf_names_is_found() {
    use openssl::ec::{EcGroup, EcKey};
    use openssl::hash::MessageDigest;
    use openssl::nid::Nid;
    use openssl::pkey::PKey;
    use openssl::sign::Signer;

    let workshop = renewed_twice();
    let place = folder();
    // A bundle whose request a stranger signed: evidence, its digest and the leaf that holds it are made to fit.
    let bundle = place.path().join("stranger");
    export(&workshop, &bundle);
    let file = bundle.join("certificates.jsonl");
    let text = fs::read_to_string(&file).unwrap();
    let line: Value = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .find(|line| line["profile"] == "ocsp-responder" && line["evidence"].is_string())
        .unwrap();
    let evidence = openssl::base64::decode_block(line["evidence"].as_str().unwrap()).unwrap();
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let stranger = PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
    let forged = with_last_octets(&evidence, |statement| {
        let mut signer = Signer::new(MessageDigest::sha256(), &stranger).unwrap();
        signer.sign_oneshot_to_vec(statement).unwrap()
    });
    let (was, is) = (&line["evidence_digest"].as_str().unwrap(), hex(&openssl::sha::sha256(&forged)));
    let written = text
        .replace(line["evidence"].as_str().unwrap(), &openssl::base64::encode_block(&forged))
        .replace(*was, &is);
    fs::write(&file, written).unwrap();
    let events = bundle.join("events.jsonl");
    let told = fs::read_to_string(&events).unwrap().replace(*was, &is);
    fs::write(&events, told).unwrap();
    let said = verify(&bundle).expect_exit(8).stdout;
    assert!(said.contains("its request is not signed by the responder that it names"), "{said}");

    // No leaf that says so: the payload of one is told otherwise.
    let bundle = place.path().join("no-leaf");
    let mut db = workshop.open(DatabaseRole::Owner);
    db.batch_execute("DROP TRIGGER audit_payloads_are_never_changed").unwrap();
    let payloads: Vec<(String, String)> = audit_payloads::table
        .select((audit_payloads::event_id, audit_payloads::payload))
        .load(&mut db)
        .unwrap();
    let (id, payload) = payloads
        .iter()
        .find(|(_, payload)| payload.contains("request_sha256"))
        .expect("a leaf names a request");
    let request: Value = serde_json::from_str(payload).unwrap();
    let other = payload.replace(request["request_sha256"].as_str().unwrap(), &"0".repeat(64));
    diesel::update(audit_payloads::table.find(id))
        .set(audit_payloads::payload.eq(other))
        .execute(&mut db)
        .unwrap();
    export(&workshop, &bundle);
    let said = verify(&bundle).expect_exit(8).stdout;
    assert!(said.contains("no leaf says that its request was certified"), "{said}");
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// `ResponderEvidence` with another authorisation: the last OCTET STRING, over the second one.
fn with_last_octets(evidence: &[u8], sign: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let mut fields = Vec::new();
    let mut rest = value(evidence).1;
    while !rest.is_empty() {
        let (whole, content) = value(rest);
        fields.push((whole.to_vec(), content.to_vec()));
        rest = &rest[whole.len()..];
    }
    assert_eq!(fields.len(), 4);
    let signature = sign(&fields[1].1);
    let mut content = [&fields[0].0[..], &fields[1].0, &fields[2].0].concat();
    content.extend([0x04, u8::try_from(signature.len()).unwrap()]);
    content.extend(signature);
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    [&[0x30, 0x82], &length[..], &content].concat()
}

/// The first value: all its octets, and its content.
fn value(octets: &[u8]) -> (&[u8], &[u8]) {
    let (head, length) = match octets[1] {
        short @ 0..=0x7f => (2, usize::from(short)),
        0x81 => (3, usize::from(octets[2])),
        0x82 => (4, usize::from(octets[2]) << 8 | usize::from(octets[3])),
        other => panic!("a length of form {other}"),
    };
    (&octets[..head + length], &octets[head..head + length])
}
