//! One structure: who speaks for it, its staff and their cards; what its agent declares and asks for.

mod read;

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use card::CardKind;
use professional_registry::ImportedRegister;
use professional_registry::identifiers::TechnicalStructureId;
use registration_authority::officers::{self, Right};
use registration_authority::opposition::{Ground, request};
use registration_authority::order::{self, NewStaffOrder};
use registration_authority::staff::import::{self, COLUMNS, RowError, StaffImport, StaffImportError};
use registration_authority::staff::{self, NewMember, Post};
use registration_authority::{faults as rules, views};
use sha2::{Digest, Sha256};
use store::{Code, Kind};

pub(super) use read::{Said, StructurePage, quality_in_words, state_in_words, until_in_words};

use super::{Address, page, to};
use crate::desk::{Desk, Work};
use crate::failure::{Failure, status_of};
use crate::faults;
use crate::posted::{Fields, Posted, PostedFile};

pub(super) const ADDRESSES: &[Address] = &[
    Address::at("/ra/structures/{structure}").get(|| web::get().to(show)).needs(Right::ReadStructures),
    Address::at("/ra/structures/{structure}/personnel").post(|| web::post().to(declare)).needs(Right::Submit),
    Address::at("/ra/structures/{structure}/depart").post(|| web::post().to(leave)).needs(Right::Submit),
    Address::at("/ra/structures/{structure}/carte").post(|| web::post().to(ask)).needs(Right::Submit),
    Address::at("/ra/structures/{structure}/opposition").post(|| web::post().to(oppose)).needs(Right::Submit),
    Address::at("/ra/structures/{structure}/liste").post(|| web::post().to(list)).needs(Right::Submit),
    Address::at("/ra/structures/{structure}/fichier").post(|| web::post().to(file)).needs(Right::Submit),
];

/// Longest list that a form brings back, in octets as a form writes them: what is longer is declared in two parts.
const LIST_BOUND: usize = 60_000;

async fn show(
    desk: Desk,
    structure: web::Path<String>,
    query: web::Query<HashMap<String, String>>,
) -> Result<HttpResponse, Failure> {
    let structure = identifier(&structure)?;
    let frame = desk.frame();
    let said = Said {
        done: query.get("fait").and_then(|done| read::done_in_words(done)),
        after: query.get("apres").cloned().unwrap_or_default(),
        ..Said::default()
    };
    let template = desk.work(move |work| StructurePage::read(work, frame, &structure, said)).await?;
    page(StatusCode::OK, &template)
}

async fn declare(structure: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    acted(structure, posted, "declaration", |work, structure, fields| {
        let new = NewMember {
            local_id: fields.text("numero").to_owned(),
            post: fields.text("fonction").parse().unwrap_or(Post::Employee),
            family_name: fields.text("nom").to_owned(),
            given_name: fields.text("prenom").to_owned(),
        };
        let (rng, act) = (&mut *work.rng, work.act);
        work.db.write(|db| staff::declare(db, structure, &new, rng, act))?;
        Ok(None)
    })
    .await
}

async fn leave(structure: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    acted(structure, posted, "depart", |work, structure, fields| {
        let (rng, act) = (&mut *work.rng, work.act);
        work.db.write(|db| staff::leave(db, structure, fields.text("numero"), rng, act))?;
        Ok(None)
    })
    .await
}

async fn ask(structure: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    acted(structure, posted, "demande", |work, structure, fields| {
        let kind: CardKind =
            fields.text("carte").parse().map_err(|_| Failure::of(rules::ORDER_KIND_NOT_OFFERED))?;
        let new = NewStaffOrder {
            kind,
            structure: structure.clone(),
            local_id: fields.text("numero").to_owned(),
            replaces: match fields.text("remplace") {
                "" => None,
                number => Some(number.parse().map_err(|_| Failure::of(card::faults::NOT_FOUND))?),
            },
        };
        let (rng, act) = (&mut *work.rng, work.act);
        work.db.write(|db| order::submit_staff(db, &mut ImportedRegister, new, rng, act))?;
        Ok(None)
    })
    .await
}

/// Asks for the opposition of a card of its staff: the worker judges it, and opposes.
async fn oppose(structure: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    acted(structure, posted, "opposition", |work, structure, fields| {
        let card = fields.text("carte").parse().map_err(|_| Failure::of(card::faults::NOT_FOUND))?;
        let ground: Ground =
            fields.text("motif").parse().map_err(|_| Failure::of(rules::OPPOSITION_GROUND_UNKNOWN))?;
        if fields.text("definitif") != "oui" {
            return Err(Failure::of(faults::OPPOSITION_NOT_CONFIRMED));
        }
        let (rng, act) = (&mut *work.rng, work.act);
        request::request(work.db, &mut ImportedRegister, structure, (&card, ground), rng, act)?;
        Ok(None)
    })
    .await
}

/// The list, shown first: it is declared by the button of the page that shows what it would do.
async fn list(structure: web::Path<String>, posted: Posted) -> Result<HttpResponse, Failure> {
    acted(structure, posted, "liste", |work, structure, fields| {
        let file = fields.text("liste").as_bytes();
        let declares = fields.text("declarer") == "oui";
        let (list, seen) = (fields.text("liste"), fields.text("apercu"));
        let (rng, act) = (&mut *work.rng, work.act);
        // What the list, or what stands, has become since it was shown is shown first.
        let done = work.db.write(|db| {
            let would = import::preview(db, structure, file, act)?;
            if !declares || seen != digest_of(list, &would) {
                return Ok(Some(would));
            }
            import::apply(db, structure, file, rng, act).map(|_| None)
        });
        match done {
            Ok(done) => Ok(done),
            Err(error) => shown(Err(error)).map(Some),
        }
    })
    .await
}

/// SHA-256 of a list and of what it would do, in hexadecimal: a form sends the ends of its lines in another way than it was given them.
fn digest_of(list: &str, would: &StaffImport) -> String {
    let would = serde_json::to_vec(would).expect("an import is plain data");
    let list = list.replace("\r\n", "\n");
    hex::encode(Sha256::new().chain_update(list.trim_end()).chain_update([0]).chain_update(would).finalize())
}

impl StructurePage {
    /// Which list is shown, and what it would do.
    fn seen(&self) -> String {
        self.shown.as_ref().map_or(String::new(), |would| digest_of(&self.list, would))
    }
}

/// A file, CSV or a workbook: shown as the list would be, and put into its form, where it is mended and declared.
async fn file(structure: web::Path<String>, posted: PostedFile) -> Result<HttpResponse, Failure> {
    let structure = identifier(&structure)?;
    let PostedFile { desk, file } = posted;
    let frame = desk.frame();
    let (code, template) = desk
        .work(move |work| {
            officers::require(work.db, Right::Submit, work.act)?;
            views::structure(work.db, &mut ImportedRegister, &structure, "", work.act)?;
            let said = match read_file(work, &structure, file.as_deref()) {
                Ok((shown, list)) => {
                    Said { code: code_of(&shown), shown: Some(shown), list, ..Said::default() }
                }
                Err(failure) => Said { code: Some(told(failure)?), ..Said::default() },
            };
            let code = said.code;
            Ok((code, Box::new(StructurePage::read(work, frame, &structure, said)?)))
        })
        .await?;
    page(code.map_or(StatusCode::OK, status_of), &*template)
}

/// What a file would do, and its rows as the form has them.
fn read_file(
    work: &mut Work<'_>,
    structure: &TechnicalStructureId,
    file: Option<&[u8]>,
) -> Result<(StaffImport, String), Failure> {
    let Some(file) = file else {
        return Ok((unreadable(1, "le fichier dépasse un mébioctet"), String::new()));
    };
    let shown = shown(import::preview(work.db, structure, file, work.act))?;
    let list = import::as_csv(file).unwrap_or_default();
    // A form writes what is neither letter nor digit in three octets, the end of a line in six.
    let sent: usize = list.bytes().map(|octet| if octet.is_ascii_alphanumeric() { 1 } else { 3 }).sum();
    if sent + 3 * list.lines().count() > LIST_BOUND {
        let long = "la liste est trop longue pour cette page\u{202f}: déclarez-la en deux fichiers";
        return Ok((unreadable(1, long), String::new()));
    }
    Ok((shown, list))
}

/// What a list would do; where it is none, why, in its place.
fn shown(read: Result<StaffImport, StaffImportError>) -> Result<StaffImport, Failure> {
    match read {
        Err(StaffImportError::File { line, reason }) => Ok(unreadable(line, &reason)),
        read => Ok(read?),
    }
}

fn unreadable(line: u64, reason: &str) -> StaffImport {
    let error = RowError { line, column: COLUMNS[0], reason: reason.to_owned() };
    StaffImport { errors: vec![error], ..StaffImport::default() }
}

/// Why a list that is shown so cannot be declared.
fn code_of(shown: &StaffImport) -> Option<Code> {
    let code = if shown.rows == 0 { rules::STAFF_FILE_UNREADABLE } else { rules::STAFF_ROWS_INVALID };
    (!shown.errors.is_empty()).then_some(code)
}

/// Acts for a structure, and answers: by GET when it is done, with the page and why not otherwise.
async fn acted(
    structure: web::Path<String>,
    posted: Posted,
    done: &'static str,
    act: impl FnOnce(&mut Work<'_>, &TechnicalStructureId, &Fields) -> Result<Option<StaffImport>, Failure>
    + Send
    + 'static,
) -> Result<HttpResponse, Failure> {
    let structure = identifier(&structure)?;
    let Posted { desk, fields } = posted;
    let frame = desk.frame();
    let back = format!("/ra/structures/{structure}?fait={done}");
    let answered = desk
        .work(move |work| {
            officers::require(work.db, Right::Submit, work.act)?;
            // Who does not speak for it is shown nothing of it.
            views::structure(work.db, &mut ImportedRegister, &structure, "", work.act)?;
            let said = match act(work, &structure, &fields) {
                Ok(None) => return Ok(None),
                Ok(Some(shown)) => {
                    Said { code: code_of(&shown), shown: Some(shown), ..Said::refused(None, &fields) }
                }
                Err(failure) => {
                    let rules = failure.rules().to_vec();
                    Said { rules, ..Said::refused(Some(told(failure)?), &fields) }
                }
            };
            let code = said.code;
            Ok(Some((code, Box::new(StructurePage::read(work, frame, &structure, said)?))))
        })
        .await?;
    match answered {
        None => Ok(to(&back)),
        Some((code, template)) => page(code.map_or(StatusCode::OK, status_of), &*template),
    }
}

/// The code of a refusal that is told on the page; a failure that is nobody's input stays one.
fn told(failure: Failure) -> Result<Code, Failure> {
    match failure.code() {
        Some(code)
            if matches!(code.kind, Kind::Refused | Kind::Invalid | Kind::NotFound)
                && code != faults::FORM_UNREADABLE =>
        {
            Ok(code)
        }
        _ => Err(failure),
    }
}

pub(super) fn identifier(text: &str) -> Result<TechnicalStructureId, Failure> {
    text.parse().map_err(|_| Failure::of(rules::ORDER_STRUCTURE_UNKNOWN))
}
