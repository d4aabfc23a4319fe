//! Published files by way of the page: a browser that shows an HTTPS page takes no file by plain HTTP from it, and plain
//! HTTP is what addresses in certificates are (RFC 5280 §8).

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::exchange::state_of;
use crate::failure::Failure;
use crate::faults;

/// The file as it is published, to be kept and not shown.
pub(super) async fn download(request: HttpRequest, path: web::Path<String>) -> Result<HttpResponse, Failure> {
    let (state, path) = (state_of(&request), path.into_inner());
    let name = path.rsplit('/').next().unwrap_or_default().to_owned();
    let file = web::block(move || state.published_file(&path))
        .await
        .map_err(|_| Failure::of(faults::PAGE_FAILED))?
        .map_err(|error| Failure::coded(faults::PUBLIC_FILE, error.to_string()))?
        .ok_or_else(|| Failure::of(faults::PAGE_UNKNOWN))?;
    // A name that is published has letters, digits, dashes and dots.
    let disposition = format!("attachment; filename=\"{name}\"");
    Ok(HttpResponse::Ok()
        .content_type(file.content_type)
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .body(file.body))
}
