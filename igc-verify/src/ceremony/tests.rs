use super::*;

/// Label, profile and issuer of what a file names.
fn named(text: &str) -> Vec<(String, String, String)> {
    let ceremony = Ceremony::read(text.as_bytes());
    let line = |(label, one): (String, Planned)| (label, one.profile, one.issuer);
    ceremony.certificates.into_iter().map(line).collect()
}

#[test]
fn the_files_that_installations_begin_with_name_what_they_certify() {
    let has = |list: &[(String, String, String)], label: &str, profile: &str, issuer: &str| {
        let wanted = (label.to_owned(), profile.to_owned(), issuer.to_owned());
        assert!(list.contains(&wanted), "{label}: {list:?}");
    };
    let demo = named(include_str!("../../../hsm-config/ceremonies/demo.toml"));
    assert_eq!(demo.len(), 3 + 6 + 6 + 1);
    has(&demo, "ACR-EL", "root", "ACR-EL");
    has(&demo, "ACI-FO-PP", "issuing", "ACR-FO");
    has(&demo, "ocsp-ACI-FO-PP", "ocsp-responder", "ACI-FO-PP");
    has(&demo, "list-signer", "el-org-sign", "ACI-EL-ORG");
    let responders = named(include_str!("../../../hsm-config/ceremonies/ocsp-responders.toml"));
    assert_eq!(responders.len(), 6);
    has(&responders, "ocsp-ACI-FO-PP-responders-2027-q1", "ocsp-responder", "ACI-FO-PP");
    let later = named(include_str!("../../../hsm-config/ceremonies/issuing-authorities.toml"));
    has(&later, "list-signer-issuing-authorities", "el-org-sign", "ACI-EL-ORG");
    let rollover = named(include_str!("../../../hsm-config/ceremonies/rollover.toml"));
    has(&rollover, "ACI-FO-PP-2", "issuing", "ACR-FO");
    assert_eq!(named(include_str!("../../../hsm-config/ceremonies/end-of-authority.toml")), []);
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
