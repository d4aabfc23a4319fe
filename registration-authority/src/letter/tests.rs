use super::*;
use crate::approval::SubjectKind;
use crate::order;
use crate::refusal_reasons;
use crate::staff::Post;
use crate::testing::*;

#[test]
fn the_letter_of_every_reason_says_it_what_to_do_and_where_to_turn_in_right_french() {
    let mut house = House::new();
    let number = house.submit("alice", cps(&nurse(), "60")).unwrap().number().to_owned();
    let order = order::get(&mut house.db, &number).unwrap();
    for reason in refusal_reasons::of(SubjectKind::CardOrder) {
        let letter = of_refusal(&order, reason, Some(" La pièce est illisible. "));
        let text = letter.paragraphs.join("\n");
        assert!(letter.subject.contains(&number) && text.contains(&number), "{text}");
        assert!(text.contains(&french(reason.sentence)) && text.contains(&french(reason.remedy)));
        assert!(text.contains("\nLa pièce est illisible.\n") && text.contains("recours"), "{text}");
        for wrong in [" ;", " :", " !", " ?", "'", "  "] {
            assert!(!text.contains(wrong), "{wrong:?}: {text}");
        }
        assert_eq!(of_refusal(&order, reason, None), of_refusal(&order, reason, Some("  ")));
    }
}

#[test]
fn the_letter_about_a_service_card_names_the_service_and_its_structure_and_nobody() {
    let mut house = House::new();
    house.mandated(STRUCTURE);
    house.declare("agent", STRUCTURE, &member("000000042", Post::Service)).unwrap();
    let order = house.submit_staff("agent", card::CardKind::Cpe, STRUCTURE, "000000042").unwrap();
    let reason = refusal_reasons::of(SubjectKind::CardOrder).next().unwrap();
    let text = of_refusal(&order, reason, None).paragraphs.join("\n");
    let service = "pour votre structure (Carte de service n°\u{a0}000000042, structure F0B0193488)";
    assert!(text.contains(service) && !text.contains("à votre nom"), "{text}");
}
