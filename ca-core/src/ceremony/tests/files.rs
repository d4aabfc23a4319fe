//! Ceremony files: what reads, and what is refused.

use super::{END, INSTALLATION, RESPONDERS, REVOKE, ROLLOVER, ROOT, ROOT_CRL, SHIPPED};
use crate::ceremony::{Ceremony, check};
use crate::identity::Identity;

#[test]
fn the_shipped_ceremonies_keep_every_rule() {
    for text in SHIPPED {
        check(&Ceremony::parse(text).unwrap(), &Identity::demo()).unwrap();
    }
}

#[test]
fn a_file_that_breaks_a_rule_is_refused_with_its_line() {
    let rules = [
        ("name = \"demo\"", "name = \"De mo\"", "line 4: name: must be"),
        ("identity = \"demo\"", "identity = \"operator\"", "line 7: identity: this file is not for"),
        ("\"ACR-ST\"\ntoken", "\"ACR-EL\"\ntoken", "short_name: stands twice"),
        ("\"ACI-ST-PP\"", "\"ACI-EL-PP\"", "short_name: stands twice"),
        ("\"ACI-ST-PP\"", "\"ACI-XX-PP\"", "the identity names no such authority"),
        ("parent = \"ACR-EL\"", "parent = \"ACI-EL-PP\"", "must be a root of this file"),
        (
            "key = \"P-384\"",
            "key = \"RSA-2048\"",
            "line 14: key: profile root allows no key of kind RSA-2048",
        ),
        ("less_days = 1", "less_days = 0", ""),
        ("{ years = 20, less_days = 1 }", "{ years = 21 }", "must not outlive that of the parent"),
        ("{ years = 20 }", "{ years = 0 }", "must be 1 to 40 years"),
        ("token = \"issuing\"", "token = \"roots\"", "holds the keys of roots, and no others"),
        ("token = \"issuing\"", "token = \"status\"", "and no others"),
        ("token = \"services\"", "token = \"status\"", "holds the keys of services, and no others"),
        ("token = \"status\"", "token = \"elsewhere\"", "must be one of `tokens`"),
        ("\"status\"]", "\"status\", \"status\"]", "tokens: stands twice"),
        ("\"status\"]", "\"status\", \"spare\"]", "no key is made in this token"),
        ("authority = \"ACI-EL-ORG\"", "authority = \"ACR-EL\"", "must be an issuing authority"),
        ("authority = \"ACI-EL-ORG\"", "authority = \"ACI-FO-PP\"", "does not issue profile el-org-sign"),
        ("\"el-org-sign\"", "\"el-org-nothing\"", "is no profile of this program"),
        ("valid_days = 365", "valid_days = 401", "must be 1 to 400 days"),
        ("ACI-ST-PP", "ACI-ST-PP-2", "a later generation is made by a ceremony of kind rollover"),
        ("\"installation\"", "\"root\"", "line 6: issuing: a ceremony of this kind does not have it"),
        ("\"installation\"", "\"rollover\"", "a ceremony of this kind does not have it"),
    ];
    for (from, to, expected) in rules {
        assert!(INSTALLATION.contains(from), "{from}");
        let ceremony = Ceremony::parse(&INSTALLATION.replacen(from, to, 1)).unwrap();
        match check(&ceremony, &Identity::demo()) {
            Ok(()) => assert_eq!(expected, "", "{to}"),
            Err(error) => {
                let message = error.to_string();
                assert!(!expected.is_empty() && message.contains(expected), "{to}: {message}");
                assert!(message.starts_with("ceremony file, line "), "{message}");
            }
        }
    }
}

#[test]
fn a_file_out_of_form_is_refused_with_its_line() {
    for (from, to) in [
        ("pins = \"generate\"", "pins = \"12345678\""),
        ("key = \"P-384\"", "key = \"P-521\""),
        ("years = 20 }", "years = 20, pin = \"1234\" }"),
        ("service-name", "surname"),
        ("[audit]", "[audits]"),
    ] {
        assert!(INSTALLATION.contains(from), "{from}");
        let message = Ceremony::parse(&INSTALLATION.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(message.contains("line "), "{message}");
    }
    assert!(Ceremony::parse(&"#".repeat(65 * 1024)).is_err());
}

#[test]
fn each_kind_has_its_own_rules() {
    for (file, from, to, expected) in [
        (ROLLOVER, "\"ACI-FO-PP-2\"", "\"ACI-FO-PP\"", "a rollover makes a later generation"),
        (ROLLOVER, "\"ACI-FO-PP-2\"", "\"ACI-FO-XX-2\"", "the identity names no such authority"),
        (ROOT_CRL, "of = [\"ACR-EL\", ", "of = [\"ACR-FO\", ", "stands twice"),
        (
            ROOT_CRL,
            "of = [\"ACR-EL\", \"ACR-ST\", \"ACR-FO\"]",
            "",
            "root_crls.of: a ceremony of this kind must have it",
        ),
        (
            END,
            "ACI-EL-PP",
            "ACI-EL-PP\"\nliving_certificates = \"leave\"\n[[end]]\nshort_name = \"ACI-EL-PP",
            "twice",
        ),
        (REVOKE, "\"cACompromise\"", "\"keyCompromise\"", "is a reason of end entities: cACompromise"),
        (REVOKE, "\"cACompromise\"", "\"stolen\"", "is not a revocation reason"),
        (REVOKE, "ACI-EL-PP\"\nreason", "ACR-EL\"\nreason", "stands twice"),
        (
            END,
            "[[end]]",
            "[[revoke]]\nauthority = \"ACI-EL-PP\"\nreason = \"superseded\"\n[[end]]",
            "revoke: a ceremony of this kind does not have it",
        ),
        (
            RESPONDERS,
            "key = \"P-256\"",
            "key = \"P-256\"\nrevoke_earlier = \"cACompromise\"",
            "is a reason of authorities: keyCompromise",
        ),
        (ROOT, "needed = 3", "needed = 1", "must be at least 2"),
        (ROOT, "needed = 3", "needed = 6", "at most as many as there are custodians"),
        (ROOT, "Deuxième", "Premier", "each once"),
        (ROOT, "token = \"roots\"\nneeded", "token = \"issuing\"\nneeded", "must be one of `tokens`"),
    ] {
        assert!(file.contains(from), "{from}");
        let at = file.rfind(from).unwrap();
        let text = format!("{}{to}{}", &file[..at], &file[at + from.len()..]);
        let refused = Ceremony::parse(&text).and_then(|ceremony| check(&ceremony, &Identity::demo()));
        let message = refused.expect_err(to).to_string();
        assert!(message.contains(expected), "{to}: {message}");
    }
}
