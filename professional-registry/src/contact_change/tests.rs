use super::*;
use crate::extract::Form;

#[test]
fn telephone_and_email_stand_where_the_restricted_form_has_them() {
    let kept = |place: usize| Form::RESTRICTED.columns[Form::RESTRICTED.kept[place]];
    assert_eq!(
        [kept(TELEPHONE), kept(EMAIL)],
        ["Téléphone (coord. correspondance)", "Adresse e-mail (coord. correspondance)"]
    );
}

#[test]
fn of_who_has_left_the_contact_stays_and_nothing_else() {
    let cells = ["DURAND", "Élise", "01/01/1970", "", "", "", "", "0102030405", "elise@exemple.fr", "MME"];
    let before = serde_json::to_string(&[cells, cells]).unwrap();
    let after = contact_alone(&before);
    assert_eq!(after, r#"[["","","","","","","","0102030405","elise@exemple.fr",""]]"#);
    assert!(!differs(&before, &after), "and it is what it was");
    assert_eq!(contact_alone("{"), EMPTIED);
}

#[test]
fn a_change_is_of_the_telephone_or_of_the_email_and_of_nothing_else() {
    let line = |name: &str, telephone: &str, email: &str| {
        let cells = [name, "", "", "", "", "", "", telephone, email];
        serde_json::to_string(&[cells]).unwrap()
    };
    let before = line("DURAND", "0102030405", "elise@exemple.fr");
    for (after, changed) in [
        (before.clone(), false),
        (line("MARTIN", "0102030405", "elise@exemple.fr"), false),
        (line("DURAND", "0699999999", "elise@exemple.fr"), true),
        (line("DURAND", "0102030405", "voleur@exemple.fr"), true),
        (line("DURAND", "0102030405", ""), true),
        (line("DURAND", "0699999999", "voleur@exemple.fr"), true),
        ("[]".to_owned(), true),
        ("{".to_owned(), false),
    ] {
        assert_eq!(differs(&before, &after), changed, "{after}");
    }
    assert!(differs(&line("", "", ""), &line("", "", "elise@exemple.fr")));
}
