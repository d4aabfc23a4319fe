//! The server's handler, and a client that is OpenSSL.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use actix_web::body::to_bytes;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::rt::{System, SystemRunner};
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::{App, web};
use crl_publisher::PublicationPolicy;
use crl_publisher::http::{
    ConnectionLimits, Following, SigningAhead, StatusService, StatusSettings, StreamLimits, configure,
};
use openssl::ocsp::{OcspFlag, OcspResponseStatus};
use openssl::stack::Stack;
use openssl::x509::store::{X509Store, X509StoreBuilder};
use store::{DatabaseRole, Timestamp};

use super::authority::Authority;

/// What came back.
pub(super) struct Given {
    pub(super) status: u16,
    pub(super) content_type: String,
    pub(super) body: web::Bytes,
}

type Answering = dyn Fn(TestRequest) -> Pin<Box<dyn Future<Output = Given>>>;

/// A status role, and whom a relying party trusts.
pub(super) struct Face {
    system: SystemRunner,
    answering: Box<Answering>,
    trusted: X509Store,
    _following: Following,
    _authority: Authority,
}

thread_local! {
    pub(super) static FACE: Face = {
        let face = Face::over(Authority::new());
        // What actix keeps for this thread is there before the face is, and so is gone after it.
        face.ask(TestRequest::get().uri("/pc/"));
        face
    };
}

impl Face {
    fn over(authority: Authority) -> Self {
        let (url, signer) = (authority.url(), authority.signer());
        let service = StatusService::new(StatusSettings {
            folder: authority.folder(),
            policy: PublicationPolicy::default(),
            answer_cache_octets: 1 << 20,
            ahead: SigningAhead::default(),
            workers: 2,
            open_database: Box::new(move || Ok(store::Database::open_standing(&url, DatabaseRole::Status)?)),
            open_signer: Box::new(move || Ok(Box::new(signer.clone()))),
            signer_figures: Arc::new(|| None),
            answers_ledger: "nowhere/answers.ledger".into(),
            clock: Arc::new(now),
            streams: StreamLimits::default(),
            connections: ConnectionLimits::default(),
        });
        let following = service.follow().expect("a thread starts");
        assert!(service.has_applied(1, Duration::from_secs(60)), "the status log is not read");
        let system = System::new();
        let app = Rc::new(system.block_on(init_service(App::new().configure(configure(service)))));
        let answering = Box::new(move |request: TestRequest| {
            let app = Rc::clone(&app);
            Box::pin(async move { given(call_service(&*app, request.to_request()).await.into()).await })
                as Pin<Box<_>>
        });
        let mut trusted = X509StoreBuilder::new().expect("OpenSSL makes a store");
        trusted.add_cert(authority.certificate().clone()).expect("OpenSSL takes the root");
        Self { system, answering, trusted: trusted.build(), _following: following, _authority: authority }
    }

    /// Asks, and waits for the answer.
    pub(super) fn ask(&self, request: TestRequest) -> Given {
        self.system.block_on((self.answering)(request))
    }

    /// The status of an OCSP answer. What it says of a certificate has to be signed by a responder of the root.
    pub(super) fn judge(&self, body: &[u8]) -> OcspResponseStatus {
        let response = super::read(body);
        let status = response.status();
        if status == OcspResponseStatus::SUCCESSFUL {
            let basic = response.basic().expect("OpenSSL reads a successful answer to its end");
            let none = Stack::new().expect("OpenSSL makes a stack");
            let believed = basic.verify(&none, &self.trusted, OcspFlag::empty());
            assert!(believed.is_ok(), "OpenSSL does not believe our answer: {believed:?}");
        }
        status
    }
}

async fn given(response: actix_web::HttpResponse) -> Given {
    let status = response.status().as_u16();
    let content_type = response.headers().get(CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    // The one sort of body that never ends: oppositions as they happen.
    let body = match content_type.as_str() {
        "text/event-stream" => web::Bytes::new(),
        _ => to_bytes(response.into_body()).await.expect("a body comes to its end"),
    };
    Given { status, content_type, body }
}

#[expect(clippy::disallowed_methods, reason = "the outermost code reads the clock")]
fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
