//! An authority of the house that gives certificates, for those who come with one.

use std::time::Duration;

use ca_core::certificate;
use ca_core::epoch::Epoch;
use ca_core::identity::Identity;
use ca_core::issuance::{
    self, Bearer, Evidence, EvidenceKind, IssuanceContext, IssuanceRequest, NewAuthorityKey,
};
use ca_core::key_policy::Blocklist;
use ca_core::profile::Profiles;
use ca_core::signer::{KeyId, KeyReference};
use ca_core::subject::{Fact, Facts};
use openssl::pkey::PKey;
use openssl::rsa::Rsa;
use store::Actor;

use super::house::House;
use super::software_signer::SoftwareSigner;

/// ACR-EL and ACI-EL-ORG, with keys in software.
pub(super) struct Authorities {
    signer: SoftwareSigner,
    epoch: Epoch,
    profiles: Profiles,
    identity: Identity,
    blocklist: Blocklist,
}

impl Authorities {
    pub(super) fn make(house: &mut House) -> Self {
        let act = house.act(Actor::Ceremony("test".to_owned()));
        let mut authorities = Self {
            signer: SoftwareSigner::default(),
            epoch: Epoch::open(&mut house.db, Duration::from_secs(3600), &act).unwrap(),
            profiles: Profiles::embedded(),
            identity: Identity::demo(),
            blocklist: Blocklist::default(),
        };
        for (short_name, root) in [("ACR-EL", true), ("ACI-EL-ORG", false)] {
            let (key, public_key) = authorities.signer.generate();
            let prefix = (!root).then_some([0x11, 1, 2, 3, 4, 5, 6, 7]);
            let request = IssuanceRequest {
                profile: if root { "root" } else { "issuing" },
                issuer: "ACR-EL",
                bearer: Bearer::Authority(NewAuthorityKey { short_name, key: &key, serial_prefix: prefix }),
                facts: &Facts::new().with(Fact::Authority, short_name),
                public_key: &public_key,
                not_after: Some(act.at.plus_years(if root { 20 } else { 19 })),
            };
            authorities.issue(house, &request);
        }
        authorities
    }

    /// A certificate of `el-org-auth-cli` for a service of this name, DER.
    pub(super) fn certify(&mut self, house: &mut House, name: &str) -> Vec<u8> {
        let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap().public_key_to_der().unwrap();
        let facts = Facts::new()
            .with(Fact::OrganisationName, "CLINIQUE FICTIVE DU PORT")
            .with(Fact::StructureIdentifier, "10B0193488")
            .with(Fact::Department, "Loire-Atlantique (44)")
            .with(Fact::ServiceName, name);
        let request = IssuanceRequest {
            profile: "el-org-auth-cli",
            issuer: "ACI-EL-ORG",
            bearer: Bearer::EndEntity,
            facts: &facts,
            public_key: &key,
            not_after: None,
        };
        self.issue(house, &request);
        let mut made = certificate::with_key(&mut house.db, &key).unwrap();
        made.remove(0).status.der().unwrap().to_vec()
    }

    fn issue(&mut self, house: &mut House, request: &IssuanceRequest<'_>) {
        let act = house.act(Actor::Ceremony("test".to_owned()));
        #[expect(
            clippy::disallowed_methods,
            reason = "the test stands in for the ceremony and for certification"
        )]
        let evidence = Evidence::verified(EvidenceKind::Ceremony, b"a test");
        let context = IssuanceContext {
            profiles: &self.profiles,
            identity: &self.identity,
            blocklist: &self.blocklist,
        };
        let House { db, rng, .. } = house;
        let prepared = db
            .write(|db| issuance::prepare(db, context, request, &evidence, &self.epoch, rng, &act))
            .unwrap();
        issuance::issue(db, &mut self.signer, prepared, rng, &act).unwrap();
    }
}

/// How the software signer names its keys.
pub(super) fn reference(id: u8) -> KeyReference {
    KeyReference { token: "test".to_owned(), id: KeyId::new([id]).unwrap() }
}
