use super::house::{House, person};

#[actix_web::test]
async fn each_key_of_a_dossier_is_said_on_its_element_and_the_help_needs_no_script() {
    let mut house = House::where_decisions_wait();
    let orders: Vec<String> = (10..13).map(|one| house.submit("agent", &person(one))).collect();
    let mut bob = house.browser("bob").await;
    let address = format!("/ra/dossiers/{}?statut=a-verifier", orders[1]);
    let page = bob.get(&address).await;
    for key in ["a", "r", "d", "n", "j", "k", "?", "1", "5"] {
        assert_eq!(page.body.matches(&format!("aria-keyshortcuts=\"{key}\"")).count(), 1, "{key}");
    }
    assert!(page.body.contains("<body data-shortcuts=\"alone\">"));
    assert!(page.body.contains("<script type=\"module\" src=\"/assets/keyboard.js\"></script>"));
    let help = bob.get("/ra/aide").await;
    for text in ["a puis Entrée", "r puis 1 à 9", "g puis q", "Désactivés"] {
        assert!(help.says(text), "{text}: {}", help.body);
    }
    bob.post(&format!("/ra/dossiers/{}/approuver", orders[1]), &[("version", "1")]).await;
    let page = bob.get(&address).await;
    assert!(page.body.contains("aria-keyshortcuts=\"z\">Revenir sur ma décision"), "{}", page.body);
}

#[actix_web::test]
async fn an_officer_switches_the_keys_off_or_asks_for_them_with_alt_and_his_browser_remembers() {
    let mut house = House::new();
    let number = house.submit("agent", &person(1));
    let mut bob = house.browser("bob").await;
    let session = bob.cookie.clone().unwrap();
    let chosen = bob.post("/ra/aide", &[("raccourcis", "alt")]).await;
    assert!(chosen.says("Votre choix est retenu dans ce navigateur."), "{}", chosen.body);
    let set = chosen.header("set-cookie").to_owned();
    for part in
        ["__Host-raccourcis=alt", "Path=/", "Secure", "HttpOnly", "SameSite=Strict", "Max-Age=31536000"]
    {
        assert!(set.contains(part), "{part}: {set}");
    }
    let remembered = |choice: &str| Some(format!("{session}; __Host-raccourcis={choice}"));
    bob.cookie = remembered("alt");
    let page = bob.get(&format!("/ra/dossiers/{number}")).await;
    assert!(
        page.body.contains("aria-keyshortcuts=\"Alt+a\"") && page.body.contains("data-shortcuts=\"alt\"")
    );
    bob.cookie = remembered("off");
    let page = bob.get(&format!("/ra/dossiers/{number}")).await;
    assert!(
        !page.body.contains("keyshortcuts") && !page.body.contains("keyboard.js"),
        "no script asks for a key"
    );
    assert!(bob.get("/ra/aide").await.body.contains("value=\"off\" checked"));
    bob.cookie = remembered("<hostile>");
    assert!(bob.get("/ra/aide").await.body.contains("value=\"alone\" checked"), "what is no choice is none");
    bob.cookie = Some(session);
    assert_eq!(bob.post("/ra/aide", &[("raccourcis", "always")]).await.status, 422);
}
