//! What is published in a house.

use actix_web::web::Bytes;
use store::{Database, Fault};

use crate::{Publications, PublishedAuthority, PublishedFile, Untold};

/// What stands in `ca/chain.p7b`; no text.
pub(super) const CHAIN: &[u8] = &[0x30, 0x03, 0xFF, 0x00, 0x0A];

/// The authorities of the database, and nothing that other crates publish.
pub(super) fn published(db: &mut Database) -> Result<Publications, Untold> {
    let authorities = ca_core::authority::all(db).map_err(|error| (error.code(), error.to_string()))?;
    let of = |authority| PublishedAuthority {
        authority,
        certificate_url: None,
        ocsp_url: None,
        crls: Vec::new(),
        shards: None,
    };
    Ok(Publications {
        authorities: authorities.into_iter().map(of).collect(),
        chain: None,
        practice_statement: "http://pc.home.arpa/".to_owned(),
        oppositions: None,
        coherence: None,
    })
}

/// The one file that is published here.
pub(super) fn published_file(path: &str) -> Option<PublishedFile> {
    let chain =
        PublishedFile { content_type: "application/x-pkcs7-certificates", body: Bytes::from_static(CHAIN) };
    (path == "ca/chain.p7b").then_some(chain)
}
