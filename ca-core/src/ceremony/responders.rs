//! The OCSP responders that a ceremony provides for, made anew before they end: nobody can revoke a
//! certificate with ocsp-nocheck for a client that obeys it (RFC 6960 §4.2.2.2.1), so they are short-lived.

#[cfg(test)]
mod tests;

use std::time::Duration;

use diesel::prelude::*;
use sha2::{Digest, Sha256};
use store::schema::{authorities, certificates, service_keys};
use store::{Act, CryptoRng, Database, Timestamp};

use super::making::{self, Bench};
use super::outcome::CertificateMade;
use super::steps::{Step, responder_steps};
use super::{Ceremony, CeremonyError, check};
use crate::authority_end;
use crate::epoch::Epoch;
use crate::issuance::{Evidence, EvidenceKind, IssuanceContext};
use crate::service_key::Purpose;
use crate::signer::{KeyReference, SignerProcess};

/// What is left of a responder's 90 days when the next one is made.
const DUE: Duration = Duration::from_secs(30 * 86_400);

/// Gives each issuing authority of `ceremony` another OCSP responder where its newest one ends within 30
/// days: a new key in the same token, and a certificate whose evidence is the ceremony's file. Can be called
/// any number of times.
///
/// Refused where the file is not the one that made the authorities. Runs its own transactions.
pub fn renew_responders(
    db: &mut Database,
    process: &SignerProcess,
    ceremony: &Ceremony,
    context: IssuanceContext<'_>,
    epoch: &Epoch,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Vec<CertificateMade>, CeremonyError> {
    check(ceremony, context.identity)?;
    #[expect(clippy::disallowed_methods, reason = "the checked ceremony file is the evidence")]
    let evidence = Evidence::verified(EvidenceKind::Ceremony, ceremony.text().as_bytes());
    let bench = Bench { context, evidence: &evidence, epoch };
    let mut made = Vec::new();
    for authority in &ceremony.plan.issuing {
        let short_name = authority.short_name.get_ref();
        if !goes_on(db, ceremony, short_name)? {
            continue;
        }
        let standing = standing(db, short_name)?;
        if standing.newest_ends.is_some_and(|end| end > act.at.plus(DUE)) {
            continue;
        }
        let (token, kind) = (authority.responder.token.get_ref(), *authority.responder.key.get_ref());
        let label = format!("ocsp-{short_name}-{}", standing.made + 1);
        let [Step::Key(key), Step::Certificate(certificate)] =
            responder_steps(&label, short_name, token, kind)
        else {
            continue;
        };
        epoch.renew(db)?;
        let (id, public_key) = process.generate_key(token, kind, &label)?;
        let reference = KeyReference { token: token.clone(), id };
        making::record_key(db, &key, &reference, &public_key, rng, act)?;
        let mut signer = process.signer();
        let issued =
            making::certify(db, &mut signer, &bench, &certificate, &reference, &public_key, rng, act)?;
        making::record_bearer(db, &certificate, &reference, &public_key, &issued, rng, act)?;
        made.push(making::made(&certificate, issued));
    }
    Ok(made)
}

/// Whether the authority stands and goes on. The file is evidence for what it made, and for nothing else.
fn goes_on(db: &mut Database, ceremony: &Ceremony, short_name: &str) -> Result<bool, CeremonyError> {
    let made_by: Option<Vec<u8>> = authorities::table
        .inner_join(certificates::table.on(
            certificates::issuer.eq(authorities::parent).and(certificates::serial.eq(authorities::serial)),
        ))
        .filter(authorities::short_name.eq(short_name))
        .select(certificates::evidence_digest)
        .first(db)
        .optional()?;
    // Of a ceremony that is under way.
    let Some(made_by) = made_by else { return Ok(false) };
    if made_by != Sha256::digest(ceremony.text()).as_slice() {
        return Err(CeremonyError::AnotherFile(short_name.to_owned()));
    }
    Ok(authority_end::find(db, short_name)?.is_none())
}

/// The responders that an authority has had.
struct Standing {
    made: i64,
    /// When the last good certificate among them ends.
    newest_ends: Option<Timestamp>,
}

fn standing(db: &mut Database, short_name: &str) -> QueryResult<Standing> {
    let of_authority = service_keys::table
        .filter(service_keys::purpose.eq(Purpose::Ocsp.name()))
        .filter(service_keys::authority.eq(short_name));
    let made = of_authority.count().get_result(db)?;
    let newest_ends = of_authority
        .inner_join(
            certificates::table.on(certificates::issuer
                .nullable()
                .eq(service_keys::authority)
                .and(certificates::serial.nullable().eq(service_keys::serial))),
        )
        .filter(certificates::status.eq("good"))
        .select(diesel::dsl::max(certificates::not_after))
        .first(db)?;
    Ok(Standing { made, newest_ends })
}
