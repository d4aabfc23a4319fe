//! Which version of a thing: the `ETag` that is given, and the `If-Match` that comes back (RFC 9110 §8.8.3, §13.1.1).

use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use registration_authority::views::Read;
use std::future::{Ready, ready};

use crate::failure::Failure;
use crate::faults;

/// The `If-Match` of a request.
pub(super) struct IfMatch(Option<String>);

impl IfMatch {
    /// Whether the caller has read this very version; a request that names none is told to.
    pub(super) fn check(&self, etag: &str) -> Result<(), Failure> {
        let named = self.0.as_deref().ok_or(Failure::of(faults::API_VERSION_MISSING))?;
        match named.split(',').any(|one| one.trim() == etag) {
            true => Ok(()),
            false => Err(Failure::coded(
                faults::API_VERSION_CHANGED,
                format!("If-Match names {named}, and what stands is {etag}"),
            )),
        }
    }

    /// What the caller has read, as far as he names what reads.
    pub(super) fn read(&self) -> Read {
        let named = self.0.as_deref().and_then(|named| named.trim().strip_prefix('"')?.split_once('.'));
        let Some((version, state)) = named else { return Read::default() };
        Read { version: version.parse().ok(), waiting: state == "waiting\"", at: None }
    }
}

/// The entity tag of a version in a state. Both change what there is to decide.
pub(super) fn etag(version: i64, state: &str) -> String {
    format!("\"{version}.{state}\"")
}

impl FromRequest for IfMatch {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let named = request.headers().get(header::IF_MATCH);
        ready(match named.map(|value| value.to_str()) {
            None => Ok(Self(None)),
            Some(Ok(named)) => Ok(Self(Some(named.to_owned()))),
            Some(Err(_)) => Err(Failure::of(faults::API_VERSION_CHANGED)),
        })
    }
}
