//! What stands at an address: one thing of each kind, as the worker, a job or another officer leaves it. The tables of roles and of scopes, of
//! the pages and of the API, put it into the addresses that they ask.

use std::collections::BTreeSet;

use openssl::x509::X509;
use professional_registry::{IdNatPs, ImportedRegister};
use registration_authority::certificate_request;
use registration_authority::four_eyes::review;
use registration_authority::opposition::code::OppositionCode;
use registration_authority::opposition::declaration::{self, Declared};
use registration_authority::opposition::{self, Ground, ticket};
use registration_authority::order;
use store::Actor;

use super::certificates::Authorities;
use super::house::{House, person};
use super::requests::requested_by;

impl House {
    /// A certificate of `el-org-auth-cli` for a service of this name, DER.
    pub(super) fn certify(&mut self, name: &str) -> Vec<u8> {
        let mut authorities = self.authorities.take().unwrap_or_else(|| Authorities::make(self));
        let der = authorities.certify(self, name);
        self.authorities = Some(authorities);
        der
    }

    /// A request that bob has approved, at its first version; its number.
    pub(super) fn approved_request(&mut self, submitter: &str) -> String {
        let number = requested_by(self, submitter);
        let subject = certificate_request::get(&mut self.db, &number).unwrap().decidable();
        let act = self.officer("bob");
        let Self { db, rng, approver, verifier, .. } = self;
        let proof = approver.approve(&subject, "bob", rng, act.at).unwrap();
        let (verifier, registry) =
            (approver.verifier().with_delays(verifier.delays()), &mut ImportedRegister);
        db.write(|db| certificate_request::approve(db, registry, &verifier, &number, 1, &proof, rng, &act))
            .unwrap();
        number
    }

    /// The same with its certificate: its number, and the DER.
    pub(super) fn issued(&mut self, submitter: &str) -> (String, Vec<u8>) {
        let number = self.approved_request(submitter);
        let der = self.certify(&number);
        let serial = X509::from_der(&der).unwrap().serial_number().to_bn().unwrap().to_hex_str().unwrap();
        self.sql(&format!(
            "UPDATE certificate_requests SET status = 'issued', issuer = 'ACI-EL-ORG', serial = '{serial}' \
             WHERE number = '{number}'"
        ));
        (number, der)
    }

    /// An order that bob has refused, longer ago than a refusal is taken back.
    pub(super) fn refused(&mut self, submitter: &str, holder: &IdNatPs) -> String {
        let number = self.submit(submitter, holder);
        let subject = order::get(&mut self.db, &number).unwrap().decidable();
        let act = self.officer("bob");
        let Self { db, rng, approver, .. } = self;
        let proof = approver.refuse(&subject, ("duplicate", None), "bob", rng, act.at).unwrap();
        let verifier = approver.verifier();
        db.write(|db| order::refuse(db, &verifier, &number, 1, &proof, None, rng, &act)).unwrap();
        self.sql(&format!(
            "DROP TRIGGER IF EXISTS decisions_are_never_changed;
             UPDATE decisions SET decided_at = decided_at - 3600000 WHERE subject_number = '{number}'"
        ));
        number
    }

    /// A declaration that nobody has proved, of the card of this person.
    pub(super) fn ticket(&mut self, holder: u32) -> String {
        let card = self.card(&person(holder));
        let (anyone, rita) = (self.act(Actor::Anyone), self.officer("rita"));
        let declared = Declared::Card(card);
        ticket::open(&mut self.db, &declared, Ground::Stolen, &mut self.rng, &anyone).unwrap();
        let open = ticket::list(&mut self.db, 200, &rita).unwrap();
        let of_card = |one: &ticket::Ticket| matches!(one.declared, Declared::Card(it) if it == card);
        open.into_iter().find(of_card).expect("it was opened").number
    }

    /// A look after the fact that is due: this person has opposed his card himself.
    pub(super) fn review(&mut self, holder: u32) -> String {
        let card = self.card(&person(holder));
        let act = self.act(Actor::Holder(person(holder).to_string()));
        opposition::oppose(&mut self.db, &card, Ground::Stolen, &mut self.rng, &act).unwrap();
        let rita = self.officer("rita");
        let due = review::waiting(&mut self.db, 200, &rita).unwrap();
        let before: BTreeSet<String> = due.into_iter().map(|one| one.number).collect();
        self.sql("DROP TRIGGER IF EXISTS reviews_are_never_changed; UPDATE reviews SET due_from = opened_at");
        let due = review::waiting(&mut self.db, 200, &rita).unwrap();
        due.into_iter().map(|one| one.number).find(|one| !before.contains(one)).expect("it is due")
    }

    /// What somebody has declared with the code of a letter, and the worker has not answered; its identifier.
    pub(super) fn declared(&mut self) -> String {
        let act = self.act(Actor::Anyone);
        let declared = Declared::Card("2612345678".parse().unwrap());
        let code = "7K3M-9QXD-T5AB-WE2R".parse::<OppositionCode>().unwrap().digest();
        declaration::declare(&mut self.db, &declared, &code, Ground::Lost, &mut self.rng, &act).unwrap()
    }

    /// A plan of oppositions that waits, as the job writes one; of nothing.
    pub(super) fn opposition_plan(&self, count: u32) -> String {
        let at = self.now().millis();
        let (id, feed) = (format!("PO-2026-{count:06}"), "ab".repeat(32));
        self.sql(&format!(
            "INSERT INTO opposition_plans (id, sequence, feed, planned_by, planned_at)
             VALUES ('{id}', 1, '{feed}', 'job:revalidation', {at})"
        ));
        id
    }

    /// A renewal plan that waits; of nothing.
    pub(super) fn renewal_plan(&self, count: u32) -> String {
        let at = self.now().millis();
        let id = format!("RP-2026-{count:06}");
        self.sql(&format!(
            "INSERT INTO renewal_plans (id, planned_by, planned_at, horizon, status)
             VALUES ('{id}', 'job:renewal', {at}, {at}, 'proposed')"
        ));
        id
    }

    /// The card of this person, suspended.
    pub(super) fn suspended(&mut self, holder: u32) -> String {
        let card = self.card(&person(holder)).to_string();
        self.suspend(&card, holder);
        card
    }

    /// A suspension of this card that waits, of this number.
    pub(super) fn suspend(&self, card: &str, count: u32) {
        let at = self.now().millis();
        self.sql(&format!(
            "INSERT INTO card_suspensions (number, card_number, suspended_by, suspended_at)
             VALUES ('SU-{count:016X}', '{card}', 'officer:rita', {at})"
        ));
    }
}
