//! The DER of an answer, written straight from its parts: the same octets when it is signed, and each time it is
//! put together again around a signature that was kept. The types of [`super::response`] read them back.

use const_oid::db::rfc6960::ID_PKIX_OCSP_BASIC;
use der::asn1::GeneralizedTime;
use der::{Encode, EncodeValue};
use store::Timestamp;

use crate::status::Status;
use crate::status::standing::CERTIFICATE_HOLD;

/// `ResponseData` (RFC 6960 §4.2.1), one [`single_response`] after the other in `responses`; `extensions` is the
/// DER of `Extensions`, nothing where empty.
pub(super) fn response_data(
    key_hash: &[u8; 20],
    produced_at: Timestamp,
    responses: &[u8],
    extensions: &[u8],
) -> der::Result<Vec<u8>> {
    let mut octets = Vec::with_capacity(responses.len() + extensions.len() + 64);
    // ResponderID: byKey [2] EXPLICIT OCTET STRING.
    octets.extend_from_slice(&[0xA2, 22, 0x04, 20]);
    octets.extend_from_slice(key_hash);
    octets.extend_from_slice(&time(produced_at)?);
    put(&mut octets, SEQUENCE, &[responses]);
    if !extensions.is_empty() {
        put(&mut octets, 0xA1, &[extensions]);
    }
    Ok(sequence(&[&octets]))
}

/// `SingleResponse` (RFC 6960 §4.2.1); `extensions` as in [`response_data`].
pub(super) fn single_response(
    out: &mut Vec<u8>,
    cert_id: &[u8],
    status: &[u8],
    this_update: Timestamp,
    next_update: Timestamp,
    extensions: &[u8],
) -> der::Result<()> {
    let mut tail = [0; 36];
    tail[..17].copy_from_slice(&time(this_update)?);
    tail[17..19].copy_from_slice(&[0xA0, 17]);
    tail[19..].copy_from_slice(&time(next_update)?);
    if extensions.is_empty() {
        put(out, SEQUENCE, &[cert_id, status, &tail]);
        return Ok(());
    }
    let mut wrapped = Vec::with_capacity(extensions.len() + 4);
    put(&mut wrapped, 0xA1, &[extensions]);
    put(out, SEQUENCE, &[cert_id, status, &tail, &wrapped]);
    Ok(())
}

/// `CertStatus` (RFC 6960 §4.2.1). What is said to have happened, has: a date that a clock left in the future is
/// cut to thisUpdate, as on a CRL (docs/decisions/0012-dates-ahead-of-the-clock.md).
pub(super) fn cert_status(status: &Status, this_update: Timestamp) -> der::Result<Vec<u8>> {
    Ok(match status {
        Status::Good => vec![0x80, 0],
        Status::Unknown => vec![0x82, 0],
        Status::Revoked { at, reason } => {
            revoked((*at).min(this_update), reason.map(|reason| reason.code()))?
        }
        Status::Held { at } => revoked((*at).min(this_update), Some(CERTIFICATE_HOLD))?,
    })
}

/// "Revoked" of a certificate that was never issued: the date and reason of RFC 6960 §2.2.
pub(super) fn never_issued() -> der::Result<Vec<u8>> {
    revoked(Timestamp::from_seconds(0), Some(CERTIFICATE_HOLD))
}

fn revoked(at: Timestamp, reason: Option<u8>) -> der::Result<Vec<u8>> {
    let time = time(at)?;
    let reason = reason.map(|code| [0xA0, 3, 0x0A, 1, code]);
    let mut out = Vec::with_capacity(24);
    put(&mut out, 0xA1, &[&time, reason.as_ref().map_or(&[], |octets| octets.as_slice())]);
    Ok(out)
}

/// `OCSPResponse` around a `BasicOCSPResponse` (RFC 6960 §4.2.1); `algorithm` and `certificate` are DER.
pub(super) fn response(tbs: &[u8], algorithm: &[u8], signature: &[u8], certificate: &[u8]) -> Vec<u8> {
    let unused_bits = [0];
    let signature = [unused_bits.as_slice(), signature];
    let bits = length_of(&signature);
    let certs = element(certificate.len());
    let basic = tbs.len() + algorithm.len() + element(bits) + element(certs);
    let oid = ID_PKIX_OCSP_BASIC.as_bytes();
    let response_bytes = element(oid.len()) + element(element(basic));
    let whole = 3 + element(element(response_bytes));
    let mut out = Vec::with_capacity(element(whole));
    begin(&mut out, SEQUENCE, whole);
    out.extend_from_slice(&[0x0A, 1, 0]);
    begin(&mut out, 0xA0, element(response_bytes));
    begin(&mut out, SEQUENCE, response_bytes);
    put(&mut out, 0x06, &[oid]);
    begin(&mut out, 0x04, element(basic));
    begin(&mut out, SEQUENCE, basic);
    out.extend_from_slice(tbs);
    out.extend_from_slice(algorithm);
    put(&mut out, 0x03, &signature);
    begin(&mut out, 0xA0, certs);
    put(&mut out, SEQUENCE, &[certificate]);
    out
}

/// A SEQUENCE around its content.
pub(super) fn sequence(content: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::with_capacity(element(length_of(content)));
    put(&mut out, SEQUENCE, content);
    out
}

const SEQUENCE: u8 = 0x30;

fn put(out: &mut Vec<u8>, tag: u8, content: &[&[u8]]) {
    begin(out, tag, length_of(content));
    content.iter().for_each(|part| out.extend_from_slice(part));
}

fn begin(out: &mut Vec<u8>, tag: u8, length: usize) {
    out.push(tag);
    let octets = length.to_be_bytes();
    match header(length) {
        2 => out.push(octets[7]),
        more => {
            let count = more - 2;
            out.push(0x80 | count as u8);
            out.extend_from_slice(&octets[8 - count..]);
        }
    }
}

fn length_of(content: &[&[u8]]) -> usize {
    content.iter().map(|part| part.len()).sum()
}

/// Octets of tag, length and content (X.690 §8.1.3).
fn element(length: usize) -> usize {
    header(length) + length
}

fn header(length: usize) -> usize {
    match length {
        0..=0x7F => 2,
        0x80..=0xFF => 3,
        0x100..=0xFFFF => 4,
        _ => 5,
    }
}

fn time(moment: Timestamp) -> der::Result<[u8; 17]> {
    let seconds = u64::try_from(moment.seconds()).map_err(|_| der::ErrorKind::DateTime)?;
    let time = GeneralizedTime::from_unix_duration(std::time::Duration::from_secs(seconds))?;
    let mut octets = [0x18; 17];
    debug_assert_eq!(u32::from(time.value_len()?), 15);
    time.encode_to_slice(&mut octets)?;
    Ok(octets)
}
