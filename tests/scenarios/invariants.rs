//! What must be true of an installation at any moment at which no process runs, whatever was killed or raced.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use acceptance::harness::{folder, igc_verify, openssl, run};
use ca_core::certificate::{self, Certificate, CertificateStatus};
use card::{CardFilter, CardNumber, CardStatus, KeyUsage};
use diesel::prelude::*;
use openssl::asn1::Asn1Time;
use openssl::x509::X509;
use store::schema::certificate_status_events;
use store::{Database, DatabaseRole};

use super::workshop::Workshop;

impl Workshop {
    /// Every certificate the database calls good is one, of that serial, over the recorded octets, under its
    /// authority; no key of a card has two; the status log has each revoked certificate once, and no other;
    /// the audit trail verifies.
    #[track_caller]
    pub fn check(&self) {
        let mut db = self.open(DatabaseRole::Owner);
        let all = certificate::list(&mut db, None, 10_000).unwrap();
        self.check_good(&all);
        check_status_log(&mut db, &all);
        for card in card::list(&mut db, &CardFilter::default(), card::MOST_LISTED).unwrap() {
            let good: Vec<KeyUsage> = of_card(&mut db, &card.number)
                .into_iter()
                .filter(|(_, certificate)| is_good(certificate))
                .map(|(usage, _)| usage)
                .collect();
            let distinct: BTreeSet<_> = good.iter().collect();
            assert_eq!(distinct.len(), good.len(), "card {}: good certificates for {good:?}", card.number);
            if card.life.status() == CardStatus::Opposed {
                assert_eq!(good, [], "card {} is opposed", card.number);
            }
        }
        self.job("audit");
        self.igc(&["audit", "verify"]);
    }

    /// What an auditor takes away holds, by a program that shares no code with this one.
    #[track_caller]
    pub fn the_bundle_holds(&self) {
        let place = folder();
        let bundle = place.path().join("bundle");
        self.igc(&["audit", "export", "--out", bundle.to_str().unwrap()]);
        let said = run(igc_verify().arg(&bundle)).expect_exit(0).stdout;
        assert!(said.ends_with("HOLDS\n"), "{said}");
    }

    #[track_caller]
    fn check_good(&self, all: &[Certificate]) {
        let place = folder();
        let now = self.now().seconds();
        let mut files: BTreeMap<i64, Vec<String>> = BTreeMap::new();
        for certificate in all {
            let CertificateStatus::Good { der } = &certificate.status else { continue };
            let parsed = X509::from_der(der).unwrap();
            let serial = parsed.serial_number().to_bn().unwrap().to_hex_str().unwrap().to_string();
            assert_eq!(
                serial.trim_start_matches('0'),
                certificate.serial.to_string().trim_start_matches('0')
            );
            assert_eq!(tbs_of(der), certificate.tbs, "{serial}: another TBS was recorded");
            let issuer = fs::read(self.dir().join(format!("public/ca/{}.cer", certificate.issuer))).unwrap();
            let issuer = X509::from_der(&issuer).unwrap();
            assert!(parsed.verify(&issuer.public_key().unwrap()).unwrap(), "{serial}");
            let file = place.path().join(format!("{}-{serial}.pem", certificate.issuer));
            fs::write(&file, parsed.to_pem().unwrap()).unwrap();
            let life = Asn1Time::from_unix(0).unwrap().diff(parsed.not_after()).unwrap();
            let ends = i64::from(life.days) * 86_400 + i64::from(life.secs);
            // One that has ended was good until then; OpenSSL takes the last second of a validity as past it.
            files.entry((ends - 1).min(now)).or_default().push(file.display().to_string());
        }
        let chain = self.dir().join("public/ca/chain.pem").display().to_string();
        // In the chain a revoked authority does not stand: what it gave is under it all the same.
        let under = place.path().join("issuers");
        let issuers = all.iter().map(|certificate| &certificate.issuer).collect::<BTreeSet<_>>();
        let pem = |issuer: &String| {
            let der = fs::read(self.dir().join(format!("public/ca/{issuer}.cer"))).unwrap_or_default();
            X509::from_der(&der).map_or_else(|_| Vec::new(), |issuer| issuer.to_pem().unwrap())
        };
        fs::write(&under, issuers.into_iter().flat_map(pem).collect::<Vec<u8>>()).unwrap();
        let under = under.display().to_string();
        for (at, files) in files {
            let at = at.to_string();
            let arguments =
                ["verify", "-x509_strict", "-attime", &at, "-CAfile", &chain, "-untrusted", &under];
            openssl(arguments.into_iter().chain(files.iter().map(String::as_str))).expect_exit(0);
        }
    }
}

/// A certificate of a card, whatever became of it.
pub type OfCard = (KeyUsage, Certificate);

/// The certificates ever prepared for a card.
pub fn of_card(db: &mut Database, card: &CardNumber) -> Vec<OfCard> {
    let attached = card::certificates::of_card(db, card).unwrap();
    let found = attached.into_iter().map(|one| {
        let certificate = certificate::find(db, &one.issuer, &one.serial.parse().unwrap()).unwrap();
        (one.usage, certificate.expect("an attached certificate is recorded"))
    });
    found.collect()
}

/// The states of the certificates of a card, sorted.
pub fn states(db: &mut Database, card: &CardNumber) -> Vec<&'static str> {
    let mut states: Vec<_> = of_card(db, card).iter().map(|(_, one)| one.status.word()).collect();
    states.sort_unstable();
    states
}

/// Whether the database calls it good.
pub fn is_good(certificate: &Certificate) -> bool {
    matches!(certificate.status, CertificateStatus::Good { .. })
}

#[track_caller]
fn check_status_log(db: &mut Database, all: &[Certificate]) {
    let mut logged: Vec<(String, String)> = certificate_status_events::table
        .filter(certificate_status_events::event.eq("revoked"))
        .select((certificate_status_events::issuer, certificate_status_events::serial))
        .load(db)
        .unwrap();
    logged.sort_unstable();
    let revoked = all.iter().filter(|one| matches!(one.status, CertificateStatus::Revoked { .. }));
    let mut revoked: Vec<_> = revoked.map(|one| (one.issuer.clone(), one.serial.to_string())).collect();
    revoked.sort_unstable();
    assert_eq!(logged, revoked, "the status log and the revoked certificates");
}

/// The octets of the first element of an outer SEQUENCE, read by hand: not with what the program reads DER with.
fn tbs_of(der: &[u8]) -> &[u8] {
    let (start, _) = content_of(der);
    let (header, length) = content_of(&der[start..]);
    &der[start..start + header + length]
}

/// Where the content of the DER value at the start of `der` begins, and its length (X.690 §8.1.3).
fn content_of(der: &[u8]) -> (usize, usize) {
    match der[1] {
        short @ 0..0x80 => (2, short.into()),
        long => {
            let octets = usize::from(long & 0x7f);
            (2 + octets, der[2..2 + octets].iter().fold(0, |length, octet| length << 8 | usize::from(*octet)))
        }
    }
}
