//! What a `TBSCertificate` says, field by field, for people and for comparison. Its own reader of DER,
//! which shares no code with the builder: a fault of one does not hide in the other.

#![allow(clippy::unwrap_used)] // in a test, also in its helpers, a panic is the report

use std::fmt::Write;

/// One field: its name, what it says, and its very bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) text: String,
    pub(super) der: Vec<u8>,
}

/// The fields of a `TBSCertificate` in their order; the list of extensions, then each extension.
pub(super) fn fields(tbs: &[u8]) -> Vec<Field> {
    let sequence = only(tbs);
    assert_eq!(sequence.tag, 0x30, "a TBSCertificate is a SEQUENCE");
    let parts = elements(sequence.content);
    let [version, serial, signature, issuer, validity, subject, key, extensions] = parts.as_slice() else {
        panic!("a TBSCertificate of this PKI has eight parts, not {}", parts.len());
    };
    assert_eq!((version.tag, extensions.tag), (0xA0, 0xA3), "version and extensions are tagged 0 and 3");
    let mut fields = vec![
        field("version", version, tree(version.content)),
        field("serialNumber", serial, hex(serial.content)),
        field("signature", signature, tree(signature.content)),
        field("issuer", issuer, name(issuer)),
        field("validity", validity, tree(validity.content)),
        field("subject", subject, name(subject)),
        field("subjectPublicKeyInfo", key, public_key(key)),
    ];
    let extensions: Vec<Field> = elements(only(extensions.content).content).iter().map(extension).collect();
    let in_order: Vec<&str> = extensions.iter().map(|field| field.name.as_str()).collect();
    fields.push(Field { name: "extensions".into(), text: in_order.join("\n"), der: Vec::new() });
    fields.extend(extensions);
    fields
}

/// The `TBSCertificate` inside a certificate.
pub(super) fn tbs_of(certificate: &[u8]) -> &[u8] {
    elements(only(certificate).content)[0].raw
}

/// The fields as a text: a heading each, what it says indented below.
pub(super) fn text(fields: &[Field]) -> String {
    let mut text = String::new();
    for field in fields {
        writeln!(text, "{}:", field.name).unwrap();
        for line in field.text.lines() {
            writeln!(text, "    {line}").unwrap();
        }
    }
    text
}

struct Element<'a> {
    tag: u8,
    raw: &'a [u8],
    content: &'a [u8],
}

fn elements(mut bytes: &[u8]) -> Vec<Element<'_>> {
    let mut elements = Vec::new();
    while let [tag, first, ..] = *bytes {
        assert_ne!(tag & 0x1F, 0x1F, "no tag above 30 stands in a certificate");
        let (header, length) = match first {
            0..=0x7F => (2, usize::from(first)),
            _ => {
                let octets = usize::from(first & 0x7F);
                let length =
                    bytes[2..2 + octets].iter().fold(0, |length, octet| length << 8 | usize::from(*octet));
                assert!(length > 0x7F && bytes[2] != 0, "a length is in its shortest form (X.690 §10.1)");
                (2 + octets, length)
            }
        };
        let (raw, rest) = bytes.split_at(header + length);
        elements.push(Element { tag, raw, content: &raw[header..] });
        bytes = rest;
    }
    assert!(bytes.is_empty(), "an element has a tag and a length");
    elements
}

fn only(bytes: &[u8]) -> Element<'_> {
    let mut elements = elements(bytes);
    assert_eq!(elements.len(), 1, "one element, no more");
    elements.remove(0)
}

fn field(name: &str, element: &Element<'_>, text: String) -> Field {
    Field { name: name.into(), text, der: element.raw.to_vec() }
}

fn extension(element: &Element<'_>) -> Field {
    let parts = elements(element.content);
    let (oid, critical, value) = match parts.as_slice() {
        [oid, value] => (oid, "", value),
        [oid, critical, value] => {
            assert_eq!(critical.raw, [1, 1, 0xFF], "DER writes no default and one truth");
            (oid, " critical", value)
        }
        _ => panic!("an extension has two or three parts"),
    };
    assert_eq!(value.tag, 0x04, "the value of an extension is an OCTET STRING");
    let name = oid_name(oid.content);
    let text = if name == "keyUsage" { key_usage(&only(value.content)) } else { tree(value.content) };
    Field { name: format!("{name}{critical}"), text, der: element.raw.to_vec() }
}

fn name(element: &Element<'_>) -> String {
    let rdn = |rdn: &Element<'_>| {
        assert_eq!(rdn.tag, 0x31, "an RDN is a SET");
        let attributes: Vec<String> = elements(rdn.content)
            .iter()
            .map(|attribute| match elements(attribute.content).as_slice() {
                [oid, value] => format!("{} {}", oid_name(oid.content), primitive(value)),
                _ => panic!("an attribute has a type and a value"),
            })
            .collect();
        attributes.join(" + ")
    };
    elements(element.content).iter().map(rdn).collect::<Vec<_>>().join("\n")
}

fn public_key(element: &Element<'_>) -> String {
    match elements(element.content).as_slice() {
        [algorithm, bits] => {
            format!("{}BIT STRING of {} octets", tree(algorithm.content), bits.content.len() - 1)
        }
        _ => panic!("a SubjectPublicKeyInfo has two parts"),
    }
}

fn key_usage(bits: &Element<'_>) -> String {
    const NAMES: [&str; 9] = [
        "digitalSignature",
        "nonRepudiation",
        "keyEncipherment",
        "dataEncipherment",
        "keyAgreement",
        "keyCertSign",
        "cRLSign",
        "encipherOnly",
        "decipherOnly",
    ];
    assert_eq!(bits.tag, 0x03, "keyUsage is a BIT STRING");
    let is_set =
        |bit: usize| bits.content.get(1 + bit / 8).is_some_and(|octet| octet & (0x80 >> (bit % 8)) != 0);
    let names: Vec<&str> = (0..NAMES.len()).filter(|bit| is_set(*bit)).map(|bit| NAMES[bit]).collect();
    names.join("\n")
}

fn tree(bytes: &[u8]) -> String {
    let mut lines = String::new();
    for element in elements(bytes) {
        if element.tag & 0x20 == 0 {
            writeln!(lines, "{}", primitive(&element)).unwrap();
            continue;
        }
        match element.tag {
            0x30 => lines.push_str("SEQUENCE\n"),
            0x31 => lines.push_str("SET\n"),
            tag => writeln!(lines, "[{}]", tag & 0x1F).unwrap(),
        }
        for line in tree(element.content).lines() {
            writeln!(lines, "  {line}").unwrap();
        }
    }
    lines
}

fn primitive(element: &Element<'_>) -> String {
    let content = element.content;
    let quoted = || format!("{:?}", std::str::from_utf8(content).expect("a string is UTF-8"));
    match element.tag {
        0x01 => format!("BOOLEAN {}", content == [0xFF]),
        0x02 => format!("INTEGER {}", hex(content)),
        0x03 => format!("BIT STRING {}", hex(content)),
        0x04 => format!("OCTET STRING {}", hex(content)),
        0x05 => "NULL".into(),
        0x06 => oid_name(content),
        0x0C => format!("UTF8String {}", quoted()),
        0x13 => format!("PrintableString {}", quoted()),
        0x16 => format!("IA5String {}", quoted()),
        0x17 => format!("UTCTime {}", quoted()),
        0x18 => format!("GeneralizedTime {}", quoted()),
        tag if tag & 0xC0 == 0x80 => {
            let printable = content.len() > 1 && content.iter().all(|octet| (0x20..0x7F).contains(octet));
            let value = if printable { quoted() } else { hex(content) };
            format!("[{}] {value}", tag & 0x1F)
        }
        tag => panic!("tag {tag:02X} does not stand in a certificate of this PKI"),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|octet| format!("{octet:02X}")).collect()
}

fn oid_name(content: &[u8]) -> String {
    let dotted = dotted(content);
    let name = match dotted.as_str() {
        "2.5.4.3" => "CN",
        "2.5.4.4" => "SN",
        "2.5.4.6" => "C",
        "2.5.4.8" => "ST",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "2.5.4.12" => "title",
        "2.5.4.42" => "GN",
        "2.5.4.65" => "pseudonym",
        "2.5.29.14" => "subjectKeyIdentifier",
        "2.5.29.15" => "keyUsage",
        "2.5.29.16" => "privateKeyUsagePeriod",
        "2.5.29.17" => "subjectAltName",
        "2.5.29.19" => "basicConstraints",
        "2.5.29.31" => "cRLDistributionPoints",
        "2.5.29.32" => "certificatePolicies",
        "2.5.29.32.0" => "anyPolicy",
        "2.5.29.35" => "authorityKeyIdentifier",
        "2.5.29.37" => "extKeyUsage",
        "2.5.29.46" => "freshestCRL",
        "1.3.6.1.5.5.7.1.1" => "authorityInfoAccess",
        "1.3.6.1.5.5.7.2.1" => "id-qt-cps",
        "1.3.6.1.5.5.7.3.1" => "serverAuth",
        "1.3.6.1.5.5.7.3.2" => "clientAuth",
        "1.3.6.1.5.5.7.3.4" => "emailProtection",
        "1.3.6.1.5.5.7.3.9" => "OCSPSigning",
        "1.3.6.1.5.5.7.48.1" => "id-ad-ocsp",
        "1.3.6.1.5.5.7.48.2" => "id-ad-caIssuers",
        "1.3.6.1.5.5.7.48.1.5" => "ocsp-nocheck",
        "1.3.6.1.4.1.311.20.2.2" => "msSmartcardLogin",
        "1.3.6.1.4.1.311.20.2.3" => "msUPN",
        "1.2.840.10045.2.1" => "id-ecPublicKey",
        "1.2.840.10045.3.1.7" => "secp256r1",
        "1.3.132.0.34" => "secp384r1",
        "1.2.840.10045.4.3.2" => "ecdsa-with-SHA256",
        "1.2.840.10045.4.3.3" => "ecdsa-with-SHA384",
        "1.2.840.113549.1.1.1" => "rsaEncryption",
        "1.2.840.113549.1.1.11" => "sha256WithRSAEncryption",
        "1.2.250.1.71.1.2.2" => "cardType 1.2.250.1.71.1.2.2",
        "1.2.250.1.71.1.2.3" => "cardNumber 1.2.250.1.71.1.2.3",
        "1.2.250.1.71.1.2.5" => "productCategory 1.2.250.1.71.1.2.5",
        "1.2.250.1.71.1.2.7" => "profession 1.2.250.1.71.1.2.7",
        "1.2.250.1.71.1.2.8" => "futureProfession 1.2.250.1.71.1.2.8",
        _ => return dotted,
    };
    name.to_owned()
}

fn dotted(content: &[u8]) -> String {
    let mut arcs = Vec::new();
    let mut arc: u128 = 0;
    for octet in content {
        arc = arc << 7 | u128::from(octet & 0x7F);
        if octet & 0x80 == 0 {
            arcs.push(arc);
            arc = 0;
        }
    }
    let first = arcs.remove(0);
    let (top, second) = if first >= 80 { (2, first - 80) } else { (first / 40, first % 40) };
    let rest: String = arcs.iter().map(|arc| format!(".{arc}")).collect();
    format!("{top}.{second}{rest}")
}
