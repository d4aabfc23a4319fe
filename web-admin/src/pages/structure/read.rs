use askama::Template;
use card::CardStatus;
use professional_registry::ImportedRegister;
use professional_registry::identifiers::TechnicalStructureId;
use registration_authority::approval::SubjectKind;
use registration_authority::certificate_request::{CertificateRequest, RequestState};
use registration_authority::decision::Decision;
use registration_authority::eligibility::{KnownBy, rulebook};
use registration_authority::mandate::{Mandate, MandateState, Quality, last_day};
use registration_authority::officers::Right;
use registration_authority::opposition::request::{OppositionRequest, RequestAnswer};
use registration_authority::opposition::requester::Requester;
use registration_authority::opposition::{self, Ground};
use registration_authority::staff::import::{COLUMNS, StaffImport};
use registration_authority::staff::{Post, StaffMember};
use registration_authority::suspension::CardState;
use registration_authority::views::{self, AskedCard, MemberView, SoftwareCertificate};
use store::{BrokenRule, Code, Database, Timestamp};

use crate::desk::Work;
use crate::failure::Failure;
use crate::frame::Frame;
use crate::language::Language;
use crate::messages::Key;
use crate::pages::delegations::by_delegation;
use crate::pages::dossier::name_of;
use crate::pages::release::{Past, Problem, Reason, reasons};
use crate::pages::{filters, signing, software};
use crate::posted::Fields;
use crate::typography::{self, Shown};
use crate::words;

/// What a page says beside what stands.
#[derive(Default)]
pub(in crate::pages) struct Said {
    pub(in crate::pages) done: Option<Key>,
    /// After which local number the staff is shown.
    pub(in crate::pages) after: String,
    pub(in crate::pages) code: Option<Code>,
    pub(in crate::pages) rules: Vec<BrokenRule>,
    /// What a list would do.
    pub(in crate::pages) shown: Option<StaffImport>,
    /// The list, to mend it where it was typed.
    pub(in crate::pages) list: String,
}

impl Said {
    /// Why an act was refused, if it was; what was typed stays in its form.
    pub(in crate::pages) fn refused(code: Option<Code>, fields: &Fields) -> Self {
        Self { code, list: fields.text("liste").to_owned(), ..Self::default() }
    }
}

#[derive(Template)]
#[template(path = "structure.html")]
pub(in crate::pages) struct StructurePage {
    frame: Frame,
    done: Option<Key>,
    problem: Option<Problem>,
    rules: Vec<BrokenRule>,
    id: String,
    name: Option<String>,
    number: Option<String>,
    mandates: Vec<MandateLine>,
    reasons: Vec<Reason>,
    /// Whether the reader may propose a mandate.
    proposes: bool,
    /// Whether he speaks for the structure.
    speaks: bool,
    kinds: Vec<&'static str>,
    members: Vec<MemberLine>,
    /// The grounds for which he has a card opposed.
    grounds: Vec<(&'static str, Key)>,
    oppositions: Vec<OppositionLine>,
    certificates: Vec<CertificateLine>,
    /// After which number the next page begins.
    next: Option<String>,
    pub(super) list: String,
    pub(super) shown: Option<StaffImport>,
    columns: &'static [&'static str],
}

struct MandateLine {
    number: String,
    agent: String,
    quality: Key,
    identifier: Option<String>,
    reference: String,
    document: String,
    until: Option<String>,
    proposed_by: String,
    proposed_at: Shown,
    state: Key,
    state_class: &'static str,
    decisions: Vec<Past>,
    decides: bool,
    /// Whether the reader may lay it down, for it is his own.
    lays_down: bool,
    /// Whether he may end it, by his signature.
    ends: bool,
    /// Whether it was laid down, and no officer's signature that the worker has seen ends it.
    laid_down: bool,
}

struct MemberLine {
    local_id: String,
    name: String,
    post: Key,
    left_at: Option<Shown>,
    orders: Vec<OrderLine>,
}

struct OrderLine {
    kind: String,
    number: String,
    status: Key,
    card: Option<(String, Key)>,
    /// Whether the card can still be opposed.
    lives: bool,
}

struct OppositionLine {
    card: String,
    ground: Key,
    by: String,
    mandate: String,
    at: Shown,
    answer: Key,
    receipt: Option<String>,
    /// The code of why not, and the rule that says so.
    refusal: Option<(String, Option<String>)>,
}

struct CertificateLine {
    number: String,
    name: String,
    profile: String,
    by: String,
    state: Key,
    /// Whether there is one that nobody has fetched.
    unretrieved: bool,
    /// Whether the reader may fetch it.
    fetches: bool,
    /// Whether it lives, and the reader may revoke it.
    revokes: bool,
}

impl StructurePage {
    fn section(&self) -> &'static str {
        "structures"
    }

    /// The structure as it stands, with what is to be said.
    pub(in crate::pages) fn read(
        work: &mut Work<'_>,
        frame: Frame,
        structure: &TechnicalStructureId,
        said: Said,
    ) -> Result<Self, Failure> {
        let signs = signing::can_sign(work)?;
        let (officer, act, language) = (work.officer, work.act, frame.language());
        work.db.snapshot(|db| {
            let view = views::structure(db, &mut ImportedRegister, structure, &said.after, act)?;
            let decides = officer.role.may(Right::Decide);
            let mut mandates = Vec::new();
            for one in &view.mandates {
                let line = MandateLine {
                    decides: decides && signs && one.proposed_by != officer.login,
                    ends: decides && signs && one.login != officer.login,
                    lays_down: !decides && one.login == officer.login,
                    ..MandateLine::of(db, one, language, act.at)?
                };
                mandates.push(line);
            }
            let mut certificates = Vec::new();
            for (request, retrieved) in view.certificates {
                let issued = matches!(request.state, RequestState::Issued { .. });
                let asked = officer.role.may(Right::Submit) && request.submitted_by == officer.login;
                let one = SoftwareCertificate::of(db, request)?;
                certificates.push(CertificateLine {
                    unretrieved: issued && !retrieved,
                    fetches: issued && (view.own.is_some() || asked),
                    revokes: software::revokes(&one, officer, act.at),
                    ..CertificateLine::of(db, one.request)?
                });
            }
            let record = view.record.as_ref();
            let last = view.members.last().map(|last| last.member.local_id.clone());
            Ok(Self {
                frame,
                done: said.done,
                problem: said.code.map(Problem::of),
                rules: said.rules,
                id: structure.to_string(),
                name: record.map(|one| format!("{}, {}", one.corporate_name, one.department_label)),
                number: record.and_then(|one| {
                    let finess = one.finess.as_ref().map(|finess| format!("FINESS {finess}"));
                    finess.or_else(|| one.siret.as_ref().map(|siret| format!("SIRET {siret}")))
                }),
                mandates,
                reasons: reasons(SubjectKind::StructureMandate),
                proposes: decides,
                speaks: view.own.is_some(),
                kinds: kinds(record.is_some_and(|one| one.finess.is_some()))?,
                members: view.members.into_iter().map(MemberLine::of).collect(),
                grounds: grounds(view.own.is_some())?,
                oppositions: view.oppositions.into_iter().map(OppositionLine::of).collect(),
                certificates,
                next: last.filter(|_| view.more),
                list: said.list,
                shown: said.shown,
                columns: &COLUMNS,
            })
        })
    }
}

impl MandateLine {
    fn of(db: &mut Database, mandate: &Mandate, language: Language, at: Timestamp) -> Result<Self, Failure> {
        let began: Vec<Decision> = mandate.on_its_beginning().cloned().collect();
        let mut decisions = Past::of(db, &began, 1)?;
        for (past, decision) in decisions.iter_mut().zip(&began) {
            past.verdict = Key::of(if decision.approves() { "mandate-approved" } else { "mandate-refused" });
            if let Some(number) = decision.delegation() {
                past.by = by_delegation(db, language, &past.by, &number)?;
            }
        }
        Ok(Self {
            number: mandate.number.clone(),
            agent: name_of(db, &mandate.login)?,
            quality: quality_in_words(mandate.quality),
            identifier: mandate.identifier.as_ref().map(ToString::to_string),
            reference: mandate.reference.clone(),
            document: mandate.document.clone(),
            until: mandate.until.map(|until| until_in_words(language, until)),
            proposed_by: name_of(db, &mandate.proposed_by)?,
            proposed_at: Shown(mandate.proposed_at),
            state: state_in_words(mandate, at),
            state_class: match mandate.state(at) {
                MandateState::Proposed => "submitted",
                MandateState::Approved { .. } => "approved",
                MandateState::Refused | MandateState::Ended { .. } => "refused",
            },
            decisions,
            decides: false,
            lays_down: false,
            ends: false,
            laid_down: mandate.awaits_its_end(at),
        })
    }

    /// Whether it waits for its decision.
    fn waits(&self) -> bool {
        self.state_class == "submitted"
    }

    /// Whether it may be laid down.
    fn stands(&self) -> bool {
        self.state_class == "approved"
    }

    /// Whether it may be ended.
    fn waits_for_its_end(&self) -> bool {
        self.stands() || self.laid_down
    }
}

impl MemberLine {
    fn of(view: MemberView) -> Self {
        let StaffMember { local_id, post, family_name, given_name, left_at, .. } = view.member;
        let order = |(order, card): AskedCard| OrderLine {
            kind: order.kind,
            number: order.number,
            status: words::order_state(order.status),
            lives: card.as_ref().is_some_and(|(_, state)| can_be_opposed(*state)),
            card: card.map(|(number, state)| (number.to_string(), words::card_state(state))),
        };
        Self {
            name: match post {
                Post::Service => "Service".to_owned(),
                Post::Employee | Post::Head => typography::name(&family_name, &given_name),
            },
            post: Key::of(match post {
                Post::Employee => "post-employee",
                Post::Head => "post-head",
                Post::Service => "post-service",
            }),
            orders: view.orders.into_iter().map(order).collect(),
            left_at: left_at.map(Shown),
            local_id,
        }
    }
}

impl OppositionLine {
    fn of(request: OppositionRequest) -> Self {
        let (answer, receipt, refusal) = match request.answer {
            RequestAnswer::Waiting => ("structure-opposition-waiting", None, None),
            RequestAnswer::Opposed { receipt, .. } => ("structure-opposition-done", Some(receipt), None),
            RequestAnswer::Refused { code, rule, .. } => {
                ("structure-opposition-refused", None, Some((code, rule)))
            }
        };
        Self {
            card: request.card.to_string(),
            ground: words::ground(request.ground),
            by: request.requested_by,
            mandate: request.mandate,
            at: Shown(request.requested_at),
            answer: Key::of(answer),
            receipt,
            refusal,
        }
    }
}

impl CertificateLine {
    fn of(db: &mut Database, request: CertificateRequest) -> Result<Self, Failure> {
        let person = request.subject.person();
        Ok(Self {
            name: match person {
                Some(person) => typography::name(&person.family_name, &person.given_name),
                None => request.common_name.clone(),
            },
            by: name_of(db, &request.submitted_by)?,
            state: words::request_state(&request.state),
            number: request.number,
            profile: request.profile,
            unretrieved: false,
            fetches: false,
            revokes: false,
        })
    }
}

fn can_be_opposed(state: CardState) -> bool {
    !matches!(state, CardState::In(CardStatus::Opposed | CardStatus::Expired | CardStatus::Cancelled))
}

/// For which grounds whoever speaks for a structure has a card opposed; none for others.
fn grounds(speaks: bool) -> Result<Vec<(&'static str, Key)>, Failure> {
    let rules = opposition::table()?.of(Requester::Structure).filter(|_| speaks);
    let grounds = rules.into_iter().flat_map(|rules| &rules.grounds);
    Ok(grounds.map(|ground: &Ground| (ground.as_str(), words::ground(*ground))).collect())
}

/// The kinds of card that a structure of this sort can have for its staff.
fn kinds(has_finess: bool) -> Result<Vec<&'static str>, Failure> {
    let wanted = if has_finess { KnownBy::Finess } else { KnownBy::Siret };
    let of_sort = rulebook()?
        .iter()
        .filter(|rules| rules.offered && rules.staff.as_ref().is_some_and(|staff| staff.known_by == wanted));
    Ok(of_sort.map(|rules| rules.product.code()).collect())
}

/// As whom an agent speaks.
pub(in crate::pages) fn quality_in_words(quality: Quality) -> Key {
    Key::of(match quality {
        Quality::Director => "quality-director",
        Quality::Professional => "quality-professional",
        Quality::Delegate => "quality-delegate",
    })
}

/// « 31 décembre 2027 inclus » where a mandate ends with a day; else the moment.
pub(in crate::pages) fn until_in_words(language: Language, until: Timestamp) -> String {
    match last_day(until) {
        Some(day) => language.say("structure-day-included").with("day", language.day(Shown(day))).to_string(),
        None => language.long(Shown(until)),
    }
}

/// Where a mandate stands at that moment.
pub(in crate::pages) fn state_in_words(mandate: &Mandate, at: Timestamp) -> Key {
    Key::of(match mandate.state(at) {
        MandateState::Proposed => "mandate-to-decide",
        MandateState::Approved { .. } => "mandate-approved",
        MandateState::Refused => "mandate-refused",
        MandateState::Ended { .. } => "mandate-ended",
    })
}

pub(super) fn done_in_words(done: &str) -> Option<Key> {
    Some(Key::of(match done {
        "declaration" => "structure-done-declaration",
        "depart" => "structure-done-departure",
        "demande" => "structure-done-order",
        "liste" => "structure-done-list",
        "opposition" => "structure-done-opposition",
        "mandat" => "structure-done-mandate",
        "approbation" => "structure-done-approval",
        "refus" => "structure-done-refusal",
        "fin" => "structure-done-end",
        _ => return None,
    }))
}
