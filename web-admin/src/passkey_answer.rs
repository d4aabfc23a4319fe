//! What the script writes into a form: an authenticator's answer, in base64url.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use registration_authority::approval::passkey::Assertion;

use crate::failure::Failure;
use crate::faults;
use crate::posted::Fields;

/// As the script reads and writes octets.
pub(crate) fn encode(octets: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(octets)
}

/// The octets in a field of a form; none at all where the script did not run.
pub(crate) fn octets(fields: &Fields, name: &str) -> Result<Vec<u8>, Failure> {
    match URL_SAFE_NO_PAD.decode(fields.text(name)) {
        Ok(octets) if !octets.is_empty() => Ok(octets),
        _ => Err(Failure::of(faults::PASSKEY_SILENT)),
    }
}

/// The challenge that a form hands back.
pub(crate) fn challenge(fields: &Fields) -> Result<[u8; 32], Failure> {
    octets(fields, "defi")?.try_into().map_err(|_| Failure::of(faults::PASSKEY_SILENT))
}

/// The answer to a request to sign.
pub(crate) fn assertion(fields: &Fields) -> Result<Assertion, Failure> {
    Ok(Assertion {
        credential_id: octets(fields, "cle")?,
        authenticator_data: octets(fields, "authentificateur")?,
        client_data: octets(fields, "client")?,
        signature: octets(fields, "signature")?,
    })
}
