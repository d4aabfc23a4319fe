use std::io::Cursor;
use std::process::Command;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::web::Data;
use ca_core::identity::Identity;
use ca_core::issuance::IssuanceContext;
use ca_core::key_policy::Blocklist;
use ca_core::profile::Profiles;
use card::{CardKind, CardNumber};
use professional_registry::extract::{COLUMNS, Form, file_name};
use professional_registry::import::{ImportError, ImportOptions, ImportReport, import_extract};
use professional_registry::{IdNatPs, ImportedRegister, Profession};
use rand_core::UnwrapErr;
use registration_authority::approval::{ApprovalVerifier, BulkBound, Delays, DemoApprover};
use registration_authority::certificate_request;
use registration_authority::enrolment::PinnedRoots;
use registration_authority::officers::{self, OfficerEmail, Role};
use registration_authority::opposition::Publication;
use registration_authority::order::{self, NewCardOrder};
use registration_authority::personalisation;
use registration_authority::queue::WorkingHours;
use registration_authority::retrieval::CertificateTerms;
use registration_authority::suspension::SuspensionPolicy;
use store::{Act, Actor, Database, DatabaseRole, RequestId, Timestamp};
use tempfile::TempDir;

use super::authenticator::{Authenticator, relying_party};
use super::browser::Browser;
use super::certificates::Authorities;
use super::published::{published, published_file};
use crate::throttle::OppositionLimits;
use crate::{
    Expiry, Finding, JobPace, ListProgress, OcspFigures, SignInLinks, Urgency, WebSettings, WebState,
};

pub(super) type Rng = UnwrapErr<getrandom::SysRng>;

/// What an attacker would put into a name.
pub(super) const HOSTILE: &str = "<SCRIPT>ALERT(1)</SCRIPT>\"'&";

/// The terms of use of software certificates.
const TERMS: &str = "1. Objet.\n\n2. Clé privée & secret.";

/// Where an officer is written to of whom the test says nothing.
pub(super) fn address_of(login: &str) -> OfficerEmail {
    format!("{login}@exemple.fr").parse().unwrap()
}

/// A database with a register, officers and nothing else; its pages; its clock.
pub(super) struct House {
    pub(super) state: Data<WebState>,
    links: SignInLinks,
    pub(super) db: Database,
    pub(super) rng: Rng,
    pub(super) approver: DemoApprover,
    /// The keys of admin and of amina, which are pinned.
    pub(super) roots: [Authenticator; 2],
    pub(super) verifier: ApprovalVerifier,
    clock: Arc<AtomicI64>,
    /// What the status role says of itself.
    pub(super) figures: Arc<Mutex<Option<OcspFigures>>>,
    /// How often what is published was read.
    pub(super) listed: Arc<AtomicU32>,
    /// What ends one day.
    pub(super) expiries: Arc<Mutex<Vec<Expiry>>>,
    /// Who gives certificates, once somebody has asked for one.
    pub(super) authorities: Option<Authorities>,
    folder: TempDir,
}

impl House {
    pub(super) fn new() -> Self {
        Self::with(true, Delays::NONE, BulkBound::default())
    }

    /// An installation whose pages can prove no decision.
    pub(super) fn in_production() -> Self {
        Self::with(false, Delays::DEFAULT, BulkBound::default())
    }

    /// A demonstration whose decisions wait as production's do.
    pub(super) fn where_decisions_wait() -> Self {
        Self::with(true, Delays::DEFAULT, BulkBound::default())
    }

    /// A demonstration in which each order is decided on by itself.
    pub(super) fn without_bulks() -> Self {
        Self::with(true, Delays::NONE, BulkBound::new(1).unwrap())
    }

    fn with(demo: bool, delays: Delays, bound: BulkBound) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("test.sqlite").display());
        let mut db = Database::open(&url, DatabaseRole::Owner).unwrap();
        db.migrate().unwrap();
        let key = folder.path().join("test-only-demo-key.pem");
        let approver = DemoApprover::create(&key).unwrap();
        let links = SignInLinks::default();
        let roots = ["admin", "amina"].map(Authenticator::new);
        let pinned = [roots[0].root("admin", "Alix MOREAU"), roots[1].root("amina", "Amina LAURENT")];
        let verifier = match demo {
            true => approver.verifier(),
            // Whoever decides in production can be told of it.
            false => ApprovalVerifier::production()
                .with_addresses(["admin", "amina"].map(|login| (login.to_owned(), address_of(login))).into()),
        };
        let verifier = verifier
            .with_passkeys(relying_party(), PinnedRoots::new(pinned.into()).unwrap())
            .with_delays(delays)
            .with_bulk_bound(bound);
        let clock = Arc::new(AtomicI64::new(db.now().unwrap().whole_second().millis()));
        let read = Arc::clone(&clock);
        let figures = Arc::new(Mutex::new(None));
        let told = Arc::clone(&figures);
        let listed = Arc::new(AtomicU32::new(0));
        let lists = Arc::clone(&listed);
        let expiries = Arc::new(Mutex::new(Vec::new()));
        let ends = Arc::clone(&expiries);
        let state = Data::new(WebState::new(WebSettings {
            open: Arc::new(move || Database::open(&url, DatabaseRole::Web)),
            clock: Arc::new(move || Timestamp::from_millis(read.load(Ordering::SeqCst))),
            rng: Arc::new(|| Box::new(UnwrapErr(getrandom::SysRng))),
            approver: demo.then(|| DemoApprover::open(&key).unwrap()),
            verifier: verifier.clone(),
            relying_party: Some(relying_party()),
            card_origin: Some("https://localhost:8444".to_owned()),
            submit_request: Arc::new(|db, new, rng, act| {
                let (profiles, identity, blocklist) =
                    (Profiles::embedded(), Identity::demo(), Blocklist::default());
                let issuance =
                    IssuanceContext { profiles: &profiles, identity: &identity, blocklist: &blocklist };
                Ok(certificate_request::submit(db, &mut ImportedRegister, issuance, new, rng, act))
            }),
            certificate_terms: CertificateTerms::new("CGU-CERT-2026", TERMS).unwrap(),
            links: links.clone(),
            suspensions: SuspensionPolicy::Allowed,
            codes_by_mail: true,
            opposition_limits: OppositionLimits::default(),
            contact: vec!["12 rue de l'Exemple, Paris".to_owned(), "01 99 00 00 00".to_owned()],
            working_hours: working_hours(),
            publications: Arc::new(move |db, _| {
                lists.fetch_add(1, Ordering::SeqCst);
                published(db)
            }),
            published_file: Arc::new(|path| Ok(published_file(path))),
            publication: Arc::new(|_| Publication::UnderWay),
            ocsp_figures: Arc::new(move || {
                told.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
            }),
            list_progress: Arc::new(|_, _| Ok(ListProgress { all: 18, current: 12, due_since: None })),
            expiries: Arc::new(move |_, _| Ok(ends.lock().unwrap().clone())),
            diagnose: Arc::new(|_, at| {
                let finding = |check, urgency, found: String| Finding {
                    check,
                    urgency,
                    what: check.to_owned(),
                    found,
                    action: "see to it",
                };
                Ok(vec![
                    finding("clock", Urgency::Well, format!("0 ms at {at}")),
                    finding("decisions", Urgency::Warning, "in the name of bob".to_owned()),
                    finding("crls", Urgency::Alarm, HOSTILE.to_owned()),
                ])
            }),
            // Nobody signs a head here.
            prove_event: Arc::new(|_, _| Ok(None)),
            write_selection: Arc::new(|_, selected| {
                let ids: Vec<_> = selected.events.iter().map(|event| format!("{}\n", event.id)).collect();
                Ok(ids.concat().into_bytes())
            }),
            jobs: vec![JobPace { job: "publication", pause: Some(Duration::from_secs(5)) }],
        }));
        let rng = UnwrapErr(getrandom::SysRng);
        let mut house = Self {
            state,
            links,
            db,
            rng,
            approver,
            roots,
            verifier,
            clock,
            figures,
            listed,
            expiries,
            authorities: None,
            folder,
        };
        house.enrol_all();
        house.worker();
        house.import_day(0, "DURAND");
        house
    }

    /// What the owner of the file does to it by hand.
    pub(super) fn sql(&self, statement: &str) {
        let file = self.folder.path().join("test.sqlite");
        let done = Command::new("sqlite3").arg(file).arg(statement).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }

    pub(super) fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.clock.load(Ordering::SeqCst))
    }

    /// Time goes on.
    pub(super) fn later(&self, duration: Duration) {
        self.clock.store(self.now().plus(duration).millis(), Ordering::SeqCst);
    }

    pub(super) fn act(&self, actor: Actor) -> Act {
        Act { at: self.now(), actor, request: RequestId("test".to_owned()) }
    }

    pub(super) fn officer(&self, login: &str) -> Act {
        self.act(Actor::Officer(login.to_owned()))
    }

    /// A browser that `login` has signed in with.
    pub(super) async fn browser(&mut self, login: &str) -> Browser {
        let token = self.link(login);
        let mut browser = Browser::new(self.state.clone());
        let answer = browser.get(&format!("/ra/sign-in?token={token}")).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        browser.read_form_token().await;
        browser
    }

    /// The token of a sign-in link that waits for a minute.
    pub(super) fn link(&mut self, login: &str) -> String {
        let now = self.now();
        self.links.issue(login, Duration::from_secs(60), &mut self.rng, now)
    }

    /// An order for a nurse, by an officer; its number.
    pub(super) fn submit(&mut self, login: &str, holder: &IdNatPs) -> String {
        let act = self.officer(login);
        let profession = Profession::from_code("60").unwrap();
        let new = NewCardOrder { kind: CardKind::Cps, holder: holder.clone(), profession, replaces: None };
        let Self { db, rng, .. } = self;
        let submitted = db.write(|db| order::submit(db, &mut ImportedRegister, new, rng, &act)).unwrap();
        submitted.number().to_owned()
    }

    pub(super) fn approve(&mut self, login: &str, number: &str) {
        let act = self.officer(login);
        let decidable = order::get(&mut self.db, number).unwrap().decidable();
        let Self { db, rng, approver, .. } = self;
        let proof = approver.approve(&decidable, login, rng, act.at).unwrap();
        let verifier = approver.verifier();
        db.write(|db| {
            order::approve(db, &mut ImportedRegister, &verifier, number, decidable.version, &proof, rng, &act)
        })
        .unwrap();
    }

    /// Asks the applicant something: the order waits.
    pub(super) fn ask(&mut self, login: &str, number: &str) {
        let act = self.officer(login);
        let Self { db, rng, .. } = self;
        db.write(|db| order::ask(db, number, 1, "Pourquoi ?", rng, &act)).unwrap();
    }

    /// Approves an order by as many officers as it needs: all but two persons of the register are called MARTIN Paul.
    pub(super) fn approve_fully(&mut self, number: &str) {
        self.approve("bob", number);
        if order::get(&mut self.db, number).unwrap().is_undecided() {
            self.approve("clara", number);
        }
    }

    /// A card for a nurse, on its way to the bureau.
    pub(super) fn card(&mut self, holder: &IdNatPs) -> CardNumber {
        let number = self.submit("alice", holder);
        self.approve_fully(&number);
        self.batched()
    }

    /// The first card of what is approved.
    pub(super) fn batched(&mut self) -> CardNumber {
        let act = self.act(Actor::Job("test"));
        let Self { db, rng, approver, .. } = self;
        let (verifier, prefix) = (approver.verifier(), "26".parse().unwrap());
        let bureau = "Bureau A".parse().unwrap();
        let closed = db
            .write(|db| {
                personalisation::close_batch(db, &mut ImportedRegister, &verifier, prefix, &bureau, rng, &act)
            })
            .unwrap();
        closed.cards[0].1
    }

    pub(super) fn end_enrolment(&mut self, login: &str) {
        let act = self.act(Actor::Operator("root".to_owned()));
        let Self { db, rng, .. } = self;
        db.write(|db| officers::end(db, login, rng, &act)).unwrap();
    }

    /// The register of a day; the nurse is called so on that day.
    pub(super) fn import_day(&mut self, day: u64, nurse: &str) {
        let report = self.import(day, nurse, 200).unwrap();
        assert_eq!(report.rows_rejected, 0);
    }

    /// A feed of that many days later that most persons have left: put aside. Its digest.
    pub(super) fn held_feed(&mut self, day: u32) -> String {
        match self.import(u64::from(day), "DURAND", 66 + 4 * (day % 20)).unwrap_err() {
            ImportError::Held { hold, .. } => hold.feed,
            other => panic!("{other}"),
        }
    }

    /// A feed that names the persons up to this one.
    fn import(&mut self, day: u64, nurse: &str, last: u32) -> Result<ImportReport, ImportError> {
        let extracted_at = self.now().minus(Duration::from_secs(30 * 86_400 - day * 3600));
        let mut text = format!("{}|\n", COLUMNS.join("|"));
        text.push_str(&line(&person(1), nurse, "Élise"));
        text.push_str(&line(&person(2), HOSTILE, "Zoé"));
        for other in 3..=last {
            text.push_str(&line(&person(other), "MARTIN", "Paul"));
        }
        let act = self.act(Actor::Job("register-import"));
        let mut file = Cursor::new(text.into_bytes());
        let (name, options) = (file_name(Form::ACTIVITIES, extracted_at), ImportOptions::default());
        import_extract(&mut self.db, &mut file, &name, &options, &mut |_, _| (), &mut self.rng, &act)
    }

    fn enrol_all(&mut self) {
        let act = self.act(Actor::Operator("root".to_owned()));
        let people = [
            ("alice", "Alice MARTIN", Role::RegistrationOfficer),
            ("bob", "Bob BERNARD", Role::RegistrationOfficer),
            ("clara", "Clara PETIT", Role::RegistrationOfficer),
            ("rita", "Rita PETIT", Role::RevocationOfficer),
            ("agent", "Agnès ROUX", Role::CertificationAgent),
            ("audrey", "Audrey NOËL", Role::Auditor),
            ("admin", "Alix MOREAU", Role::Administrator),
            ("amina", "Amina LAURENT", Role::Administrator),
        ];
        let Self { db, rng, .. } = self;
        db.write(|db| {
            people.into_iter().try_for_each(|(login, name, role)| {
                officers::enrol(db, login, name, role, rng, &act).map(drop)
            })
        })
        .unwrap();
    }
}

/// At any hour of any day but holidays; an answer takes sixteen of them.
fn working_hours() -> WorkingHours {
    use jiff::civil::{Weekday, time};
    let days: Vec<Weekday> = Weekday::Monday.cycle_forward().take(7).collect();
    let (all_day, within) = ((time(0, 0, 0, 0), time(23, 59, 59, 0)), Duration::from_secs(16 * 3600));
    WorkingHours::new(&days, all_day, "Europe/Paris", std::collections::BTreeSet::new(), within).unwrap()
}

/// `8` and a number of the test range with its key.
pub(super) fn person(number: u32) -> IdNatPs {
    (0..10).find_map(|key| format!("8997{number:07}{key}").parse().ok()).unwrap()
}

/// The RPPS number of a person, as it is typed.
pub(super) fn rpps(number: u32) -> String {
    person(number).to_string()[1..].to_owned()
}

fn line(id: &IdNatPs, family_name: &str, given_name: &str) -> String {
    let id = id.to_string();
    let cell = |column: &str| match column {
        "Type d'identifiant PP" => "8",
        "Identifiant PP" => &id[1..],
        "Identification nationale PP" => &id,
        "Nom d'exercice" => family_name,
        "Prénom d'exercice" => given_name,
        "Code profession" => "60",
        "Code catégorie professionnelle" => "C",
        "Code mode exercice" => "S",
        "Numéro FINESS site" => "0B0193488",
        "Identifiant technique de la structure" => "F0B0193488",
        "Raison sociale site" => "CLINIQUE FICTIVE DU PORT",
        "Code Département (structure)" => "44",
        "Libellé Département (structure)" => "Loire-Atlantique (44)",
        "Code secteur d'activité" => "SA01",
        _ => "",
    };
    let cells: Vec<&str> = COLUMNS.iter().map(|column| cell(column)).collect();
    format!("{}|\n", cells.join("|"))
}
