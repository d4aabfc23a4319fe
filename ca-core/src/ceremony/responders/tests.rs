use super::super::tests::INSTALLATION as DEMO;
use super::super::tests::hall::{Hall, act};
use super::*;
use crate::identity::Identity;
use crate::profile::Profiles;
use crate::service_key::{self, ServiceKey};
use crate::signer::Signer;
use crate::signer::soft_token::{in_folder, load, process};

const HERE: &str = module_path!();
const DAY: Duration = Duration::from_secs(86_400);

/// Renews what is due this many days after the ceremony.
fn renew(
    db: &mut Database,
    process: &SignerProcess,
    text: &str,
    days: u32,
) -> Result<Vec<CertificateMade>, CeremonyError> {
    let (profiles, identity) = (Profiles::embedded(), Identity::demo());
    let blocklist = crate::key_policy::Blocklist::default();
    let context = IssuanceContext { profiles: &profiles, identity: &identity, blocklist: &blocklist };
    let act = Act { at: act().at.plus(DAY * days), ..act() };
    let epoch = Epoch::open(db, DAY, &act).unwrap();
    let mut rng = rand_core::UnwrapErr(getrandom::SysRng);
    renew_responders(db, process, &Ceremony::parse(text).unwrap(), context, &epoch, &mut rng, &act)
}

#[test]
fn a_responder_gets_its_successor_thirty_days_before_it_ends_and_no_sooner() {
    in_folder(HERE, "a_responder_gets_its_successor_thirty_days_before_it_ends_and_no_sooner", |folder| {
        let mut hall = Hall::new(load(folder));
        hall.hold(DEMO).unwrap();
        let (mut db, process) = (hall.db, process(folder, Duration::from_secs(20)));
        assert!(renew(&mut db, &process, DEMO, 59).unwrap().is_empty(), "31 days are left");

        let made = renew(&mut db, &process, DEMO, 61).unwrap();
        assert_eq!(made.len(), 6, "one for each issuing authority");
        assert!(made.iter().all(|one| one.label == format!("ocsp-{}-2", one.issuer)), "{made:?}");
        let keys = service_key::of_purpose(&mut db, Purpose::Ocsp).unwrap();
        assert_eq!(keys.len(), 12, "the old ones go on answering until they end");
        let mut public_keys: Vec<_> = keys.iter().map(|key| &key.public_key).collect();
        public_keys.sort();
        public_keys.dedup();
        assert_eq!(public_keys.len(), 12, "each has a key of its own");
        let mut signer = process.signer();
        let in_token = |key: &ServiceKey| key.key.token == "status";
        assert!(keys.iter().all(in_token));
        assert!(keys.iter().all(|key| signer.public_key(&key.key).unwrap() == key.public_key));

        assert!(renew(&mut db, &process, DEMO, 61).unwrap().is_empty(), "once is enough");
        assert_eq!(renew(&mut db, &process, DEMO, 1_000).unwrap().len(), 6, "also long after they ended");
    });
}

#[test]
fn another_ceremonys_file_is_no_evidence_for_a_responder() {
    in_folder(HERE, "another_ceremonys_file_is_no_evidence_for_a_responder", |folder| {
        let mut hall = Hall::new(load(folder));
        hall.hold(DEMO).unwrap();
        let (mut db, process) = (hall.db, process(folder, Duration::from_secs(20)));
        let altered = format!("{DEMO}\n# one line more\n");
        let refused = renew(&mut db, &process, &altered, 61).unwrap_err();
        assert!(matches!(refused, CeremonyError::AnotherFile(_)), "{refused}");
        assert_eq!(service_key::of_purpose(&mut db, Purpose::Ocsp).unwrap().len(), 6);
    });
}
