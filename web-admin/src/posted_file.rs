//! A form with a file, that an officer sent from a page of his own session: bounded, in memory, read only once its token is good.

use std::future::Future;
use std::pin::Pin;

use actix_multipart::{Field, Multipart};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt;
use registration_authority::order::DOCUMENT_BOUND;

use crate::desk::Desk;
use crate::failure::Failure;
use crate::faults;
use crate::posted::{Fields, TOKEN_FIELD, check_origin};

/// Name of the field that carries the file. It comes last.
const FILE_FIELD: &str = "fichier";
/// Most fields before the file.
const FIELDS_BOUND: usize = 8;
/// Longest field but the file, in octets.
const TEXT_BOUND: usize = 4096;

/// A form, who sent it, and its file. Its token and origin are checked.
pub(crate) struct PostedFile {
    pub(crate) desk: Desk,
    pub(crate) fields: Fields,
    pub(crate) file: File,
}

/// A file of a form.
pub(crate) struct File {
    /// What it is called where it came from, without its folders.
    pub(crate) name: String,
    /// Its octets; nothing where it is longer than any document may be.
    pub(crate) content: Option<Vec<u8>>,
}

impl FromRequest for PostedFile {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Failure>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (desk, origin) = (Desk::of(request), check_origin(request));
        let parts = Multipart::from_request(request, payload);
        Box::pin(async move {
            let desk = desk?;
            origin?;
            let mut parts = parts.await.map_err(|_| unreadable())?;
            let mut texts = Vec::new();
            loop {
                let mut field = parts.next().await.and_then(Result::ok).ok_or_else(unreadable)?;
                let name = field.name().ok_or_else(unreadable)?.to_owned();
                if name == FILE_FIELD {
                    let fields = Fields::of(texts)?;
                    if !desk.session.owns_form(fields.text(TOKEN_FIELD)) {
                        return Err(Failure::of(faults::FORM_FOREIGN));
                    }
                    return Ok(Self { desk, fields, file: File::read(&mut field).await? });
                }
                if texts.len() == FIELDS_BOUND {
                    return Err(unreadable());
                }
                let octets = field.bytes(TEXT_BOUND).await.map_err(|_| unreadable())?;
                let octets = octets.map_err(|_| unreadable())?;
                texts.push((name, String::from_utf8(octets.to_vec()).map_err(|_| unreadable())?));
            }
        })
    }
}

impl File {
    async fn read(field: &mut Field) -> Result<Self, Failure> {
        let named = field.content_disposition().and_then(|disposition| disposition.get_filename());
        let name = named.unwrap_or_default();
        let name = name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
        let content = match field.bytes(DOCUMENT_BOUND).await {
            Ok(Ok(octets)) => Some(octets.to_vec()),
            Ok(Err(_)) => return Err(unreadable()),
            Err(_) => None,
        };
        Ok(Self { name, content })
    }
}

fn unreadable() -> Failure {
    Failure::of(faults::FORM_UNREADABLE)
}
