//! The lint against certificates assembled byte by byte (never by the builder), and against real ones.

mod bad_declared;
mod bad_encoding;
mod bad_extensions;
mod bad_fields;
mod bad_key;
mod bad_names_and_urls;
mod bad_subject;
mod coverage;
mod crl;
mod der;
mod good;
mod hostile;
mod keys_of_profiles;
mod pieces;
mod real;
mod specimen;

use super::check_certificate;
use specimen::Specimen;

/// One fault, and the one rule that must stop it.
struct Bad {
    rule: &'static str,
    of: fn() -> Specimen,
    fault: fn(&mut Specimen),
}

/// The good specimen passes; with the fault, exactly the one rule speaks.
fn each_is_stopped_by_its_own_rule(table: &[Bad]) {
    for bad in table {
        let mut specimen = (bad.of)();
        assert_eq!(check_certificate(&specimen.tbs(), &specimen.context()), [], "good before: {}", bad.rule);
        (bad.fault)(&mut specimen);
        let mut rules: Vec<_> = check_certificate(&specimen.tbs(), &specimen.context());
        rules.dedup_by_key(|finding| finding.rule);
        let names: Vec<_> = rules.iter().map(|finding| finding.rule).collect();
        assert_eq!(names, [bad.rule], "{rules:#?}");
    }
}
