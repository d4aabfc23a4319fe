//! Officers' passkeys, and the chain that leads to them.

use professional_registry::ImportedRegister;
use store::Actor;

use super::{Authenticator, House, relying_party};
use crate::approval::passkey::NewPasskey;
use crate::approval::{ApprovalProof, ApprovalVerifier, Decidable, Delays, NONCE_LENGTH, Verdict};
use crate::decision::{self, Received, TookEffect, nonce};
use crate::enrolment::{
    self, Enrolment, EnrolmentError, NewCredential, NewEnrolment, PinnedRoots, ProposeError,
};
use crate::officers::{self, Role, Scope};
use crate::order::{self, ApproveError, CardOrder};

/// The keys of the administrators that are pinned.
pub(crate) struct Chain {
    pub(crate) admin: Authenticator,
    pub(crate) amina: Authenticator,
}

impl House {
    /// Pins the keys of two administrators.
    pub(crate) fn pin(&mut self) -> Chain {
        let verifier = self.approver.verifier();
        self.pin_for(verifier)
    }

    /// The same in production, where the configuration says of these where they are written to.
    pub(crate) fn pin_in_production(&mut self, told: &[&str]) -> Chain {
        let addresses = told.iter().map(|login| {
            let address = format!("{login}@exemple.fr");
            ((*login).to_owned(), address.parse().unwrap())
        });
        let verifier = ApprovalVerifier::production().with_delays(Delays::NONE);
        self.pin_for(verifier.with_addresses(addresses.collect()))
    }

    fn pin_for(&mut self, verifier: ApprovalVerifier) -> Chain {
        let chain = Chain { admin: Authenticator::new("admin"), amina: Authenticator::new("amina") };
        let (name, act) = ("Prénom Nom", self.act(Actor::Operator("root".to_owned())));
        let Self { db, rng, .. } = self;
        db.write(|db| officers::enrol(db, "amina", name, Role::Administrator, rng, &act)).unwrap();
        let roots = vec![chain.admin.root("admin", name), chain.amina.root("amina", name)];
        let roots = PinnedRoots::new(roots).unwrap();
        self.verifier = verifier.with_passkeys(relying_party(), roots);
        chain
    }

    /// A nonce that the worker drew and a page took.
    pub(crate) fn nonce(&mut self, login: &str) -> [u8; NONCE_LENGTH] {
        let act = self.job();
        let Self { db, rng, .. } = self;
        db.write(|db| nonce::draw(db, rng, &act)).unwrap();
        db.write(|db| nonce::take(db, login, act.at)).unwrap()
    }

    /// What the worker makes of what it has not seen.
    pub(crate) fn receive(&mut self) -> Vec<Received> {
        let act = self.job();
        let Self { db, rng, verifier, .. } = self;
        decision::receive(db, &mut ImportedRegister, verifier, rng, &act).unwrap()
    }

    /// The worker tells of what can no longer be taken back.
    pub(crate) fn take_effect(&mut self) -> TookEffect {
        let act = self.job();
        let Self { db, rng, verifier, .. } = self;
        decision::take_effect(db, verifier, rng, &act).unwrap()
    }

    /// The codes of what the worker refused.
    pub(crate) fn refused(&mut self) -> Vec<&'static str> {
        self.receive().into_iter().filter_map(|received| received.refusal).collect()
    }

    pub(crate) fn proposed(&mut self, key: &Authenticator, login: &str, role: Role) -> Enrolment {
        self.proposed_within(key, login, role, Scope::default(), None)
    }

    /// The same of a registration officer, with an address.
    pub(crate) fn proposed_at(&mut self, key: &Authenticator, login: &str, email: &str) -> Enrolment {
        self.proposed_within(key, login, Role::RegistrationOfficer, Scope::default(), Some(email))
    }

    fn proposed_within(
        &mut self,
        key: &Authenticator,
        login: &str,
        role: Role,
        scope: Scope,
        email: Option<&str>,
    ) -> Enrolment {
        let act = self.officer("admin");
        let roster = self.verifier.roster(&mut self.db).unwrap();
        let new = NewEnrolment {
            login: login.to_owned(),
            display_name: "Prénom Nom".to_owned(),
            role,
            scope,
            email: email.map(|email| email.parse().unwrap()),
            credential: NewCredential::Passkey(NewPasskey {
                credential_id: key.credential_id.clone(),
                key: key.public_key(),
            }),
        };
        let Self { db, rng, verifier, .. } = self;
        db.write(|db| enrolment::propose(db, verifier, &roster, new, rng, &act)).unwrap()
    }

    /// An administrator approves an enrolment with this key.
    pub(crate) fn sign_for(
        &mut self,
        (login, key): (&str, &Authenticator),
        number: &str,
    ) -> Result<Enrolment, EnrolmentError> {
        let subject = enrolment::get(&mut self.db, number).unwrap().decidable();
        let proof = self.key_proof((login, key), &subject);
        let act = self.officer(login);
        let Self { db, rng, verifier, .. } = self;
        db.write(|db| enrolment::decide(db, verifier, number, Verdict::Approve, &proof, None, rng, &act))
    }

    /// The proof that this officer approves, with a nonce of its own.
    pub(crate) fn key_proof(
        &mut self,
        (login, key): (&str, &Authenticator),
        subject: &Decidable,
    ) -> ApprovalProof {
        let nonce = self.nonce(login);
        key.decide(subject, (Verdict::Approve, None), login, nonce, self.at)
    }

    /// A key that both administrators have signed for, and the worker has seen.
    pub(crate) fn enrolled_key(&mut self, chain: &Chain, login: &str, role: Role) -> Authenticator {
        self.enrolled_key_within(chain, login, role, Scope::default())
    }

    /// The same for orders of a scope.
    pub(crate) fn enrolled_key_within(
        &mut self,
        chain: &Chain,
        login: &str,
        role: Role,
        scope: Scope,
    ) -> Authenticator {
        self.enrolled(chain, login, role, scope, None)
    }

    /// The same, with an address.
    pub(crate) fn enrolled_key_at(
        &mut self,
        chain: &Chain,
        login: &str,
        role: Role,
        email: &str,
    ) -> Authenticator {
        self.enrolled(chain, login, role, Scope::default(), Some(email))
    }

    fn enrolled(
        &mut self,
        chain: &Chain,
        login: &str,
        role: Role,
        scope: Scope,
        email: Option<&str>,
    ) -> Authenticator {
        let key = Authenticator::new(login);
        let number = self.proposed_within(&key, login, role, scope, email).number;
        self.sign_for(("admin", &chain.admin), &number).unwrap();
        self.sign_for(("amina", &chain.amina), &number).unwrap();
        assert_eq!(self.refused(), [""; 0]);
        key
    }

    /// A certificate that an administrator proposes as this officer's.
    pub(crate) fn proposed_certificate(
        &mut self,
        der: &[u8],
        login: &str,
        role: Role,
    ) -> Result<Enrolment, ProposeError> {
        let act = self.officer("admin");
        let roster = self.verifier.roster(&mut self.db).unwrap();
        let new = NewEnrolment {
            scope: Scope::default(),
            email: None,
            login: login.to_owned(),
            display_name: "Prénom Nom".to_owned(),
            role,
            credential: NewCredential::Certificate(der.to_vec()),
        };
        let Self { db, rng, verifier, .. } = self;
        db.write(|db| enrolment::propose(db, verifier, &roster, new, rng, &act))
    }

    /// Both administrators end a key, and the worker has seen it.
    pub(crate) fn revoke(&mut self, chain: &Chain, key: &Authenticator) {
        self.revoke_by_id(chain, &key.credential_id);
    }

    /// The same of a key or a certificate, by its identifier.
    pub(crate) fn revoke_by_id(&mut self, chain: &Chain, id: &[u8]) {
        let act = self.officer("admin");
        let roster = self.verifier.roster(&mut self.db).unwrap();
        let Self { db, rng, .. } = self;
        let number = db.write(|db| enrolment::propose_revocation(db, &roster, id, rng, &act)).unwrap().number;
        self.sign_for(("admin", &chain.admin), &number).unwrap();
        self.sign_for(("amina", &chain.amina), &number).unwrap();
        assert_eq!(self.refused(), [""; 0]);
    }

    /// This officer approves an order with his key.
    pub(crate) fn approve_by(
        &mut self,
        (login, key): (&str, &Authenticator),
        number: &str,
    ) -> Result<CardOrder, ApproveError> {
        let order = order::get(&mut self.db, number).unwrap();
        let proof = self.key_proof((login, key), &order.decidable());
        self.approve_with(login, number, order.version, &proof)
    }

    /// Writes a decision into the table as somebody would who has the web role's rights, and no key.
    pub(crate) fn write_decision(
        &mut self,
        subject: &Decidable,
        login: &str,
        at: i64,
        proof: &ApprovalProof,
    ) {
        self.write_verdict(subject, login, "'approve', NULL", at, proof);
    }

    /// The same of a refusal, for this reason.
    pub(crate) fn write_refusal(
        &mut self,
        subject: &Decidable,
        (login, reason): (&str, &str),
        at: i64,
        proof: &ApprovalProof,
    ) {
        self.write_verdict(subject, login, &format!("'refuse', '{reason}'"), at, proof);
    }

    fn write_verdict(
        &mut self,
        subject: &Decidable,
        login: &str,
        verdict: &str,
        at: i64,
        proof: &ApprovalProof,
    ) {
        let (kind, number, version) = (subject.kind.as_str(), &subject.number, subject.version);
        let (proof_kind, proof) = (proof.kind().as_str(), hex::encode(proof.encode()));
        let proof = if self.db.is_on_server() { format!("'\\x{proof}'") } else { format!("x'{proof}'") };
        self.sql(&format!(
            "INSERT INTO decisions VALUES ('{kind}', '{number}', {version}, '{login}', {verdict}, NULL, {at}, \
             '{proof_kind}', {proof});
             INSERT INTO decision_inbox VALUES ('{kind}', '{number}', {version}, '{login}')"
        ))
        .unwrap();
    }
}

/// As if the worker had looked at this officer's decision and found it worth nothing.
pub(crate) fn refused_by_the_worker(house: &mut House, number: &str, login: &str) {
    use diesel::prelude::*;
    use sha2::{Digest, Sha256};
    use store::schema::decisions;
    let (kind, version, proof): (String, i64, Vec<u8>) = decisions::table
        .filter(decisions::subject_number.eq(number).and(decisions::decided_by.eq(login)))
        .select((decisions::subject_kind, decisions::subject_version, decisions::proof))
        .first(&mut house.db)
        .unwrap();
    let seen = hex::encode(Sha256::digest(&proof));
    house
        .sql(&format!(
            "INSERT INTO decision_receipts VALUES ('{kind}', '{number}', {version}, '{login}', '{seen}', NULL, NULL, 1, \
             'approval-proof-invalid')"
        ))
        .unwrap();
}
