//! Reads a `CertificateList` (RFC 5280 §5.1) without copying it. Shares no code with the writer.

use ca_core::signer::SignatureAlgorithm;
use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280::{
    ID_CE_AUTHORITY_KEY_IDENTIFIER, ID_CE_CRL_NUMBER, ID_CE_CRL_REASONS, ID_CE_DELTA_CRL_INDICATOR,
    ID_CE_ISSUING_DISTRIBUTION_POINT,
};
use der::asn1::{AnyRef, BitStringRef, ContextSpecific, OctetStringRef, UintRef};
use der::{Decode, Reader, Sequence, SliceReader, TagNumber};
use spki::AlgorithmIdentifierOwned;
use store::Timestamp;
use x509_cert::ext::pkix::name::{DistributionPointName, GeneralName};
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, CrlReason, IssuingDistributionPoint};
use x509_cert::time::Time;

use super::CrlKind;

/// The largest CRL that is read: some five million entries.
pub const MAX_BYTES: usize = 250_000_000;

/// A CRL as it stands in its bytes.
#[derive(Clone, Debug)]
pub struct Crl<'a> {
    /// The signed bytes: `TBSCertList`, DER.
    pub tbs: &'a [u8],
    /// The issuer name, DER.
    pub issuer: &'a [u8],
    /// The signature algorithm, the same inside and outside.
    pub algorithm: SignatureAlgorithm,
    /// thisUpdate.
    pub this_update: Timestamp,
    /// nextUpdate (RFC 5280 §5.1.2.5: conforming issuers include it).
    pub next_update: Timestamp,
    /// CRLNumber.
    pub number: u64,
    /// BaseCRLNumber; a delta CRL has one.
    pub base_number: Option<u64>,
    /// The one name of the IssuingDistributionPoint; the CRL of a shard has one.
    pub distribution_point: Option<String>,
    /// keyIdentifier of the AuthorityKeyIdentifier.
    pub authority_key_id: Vec<u8>,
    /// The signature's octets.
    pub signature: &'a [u8],
    entries: &'a [u8],
}

/// One revoked certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CrlEntry<'a> {
    /// The serial number's octets, without a leading zero octet.
    pub serial: &'a [u8],
    /// revocationDate.
    pub revoked_at: Timestamp,
    /// reasonCode, where one is given.
    pub reason: Option<CrlReason>,
}

/// Bytes that are no CRL of this PKI.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableCrl {
    /// Not the DER of a `CertificateList`.
    #[error("not a CRL: {0}")]
    Der(#[from] der::Error),
    /// A CRL, but not of the form this PKI gives it.
    #[error("not a CRL of this PKI: {0}")]
    Form(&'static str),
}

#[derive(Sequence)]
struct Extension<'a> {
    oid: ObjectIdentifier,
    #[asn1(default = "Default::default")]
    critical: bool,
    value: &'a OctetStringRef,
}

impl<'a> Crl<'a> {
    /// Reads everything but the entries, which [`Crl::entries`] reads one by one.
    pub fn read(der: &'a [u8]) -> Result<Self, UnreadableCrl> {
        if der.len() > MAX_BYTES {
            return Err(UnreadableCrl::Form("larger than 250 MB"));
        }
        let outer = AnyRef::from_der(der)?;
        let mut list = content(outer)?;
        let tbs = list.tlv_bytes()?;
        let algorithm: AlgorithmIdentifierOwned = list.decode()?;
        let signature: BitStringRef<'a> = list.decode()?;
        list.finish()?;
        let signature = signature.as_bytes().ok_or(UnreadableCrl::Form("a signature of broken octets"))?;
        let (crl, inner) = Self::unsigned(tbs)?;
        if inner != algorithm {
            return Err(UnreadableCrl::Form("another algorithm inside than outside"));
        }
        Ok(Self { signature, ..crl })
    }

    /// The same of a `TBSCertList`, which nobody has signed.
    pub(crate) fn read_unsigned(tbs: &'a [u8]) -> Result<Self, UnreadableCrl> {
        Ok(Self::unsigned(tbs)?.0)
    }

    fn unsigned(tbs: &'a [u8]) -> Result<(Self, AlgorithmIdentifierOwned), UnreadableCrl> {
        let mut fields = content(AnyRef::from_der(tbs)?)?;
        if fields.decode::<u8>()? != 1 {
            return Err(UnreadableCrl::Form("not version 2"));
        }
        let inner: AlgorithmIdentifierOwned = fields.decode()?;
        let algorithm = SignatureAlgorithm::from_identifier(&inner)
            .ok_or(UnreadableCrl::Form("a signature algorithm that is not of this PKI"))?;
        // It is compared octet by octet with the authority's name, and so not read further.
        der::Tag::peek(&fields)?.assert_eq(der::Tag::Sequence)?;
        let issuer = fields.tlv_bytes()?;
        let this_update = timestamp(fields.decode()?);
        let next_update = timestamp(fields.decode()?);
        let entries = match der::Tag::peek(&fields)? {
            der::Tag::Sequence => AnyRef::decode(&mut fields)?.value(),
            _ => &[],
        };
        let extensions = ContextSpecific::<AnyRef<'a>>::decode_explicit(&mut fields, TagNumber(0))?
            .ok_or(UnreadableCrl::Form("no extensions"))?;
        fields.finish()?;
        let mut crl = Self {
            tbs,
            issuer,
            algorithm,
            this_update,
            next_update,
            number: 0,
            base_number: None,
            distribution_point: None,
            authority_key_id: Vec::new(),
            signature: &[],
            entries,
        };
        crl.read_extensions(extensions.value)?;
        Ok((crl, inner))
    }

    /// A delta CRL says which base it starts from (RFC 5280 §5.2.4); a complete one does not.
    pub fn kind(&self) -> CrlKind {
        if self.base_number.is_some() { CrlKind::Delta } else { CrlKind::Full }
    }

    /// The entries, in the order they stand.
    pub fn entries(&self) -> CrlEntries<'a> {
        CrlEntries { reader: SliceReader::new(self.entries).ok(), failed: false, reasons: Vec::new() }
    }

    /// Their serial numbers, in the order they stand, and the rest unread: most often all that is asked of a CRL that was
    /// verified when it was issued.
    pub(crate) fn unread_entries(&self) -> UnreadEntries<'a> {
        UnreadEntries { reader: SliceReader::new(self.entries).ok() }
    }

    fn read_extensions(&mut self, extensions: AnyRef<'a>) -> Result<(), UnreadableCrl> {
        let mut number = None;
        let mut reader = content(extensions)?;
        while !reader.is_finished() {
            let extension: Extension<'a> = reader.decode()?;
            let value = extension.value.as_bytes();
            match extension.oid {
                ID_CE_CRL_NUMBER if !extension.critical => number = Some(u64::from_der(value)?),
                ID_CE_DELTA_CRL_INDICATOR if extension.critical => {
                    self.base_number = Some(u64::from_der(value)?)
                }
                ID_CE_ISSUING_DISTRIBUTION_POINT if extension.critical => {
                    self.distribution_point = Some(read_distribution_point(value)?);
                }
                ID_CE_AUTHORITY_KEY_IDENTIFIER if !extension.critical => {
                    let aki = AuthorityKeyIdentifier::from_der(value)?;
                    self.authority_key_id =
                        aki.key_identifier.map(|id| id.as_bytes().to_vec()).unwrap_or_default();
                }
                _ => {
                    return Err(UnreadableCrl::Form(
                        "an extension, or its criticality, that is not of this PKI",
                    ));
                }
            }
        }
        self.number = number.ok_or(UnreadableCrl::Form("no CRL number"))?;
        Ok(())
    }
}

/// A shard is limited by its address alone (RFC 5280 §5.2.5).
fn read_distribution_point(value: &[u8]) -> Result<String, UnreadableCrl> {
    let point = IssuingDistributionPoint::from_der(value)?;
    let limited = point.only_contains_user_certs
        || point.only_contains_ca_certs
        || point.only_contains_attribute_certs
        || point.indirect_crl
        || point.only_some_reasons.is_some();
    match point.distribution_point {
        Some(DistributionPointName::FullName(names)) if !limited => match names.as_slice() {
            [GeneralName::UniformResourceIdentifier(url)] => Ok(url.to_string()),
            _ => Err(UnreadableCrl::Form("an issuing distribution point that is not one URL")),
        },
        _ => Err(UnreadableCrl::Form("an issuing distribution point that is not a full name alone")),
    }
}

/// Reads entries one by one; ends after the first that does not read.
#[derive(Debug)]
pub struct CrlEntries<'a> {
    reader: Option<SliceReader<'a>>,
    failed: bool,
    /// The extensions that were read, each once, and their reason: a million entries have as many different ones as there
    /// are reasons.
    reasons: Vec<(&'a [u8], Option<CrlReason>)>,
}

/// More different extensions than this are read each time they stand there.
const DIFFERENT_EXTENSIONS: usize = 16;

impl<'a> Iterator for CrlEntries<'a> {
    type Item = Result<CrlEntry<'a>, UnreadableCrl>;

    fn next(&mut self) -> Option<Self::Item> {
        let reader = self.reader.as_mut().filter(|reader| !self.failed && !reader.is_finished())?;
        let entry = read_entry(reader, &mut self.reasons);
        self.failed = entry.is_err();
        Some(entry)
    }
}

/// An entry of which only the serial number was read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UnreadEntry<'a> {
    /// The serial number's octets, without a leading zero octet.
    pub(crate) serial: &'a [u8],
    /// The whole entry, DER.
    der: &'a [u8],
}

impl<'a> UnreadEntry<'a> {
    /// Reads the rest.
    pub(crate) fn read(&self) -> Result<CrlEntry<'a>, UnreadableCrl> {
        read_entry(&mut SliceReader::new(self.der)?, &mut Vec::new())
    }
}

/// Reads the serial numbers of entries one by one; ends after the first that does not read.
#[derive(Debug)]
pub(crate) struct UnreadEntries<'a> {
    reader: Option<SliceReader<'a>>,
}

impl<'a> Iterator for UnreadEntries<'a> {
    type Item = Result<UnreadEntry<'a>, UnreadableCrl>;

    fn next(&mut self) -> Option<Self::Item> {
        let reader = self.reader.as_mut().filter(|reader| !reader.is_finished())?;
        let entry = read_serial(reader);
        if entry.is_err() {
            self.reader = None;
        }
        Some(entry)
    }
}

fn read_entry<'a>(
    reader: &mut SliceReader<'a>,
    reasons: &mut Vec<(&'a [u8], Option<CrlReason>)>,
) -> Result<CrlEntry<'a>, UnreadableCrl> {
    let mut fields = content(AnyRef::decode(reader)?)?;
    let serial: UintRef<'a> = fields.decode()?;
    let revoked_at = timestamp(fields.decode()?);
    let mut reason = None;
    if !fields.is_finished() {
        let extensions = fields.tlv_bytes()?;
        reason = match reasons.iter().find(|(read, _)| *read == extensions) {
            Some((_, reason)) => *reason,
            None => {
                let reason = read_reason(extensions)?;
                if reasons.len() < DIFFERENT_EXTENSIONS {
                    reasons.push((extensions, reason));
                }
                reason
            }
        };
        fields.finish()?;
    }
    Ok(CrlEntry { serial: serial.as_bytes(), revoked_at, reason })
}

/// crlEntryExtensions, of which a reason code alone is of this PKI.
fn read_reason(extensions: &[u8]) -> Result<Option<CrlReason>, UnreadableCrl> {
    let mut reason = None;
    let mut extensions = content(AnyRef::from_der(extensions)?)?;
    while !extensions.is_finished() {
        let extension: Extension<'_> = extensions.decode()?;
        if extension.oid != ID_CE_CRL_REASONS || extension.critical {
            return Err(UnreadableCrl::Form("an entry extension that is not a reason code"));
        }
        reason = Some(CrlReason::from_der(extension.value.as_bytes())?);
    }
    Ok(reason)
}

fn read_serial<'a>(reader: &mut SliceReader<'a>) -> Result<UnreadEntry<'a>, UnreadableCrl> {
    let der = reader.tlv_bytes()?;
    let serial: UintRef<'a> = content(AnyRef::from_der(der)?)?.decode()?;
    Ok(UnreadEntry { serial: serial.as_bytes(), der })
}

fn content<'a>(sequence: AnyRef<'a>) -> Result<SliceReader<'a>, der::Error> {
    der::Tagged::tag(&sequence).assert_eq(der::Tag::Sequence)?;
    SliceReader::new(sequence.value())
}

fn timestamp(time: Time) -> Timestamp {
    Timestamp::from_seconds(i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX / 1000))
}
