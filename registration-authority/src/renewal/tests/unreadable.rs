//! A row of the register that cannot be read holds back its own holder's card and no other.

use super::*;

#[test]
fn a_plan_goes_on_over_a_register_row_that_cannot_be_read() {
    on_both(|house| {
        let mut worker = house.worker();
        let [broken, whole] = [nurse(), other_nurse()].map(|holder| house.active_card(&mut worker, &holder));
        house.later(5 * YEAR / 2);
        let plan = plan_as(house, job()).unwrap().unwrap();
        assert_eq!(plan.renews(), 2);
        approve_as(house, "bob", &plan).unwrap();
        let exercises = |house: &mut House, sql: &str| {
            house
                .sql(&format!("UPDATE professionals SET exercises = {sql} WHERE id_nat = '{}'", nurse()))
                .unwrap();
        };
        exercises(house, "'[' || exercises");
        let applied = apply_now(house, &plan.id).unwrap();
        assert_eq!(applied.ordered.iter().map(|(card, _)| *card).collect::<Vec<_>>(), [whole]);
        assert_eq!(
            applied.refused.iter().map(|(card, code)| (*card, code.name)).collect::<Vec<_>>(),
            [(broken, "register-row-unreadable")]
        );
        // It is tried again once somebody has restored the row.
        exercises(house, "substr(exercises, 2)");
        let again = apply_now(house, &plan.id).unwrap();
        assert_eq!((again.ordered.len(), again.already, again.ordered[0].0), (1, 1, broken));
    });
}

#[test]
fn a_plan_is_made_over_a_register_row_that_cannot_be_read_and_says_so() {
    on_both(|house| {
        let mut worker = house.worker();
        let [broken, whole] = [nurse(), other_nurse()].map(|holder| house.active_card(&mut worker, &holder));
        house.later(5 * YEAR / 2);
        house.sql(&format!("UPDATE professionals SET exercises = '[' WHERE id_nat = '{}'", nurse())).unwrap();
        let plan = plan_as(house, job()).unwrap().unwrap();
        assert_eq!(plan.item(&whole).unwrap().outcome, Outcome::Renew);
        let why = Outcome::Excluded("register-row-unreadable".to_owned());
        assert_eq!(plan.item(&broken).unwrap().outcome, why);
    });
}
