use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use store::Code;

use super::signing::SignPage;
use super::{page, release, to};
use crate::failure::{Failure, status_of};

/// What became of an officer's act on a page `P`.
pub(super) enum Outcome<P> {
    Done,
    /// His passkey is asked first.
    Sign(Box<SignPage>),
    /// The page again, with why.
    Again(Code, Box<P>),
}

impl<P> Outcome<P> {
    /// Of an act that was done, asks for a signature, or was refused: then `again` reads the page. A failure that is nobody's
    /// input stays one.
    pub(super) fn of(
        done: Result<Option<Box<SignPage>>, Failure>,
        again: impl FnOnce(Code) -> Result<P, Failure>,
    ) -> Result<Self, Failure> {
        match done {
            Ok(None) => Ok(Self::Done),
            Ok(Some(ask)) => Ok(Self::Sign(ask)),
            Err(failure) => {
                let code = release::told(failure)?;
                Ok(Self::Again(code, Box::new(again(code)?)))
            }
        }
    }
}

impl<P: Template> Outcome<P> {
    /// The answer: by GET of this address when it is done, so that nothing is done twice by loading a page again.
    pub(super) fn answer(self, done: &str) -> Result<HttpResponse, Failure> {
        match self {
            Self::Done => Ok(to(done)),
            Self::Sign(template) => page(StatusCode::OK, &*template),
            Self::Again(code, template) => page(status_of(code), &*template),
        }
    }
}
