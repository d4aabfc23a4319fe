//! Structures, their agents and their staff.

use card::CardKind;
use professional_registry::ImportedRegister;
use professional_registry::identifiers::TechnicalStructureId;
use store::{Act, Actor};

use super::House;
use crate::approval::Verdict;
use crate::mandate::{self, Mandate, NewMandate, ProposeMandateError, Quality};
use crate::officers::{self, Role};
use crate::order::{self, CardOrder, NewStaffOrder, SubmitError};
use crate::staff::{self, DeclareError, Declared, NewMember, Post};

/// A structure that the register knows by its SIRET alone, once [`House::with_authorised_structure`] has read it.
pub(crate) const AUTHORISED_STRUCTURE: &str = "C00000000029751";

pub(crate) fn structure(id: &str) -> TechnicalStructureId {
    id.parse().unwrap()
}

pub(crate) fn new_mandate(structure_id: &str) -> NewMandate {
    NewMandate {
        structure: structure(structure_id),
        login: "agent".to_owned(),
        quality: Quality::Director,
        identifier: None,
        reference: "Contrat d'adhésion 2026-0412".to_owned(),
        document: "ab".repeat(32),
        until: None,
    }
}

pub(crate) fn member(local_id: &str, post: Post) -> NewMember {
    let (family_name, given_name) = match post {
        Post::Service => ("", ""),
        Post::Employee | Post::Head => ("LEROY", "Maël"),
    };
    NewMember {
        local_id: local_id.to_owned(),
        post,
        family_name: family_name.to_owned(),
        given_name: given_name.to_owned(),
    }
}

impl House {
    /// The register of a day on which the nurse works for a structure without FINESS, too.
    pub(crate) fn with_authorised_structure(&mut self) {
        let more = super::line_at(&super::second_day()[0], AUTHORISED_STRUCTURE);
        self.try_import_with(2, &super::second_day(), &more).unwrap();
    }

    pub(crate) fn propose(&mut self, login: &str, new: NewMandate) -> Result<Mandate, ProposeMandateError> {
        let act = self.officer(login);
        let Self { db, rng, .. } = self;
        db.write(|db| mandate::propose(db, &mut ImportedRegister, new, rng, &act))
    }

    pub(crate) fn decide_mandate(
        &mut self,
        login: &str,
        number: &str,
        verdict: Verdict,
    ) -> Result<Mandate, mandate::DecideMandateError> {
        let subject = mandate::get(&mut self.db, number).unwrap().decidable();
        let proof = match verdict {
            Verdict::Approve => self.proof(login, &subject),
            Verdict::Refuse => {
                let refusal = ("document-insufficient", None);
                self.approver.refuse(&subject, refusal, login, &mut self.rng, self.at).unwrap()
            }
        };
        let act = self.officer(login);
        let Self { db, rng, verifier, .. } = self;
        db.write(|db| mandate::decide(db, verifier, number, verdict, &proof, None, rng, &act))
    }

    /// The agent speaks for the structure: alice has proposed it, bob has approved it, and the worker has seen that.
    pub(crate) fn mandated(&mut self, structure_id: &str) -> Mandate {
        let number = self.propose("alice", new_mandate(structure_id)).unwrap().number;
        self.decide_mandate("bob", &number, Verdict::Approve).unwrap();
        self.receive();
        mandate::get(&mut self.db, &number).unwrap()
    }

    /// The agent speaks for the structure, if he did not yet.
    pub(crate) fn speaks_for(&mut self, structure_id: &str) {
        let act = self.officer("agent");
        if mandate::standing(&mut self.db, &structure(structure_id), &act).unwrap().is_none() {
            self.mandated(structure_id);
        }
    }

    /// An officer ends it, and the worker has seen that.
    pub(crate) fn end_mandate(
        &mut self,
        login: &str,
        number: &str,
    ) -> Result<Mandate, mandate::DecideMandateError> {
        self.decide_mandate(login, number, Verdict::Refuse)?;
        self.receive();
        Ok(mandate::get(&mut self.db, number)?)
    }

    /// Its agent lays it down, or tries to.
    pub(crate) fn lay_down(&mut self, login: &str, number: &str) -> Result<Mandate, mandate::LayDownError> {
        let act = self.officer(login);
        let Self { db, rng, .. } = self;
        db.write(|db| mandate::lay_down(db, number, rng, &act))
    }

    pub(crate) fn declare(
        &mut self,
        login: &str,
        structure_id: &str,
        new: &NewMember,
    ) -> Result<Declared, DeclareError> {
        let act = self.officer(login);
        let Self { db, rng, .. } = self;
        db.write(|db| staff::declare(db, &structure(structure_id), new, rng, &act))
    }

    pub(crate) fn submit_staff(
        &mut self,
        login: &str,
        kind: CardKind,
        structure_id: &str,
        local_id: &str,
    ) -> Result<CardOrder, SubmitError> {
        let act = self.officer(login);
        let new = NewStaffOrder {
            kind,
            structure: structure(structure_id),
            local_id: local_id.to_owned(),
            replaces: None,
        };
        let Self { db, rng, .. } = self;
        db.write(|db| order::submit_staff(db, &mut ImportedRegister, new, rng, &act))
            .map(order::SubmittedOrder::into_order)
    }

    /// Another agent, for whom no officer has vouched.
    pub(crate) fn enrol_other_agent(&mut self) {
        let act: Act = self.act(Actor::Operator("root".to_owned()));
        let Self { db, rng, .. } = self;
        db.write(|db| officers::enrol(db, "mallory", "Prénom Nom", Role::CertificationAgent, rng, &act))
            .unwrap();
    }
}
