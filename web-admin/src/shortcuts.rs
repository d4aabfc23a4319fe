//! Shortcuts of the keyboard: an officer's preference, kept in a cookie of his browser. WCAG 2.1.4: a key alone can be switched
//! off, or asked for with Alt.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};

const COOKIE: &str = "__Host-raccourcis";
const KEPT: Duration = Duration::days(365);

/// How keys act.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Shortcuts {
    /// A key alone.
    #[default]
    Alone,
    /// With Alt.
    WithAlt,
    /// Not at all: no script asks for a key.
    Off,
}

impl Shortcuts {
    pub(crate) const ALL: [Self; 3] = [Self::Alone, Self::WithAlt, Self::Off];

    /// In forms, in the cookie and for the script.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Alone => "alone",
            Self::WithAlt => "alt",
            Self::Off => "off",
        }
    }

    /// The one that is called so.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }

    /// As the browser of this request remembers.
    pub(crate) fn of(request: &HttpRequest) -> Self {
        request.cookie(COOKIE).and_then(|cookie| Self::from_name(cookie.value())).unwrap_or_default()
    }

    /// What makes a browser remember it, for a year.
    pub(crate) fn cookie(self) -> Cookie<'static> {
        Cookie::build(COOKIE, self.as_str())
            .path("/")
            .secure(true)
            .http_only(true)
            .same_site(SameSite::Strict)
            .max_age(KEPT)
            .finish()
    }

    /// As `aria-keyshortcuts` says it; nothing where keys do not act.
    pub(crate) fn key(self, key: &str) -> Option<String> {
        match self {
            Self::Alone => Some(key.to_owned()),
            Self::WithAlt => Some(format!("Alt+{key}")),
            Self::Off => None,
        }
    }
}
