//! Writes a `CertificateList` (RFC 5280 §5.1) into one buffer.
//!
//! A million entries are 40 MB of DER; a tree of values would be seven times that. Here the entries
//! are appended as they come, behind room kept for what stands before them; once their length is
//! known the head is written backwards into that room. One buffer, one pass.

use ca_core::signer::SignatureAlgorithm;
use der::asn1::{GeneralizedTime, UtcTime};
use der::{DateTime, Encode};
use store::Timestamp;
use x509_cert::time::Time;

use super::entry_reason::EntryReason;

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const EXTENSIONS: u8 = 0xA0;

/// The longest header: a tag, and a length of up to 4 GB.
const HEADER: usize = 6;

/// A GeneralizedTime.
const LONGEST_TIME: usize = 17;

/// id-ce 35, 20, 27, 28 and 21: { 2 5 29 n }.
const AUTHORITY_KEY_IDENTIFIER: [u8; 5] = [0x06, 0x03, 0x55, 0x1D, 0x23];
const CRL_NUMBER: [u8; 5] = [0x06, 0x03, 0x55, 0x1D, 0x14];
const DELTA_CRL_INDICATOR: [u8; 5] = [0x06, 0x03, 0x55, 0x1D, 0x1B];
const ISSUING_DISTRIBUTION_POINT: [u8; 5] = [0x06, 0x03, 0x55, 0x1D, 0x1C];
const CRL_REASON: [u8; 5] = [0x06, 0x03, 0x55, 0x1D, 0x15];
const CRITICAL: [u8; 3] = [0x01, 0x01, 0xFF];

/// Everything of a `TBSCertList` but its entries.
#[derive(Debug)]
pub(crate) struct CrlHead<'a> {
    /// What the authority's key signs with.
    pub(crate) algorithm: SignatureAlgorithm,
    /// The authority's subject name, DER.
    pub(crate) issuer: &'a [u8],
    pub(crate) this_update: Timestamp,
    pub(crate) next_update: Timestamp,
    /// keyIdentifier of the AuthorityKeyIdentifier (RFC 5280 §5.2.1).
    pub(crate) authority_key_id: &'a [u8],
    /// CRLNumber (§5.2.3).
    pub(crate) number: u64,
    /// BaseCRLNumber (§5.2.4), critical; none for a complete CRL.
    pub(crate) base_number: Option<u64>,
    /// The name of the IssuingDistributionPoint (§5.2.5), critical; none where every certificate is in scope.
    pub(crate) distribution_point: Option<&'a str>,
}

/// A moment that no X.509 time can say (before 1970 or after 9999).
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} cannot be written as an X.509 time")]
pub(crate) struct UnwritableTime(Timestamp);

/// A CRL while its entries are being written.
pub(crate) struct CrlEncoder {
    /// Room, then the entries.
    bytes: Vec<u8>,
    room: usize,
    /// version to nextUpdate.
    before_entries: Vec<u8>,
    /// crlExtensions.
    after_entries: Vec<u8>,
    algorithm: Vec<u8>,
    entries: u64,
}

impl CrlEncoder {
    /// Begins a CRL; `expected_entries` only sizes the buffer.
    pub(crate) fn new(head: &CrlHead<'_>, expected_entries: usize) -> Result<Self, UnwritableTime> {
        let algorithm = head.algorithm.algorithm_identifier().to_der().expect("a constant encodes");
        let mut before_entries = vec![INTEGER, 1, 1]; // v2(1)
        before_entries.extend_from_slice(&algorithm);
        before_entries.extend_from_slice(head.issuer);
        push_time(&mut before_entries, head.this_update)?;
        push_time(&mut before_entries, head.next_update)?;
        let room = before_entries.len() + 3 * HEADER;
        // A serial of 16 octets with its date and reason is 47 octets.
        let mut bytes = Vec::with_capacity(room + expected_entries.saturating_mul(47) + 1024);
        bytes.resize(room, 0);
        let after_entries = extensions(head);
        Ok(Self { bytes, room, before_entries, after_entries, algorithm, entries: 0 })
    }

    /// Appends `{ userCertificate, revocationDate, crlEntryExtensions }`. The reason stands in an
    /// extension unless there is none to say (§5.3.1: absent rather than unspecified).
    pub(crate) fn entry(
        &mut self,
        serial: &[u8],
        revoked_at: Timestamp,
        reason: Option<EntryReason>,
    ) -> Result<(), UnwritableTime> {
        let mut room = [0; LONGEST_TIME];
        let time = time(revoked_at, &mut room)?;
        let padded = usize::from(serial.first().is_some_and(|octet| octet & 0x80 != 0));
        let serial_len = serial.len() + padded;
        let reason_len = if reason.is_some() { 14 } else { 0 };
        push_header(&mut self.bytes, SEQUENCE, header_len(serial_len) + serial_len + time.len() + reason_len);
        push_header(&mut self.bytes, INTEGER, serial_len);
        self.bytes.extend(std::iter::repeat_n(0, padded));
        self.bytes.extend_from_slice(serial);
        self.bytes.extend_from_slice(time);
        if let Some(reason) = reason {
            self.bytes.extend_from_slice(&[SEQUENCE, 12, SEQUENCE, 10]);
            self.bytes.extend_from_slice(&CRL_REASON);
            self.bytes.extend_from_slice(&[OCTET_STRING, 3, 0x0A, 1, reason.code()]);
        }
        self.entries += 1;
        Ok(())
    }

    /// Ends the list and writes what stands before the entries.
    pub(crate) fn finish(mut self) -> UnsignedCrl {
        let entries_len = self.bytes.len() - self.room;
        self.bytes.extend_from_slice(&self.after_entries);
        let mut start = self.room;
        // "When there are no revoked certificates, the revoked certificates list MUST be absent." (§5.1.2.6)
        if entries_len > 0 {
            start = write_header_before(&mut self.bytes, start, SEQUENCE, entries_len);
        }
        start -= self.before_entries.len();
        self.bytes[start..start + self.before_entries.len()].copy_from_slice(&self.before_entries);
        let content_len = self.bytes.len() - start;
        start = write_header_before(&mut self.bytes, start, SEQUENCE, content_len);
        UnsignedCrl { bytes: self.bytes, start, algorithm: self.algorithm, entries: self.entries }
    }
}

/// A `TBSCertList`, with room before and behind it for the rest.
pub(crate) struct UnsignedCrl {
    bytes: Vec<u8>,
    start: usize,
    algorithm: Vec<u8>,
    entries: u64,
}

impl UnsignedCrl {
    /// The bytes to be signed.
    pub(crate) fn tbs(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    /// How many entries were written.
    pub(crate) fn entries(&self) -> u64 {
        self.entries
    }

    /// The DER of the `CertificateList`.
    pub(crate) fn assemble(mut self, signature: &[u8]) -> Vec<u8> {
        self.bytes.extend_from_slice(&self.algorithm);
        push_header(&mut self.bytes, BIT_STRING, signature.len() + 1);
        self.bytes.push(0); // no unused bits
        self.bytes.extend_from_slice(signature);
        let content_len = self.bytes.len() - self.start;
        let start = write_header_before(&mut self.bytes, self.start, SEQUENCE, content_len);
        self.bytes.drain(..start);
        self.bytes
    }
}

/// crlExtensions [0] EXPLICIT Extensions.
fn extensions(head: &CrlHead<'_>) -> Vec<u8> {
    let mut list = Vec::new();
    let mut key_id = Vec::new();
    push_tlv(&mut key_id, 0x80, head.authority_key_id); // keyIdentifier [0] IMPLICIT
    let mut aki = Vec::new();
    push_tlv(&mut aki, SEQUENCE, &key_id);
    push_extension(&mut list, &AUTHORITY_KEY_IDENTIFIER, false, &aki);
    push_extension(&mut list, &CRL_NUMBER, false, &integer(head.number));
    if let Some(base) = head.base_number {
        push_extension(&mut list, &DELTA_CRL_INDICATOR, true, &integer(base));
    }
    if let Some(url) = head.distribution_point {
        push_extension(&mut list, &ISSUING_DISTRIBUTION_POINT, true, &issuing_distribution_point(url));
    }
    let mut sequence = Vec::new();
    push_tlv(&mut sequence, SEQUENCE, &list);
    let mut explicit = Vec::new();
    push_tlv(&mut explicit, EXTENSIONS, &sequence);
    explicit
}

/// IssuingDistributionPoint { distributionPoint [0] { fullName [0] { uniformResourceIdentifier [6] } } }
fn issuing_distribution_point(url: &str) -> Vec<u8> {
    [0x86, 0xA0, 0xA0, SEQUENCE].into_iter().fold(url.as_bytes().to_vec(), |content, tag| {
        let mut wrapped = Vec::new();
        push_tlv(&mut wrapped, tag, &content);
        wrapped
    })
}

fn push_extension(out: &mut Vec<u8>, oid: &[u8], critical: bool, value: &[u8]) {
    let mut extension = oid.to_vec();
    if critical {
        extension.extend_from_slice(&CRITICAL);
    }
    push_tlv(&mut extension, OCTET_STRING, value);
    push_tlv(out, SEQUENCE, &extension);
}

fn integer(value: u64) -> Vec<u8> {
    value.to_der().expect("an integer encodes")
}

fn push_time(out: &mut Vec<u8>, moment: Timestamp) -> Result<(), UnwritableTime> {
    out.extend_from_slice(time(moment, &mut [0; LONGEST_TIME])?);
    Ok(())
}

/// UTCTime until 2049, GeneralizedTime from 2050 (§5.1.2.4 to §5.1.2.6).
fn time(moment: Timestamp, room: &mut [u8; LONGEST_TIME]) -> Result<&[u8], UnwritableTime> {
    let unwritable = |_| UnwritableTime(moment);
    let seconds = u64::try_from(moment.seconds()).map_err(|_| UnwritableTime(moment))?;
    let date = DateTime::from_unix_duration(std::time::Duration::from_secs(seconds)).map_err(unwritable)?;
    let time = match UtcTime::from_date_time(date) {
        Ok(time) => Time::UtcTime(time),
        Err(_) => Time::GeneralTime(GeneralizedTime::from_date_time(date)),
    };
    time.encode_to_slice(room).map_err(unwritable)
}

fn push_tlv(out: &mut Vec<u8>, tag: u8, value: &[u8]) {
    push_header(out, tag, value.len());
    out.extend_from_slice(value);
}

fn push_header(out: &mut Vec<u8>, tag: u8, len: usize) {
    let (header, used) = header(tag, len);
    out.extend_from_slice(&header[HEADER - used..]);
}

/// Writes a header that ends where `end` is; says where it begins.
fn write_header_before(bytes: &mut [u8], end: usize, tag: u8, len: usize) -> usize {
    let (header, used) = header(tag, len);
    bytes[end - used..end].copy_from_slice(&header[HEADER - used..]);
    end - used
}

fn header_len(len: usize) -> usize {
    header(SEQUENCE, len).1
}

/// Tag and definite length (X.690 §8.1.3, §10.1), right-aligned, and how many octets they are.
fn header(tag: u8, len: usize) -> ([u8; HEADER], usize) {
    let mut out = [0; HEADER];
    let len = u32::try_from(len)
        .expect("a CRL of 4 GB is refused long before: entries are bounded by the database");
    if len < 0x80 {
        out[HEADER - 2..].copy_from_slice(&[tag, len as u8]);
        return (out, 2);
    }
    let octets = 4 - len.leading_zeros() as usize / 8;
    out[2..].copy_from_slice(&len.to_be_bytes());
    out[HEADER - octets - 1] = 0x80 | octets as u8;
    out[HEADER - octets - 2] = tag;
    (out, octets + 2)
}
