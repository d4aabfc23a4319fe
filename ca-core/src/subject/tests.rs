use super::*;

#[test]
fn texts_that_hide_or_reorder_are_refused_where_they_do() {
    for character in [
        '\0',
        '\n',
        '\u{7F}',
        '\u{85}',
        '\u{200B}',
        '\u{202E}',
        '\u{2066}',
        '\u{FEFF}',
        '\u{FFFF}',
        '\u{E0041}',
    ] {
        let text = format!("AB{character}C");
        assert_eq!(name_text(&text, 64), Err(BadText::Character { position: 3, character }), "{character:?}");
    }
}

#[test]
fn names_as_people_have_them_are_accepted() {
    for name in [
        "Côte-d'Or (21)",
        "Masseur-Kinésithérapeute",
        "N'GUYỄN ÉLÉONORE",
        "Łukasz",
        "王小明",
        "D’Arc",
        "Ægir & Fils",
    ] {
        assert_eq!(name_text(name, 64), Ok(name));
    }
}

#[test]
fn lengths_are_counted_in_characters_and_not_in_octets() {
    let sixty_four = "é".repeat(64);
    assert_eq!(name_text(&sixty_four, 64), Ok(sixty_four.as_str()));
    assert_eq!(name_text(&"é".repeat(65), 64), Err(BadText::TooLong { characters: 65, most: 64 }));
}

#[test]
fn spaces_around_a_text_are_dropped_and_nothing_else_is_empty() {
    assert_eq!(name_text("  HOPITAL ", 64), Ok("HOPITAL"));
    assert_eq!(name_text("   ", 64), Err(BadText::Empty));
    assert_eq!(name_text("", 64), Err(BadText::Empty));
}

#[test]
fn host_names_have_the_form_of_rfc_1034() {
    let label = "a".repeat(63);
    for good in ["a.b", "api.dossier.home.arpa", "x1-2.home.arpa", &format!("{label}.fr")] {
        assert_eq!(check_dns_name(good), Ok(()), "{good}");
    }
    let long = [label.as_str(); 4].join(".") + ".fr";
    for bad in [
        "",
        ".",
        "a..b",
        "-a.fr",
        "a-.fr",
        "*.a.fr",
        "a b.fr",
        "a_b.fr",
        "é.fr",
        "a.fr.",
        &format!("{label}a.fr"),
        &long,
    ] {
        assert!(check_dns_name(bad).is_err(), "{bad}");
    }
}

#[test]
fn addresses_have_a_local_part_and_a_host() {
    for good in ["a@b.fr", "cecile.o'neil+x@home.arpa", "30B0057881/CPET0002@carte-cps.home.arpa"] {
        assert_eq!(check_email_address(good), Ok(()), "{good}");
    }
    let long = format!("{}@b.fr", "a".repeat(65));
    for bad in [
        "",
        "a",
        "@b.fr",
        "a@",
        "a@b..fr",
        ".a@b.fr",
        "a..b@b.fr",
        "\"a\"@b.fr",
        "a@b@c.fr",
        "é@b.fr",
        "a@b.fr\0",
        &long,
    ] {
        assert!(check_email_address(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_fact_of_several_values_is_no_single_text() {
    let facts = Facts::new().with_all(Fact::DnsNames, ["a.fr", "b.fr"]).with(Fact::ServiceName, "a.fr");
    assert_eq!(facts.text(Fact::DnsNames), None);
    assert_eq!(facts.texts(Fact::DnsNames).len(), 2);
    assert_eq!(facts.text(Fact::ServiceName), Some("a.fr"));
    assert!(facts.texts(Fact::Title).is_empty());
}

#[test]
fn facts_read_back_what_they_write() {
    let facts =
        Facts::new().with_all(Fact::DnsNames, ["a.fr"]).with(Fact::NationalIdentifier, "899700000123");
    let json = serde_json::to_string(&facts).unwrap();
    assert_eq!(json, r#"{"national-identifier":"899700000123","dns-names":["a.fr"]}"#);
    assert_eq!(serde_json::from_str::<Facts>(&json).unwrap(), facts);
}

#[test]
fn a_persons_name_is_counted_in_capital_letters_too() {
    assert_eq!(check_person_name(&"é".repeat(64)), Ok(()));
    let sharp = format!("{}ß", "e".repeat(63));
    assert_eq!(check_person_name(&sharp), Err(BadText::TooLong { characters: 65, most: 64 }));
    assert_eq!(check_person_name(""), Err(BadText::Empty));
    assert!(matches!(check_person_name("A\u{200B}B"), Err(BadText::Character { position: 2, .. })));
}
