//! The documents of a dossier: attaching one, and taking one away to read it elsewhere. Nothing of it is ever shown in a page.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use professional_registry::ImportedRegister;
use registration_authority::faults as rules;
use registration_authority::officers::Right;
use registration_authority::order::{self, DocumentKind, NewDocument};
use registration_authority::views;

use super::Address;
use super::decision::act;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::order_number::order_number;
use crate::posted::Posted;
use crate::posted_file::{File, PostedFile};

pub(super) const ADDRESSES: &[Address] = &[
    Address::at("/ra/dossiers/{number}/documents").post(|| web::post().to(attach)).needs(Right::Submit),
    Address::at("/ra/dossiers/{number}/documents/{id}")
        .get(|| web::get().to(download))
        .needs(Right::ReadDossier),
];

/// What a document is served under: it runs nothing and asks for nothing, whatever program opens it as a page.
const SANDBOX: &str = "default-src 'none'; sandbox; frame-ancestors 'none'";

async fn attach(number: web::Path<String>, posted: PostedFile) -> Result<HttpResponse, Failure> {
    let PostedFile { desk, fields, file } = posted;
    act(number, Posted { desk, fields }, "document", |work, _, number, _| {
        let File { name, content } = file;
        let new = NewDocument { name, content: content.ok_or(Failure::of(rules::ORDER_DOCUMENT_INVALID))? };
        let (rng, act) = (&mut *work.rng, work.act);
        work.db.write(|db| order::attach(db, &mut ImportedRegister, number, &new, rng, act))?;
        Ok(None)
    })
    .await
}

async fn download(desk: Desk, path: web::Path<(String, String)>) -> Result<HttpResponse, Failure> {
    let (number, id) = path.into_inner();
    let number = order_number(&number).ok_or(Failure::of(rules::ORDER_UNKNOWN))?;
    let name = number.clone();
    let (document, content) = desk
        .work(move |work| {
            let (rng, act) = (&mut *work.rng, work.act);
            Ok(work.db.write(|db| views::document(db, (&number, &id), rng, act))?)
        })
        .await?;
    // A name of ours: what the file was called elsewhere does not come near a header.
    let extension = match document.kind {
        DocumentKind::Pdf => "pdf",
        DocumentKind::Jpeg => "jpg",
        DocumentKind::Png => "png",
    };
    let disposition = format!("attachment; filename=\"{name}-{}.{extension}\"", document.place);
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, document.kind.media_type()))
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .insert_header((header::CONTENT_SECURITY_POLICY, SANDBOX))
        .body(content))
}
