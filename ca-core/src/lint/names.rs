//! The subject's distinguished name: its layout, its string types, the characters and forms of its values.

use super::expectations::{CommonName, Expectation, Role};
use super::finding::{Finding, Findings};
use super::oids::{attribute, dotted};
use super::reader::{Element, tag};

/// One AttributeTypeAndValue.
struct Attribute<'a> {
    kind: &'a [u8],
    value: Element<'a>,
}

/// Judges the subject; gives back its CN, for the rules that compare it.
pub(super) fn check<'a>(
    subject: &Element<'a>,
    expectation: &Expectation,
    findings: &mut Findings,
) -> Option<&'a str> {
    let name = findings.keep(read(subject))?;
    if name.is_empty() {
        findings.add("rfc5280-4.1.2.6-subject-empty", subject.offset, "subject: empty");
        return None;
    }
    if !expectation.subject.iter().any(|layout| follows(&name, layout)) {
        let message = format!("subject: laid out as {}", shape(&name));
        findings.add("igc-1.7-subject-layout", subject.offset, message);
        return None;
    }
    let mut common_name = None;
    for attribute in name.iter().flatten() {
        let text = findings.keep(text(attribute))?;
        if let Err(finding) = judge(attribute, text, expectation) {
            findings.push(finding);
        }
        if attribute.kind == attribute::COMMON_NAME {
            common_name = Some(text);
        }
    }
    common_name
}

/// RDNSequence ::= SEQUENCE OF SET SIZE (1..MAX) OF AttributeTypeAndValue (RFC 5280 §4.1.2.4).
fn read<'a>(name: &Element<'a>) -> Result<Vec<Vec<Attribute<'a>>>, Finding> {
    let mut rdns = Vec::new();
    let mut reader = name.reader();
    while !reader.at_end() {
        let rdn = reader.expect(tag::SET, "RelativeDistinguishedName")?;
        let mut attributes = Vec::new();
        let mut inside = rdn.reader();
        while !inside.at_end() {
            let mut fields = inside.expect(tag::SEQUENCE, "AttributeTypeAndValue")?.reader();
            let kind = fields.expect(tag::OID, "attribute type")?.content;
            let value = fields.next("attribute value")?;
            fields.finish("AttributeTypeAndValue")?;
            attributes.push(Attribute { kind, value });
        }
        rdns.push(attributes);
    }
    Ok(rdns)
}

fn follows(name: &[Vec<Attribute<'_>>], layout: &[&[&[u8]]]) -> bool {
    let same_set = |rdn: &Vec<Attribute<'_>>, expected: &&[&[u8]]| {
        let mut kinds: Vec<_> = rdn.iter().map(|attribute| attribute.kind).collect();
        kinds.sort_unstable();
        kinds == *expected
    };
    name.len() == layout.len() && name.iter().zip(layout).all(|(rdn, expected)| same_set(rdn, expected))
}

fn shape(name: &[Vec<Attribute<'_>>]) -> String {
    let rdn = |rdn: &Vec<Attribute<'_>>| rdn.iter().map(|at| label(at.kind)).collect::<Vec<_>>().join("+");
    name.iter().map(rdn).collect::<Vec<_>>().join(", ")
}

fn label(kind: &[u8]) -> String {
    let known = match kind {
        attribute::COMMON_NAME => "CN",
        attribute::SURNAME => "SN",
        attribute::COUNTRY => "C",
        attribute::STATE => "ST",
        attribute::ORGANIZATION => "O",
        attribute::ORGANIZATIONAL_UNIT => "OU",
        attribute::TITLE => "title",
        attribute::GIVEN_NAME => "GN",
        other => return dotted(other),
    };
    known.to_owned()
}

/// §1.1: C is a PrintableString, all others are UTF8String.
fn text<'a>(attribute: &Attribute<'a>) -> Result<&'a str, Finding> {
    let value = attribute.value;
    let required =
        if attribute.kind == attribute::COUNTRY { tag::PRINTABLE_STRING } else { tag::UTF8_STRING };
    let fail = |message: String| Finding::new("igc-1.1-string-type", value.offset, message);
    if value.tag != required {
        let label = label(attribute.kind);
        return Err(fail(format!("{label}: string type {:02X} where {required:02X} is required", value.tag)));
    }
    std::str::from_utf8(value.content).map_err(|_| fail("not UTF-8".into()))
}

fn judge(attribute: &Attribute<'_>, text: &str, expectation: &Expectation) -> Result<(), Finding> {
    let label = label(attribute.kind);
    let fail =
        |rule, message: &str| Err(Finding::new(rule, attribute.value.offset, format!("{label}: {message}")));
    let length = text.chars().count();
    if length == 0 {
        return fail("rfc5280-a.1-value-empty", "empty");
    }
    if length > upper_bound(attribute.kind) {
        return fail(
            "rfc5280-a.1-upper-bound",
            &format!("more than {} characters", upper_bound(attribute.kind)),
        );
    }
    if text.chars().any(char::is_control) {
        return fail("igc-name-control-character", "NUL or another control character");
    }
    if text.chars().any(reorders) {
        return fail("igc-name-invisible-character", "a character that hides or reorders the text around it");
    }
    if text.trim() != text {
        return fail("igc-name-outer-space", "white space at its beginning or end");
    }
    let person = expectation.role == Role::EndEntity;
    match attribute.kind {
        attribute::COUNTRY if !is_country(text) => fail("rfc5280-a.1-country", "two capital letters"),
        attribute::ORGANIZATION if person && length > 40 => {
            fail("igc-1.7-organization-forty", "more than 40 characters, it is to be cut there")
        }
        attribute::ORGANIZATIONAL_UNIT if person && !is_structure(text) => {
            fail("igc-1.7-structure-identifier", "not an IdNat_Struct")
        }
        attribute::STATE if !is_department(text) => fail("igc-1.7-department", "not `Label (code)`"),
        attribute::COMMON_NAME => match expectation.common_name {
            CommonName::Professional if !is_professional(text) => {
                fail("igc-1.7-professional-identifier", "not the IdNat_PS of a professional")
            }
            CommonName::Employee if !is_employee(text) => {
                fail("igc-1.7-employee-identifier", "not the IdNat_PS of an employee (3, FINESS, /, number)")
            }
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}

/// RFC 5280 appendix A.1, "Upper Bounds", in characters.
fn upper_bound(kind: &[u8]) -> usize {
    match kind {
        attribute::COUNTRY => 2,
        attribute::STATE => 128,
        attribute::SURNAME | attribute::GIVEN_NAME => 32_768,
        _ => 64,
    }
}

/// Bidirectional controls, zero-width characters, soft hyphen, line separators, byte order mark, tags,
/// and what Unicode keeps without meaning.
fn reorders(character: char) -> bool {
    matches!(character,
        '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFD}' | '\u{E000}'..='\u{F8FF}'
        | '\u{FDD0}'..='\u{FDEF}' | '\u{E0000}'..='\u{E0FFF}' | '\u{F0000}'..)
        || u32::from(character) & 0xFFFE == 0xFFFE
}

fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|octet| octet.is_ascii_uppercase())
}

/// `Paris (75)`, `Corse-du-Sud (2A)`, `La Réunion (974)`.
fn is_department(text: &str) -> bool {
    let Some((label, code)) = text.strip_suffix(')').and_then(|text| text.rsplit_once(" (")) else {
        return false;
    };
    !label.is_empty() && (2..=3).contains(&code.len()) && code.bytes().all(capital_or_digit)
}

/// §2.2: the kind of identifier, then the identifier.
fn is_structure(text: &str) -> bool {
    let Some((kind, identifier)) = text.split_at_checked(1) else { return false };
    let digits = identifier.bytes().all(|octet| octet.is_ascii_digit());
    match kind {
        "0" => identifier.len() == 11 && identifier.bytes().all(capital_or_digit),
        "1" => is_finess(identifier),
        "2" => digits && identifier.len() == 9,
        "3" | "4" => digits && identifier.len() == 14,
        _ => false,
    }
}

/// §2.1: 8 and an RPPS number (11 digits), or 0 and an ADELI number (9, letters in the department and in tests).
fn is_professional(text: &str) -> bool {
    match text.split_at_checked(1) {
        Some(("8", rpps)) => rpps.len() == 11 && rpps.bytes().all(|octet| octet.is_ascii_digit()),
        Some(("0", adeli)) => adeli.len() == 9 && adeli.bytes().all(capital_or_digit),
        _ => false,
    }
}

/// §2.1: 3, FINESS, `/`, a local number.
fn is_employee(text: &str) -> bool {
    text.strip_prefix('3').and_then(|rest| rest.split_once('/')).is_some_and(|(finess, local)| {
        is_finess(finess) && !local.is_empty() && local.bytes().all(capital_or_digit)
    })
}

fn is_finess(text: &str) -> bool {
    text.len() == 9 && text.bytes().all(capital_or_digit)
}

fn capital_or_digit(octet: u8) -> bool {
    octet.is_ascii_uppercase() || octet.is_ascii_digit()
}
