use ::card::CardKind;
use professional_registry::ImportedRegister;
use store::Fault;

use super::rulebook::read;
use super::*;
use crate::officers::Right;
use crate::order;
use crate::testing::*;

const CPS: &str = include_str!("rules/cps.toml");

/// Every file, with one thing altered in it.
fn altered(from: &str, to: &str) -> Result<Vec<ProductRules>, BadRules> {
    let files = rulebook_files();
    assert!(files.iter().any(|file| file.contains(from)), "{from} stands in no file");
    let texts: Vec<String> = files.iter().map(|file| file.replacen(from, to, 1)).collect();
    read(&texts.iter().map(String::as_str).collect::<Vec<_>>())
}

fn rulebook_files() -> Vec<&'static str> {
    rulebook::FILES.to_vec()
}

#[test]
fn every_product_has_its_table_and_every_rule_its_name() {
    let book = rulebook().unwrap();
    let products: Vec<Product> = book.iter().map(|rules| rules.product).collect();
    assert_eq!(products, Product::ALL);
    let mut ids: Vec<&str> =
        book.iter().flat_map(|rules| &rules.rules).map(|rule| rule.id.as_str()).collect();
    ids.extend(book.iter().flat_map(|rules| &rules.changes).map(|rule| rule.id.as_str()));
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "an identifier names one rule");
}

#[test]
fn a_table_from_which_a_rule_was_struck_out_is_refused() {
    let places: Vec<usize> = CPS.match_indices("[[rule]]").map(|(place, _)| place).collect();
    for (place, begin) in places.iter().enumerate() {
        let end = places.get(place + 1).copied().unwrap_or(CPS.find("[[change]]").unwrap());
        let rule = &CPS[*begin..end];
        assert!(altered(rule, "").is_err(), "without {rule}");
    }
}

#[test]
fn bad_data_is_refused_with_its_reason() {
    let cases = [
        ("needs = \"holder-known\"", "needs = \"holder-unknown\"", "no condition"),
        ("id = \"R-CPS-03\"", "id = \"R-CPS-04\"", "stands where R-CPS-03 should"),
        ("asked_by = [\"certification-agent\", ", "asked_by = [\"auditor\", ", "has no right to Submit"),
        ("approved_by = [\"registration-officer\"]", "approved_by = []", "nobody may Decide"),
        ("offered = true", "offered = true\nlegacy = 1", "unknown field"),
        ("categories = [\"C\", \"M\"]", "categories = []", "categories"),
        ("categories = [\"C\", \"M\"]", "categories = [\"X\"]", "has no code X"),
        (
            "change = \"holder-left\"\nleads_to = \"end\"",
            "change = \"holder-left\"\nleads_to = \"update\"",
            "must lead to the end",
        ),
        (
            "change = \"member-left\"\nleads_to = \"end\"",
            "change = \"renamed\"\nleads_to = \"update\"",
            "MemberLeft must lead",
        ),
        ("product = \"CPE\"", "product = \"CPS\"", "R-CPS-01"),
        ("product = \"PS\"", "product = \"PX\"", "no such product"),
        ("id = \"el-org-serv-ssl\"", "id = \"el-org-sign\"", "of another offer"),
        ("ordered_at_entry = [\"10\"", "ordered_at_entry = [\"99\"", "has no code 99"),
        ("automatic = [\"renewal\", \"registration\"]", "automatic = [\"renewal\"]", "ordered_at_entry"),
        ("Le répertoire connaît le porteur.", "Le répertoire connaît le porteur", "full stop"),
    ];
    for (from, to, reason) in cases {
        let error = altered(from, to).unwrap_err();
        assert!(error.to_string().contains(reason), "{to}: {error}");
        assert_eq!(error.code().name, "eligibility-rules-unreadable");
    }
    assert!(read(&rulebook_files()[1..]).is_err(), "a product without a table");
}

#[test]
fn the_tables_give_nobody_a_right_that_his_role_has_not() {
    for rules in rulebook().unwrap() {
        assert!(rules.asked_by.iter().all(|role| role.may(Right::Submit)), "{}", rules.product);
        assert!(rules.approved_by.iter().all(|role| role.may(Right::Decide)), "{}", rules.product);
    }
}

#[test]
fn every_rule_that_is_broken_is_named_not_the_first_alone() {
    let mut house = House::new();
    house.approved(&twofold());
    let mut wish = cps(&twofold(), "60");
    wish.replaces = Some("2699999999".parse().unwrap());
    let error = house.submit("alice", wish).unwrap_err();
    let names: Vec<String> = error.broken_rules().into_iter().map(|broken| broken.rule).collect();
    assert_eq!(names, ["R-CPS-08", "R-CPS-09"], "an open order, and a card that is not there");
    assert_eq!(error.code().name, "order-already-open", "the code is the first one's");
    let told = &error.broken_rules()[1];
    assert!(told.sentence.contains("à remplacer") && told.helper.contains("dix chiffres"), "{told:?}");
    assert!(error.to_string().contains("R-CPS-09"), "{error}");
}

#[test]
fn a_card_of_the_staff_of_a_structure_is_not_asked_for_a_profession() {
    let mut house = House::new();
    for kind in [CardKind::Cpe, CardKind::Cde, CardKind::Cpa, CardKind::Cda] {
        let error = house.submit("agent", card_for(kind, &nurse(), "60")).unwrap_err();
        let broken = error.broken_rules();
        assert_eq!(broken[0].rule, format!("R-{kind}-01"));
        assert_eq!(broken[0].code, "order-not-mandated");
    }
}

#[test]
fn what_decides_is_the_register_of_now_and_the_refusal_names_the_rule() {
    let mut house = House::new();
    let number = house.submit("agent", cps(&nurse(), "60")).unwrap().number().to_owned();
    house.import_day(2, &without(second_day(), &nurse()));
    let error = house.approve("bob", &number).unwrap_err();
    assert_eq!(error.broken_rules()[0].rule, "R-CPS-04");
    let order = order::get(&mut house.db, &number).unwrap();
    let at = house.at;
    let refused = check_order(&mut house.db, &mut ImportedRegister, &order, at);
    assert_eq!(code(refused), "order-holder-ceased");
}
