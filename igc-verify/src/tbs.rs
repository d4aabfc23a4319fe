//! A TBSCertificate (RFC 5280 §4.1), attribute by attribute and extension by extension. It is read from the record and
//! not from the certificate, which may never have come to be.

#[cfg(test)]
mod tests;

use crate::der::{Value, sequence};

/// Types of attributes, as the content of their OBJECT IDENTIFIER (X.520, RFC 5280 appendix A.1).
pub const COMMON_NAME: &[u8] = b"\x55\x04\x03";
pub const SURNAME: &[u8] = b"\x55\x04\x04";
pub const COUNTRY: &[u8] = b"\x55\x04\x06";
pub const STATE: &[u8] = b"\x55\x04\x08";
pub const ORGANISATION: &[u8] = b"\x55\x04\x0a";
pub const UNIT: &[u8] = b"\x55\x04\x0b";
pub const TITLE: &[u8] = b"\x55\x04\x0c";
pub const GIVEN_NAME: &[u8] = b"\x55\x04\x2a";
pub const PSEUDONYM: &[u8] = b"\x55\x04\x41";

/// Extensions that say something of the subject, likewise.
const KEY_USAGE: &[u8] = b"\x55\x1d\x0f";
const ALTERNATIVE_NAME: &[u8] = b"\x55\x1d\x11";
const BASIC_CONSTRAINTS: &[u8] = b"\x55\x1d\x13";
const EXTENDED_KEY_USAGE: &[u8] = b"\x55\x1d\x25";
/// 1.2.250.1.71.1.2.2, .3, .7 and .8.
const CARD_TYPE: &[u8] = b"\x2a\x81\x7a\x01\x47\x01\x02\x02";
const CARD_NUMBER: &[u8] = b"\x2a\x81\x7a\x01\x47\x01\x02\x03";
const PROFESSION: &[u8] = b"\x2a\x81\x7a\x01\x47\x01\x02\x07";
const FUTURE_PROFESSION: &[u8] = b"\x2a\x81\x7a\x01\x47\x01\x02\x08";
/// What is said in them is of the issuer, of the key or of where to look: subjectKeyIdentifier, privateKeyUsagePeriod,
/// cRLDistributionPoints, certificatePolicies, authorityKeyIdentifier, freshestCRL, authorityInfoAccess, id-pkix-ocsp-nocheck
/// and the category of the product, 1.2.250.1.71.1.2.5.
const OTHERS: [&[u8]; 9] = [
    b"\x55\x1d\x0e",
    b"\x55\x1d\x10",
    b"\x55\x1d\x1f",
    b"\x55\x1d\x20",
    b"\x55\x1d\x23",
    b"\x55\x1d\x2e",
    b"\x2b\x06\x01\x05\x05\x07\x01\x01",
    b"\x2b\x06\x01\x05\x05\x07\x30\x01\x05",
    b"\x2a\x81\x7a\x01\x47\x01\x02\x05",
];
/// userPrincipalName, 1.3.6.1.4.1.311.20.2.3.
const PRINCIPAL_NAME: &[u8] = b"\x2b\x06\x01\x04\x01\x82\x37\x14\x02\x03";
/// id-kp-OCSPSigning (RFC 6960 §4.2.2.2), and anyExtendedKeyUsage, which is every purpose.
const OCSP_SIGNING: &[u8] = b"\x2b\x06\x01\x05\x05\x07\x03\x09";
const ANY_PURPOSE: &[u8] = b"\x55\x1d\x25\x00";
/// keyCertSign (5) and cRLSign (6) in the first octet of a KeyUsage.
const SIGNS_AS_AUTHORITY: u8 = 0x06;

/// What a TBSCertificate says.
#[derive(Debug)]
pub struct Tbs<'a> {
    /// Its serial number, as on the wire.
    pub serial: &'a [u8],
    /// Type and text of each attribute of the subject, in their order.
    pub subject: Vec<(&'a [u8], &'a str)>,
    /// SubjectPublicKeyInfo, DER.
    pub spki: &'a [u8],
    /// Whether basicConstraints say CA, or the key may sign certificates or CRLs.
    pub is_authority: bool,
    /// Whether it may sign the answers of OCSP for its issuer.
    pub answers_for_issuer: bool,
    /// Whether it may do that and nothing else.
    pub answers_only: bool,
    /// dNSName of its alternative names.
    pub hosts: Vec<&'a str>,
    /// rfc822Name of them.
    pub addresses: Vec<&'a str>,
    /// userPrincipalName of them.
    pub principals: Vec<&'a str>,
    /// Code of TRE_G15.
    pub profession: Option<i64>,
    /// Code of TRE_G16.
    pub future_profession: Option<i64>,
    /// TRE_G02: 0 CPS, 1 CPF, 2 CDE and CPE, 3 CDA and CPA.
    pub card_type: Option<i64>,
    /// Issuer number and number of the card: `8025000001/2600000017`.
    pub card_number: Option<&'a str>,
}

impl<'a> Tbs<'a> {
    /// Reads it; why not, where it holds something that none of the house's profiles has.
    pub fn read(octets: &'a [u8]) -> Result<Self, &'static str> {
        const UNREADABLE: &str = "its TBS does not read";
        let fields = sequence(octets).ok_or(UNREADABLE)?;
        // [0] version, serialNumber, signature, issuer, validity, subject, SubjectPublicKeyInfo, [3] extensions: no profile
        // has the unique identifiers of X.509 v2.
        let [_, serial, _, _, _, subject, spki, extensions] = fields[..] else { return Err(UNREADABLE) };
        let mut tbs = Self {
            serial: serial.content,
            subject: attributes(&subject).ok_or("its subject does not read")?,
            spki: spki.whole,
            is_authority: false,
            answers_for_issuer: false,
            answers_only: false,
            hosts: Vec::new(),
            addresses: Vec::new(),
            principals: Vec::new(),
            profession: None,
            future_profession: None,
            card_type: None,
            card_number: None,
        };
        let extensions = extensions.explicit(3).and_then(|list| list.sequence()).ok_or(UNREADABLE)?;
        let mut seen = Vec::new();
        for extension in extensions {
            let (id, octets) = extension_of(&extension).ok_or("an extension of it does not read")?;
            if seen.contains(&id) {
                return Err("an extension stands in it twice");
            }
            seen.push(id);
            let known =
                OTHERS.contains(&id) || tbs.see(id, octets).ok_or("an extension of it does not read")?;
            if !known {
                return Err("it has an extension that no profile has");
            }
        }
        Ok(tbs)
    }

    /// Takes in one extension; none where it does not read, false where it is not known.
    fn see(&mut self, id: &[u8], octets: &'a [u8]) -> Option<bool> {
        let value = Value::only(octets)?;
        match id {
            BASIC_CONSTRAINTS => {
                let fields = value.sequence()?;
                self.is_authority |=
                    fields.first().is_some_and(|first| first.tag != 0x01 || first.content != [0]);
            }
            KEY_USAGE => {
                let bits = value.content.get(1).filter(|_| value.tag == 0x03)?;
                self.is_authority |= bits & SIGNS_AS_AUTHORITY != 0;
            }
            EXTENDED_KEY_USAGE => {
                let purposes = value.sequence()?;
                let answers = |purpose: &Value<'_>| [OCSP_SIGNING, ANY_PURPOSE].contains(&purpose.content);
                self.answers_for_issuer = purposes.iter().any(answers);
                self.answers_only = purposes.iter().all(|purpose| purpose.content == OCSP_SIGNING);
            }
            ALTERNATIVE_NAME => value.sequence()?.iter().try_for_each(|name| self.see_name(name))?,
            CARD_TYPE => self.card_type = Some(value.integer()?),
            CARD_NUMBER => self.card_number = Some(value.any_text()?),
            PROFESSION => self.profession = Some(value.integer()?),
            FUTURE_PROFESSION => self.future_profession = Some(value.integer()?),
            _ => return Some(false),
        }
        Some(true)
    }

    /// A GeneralName (RFC 5280 §4.2.1.6) of one of the three sorts that profiles have.
    fn see_name(&mut self, name: &Value<'a>) -> Option<()> {
        match name.tag {
            0x81 => self.addresses.push(std::str::from_utf8(name.content).ok()?),
            0x82 => self.hosts.push(std::str::from_utf8(name.content).ok()?),
            0xa0 => {
                let [id, value] = name.values()?[..] else { return None };
                (id.content == PRINCIPAL_NAME).then_some(())?;
                self.principals.push(value.explicit(0)?.text()?);
            }
            _ => return None,
        }
        Some(())
    }
}

/// `Name ::= SEQUENCE OF SET OF SEQUENCE { type, value }`: no deeper, whatever is nested in it.
fn attributes<'a>(name: &Value<'a>) -> Option<Vec<(&'a [u8], &'a str)>> {
    let mut found = Vec::new();
    for relative in name.sequence()? {
        for attribute in Some(relative).filter(|set| set.tag == 0x31)?.values()? {
            let [id, text] = attribute.sequence()?[..] else { return None };
            found.push((id.content, text.any_text()?));
        }
    }
    Some(found)
}

/// `Extension ::= SEQUENCE { extnID, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }`.
fn extension_of<'a>(extension: &Value<'a>) -> Option<(&'a [u8], &'a [u8])> {
    match extension.sequence()?[..] {
        [id, value] => Some((id.content, value.octets()?)),
        [id, critical, value] if critical.tag == 0x01 => Some((id.content, value.octets()?)),
        _ => None,
    }
}
