//! A new passkey. It is nobody's: the page shows what an administrator needs to propose it, and keeps nothing.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use openssl::x509::X509;
use registration_authority::approval::passkey::{NewPasskey, PasskeyKey, RelyingParty};
use registration_authority::enrolment::NewCredential;

use super::{Address, page, sign_in};
use crate::exchange::{Moment, state_of};
use crate::failure::Failure;
use crate::faults;
use crate::frame::Frame;
use crate::passkey_answer::{challenge, encode, octets};
use crate::posted::Fields;

pub(super) const ADDRESSES: &[Address] =
    &[Address::at("/ra/cle").get(|| web::get().to(show)).post(|| web::post().to(make))];

#[derive(Template)]
#[template(path = "new_key.html")]
struct NewKeyPage {
    frame: Frame,
    challenge: String,
    rp_id: String,
    user: String,
    made: Option<Made>,
}

struct Made {
    text: String,
    fingerprint: String,
}

impl NewKeyPage {
    fn section(&self) -> &'static str {
        ""
    }
}

async fn show(request: HttpRequest) -> Result<HttpResponse, Failure> {
    let state = state_of(&request);
    let relying_party = relying_party(&state)?;
    let mut rng = state.rng();
    // Another name for the key's owner each time: a new key replaces none on his device.
    let mut user = [0; 16];
    rng.fill_bytes(&mut user);
    let challenge = state.challenges().draw(&mut *rng, Moment::of(&request).at);
    let template = NewKeyPage {
        frame: Frame::outside(&request),
        challenge: encode(&challenge),
        rp_id: relying_party.id().to_owned(),
        user: encode(&user),
        made: None,
    };
    page(StatusCode::OK, &template)
}

async fn make(request: HttpRequest, fields: Fields) -> Result<HttpResponse, Failure> {
    if let Some(refused) = sign_in::refused(&request) {
        return Ok(refused);
    }
    let state = state_of(&request);
    let relying_party = relying_party(&state)?;
    let challenge = challenge(&fields)?;
    if !state.challenges().redeem(&challenge, Moment::of(&request).at) {
        return Err(Failure::of(faults::PASSKEY_CHALLENGE_SPENT));
    }
    let (object, client_data) = (octets(&fields, "attestation")?, octets(&fields, "client")?);
    let made = NewPasskey::read(&object, &client_data, &challenge, &relying_party)?;
    let template = NewKeyPage {
        frame: Frame::outside(&request),
        challenge: String::new(),
        rp_id: String::new(),
        user: String::new(),
        made: Some(Made { text: text_of(&made), fingerprint: grouped(&made.key.fingerprint()) }),
    };
    page(StatusCode::OK, &template)
}

fn relying_party(state: &crate::WebState) -> Result<RelyingParty, Failure> {
    state.relying_party().cloned().ok_or(Failure::of(faults::PASSKEYS_ABSENT))
}

/// Two lines of TOML: as the configuration pins a root, and as an administrator pastes them.
fn text_of(made: &NewPasskey) -> String {
    let (id, key) = (hex::encode(&made.credential_id), hex::encode(made.key.spki()));
    format!("credential_id = \"{id}\"\npublic_key = \"{key}\"\n")
}

/// In groups of four, for people who read it to each other.
pub(crate) fn grouped(hexadecimal: &str) -> String {
    let groups: Vec<&str> = hexadecimal
        .as_bytes()
        .chunks(4)
        .map(|group| std::str::from_utf8(group).unwrap_or_default())
        .collect();
    groups.join(" ")
}

/// The key in such two lines, or the one certificate in PEM that stands there instead.
pub(crate) fn read_text(text: &str) -> Result<NewCredential, Failure> {
    if !text.starts_with("-----BEGIN CERTIFICATE-----") {
        return Ok(NewCredential::Passkey(read_passkey(text)?));
    }
    let certificates = X509::stack_from_pem(text.as_bytes()).unwrap_or_default();
    let [certificate] = certificates.as_slice() else { return Err(Failure::of(faults::KEY_TEXT_UNREADABLE)) };
    let der = certificate.to_der().map_err(|_| Failure::of(faults::KEY_TEXT_UNREADABLE))?;
    Ok(NewCredential::Certificate(der))
}

fn read_passkey(text: &str) -> Result<NewPasskey, Failure> {
    let value = |name: &str| {
        let mut lines = text.lines().filter_map(|line| line.trim().strip_prefix(name));
        let value = lines.next().filter(|_| lines.next().is_none())?;
        let value = value.trim().strip_prefix('=')?.trim().strip_prefix('"')?.strip_suffix('"')?;
        hex::decode(value).ok()
    };
    let unreadable = || Failure::of(faults::KEY_TEXT_UNREADABLE);
    let credential_id = value("credential_id").filter(|id| (1..=1023).contains(&id.len()));
    let key = value("public_key").ok_or_else(unreadable)?;
    Ok(NewPasskey {
        credential_id: credential_id.ok_or_else(unreadable)?,
        key: PasskeyKey::from_spki(&key).map_err(|_| unreadable())?,
    })
}
