use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, web};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::failure::Failure;
use crate::faults;

/// The body of an act: JSON, every member known; and what makes it this request and no other.
pub(super) struct Body<T> {
    pub(super) value: T,
    /// SHA-256 of the method, the address and the body, in hexadecimal.
    pub(super) digest: String,
}

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Failure>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let is_json = kind.is_some_and(|kind| kind.split(';').next() == Some("application/json"));
        let asked = format!("{} {}\n", request.method(), request.uri());
        let octets = web::Bytes::from_request(request, payload);
        Box::pin(async move {
            if !is_json {
                return Err(Failure::of(faults::API_NOT_JSON));
            }
            let octets = octets.await.map_err(|_| Failure::of(faults::API_TOO_LARGE))?;
            let value = serde_json::from_slice(&octets)
                .map_err(|error| Failure::coded(faults::API_BODY_INVALID, error.to_string()))?;
            let digest = hex::encode(Sha256::new().chain_update(asked).chain_update(&octets).finalize());
            Ok(Self { value, digest })
        })
    }
}

/// The value of a text, or which field is not what it must be.
pub(super) fn field<T>(name: &str, text: &str, read: impl FnOnce(&str) -> Option<T>) -> Result<T, Failure> {
    read(text).ok_or_else(|| Failure::coded(faults::API_BODY_INVALID, format!("/{name}: {text:?} is none")))
}
