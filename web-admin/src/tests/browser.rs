use actix_web::App;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap};
use actix_web::test::{self, TestRequest};
use actix_web::web::Data;

use crate::WebState;

/// Sends requests as a browser does: its cookie, its origin, the form token of the page it shows.
pub(super) struct Browser {
    state: Data<WebState>,
    /// Asks for English pages; French ones otherwise.
    pub(super) english: bool,
    pub(super) cookie: Option<String>,
    pub(super) form_token: String,
}

/// An answer, read whole.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) octets: Vec<u8>,
    /// The same as text.
    pub(super) body: String,
}

impl Browser {
    pub(super) fn new(state: Data<WebState>) -> Self {
        Self { state, english: false, cookie: None, form_token: String::new() }
    }

    pub(super) async fn get(&mut self, address: &str) -> Answer {
        self.send(TestRequest::get().uri(address)).await
    }

    /// Posts a form with the token of the session.
    pub(super) async fn post(&mut self, address: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.form_token.clone();
        let mut fields = fields.to_vec();
        fields.push(("jeton", &token));
        let request = TestRequest::post().uri(address).set_form(fields);
        self.send(
            request.insert_header(("sec-fetch-site", "same-origin")).insert_header((header::ORIGIN, "null")),
        )
        .await
    }

    /// Hands over a file with the token of the session, as a form with one does.
    pub(super) async fn hand_over(&mut self, address: &str, file: &[u8]) -> Answer {
        let token = self.form_token.clone();
        self.hand_over_with(address, &token, file).await
    }

    /// The same, with this token.
    pub(super) async fn hand_over_with(&mut self, address: &str, token: &str, file: &[u8]) -> Answer {
        let mut body = format!(
            "--limit\r\nContent-Disposition: form-data; name=\"jeton\"\r\n\r\n{token}\r\n\
             --limit\r\nContent-Disposition: form-data; name=\"fichier\"; filename=\"liste.xlsx\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(file);
        body.extend_from_slice(b"\r\n--limit--\r\n");
        let request = TestRequest::post()
            .uri(address)
            .insert_header((header::CONTENT_TYPE, "multipart/form-data; boundary=limit"))
            .insert_header(("sec-fetch-site", "same-origin"))
            .set_payload(body);
        self.send(request).await
    }

    /// Follows where an answer leads.
    pub(super) async fn follow(&mut self, answer: &Answer) -> Answer {
        assert_eq!(answer.status, 303, "{}", answer.body);
        self.get(&answer.leads_to()).await
    }

    pub(super) async fn send(&mut self, request: TestRequest) -> Answer {
        let request = match &self.cookie {
            Some(cookie) => request.insert_header((header::COOKIE, cookie.clone())),
            None => request,
        };
        let request = match self.english {
            true => request.insert_header((header::ACCEPT_LANGUAGE, "en")),
            false => request,
        };
        let app =
            test::init_service(App::new().app_data(self.state.clone()).configure(crate::configure)).await;
        let response = test::call_service(&app, request.to_request()).await;
        if let Some(set) = response.headers().get(header::SET_COOKIE) {
            let pair = set.to_str().unwrap().split(';').next().unwrap();
            self.cookie = (!pair.ends_with('=')).then(|| pair.to_owned());
        }
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let octets = test::read_body(response).await.to_vec();
        let body = String::from_utf8_lossy(&octets).into_owned();
        Answer { status, headers, octets, body }
    }

    /// What the forms of this session carry.
    pub(super) async fn read_form_token(&mut self) {
        let page = self.get("/nowhere").await;
        let (_, rest) = page.body.split_once("name=\"jeton\" value=\"").expect("a page with a form");
        self.form_token = rest.split('"').next().unwrap().to_owned();
    }
}

impl Answer {
    pub(super) fn leads_to(&self) -> String {
        self.headers.get(header::LOCATION).expect("a redirect").to_str().unwrap().to_owned()
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The text of the page, its French spaces made plain.
    pub(super) fn says(&self, sentence: &str) -> bool {
        let plain = |text: &str| {
            let plain = text.replace("&nbsp;", " ").replace("&#8239;", " ").replace("&#39;", "’");
            plain.replace(['\u{a0}', '\u{202f}'], " ").replace('\'', "’")
        };
        plain(&self.body).contains(&plain(sentence))
    }
}

/// A request of any method.
pub(super) fn request(method: &Method, address: &str) -> TestRequest {
    TestRequest::default().method(method.clone()).uri(address)
}
