//! CertificatePolicies (RFC 5280 §4.2.1.4).

use super::super::Reading;
use super::super::finding::Finding;
use super::super::oids::{dotted, value};
use super::super::reader::{Element, tag};
use super::url;

/// The one policy that is declared for the profile, with the URL of the practice statement; anyPolicy for authorities
/// and for them alone (§1.1, §1.4). Whoever relies on a certificate reads in it what it was given for.
pub(super) fn check(policies: &Element<'_>, reading: &Reading<'_>) -> Result<(), Finding> {
    let authority = reading.expectation.role.is_authority();
    let declared = reading.declared.map(|all| (all.policy(reading.profile), all.practice_statement()));
    let mut seen: Vec<&[u8]> = Vec::new();
    let mut reader = policies.must_be(tag::SEQUENCE, "certificatePolicies")?.reader();
    while !reader.at_end() {
        let information = reader.expect(tag::SEQUENCE, "PolicyInformation")?;
        let (id, statement) = policy(&information)?;
        let fail = |rule, message: String| Err(Finding::new(rule, information.offset, message));
        if seen.contains(&id) {
            let message = format!("certificatePolicies: {} stands twice", dotted(id));
            return fail("rfc5280-4.2.1.4-policy-repeated", message);
        }
        if (id == value::ANY_POLICY) != authority {
            let message = "certificatePolicies: anyPolicy is for authorities, and they have no other";
            return fail("igc-1.4-any-policy", message.into());
        }
        if let Some((declared, practice_statement)) = declared {
            if !authority && dotted(id) != declared {
                let message = format!("certificatePolicies: {}, where {declared} is declared", dotted(id));
                return fail("igc-1.4-policy", message);
            }
            if statement != practice_statement {
                return fail(
                    "igc-1.4-practice-statement",
                    format!("CPSuri: {practice_statement} is declared"),
                );
            }
        }
        seen.push(id);
    }
    if seen.is_empty() {
        let message = "certificatePolicies: one policy at least";
        return Err(Finding::new("rfc5280-4.2.1.4-policy-missing", policies.offset, message));
    }
    Ok(())
}

/// PolicyInformation ::= SEQUENCE { OID, SEQUENCE OF { id-qt-cps, IA5String } }: both.
fn policy<'a>(information: &Element<'a>) -> Result<(&'a [u8], &'a str), Finding> {
    let missing = |at: usize| {
        Finding::new("igc-1.4-cps-qualifier", at, "certificatePolicies: one qualifier is required, a CPS URL")
    };
    let mut fields = information.reader();
    let id = fields.expect(tag::OID, "policyIdentifier")?;
    let qualifiers = fields.optional(tag::SEQUENCE, "policyQualifiers")?;
    fields.finish("PolicyInformation")?;
    let mut qualifiers = qualifiers.ok_or_else(|| missing(information.offset))?.reader();
    let mut qualifier = qualifiers.expect(tag::SEQUENCE, "PolicyQualifierInfo")?.reader();
    let kind = qualifier.expect(tag::OID, "policyQualifierId")?;
    if kind.content != value::CPS_QUALIFIER || !qualifiers.at_end() {
        return Err(missing(kind.offset));
    }
    let cps = qualifier.expect(tag::IA5_STRING, "CPSuri")?;
    qualifier.finish("PolicyQualifierInfo")?;
    Ok((id.content, url::read(&cps, &["http", "https"], "CPSuri")?))
}
