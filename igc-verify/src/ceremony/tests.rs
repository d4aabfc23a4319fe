use super::*;

/// Label, profile and issuer of what a file names.
fn named(text: &str) -> Vec<(String, String, String)> {
    let ceremony = Ceremony::read(text.as_bytes());
    let line = |(label, one): (String, Planned)| (label, one.profile, one.issuer);
    ceremony.certificates.into_iter().map(line).collect()
}

#[test]
fn a_file_names_what_it_certifies_by_the_labels_of_its_keys() {
    let file = |kind: &str| {
        format!(
            r#"
            name = "later"
            kind = "{kind}"
            root = [{{ short_name = "ACR-FO" }}] # as TOML lets one write it
            [[issuing]]
            short_name = "ACI-FO-PP-2"
            parent = "ACR-FO"
            responder = {{ token = "status", key = "P-256" }}
            [[responder]]
            authority = "ACI-FO-PP"
            [list_signer]
            authority = "ACI-EL-ORG"
            profile = "el-org-sign"
            facts.department = "Paris (75)"
            facts.organisation-name = "DEMO"
            facts.structure-identifier = "300000000000000"
            facts.service-name = 'LISTES'
            "#
        )
    };
    let line = |(label, profile, issuer): (&str, &str, &str)| {
        (label.to_owned(), profile.to_owned(), issuer.to_owned())
    };
    let with = |lists| {
        [
            ("ACI-FO-PP-2", "issuing", "ACR-FO"),
            ("ACR-FO", "root", "ACR-FO"),
            (lists, "el-org-sign", "ACI-EL-ORG"),
            ("ocsp-ACI-FO-PP-2", "ocsp-responder", "ACI-FO-PP-2"),
            ("ocsp-ACI-FO-PP-later", "ocsp-responder", "ACI-FO-PP"),
        ]
        .map(line)
    };
    assert_eq!(named(&file("installation")), with("list-signer"));
    assert_eq!(named(&file("issuing-authority")), with("list-signer-later"));
    assert_eq!(named("name = \"end\"\nkind = \"end-of-authority\"\n[[end]]\nshort_name = \"ACI-EL-PP\""), []);
}

#[test]
fn a_file_that_does_not_read_names_nothing() {
    let root = "name = \"x\"\nkind = \"root\"\n[[root]]\nshort_name = \"ACR-EL\"\n";
    assert_eq!(named(root).len(), 1);
    for hostile in [
        "name = ",
        "root = 5",
        "[[root]]\nname = \"no short name\"",
        &format!("{root}[[root]]\nshort_name = \"ACR-EL\""),
        &format!(
            "{root}[list_signer]\nauthority = \"A\"\nprofile = \"fo-pp-cps-auth\"\n[list_signer.facts]\n"
        ),
    ] {
        assert_eq!(named(hostile), [], "{hostile}");
    }
}
