//! The file of a form: one field, bounded, in memory.

use std::future::Future;
use std::pin::Pin;

use actix_multipart::Multipart;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt;

use super::question::CERTIFICATE_BOUND;
use crate::failure::Failure;
use crate::faults;
use crate::posted::check_origin;

/// What stands in the file of the field `fichier`, its form's origin being ours; nothing where it is too long to be a
/// certificate.
pub(super) struct Upload(pub(super) Option<Vec<u8>>);

impl FromRequest for Upload {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Failure>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (origin, parts) = (check_origin(request), Multipart::from_request(request, payload));
        Box::pin(async move {
            origin?;
            let unreadable = || Failure::of(faults::FORM_UNREADABLE);
            let mut parts = parts.await.map_err(|_| unreadable())?;
            let mut field = parts.next().await.and_then(Result::ok).ok_or_else(unreadable)?;
            if field.name() != Some("fichier") {
                return Err(unreadable());
            }
            match field.bytes(CERTIFICATE_BOUND).await {
                Ok(Ok(file)) => Ok(Self(Some(file.to_vec()))),
                Ok(Err(_)) => Err(unreadable()),
                Err(_) => Ok(Self(None)),
            }
        })
    }
}
