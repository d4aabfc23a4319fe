//! Requests for software certificates.

use ca_core::issuance::IssuanceContext;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::PKey;
use openssl::x509::X509Req;
use professional_registry::ImportedRegister;

use super::{House, Worker};
use crate::certificate_request::{self, NewCertificateRequest, Wanted};
use crate::certification::certify_request;

/// A PKCS#10 request over a new key, without names.
pub(crate) fn plain_csr() -> Vec<u8> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let key = PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
    let mut request = X509Req::builder().unwrap();
    request.set_pubkey(&key).unwrap();
    request.sign(&key, MessageDigest::sha256()).unwrap();
    request.build().to_der().unwrap()
}

impl House {
    /// Submitted by the agent, approved by bob, certified: the number.
    pub(crate) fn certified_request(&mut self, worker: &mut Worker, new: NewCertificateRequest) -> String {
        if let Wanted::Structure(structure) = &new.wanted {
            self.speaks_for(structure.as_str());
        }
        let act = self.officer("agent");
        let Self { db, rng, .. } = self;
        let issuance = IssuanceContext {
            profiles: &worker.profiles,
            identity: &worker.identity,
            blocklist: &worker.blocklist,
        };
        let submit =
            |db: &mut _| certificate_request::submit(db, &mut ImportedRegister, issuance, new, rng, &act);
        let request = db.write(submit).unwrap();
        let proof = self.proof("bob", &request.decidable());
        let (bob, job) = (self.officer("bob"), self.job());
        let Self { db, rng, verifier, .. } = self;
        let (number, registry) = (&request.number, &mut ImportedRegister);
        db.write(|db| certificate_request::approve(db, registry, verifier, number, 1, &proof, rng, &bob))
            .unwrap();
        certify_request(db, &mut worker.context(verifier, &mut ImportedRegister), number, rng, &job).unwrap();
        request.number
    }
}
