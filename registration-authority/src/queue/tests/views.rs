use super::saved::{VIEWS_BOUND, View, forget, save, views};
use super::*;

fn view(name: &str) -> View {
    View { name: name.to_owned(), query: "statut=en-attente".to_owned() }
}

fn keep(house: &mut House, login: &str, view: &View) -> Result<(), saved::ViewError> {
    let act = house.officer(login);
    house.db.write(|db| save(db, view, &act))
}

#[test]
fn each_officer_keeps_views_of_his_own() {
    on_both(|house| {
        keep(house, "bob", &view("Urgents")).unwrap();
        keep(house, "bob", &View { query: "type=CPF".to_owned(), ..view(" Urgents ") }).unwrap();
        keep(house, "bob", &view("À suivre")).unwrap();
        keep(house, "rita", &view("Urgents")).unwrap();
        let (bob, rita) = (house.officer("bob"), house.officer("rita"));
        let kept = views(&mut house.db, &bob).unwrap();
        assert_eq!(kept.len(), 2);
        assert!(kept.contains(&View { query: "type=CPF".to_owned(), ..view("Urgents") }), "{kept:?}");
        house.db.write(|db| forget(db, "Urgents", &bob)).unwrap();
        assert_eq!(views(&mut house.db, &bob).unwrap(), [view("À suivre")]);
        assert_eq!(views(&mut house.db, &rita).unwrap(), [view("Urgents")]);
    });
}

#[test]
fn a_view_has_a_name_and_an_officer_has_twenty_of_them_at_most() {
    let mut house = House::new();
    for name in ["", "  ", "a\nb", &"a".repeat(61)] {
        assert_eq!(code(keep(&mut house, "bob", &view(name))), "queue-view-invalid", "{name:?}");
    }
    let long = View { query: "x".repeat(501), ..view("Longue") };
    assert_eq!(code(keep(&mut house, "bob", &long)), "queue-view-invalid");
    for number in 0..VIEWS_BOUND {
        keep(&mut house, "bob", &view(&format!("vue {number}"))).unwrap();
    }
    assert_eq!(code(keep(&mut house, "bob", &view("une de trop"))), "queue-views-full");
    keep(&mut house, "bob", &view("vue 3")).expect("one that he has may change");
}
