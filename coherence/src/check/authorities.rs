//! The authorities' certificates, where the certificates they issued say they are, and the chains for who builds a path.

use openssl::pkcs7::Pkcs7;
use openssl::x509::X509;

use super::{Checks, Seen};
use crate::difference::{Face, Kind};

impl Checks<'_> {
    pub(super) fn certificates_of_authorities(&mut self) {
        let known: Vec<(String, Vec<u8>)> = self
            .authorities
            .iter()
            .map(|one| (one.authority.short_name.clone(), one.authority.certificate.clone()))
            .collect();
        for (name, certificate) in known {
            let place = format!("/ca/{name}.cer");
            let Some(served) = self.fetch(Face::Authority, &place) else { continue };
            if served != certificate {
                let found = "is not the certificate that was issued to it";
                self.differences.add(Face::Authority, &place, Kind::Differs, name, found);
            }
            self.seen.push(Seen::of(&place, &served));
        }
    }

    /// Both forms of the chain hold every authority that is not revoked, and nobody else.
    pub(super) fn chains(&mut self) {
        let stand = self.authorities.iter().filter(|one| one.authority.revoked_at.is_none());
        let mut all: Vec<Vec<u8>> = stand.map(|one| one.authority.certificate.clone()).collect();
        all.sort_unstable();
        for (place, read) in [("/ca/chain.pem", of_pem as Reader), ("/ca/chain.p7b", of_pkcs7)] {
            let Some(served) = self.fetch(Face::Authority, place) else { continue };
            match read(&served) {
                None => {
                    self.differences.add(
                        Face::Authority,
                        place,
                        Kind::Unreadable,
                        "",
                        "is no set of certificates",
                    );
                }
                Some(mut chain) => {
                    chain.sort_unstable();
                    // Which of them is that of a record which does not read, nobody can say.
                    let agrees = match self.unreadable {
                        0 => chain == all,
                        more => chain.len() == all.len() + more && all.iter().all(|one| chain.contains(one)),
                    };
                    if !agrees {
                        let found = format!(
                            "has {} certificates that are not those of the {} authorities",
                            chain.len(),
                            all.len() + self.unreadable
                        );
                        self.differences.add(Face::Authority, place, Kind::Differs, "", found);
                    }
                }
            }
            self.seen.push(Seen::of(place, &served));
        }
    }
}

/// The certificates of a chain, DER.
type Reader = fn(&[u8]) -> Option<Vec<Vec<u8>>>;

fn of_pem(chain: &[u8]) -> Option<Vec<Vec<u8>>> {
    let certificates = X509::stack_from_pem(chain).ok()?;
    // A text in which none begins is no chain.
    let some = (!certificates.is_empty()).then_some(certificates)?;
    some.iter().map(|certificate| certificate.to_der().ok()).collect()
}

/// A certs-only message (RFC 8551 §3.7).
fn of_pkcs7(chain: &[u8]) -> Option<Vec<Vec<u8>>> {
    let message = Pkcs7::from_der(chain).ok()?;
    let certificates = message.signed()?.certificates()?;
    certificates.iter().map(|certificate| certificate.to_der().ok()).collect()
}
