//! Who goes on leave: what is outside an officer's scope he decides by a delegation, the worker certifies it, and after its end it does not. What
//! the web role writes by hand gives nobody anything.

use std::time::Duration;

use acceptance::harness::{DatabaseKind, chance};
use card::CardStatus;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use professional_registry::ImportedRegister;
use registration_authority::approval::passkey::NewPasskey;
use registration_authority::approval::{ApprovalProof, Statement, Verdict};
use registration_authority::decision::nonce;
use registration_authority::delegation::{self, NewDelegation};
use registration_authority::enrolment::NewCredential;
use registration_authority::order::{self, CardOrder, Tie};
use store::schema::cards;
use store::{Database, DatabaseRole, Fault};

use super::officers_keys::authenticator::{Authenticator, ORIGIN};
use super::officers_keys::{OfficersKeys, proof_by};
use super::workshop::{Workshop, officer, workshop};

/// Who goes on leave, and who decides for him.
const AWAY: (&str, &str) = ("zephyr.queneaux", "Zéphyr QUENEAUX");
const HERE: (&str, &str) = ("ysee.waquier", "Ysée WAQUIER");

/// The scope that has the orders for the profession of this one.
fn scope_of(order: &CardOrder) -> String {
    match &order.tie {
        Tie::Exercise { profession, .. } => format!("profession:{}", profession.code()),
        Tie::Structure(_) => panic!("{}: a professional's order", order.number),
    }
}

/// Orders for professionals of one profession.
fn alike(workshop: &Workshop, count: usize) -> Vec<CardOrder> {
    let mut orders = workshop.submit(16);
    let keys: Vec<String> = orders.iter().map(scope_of).collect();
    let most = keys.iter().max_by_key(|key| keys.iter().filter(|other| other == key).count()).unwrap();
    orders.retain(|order| scope_of(order) == *most);
    orders.truncate(count);
    assert_eq!(orders.len(), count, "the fictional register has {count} of one profession among sixteen");
    orders
}

/// An installation in production with two officers: one is there for the profession of this order, the other for nothing that is ordered.
struct Desk {
    workshop: Workshop,
    keys: OfficersKeys,
    away: Authenticator,
    here: Authenticator,
    web: Database,
    orders: Vec<CardOrder>,
    scope: String,
}

impl Desk {
    fn on(kind: DatabaseKind) -> Self {
        let workshop = workshop(kind);
        let orders = alike(&workshop, 4);
        workshop.put_into_production();
        let keys = OfficersKeys::pin(workshop.dir(), ORIGIN);
        workshop.job("decisions");
        let mut web = workshop.open(DatabaseRole::Web);
        let scope = scope_of(&orders[0]);
        let mut enrolled = |(login, name): (&str, &str), scope: &str| {
            let key = Authenticator::new(login);
            let passkey = NewPasskey { credential_id: key.credential_id.clone(), key: key.public_key() };
            keys.enrol_within(
                &mut web,
                (login, name),
                scope.parse().unwrap(),
                NewCredential::Passkey(passkey),
            );
            key
        };
        let (away, here) = (enrolled(AWAY, &scope), enrolled(HERE, "structure:R999999999"));
        assert_eq!(workshop.job("decisions")["failed"], serde_json::json!([]));
        Self { workshop, keys, away, here, web, orders, scope }
    }

    fn delegate(&mut self) -> String {
        let act = officer(&mut self.web, AWAY.0);
        let new = NewDelegation {
            delegate: HERE.0.to_owned(),
            scope: self.scope.parse().unwrap(),
            begins_at: act.at,
            ends_at: act.at.plus(Duration::from_secs(7 * 86_400)),
        };
        let number = self.web.write(|db| delegation::propose(db, new, &mut chance(), &act)).unwrap().number;
        let subject = delegation::get(&mut self.web, &number).unwrap().decidable();
        let proof = proof_by(&mut self.web, &self.away, AWAY.0, &subject);
        let act = officer(&mut self.web, AWAY.0);
        let verifier = &self.keys.verifier;
        self.web.write(|db| delegation::decide(db, verifier, &number, &proof, &mut chance(), &act)).unwrap();
        assert_eq!(self.workshop.job("decisions")["failed"], serde_json::json!([]));
        number
    }

    /// What he who is here signs of an order, under that delegation.
    fn proof(&mut self, order: usize, delegation: Option<&str>) -> ApprovalProof {
        let (at, subject) = (self.web.now().unwrap(), self.orders[order].decidable());
        let nonce = self.web.write(|db| nonce::take(db, HERE.0, at)).unwrap();
        let statement = Statement::over_nonce(&subject, Verdict::Approve, None, HERE.0, nonce, at);
        self.here.prove(&statement.by_delegation(delegation.map(str::to_owned)))
    }

    fn decide(&mut self, order: usize, delegation: Option<&str>) -> Result<(), &'static str> {
        let proof = self.proof(order, delegation);
        let act = officer(&mut self.web, HERE.0);
        let Self { web, keys, orders, .. } = self;
        let (number, version, registry) =
            (&orders[order].number, orders[order].version, &mut ImportedRegister);
        web.write(|db| {
            order::approve(db, registry, &keys.verifier, number, version, &proof, &mut chance(), &act)
        })
        .map(drop)
        .map_err(|error| error.code().name)
    }

    /// He who was away approves an order of his own scope; its number.
    fn decide_oneself(&mut self, order: usize) -> String {
        let Self { web, keys, away, orders, workshop, .. } = self;
        let order = &orders[order];
        let proof = proof_by(web, away, AWAY.0, &order.decidable());
        let act = officer(web, AWAY.0);
        let (number, version, registry) = (&order.number, order.version, &mut ImportedRegister);
        web.write(|db| {
            order::approve(db, registry, &keys.verifier, number, version, &proof, &mut chance(), &act)
        })
        .unwrap();
        assert_eq!(workshop.job("decisions")["failed"], serde_json::json!([]));
        number.clone()
    }

    /// Writes the decision by hand, with the web role's rights; what the worker refuses of it.
    fn by_hand(&mut self, order: usize, delegation: &str) -> usize {
        let proof = self.proof(order, Some(delegation));
        let (octets, at) = (hex::encode(proof.encode()), self.web.now().unwrap().millis());
        let octets = match self.web {
            Database::Sqlite(_) => format!("x'{octets}'"),
            Database::Postgresql(_) => format!("'\\x{octets}'"),
        };
        let CardOrder { number, version, .. } = &self.orders[order];
        let login = HERE.0;
        self.web
            .batch_execute(&format!(
                "INSERT INTO decisions VALUES ('card-order', '{number}', {version}, '{login}', 'approve', NULL, NULL, {at},
                     'passkey', {octets});
                 INSERT INTO decision_inbox VALUES ('card-order', '{number}', {version}, '{login}');
                 UPDATE card_orders SET status = 'approved' WHERE number = '{number}'"
            ))
            .unwrap();
        self.workshop.job("decisions")["failed"].as_array().map_or(0, Vec::len)
    }

    /// The orders of these that became certified cards.
    fn certified(&self) -> Vec<String> {
        self.workshop.make_cards_of(&self.keys.verifier);
        self.workshop.job("certification");
        let numbers: Vec<&str> = self.orders.iter().map(|order| order.number.as_str()).collect();
        cards::table
            .filter(cards::order_number.eq_any(numbers))
            .filter(cards::status.eq(CardStatus::Certified.as_str()))
            .order(cards::order_number)
            .select(cards::order_number)
            .load(&mut self.workshop.open(DatabaseRole::Owner))
            .unwrap()
    }
}

/// What this officer delegates to that one for a day, and has not signed for; its number.
pub fn proposed(db: &mut Database, delegator: &str, delegate: &str) -> String {
    let act = officer(db, delegator);
    let new = NewDelegation {
        delegate: delegate.to_owned(),
        scope: "profession:10".parse().unwrap(),
        begins_at: act.at,
        ends_at: act.at.plus(Duration::from_secs(86_400)),
    };
    db.write(|db| delegation::propose(db, new, &mut chance(), &act)).unwrap().number
}

#[test]
fn who_is_here_decides_for_who_is_away_while_his_delegation_stands_and_no_row_by_hand_makes_one() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let mut desk = Desk::on(kind);
        assert_eq!(desk.decide(0, None), Err("officer-outside-scope"));

        // A delegation that the web role writes, and that nobody signed.
        let (at, scope) = (desk.web.now().unwrap().millis(), desk.scope.clone());
        desk.web
            .batch_execute(&format!(
                "INSERT INTO officer_delegations VALUES ('DG-2000-000001', '{}', '{}', '{scope}', {at}, {}, {at})",
                AWAY.0,
                HERE.0,
                at + 86_400_000
            ))
            .unwrap();
        assert_eq!(desk.decide(0, Some("DG-2000-000001")), Err("officer-outside-scope"));
        assert_eq!(desk.by_hand(1, "DG-2000-000001"), 1);

        // One that is signed.
        let number = desk.delegate();
        assert_eq!(desk.decide(0, Some(&number)), Ok(()));
        assert_eq!(desk.workshop.job("decisions")["failed"], serde_json::json!([]));
        let decided = desk.orders[0].number.clone();
        assert_eq!(desk.certified(), std::slice::from_ref(&decided));

        // And one that has ended.
        let act = officer(&mut desk.web, AWAY.0);
        desk.web.write(|db| delegation::end(db, &number, &mut chance(), &act)).unwrap();
        assert_eq!(desk.decide(2, Some(&number)), Err("officer-outside-scope"));
        assert_eq!(desk.by_hand(2, &number), 1);
        // What he who is back decides himself goes on, and it alone.
        let own = desk.decide_oneself(3);
        assert_eq!(desk.certified(), [decided, own]);
    }
}

#[test]
fn the_web_role_changes_no_delegation_and_ends_none_on_another_day() {
    let mut desk = Desk::on(DatabaseKind::Postgresql);
    let number = desk.delegate();
    for sql in [
        "UPDATE officer_delegations SET ends_at = ends_at + 1".to_owned(),
        "DELETE FROM officer_delegations".to_owned(),
        "DELETE FROM officer_delegation_ends".to_owned(),
    ] {
        let refused = desk.web.batch_execute(&sql).expect_err(&sql).to_string();
        assert!(refused.contains("permission denied"), "{sql}: {refused}");
    }
    let at = desk.web.now().unwrap().millis();
    for other in [at - 3_600_000, at + 3_600_000] {
        let sql = format!("INSERT INTO officer_delegation_ends VALUES ('{number}', '{}', {other})", AWAY.0);
        assert!(desk.web.batch_execute(&sql).is_err(), "{sql}");
    }
}
