use super::*;

#[test]
fn the_identifier_of_a_structure_follows_from_its_technical_number_where_that_says_it() {
    let cases = [
        ("F0B0193488", "10B0193488", true, true),
        ("F0B0193488", "10B0193496", false, false),
        ("F0B0193488", "318751275100020", true, false),
        ("C18751275100020", "318751275100020", true, true),
        ("C18751275100020", "318751275100021", false, false),
        // The register may know it by FINESS too, and numbers some structures itself.
        ("C18751275100020", "10B0193488", true, false),
        ("R1000", "10B0193488", true, false),
        ("R1000", "318751275100020", true, false),
        ("R1000", "899700000123", false, false),
        ("", "", false, false),
    ];
    for (number, identifier, allowed, said) in cases {
        let content = Content::Structure(number.to_owned());
        assert_eq!(content.allows(identifier), allowed, "{number} {identifier}");
        assert_eq!(says(number, identifier), said, "{number} {identifier}");
    }
}

/// What is taken on the register's word where this structure is certified as this.
fn by_register(number: &str, identifier: &str) -> Result<Option<ByRegister>, String> {
    let wanted = Wanted { subject: structure(number), ..Wanted::default() };
    let subject = vec![(tbs::STATE, "Paris (75)"), (tbs::ORGANISATION, "HOPITAL"), (tbs::UNIT, identifier)];
    wanted.check_subject(&subject)
}

#[test]
fn what_nobody_signed_of_a_structure_is_said() {
    assert_eq!(by_register("F0B0193488", "10B0193488"), Ok(None));
    let said = by_register("R1000", "10B0193488").unwrap();
    assert_eq!(said, Some(("R1000".to_owned(), "10B0193488".to_owned())));
    let found = by_register("F0B0193488", "10B0193496").unwrap_err();
    assert!(found.starts_with("structure F0B0193488 was decided on"), "{found}");
}

#[test]
fn a_name_is_the_same_in_capitals_and_without_spaces_around_it() {
    let content = Content::Text(" Lefèvre-Noël ".to_owned());
    for (text, allowed) in
        [("LEFÈVRE-NOËL", true), ("Lefèvre-Noël", true), ("LEFEVRE-NOEL", false), ("LEFÈVRE", false)]
    {
        assert_eq!(content.allows(text), allowed, "{text}");
    }
}

#[test]
fn a_corporate_name_may_be_cut_and_is_no_other() {
    let content = Content::CutOf("Une organisation".to_owned());
    for (text, allowed) in [("UNE ORGA", true), ("Une organisation", true), ("Une autre", false), ("", false)]
    {
        assert_eq!(content.allows(text), allowed, "{text}");
    }
}
