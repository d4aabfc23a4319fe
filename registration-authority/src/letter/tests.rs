use super::*;
use crate::approval::SubjectKind;
use crate::order;
use crate::refusal_reasons;
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
