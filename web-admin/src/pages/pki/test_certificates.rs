//! What relying systems try their software with: a valid, a revoked and an expired certificate.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use ca_core::certificate::Certificate;
use registration_authority::test_certificates::{StandingTest, TestCertificate, standing};
use store::{Database, Timestamp};

use crate::connections::Visitor;
use crate::exchange::{Moment, state_of};
use crate::failure::Failure;
use crate::faults;
use crate::messages::Key;
use crate::typography::Shown;

/// One of them, as the page shows it.
pub(super) struct TestRow {
    pub(super) word: Key,
    pub(super) class: &'static str,
    pub(super) name: &'static str,
    pub(super) certificate: Option<TestFile>,
    /// When it will be there.
    pub(super) expected: Option<Shown>,
}

pub(super) struct TestFile {
    pub(super) issuer: String,
    pub(super) serial: String,
    pub(super) not_before: Shown,
    pub(super) not_after: Shown,
}

/// Every one of them; nothing where this installation keeps none.
pub(super) fn rows(db: &mut Database, at: Timestamp) -> Result<Vec<TestRow>, Failure> {
    let standing = standing(db, at)?;
    let kept = standing.iter().any(|one| one.certificate.is_some() || one.expected.is_some());
    Ok(if kept { standing.into_iter().map(TestRow::of).collect() } else { Vec::new() })
}

impl TestRow {
    fn of(one: StandingTest) -> Self {
        let (word, class) = match one.shows {
            TestCertificate::Valid => (Key::of("pki-valid"), "active"),
            TestCertificate::Revoked => (Key::of("pki-certificate-revoked"), "opposed"),
            TestCertificate::Expired => (Key::of("pki-certificate-expired"), "expired"),
        };
        Self {
            word,
            class,
            name: one.shows.name(),
            certificate: one.certificate.map(TestFile::of),
            expected: one.expected.map(Shown),
        }
    }
}

impl TestFile {
    fn of(certificate: Certificate) -> Self {
        Self {
            issuer: certificate.issuer,
            serial: certificate.serial.to_string(),
            not_before: Shown(certificate.not_before),
            not_after: Shown(certificate.not_after),
        }
    }
}

/// `TEST-VALABLE.cer`: the certificate that shows it now, DER.
pub(super) async fn download_test_certificate(
    request: HttpRequest,
    name: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let (state, at) = (state_of(&request), Moment::of(&request).at);
    let wanted = TestCertificate::ALL.into_iter().find(|one| format!("{}.cer", one.name()) == *name);
    let wanted = wanted.ok_or_else(|| Failure::of(faults::PAGE_UNKNOWN))?;
    let found = web::block(move || {
        state.on_connection(Visitor::Anyone, |db| {
            let standing = standing(db, at)?;
            Ok(standing.into_iter().find(|one| one.shows == wanted).and_then(|one| one.certificate))
        })
    })
    .await
    .map_err(|_| Failure::of(faults::PAGE_FAILED))??;
    let der = found.and_then(|found| found.status.der().map(<[u8]>::to_vec));
    let der = der.ok_or_else(|| Failure::of(faults::PAGE_UNKNOWN))?;
    Ok(HttpResponse::Ok()
        .content_type("application/pkix-cert")
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(der))
}
