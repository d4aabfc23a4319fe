//! The keys, and how they act: a page and a form, without a script.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::{Address, page};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::faults;
use crate::frame::Frame;
use crate::messages::Key;
use crate::posted::Posted;
use crate::shortcuts::Shortcuts;

pub(super) const ADDRESSES: &[Address] =
    &[Address::at("/ra/aide").get(|| web::get().to(show)).post(|| web::post().to(choose))];

#[derive(Template)]
#[template(path = "help.html")]
struct HelpPage {
    frame: Frame,
    keys: &'static [Keys],
    choices: Vec<Choice>,
    done: bool,
}

impl HelpPage {
    fn section(&self) -> &'static str {
        "aide"
    }
}

/// The keys of one sort of page.
struct Keys {
    where_: Key,
    keys: &'static [Key],
}

struct Choice {
    value: &'static str,
    words: Key,
    chosen: bool,
}

const KEYS: &[Keys] = &[
    Keys {
        where_: Key::of("help-everywhere"),
        keys: &[
            Key::of("help-to-queue"),
            Key::of("help-to-inbox"),
            Key::of("help-to-operations"),
            Key::of("help-to-cards"),
            Key::of("help-search"),
            Key::of("help-help"),
        ],
    },
    Keys {
        where_: Key::of("help-lists"),
        keys: &[
            Key::of("help-rows"),
            Key::of("help-open"),
            Key::of("help-select"),
            Key::of("help-take-last-back"),
        ],
    },
    Keys {
        where_: Key::of("help-dossier"),
        keys: &[
            Key::of("help-dossiers"),
            Key::of("help-approve"),
            Key::of("help-refuse"),
            Key::of("help-ask"),
            Key::of("help-second-officer"),
            Key::of("help-note"),
            Key::of("help-take-back"),
        ],
    },
];

async fn show(desk: Desk) -> Result<HttpResponse, Failure> {
    let frame = desk.frame();
    let chosen = desk.shortcuts;
    page(StatusCode::OK, &read(frame, chosen, false))
}

async fn choose(posted: Posted) -> Result<HttpResponse, Failure> {
    let Posted { mut desk, fields } = posted;
    let chosen =
        Shortcuts::from_name(fields.text("raccourcis")).ok_or(Failure::of(faults::FORM_UNREADABLE))?;
    desk.shortcuts = chosen;
    let mut answer = page(StatusCode::OK, &read(desk.frame(), chosen, true))?;
    answer.add_cookie(&chosen.cookie()).map_err(|_| Failure::of(faults::PAGE_FAILED))?;
    Ok(answer)
}

fn read(frame: Frame, chosen: Shortcuts, done: bool) -> HelpPage {
    let choice = |one: Shortcuts| Choice {
        value: one.as_str(),
        words: Key::of(match one {
            Shortcuts::Alone => "help-alone",
            Shortcuts::WithAlt => "help-with-alt",
            Shortcuts::Off => "help-off",
        }),
        chosen: one == chosen,
    };
    HelpPage { frame, keys: KEYS, choices: Shortcuts::ALL.map(choice).into(), done }
}
