use ciborium::Value;

use super::authenticator_data::{self};
use super::client_data::{self, Ceremony};
use super::{CREDENTIAL_ID_BOUND, PasskeyKey, PasskeyRefused, RelyingParty};

/// Longest attestation object without an attestation, in octets.
pub const REGISTRATION_BOUND: usize = 2048;

/// Deepest nesting of what is read: the object, and nothing in it.
const DEPTH: usize = 4;

/// A key that an authenticator has made for us. It is nobody's: an enrolment says whose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPasskey {
    /// The authenticator's name for it.
    pub credential_id: Vec<u8>,
    /// The key.
    pub key: PasskeyKey,
}

impl NewPasskey {
    /// Reads what a browser answered to a request for a new key (Level 3 §7.1): the attestation object (§6.5), of format
    /// `none`, and its client data over `challenge`.
    pub fn read(
        attestation_object: &[u8],
        client_data: &[u8],
        challenge: &[u8; 32],
        relying_party: &RelyingParty,
    ) -> Result<Self, PasskeyRefused> {
        client_data::check(client_data, Ceremony::Create, challenge, relying_party)?;
        let octets = attested_octets(attestation_object)?;
        let (_, attested) = authenticator_data::read(&octets, relying_party, true)?;
        let refused = PasskeyRefused::AuthenticatorData;
        // aaguid 16, length of the identifier 2, identifier, COSE_Key (Level 3 §6.5.1).
        let (_, rest) = attested.split_at_checked(16).ok_or(refused("cut short"))?;
        let (length, rest) = rest.split_first_chunk::<2>().ok_or(refused("cut short"))?;
        let length = usize::from(u16::from_be_bytes(*length));
        if !(1..=CREDENTIAL_ID_BOUND).contains(&length) {
            return Err(refused("the identifier of the credential must have 1 to 1023 octets"));
        }
        let (credential_id, key) = rest.split_at_checked(length).ok_or(refused("cut short"))?;
        let key =
            cbor(key).ok_or(PasskeyRefused::PublicKey("is not one item of CBOR, in its one encoding"))?;
        Ok(Self { credential_id: credential_id.to_vec(), key: PasskeyKey::from_cose(&key)? })
    }
}

/// The authenticator data in `{"fmt": "none", "attStmt": {}, "authData": …}`.
fn attested_octets(attestation_object: &[u8]) -> Result<Vec<u8>, PasskeyRefused> {
    if attestation_object.len() > REGISTRATION_BOUND {
        return Err(PasskeyRefused::TooLong("attestation object"));
    }
    let refused = PasskeyRefused::AttestationObject;
    let object = cbor(attestation_object).ok_or(refused("is not one item of CBOR, in its one encoding"))?;
    let Value::Map(members) = object else { return Err(refused("must be a map")) };
    let mut members = members.into_iter();
    let mut next = |name: &str| match members.next() {
        Some((Value::Text(found), value)) if found == name => Ok(value),
        _ => Err(refused("must be fmt, attStmt and authData, in this order")),
    };
    let (format, statement, data) = (next("fmt")?, next("attStmt")?, next("authData")?);
    if format != Value::Text("none".to_owned()) || statement != Value::Map(Vec::new()) {
        return Err(refused("must be without an attestation"));
    }
    match (data, members.next()) {
        (Value::Bytes(octets), None) => Ok(octets),
        _ => Err(refused("must be fmt, attStmt and authData, in this order")),
    }
}

/// One item, whole, in the one encoding that CTAP2 allows: definite lengths, the shortest heads.
fn cbor(octets: &[u8]) -> Option<Value> {
    let mut rest = octets;
    let value: Value = ciborium::de::from_reader_with_recursion_limit(&mut rest, DEPTH).ok()?;
    let mut again = Vec::with_capacity(octets.len());
    ciborium::ser::into_writer(&value, &mut again).ok()?;
    (rest.is_empty() && again == octets).then_some(value)
}
