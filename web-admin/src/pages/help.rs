//! The keys, and how they act: a page and a form, without a script.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::{Address, filters, page};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::faults;
use crate::frame::Frame;
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
    where_: &'static str,
    keys: &'static [(&'static str, &'static str)],
}

struct Choice {
    value: &'static str,
    words: &'static str,
    chosen: bool,
}

const KEYS: &[Keys] = &[
    Keys {
        where_: "Partout",
        keys: &[
            ("g puis q", "aller à la file des demandes"),
            ("g puis o", "aller aux cartes, pour une opposition"),
            ("/", "rechercher, où la page a une recherche"),
            ("?", "cette page"),
        ],
    },
    Keys {
        where_: "Dans la file et les autres listes",
        keys: &[
            ("j, k", "ligne suivante, ligne précédente"),
            ("o ou Entrée", "ouvrir"),
            ("x, Maj + x", "sélectionner la ligne, toutes jusqu'à elle, où elles se sélectionnent"),
        ],
    },
    Keys {
        where_: "Dans un dossier",
        keys: &[
            ("j, k", "dossier suivant, dossier précédent, dans l'ordre et le filtre de la file"),
            ("a puis Entrée", "approuver ; Entrée encore pour signer avec la clé de sécurité"),
            ("r puis 1 à 9", "refuser : la liste des motifs s'ouvre, le chiffre choisit"),
            ("d", "demander un renseignement ou une pièce"),
            ("n", "écrire une note"),
            ("z", "revenir sur sa décision, tant qu'elle n'a pas pris effet"),
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
        words: match one {
            Shortcuts::Alone => "Une touche",
            Shortcuts::WithAlt => "Une touche avec Alt",
            Shortcuts::Off => "Désactivés",
        },
        chosen: one == chosen,
    };
    HelpPage { frame, keys: KEYS, choices: Shortcuts::ALL.map(choice).into(), done }
}
