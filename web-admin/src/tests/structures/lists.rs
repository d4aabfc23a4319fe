//! A structure's list of staff: shown row by row, mended where it was typed, declared whole.

use registration_authority::staff;

use super::{House, address, structure};

/// Which list a page shows.
fn seen_in(page: &str) -> String {
    let (_, seen) = page.split_once("name=\"apercu\" value=\"").unwrap();
    seen.split('"').next().unwrap().to_owned()
}

#[actix_web::test]
async fn an_agent_mends_his_list_where_he_typed_it_and_declares_it_whole() {
    let mut house = House::new();
    house.structure("agent");
    let mut agent = house.browser("agent").await;
    let header = "identifiant_local;nom;prenom;fonction";
    let wrong = format!("{header}\nA1;LEROY;Anne;personnel\n42;;;service");
    let shown = agent.post(&address("/liste"), &[("liste", &wrong), ("declarer", "oui")]).await;
    assert_eq!(shown.status, 422);
    for text in ["Ligne 3", "identifiant_local", "A1;LEROY;Anne;personnel", "1 fausse."] {
        assert!(shown.says(text), "{text}: {}", shown.body);
    }
    assert_eq!(staff::list(&mut house.db, &structure(), "", 10).unwrap().len(), 2, "nobody was declared");
    let right = wrong.replace("42;", "000000042;");
    let shown = agent.post(&address("/liste"), &[("liste", &right)]).await;
    assert_eq!(shown.status, 200);
    assert!(shown.says("2 nouvelles") && shown.says("Déclarer la liste"), "{}", shown.body);
    assert_eq!(
        staff::list(&mut house.db, &structure(), "", 10).unwrap().len(),
        2,
        "a dry run declares nobody"
    );
    assert!(shown.says("Ce que la liste change") && !shown.says("auparavant"), "{}", shown.body);
    let seen = seen_in(&shown.body);
    // Another list than the one that was shown is shown, and not declared.
    let other = right.replace("Anne", "Zoé");
    for unseen in [
        &[("liste", &*other), ("declarer", "oui"), ("apercu", &*seen)][..],
        &[("liste", &*right), ("declarer", "oui")][..],
    ] {
        let shown = agent.post(&address("/liste"), unseen).await;
        assert!(shown.status == 200 && shown.says("Rien n’est déclaré"), "{}", shown.body);
    }
    assert_eq!(staff::list(&mut house.db, &structure(), "", 10).unwrap().len(), 2);
    let declared = [("liste", &*right), ("declarer", "oui"), ("apercu", &seen)];
    assert_eq!(agent.post(&address("/liste"), &declared).await.status, 303);
    // Of whom it changes it says what, in the column.
    let changed = agent.post(&address("/liste"), &[("liste", &other)]).await;
    assert!(changed.says("1 modifiée") && changed.says("auparavant\u{a0}: Anne"), "{}", changed.body);
    let page = agent.get(&address("?fait=liste")).await;
    assert!(page.says("Toute la liste est déclarée") && page.says("000000042"), "{}", page.body);
}

#[actix_web::test]
async fn what_was_shown_row_by_row_is_what_is_declared_and_where_a_row_does_something_else_by_then_it_is_shown_again()
 {
    let mut house = House::new();
    house.structure("agent");
    let mut agent = house.browser("agent").await;
    let list = "identifiant_local;nom;prenom;fonction\nA1;LEROY;Anne;personnel\nA2;PETIT;Zoé;personnel";
    let shown = agent.post(&address("/liste"), &[("liste", list)]).await;
    assert!(shown.status == 200 && shown.says("2 nouvelles"), "{}", shown.body);
    let seen = seen_in(&shown.body);
    // A colleague of the agent's declares one of them meanwhile, under another name.
    let one = [("numero", "A1"), ("fonction", "employee"), ("nom", "LEROI"), ("prenom", "Anne")];
    assert_eq!(agent.post(&address("/personnel"), &one).await.status, 303);
    let declare = [("liste", list), ("declarer", "oui"), ("apercu", &seen)];
    let again = agent.post(&address("/liste"), &declare).await;
    assert!(again.status == 200 && again.says("Rien n’est déclaré"), "{}", again.body);
    assert!(again.says("1 nouvelle") && again.says("1 modifiée"), "{}", again.body);
    assert!(again.says("auparavant\u{a0}: LEROI"), "the row says what it changes: {}", again.body);
    let name = |house: &mut House, number| {
        staff::find(&mut house.db, &structure(), number).unwrap().map(|member| member.family_name)
    };
    assert_eq!((name(&mut house, "A1").as_deref(), name(&mut house, "A2")), (Some("LEROI"), None));
    let seen = seen_in(&again.body);
    let declare = [("liste", list), ("declarer", "oui"), ("apercu", &seen)];
    assert_eq!(agent.post(&address("/liste"), &declare).await.status, 303);
    assert_eq!(
        (name(&mut house, "A1").as_deref(), name(&mut house, "A2").as_deref()),
        (Some("LEROY"), Some("PETIT"))
    );
}

#[actix_web::test]
async fn a_workbook_is_shown_before_it_is_declared_and_mended_in_the_list() {
    const WRONG: &[u8] =
        include_bytes!("../../../../tests/fuzz-targets/corpora/staff-list/cells-that-are-no-text").as_slice();
    const RIGHT: &[u8] =
        include_bytes!("../../../../tests/fuzz-targets/corpora/staff-list/a-workbook").as_slice();
    let mut house = House::new();
    house.structure("agent");
    let mut agent = house.browser("agent").await;
    let declared = |house: &mut House| staff::list(&mut house.db, &structure(), "", 10).unwrap().len();
    let shown = agent.hand_over(&address("/fichier"), WRONG).await;
    assert_eq!(shown.status, 422);
    for text in ["Ligne 2, colonne", "une date, et non un texte", "A7;DURAND;Élise;personnel", "7 fausses."]
    {
        assert!(shown.says(text), "{text}: {}", shown.body);
    }
    assert!(!shown.says("Déclarer la liste"), "{}", shown.body);

    let shown = agent.hand_over(&address("/fichier"), RIGHT).await;
    assert_eq!(shown.status, 200, "{}", shown.body);
    assert!(shown.says("000000042;;;service") && shown.says("Déclarer la liste"), "{}", shown.body);
    assert_eq!(declared(&mut house), 2, "a file declares nobody");
    let (_, list) = shown.body.split_once("<textarea").unwrap();
    let (_, list) = list.split_once('>').unwrap();
    let list = list.split("</textarea>").next().unwrap();
    let list = list.replace("&#34;", "\"").replace("&#39;", "'").replace('\n', "\r\n");
    let seen = seen_in(&shown.body);
    let done =
        agent.post(&address("/liste"), &[("liste", &list), ("declarer", "oui"), ("apercu", &seen)]).await;
    assert_eq!(done.status, 303, "{}", done.body);
    assert_eq!(declared(&mut house), 5, "one of them was there before");

    let none = agent.hand_over(&address("/fichier"), b"PK\x03\x04").await;
    assert!(none.status == 422 && none.says("pas un classeur XLSX"), "{}", none.body);
    let long = agent.hand_over(&address("/fichier"), &vec![b'a'; (1 << 20) + 1]).await;
    assert!(long.status == 422 && long.says("le fichier dépasse un mébioctet"), "{}", long.body);
    let rows: String =
        (0..999).map(|row| format!("B{row};LEROY-DES-ÉTANGS;Élise-Anaïs-Zoé;personnel\n")).collect();
    let many = format!("identifiant_local;nom;prenom;fonction\n{rows}");
    let long = agent.hand_over(&address("/fichier"), many.as_bytes()).await;
    assert!(long.status == 422 && long.says("trop longue pour cette page"), "{}", long.body);
    assert_eq!(agent.hand_over_with(&address("/fichier"), "another", RIGHT).await.status, 403);
    let model = agent.get("/assets/modele-personnel.xlsx").await;
    assert!(model.status == 200 && model.octets.starts_with(b"PK"));
}
