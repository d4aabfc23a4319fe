//! The certificate of whoever connects: TLS has proved that he has its key, and that its chain leads to our roots. All else is
//! asked of the database at each request.

use actix_web::HttpRequest;

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
