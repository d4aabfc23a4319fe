//! The certificate of whoever connects: TLS has proved that he has its key, and that its chain leads to our roots. All else is
//! asked of the database at each request.

use actix_web::HttpRequest;
use registration_authority::enrolment::{self, CertificateRefused, EnrolledCertificate};
use registration_authority::unrecorded::{self, ShownAt};
use store::{Act, Actor, Database};

use crate::exchange::Moment;
use crate::failure::Failure;
use crate::state::WebState;

/// The certificate (DER) that a connection was opened with. Who serves the pages puts it into the connection's data, where
/// the listener asks for one.
#[derive(Clone, Debug)]
pub struct Peer(pub Vec<u8>);

impl Peer {
    /// The certificate that this request's connection was opened with; none where the listener asks for none.
    pub(crate) fn of(request: &HttpRequest) -> Option<Vec<u8>> {
        request.conn_data::<Self>().map(|peer| peer.0.clone())
    }
}

/// Whose a certificate is at this moment. One that TLS took for ours and nothing is recorded of raises an alarm; whoever
/// shows it is told that it is unknown.
pub(crate) fn whose(
    state: &WebState,
    db: &mut Database,
    der: &[u8],
    Moment { at, request }: Moment,
) -> Result<EnrolledCertificate, Failure> {
    let roster = state.verifier().roster(db)?;
    let found = enrolment::whose(db, &roster, der, at);
    if let Err(CertificateRefused::Unknown) = found {
        let act = Act { at, actor: Actor::Anyone, request };
        unrecorded::look(db, der, ShownAt::SignIn, &mut *state.rng(), &act)
            .map_err(|error| Failure::coded(store::fault::DATABASE, error.to_string()))?;
    }
    Ok(found?)
}
