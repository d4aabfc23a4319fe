//! The extensions: which stand there, in which order and criticality, and what each one says.

pub(super) mod alt_name;
pub(super) mod basic_constraints;
pub(super) mod distribution_points;
pub(super) mod information_access;
pub(super) mod key_identifiers;
pub(super) mod key_usage;
pub(super) mod policies;
pub(super) mod private;
pub(super) mod sequence;
pub(super) mod url;
pub(super) mod usage_period;

pub use distribution_points::ShardUrls;

use super::Reading;
use super::certificate::Extension;
use super::finding::{Finding, Findings};
use super::oids::extension;
use super::reader::tag;

/// Judges the sequence of extensions, then each that the profile expects.
pub(super) fn check(reading: &Reading<'_>, findings: &mut Findings) {
    sequence::check(reading, findings);
    for expected in reading.expectation.extensions {
        if let Some(found) = reading.tbs.extension(expected.id)
            && let Err(finding) = judge(found, reading)
        {
            findings.push(finding);
        }
    }
}

fn judge(found: &Extension<'_>, reading: &Reading<'_>) -> Result<(), Finding> {
    let value = &found.value;
    match found.id {
        extension::BASIC_CONSTRAINTS => basic_constraints::check(value, reading.expectation.role),
        extension::SUBJECT_KEY_IDENTIFIER => key_identifiers::check_subject(value, reading),
        extension::AUTHORITY_KEY_IDENTIFIER => key_identifiers::check_authority(value, reading),
        extension::KEY_USAGE => key_usage::check(value, reading),
        extension::EXTENDED_KEY_USAGE => key_usage::check_extended(value, reading.expectation),
        extension::CERTIFICATE_POLICIES => policies::check(value, reading),
        extension::PRIVATE_KEY_USAGE_PERIOD => usage_period::check(value, reading.validity),
        extension::SUBJECT_ALT_NAME => alt_name::check(value, reading),
        extension::CRL_DISTRIBUTION_POINTS => {
            let declared = distribution_points::Declared {
                attribute: "certificaterevocationlist;binary",
                shard: reading.shard.map(|shard| shard.crl),
                whole: reading.declared.map(|all| (all.crl.as_str(), all.directory_crl.as_str())),
            };
            distribution_points::check(value, "cRLDistributionPoints", &declared)
        }
        extension::FRESHEST_CRL => {
            let declared = distribution_points::Declared {
                attribute: "deltarevocationlist;binary",
                shard: reading.shard.map(|shard| shard.delta_crl),
                whole: reading.declared.map(|all| (all.delta_crl.as_str(), all.directory_delta_crl.as_str())),
            };
            distribution_points::check(value, "freshestCRL", &declared)
        }
        extension::AUTHORITY_INFO_ACCESS => information_access::check(value, reading.declared),
        extension::OCSP_NO_CHECK if !value.is(tag::NULL) => {
            Err(Finding::new("rfc6960-4.2.2.2.1-nocheck", value.offset, "id-pkix-ocsp-nocheck: NULL"))
        }
        extension::PRODUCT_CATEGORY => private::check_category(value, reading),
        extension::PRODUCT_TYPE => private::check_type(value, reading.expectation),
        extension::TOKEN_IDENTIFIER => private::check_token(value, reading),
        extension::PROFESSION => private::check_profession(value, reading),
        extension::FUTURE_PROFESSION => private::check_future_profession(value, reading),
        _ => Ok(()),
    }
}
