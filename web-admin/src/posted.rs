//! A form that an officer sent from a page of his own session, with or without a file.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use actix_multipart::Multipart;
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::StreamExt;

use crate::desk::Desk;
use crate::failure::Failure;
use crate::faults;

/// Name of the field that carries the session's form token.
pub(crate) const TOKEN_FIELD: &str = "jeton";

/// A form, and who sent it. Its token and origin are checked.
pub(crate) struct Posted {
    pub(crate) desk: Desk,
    pub(crate) fields: Fields,
}

/// Longest form token, in octets.
const TOKEN_BOUND: usize = 256;
/// Largest file that an officer hands over, in octets.
const FILE_BOUND: usize = 1 << 20;

/// A file, and who sent it: the form token, then the field `fichier`. Token and origin are checked.
pub(crate) struct PostedFile {
    pub(crate) desk: Desk,
    /// Nothing where it is longer than a mebioctet.
    pub(crate) file: Option<Vec<u8>>,
}

impl FromRequest for PostedFile {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Failure>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (desk, origin) = (Desk::of(request), check_origin(request));
        let parts = Multipart::from_request(request, payload);
        Box::pin(async move {
            origin?;
            let desk = desk?;
            let unreadable = || Failure::of(faults::FORM_UNREADABLE);
            let mut parts = parts.await.map_err(|_| unreadable())?;
            let token = part(&mut parts, TOKEN_FIELD, TOKEN_BOUND).await?.ok_or_else(unreadable)?;
            let token = String::from_utf8(token).map_err(|_| unreadable())?;
            if !desk.session.owns_form(&token) {
                return Err(Failure::of(faults::FORM_FOREIGN));
            }
            let file = part(&mut parts, "fichier", FILE_BOUND).await?;
            Ok(Self { desk, file })
        })
    }
}

/// The next part, which must be this field; nothing where it is too long.
async fn part(parts: &mut Multipart, name: &str, bound: usize) -> Result<Option<Vec<u8>>, Failure> {
    let unreadable = || Failure::of(faults::FORM_UNREADABLE);
    let mut field = parts.next().await.and_then(Result::ok).ok_or_else(unreadable)?;
    if field.name() != Some(name) {
        return Err(unreadable());
    }
    match field.bytes(bound).await {
        Ok(Ok(octets)) => Ok(Some(octets.to_vec())),
        Ok(Err(_)) => Err(unreadable()),
        Err(_) => Ok(None),
    }
}

/// The fields of a form; each stands once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields(BTreeMap<String, String>);

impl Fields {
    /// Whether the form has this field, empty or not.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The text of a field, trimmed; empty where it is not there.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |text| text.trim())
    }

    /// Every field but the form token.
    pub(crate) fn others(&self) -> Vec<(String, String)> {
        let others = self.0.iter().filter(|(name, _)| *name != TOKEN_FIELD);
        others.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// Of what was sent, each name once.
    pub(crate) fn of(pairs: Vec<(String, String)>) -> Result<Self, Failure> {
        let mut fields = BTreeMap::new();
        for (name, value) in pairs {
            if fields.insert(name, value).is_some() {
                return Err(Failure::of(faults::FORM_UNREADABLE));
            }
        }
        Ok(Self(fields))
    }

    /// Reads the body of a request as a form, its origin being ours.
    pub(crate) fn read(
        request: &HttpRequest,
        payload: &mut Payload,
    ) -> impl Future<Output = Result<Self, Failure>> + 'static {
        let origin = check_origin(request);
        let form = web::Form::<Vec<(String, String)>>::from_request(request, payload);
        async move {
            origin?;
            Self::of(form.await.map_err(|_| Failure::of(faults::FORM_UNREADABLE))?.into_inner())
        }
    }
}

impl FromRequest for Posted {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Failure>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let desk = Desk::of(request);
        let fields = Fields::read(request, payload);
        Box::pin(async move {
            let (desk, fields) = (desk?, fields.await?);
            if !desk.session.owns_form(fields.text(TOKEN_FIELD)) {
                return Err(Failure::of(faults::FORM_FOREIGN));
            }
            Ok(Self { desk, fields })
        })
    }
}

impl FromRequest for Fields {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Failure>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        Box::pin(Self::read(request, payload))
    }
}

/// Refuses what another site sends. Our own `Referrer-Policy: no-referrer` makes browsers write
/// `Origin: null` on our own forms (Fetch, "append a request Origin header"), so `Sec-Fetch-Site` is what
/// tells; an origin that is named must be ours. The form token decides in any case.
pub(crate) fn check_origin(request: &HttpRequest) -> Result<(), Failure> {
    let text = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    let site_is_ours = text("sec-fetch-site").is_none_or(|site| site == "same-origin");
    let host = text(header::HOST.as_str()).unwrap_or_default();
    let origin_is_ours = text(header::ORIGIN.as_str())
        .is_none_or(|origin| origin == "null" || origin.strip_prefix("https://") == Some(host));
    match site_is_ours && origin_is_ours {
        true => Ok(()),
        false => Err(Failure::of(faults::FORM_FOREIGN)),
    }
}
