//! Structures: who speaks for them, their staff, their cards.

mod lists;

use card::CardKind;
use professional_registry::ImportedRegister;
use professional_registry::identifiers::TechnicalStructureId;
use registration_authority::mandate::{self, NewMandate, Quality};
use registration_authority::officers::{self, Role};
use registration_authority::opposition::by_request;
use registration_authority::order::{self, NewStaffOrder};
use registration_authority::staff::{self, NewMember, Post};
use store::Actor;

use super::house::{House, person};
use super::keys::answered;

/// The structure that everybody of the register works in.
const STRUCTURE: &str = "F0B0193488";
/// One of its staff.
pub(super) const MEMBER: &str = "CPET0002";
/// Another, whose departure is declared.
pub(super) const LEAVER: &str = "CPET0003";
/// An agent who is not `agent`.
const OTHER_AGENT: &str = "other-agent";

fn structure() -> TechnicalStructureId {
    STRUCTURE.parse().unwrap()
}

impl House {
    /// The structure, with two of its staff, and `login` as its agent where he is one: somebody else otherwise.
    pub(super) fn structure(&mut self, login: &str) -> String {
        let login = if login == "agent" { "agent" } else { OTHER_AGENT };
        self.enrol_agent(login);
        let act = self.officer(login);
        if mandate::standing(&mut self.db, &structure(), &act).unwrap().is_none() {
            let now = self.now();
            let his = mandate::of_agent(&mut self.db, login).unwrap();
            let waits = his.into_iter().find(|one| one.state(now).name() == "proposed");
            let number = waits.map_or_else(|| self.propose(login), |one| one.number);
            self.approve_mandate(&number);
        }
        for local_id in [MEMBER, LEAVER] {
            if staff::find(&mut self.db, &structure(), local_id).unwrap().is_some() {
                continue;
            }
            let new = NewMember {
                local_id: local_id.to_owned(),
                post: Post::Employee,
                family_name: "LEROY".to_owned(),
                given_name: "Maël".to_owned(),
            };
            let Self { db, rng, .. } = self;
            db.write(|db| staff::declare(db, &structure(), &new, rng, &act)).unwrap();
        }
        STRUCTURE.to_owned()
    }

    /// A mandate of its own that waits for its decision, alice having proposed it; or one that stands: the agent's, where
    /// `login` is his.
    pub(super) fn mandate(&mut self, login: &str, standing: bool) -> String {
        if standing {
            self.structure(login);
            let login = if login == "agent" { "agent" } else { OTHER_AGENT };
            let his = mandate::of_agent(&mut self.db, login).unwrap();
            return his.into_iter().find(|one| one.stood(self.now())).unwrap().number;
        }
        let count = mandate::of_structure(&mut self.db, &structure()).unwrap().len();
        let login = format!("agent-{count}");
        self.enrol_agent(&login);
        self.propose(&login)
    }

    fn enrol_agent(&mut self, login: &str) {
        if officers::find(&mut self.db, login).unwrap().is_some() {
            return;
        }
        let act = self.act(Actor::Operator("root".to_owned()));
        let Self { db, rng, .. } = self;
        let role = Role::CertificationAgent;
        db.write(|db| officers::enrol(db, login, "Gaël AGENT", role, rng, &act)).unwrap();
    }

    fn propose(&mut self, login: &str) -> String {
        let act = self.officer("alice");
        let new = NewMandate {
            structure: structure(),
            login: login.to_owned(),
            quality: Quality::Director,
            identifier: None,
            reference: "Contrat d'adhésion 2026-0412".to_owned(),
            document: "ab".repeat(32),
            until: None,
        };
        let Self { db, rng, .. } = self;
        db.write(|db| mandate::propose(db, &mut ImportedRegister, new, rng, &act)).unwrap().number
    }

    fn approve_mandate(&mut self, number: &str) {
        let act = self.officer("clara");
        let subject = mandate::get(&mut self.db, number).unwrap().decidable();
        let Self { db, rng, approver, .. } = self;
        let proof = approver.approve(&subject, "clara", rng, act.at).unwrap();
        let verifier = approver.verifier();
        let yes = registration_authority::approval::Verdict::Approve;
        db.write(|db| mandate::decide(db, &verifier, number, yes, &proof, None, rng, &act)).unwrap();
    }
}

fn address(rest: &str) -> String {
    format!("/ra/structures/{STRUCTURE}{rest}")
}

#[actix_web::test]
async fn one_officer_proposes_a_mandate_and_another_approves_it() {
    let mut house = House::new();
    let fields = [
        ("mandataire", "agent"),
        ("qualite", "director"),
        ("reference", "Contrat d'adhésion 2026-0412"),
        ("empreinte", "ABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABAB"),
        ("jusqu-au", "2099-12-31"),
    ];
    let mut alice = house.browser("alice").await;
    let wrong = [&fields[..3], &[("empreinte", "ab")]].concat();
    let refused = alice.post(&address("/mandats"), &wrong).await;
    assert_eq!(refused.status, 422);
    assert!(refused.says("mandate-field-invalid"), "{}", refused.body);
    assert_eq!(alice.post(&address("/mandats"), &fields).await.status, 303);
    let own = alice.get(&address("")).await;
    assert!(own.says("À décider") && !own.says("Approuver le mandat"), "{}", own.body);
    let number = mandate::of_structure(&mut house.db, &structure()).unwrap()[0].number.clone();

    let mut bob = house.browser("bob").await;
    assert!(bob.get("/ra/structures").await.says(&number));
    assert!(bob.get(&address("")).await.says("Approuver le mandat"));
    assert_eq!(bob.post(&format!("/ra/mandats/{number}/approuver"), &[]).await.status, 303);
    let now = house.now();
    assert!(mandate::get(&mut house.db, &number).unwrap().stood(now));
    let agent = house.browser("agent").await.get(&address("")).await;
    assert!(agent.says("Déclarer une liste"), "{}", agent.body);
    let again = bob.post(&format!("/ra/mandats/{number}/approuver"), &[]).await;
    assert_eq!((again.status, again.says("mandate-not-open")), (409, true));
}

#[actix_web::test]
async fn a_card_that_is_asked_for_is_read_as_a_dossier_and_decided_like_any_other() {
    let mut house = House::new();
    house.structure("agent");
    let mut agent = house.browser("agent").await;
    let wish = [("numero", MEMBER), ("carte", "CPE")];
    assert_eq!(agent.post(&address("/carte"), &wish).await.status, 303);
    let again = agent.post(&address("/carte"), &wish).await;
    assert_eq!(again.status, 409);
    assert!(again.says("R-CPE-07") && again.says("order-already-open"), "{}", again.body);
    let number = order::of_structure(&mut house.db, &structure()).unwrap()[0].number.clone();
    let mut bob = house.browser("bob").await;
    let dossier = bob.get(&format!("/ra/dossiers/{number}")).await;
    for text in
        ["30B0193488/CPET0002", "LEROY", "CLINIQUE FICTIVE DU PORT", "Le mandataire déclare la même chose"]
    {
        assert!(dossier.says(text), "{text}: {}", dossier.body);
    }
    assert_eq!(bob.post(&format!("/ra/dossiers/{number}/approuver"), &[("version", "1")]).await.status, 303);
    assert!(agent.get(&address("")).await.says("Approuvée"));
}

/// A card of the member, on its way to the bureau.
fn card_of_member(house: &mut House) -> String {
    let act = house.officer("agent");
    let new = NewStaffOrder {
        kind: CardKind::Cpe,
        structure: structure(),
        local_id: MEMBER.to_owned(),
        replaces: None,
    };
    let House { db, rng, .. } = house;
    let order = db.write(|db| order::submit_staff(db, &mut ImportedRegister, new, rng, &act)).unwrap();
    house.approve_fully(order.number());
    house.batched().to_string()
}

#[actix_web::test]
async fn an_agent_asks_for_the_opposition_of_a_card_of_his_staff_and_reads_what_came_of_it() {
    let mut house = House::new();
    house.structure("agent");
    let card = card_of_member(&mut house);
    let mut agent = house.browser("agent").await;
    let page = agent.get(&address("")).await;
    assert!(page.says("Demander l'opposition") && page.says("Carte volée"), "{}", page.body);
    assert!(!page.says("Radiation par l'Ordre"), "no ground of the authority's: {}", page.body);
    assert!(!house.browser("bob").await.get(&address("")).await.says("Demander l'opposition"));
    let unconfirmed = agent.post(&address("/opposition"), &[("carte", &card), ("motif", "stolen")]).await;
    assert_eq!((unconfirmed.status, unconfirmed.says("opposition-not-confirmed")), (422, true));
    let foreign =
        [("carte", &*house.card(&person(1)).to_string()), ("motif", "stolen"), ("definitif", "oui")]
            .map(|(name, value)| (name, value.to_owned()));
    let foreign: Vec<_> = foreign.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let refused = agent.post(&address("/opposition"), &foreign).await;
    assert_eq!(refused.status, 409);
    assert!(refused.says("R-OPP-01") && refused.says("opposition-requester-refused"), "{}", refused.body);
    let asked = [("carte", &*card), ("motif", "stolen"), ("definitif", "oui")];
    let done = agent.post(&address("/opposition"), &asked).await;
    assert_eq!(done.status, 303, "{}", done.body);
    assert!(agent.follow(&done).await.says("L'opposition est demandée"));
    let act = house.act(Actor::Job("opposition-requests"));
    let House { db, rng, approver, .. } = &mut house;
    let verifier = approver.verifier();
    let answered = by_request::answer_waiting(db, &mut ImportedRegister, &verifier, 10, rng, &act).unwrap();
    assert_eq!(answered.opposed, [card]);
    let page = agent.get(&address("")).await;
    for text in ["En opposition", "Carte volée", "OP-"] {
        assert!(page.says(text), "{text}: {}", page.body);
    }
    assert!(!page.says("Demander l'opposition"), "nothing is left to oppose: {}", page.body);
}

#[actix_web::test]
async fn an_officer_says_who_asked_and_the_receipt_does_too() {
    let mut house = House::new();
    house.structure("agent");
    let card = card_of_member(&mut house);
    let mandate = house.mandate("agent", true);
    let mut rita = house.browser("rita").await;
    let page = rita.get(&format!("/ra/cartes/{card}")).await;
    assert!(page.says("Qui demande l'opposition") && page.says("professionnel employeur"), "{}", page.body);
    let post = format!("/ra/cartes/{card}/opposition");
    let fields = |requester, identity| {
        [("motif", "lost"), ("definitif", "oui"), ("demandeur", requester), ("identite", identity)]
    };
    let unread = rita.post(&post, &fields("structure", "")).await;
    assert_eq!((unread.status, unread.says("opposition-requester-unreadable")), (422, true));
    let employer = person(1).to_string();
    let refused = rita.post(&post, &fields("employing-professional", &employer)).await;
    assert_eq!(refused.status, 409);
    assert!(refused.says("R-OPP-06") && refused.says(&employer), "{}", refused.body);
    let done = rita.post(&post, &fields("structure", &mandate)).await;
    let receipt = rita.follow(&done).await;
    assert!(receipt.says("Le responsable ou le mandataire") && receipt.says(&mandate), "{}", receipt.body);
}

#[actix_web::test]
async fn a_structure_is_found_by_its_number_as_papers_have_it() {
    let mut house = House::new();
    let mut bob = house.browser("bob").await;
    let found = bob.get("/ra/structures?structure=0B%2001%20934%2088").await;
    assert_eq!((found.status, found.header("location")), (303, "/ra/structures/F0B0193488"));
    assert_eq!(bob.get("/ra/structures?structure=0B%2001").await.status, 422);
}

#[actix_web::test]
async fn an_agent_reads_nothing_of_a_structure_that_is_not_his() {
    let mut house = House::new();
    house.structure("somebody else");
    let mut agent = house.browser("agent").await;
    let refused = agent.get(&address("")).await;
    assert_eq!(refused.status, 403);
    assert!(refused.says("order-not-mandated") && !refused.says("LEROY"), "{}", refused.body);
    let posted = agent.post(&address("/depart"), &[("numero", MEMBER)]).await;
    assert_eq!((posted.status, posted.says("LEROY")), (403, false));
    assert_eq!(agent.get("/ra/structures/X12").await.status, 404);
}

#[actix_web::test]
async fn who_signs_a_mandate_reads_which_professional_speaks_and_until_which_day_in_paris() {
    let mut house = House::in_production();
    house.key_of("bob", "Bob BERNARD", Role::RegistrationOfficer);
    house.enrol_agent("agent");
    let professional = person(1);
    let fields = [
        ("mandataire", "agent"),
        ("qualite", "professional"),
        ("identifiant", &professional.to_string()),
        ("reference", "Contrat d'adhésion 2026-0412"),
        ("empreinte", &"ab".repeat(32)),
        ("jusqu-au", "2099-12-31"),
    ];
    let mut alice = house.browser("alice").await;
    assert_eq!(alice.post(&address("/mandats"), &fields).await.status, 303);
    let number = mandate::of_structure(&mut house.db, &structure()).unwrap()[0].number.clone();
    let mut bob = house.browser("bob").await;
    let ask = bob.post(&format!("/ra/mandats/{number}/approuver"), &[]).await;
    for text in ["professionnel de la structure", &professional.to_string(), "31 décembre 2099 inclus"] {
        assert!(ask.says(text), "{text}: {}", ask.body);
        assert!(bob.get(&address("")).await.says(text), "{text}");
    }
}

#[actix_web::test]
async fn in_production_an_officer_signs_a_mandate_with_his_key() {
    let mut house = House::in_production();
    let bob = house.key_of("bob", "Bob BERNARD", Role::RegistrationOfficer);
    let number = house.mandate("alice", false);
    let address = format!("/ra/mandats/{number}/approuver");
    let mut browser = house.browser("bob").await;
    let ask = browser.post(&address, &[]).await;
    assert_eq!(ask.status, 200, "{}", ask.body);
    let digest = "ab".repeat(32);
    for text in [
        "Approuver un mandat",
        &number,
        STRUCTURE,
        "responsable de la structure",
        "Contrat d'adhésion 2026-0412",
        &digest,
        "sans limite",
        "Proposé par",
        "alice",
        "Proposé le",
    ] {
        assert!(ask.says(text), "{text}: {}", ask.body);
    }
    let waits = mandate::get(&mut house.db, &number).unwrap();
    assert!(waits.decisions.is_empty(), "asking is no decision");
    let done = answered(&mut browser, &address, &ask, &bob, &[]).await;
    assert!(browser.follow(&done).await.says("Le mandat est approuvé."));
    let now = house.now();
    assert!(mandate::get(&mut house.db, &number).unwrap().stood(now));
}
