//! TLS for the client by the one TLS stack of the house, the system's OpenSSL.

use std::fmt;
use std::io::{Read, Write};
use std::path::Path;

use openssl::ssl::{HandshakeError, SslConnector, SslMethod, SslStream, SslVersion};
use openssl::x509::X509;
use openssl::x509::store::X509StoreBuilder;
use ureq::config::Config;
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, TcpConnector, Transport,
    TransportAdapter,
};
use ureq::{Agent, Error};

use super::FhirError;

/// An agent that speaks TLS 1.2 or later with servers whose certificate these roots vouch for; the system's, if absent.
pub(super) fn agent(config: Config, roots: Option<&Path>) -> Result<Agent, FhirError> {
    let refuse = |error: &dyn fmt::Display| FhirError::Settings(format!("TLS: {error}"));
    let mut builder = SslConnector::builder(SslMethod::tls_client()).map_err(|error| refuse(&error))?;
    builder.set_min_proto_version(Some(SslVersion::TLS1_2)).map_err(|error| refuse(&error))?;
    if let Some(file) = roots {
        let pem = std::fs::read(file).map_err(|error| refuse(&format!("{}: {error}", file.display())))?;
        let mut store = X509StoreBuilder::new().map_err(|error| refuse(&error))?;
        let certificates = X509::stack_from_pem(&pem).map_err(|error| refuse(&error))?;
        if certificates.is_empty() {
            return Err(refuse(&format!("{} holds no certificate", file.display())));
        }
        for certificate in certificates {
            store.add_cert(certificate).map_err(|error| refuse(&error))?;
        }
        builder.set_cert_store(store.build());
    }
    let connector = ().chain(TcpConnector::default()).chain(OpensslConnector(builder.build()));
    Ok(Agent::with_parts(config, connector, DefaultResolver::default()))
}

/// Wraps a connection in TLS where its address says `https`.
struct OpensslConnector(SslConnector);

impl fmt::Debug for OpensslConnector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OpensslConnector")
    }
}

impl<In: Transport> Connector<In> for OpensslConnector {
    type Out = Either<In, OpensslTransport>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        let Some(transport) = chained else { return Ok(None) };
        if !details.needs_tls() {
            return Ok(Some(Either::A(transport)));
        }
        let mut adapter = TransportAdapter::new(transport.boxed(), details.current_time.clone());
        adapter.set_timeout(details.timeout);
        let host = details.uri.host().ok_or(Error::HostNotFound)?;
        // An IPv6 address stands in brackets there, and in none in a certificate.
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let stream = self.0.connect(host, adapter).map_err(|error| {
            let told = match error {
                HandshakeError::SetupFailure(error) => error.to_string(),
                HandshakeError::Failure(broken) | HandshakeError::WouldBlock(broken) => {
                    broken.error().to_string()
                }
            };
            Error::Other(told.into())
        })?;
        let config = details.config;
        let buffers = LazyBuffers::new(config.input_buffer_size(), config.output_buffer_size());
        Ok(Some(Either::B(OpensslTransport { buffers, stream })))
    }
}

/// A connection under TLS.
struct OpensslTransport {
    buffers: LazyBuffers,
    stream: SslStream<TransportAdapter>,
}

impl fmt::Debug for OpensslTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OpensslTransport")
    }
}

impl Transport for OpensslTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.stream.get_mut().set_timeout(timeout);
        Ok(self.stream.write_all(&self.buffers.output()[..amount])?)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.stream.get_mut().set_timeout(timeout);
        let amount = self.stream.read(self.buffers.input_append_buf())?;
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    fn is_open(&mut self) -> bool {
        self.stream.get_mut().get_mut().is_open()
    }

    fn is_tls(&self) -> bool {
        true
    }
}
