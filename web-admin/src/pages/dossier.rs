//! One dossier: what is asked for beside what the register says, and the decision.

mod composer;
mod documents;
mod looks;
mod notes;
mod past;
mod pending;
mod place;
mod register;
mod said;
mod timeline;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use professional_registry::ImportedRegister;
use registration_authority::approval::ApprovalVerifier;
use registration_authority::decision;
use registration_authority::faults as rules;
use registration_authority::four_eyes;
use registration_authority::officers::{self, Officer, Right};
use registration_authority::order::{self, BirthNames, OrderState};
use registration_authority::queue::lease::{self, Examination, LeaseError};
use registration_authority::views::{self, Dossier};
use sha2::{Digest, Sha256};
use store::{BrokenRule, Database, Fault, Timestamp};

use composer::Composer;
use documents::Attached;
use looks::{Asked, Signal};
use notes::Written;
use past::{PastCard, PastOrder};
use pending::Pending;
use place::Place;
use register::Line;
use timeline::Event;

pub(super) use composer::{Choice, choices, mail, refusal_letter};
pub(super) use place::List;
pub(super) use said::Said;

use super::hidden::hidden_of;
use super::queue::LastDecision;
use super::software::SoftwareRow;
use super::{Address, filters, page, signing};
use crate::desk::{Desk, Work};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::language::Language;
use crate::likeness::Likeness;
use crate::messages::Key;
use crate::order_number::order_number;
use crate::typography::{self, Shown};
use crate::words;

pub(super) const ADDRESSES: &[Address] =
    &[Address::at("/ra/dossiers/{number}").get(|| web::get().to(show)).needs(Right::ReadDossier)];

#[derive(Template)]
#[template(path = "dossier.html")]
pub(super) struct DossierPage {
    frame: Frame,
    place: Place,
    number: String,
    version: i64,
    /// SHA-256 of what an officer signs of it, in hexadecimal.
    digest: String,
    /// When it was read, milliseconds since 1970: an act from this page says so.
    read_at: i64,
    name: String,
    family_name: String,
    given_name: String,
    category: &'static str,
    holder: String,
    kind: String,
    object: Key,
    replaces: Option<String>,
    names: Option<Names>,
    submitted_by: String,
    own: bool,
    submitted_at: Shown,
    status: Key,
    status_class: &'static str,
    status_since: Option<Shown>,
    /// Since when an officer is on it.
    under_review: Option<Shown>,
    /// Which other officer that is, and for how long already; nothing for whoever asked for the card, nor where the look is blind.
    other_on_it: Option<(String, String)>,
    can_take_over: bool,
    pending: Option<Pending>,
    /// The decision that led here, where the reader can still take it back.
    last: Option<LastDecision>,
    /// Whether the letter of its refusal can be printed.
    letter: bool,
    made: Option<String>,
    register_says: String,
    comparison: Vec<Line>,
    places: Vec<String>,
    other_exercises: Vec<String>,
    can_refresh: bool,
    signals: Vec<Signal>,
    two: bool,
    can_ask_second: bool,
    /// Whether what another decided is kept from this reader until he has decided.
    blind: bool,
    first_approval: Option<String>,
    questions: Vec<Asked>,
    can_ask: bool,
    /// Whether it is the holder who is awaited, since no person submitted the order.
    asks_holder: bool,
    can_answer: bool,
    documents: Vec<Attached>,
    can_attach: bool,
    /// What officers wrote for each other; nothing for who may not read it.
    notes: Option<Vec<Written>>,
    can_note: bool,
    events: Vec<Event>,
    cards: Vec<PastCard>,
    certificates: Vec<SoftwareRow>,
    other_orders: Vec<PastOrder>,
    other_orders_hidden: Option<String>,
    open: bool,
    composer: Composer,
    can_withdraw: bool,
    done: Option<Key>,
    /// In whose name the reader would decide.
    acting: Option<String>,
    problem: Option<Trouble>,
}

impl DossierPage {
    fn section(&self) -> &'static str {
        "file"
    }
}

/// Under which names a professional is known.
pub(super) struct Names {
    /// Those in practice: what his card and its certificates carry.
    pub(super) in_use: String,
    /// Those at birth, in words.
    pub(super) at_birth: String,
}

/// What is known of the names at birth.
pub(super) fn names_at_birth(language: Language, names: Option<&BirthNames>) -> String {
    match names {
        Some(BirthNames::Others { family_name, given_names }) => typography::name(family_name, given_names),
        Some(BirthNames::AsInPractice) => language.say("base-birth-names-same").to_string(),
        None => language.say("base-birth-names-unknown").to_string(),
    }
}

struct Trouble {
    code: &'static str,
    rules: Vec<BrokenRule>,
    about_reason: bool,
}

/// Who reads a dossier, from where, and when.
struct Reader<'a> {
    officer: &'a Officer,
    /// Whether he can sign a decision here.
    signs: bool,
    verifier: &'a ApprovalVerifier,
    list: &'a List,
    at: Timestamp,
}

async fn show(desk: Desk, number: web::Path<String>, request: HttpRequest) -> Result<HttpResponse, Failure> {
    let number = order_number(&number).ok_or(Failure::of(rules::ORDER_UNKNOWN))?;
    let (list, said) = (List::of_query(request.query_string()), Said::of_query(request.query_string()));
    let frame = desk.frame();
    let template = desk
        .work(move |work| {
            let template = read(work, frame, &number, &list, said)?;
            be_on(work, &number, template.open && template.composer.barred.is_none())?;
            Ok(template)
        })
        .await?;
    page(StatusCode::OK, &template)
}

/// Whoever reads an open dossier and may decide on it is on it, unless another is.
fn be_on(work: &mut Work<'_>, number: &str, may_decide: bool) -> Result<(), Failure> {
    if !may_decide {
        return Ok(());
    }
    let (rng, act) = (&mut *work.rng, work.act);
    match work.db.write(|db| lease::begin(db, number, rng, act)) {
        Ok(()) | Err(LeaseError::Taken(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// What submitted where no officer did: `job:renewal`.
pub(super) fn job_name(language: Language, login: &str) -> String {
    match login {
        "job:registration" => language.say("dossier-by-registration").to_string(),
        job if job.starts_with("job:") => language.say("dossier-by-renewal").to_string(),
        login => login.to_owned(),
    }
}

/// The officer's name for a login that stands in an order or a decision.
pub(super) fn name_of(db: &mut Database, login: &str) -> Result<String, Failure> {
    Ok(officers::find(db, login)?.map_or_else(|| login.to_owned(), |officer| officer.display_name))
}

/// The same, where a job may stand instead.
pub(super) fn author(db: &mut Database, language: Language, login: &str) -> Result<String, Failure> {
    Ok(officers::find(db, login)?.map_or_else(|| job_name(language, login), |officer| officer.display_name))
}

/// The dossier as it stands, on one picture of the database.
pub(super) fn read(
    work: &mut Work<'_>,
    frame: Frame,
    number: &str,
    list: &List,
    said: Said,
) -> Result<DossierPage, Failure> {
    let signs = signing::can_sign(work)?;
    let (officer, verifier, at) = (work.officer, work.state.verifier(), work.act.at);
    let reader = Reader { officer, signs, verifier, list, at };
    let act = work.act;
    work.db.snapshot(|db| {
        let dossier = views::dossier(db, &mut ImportedRegister, number, act)?;
        let last = match said.led_here() {
            true => LastDecision::of(db, verifier, (officer, act), list.filter())?,
            false => None,
        };
        Ok(DossierPage { last, ..compose(db, frame, &reader, dossier, said)? })
    })
}

fn compose(
    db: &mut Database,
    frame: Frame,
    reader: &Reader<'_>,
    dossier: Dossier,
    said: Said,
) -> Result<DossierPage, Failure> {
    let Reader { officer, signs, verifier, list, at } = *reader;
    let language = frame.language();
    let blind = dossier.is_blind_for(officer);
    let dossier = dossier.as_shown_to(officer);
    let order = &dossier.order;
    let own = order.submitted_by == officer.login;
    let submitted = order.state == OrderState::Submitted;
    let decides = officer.role.may(Right::Decide);
    let comparison = register::beside(&dossier);
    let agrees = comparison.iter().all(|line| line.likeness == Likeness::Same);
    let waits = matches!(order.state, OrderState::Waiting { .. });
    let may_withdraw = order::may_withdraw(db, officer, order)?;
    // Which officer is on it is nothing to whoever asked.
    let is_officers = officer.role.may(Right::ReadDossier);
    let examined: &[Examination] = if is_officers { &dossier.examinations } else { &[] };
    let approved: Vec<&str> = dossier.approved_by().collect();
    let first_approval = match approved.first().filter(|_| submitted) {
        Some(login) => Some(name_of(db, login)?),
        None => None,
    };
    let near = match submitted && decides {
        true => four_eyes::barred(db, officer, &order.decidable(), at)?,
        false => None,
    };
    let approved = approved.contains(&officer.login.as_str());
    let (near, acting) = match submitted && decides && !own {
        // Before he has decided, nothing here may depend on who has.
        true => {
            match (if blind { decision::acting } else { decision::ground })(db, officer, &order.decidable()) {
                Ok(by) => (near, by),
                Err(error) if error.code() == rules::DELEGATION_ONE_PERSON => (Some(error.code()), None),
                Err(error) => return Err(error.into()),
            }
        }
        false => (near, None),
    };
    let acting = acting.map(|by| {
        language
            .say("delegation-acting-here")
            .with("for", by.delegator_name)
            .with("number", by.number)
            .to_string()
    });
    let lease =
        dossier.lease.as_ref().filter(|lease| submitted && is_officers && lease.officer != officer.login);
    let other_on_it = match lease {
        Some(lease) => Some((name_of(db, &lease.officer)?, language.ago(lease.since, at))),
        None => None,
    };
    let barred = composer::barred(language, officer, own, (approved, near), signs);
    Ok(DossierPage {
        frame,
        place: Place::of(db, list, order, officer, reader.at)?,
        number: order.number.clone(),
        version: order.version,
        digest: hex::encode(Sha256::digest(&order.decidable().canonical)),
        read_at: at.millis(),
        name: order
            .service_in_words()
            .unwrap_or_else(|| typography::name(&order.family_name, &order.given_name)),
        family_name: order.family_name.clone(),
        given_name: order.given_name.clone(),
        category: order.tie.category().map_or("", |category| category.code()),
        holder: order.holder.to_string(),
        kind: order.kind.to_string(),
        object: Key::of(if order.replaces.is_some() { "dossier-replacement" } else { "dossier-new-card" }),
        replaces: order.replaces.as_ref().map(ToString::to_string),
        names: order.tie.profession().filter(|_| officer.role.may(Right::ReadDossier)).map(|_| Names {
            in_use: typography::name(&order.family_name, &order.given_name),
            at_birth: names_at_birth(language, dossier.birth_names.as_ref()),
        }),
        submitted_by: author(db, language, &order.submitted_by)?,
        own,
        submitted_at: Shown(order.submitted_at),
        status: words::order_status(order.state.status()),
        status_class: order.state.name(),
        status_since: since(order.state),
        under_review: dossier.lease.as_ref().filter(|_| submitted).map(|lease| Shown(lease.since)),
        can_take_over: other_on_it.is_some() && decides && !own,
        other_on_it,
        last: None,
        pending: Pending::of(db, verifier, officer, order, &dossier.decisions, at)?,
        letter: matches!(order.state, OrderState::Refused { .. }),
        made: card::of_order(db, &order.number)?.map(|card| card.number.to_string()),
        register_says: register::says(&dossier, agrees, language).to_string(),
        places: register::places(db, &dossier, language)?,
        other_exercises: register::other_exercises(&dossier, language),
        can_refresh: submitted && officer.role.may(Right::Submit) && !agrees,
        two: dossier.asks_for_two(),
        can_ask_second: submitted && decides && !own && !dossier.asks_for_two(),
        blind,
        signals: dossier.flags.iter().cloned().map(Signal::of).collect(),
        questions: dossier
            .questions
            .iter()
            .cloned()
            .map(|question| Asked::of(db, question))
            .collect::<Result<_, Failure>>()?,
        can_ask: submitted && decides,
        asks_holder: !order.is_submitted_by_a_person(),
        can_answer: waits && may_withdraw,
        documents: dossier
            .documents
            .iter()
            .map(|document| Attached::of(db, language, &order.number, document))
            .collect::<Result<_, Failure>>()?,
        can_attach: order::may_attach(db, officer, order)?,
        notes: match officer.role.may(Right::ReadNotes) {
            true => Some(notes::shown(db, &dossier)?),
            false => None,
        },
        can_note: decides,
        events: timeline::of(db, language, &dossier, examined)?,
        cards: dossier.cards.iter().map(PastCard::of).collect(),
        certificates: dossier
            .certificates
            .shown
            .iter()
            .map(|one| SoftwareRow::of(one, officer, at))
            .collect(),
        other_orders: dossier.other_orders.shown.iter().map(|order| PastOrder::of(order, language)).collect(),
        other_orders_hidden: hidden_of(
            language,
            dossier.other_orders.hidden + dossier.certificates.hidden,
            &Key::of("hidden-other-orders"),
            &officer.scope,
        ),
        open: submitted,
        composer: Composer::of(order, verifier.delays(), language, barred, &said),
        can_withdraw: may_withdraw,
        done: said.done(first_approval.is_some()),
        first_approval,
        problem: said.problem.map(|code| Trouble {
            code: code.name,
            rules: said.rules,
            about_reason: composer::is_about_reason(code),
        }),
        comparison,
        acting,
    })
}

fn since(state: OrderState) -> Option<Shown> {
    match state {
        OrderState::Submitted => None,
        OrderState::Waiting { at }
        | OrderState::Approved { at }
        | OrderState::Refused { at }
        | OrderState::Withdrawn { at }
        | OrderState::Ordered { at } => Some(Shown(at)),
    }
}
