//! TLS of the officers' pages: 1.2 and later, forward secrecy, the files of the configuration; and, on the listener for cards,
//! a client's certificate that leads to one of our roots.

use ca_core::authority::{self, AuthorityKind};
use openssl::error::ErrorStack;
use openssl::ssl::{
    SslAcceptor, SslAcceptorBuilder, SslFiletype, SslMethod, SslOptions, SslSessionCacheMode, SslVerifyMode,
};
use openssl::stack::Stack;
use openssl::x509::X509;
use openssl::x509::store::X509StoreBuilder;
use store::{Database, DatabaseRole};

use crate::config::TlsFiles;
use crate::faults;
use crate::installation::Installation;
use crate::problem::Problem;
use crate::setup::refuse_shared_key;

/// Asks no client for a certificate.
pub(super) fn acceptor(files: &TlsFiles) -> Result<SslAcceptorBuilder, Problem> {
    refuse_shared_key(&files.key)?;
    let build = || -> Result<SslAcceptorBuilder, ErrorStack> {
        let mut builder = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server())?;
        builder.set_certificate_chain_file(&files.certificate)?;
        builder.set_private_key_file(&files.key, SslFiletype::PEM)?;
        builder.check_private_key()?;
        Ok(builder)
    };
    build().map_err(|error| {
        Problem::new(
            faults::CONFIG_INVALID,
            format!("TLS: {} or {}: {error}", files.certificate.display(), files.key.display()),
        )
    })
}

/// Asks every client for a certificate of ours for client authentication, in its validity (RFC 5280 §6, by OpenSSL); whether
/// it stands, and whose it is, is asked of the database at each request. The authorities are those of now.
pub(super) fn asking(installation: &Installation, files: &TlsFiles) -> Result<SslAcceptorBuilder, Problem> {
    let mut builder = acceptor(files)?;
    let authorities = authorities(&mut installation.database(DatabaseRole::Web)?)?;
    let trust = |builder: &mut SslAcceptorBuilder| -> Result<(), ErrorStack> {
        let (mut trusted, mut named) = (X509StoreBuilder::new()?, Stack::new()?);
        for (kind, certificate) in authorities {
            if kind == AuthorityKind::Issuing {
                // So that a browser offers the cards of these, and no other certificate.
                named.push(certificate.subject_name().to_owned()?)?;
            }
            trusted.add_cert(certificate)?;
        }
        builder.set_verify_cert_store(trusted.build())?;
        builder.set_client_ca_list(named);
        builder.set_verify(SslVerifyMode::PEER | SslVerifyMode::FAIL_IF_NO_PEER_CERT);
        // A card that has left its reader resumes nothing: each connection proves its key.
        builder.set_session_cache_mode(SslSessionCacheMode::OFF);
        builder.set_options(SslOptions::NO_TICKET);
        Ok(())
    };
    trust(&mut builder).map_err(|error| {
        Problem::new(faults::CONFIG_INVALID, format!("TLS with certificates of clients: {error}"))
    })?;
    Ok(builder)
}

fn authorities(db: &mut Database) -> Result<Vec<(AuthorityKind, X509)>, Problem> {
    let read =
        authority::readable(db).map_err(|error| Problem::new(store::fault::DATABASE, error.to_string()))?;
    for (name, error) in read.unreadable {
        tracing::warn!(authority = name, "no card of authority {name} signs in: {error}");
    }
    // What a revoked authority gave opens no session.
    let stands = read.authorities.into_iter().filter(|authority| authority.revoked_at.is_none());
    let certificate = |authority: authority::Authority| {
        X509::from_der(&authority.certificate).ok().map(|certificate| (authority.kind, certificate))
    };
    Ok(stands.filter_map(certificate).collect())
}
