use std::error::Error;

use super::*;

#[test]
fn an_unknown_key_is_refused_with_its_line() {
    let text = Identity::DEMO.replace("test_bit = true", "test_bit = true\ncolour = \"blue\"");
    let error = Identity::parse(&text).unwrap_err();
    let line = text.lines().position(|line| line.starts_with("colour")).unwrap() + 1;
    let said = error.to_string();
    assert!(said.contains(&format!("line {line}")) && said.contains("colour"), "{said}");
    assert_eq!(error.code(), faults::IDENTITY_INVALID);
    assert!(error.source().is_some());
}

#[test]
fn a_demo_says_so_in_every_name_and_carries_the_test_bit() {
    for (from, to) in [("prefix = \"DEMO \"", "prefix = \"\""), ("test_bit = true", "test_bit = false")] {
        let changed = Identity::DEMO.replace(from, to);
        assert_ne!(changed, Identity::DEMO);
        assert!(matches!(Identity::parse(&changed), Err(IdentityError::Rule { .. })), "{to}");
        Identity::parse(&changed.replace("kind = \"demo\"", "kind = \"operator\"")).unwrap();
    }
}

#[test]
fn the_reference_is_refused_and_the_others_are_not() {
    let as_kind = |kind| Identity::parse(&Identity::DEMO.replace("kind = \"demo\"", kind)).unwrap();
    let refused = as_kind("kind = \"reference\"").refuse_reference().unwrap_err();
    assert_eq!(refused.code(), faults::IDENTITY_REFERENCE);
    as_kind("kind = \"operator\"").refuse_reference().unwrap();
    as_kind("kind = \"demo\"").refuse_reference().unwrap();
}

#[test]
fn bad_values_name_their_field() {
    let too_long = "X".repeat(65);
    for (from, to, named) in [
        ("country = \"FR\"", "country = \"fr\"", "authorities.country"),
        (
            "organisation = \"DEMO IGC SANTE LIBRE\"",
            &format!("organisation = \"{too_long}\""),
            "authorities.organisation",
        ),
        ("ACR-EL = \"AC", &format!("ACR-EL = \"{too_long}AC"), "authorities.common_names.ACR-EL"),
        ("ACR-EL = \"AC", "acr_el = \"AC", "authorities.common_names.acr_el"),
        ("upn_suffix = \"carte-cps.home.arpa\"", "upn_suffix = \"carte cps\"", "cards.upn_suffix"),
        ("issuer_number = \"8025099999\"", "issuer_number = \"802509999\"", "ten digits"),
        ("default = \"1.3", "default = \"3.25", "not an object identifier"),
        ("{id}-delta.crl", "{name}-delta.crl", "braces hold"),
        ("http://localhost:8080/ocsp", "https://localhost:8080/ocsp", "begins with http://"),
        ("http://localhost:8080/ocsp", "http://localhost:8080/o csp", "at byte 23"),
        ("[cards]", "[serial_prefixes]\nACI-XX = \"2A00000000000001\"\n[cards]", "serial_prefixes.ACI-XX"),
        ("[cards]", "[serial_prefixes]\nACI-FO-PP = \"FA00000000000001\"\n[cards]", "begins with 01 to 7F"),
        (
            "[cards]",
            "[serial_prefixes]\nACI-FO-PP = \"2A00000000000001\"\nACI-ST-PP = \"2A00000000000001\"\n[cards]",
            "another authority has it too",
        ),
    ] {
        let changed = Identity::DEMO.replace(from, to);
        assert_ne!(changed, Identity::DEMO, "{from}");
        let said = Identity::parse(&changed).unwrap_err().to_string();
        assert!(said.contains(named), "{to}: {said}");
    }
}

#[test]
fn a_later_generation_has_a_name_of_its_own() {
    let names = Identity::demo().authorities;
    assert_eq!(names.common_name("ACI-FO-PP").unwrap(), "DEMO AC IGC-SANTE-LIBRE FORT PERSONNES");
    assert_eq!(names.common_name("ACI-FO-PP-2").unwrap(), "DEMO AC IGC-SANTE-LIBRE FORT PERSONNES 2");
    for nobody in ["ACI-FO", "ACI-FO-PP-1", "ACI-FO-PP-02", "ACI-FO-PP-", "ACI-FO-PP-2-2", ""] {
        assert_eq!(names.common_name(nobody), None, "{nobody}");
    }
}

#[test]
fn object_identifiers_are_encoded_as_x690_says() {
    let content = |dotted: &str| Oid::parse(dotted).map(|oid| hex::encode_upper(oid.content()));
    // X.690 §8.19.5, the example of the standard.
    assert_eq!(content("2.999.3").unwrap(), "883703");
    // From a real certificate (domain.md §1.4).
    assert_eq!(content("1.2.250.1.213.1.7.1.1.2.5.1").unwrap(), "2A817A01815501070101020501");
    assert_eq!(content("2.5.29.32.0").unwrap(), "551D2000");
    assert_eq!(content("0.39").unwrap(), "27");
}

#[test]
fn an_object_identifier_reads_back_what_openssl_prints() {
    for dotted in
        ["1.3.6.1.4.1.32473.2.3.1.1.1", "1.2.250.1.71.1.2.5", "2.100.0.127.128", "2.2147483647.2147483647"]
    {
        let oid = Oid::parse(dotted).unwrap();
        let der = [&[0x06, oid.content().len() as u8], oid.content()].concat();
        let read = openssl::asn1::Asn1Object::from_str(dotted).unwrap();
        assert_eq!(read.as_slice(), oid.content(), "{dotted}: {}", hex::encode(der));
    }
}

#[test]
fn texts_that_are_no_object_identifier_are_refused() {
    let too_many = ["1"; 33].join(".");
    for bad in ["", "1", "1.", ".1", "1..2", "1.40", "3.1", "01.2", "1.2.a", "1.2.-3", "1.2.+3", &too_many] {
        assert!(Oid::parse(bad).is_err(), "{bad}");
    }
}

/// A certificate with such a policy is one that Go programs built before 1.22 cannot even read.
#[test]
fn an_arc_that_readers_in_wide_use_stop_at_is_refused() {
    for large in
        ["1.2.2147483648", "2.25.112333727369101639731745459145709949152.1", "1.2.99999999999999999999.3"]
    {
        let refused = Oid::parse(large).unwrap_err().to_string();
        assert!(refused.contains("refuse the whole certificate"), "{large}: {refused}");
    }
}

#[test]
fn common_names_are_escaped_twice_in_a_directory_url() {
    let template = UrlTemplate::parse("ldap://host.home.arpa/cn={cn},ou={parent_cn}?x?base").unwrap();
    let authority = AuthorityInUrl {
        short_name: "ACI",
        common_name: "AC, Santé",
        parent_common_name: "A+B",
        shard: None,
    };
    assert_eq!(
        template.fill(&authority),
        "ldap://host.home.arpa/cn=AC%5C%2C%20Sant%C3%A9,ou=A%5C%2BB?x?base"
    );
}

#[test]
fn malformed_templates_are_refused_at_their_byte() {
    for (bad, position) in
        [("http://h/{", 9), ("http://h/}", 9), ("http://h/{id}{", 13), ("http://h/{ID}", 9)]
    {
        assert_eq!(UrlTemplate::parse(bad), Err(BadUrlTemplate::Placeholder(position)), "{bad}");
    }
    assert_eq!(UrlTemplate::parse("http://h/é"), Err(BadUrlTemplate::Character(9)));
    assert_eq!(UrlTemplate::parse(&format!("http://{}", "h".repeat(1024))), Err(BadUrlTemplate::Length));
    assert_eq!(UrlTemplate::parse("ftp://h/"), Err(BadUrlTemplate::Scheme));
}
