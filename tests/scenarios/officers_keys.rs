//! Officers with passkeys, in an installation that is put into production: two administrators' keys are pinned, and they
//! enrol the officer who decides.

use std::fs;
use std::path::Path;

use registration_authority::approval::passkey::RelyingParty;
use registration_authority::approval::{
    ApprovalProof, ApprovalVerifier, BulkStatement, Decidable, Delays, Verdict,
};
use registration_authority::decision::nonce;
use registration_authority::enrolment::{self, NewCredential, NewEnrolment, PinnedRoots};
use registration_authority::officers::{OfficerEmail, Role, Scope};
use registration_authority::order::CardOrder;
use store::{Database, Timestamp};

use acceptance::harness::chance;

use self::authenticator::Authenticator;
use super::workshop::officer;

#[expect(dead_code, reason = "each crate that takes it by its path uses a part")]
#[path = "../../registration-authority/src/testing/authenticator.rs"]
pub mod authenticator;

/// The administrators whose keys are pinned, with their names.
pub const ADMINISTRATORS: [(&str, &str); 2] = [("alix.moreau", "Alix MOREAU"), ("noa.simon", "Noa SIMON")];

/// Where an officer is written to of whom the test says nothing.
fn address_of(login: &str) -> OfficerEmail {
    format!("{login}@exemple.fr").parse().unwrap()
}

/// The keys of the administrators, as software; and what verifies with them.
pub struct OfficersKeys {
    pub administrators: [Authenticator; 2],
    pub verifier: ApprovalVerifier,
}

impl OfficersKeys {
    /// Pins the administrators' keys in the configuration of the installation in `dir`, whose pages are at `origin`.
    pub fn pin(dir: &Path, origin: &str) -> Self {
        Self::pin_keys(dir, origin, ADMINISTRATORS.map(|(login, _)| login))
    }

    /// The same with keys of these names.
    pub fn pin_keys(dir: &Path, origin: &str, names: [&str; 2]) -> Self {
        let administrators =
            names.map(|name| Authenticator { origin: origin.to_owned(), ..Authenticator::new(name) });
        let roots = [0, 1].map(|at| administrators[at].root(ADMINISTRATORS[at].0, ADMINISTRATORS[at].1));
        let sections = roots.clone().map(|root| {
            let mut section = toml::Table::new();
            section.insert("login".to_owned(), root.login.clone().into());
            section.insert("email".to_owned(), address_of(&root.login).as_str().into());
            section.insert("display_name".to_owned(), root.display_name.into());
            section.insert("credential_id".to_owned(), hex::encode(root.credential_id).into());
            section.insert("public_key".to_owned(), hex::encode(root.key.spki()).into());
            toml::Value::from(section)
        });
        let file = dir.join("igc.toml");
        let mut config: toml::Table = fs::read_to_string(&file).unwrap().parse().unwrap();
        let passkeys = config["passkeys"].as_table_mut().unwrap();
        passkeys.insert("origin".to_owned(), origin.into());
        passkeys.insert("root".to_owned(), toml::Value::Array(sections.into()));
        fs::write(file, config.to_string()).unwrap();
        let relying_party = RelyingParty::new(origin, "localhost").unwrap();
        let verifier = ApprovalVerifier::production()
            .with_passkeys(relying_party, PinnedRoots::new(roots.into()).unwrap())
            .with_addresses(ADMINISTRATORS.map(|(login, _)| (login.to_owned(), address_of(login))).into())
            // As its configuration says.
            .with_delays(Delays::NONE);
        Self { administrators, verifier }
    }

    /// Proposes a key or a certificate, for which both administrators sign; the worker has not seen it yet.
    pub fn enrol(&self, db: &mut Database, login: &str, name: &str, credential: NewCredential) {
        self.enrol_at(db, (login, name, None), credential);
    }

    /// The same with an address, where there is one; the number of the enrolment.
    pub fn enrol_at(
        &self,
        db: &mut Database,
        (login, name, email): (&str, &str, Option<&str>),
        credential: NewCredential,
    ) -> String {
        let email = email.map(|email| email.parse().unwrap());
        let number = self.propose(db, (login, name, Role::RegistrationOfficer), email, credential);
        self.sign_for(db, &number);
        number
    }

    /// The same for an officer who is there for some orders only.
    pub fn enrol_within(
        &self,
        db: &mut Database,
        who: (&str, &str),
        scope: Scope,
        credential: NewCredential,
    ) {
        let who = (who.0, who.1, Role::RegistrationOfficer);
        let number = self.propose_within(db, who, scope, None, credential);
        self.sign_for(db, &number);
    }

    /// The same for somebody of this role.
    pub fn enrol_as(&self, db: &mut Database, who: (&str, &str, Role), credential: NewCredential) {
        let number = self.propose(db, who, None, credential);
        self.sign_for(db, &number);
    }

    /// Proposes it, for which nobody has signed yet; its number.
    pub fn propose(
        &self,
        db: &mut Database,
        who: (&str, &str, Role),
        email: Option<OfficerEmail>,
        credential: NewCredential,
    ) -> String {
        self.propose_within(db, who, Scope::default(), email, credential)
    }

    fn propose_within(
        &self,
        db: &mut Database,
        (login, name, role): (&str, &str, Role),
        scope: Scope,
        email: Option<OfficerEmail>,
        credential: NewCredential,
    ) -> String {
        let act = officer(db, ADMINISTRATORS[0].0);
        let roster = self.verifier.roster(db).unwrap();
        // Whoever decides in production can be told of it.
        let email = email.or_else(|| Some(address_of(login)));
        let (login, display_name) = (login.to_owned(), name.to_owned());
        let new = NewEnrolment { email, login, display_name, role, scope, credential };
        db.write(|db| enrolment::propose(db, &self.verifier, &roster, new, &mut chance(), &act))
            .unwrap()
            .number
    }

    /// Proposes that this key count no more, for which both administrators sign; its number.
    pub fn revoke(&self, db: &mut Database, key: &Authenticator) -> String {
        let act = officer(db, ADMINISTRATORS[0].0);
        let roster = self.verifier.roster(db).unwrap();
        let id = &key.credential_id;
        let proposed =
            db.write(|db| enrolment::propose_revocation(db, &roster, id, &mut chance(), &act)).unwrap();
        self.sign_for(db, &proposed.number);
        proposed.number
    }

    /// The first administrator refuses it.
    pub fn refuse(&self, db: &mut Database, number: &str, reason: &str) {
        let subject = enrolment::get(db, number).unwrap().decidable();
        let login = ADMINISTRATORS[0].0;
        let act = officer(db, login);
        let at = db.now().unwrap();
        let nonce = db.write(|db| nonce::take(db, login, at)).unwrap();
        let no = Verdict::Refuse;
        let proof = self.administrators[0].decide(&subject, (no, Some(reason)), login, nonce, at);
        db.write(|db| enrolment::decide(db, &self.verifier, number, no, &proof, None, &mut chance(), &act))
            .unwrap();
    }

    /// Both administrators sign for it.
    pub fn sign_for(&self, db: &mut Database, number: &str) {
        let subject = enrolment::get(db, number).unwrap().decidable();
        for (key, (login, _)) in self.administrators.iter().zip(ADMINISTRATORS) {
            let act = officer(db, login);
            let proof = proof_by(db, key, login, &subject);
            let yes = Verdict::Approve;
            db.write(|db| {
                enrolment::decide(db, &self.verifier, number, yes, &proof, None, &mut chance(), &act)
            })
            .unwrap();
        }
    }
}

/// The proof that `login` approves, with this key and a nonce that the worker drew.
pub fn proof_by(db: &mut Database, key: &Authenticator, login: &str, subject: &Decidable) -> ApprovalProof {
    let at = db.now().unwrap();
    proof_by_at(db, key, login, subject, at)
}

/// The same, dated so.
pub fn proof_by_at(
    db: &mut Database,
    key: &Authenticator,
    login: &str,
    subject: &Decidable,
    at: Timestamp,
) -> ApprovalProof {
    let nonce = db.write(|db| nonce::take(db, login, at)).unwrap();
    key.decide(subject, (Verdict::Approve, None), login, nonce, at)
}

/// The same for these orders, with one gesture.
pub fn proof_of_bulk(
    db: &mut Database,
    key: &Authenticator,
    login: &str,
    orders: &[CardOrder],
) -> ApprovalProof {
    let at = db.now().unwrap();
    proof_of_bulk_at(db, key, login, orders, at)
}

/// The same, dated so.
pub fn proof_of_bulk_at(
    db: &mut Database,
    key: &Authenticator,
    login: &str,
    orders: &[CardOrder],
    at: Timestamp,
) -> ApprovalProof {
    let nonce = db.write(|db| nonce::take(db, login, at)).unwrap();
    let subjects: Vec<Decidable> = orders.iter().map(CardOrder::decidable).collect();
    let bulk = BulkStatement::over_nonce(&subjects, Verdict::Approve, None, login, nonce, at);
    key.prove_octets(&bulk.expect("a few orders, each once").encode())
}
