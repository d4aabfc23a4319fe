//! Reads a `CertificateList` (RFC 5280 §5.1) as a relying party would.

use openssl::hash::MessageDigest;
use openssl::sign::Verifier;
use openssl::x509::X509;

use super::der::{
    BIT_STRING, BOOLEAN, ENUMERATED, INTEGER, Malformed, OBJECT_IDENTIFIER, OCTET_STRING, Reader, SEQUENCE,
    Tlv, context,
};

/// A CRL as it stands in its octets.
#[derive(Debug)]
pub struct Crl<'a> {
    /// Its issuer's name, DER.
    pub issuer: &'a [u8],
    /// thisUpdate, seconds since 1970.
    pub this_update: i64,
    /// nextUpdate, seconds since 1970.
    pub next_update: i64,
    /// CRLNumber.
    pub number: u64,
    /// BaseCRLNumber, of a delta.
    pub base_number: Option<u64>,
    /// The addresses that its IssuingDistributionPoint names; nothing where it has none.
    pub distribution_points: Option<Vec<String>>,
    /// Its entries, by serial number.
    pub entries: Vec<Entry<'a>>,
    tbs: &'a [u8],
    algorithm: &'a [u8],
    signature: &'a [u8],
}

/// One revoked certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry<'a> {
    /// The serial number, without a leading zero.
    pub serial: &'a [u8],
    /// revocationDate, seconds since 1970.
    pub revoked_at: i64,
    /// The value of the CRLReason; 0 where none is given.
    pub reason: u8,
}

impl<'a> Crl<'a> {
    /// Reads all of it. An entry takes 32 octets of memory, whatever the order and the number of entries.
    pub fn read(octets: &'a [u8]) -> Result<Self, Malformed> {
        let mut outer = Reader::of(octets);
        let mut list = outer.expect(SEQUENCE, "a CRL")?.inside();
        outer.end("a CRL alone")?;
        let tbs = list.expect(SEQUENCE, "a TBSCertList")?;
        let algorithm = list.expect(SEQUENCE, "a signature algorithm")?;
        let signature = list.expect(BIT_STRING, "a signature")?.bits()?;
        list.end("a CRL that ends after its signature")?;

        let mut fields = tbs.inside();
        if fields.expect(INTEGER, "a version")?.number()? != 1 {
            return Err(Malformed("a CRL of version 2"));
        }
        if fields.expect(SEQUENCE, "a signature algorithm")?.whole != algorithm.whole {
            return Err(Malformed("a CRL with one signature algorithm"));
        }
        let issuer = fields.expect(SEQUENCE, "an issuer")?.whole;
        let this_update = fields.any()?.seconds()?;
        let next_update = fields.any()?.seconds()?;
        let mut entries = Vec::new();
        if let Some(revoked) = fields.optional(SEQUENCE)? {
            let mut reader = revoked.inside();
            while !reader.is_at_end() {
                entries.push(entry(reader.expect(SEQUENCE, "an entry")?)?);
            }
        }
        entries.sort_unstable();
        let mut crl = Self {
            issuer,
            this_update,
            next_update,
            number: 0,
            base_number: None,
            distribution_points: None,
            entries,
            tbs: tbs.whole,
            algorithm: algorithm.inside().expect(OBJECT_IDENTIFIER, "an algorithm")?.content,
            signature,
        };
        let extensions = fields.expect(context(0), "extensions")?;
        fields.end("a TBSCertList that ends after its extensions")?;
        crl.read_extensions(extensions.inside().expect(SEQUENCE, "extensions")?.inside())?;
        Ok(crl)
    }

    /// Whether it carries this authority's name and its signature.
    pub fn is_of(&self, authority: &X509) -> bool {
        let names = authority.subject_name().to_der().is_ok_and(|subject| subject == self.issuer);
        let Some(digest) = digest_of(self.algorithm) else { return false };
        let verify = || {
            let key = authority.public_key()?;
            Verifier::new(digest, &key)?.verify_oneshot(self.signature, self.tbs)
        };
        names && verify().unwrap_or(false)
    }

    /// The entry with this serial number.
    pub fn entry(&self, serial: &[u8]) -> Option<&Entry<'a>> {
        let at = self.entries.binary_search_by(|entry| entry.serial.cmp(serial)).ok()?;
        self.entries.get(at)
    }

    fn read_extensions(&mut self, mut extensions: Reader<'a>) -> Result<(), Malformed> {
        let mut number = None;
        while !extensions.is_at_end() {
            let (oid, critical, value) = extension(extensions.expect(SEQUENCE, "an extension")?)?;
            match oid {
                CRL_NUMBER => number = Some(Reader::of(value).expect(INTEGER, "a CRLNumber")?.number()?),
                DELTA_CRL_INDICATOR => {
                    self.base_number = Some(Reader::of(value).expect(INTEGER, "a BaseCRLNumber")?.number()?);
                }
                ISSUING_DISTRIBUTION_POINT => self.distribution_points = Some(addresses(value)?),
                // "If a CRL contains a critical extension that the application cannot process, then the
                // application MUST NOT use that CRL" (RFC 5280 §5.2).
                _ if critical => return Err(Malformed("a CRL without unknown critical extensions")),
                _ => {}
            }
        }
        self.number = number.ok_or(Malformed("a CRL with a number"))?;
        Ok(())
    }
}

/// id-ce-cRLNumber, 2.5.29.20.
const CRL_NUMBER: &[u8] = &[0x55, 0x1D, 20];
/// id-ce-cRLReasons, 2.5.29.21.
const REASON_CODE: &[u8] = &[0x55, 0x1D, 21];
/// id-ce-deltaCRLIndicator, 2.5.29.27.
const DELTA_CRL_INDICATOR: &[u8] = &[0x55, 0x1D, 27];
/// id-ce-issuingDistributionPoint, 2.5.29.28.
const ISSUING_DISTRIBUTION_POINT: &[u8] = &[0x55, 0x1D, 28];

/// ecdsa-with-SHA256, ecdsa-with-SHA384 (RFC 5758 §3.2), sha256WithRSAEncryption (RFC 4055 §5).
pub(super) fn digest_of(algorithm: &[u8]) -> Option<MessageDigest> {
    match algorithm {
        [0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 2] => Some(MessageDigest::sha256()),
        [0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 3] => Some(MessageDigest::sha384()),
        [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 11] => Some(MessageDigest::sha256()),
        _ => None,
    }
}

fn entry(tlv: Tlv<'_>) -> Result<Entry<'_>, Malformed> {
    let mut fields = tlv.inside();
    let serial = fields.expect(INTEGER, "a serial number")?.unsigned();
    let revoked_at = fields.any()?.seconds()?;
    let mut reason = 0;
    if let Some(extensions) = fields.optional(SEQUENCE)? {
        let mut extensions = extensions.inside();
        while !extensions.is_at_end() {
            match extension(extensions.expect(SEQUENCE, "an entry extension")?)? {
                (REASON_CODE, _, value) => {
                    let value = Reader::of(value).expect(ENUMERATED, "a reason")?.content;
                    let [code] = value else { return Err(Malformed("a reason")) };
                    reason = *code;
                }
                (_, true, _) => return Err(Malformed("an entry without unknown critical extensions")),
                _ => {}
            }
        }
    }
    fields.end("an entry that ends after its extensions")?;
    Ok(Entry { serial, revoked_at, reason })
}

fn extension(tlv: Tlv<'_>) -> Result<(&[u8], bool, &[u8]), Malformed> {
    let mut fields = tlv.inside();
    let oid = fields.expect(OBJECT_IDENTIFIER, "an extension's identifier")?.content;
    let critical = fields.optional(BOOLEAN)?.is_some_and(|critical| critical.content != [0]);
    let value = fields.expect(OCTET_STRING, "an extension's value")?.content;
    Ok((oid, critical, value))
}

/// `IssuingDistributionPoint.distributionPoint.fullName` (RFC 5280 §5.2.5), its URIs.
fn addresses(value: &[u8]) -> Result<Vec<String>, Malformed> {
    let mut point = Reader::of(value).expect(SEQUENCE, "an IssuingDistributionPoint")?.inside();
    let Some(name) = point.optional(context(0))? else { return Ok(Vec::new()) };
    let Some(full) = name.inside().optional(context(0))? else { return Ok(Vec::new()) };
    let (mut names, mut found) = (full.inside(), Vec::new());
    while !names.is_at_end() {
        let name = names.any()?;
        // uniformResourceIdentifier [6] IA5String.
        if name.tag == 0x86 {
            found.push(String::from_utf8_lossy(name.content).into_owned());
        }
    }
    Ok(found)
}
