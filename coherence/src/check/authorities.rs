//! The authorities' certificates, where the certificates they issued say they are.

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
}
