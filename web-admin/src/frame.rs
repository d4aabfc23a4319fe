//! What stands around every page: who is signed in, where, and whether it is a demonstration.

use std::sync::{Arc, OnceLock};

use actix_web::HttpRequest;
use actix_web::http::Method;
use registration_authority::officers::{Right, Role};

use crate::exchange::{Moment, state_of};
use crate::language::{self, Language};
use crate::messages::{Key, Message};
use crate::pages::sessions::left;
use crate::sessions::Session;
use crate::shortcuts::Shortcuts;
use crate::typography::Shown;
use crate::words::Refusal;
use crate::{assets, words};

/// The part of a page that all pages share (`templates/base.html`).
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) is_demo: bool,
    pub(crate) badge: Option<Badge>,
    shortcuts: Shortcuts,
    language: Language,
    /// Whether its reader wants to read it in another language, which it does not have yet.
    pub(crate) is_not_yet_his: bool,
    /// Where the same page is in the other language.
    pub(crate) in_other: String,
    /// How much waits for his signature; known once the officer's work is done.
    awaiting: Awaiting,
    /// What of the inbox this page is shown for.
    opened_for: Option<String>,
    /// When it was shown.
    at: Shown,
}

/// How much waits for an officer's signature, as it is written; all clones of a frame share it.
pub(crate) type Awaiting = Arc<OnceLock<String>>;

/// The parameter of an address that says for what of the inbox a page was opened.
pub(crate) const OPENED_FOR: &str = "contreseing";

/// No key of the inbox is longer.
const LONGEST_KEY: usize = 100;

/// Who is signed in.
#[derive(Clone, Debug)]
pub(crate) struct Badge {
    pub(crate) display_name: String,
    role: Role,
    form_token: String,
    /// In how many seconds the session ends where no further request comes, and at the latest; and when that is.
    pub(crate) left: [i64; 2],
    pub(crate) at_latest: Shown,
    /// Where the page is, with what it was asked.
    pub(crate) address: String,
}

impl Badge {
    /// The officer's role.
    pub(crate) fn role(&self) -> Key {
        words::role(self.role)
    }

    /// Whether the menu offers the queue.
    pub(crate) fn reads_queue(&self) -> bool {
        self.role.may(Right::ReadQueue)
    }

    /// Whether the menu offers what waits for his signature.
    pub(crate) fn reads_inbox(&self) -> bool {
        self.role.may(Right::ReadInbox)
    }

    /// Whether the menu offers to find a card.
    pub(crate) fn reads_cards(&self) -> bool {
        self.role.may(Right::ReadCard)
    }

    /// Whether the menu offers what officers delegate to each other.
    pub(crate) fn reads_delegations(&self) -> bool {
        self.role.may(Right::ReadDelegations)
    }

    /// Whether the menu offers the officers' keys.
    pub(crate) fn reads_keys(&self) -> bool {
        self.role.may(Right::ReadKeys)
    }

    /// Whether the menu offers how the installation works.
    pub(crate) fn reads_operations(&self) -> bool {
        self.role.may(Right::ReadOperations)
    }

    /// Whether the menu offers the audit trail.
    pub(crate) fn reads_trail(&self) -> bool {
        self.role.may(Right::ReadTrail)
    }

    /// Whether the menu offers structures.
    pub(crate) fn reads_structures(&self) -> bool {
        self.role.may(Right::ReadStructures)
    }

    /// Whether the menu offers to ask for a card.
    pub(crate) fn submits(&self) -> bool {
        self.role.may(Right::Submit)
    }
}

impl Frame {
    /// For who is not signed in.
    pub(crate) fn outside(request: &HttpRequest) -> Self {
        let language = Language::of(request);
        Self {
            is_demo: state_of(request).is_demo(),
            badge: None,
            shortcuts: Shortcuts::Off,
            language,
            is_not_yet_his: language != Language::of_reader(request),
            in_other: language::link(request, language.other()),
            awaiting: Awaiting::default(),
            opened_for: None,
            at: Shown(Moment::of(request).at),
        }
    }

    /// For who is signed in.
    pub(crate) fn inside(request: &HttpRequest, session: &Session, shortcuts: Shortcuts) -> Self {
        let Session { display_name, role, form_token, ends, .. } = session.clone();
        let left = left(&ends, Moment::of(request).at);
        let at_latest = Shown(ends.at_latest);
        let address = request.uri().to_string();
        let badge = Some(Badge { display_name, role, form_token, left, at_latest, address });
        let (acts, named) = (request.method() == Method::POST, opened_for(request));
        let opened_for = state_of(request).sessions().shown_for(&session.key, acts, named);
        let opened_for = opened_for.filter(|_| role.may(Right::ReadInbox));
        Self { badge, shortcuts, opened_for, ..Self::outside(request) }
    }

    /// Where it is written down how much waits for his signature.
    pub(crate) fn awaits(&self) -> &Awaiting {
        &self.awaiting
    }

    /// How much waits for his signature; nothing where that is not known.
    pub(crate) fn awaiting(&self) -> Option<&str> {
        self.awaiting.get().map(String::as_str)
    }

    /// The key of what of the inbox this page was opened for.
    pub(crate) fn opened_for(&self) -> Option<&str> {
        self.opened_for.as_deref()
    }

    /// With keys that act so.
    pub(crate) fn answering(self, shortcuts: Shortcuts) -> Self {
        Self { shortcuts, ..self }
    }

    /// What the page is written in.
    pub(crate) fn language(&self) -> Language {
        self.language
    }

    /// This message, in the page's language.
    pub(crate) fn say(&self, key: impl Into<Key>) -> Message {
        self.language.say(key)
    }

    /// What happened and who can help, for a stable code.
    pub(crate) fn refusal(&self, code: &str) -> Refusal {
        words::refusal(self.language, code)
    }

    /// A day and an hour, in full.
    pub(crate) fn long(&self, shown: &Shown) -> String {
        self.language.long(*shown)
    }

    /// A day.
    pub(crate) fn day(&self, shown: &Shown) -> String {
        self.language.day(*shown)
    }

    /// An hour, to the second.
    pub(crate) fn second(&self, shown: &Shown) -> String {
        self.language.second(*shown)
    }

    /// A day and an hour, for a table.
    pub(crate) fn short(&self, shown: &Shown) -> String {
        self.language.short(*shown)
    }

    /// The token for the forms; none where nobody is signed in.
    pub(crate) fn form_token(&self) -> &str {
        self.badge.as_ref().map_or("", |badge| &badge.form_token)
    }

    /// The address of the style sheet.
    pub(crate) fn style_sheet(&self) -> &'static str {
        assets::STYLE_SHEET
    }

    /// The address of the one script.
    pub(crate) fn script(&self) -> &'static str {
        assets::SCRIPT
    }

    /// How keys act, for the script that asks for them; nothing where none does.
    pub(crate) fn shortcuts(&self) -> Option<&'static str> {
        (self.shortcuts != Shortcuts::Off).then_some(self.shortcuts.as_str())
    }

    /// What `aria-keyshortcuts` says of a key; nothing where keys do not act.
    pub(crate) fn key(&self, key: &str) -> Option<String> {
        self.shortcuts.key(key)
    }

    /// The address of the script that asks for them.
    pub(crate) fn keyboard(&self) -> &'static str {
        assets::KEYBOARD
    }

    /// An hour.
    pub(crate) fn hour(&self, shown: &Shown) -> String {
        self.language.hour(*shown)
    }

    /// When the page was shown, in full.
    pub(crate) fn shown_at(&self) -> String {
        self.long(&self.at)
    }

    /// The address of the script that says that a session ends.
    pub(crate) fn session_script(&self) -> &'static str {
        assets::SESSION
    }

    /// The address of the mark.
    pub(crate) fn mark(&self) -> &'static str {
        assets::MARK
    }
}

/// A key of the inbox in the address of a request: what is none is taken for nothing.
fn opened_for(request: &HttpRequest) -> Option<String> {
    let pairs = request.query_string().split('&').filter_map(|pair| pair.split_once('='));
    let key = pairs.into_iter().find(|(name, _)| *name == OPENED_FOR)?.1;
    let fits = |octet: u8| octet.is_ascii_alphanumeric() || b".-".contains(&octet);
    (key.len() <= LONGEST_KEY && key.bytes().all(fits)).then(|| key.to_owned())
}
