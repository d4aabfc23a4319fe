//! An installation that is made up, with keys of its own: what its owner can sign, log and hand over, honestly or not.

mod encodings;
mod log;

use openssl::pkey::{PKey, Private};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::der::{encoded, octet_string, sequence_of, utf8_string};
use crate::key::{hex, sha256};
use crate::{Arguments, Findings, tbs};
pub use encodings::{Extension, Said};
use encodings::{attribute, certificate, integer, key, sign, spki, tbs_of, text_of};
use log::Log;

/// When all of it happens, in milliseconds.
pub const THEN: i64 = 1_800_000_000_000;
const FEED: &str = "ab12";
const PLAN: &str = "RP-2026-000001";
/// The installation's ceremony: a root, an authority and the signer of its lists.
const CEREMONY: &str = r#"
name = "first"
kind = "installation"
[[root]]
short_name = "ACR-FO"
[[issuing]]
short_name = "ACI-FO-PP"
parent = "ACR-FO"
[[responder]]
authority = "ACI-FO-PP"
[list_signer]
authority = "ACI-FO-PP"
profile = "el-org-sign"
[list_signer.facts]
department = "Paris (75)"
organisation-name = "Une organisation dont le nom est plus long que quarante signes"
structure-identifier = "300000000000000"
service-name = "LISTES"
"#;

/// A key, and the name that it signs under.
struct Signer {
    name: Vec<u8>,
    key: PKey<Private>,
}

pub struct Installation {
    root: Signer,
    authority: Signer,
    approver: PKey<Private>,
    bureau: PKey<Private>,
    pub log: Log,
    pub certificates: Vec<Value>,
    pub authorities: Vec<(&'static str, Vec<u8>)>,
    serial: u8,
}

/// A card order and what is made of it.
#[derive(Clone)]
pub struct Card {
    pub number: &'static str,
    pub kind: &'static str,
    pub usage: &'static str,
    pub holder: &'static str,
    pub profession: &'static str,
    pub names: [&'static str; 2],
    /// The card that it renews, by a plan.
    pub replaces: Option<&'static str>,
    pub submitted_at: i64,
    pub decided_at: i64,
    /// What is certified.
    pub said: Said,
    pub profile: &'static str,
}

impl Card {
    /// A nurse's, as it should be.
    pub fn of_a_nurse() -> Self {
        Self {
            number: "CO-2026-000001",
            kind: "CPS",
            usage: "authentication",
            holder: "899700000123",
            profession: "60",
            names: ["DUPONT", "Camille"],
            replaces: None,
            submitted_at: THEN,
            decided_at: THEN + 60_000,
            said: Said {
                subject: vec![
                    (tbs::COUNTRY, "FR"),
                    (tbs::TITLE, "Infirmier"),
                    (tbs::COMMON_NAME, "899700000123"),
                    (tbs::SURNAME, "DUPONT"),
                    (tbs::GIVEN_NAME, "CAMILLE"),
                ],
                extensions: vec![
                    Extension::NoAuthority,
                    Extension::Usage(0x80),
                    Extension::Profession(60),
                    Extension::PrincipalName("899700000123@test"),
                ],
            },
            profile: "fo-pp-cps-auth",
        }
    }
}

impl Card {
    fn canonical(&self) -> Vec<u8> {
        let tagged = |number: u8, text: &str| encoded(0xa0 | number, &utf8_string(text));
        let head = [
            integer(1),
            utf8_string(self.number),
            integer(1),
            utf8_string(self.kind),
            utf8_string(self.holder),
            utf8_string(self.profession),
            utf8_string("C"),
            utf8_string(self.names[0]),
            utf8_string(self.names[1]),
        ];
        let origin = match self.replaces {
            None => vec![utf8_string("officer")],
            Some(before) => vec![tagged(0, before), utf8_string("plan"), tagged(1, PLAN)],
        };
        let tail =
            [utf8_string("alice"), integer(self.submitted_at), utf8_string(FEED), octet_string(&[0; 32])];
        sequence_of(&[head.to_vec(), origin, tail.to_vec()].concat())
    }

    /// A plan that renews this one card.
    fn plan(&self, before: &str) -> Vec<u8> {
        let exercise = format!("profession:{}", self.profession);
        let item = sequence_of(&[before, self.holder, self.kind, &exercise].map(utf8_string));
        sequence_of(&[
            integer(1),
            utf8_string(PLAN),
            utf8_string("alice"),
            integer(self.submitted_at),
            integer(self.submitted_at),
            sequence_of(&[item]),
        ])
    }
}

impl Installation {
    /// After its ceremony, and with a feed of the register.
    pub fn new() -> Self {
        let signer = |name: &str| Signer { name: attribute(&[(tbs::COMMON_NAME, name)]), key: key() };
        let mut made = Self {
            root: signer("ROOT"),
            authority: signer("AUTHORITY"),
            approver: key(),
            bureau: key(),
            log: Log::new(),
            certificates: Vec::new(),
            authorities: Vec::new(),
            serial: 0,
        };
        let of_authority = || vec![Extension::Authority, Extension::Usage(0x06)];
        for (label, profile, name) in [("ACR-FO", "root", "ROOT"), ("ACI-FO-PP", "issuing", "AUTHORITY")] {
            let said = Said { subject: vec![(tbs::COMMON_NAME, name)], extensions: of_authority() };
            let key = if label == "ACR-FO" { &made.root.key } else { &made.authority.key };
            let der = made.by_ceremony("ACR-FO", profile, &said, &spki(key), &format!("certificate {label}"));
            made.authorities.push((label, der));
        }
        made.log.event("register.imported", &format!("register feed {FEED}"), json!({}), THEN);
        made
    }

    /// What answers for the authority, of the ceremony's own naming.
    pub fn responder(&self) -> Said {
        Said {
            subject: vec![
                (tbs::COUNTRY, "FR"),
                (tbs::UNIT, "0002 1"),
                (tbs::UNIT, "PKI"),
                (tbs::COMMON_NAME, "OCSP"),
            ],
            extensions: vec![
                Extension::NoAuthority,
                Extension::Usage(0x80),
                Extension::Purpose(b"\x2b\x06\x01\x05\x05\x07\x03\x09"),
            ],
        }
    }

    /// What signs the lists, as the file says it.
    pub fn list_signer(&mut self) -> Said {
        Said {
            subject: vec![
                (tbs::COUNTRY, "FR"),
                (tbs::STATE, "Paris (75)"),
                (tbs::ORGANISATION, "Une organisation dont le nom est plus l"),
                (tbs::UNIT, "300000000000000"),
                (tbs::COMMON_NAME, "LISTES"),
            ],
            extensions: vec![Extension::NoAuthority, Extension::Usage(0xc0)],
        }
    }

    /// A certificate whose evidence is the file of the ceremony, and the leaf of a step that names it.
    pub fn by_ceremony(
        &mut self,
        issuer: &str,
        profile: &str,
        said: &Said,
        spki: &[u8],
        step: &str,
    ) -> Vec<u8> {
        let file = hex(&sha256(CEREMONY.as_bytes()));
        let line = json!({ "evidence_kind": "ceremony", "evidence_digest": file });
        let der = self.issue(issuer, profile, said, spki, THEN, line);
        let payload = json!({
            "step": step, "event": "done", "line": 1, "certificate_sha256": hex(&sha256(&der)), "ceremony_sha256": file,
        });
        self.log.event("ceremony.step", "ceremony first", payload, THEN);
        der
    }

    /// A key that nobody asked for.
    pub fn key_of_his_own(&self) -> Vec<u8> {
        spki(&key())
    }

    /// Orders a card, has it approved, its key made, and its certificate signed, and gives it.
    pub fn card(&mut self, card: &Card) -> Vec<u8> {
        let canonical = card.canonical();
        let (kind, decided_on) = match card.replaces {
            None => ("card-order", canonical.clone()),
            Some(before) => ("renewal-plan", card.plan(before)),
        };
        let statement = sequence_of(&[
            utf8_string("igc-decision-v1"),
            utf8_string(kind),
            octet_string(&sha256(&decided_on)),
            integer(1),
            utf8_string("approve"),
            utf8_string("bob"),
            integer(card.decided_at),
            integer(THEN + 86_400_000),
            octet_string(&[7; 16]),
        ]);
        let proof = sequence_of(&[
            octet_string(&statement),
            octet_string(&sha256(&spki(&self.approver))),
            octet_string(&sign(&self.approver, &statement)),
        ]);
        let evidence = sequence_of(&[octet_string(&decided_on), sequence_of(&[octet_string(&proof)])]);
        let chip = key();
        let line = json!({
            "evidence_kind": "officer",
            "evidence_digest": hex(&sha256(&evidence)),
            "subject": format!("card order {}", card.number),
            "canonical": text_of(&canonical),
            "evidence": text_of(&evidence),
            "card_key": self.card_key(&chip, &canonical, card.usage),
        });
        self.issue("ACI-FO-PP", card.profile, &card.said, &spki(&chip), card.decided_at + 1000, line)
    }

    fn card_key(&self, chip: &PKey<Private>, canonical: &[u8], usage: &str) -> Value {
        let public = spki(chip);
        let [batch, card] = ["B-1", "2600000017"];
        let place = sequence_of(&[
            utf8_string(batch),
            utf8_string(card),
            octet_string(&sha256(canonical)),
            utf8_string(usage),
        ]);
        let proof = sign(
            chip,
            &sequence_of(&[utf8_string("igc-card-key-proof-v2"), place.clone(), octet_string(&public)]),
        );
        let attested = sequence_of(&[
            utf8_string("igc-card-key-attestation-v2"),
            place,
            octet_string(&public),
            octet_string(&proof),
        ]);
        json!({
            "card": card, "usage": usage, "batch": batch, "bureau": "BUREAU", "public_key": text_of(&public),
            "proof": text_of(&proof), "attestation": text_of(&sign(&self.bureau, &attested)),
        })
    }

    /// Signs and logs it as what it is said to be, and gives the certificate.
    fn issue(
        &mut self,
        issuer: &str,
        profile: &str,
        said: &Said,
        spki: &[u8],
        at: i64,
        mut line: Value,
    ) -> Vec<u8> {
        self.serial += 1;
        let by = if issuer == "ACR-FO" { &self.root } else { &self.authority };
        let tbs = tbs_of(self.serial, &by.name, said, spki);
        let der = certificate(&tbs, &by.key);
        let serial = format!("{:02X}", self.serial);
        let subject = format!("certificate {issuer} {serial}");
        let intended = json!({
            "profile": profile, "evidence": line["evidence_kind"], "evidence_digest": line["evidence_digest"],
            "tbs_sha256": hex(&sha256(&tbs)),
        });
        self.log.event("certificate.intended", &subject, intended, at);
        self.log.event("certificate.signing", &subject, json!({}), at);
        self.log.event("certificate.issued", &subject, json!({ "sha256": hex(&sha256(&der)) }), at);
        for (name, value) in [
            ("issuer", json!(issuer)),
            ("serial", json!(serial)),
            ("profile", json!(profile)),
            ("status", json!("good")),
            ("tbs", json!(text_of(&tbs))),
            ("certificate", json!(text_of(&der))),
        ] {
            line[name] = value;
        }
        self.certificates.push(line);
        der
    }

    /// What the verifier finds in the bundle that is handed over.
    pub fn verified(&self) -> Findings {
        let folder = self.bundle();
        let arguments = Arguments { bundle: folder.path().to_owned(), ..Arguments::default() };
        crate::verify(&arguments).unwrap_or_else(|unreadable| panic!("{}", unreadable.0))
    }

    /// The one thing that does not hold in it, or none.
    pub fn found(&self) -> String {
        let text = self.verified().text();
        let broken: Vec<_> = text.lines().filter(|line| line.starts_with("BROKEN ")).collect();
        assert!(broken.len() <= 1, "{text}");
        assert_eq!(text.ends_with("DOES NOT HOLD\n"), !broken.is_empty(), "{text}");
        broken.concat()
    }

    fn bundle(&self) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, octets: &[u8]| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, octets).unwrap();
        };
        let lines = |list: &[Value]| list.iter().map(|line| format!("{line}\n")).collect::<String>();
        for (name, der) in &self.authorities {
            put(&format!("authorities/{name}.cer"), der);
        }
        let named =
            Said { subject: vec![(tbs::COMMON_NAME, "BUREAU")], extensions: vec![Extension::NoAuthority] };
        let tbs = tbs_of(1, &attribute(&named.subject), &named, &spki(&self.bureau));
        put("bureaus/1.cer", &certificate(&tbs, &self.bureau));
        put("approval-keys/demo.der", &spki(&self.approver));
        put("ceremonies/first.toml", CEREMONY.as_bytes());
        put("certificates.jsonl", lines(&self.certificates).as_bytes());
        put("status_events.jsonl", b"");
        put("enrolments.jsonl", b"");
        for (name, octets) in self.log.files(self.certificates.len()) {
            put(name, &octets);
        }
        folder
    }
}
