//! A small registration authority for the tests of this crate: a register read by the real importer, officers,
//! a bureau, authorities with software keys.

mod authenticator;
mod chain;
mod leaves;
mod mailbox;
mod register;
mod requests;
mod server;
mod software_signer;
mod structures;

use std::time::Duration;

use ca_core::epoch::Epoch;
use ca_core::identity::Identity;
use ca_core::issuance::{
    self, Bearer, Evidence, EvidenceKind, IssuanceContext, IssuanceRequest, NewAuthorityKey,
};
use ca_core::key_policy::Blocklist;
use ca_core::profile::Profiles;
use ca_core::signer::KeyReference;
use ca_core::subject::{Fact, Facts};
use card::personalisation::bureau::{self, BureauKey};
use card::personalisation::verify_return_file;
use card::{CardKind, CardNumber};
use diesel::connection::SimpleConnection;
use openssl::x509::X509;
use professional_registry::import::{ImportError, ImportReport, Release};
use professional_registry::{IdNatPs, ImportedRegister, Profession};
use rand_core::UnwrapErr;
use store::{Act, Actor, Database, DatabaseRole, Fault, RequestId, Timestamp};
use tempfile::TempDir;

pub(crate) use authenticator::*;
pub(crate) use chain::{Chain, refused_by_the_worker};
pub(crate) use leaves::place_leaves;
pub(crate) use mailbox::*;
pub(crate) use register::*;
pub(crate) use requests::plain_csr;
pub(crate) use server::{fresh_postgresql, on_both};
pub(crate) use software_signer::SoftwareSigner;
pub(crate) use structures::*;

use crate::approval::{ApprovalProof, ApprovalVerifier, Decidable, DemoApprover};
use crate::certification::{CertificationContext, CertifiedCard, CertifyCardError, certify_card};
use crate::officers::{self, Role};
use crate::order::{self, ApproveError, CardOrder, NewCardOrder, SubmitError, SubmittedOrder};
use crate::terms::{self, AcceptancePath, Accepted};
use crate::{delivery, personalisation};

pub(crate) type Rng = UnwrapErr<getrandom::SysRng>;

/// The terms of use that are in force.
pub(crate) const TERMS: &str = "CGU-2026";

/// The authority, its register, its officers.
pub(crate) struct House {
    pub(crate) db: Database,
    pub(crate) rng: Rng,
    pub(crate) approver: DemoApprover,
    pub(crate) verifier: ApprovalVerifier,
    pub(crate) at: Timestamp,
    pub(crate) bureau: BureauKey,
    _folder: TempDir,
}

/// What the worker certifies with.
pub(crate) struct Worker {
    pub(crate) signer: SoftwareSigner,
    pub(crate) bureaus: Vec<X509>,
    pub(crate) epoch: Epoch,
    pub(crate) profiles: Profiles,
    pub(crate) identity: Identity,
    pub(crate) blocklist: Blocklist,
}

impl House {
    pub(crate) fn new() -> Self {
        Self::on("sqlite::memory:")
    }

    pub(crate) fn on(url: &str) -> Self {
        let mut db = Database::open(url, DatabaseRole::Owner).unwrap();
        db.migrate().unwrap();
        let mut rng = UnwrapErr(getrandom::SysRng);
        let at = db.now().unwrap().whole_second();
        let folder = tempfile::tempdir().unwrap();
        let approver = DemoApprover::create(&folder.path().join("test-only-demo-key.pem")).unwrap();
        let verifier = approver.verifier();
        let bureau =
            BureauKey::create(&folder.path().join("bureau"), "Bureau A".parse().unwrap(), &mut rng, at)
                .unwrap();
        let mut house = Self { db, rng, approver, verifier, at, bureau, _folder: folder };
        house.enrol_all();
        house.import_day(0, &first_day());
        house.import_day(1, &second_day());
        house
    }

    pub(crate) fn act(&self, actor: Actor) -> Act {
        Act { at: self.at, actor, request: RequestId("test".to_owned()) }
    }

    pub(crate) fn officer(&self, login: &str) -> Act {
        self.act(Actor::Officer(login.to_owned()))
    }

    pub(crate) fn job(&self) -> Act {
        self.act(Actor::Job("test"))
    }

    /// Time goes on, for whoever acts next.
    pub(crate) fn later(&mut self, seconds: u64) {
        self.at = self.at.plus(Duration::from_secs(seconds));
    }

    pub(crate) fn sql(&mut self, statement: &str) -> Result<(), diesel::result::Error> {
        self.db.batch_execute(statement)
    }

    pub(crate) fn submit(&mut self, login: &str, new: NewCardOrder) -> Result<SubmittedOrder, SubmitError> {
        let act = self.officer(login);
        let Self { db, rng, .. } = self;
        db.write(|db| order::submit(db, &mut ImportedRegister, new, rng, &act))
    }

    pub(crate) fn proof(&mut self, login: &str, subject: &Decidable) -> ApprovalProof {
        self.approver.approve(subject, login, &mut self.rng, self.at).unwrap()
    }

    pub(crate) fn approve(&mut self, login: &str, number: &str) -> Result<CardOrder, ApproveError> {
        let order = order::get(&mut self.db, number).unwrap();
        let proof = self.proof(login, &order.decidable());
        self.approve_with(login, number, order.version, &proof)
    }

    pub(crate) fn approve_with(
        &mut self,
        login: &str,
        number: &str,
        version: i64,
        proof: &ApprovalProof,
    ) -> Result<CardOrder, ApproveError> {
        let act = self.officer(login);
        let Self { db, rng, verifier, .. } = self;
        db.write(|db| order::approve(db, &mut ImportedRegister, verifier, number, version, proof, rng, &act))
    }

    /// An order for a nurse's CPS, submitted by alice and approved by bob.
    pub(crate) fn approved(&mut self, holder: &IdNatPs) -> CardOrder {
        self.approved_for(holder, "60")
    }

    /// An order for a CPS, submitted by alice and approved by bob.
    pub(crate) fn approved_for(&mut self, holder: &IdNatPs, profession: &str) -> CardOrder {
        let number = self.submit("alice", cps(holder, profession)).unwrap().number().to_owned();
        self.approve("bob", &number).unwrap()
    }

    /// Every approved order to the bureau and back.
    pub(crate) fn personalise(&mut self) -> Vec<CardNumber> {
        let act = self.job();
        let Self { db, rng, verifier, bureau, .. } = self;
        let prefix = "26".parse().unwrap();
        let closed = db
            .write(|db| {
                personalisation::close_batch(
                    db,
                    &mut ImportedRegister,
                    verifier,
                    prefix,
                    bureau.name(),
                    rng,
                    &act,
                )
            })
            .unwrap();
        let returned = bureau::personalise(&closed.file.unwrap(), bureau, None, rng).unwrap();
        let pinned = [bureau.certificate().clone()];
        let verified = verify_return_file(&returned, &pinned).unwrap();
        let batch = db.write(|db| personalisation::record_return(db, verified, rng, &act)).unwrap();
        batch.personalised.into_iter().map(|card| card.number).collect()
    }

    /// The authorities FORT, STANDARD and ELEMENTAIRE PERSONNES and ELEMENTAIRE ORGANISATIONS, and a worker with their keys.
    pub(crate) fn worker(&mut self) -> Worker {
        let act = self.act(Actor::Ceremony("test".to_owned()));
        let epoch = Epoch::open(&mut self.db, Duration::from_secs(600), &act).unwrap();
        let mut worker = Worker {
            signer: SoftwareSigner::default(),
            bureaus: vec![self.bureau.certificate().clone()],
            epoch,
            profiles: Profiles::embedded(),
            identity: Identity::demo(),
            blocklist: Blocklist::default(),
        };
        let authorities = [
            ("ACR-FO", "ACR-FO"),
            ("ACI-FO-PP", "ACR-FO"),
            ("ACR-ST", "ACR-ST"),
            ("ACI-ST-PP", "ACR-ST"),
            ("ACR-EL", "ACR-EL"),
            ("ACI-EL-ORG", "ACR-EL"),
            ("ACI-EL-PP", "ACR-EL"),
        ];
        for (short_name, parent) in authorities {
            self.make_authority(&mut worker, short_name, parent, &act);
        }
        worker
    }

    pub(crate) fn certify(
        &mut self,
        worker: &mut Worker,
        card: &CardNumber,
    ) -> Result<CertifiedCard, CertifyCardError> {
        let act = self.job();
        let Self { db, rng, verifier, .. } = self;
        certify_card(db, &mut worker.context(verifier, &mut ImportedRegister), card, rng, &act)
    }

    /// A nurse's CPS, from order to active.
    pub(crate) fn active_card(&mut self, worker: &mut Worker, holder: &IdNatPs) -> CardNumber {
        self.approved(holder);
        let number = self.personalise()[0];
        self.certify(worker, &number).unwrap();
        self.activate(&number);
        number
    }

    pub(crate) fn activate(&mut self, number: &CardNumber) -> delivery::Activation {
        let act = self.officer("alice");
        self.accept_terms(number);
        delivery::deliver(&mut self.db, number, TERMS, &mut self.rng, &act).unwrap();
        delivery::activate(&mut self.db, number, TERMS, &mut self.rng, &act).unwrap()
    }

    /// The holder signs the terms before alice.
    pub(crate) fn accept_terms(&mut self, number: &CardNumber) {
        let (act, at) = (self.officer("alice"), self.at);
        let Self { db, rng, .. } = self;
        let accepted = Accepted { terms: TERMS, path: AcceptancePath::Counter, at };
        db.write(|db| terms::accept(db, number, accepted, rng, &act)).unwrap();
    }

    /// Reads an extract of that day, as the importer reads the real one.
    pub(crate) fn import_day(&mut self, day: u64, lines: &[Line]) {
        let report = self.try_import(day, lines, None).unwrap();
        assert_eq!(report.rows_rejected, 0, "the test's own register is well formed");
    }

    /// The same, where a brake may stop it.
    pub(crate) fn try_import(
        &mut self,
        day: u64,
        lines: &[Line],
        release: Option<Release>,
    ) -> Result<ImportReport, ImportError> {
        import(&mut self.db, &mut self.rng, self.at, day, (lines, ""), release)
    }

    /// The same, with more text at the end of the file.
    pub(crate) fn try_import_with(
        &mut self,
        day: u64,
        lines: &[Line],
        more: &str,
    ) -> Result<ImportReport, ImportError> {
        import(&mut self.db, &mut self.rng, self.at, day, (lines, more), None)
    }

    fn enrol_all(&mut self) {
        let act = self.act(Actor::Operator("root".to_owned()));
        // Whom a mandate names is nobody who decides on it.
        let name = |login: &str| if login == "agent" { "Agent Fictif" } else { "Prénom Nom" };
        let people = [
            ("agent", Role::CertificationAgent),
            ("alice", Role::RegistrationOfficer),
            ("bob", Role::RegistrationOfficer),
            ("clara", Role::RegistrationOfficer),
            ("rita", Role::RevocationOfficer),
            ("admin", Role::Administrator),
            ("audrey", Role::Auditor),
        ];
        let Self { db, rng, .. } = self;
        db.write(|db| {
            people.into_iter().try_for_each(|(login, role)| {
                officers::enrol(db, login, name(login), role, rng, &act).map(drop)
            })
        })
        .unwrap();
    }

    fn make_authority(&mut self, worker: &mut Worker, short_name: &str, parent: &str, act: &Act) {
        let root = short_name == parent;
        let (key, public_key) = worker.signer.generate();
        let prefix =
            (!root).then_some([0x11, 1, 2, 3, 4, 5, 6, short_name.bytes().fold(0, u8::wrapping_add)]);
        let facts = Facts::new().with(Fact::Authority, short_name);
        let request = IssuanceRequest {
            profile: if root { "root" } else { "issuing" },
            issuer: parent,
            bearer: Bearer::Authority(NewAuthorityKey { short_name, key: &key, serial_prefix: prefix }),
            facts: &facts,
            public_key: &public_key,
            not_after: Some(act.at.plus_years(if root { 20 } else { 19 })),
        };
        #[expect(clippy::disallowed_methods, reason = "the test stands in for the ceremony")]
        let evidence = Evidence::verified(EvidenceKind::Ceremony, b"a test");
        let context = IssuanceContext {
            profiles: &worker.profiles,
            identity: &worker.identity,
            blocklist: &worker.blocklist,
        };
        let Self { db, rng, .. } = self;
        let prepared = db
            .write(|db| issuance::prepare(db, context, &request, &evidence, &worker.epoch, rng, act))
            .unwrap();
        issuance::issue(db, &mut worker.signer, prepared, rng, act).unwrap();
    }
}

impl Worker {
    pub(crate) fn context<'a>(
        &'a mut self,
        verifier: &'a ApprovalVerifier,
        registry: &'a mut ImportedRegister,
    ) -> CertificationContext<'a> {
        CertificationContext {
            signer: &mut self.signer,
            registry,
            verifier,
            bureaus: &self.bureaus,
            issuance: IssuanceContext {
                profiles: &self.profiles,
                identity: &self.identity,
                blocklist: &self.blocklist,
            },
            epoch: &self.epoch,
        }
    }
}

/// An order for a CPS.
pub(crate) fn cps(holder: &IdNatPs, profession: &str) -> NewCardOrder {
    card_for(CardKind::Cps, holder, profession)
}

pub(crate) fn card_for(kind: CardKind, holder: &IdNatPs, profession: &str) -> NewCardOrder {
    let profession = Profession::from_code(profession).unwrap();
    NewCardOrder { kind, holder: holder.clone(), profession, replaces: None }
}

/// The code of a refusal.
pub(crate) fn code<T, E: Fault>(outcome: Result<T, E>) -> &'static str {
    match outcome {
        Ok(_) => panic!("it was not refused"),
        Err(error) => error.code().name,
    }
}

pub(crate) fn reference(id: u8) -> KeyReference {
    KeyReference { token: "test".to_owned(), id: ca_core::signer::KeyId::new([id]).unwrap() }
}
