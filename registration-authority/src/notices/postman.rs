use std::net::IpAddr;
use std::time::Duration;

use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters, TlsVersion};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{Error, SmtpTransport};
use lettre::{Message, Transport};
use store::{Code, Fault};
use thiserror::Error as ThisError;
use zeroize::Zeroizing;

use crate::faults;

/// How the way to the server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first octet (RFC 8314 §3.3).
    Tls,
    /// STARTTLS (RFC 3207): without it nothing is said.
    StartTls,
    /// Not at all: to this very machine only, and without a password.
    Loopback,
}

/// Who this is, to the server.
#[derive(Clone)]
pub struct Login {
    /// The user.
    pub user: String,
    /// From a file of mode 0600.
    pub password: Zeroizing<String>,
}

/// A server that takes mail (RFC 6409), and how it is spoken to.
#[derive(Clone)]
pub struct MailServer {
    /// Its host name, which its certificate has, or an address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the way is protected.
    pub security: Security,
    /// Who this is; nobody in particular where absent.
    pub login: Option<Login>,
    /// From whom: `IGC Santé <ne-pas-repondre@exemple.fr>`.
    pub from: String,
    /// How long one answer of it may take.
    pub patience: Duration,
    /// The roots that its certificate must lead to, PEM, and no others; those of the system where absent.
    pub roots: Option<Vec<u8>>,
}

/// Settings with which nobody can be written to.
#[derive(Debug, ThisError)]
pub enum PostmanError {
    /// The sender is no mailbox.
    #[error("mail.from: must be an address, or a name and an address in angle brackets")]
    From,
    /// What is sent to another machine is protected.
    #[error("mail.security: \"none\" is for a server on this machine, and without a login")]
    Unprotected,
    /// The roots do not read, or TLS cannot be had.
    #[error("mail: TLS: {0}")]
    Tls(String),
}

impl Fault for PostmanError {
    fn code(&self) -> Code {
        faults::MAIL_SETTINGS
    }
}

/// Carries messages to one server, on a connection each.
pub struct Postman {
    transport: SmtpTransport,
    from: Mailbox,
}

/// Why a message was not accepted, as far as it matters when to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The server will never take it (RFC 5321 §4.2.1, 5yz).
    Never,
    /// It may later, or may even have taken it: it did not answer.
    NotNow,
}

impl Postman {
    /// Connects to nobody yet.
    pub fn new(server: MailServer) -> Result<Self, PostmanError> {
        let from: Mailbox = server.from.parse().map_err(|_| PostmanError::From)?;
        let tls = tls(&server)?;
        // As who mail is sent, not as the machine is called: that is nobody's business.
        let hello = ClientId::Domain(from.email.domain().to_owned());
        let mut builder = SmtpTransport::builder_dangerous(&server.host)
            .port(server.port)
            .tls(tls)
            .hello_name(hello)
            .timeout(Some(server.patience));
        if let Some(Login { user, password }) = server.login {
            builder = builder.credentials(Credentials::new(user, password.to_string()));
        }
        Ok(Self { transport: builder.build(), from })
    }

    /// From whom everything is.
    pub(super) fn from(&self) -> &Mailbox {
        &self.from
    }

    /// Whether the server has accepted the message.
    pub(super) fn send(&self, message: &Message) -> Result<(), Refusal> {
        let Err(error) = self.transport.send(message) else { return Ok(()) };
        // What a server says may hold the address.
        let status = error.status().map(|status| status.to_string());
        tracing::warn!(smtp.status = status, kind = kind(&error), "a notice was not accepted");
        Err(refusal(&error))
    }
}

fn tls(server: &MailServer) -> Result<Tls, PostmanError> {
    if server.security == Security::Loopback {
        let loopback = server.host == "localhost"
            || server.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        return match loopback && server.login.is_none() {
            true => Ok(Tls::None),
            false => Err(PostmanError::Unprotected),
        };
    }
    let unusable = |error: Error| PostmanError::Tls(error.to_string());
    let mut parameters = TlsParameters::builder(server.host.clone()).set_min_tls_version(TlsVersion::Tlsv12);
    if let Some(pem) = &server.roots {
        let roots = Certificate::from_pem(pem).map_err(unusable)?;
        parameters = parameters.certificate_store(CertificateStore::None).add_root_certificate(roots);
    }
    let parameters = parameters.build().map_err(unusable)?;
    Ok(match server.security {
        Security::Tls => Tls::Wrapper(parameters),
        Security::StartTls | Security::Loopback => Tls::Required(parameters),
    })
}

/// A server that does not let us in (RFC 4954 §6) says nothing about the message.
fn refusal(error: &Error) -> Refusal {
    let lets_us_in = error
        .status()
        .is_none_or(|status| !["530", "534", "535", "538", "421"].contains(&status.to_string().as_str()));
    match error.is_permanent() && lets_us_in {
        true => Refusal::Never,
        false => Refusal::NotNow,
    }
}

fn kind(error: &Error) -> &'static str {
    if error.is_timeout() {
        "timeout"
    } else if error.is_tls() {
        "tls"
    } else if error.is_permanent() {
        "refused"
    } else if error.is_transient() {
        "refused for now"
    } else {
        "connection"
    }
}
