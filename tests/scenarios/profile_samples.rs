//! One subject for each profile, and the authorities above it: what the golden dumps and the judges of
//! profiles are given. The names are nobody's; the RPPS number is of the test range.

#![allow(clippy::unwrap_used)] // in a test, also in its helpers, a panic is the report

use ca_core::identity::Identity;
use ca_core::profile::{KeyKind, Profiles};
use ca_core::serial::SerialNumber;
use ca_core::signer::SignatureAlgorithm;
use ca_core::subject::{Fact, Facts};
use ca_core::tbs::{self, TbsInput, TbsIssuer};
use store::Timestamp;

/// The keys of the samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// Of a root.
    Root,
    /// Of an issuing authority.
    Issuing,
    /// Of whoever is certified and signs for nobody.
    Certified(KeyKind),
}

/// A subject: its profile, who issues it, its key, its facts.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    pub(super) profile: &'static str,
    pub(super) issuer: &'static str,
    pub(super) key: Key,
    pub(super) facts: Facts,
}

/// What the samples are built with.
pub(super) struct Builder<'a> {
    pub(super) identity: Identity,
    pub(super) profiles: Profiles,
    /// The `SubjectPublicKeyInfo` of each key, DER.
    pub(super) public_key: &'a dyn Fn(Key) -> Vec<u8>,
}

/// One sample a profile.
pub(super) fn samples() -> Vec<Sample> {
    let mut samples = vec![
        authority("ACR-FO"),
        authority("ACI-FO-PP"),
        sample("ocsp-responder", "ACI-FO-PP", Key::Certified(KeyKind::P256), Facts::new()),
    ];
    samples.extend(cards());
    samples.extend(software());
    samples.extend(organisations());
    samples
}

fn sample(profile: &'static str, issuer: &'static str, key: Key, facts: Facts) -> Sample {
    Sample { profile, issuer, key, facts }
}

fn cards() -> impl Iterator<Item = Sample> {
    let fo = |profile, facts| sample(profile, "ACI-FO-PP", Key::Certified(KeyKind::P256), facts);
    let st = |profile, facts| sample(profile, "ACI-ST-PP", Key::Certified(KeyKind::P256), facts);
    let numbered = |facts: Facts, number| facts.with(Fact::CardNumber, number);
    let cps = numbered(professional(), "2600000017");
    let cpf = numbered(student(), "2600000033");
    let cpe = numbered(employee(), "2600000025");
    let service = numbered(service(), "2600000041");
    let cde = numbered(employee().with(Fact::Title, "Directeur d'établissement"), "2600000058");
    let cpa = numbered(authorised(), "2600000066");
    let cda = numbered(authorised().with(Fact::Title, "Responsable de structure"), "2600000074");
    [
        fo("fo-pp-cps-auth", cps.clone()),
        fo("fo-pp-cps-sign", cps.clone()),
        Sample { key: Key::Certified(KeyKind::Rsa2048), ..fo("fo-pp-cps-conf", cps.clone()) },
        fo("fo-pp-cps-tech", cps),
        fo("fo-pp-cpf-auth", cpf.clone()),
        fo("fo-pp-cpf-sign", cpf.clone()),
        fo("fo-pp-cpf-conf", cpf.clone()),
        fo("fo-pp-cpf-tech", cpf),
        st("st-pp-cpe-auth", cpe.clone()),
        st("st-pp-cpe-sign", cpe.clone()),
        st("st-pp-cpe-conf", cpe.clone()),
        st("st-pp-cpe-tech", cpe),
        st("st-pp-cpe-service-auth", service.clone()),
        st("st-pp-cpe-service-sign", service.clone()),
        st("st-pp-cpe-service-conf", service),
        st("st-pp-cde-auth", cde.clone()),
        st("st-pp-cde-sign", cde.clone()),
        st("st-pp-cde-conf", cde.clone()),
        st("st-pp-cde-tech", cde),
        st("st-pp-cpa-auth", cpa.clone()),
        st("st-pp-cpa-sign", cpa.clone()),
        st("st-pp-cpa-conf", cpa.clone()),
        st("st-pp-cpa-tech", cpa),
        st("st-pp-cda-auth", cda.clone()),
        st("st-pp-cda-sign", cda.clone()),
        st("st-pp-cda-conf", cda.clone()),
        st("st-pp-cda-tech", cda),
    ]
    .into_iter()
}

fn software() -> impl Iterator<Item = Sample> {
    let of = |profile, facts| sample(profile, "ACI-EL-PP", Key::Certified(KeyKind::Rsa2048), facts);
    let mailed = professional().with(Fact::EmailAddress, "cecile.dumoulin-test@home.arpa");
    let attached = authorised().with(Fact::EmailAddress, "charles.essai@home.arpa");
    [
        of("el-pp-soft-auth", professional()),
        of("el-pp-soft-sign", mailed.clone()),
        of("el-pp-soft-conf", mailed),
        of("el-pp-pro-auth", employee()),
        of("el-pp-pro-sign", attached.clone()),
        of("el-pp-pro-conf", attached),
    ]
    .into_iter()
}

fn organisations() -> impl Iterator<Item = Sample> {
    let of = |profile, facts| sample(profile, "ACI-EL-ORG", Key::Certified(KeyKind::Rsa2048), facts);
    let mailed = structure().with(Fact::EmailAddress, "dossier@home.arpa");
    let test = structure().with(Fact::ServiceName, "TEST-VALABLE");
    let server = structure()
        .with(Fact::ServiceName, "dossier.home.arpa")
        .with_all(Fact::DnsNames, ["dossier.home.arpa", "api.dossier.home.arpa"]);
    [
        of("el-org-auth-cli", structure().with(Fact::ServiceName, "INSI-AUTO")),
        of("el-org-sign", structure().with(Fact::ServiceName, "cachet-essai")),
        of("el-org-conf", mailed.clone().with(Fact::ServiceName, "archives-essai")),
        of("el-org-serv-ssl", server),
        of("el-org-serv-smime", mailed.with(Fact::ServiceName, "messagerie-essai")),
        Sample { key: Key::Certified(KeyKind::P256), ..of("el-org-test", test.clone()) },
        Sample { key: Key::Certified(KeyKind::P256), ..of("el-org-test-short", test) },
    ]
    .into_iter()
}

/// The sample of an authority: a root, or an issuing authority below the root of its range.
pub(super) fn authority(short_name: &'static str) -> Sample {
    let facts = Facts::new().with(Fact::Authority, short_name);
    if short_name.starts_with("ACR") {
        return Sample { profile: "root", issuer: short_name, key: Key::Root, facts };
    }
    let issuer = match short_name.split('-').nth(1) {
        Some("EL") => "ACR-EL",
        Some("ST") => "ACR-ST",
        _ => "ACR-FO",
    };
    Sample { profile: "issuing", issuer, key: Key::Issuing, facts }
}

impl Builder<'_> {
    /// The DER of the `TBSCertificate` of a sample, valid from 21 November 2026.
    pub(super) fn build(&self, sample: &Sample) -> Vec<u8> {
        let profile = self.profiles.get(sample.profile).unwrap();
        let not_before: Timestamp = "2026-11-21T10:00:00Z".parse().unwrap();
        let issuer = (!profile.self_signed).then(|| self.issuer(sample.issuer));
        let public_key = (self.public_key)(sample.key);
        let signing_key = issuer.as_ref().map_or(&public_key, |issuer| &issuer.public_key);
        let serial = if profile.is_authority() {
            "1120000102030405060708090A0B0C0D0E0F"
        } else {
            "2A00000000000001F0F1F2F3F4F5F6F7"
        };
        let serial: SerialNumber = serial.parse().unwrap();
        let input = TbsInput {
            profile,
            identity: &self.identity,
            issuer: issuer.as_ref(),
            shard: None,
            facts: &sample.facts,
            public_key: &public_key,
            serial: &serial,
            not_before,
            not_after: profile.not_after(not_before, issuer.as_ref().map(|issuer| issuer.not_after)),
            algorithm: SignatureAlgorithm::of_key(signing_key).unwrap(),
        };
        tbs::build(&input).unwrap_or_else(|error| panic!("profile {}: {error}", profile.id))
    }

    /// The authority as its own certificate would describe it, built with the same profiles.
    fn issuer(&self, short_name: &'static str) -> TbsIssuer {
        let own = authority(short_name);
        let profile = self.profiles.get(own.profile).unwrap();
        let public_key = (self.public_key)(own.key);
        TbsIssuer {
            short_name: short_name.to_owned(),
            parent: own.issuer.to_owned(),
            name: tbs::subject_of(&self.build(&own)).unwrap(),
            key_identifier: key_identifier(&public_key),
            public_key,
            not_after: profile.not_after("2026-11-21T10:00:00Z".parse().unwrap(), None),
        }
    }
}

fn professional() -> Facts {
    Facts::new()
        .with(Fact::GivenName, "Cécile")
        .with(Fact::FamilyName, "Dumoulin-Test")
        .with(Fact::NationalIdentifier, "899700000123")
        .with(Fact::Title, "Sage-Femme")
        .with(Fact::Profession, "50")
}

fn student() -> Facts {
    Facts::new()
        .with(Fact::GivenName, "Cécile")
        .with(Fact::FamilyName, "Dumoulin-Test")
        .with(Fact::NationalIdentifier, "899700000131")
        .with(Fact::Title, "Sage-Femme en formation")
        .with(Fact::FutureProfession, "50")
}

fn employee() -> Facts {
    hospital()
        .with(Fact::Title, "Personnel santé ou social")
        .with(Fact::GivenName, "Charles")
        .with(Fact::FamilyName, "Essai")
        .with(Fact::NationalIdentifier, "30B0057881/CPET0002")
}

fn service() -> Facts {
    hospital()
        .with(Fact::Pseudonym, "EMPLOYE000000042")
        .with(Fact::NationalIdentifier, "30B0057881/000000042")
}

fn authorised() -> Facts {
    employee()
        .with(Fact::OrganisationName, "SERVICE D'AIDE FICTIF")
        .with(Fact::StructureIdentifier, "300000000029751")
        .with(Fact::NationalIdentifier, "500000000029751/CPAT0001")
}

fn hospital() -> Facts {
    Facts::new()
        .with(Fact::Department, "Paris (75)")
        .with(Fact::OrganisationName, "HOPITAL FICTIF")
        .with(Fact::StructureIdentifier, "10B0057881")
}

fn structure() -> Facts {
    Facts::new()
        .with(Fact::Department, "Côte-d'Or (21)")
        .with(Fact::OrganisationName, "CENTRE HOSPITALIER FICTIF DE LA VALLEE DES ESSAIS")
        .with(Fact::StructureIdentifier, "10B0193488")
}

/// RFC 5280 §4.2.1.2 (1), reckoned with openssl alone.
fn key_identifier(spki: &[u8]) -> Vec<u8> {
    let key = openssl::pkey::PKey::public_key_from_der(spki).unwrap();
    let bits = match (key.ec_key(), key.rsa()) {
        (Ok(key), _) => {
            let mut context = openssl::bn::BigNumContext::new().unwrap();
            let form = openssl::ec::PointConversionForm::UNCOMPRESSED;
            key.public_key().to_bytes(key.group(), form, &mut context).unwrap()
        }
        (_, key) => key.unwrap().public_key_to_der_pkcs1().unwrap(),
    };
    openssl::sha::sha1(&bits).to_vec()
}
