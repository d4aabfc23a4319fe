//! A corpus made by the builder, with one certificate in it that the lint of today would refuse.

use std::ops::Range;
use std::time::{Duration, Instant};

use openssl::ec::{EcGroup, EcKey};
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use sha2::{Digest, Sha256};
use store::{Act, Actor, DatabaseRole, RequestId};

use super::*;
use crate::authority::{self, AuthorityKind, NewAuthority};
use crate::epoch::Epoch;
use crate::identity::Identity;
use crate::profile::Profiles;
use crate::serial::SerialNumber;
use crate::signer::{KeyId, KeyReference, SignatureAlgorithm};
use crate::subject::{Fact, Facts};
use crate::tbs::{self, TbsInput, TbsIssuer};

const CARDS: &str = "ACI-FO-PP";
const ISSUED: &str = "2026-11-21T10:00:00Z";

/// A database with a root, an issuing authority, and what a test adds.
struct Corpus {
    db: Database,
    epoch: Epoch,
    issuing: TbsIssuer,
    keys: Vec<Vec<u8>>,
}

impl Corpus {
    fn new(url: &str) -> Self {
        let mut db = Database::open(url, DatabaseRole::Owner).unwrap();
        db.migrate().unwrap();
        let epoch = Epoch::open(&mut db, Duration::from_secs(600), &act(ISSUED)).unwrap();
        let (root_key, issuing_key) = (elliptic(Nid::SECP384R1), elliptic(Nid::X9_62_PRIME256V1));
        let root = build("root", None, &authority_named("ACR-FO"), &public(&root_key), "112001", ISSUED);
        let above = issuer("ACR-FO", "ACR-FO", &root, &root_key);
        let issuing =
            build("issuing", Some(&above), &authority_named(CARDS), &public(&issuing_key), "112002", ISSUED);
        let mut corpus = Self {
            issuing: issuer(CARDS, "ACR-FO", &issuing, &issuing_key),
            keys: [(); 8]
                .map(|()| public(&elliptic(Nid::X9_62_PRIME256V1)))
                .into_iter()
                .chain([(); 3].map(|()| public(&PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap())))
                .collect(),
            db,
            epoch,
        };
        corpus.record_authority("ACR-FO", "ACR-FO", AuthorityKind::Root, "112001", &root);
        corpus.record_authority(CARDS, "ACR-FO", AuthorityKind::Issuing, "112002", &issuing);
        corpus
    }

    fn record_authority(
        &mut self,
        short_name: &str,
        parent: &str,
        kind: AuthorityKind,
        serial: &str,
        tbs: &[u8],
    ) {
        let key = KeyReference { token: "roots".to_owned(), id: KeyId::new(short_name.as_bytes()).unwrap() };
        let new = NewAuthority {
            short_name,
            kind,
            parent,
            serial: &padded(serial),
            public_key: &[1],
            key: &key,
            serial_prefix: (kind == AuthorityKind::Issuing).then_some([0x2A; 8]),
        };
        authority::insert(&mut self.db, &new, &act(ISSUED)).unwrap();
        let profile = if kind == AuthorityKind::Root { "root" } else { "issuing" };
        self.record(parent, &padded(serial), profile, tbs, ISSUED);
    }

    /// A card's signature certificate for the person of this number, prepared at `at`.
    fn card(&self, number: usize, at: &str) -> (SerialNumber, Vec<u8>) {
        let rpps = format!("8997{number:08}");
        let facts = Facts::new()
            .with(Fact::GivenName, "Zoé")
            .with(Fact::FamilyName, format!("Essai {number}"))
            .with(Fact::NationalIdentifier, rpps)
            .with(Fact::Title, "Infirmier")
            .with(Fact::Profession, "60")
            .with(Fact::CardNumber, format!("26{number:08}"));
        let serial = format!("2A2A2A2A2A2A2A2A{number:016X}");
        let key = &self.keys[number % self.keys.len()];
        let tbs = build("fo-pp-cps-sign", Some(&self.issuing), &facts, key, &serial, at);
        (serial.parse().unwrap(), tbs)
    }

    fn add(&mut self, numbers: Range<usize>, at: &str) {
        for number in numbers {
            let (serial, tbs) = self.card(number, at);
            self.record(CARDS, &serial, "fo-pp-cps-sign", &tbs, at);
        }
    }

    /// As the worker records it: intended, then signing, then good. Nothing here looks at the signature.
    fn record(&mut self, issuer: &str, serial: &SerialNumber, profile: &str, tbs: &[u8], at: &str) {
        let at: Timestamp = at.parse().unwrap();
        diesel::insert_into(certificates::table)
            .values((
                certificates::issuer.eq(issuer),
                certificates::serial.eq(serial.to_string()),
                certificates::profile.eq(profile),
                certificates::status.eq("intended"),
                certificates::epoch.eq(self.epoch.number()),
                certificates::evidence_kind.eq("officer"),
                certificates::evidence_digest.eq([0; 32].as_slice()),
                certificates::spki_sha256.eq(Sha256::digest(tbs).as_slice()),
                certificates::tbs.eq(tbs),
                certificates::not_before.eq(at),
                certificates::not_after.eq(at.plus_years(3)),
                certificates::prepared_at.eq(at),
            ))
            .execute(&mut self.db)
            .unwrap();
        for status in ["signing", "good"] {
            let der = (status == "good").then(|| certificate(tbs));
            diesel::update(certificates::table.find((issuer, serial.to_string())))
                .set((
                    certificates::status.eq(status),
                    certificates::der.eq(der),
                    certificates::settled_at.eq((status == "good").then_some(at)),
                ))
                .execute(&mut self.db)
                .unwrap();
        }
    }

    /// How many were read, and which are touched by which rules.
    fn relint(&mut self, selection: Selection<'_>) -> (usize, Vec<Touched>) {
        let (mut read, mut touched) = (0, Vec::new());
        let today = DeclaredIdentity::read(Identity::DEMO);
        run(&mut self.db, selection, &today, &[], |_, count, found| -> Result<(), RelintError> {
            read += count;
            touched.extend(found);
            Ok(())
        })
        .unwrap();
        let counted = count(&mut self.db, selection).unwrap();
        assert_eq!(usize::try_from(counted).unwrap(), read, "the progress bar ends where the reading does");
        (read, touched)
    }
}

fn act(at: &str) -> Act {
    Act {
        at: at.parse().unwrap(),
        actor: Actor::Ceremony("test".to_owned()),
        request: RequestId("test".to_owned()),
    }
}

fn authority_named(short_name: &str) -> Facts {
    Facts::new().with(Fact::Authority, short_name)
}

fn elliptic(curve: Nid) -> PKey<Private> {
    PKey::from_ec_key(EcKey::generate(&EcGroup::from_curve_name(curve).unwrap()).unwrap()).unwrap()
}

fn public(key: &PKey<Private>) -> Vec<u8> {
    key.public_key_to_der().unwrap()
}

/// Eighteen octets that begin so.
fn padded(serial: &str) -> SerialNumber {
    format!("{serial:0<36}").parse().unwrap()
}

fn issuer(short_name: &str, parent: &str, tbs: &[u8], key: &PKey<Private>) -> TbsIssuer {
    let issuer = TbsIssuer::of_certificate(short_name, parent, &certificate(tbs)).unwrap();
    assert_eq!(issuer.public_key, public(key));
    issuer
}

fn build(
    profile: &str,
    issuer: Option<&TbsIssuer>,
    facts: &Facts,
    key: &[u8],
    serial: &str,
    at: &str,
) -> Vec<u8> {
    thread_local!(static DEMO: (Profiles, Identity) = (Profiles::embedded(), Identity::demo()));
    DEMO.with(|(profiles, identity)| {
        let profile = profiles.get(profile).unwrap();
        let not_before: Timestamp = at.parse().unwrap();
        tbs::build(&TbsInput {
            profile,
            identity,
            issuer,
            shard: None,
            facts,
            public_key: key,
            serial: &if serial.len() == 32 { serial.parse().unwrap() } else { padded(serial) },
            not_before,
            not_after: profile.not_after(not_before, issuer.map(|issuer| issuer.not_after)),
            algorithm: SignatureAlgorithm::of_key(issuer.map_or(key, |issuer| &issuer.public_key)).unwrap(),
        })
        .unwrap()
    })
}

/// A certificate over the TBS, its signature one octet of nothing.
fn certificate(tbs: &[u8]) -> Vec<u8> {
    // ecdsa-with-SHA256.
    let rest = [0x30, 0x0A, 6, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 2, 0x03, 2, 0, 0];
    let length = u16::try_from(tbs.len() + rest.len()).unwrap().to_be_bytes();
    [&[0x30, 0x82], length.as_slice(), tbs, &rest].concat()
}

#[test]
fn of_many_certificates_the_one_that_a_rule_touches_is_named_with_its_holder() {
    let mut corpus = Corpus::new("sqlite::memory:");
    corpus.add(0..2500, ISSUED);
    assert_eq!(corpus.relint(Selection::default()).0, 2502, "three pages, the authorities with them");
    assert!(corpus.relint(Selection::default()).1.is_empty());

    // What a lint that did not know the table of professions let through.
    let (serial, mut tbs) = corpus.card(9_999, ISSUED);
    let profession = [0x04, 3, 2, 1, 60];
    let at = tbs.windows(5).rposition(|window| window == profession).unwrap();
    tbs[at + 4] = 61;
    corpus.record(CARDS, &serial, "fo-pp-cps-sign", &tbs, ISSUED);
    corpus.add(2500..2600, ISSUED);
    let (read, touched) = corpus.relint(Selection::default());
    assert_eq!(read, 2603);
    let [planted] = touched.as_slice() else { panic!("one, not {touched:?}") };
    assert_eq!((planted.serial.as_str(), planted.profile.as_str()), (&*serial.to_string(), "fo-pp-cps-sign"));
    let rules: Vec<_> = planted.findings.iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, ["igc-1.6-profession"]);
    assert!(planted.subject.as_ref().unwrap().contains("899700009999"), "{:?}", planted.subject);
}

#[test]
fn a_selection_reads_one_profile_or_what_is_young() {
    let mut corpus = Corpus::new("sqlite::memory:");
    corpus.add(0..10, ISSUED);
    corpus.add(10..15, "2027-03-01T00:00:00Z");
    let of_profile = |profile| Selection { profile: Some(profile), ..Selection::default() };
    assert_eq!(corpus.relint(of_profile("fo-pp-cps-sign")).0, 15);
    assert_eq!(corpus.relint(of_profile("issuing")).0, 1);
    assert_eq!(corpus.relint(of_profile("el-org-sign")).0, 0);
    let since = |at: &str| Selection { since: Some(at.parse().unwrap()), ..Selection::default() };
    assert_eq!(corpus.relint(since("2027-03-01T00:00:00Z")).0, 5);
    assert_eq!(corpus.relint(since("2027-03-01T00:00:01Z")).0, 0);
}

#[test]
fn a_certificate_is_judged_at_the_moment_it_was_prepared() {
    let mut corpus = Corpus::new("sqlite::memory:");
    // Expired for whoever asks in 2031; a rule about the moment of signing must not see that.
    corpus.add(0..3, ISSUED);
    let late = corpus.card(7, ISSUED);
    corpus.record(CARDS, &late.0, "fo-pp-cps-sign", &late.1, "2031-01-01T00:00:00Z");
    let (_, touched) = corpus.relint(Selection::default());
    let [prepared_late] = touched.as_slice() else { panic!("one, not {touched:?}") };
    assert_eq!(prepared_late.serial, late.0.to_string());
    assert_eq!(prepared_late.findings[0].rule, "igc-1.5-validity-expired");
}

#[test]
fn a_certificate_that_holds_another_tbs_than_was_recorded_is_named_and_the_rest_is_read() {
    let mut corpus = Corpus::new("sqlite::memory:");
    corpus.add(0..1500, ISSUED);
    let damaged = [1, 2, 1200].map(|number| corpus.card(number, ISSUED));
    let other = certificate(&corpus.card(3, ISSUED).1);
    let (_, tbs) = &damaged[0];
    assert!(holds(&certificate(tbs), tbs) && !holds(&other, tbs) && !holds(tbs, tbs));
    // Somebody with the rights of the owner: the database lets nobody else.
    diesel::sql_query("DROP TRIGGER certificates_keep_what_was_signed").execute(&mut corpus.db).unwrap();
    for (serial, _) in &damaged {
        let sql =
            format!("UPDATE certificates SET der = x'{}' WHERE serial = '{serial}'", hex::encode(&other));
        diesel::sql_query(sql).execute(&mut corpus.db).unwrap();
    }
    let (mut read, mut touched) = (0, Vec::new());
    let today = DeclaredIdentity::read(Identity::DEMO);
    let ended = run(&mut corpus.db, Selection::default(), &today, &[], |_, count, found| {
        read += count;
        touched.extend(found);
        Ok::<_, RelintError>(())
    });
    assert_eq!(read, 1502);
    let named: Vec<_> = touched.iter().map(|one| (one.serial.clone(), one.as_recorded)).collect();
    assert_eq!(named, damaged.each_ref().map(|(serial, _)| (serial.to_string(), false)));
    assert!(touched[0].findings.is_empty() && touched[0].subject.is_some(), "the recorded TBS is good");
    let ended = ended.unwrap_err();
    assert_eq!(ended.code().name, "certificate-not-as-recorded");
    assert!(ended.to_string().starts_with("3 "), "{ended}");
}

#[test]
fn what_was_issued_under_an_earlier_identity_passes_where_that_is_at_hand_and_nothing_passes_by_halves() {
    let mut corpus = Corpus::new("sqlite::memory:");
    corpus.add(0..3, ISSUED);
    // The addresses have moved since, the authorities' too; another list under them has not.
    let moved = Identity::DEMO.replace("http://localhost:8080/", "http://pki.home.arpa/");
    let half = moved.replace("http://pki.home.arpa/ocsp", "http://localhost:8080/ocsp");
    let [demo, moved, half] = [Identity::DEMO, &moved, &half].map(DeclaredIdentity::read);
    let touched = |db: &mut Database, earlier: &[DeclaredIdentity]| {
        let mut touched = Vec::new();
        run(db, Selection::default(), &moved, earlier, |_, _, found| {
            touched.extend(found);
            Ok::<_, RelintError>(())
        })
        .unwrap();
        touched
    };
    let alone = touched(&mut corpus.db, &[]);
    assert_eq!(alone.len(), 5, "the three, their authority and its root");
    let card = alone.iter().find(|one| one.profile == "fo-pp-cps-sign").unwrap();
    let rules: Vec<_> = card.findings.iter().map(|finding| finding.rule).collect();
    let addresses =
        ["igc-1.4-practice-statement", "igc-1.2-crl-address", "igc-1.2-crl-address", "igc-1.5-ocsp-address"];
    assert_eq!(rules, addresses);
    assert_eq!(touched(&mut corpus.db, std::slice::from_ref(&half)).len(), 5);
    assert!(touched(&mut corpus.db, &[half, demo]).is_empty());
}

/// `cargo test --release -p ca-core a_hundred_thousand_certificates -- --ignored --nocapture`
#[test]
#[ignore = "a measured run: minutes to make the certificates"]
fn a_hundred_thousand_certificates_are_read_in_under_a_minute() {
    let folder = tempfile::tempdir().unwrap();
    let mut corpus = Corpus::new(&format!("sqlite:{}", folder.path().join("corpus.sqlite").display()));
    diesel::sql_query("PRAGMA synchronous = OFF").execute(&mut corpus.db).unwrap();
    corpus.add(0..100_000, ISSUED);
    let started = Instant::now();
    let (read, touched) = corpus.relint(Selection::default());
    let took = started.elapsed();
    println!("{read} certificates read in {:.1} s", took.as_secs_f64());
    assert_eq!((read, touched.len()), (100_002, 0));
    assert!(took < Duration::from_secs(60), "{took:?}");
}
