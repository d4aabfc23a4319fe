//! The subject's distinguished name: its layout, its string types, the characters and forms of its values.

use super::declared::Declarations;
use super::expectations::{CommonName, Expectation, Layout, Role};
use super::finding::{Finding, Findings};
use super::oids::{attribute, dotted};
use super::reader::{Element, tag};

/// One AttributeTypeAndValue.
struct Attribute<'a> {
    kind: &'a [u8],
    value: Element<'a>,
}

/// The values of a subject, in the order of its attributes: those that are well formed, for the rules that compare them.
#[derive(Default)]
pub(super) struct Subject<'a> {
    values: Vec<(&'a [u8], &'a str)>,
    /// Whether every one is well formed.
    whole: bool,
}

impl<'a> Subject<'a> {
    pub(super) fn common_name(&self) -> Option<&'a str> {
        self.value(attribute::COMMON_NAME)
    }

    pub(super) fn title(&self) -> Option<&'a str> {
        self.value(attribute::TITLE)
    }

    fn value(&self, kind: &[u8]) -> Option<&'a str> {
        self.values.iter().find(|(other, _)| *other == kind).map(|(_, value)| *value)
    }
}

/// Judges the subject by itself.
pub(super) fn check<'a>(
    subject: &Element<'a>,
    expectation: &Expectation,
    findings: &mut Findings,
) -> Subject<'a> {
    let mut values = Subject::default();
    let Some(name) = findings.keep(read(subject)) else { return values };
    if name.is_empty() {
        findings.add("rfc5280-4.1.2.6-subject-empty", subject.offset, "subject: empty");
        return values;
    }
    if !follows(&name, expectation.subject) {
        let message = format!("subject: laid out as {}", shape(&name));
        findings.add("igc-1.7-subject-layout", subject.offset, message);
        return values;
    }
    values.whole = true;
    for attribute in name.iter().flatten() {
        let Some(text) = findings.keep(text(attribute)) else {
            values.whole = false;
            return values;
        };
        match findings.keep(judge(attribute, text, expectation)) {
            Some(()) => values.values.push((attribute.kind, text)),
            None => values.whole = false,
        }
    }
    values
}

/// Holds the subject against what is declared: the whole name of an authority (`authority` is its short name) and of a
/// responder, the country of everybody else (§1.7). What is not well formed was found by [`check`].
pub(super) fn check_declared(
    name: &Element<'_>,
    subject: &Subject<'_>,
    role: Role,
    declared: Option<&Declarations>,
    authority: Option<&str>,
    findings: &mut Findings,
) {
    if !subject.whole {
        return;
    }
    if role == Role::EndEntity {
        if subject.value(attribute::COUNTRY) != Some(COUNTRY) {
            findings.add("igc-1.7-country", name.offset, format!("C: {COUNTRY} is required"));
        }
        return;
    }
    let Some(declared) = declared else { return };
    let common_name = match role {
        Role::Responder => Some(declared.responder.clone()),
        _ => authority.and_then(|short_name| declared.common_name(short_name)),
    };
    let Some(common_name) = common_name else {
        let message = "subject: of no authority that the identity names";
        findings.add("igc-lint-authority-unnamed", name.offset, message);
        return;
    };
    let required = declared.name(&common_name);
    if !subject.values.iter().map(|(_, value)| *value).eq(required.iter().map(String::as_str)) {
        let message = format!("subject: {} is required", required.join(", "));
        findings.add("igc-1.1-declared-name", name.offset, message);
    }
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

fn follows(name: &[Vec<Attribute<'_>>], layout: Layout) -> bool {
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
        attribute::PSEUDONYM => "pseudonym",
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
        attribute::TITLE if expectation.common_name == CommonName::Service && text != TITLE_OF_A_SERVICE => {
            fail("igc-1.7-service-title", TITLE_OF_A_SERVICE)
        }
        attribute::PSEUDONYM if !is_pseudonym(text) => {
            fail("igc-1.7-pseudonym", "EMPLOYE and nine digits are required")
        }
        attribute::COMMON_NAME => match wrong_common_name(text, expectation.common_name) {
            Some((rule, message)) => fail(rule, message),
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

/// §1.7, §2.1: the rule that the CN breaks, and what it must be.
fn wrong_common_name(text: &str, form: CommonName) -> Option<(&'static str, &'static str)> {
    let (holds, rule, message) = match form {
        CommonName::Free | CommonName::Host => return None,
        CommonName::Professional => {
            (is_professional(text), "igc-1.7-professional-identifier", "not the IdNat_PS of a professional")
        }
        CommonName::Employee => (
            is_employee(text),
            "igc-1.7-employee-identifier",
            "not the IdNat_PS of an employee (3, FINESS, /, number)",
        ),
        CommonName::Service => (
            is_employee(text) && text.rsplit_once('/').is_some_and(|(_, local)| digits(local, 9)),
            "igc-1.7-service-identifier",
            "not the IdNat_PS of a service's card (3, FINESS, /, nine digits)",
        ),
        CommonName::Authorised => (
            is_authorised(text),
            "igc-1.7-authorised-identifier",
            "not the IdNat_PS of an authorised structure's staff (5, SIRET, /, number)",
        ),
        CommonName::Attached => (
            is_employee(text) || is_authorised(text),
            "igc-1.7-attached-identifier",
            "not the IdNat_PS of a person attached to a structure (3 or 5)",
        ),
        CommonName::CardNumber => (digits(text, 10), "igc-1.8-card-number", "not the ten digits of a card"),
    };
    (!holds).then_some((rule, message))
}

/// §1.7: of every end entity, whatever the country of its authorities.
const COUNTRY: &str = "FR";

/// §1.7: what the card of a service bears.
const TITLE_OF_A_SERVICE: &str = "Carte de service santé ou social";

/// RFC 5280 appendix A.1, "Upper Bounds", in characters.
fn upper_bound(kind: &[u8]) -> usize {
    match kind {
        attribute::COUNTRY => 2,
        attribute::STATE | attribute::PSEUDONYM => 128,
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
    match kind {
        "0" => identifier.len() == 11 && identifier.bytes().all(capital_or_digit),
        "1" => is_finess(identifier),
        "2" => digits(identifier, 9),
        "3" | "4" => digits(identifier, 14),
        _ => false,
    }
}

/// §2.1: 8 and an RPPS number (11 digits), or 0 and an ADELI number (9, letters in the department and in tests).
fn is_professional(text: &str) -> bool {
    match text.split_at_checked(1) {
        Some(("8", rpps)) => digits(rpps, 11),
        Some(("0", adeli)) => adeli.len() == 9 && adeli.bytes().all(capital_or_digit),
        _ => false,
    }
}

/// §2.1: 3, FINESS, `/`, a local number.
fn is_employee(text: &str) -> bool {
    text.strip_prefix('3')
        .and_then(|rest| rest.split_once('/'))
        .is_some_and(|(finess, local)| is_finess(finess) && is_local_number(local))
}

/// §2.1: 5, SIRET, `/`, a local number.
fn is_authorised(text: &str) -> bool {
    text.strip_prefix('5')
        .and_then(|rest| rest.split_once('/'))
        .is_some_and(|(siret, local)| digits(siret, 14) && is_local_number(local))
}

fn is_local_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(capital_or_digit)
}

/// §1.7: `EMPLOYEnnnnnnnnn`.
fn is_pseudonym(text: &str) -> bool {
    text.strip_prefix("EMPLOYE").is_some_and(|number| digits(number, 9))
}

fn digits(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|octet| octet.is_ascii_digit())
}

fn is_finess(text: &str) -> bool {
    text.len() == 9 && text.bytes().all(capital_or_digit)
}

fn capital_or_digit(octet: u8) -> bool {
    octet.is_ascii_uppercase() || octet.is_ascii_digit()
}
