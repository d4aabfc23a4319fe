//! `TBSCertificate` cut into its fields (RFC 5280 §4.1).

use super::finding::{Finding, Findings};
use super::reader::{Element, tag};
use super::structure;

/// The fields of one TBSCertificate, not yet judged.
pub(super) struct Tbs<'a> {
    pub(super) serial: Element<'a>,
    pub(super) signature: Element<'a>,
    pub(super) issuer: Element<'a>,
    pub(super) validity: Element<'a>,
    pub(super) subject: Element<'a>,
    pub(super) public_key: Element<'a>,
    pub(super) extensions: Vec<Extension<'a>>,
}

/// One extension; `value` is the one element inside its extnValue, checked to be DER.
#[derive(Clone, Copy)]
pub(super) struct Extension<'a> {
    pub(super) id: &'a [u8],
    pub(super) offset: usize,
    pub(super) critical: bool,
    pub(super) value: Element<'a>,
}

impl<'a> Tbs<'a> {
    /// Cuts `element`. A field out of place is the error; a wrong version and unique identifiers are findings.
    pub(super) fn read(element: Element<'a>, findings: &mut Findings) -> Result<Self, Finding> {
        let mut fields = element.must_be(tag::SEQUENCE, "TBSCertificate")?.reader();
        let version = fields.optional(tag::constructed(0), "version")?;
        let number = version.map(|version| version.inner("version")).transpose()?;
        if !number.is_some_and(|number| number.is(tag::INTEGER) && number.content == [2]) {
            findings.add("rfc5280-4.1.2.1-version", element.content_offset(), "version: v3 (2) is required");
        }
        let serial = fields.expect(tag::INTEGER, "serialNumber")?;
        let signature = fields.expect(tag::SEQUENCE, "signature")?;
        let issuer = fields.expect(tag::SEQUENCE, "issuer")?;
        let validity = fields.expect(tag::SEQUENCE, "validity")?;
        let subject = fields.expect(tag::SEQUENCE, "subject")?;
        let public_key = fields.expect(tag::SEQUENCE, "subjectPublicKeyInfo")?;
        for (unique, what) in [(tag::implicit(1), "issuerUniqueID"), (tag::implicit(2), "subjectUniqueID")] {
            if let Some(identifier) = fields.optional(unique, what)? {
                let message = format!("{what}: unique identifiers are not used");
                findings.add("rfc5280-4.1.2.8-unique-identifier", identifier.offset, message);
            }
        }
        let wrapper = fields.expect(tag::constructed(3), "extensions")?;
        fields.finish("TBSCertificate")?;
        let extensions = Extension::read_all(wrapper.inner("extensions")?)?;
        Ok(Self { serial, signature, issuer, validity, subject, public_key, extensions })
    }

    /// The first extension of this type.
    pub(super) fn extension(&self, id: &[u8]) -> Option<&Extension<'a>> {
        self.extensions.iter().find(|extension| extension.id == id)
    }
}

impl<'a> Extension<'a> {
    /// Reads `Extensions`, of a certificate or of a CRL.
    pub(super) fn read_all(list: Element<'a>) -> Result<Vec<Self>, Finding> {
        let mut reader = list.must_be(tag::SEQUENCE, "extensions")?.reader();
        if reader.at_end() {
            return Err(Finding::new("asn1-structure", list.offset, "extensions: at least one is required"));
        }
        let mut extensions = Vec::new();
        while !reader.at_end() {
            extensions.push(Self::read(reader.expect(tag::SEQUENCE, "extension")?)?);
        }
        Ok(extensions)
    }

    fn read(element: Element<'a>) -> Result<Self, Finding> {
        let mut fields = element.reader();
        let id = fields.expect(tag::OID, "extnID")?;
        let critical = fields.optional(tag::BOOLEAN, "critical")?;
        if let Some(critical) = critical.filter(|critical| critical.content == [0]) {
            let message = "critical: FALSE is the default and is not encoded";
            return Err(Finding::new("x690-11.5-default", critical.offset, message));
        }
        let wrapper = fields.expect(tag::OCTET_STRING, "extnValue")?;
        fields.finish("extension")?;
        let value = wrapper.inner("extnValue")?;
        structure::check(&value)?;
        Ok(Self { id: id.content, offset: element.offset, critical: critical.is_some(), value })
    }
}
