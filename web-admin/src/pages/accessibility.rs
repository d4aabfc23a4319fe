//! What is known of the accessibility of these pages, for everybody: what was audited and what was not, what keeps somebody out, what is
//! planned, and whom to write to. It says what `accessibility.toml` says: nobody claims here what no audit has found.

use std::sync::LazyLock;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::{Address, page};
use crate::exchange::state_of;
use crate::failure::Failure;
use crate::frame::Frame;
use crate::language::Language;
use crate::messages::Key;
use crate::typography;

pub(super) const ADDRESSES: &[Address] = &[Address::at("/accessibilite").get(|| web::get().to(show))];

static DECLARATION: LazyLock<Declaration> = LazyLock::new(|| {
    toml::from_str(include_str!("../../accessibility.toml")).expect("a test reads the file of this program")
});

/// `accessibility.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Declaration {
    /// What the pages are built to.
    standard: String,
    audits: Vec<Audit>,
    not_audited: Vec<Sentence>,
    limits: Vec<Sentence>,
    plan: Vec<Planned>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Audit {
    by: By,
    with: String,
    /// What people found by the criteria of the RGAA; programs find no conformity.
    conformity: Option<Conformity>,
    fr: String,
    en: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum By {
    Program,
    People,
}

/// The three states of a declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Conformity {
    Full,
    Partial,
    None,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sentence {
    fr: String,
    en: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Planned {
    year: u16,
    fr: String,
    en: String,
}

impl Declaration {
    /// What the newest audit by people found, of those in the file the last one; without one, nothing conforms.
    fn state(&self) -> Conformity {
        let by_people = self.audits.iter().rfind(|audit| audit.by == By::People);
        by_people.and_then(|audit| audit.conformity).unwrap_or(Conformity::None)
    }
}

#[derive(Template)]
#[template(path = "accessibility.html")]
struct AccessibilityPage {
    frame: Frame,
    standard: &'static str,
    state: Key,
    audits: Vec<(&'static str, Key, String)>,
    not_audited: Vec<String>,
    limits: Vec<String>,
    plan: Vec<(u16, String)>,
    contact: Vec<String>,
}

impl AccessibilityPage {
    fn section(&self) -> &'static str {
        ""
    }
}

async fn show(request: HttpRequest) -> Result<HttpResponse, Failure> {
    let frame = Frame::outside(&request);
    let language = frame.language();
    let declaration = &*DECLARATION;
    let sentences = |list: &'static [Sentence]| {
        list.iter().map(|one| in_language(language, &one.fr, &one.en)).collect::<Vec<_>>()
    };
    let template = AccessibilityPage {
        frame,
        standard: &declaration.standard,
        state: Key::of(match declaration.state() {
            Conformity::Full => "accessibility-full",
            Conformity::Partial => "accessibility-partial",
            Conformity::None => "accessibility-none",
        }),
        audits: declaration
            .audits
            .iter()
            .map(|audit| {
                let by = Key::of(match audit.by {
                    By::Program => "accessibility-by-program",
                    By::People => "accessibility-by-people",
                });
                (audit.with.as_str(), by, in_language(language, &audit.fr, &audit.en))
            })
            .collect(),
        not_audited: sentences(&declaration.not_audited),
        limits: sentences(&declaration.limits),
        plan: declaration
            .plan
            .iter()
            .map(|one| (one.year, in_language(language, &one.fr, &one.en)))
            .collect(),
        contact: state_of(&request).contact().to_vec(),
    };
    page(StatusCode::OK, &template)
}

fn in_language(language: Language, french: &str, english: &str) -> String {
    match language {
        Language::French => typography::french(french),
        Language::English => english.to_owned(),
    }
}

#[cfg(test)]
mod tests;
