//! The style sheet, the mark, the scripts and the model of a list: embedded, revalidated by their digest.

use std::sync::LazyLock;

use actix_web::http::header::{CacheControl, CacheDirective, ETag, EntityTag, Header, IfNoneMatch};
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use sha2::{Digest, Sha256};

/// Where the style sheet is.
pub(crate) const STYLE_SHEET: &str = "/assets/app.css";
/// Where the mark is.
pub(crate) const MARK: &str = "/assets/mark.svg";

/// Where the script is that asks an officer's authenticator.
pub(crate) const SCRIPT: &str = "/assets/passkey.js";

/// Where the script of the keyboard is.
pub(crate) const KEYBOARD: &str = "/assets/keyboard.js";

/// Where the script is that says that a session ends.
pub(crate) const SESSION: &str = "/assets/session.js";

/// Where the model of a list of staff is.
const STAFF_MODEL: &str = "/assets/modele-personnel.xlsx";

struct Asset {
    media_type: &'static str,
    bytes: &'static [u8],
    tag: EntityTag,
}

static APP_CSS: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("text/css; charset=utf-8", include_bytes!("../assets/app.css")));
static MARK_SVG: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("image/svg+xml", include_bytes!("../assets/mark.svg")));

static PASSKEY_JS: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("text/javascript; charset=utf-8", include_bytes!("../assets/passkey.js")));

static KEYBOARD_JS: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("text/javascript; charset=utf-8", include_bytes!("../assets/keyboard.js")));

static SESSION_JS: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("text/javascript; charset=utf-8", include_bytes!("../assets/session.js")));

static STAFF_XLSX: LazyLock<Asset> = LazyLock::new(|| {
    let media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    Asset::new(media_type, include_bytes!("../assets/modele-personnel.xlsx"))
});

/// Mounts them.
pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .route(STYLE_SHEET, web::get().to(|request: HttpRequest| async move { APP_CSS.answer(&request) }))
        .route(SCRIPT, web::get().to(|request: HttpRequest| async move { PASSKEY_JS.answer(&request) }))
        .route(KEYBOARD, web::get().to(|request: HttpRequest| async move { KEYBOARD_JS.answer(&request) }))
        .route(SESSION, web::get().to(|request: HttpRequest| async move { SESSION_JS.answer(&request) }))
        .route(STAFF_MODEL, web::get().to(|request: HttpRequest| async move { STAFF_XLSX.answer(&request) }))
        .route(MARK, web::get().to(|request: HttpRequest| async move { MARK_SVG.answer(&request) }));
}

impl Asset {
    fn new(media_type: &'static str, bytes: &'static [u8]) -> Self {
        let digest = Sha256::digest(bytes);
        Self { media_type, bytes, tag: EntityTag::new_strong(hex::encode(&digest[..16])) }
    }

    fn answer(&self, request: &HttpRequest) -> HttpResponse {
        let known = match IfNoneMatch::parse(request) {
            Ok(IfNoneMatch::Any) => true,
            Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|tag| tag.weak_eq(&self.tag)),
            Err(_) => false,
        };
        let mut answer = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
        answer
            .insert_header(ETag(self.tag.clone()))
            .insert_header(CacheControl(vec![CacheDirective::NoCache]));
        match known {
            true => answer.finish(),
            false => answer.content_type(self.media_type).body(self.bytes),
        }
    }
}
