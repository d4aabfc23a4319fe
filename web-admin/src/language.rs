//! The language of a page: the one that its reader chose, else the first that his browser asks for, else French.
//!
//! It is chosen by a link, `?lang=en` behind the address of any page, which is answered with a cookie and the same page without it:
//! the parameter is trusted for nothing else, and works without a script.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::Method;
use actix_web::http::header::{AcceptLanguage, Header, Preference};
use actix_web::{HttpRequest, HttpResponse};

use crate::messages::{Key, Message};
use crate::pages;

const COOKIE: &str = "__Host-langue";
const KEPT: Duration = Duration::days(365);
const PARAMETER: &str = "lang";

/// A language that pages are written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Language {
    /// The source: what a page says first.
    #[default]
    French,
    English,
}

impl Language {
    pub(crate) const ALL: [Self; 2] = [Self::French, Self::English];

    /// Its tag (RFC 5646): in `lang` attributes, in the cookie, in `?lang=`.
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::French => "fr",
            Self::English => "en",
        }
    }

    /// What its readers call it.
    pub(crate) const fn own_name(self) -> &'static str {
        match self {
            Self::French => "Français",
            Self::English => "English",
        }
    }

    /// The one that a page offers beside this one.
    pub(crate) const fn other(self) -> Self {
        match self {
            Self::French => Self::English,
            Self::English => Self::French,
        }
    }

    fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.tag() == tag)
    }

    /// What the page of this request is written in: its reader's language, where the page has it.
    pub(crate) fn of(request: &HttpRequest) -> Self {
        if pages::is_french_only(request) { Self::French } else { Self::of_reader(request) }
    }

    /// What the reader wants to read: what his browser remembers, else what it asks for (RFC 9110 §12.5.4).
    pub(crate) fn of_reader(request: &HttpRequest) -> Self {
        let chosen = request.cookie(COOKIE).and_then(|cookie| Self::from_tag(cookie.value()));
        chosen.unwrap_or_else(|| asked_for(request))
    }

    /// This message of `locales/`, in this language.
    pub(crate) fn say(self, key: impl Into<Key>) -> Message {
        Message::new(self, key.into())
    }

    /// What makes a browser remember it, for a year. It comes with a link from elsewhere too: it decides nothing but words.
    fn cookie(self) -> Cookie<'static> {
        Cookie::build(COOKIE, self.tag())
            .path("/")
            .secure(true)
            .http_only(true)
            .same_site(SameSite::Lax)
            .max_age(KEPT)
            .finish()
    }
}

fn asked_for(request: &HttpRequest) -> Language {
    let asked = AcceptLanguage::parse(request).map(|asked| asked.ranked()).unwrap_or_default();
    let spoken = asked.into_iter().find_map(|one| match one {
        Preference::Specific(tag) => Language::from_tag(tag.primary_language()),
        Preference::Any => Some(Language::default()),
    });
    spoken.unwrap_or_default()
}

/// The answer to a link that chooses a language: the cookie, and the same page without the choice. Only at an address that is
/// ours, so that nothing leads elsewhere.
pub(crate) fn chosen(request: &HttpRequest) -> Option<HttpResponse> {
    if request.method() != Method::GET || request.match_pattern().is_none() {
        return None;
    }
    let (name, rest): (Vec<_>, Vec<_>) = request
        .query_string()
        .split('&')
        .filter(|pair| !pair.is_empty())
        .partition(|pair| pair.split('=').next() == Some(PARAMETER));
    let [choice] = name[..] else { return None };
    let language = Language::from_tag(choice.split_once('=')?.1)?;
    let mut answer = pages::to(&address(request.path(), &rest));
    answer.add_cookie(&language.cookie()).ok()?;
    Some(answer)
}

/// Where a link leads that shows the page of this request in that language. What answers a form is not asked for again: the link
/// leads to the page that the form stands on.
pub(crate) fn link(request: &HttpRequest, language: Language) -> String {
    let path = pages::shown_from(request);
    let mut pairs: Vec<&str> = match path == request.path() && request.method() == Method::GET {
        true => request.query_string().split('&').filter(|pair| !pair.is_empty()).collect(),
        false => Vec::new(),
    };
    let choice = format!("{PARAMETER}={}", language.tag());
    pairs.push(&choice);
    address(path, &pairs)
}

fn address(path: &str, pairs: &[&str]) -> String {
    match pairs {
        [] => path.to_owned(),
        pairs => format!("{path}?{}", pairs.join("&")),
    }
}
