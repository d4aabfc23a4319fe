use professional_registry::import::Brakes;
use serde::{Deserialize, Serialize};

/// Most that may happen by itself within a day.
const MOST_A_DAY: u32 = 10_000;

/// `[register]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RegisterSection {
    /// What a feed may end or change of the living, in percent, before it is worth a warning.
    pub warning_percent: u8,
    /// The same, before it is put aside.
    pub refusal_percent: u8,
    /// How many cards the register may end within a day without two officers.
    pub oppositions_a_day: u32,
    /// How many orders entries in the register may submit within a day; none where it is 0.
    pub orders_a_day: u32,
}

impl Default for RegisterSection {
    fn default() -> Self {
        let Brakes { warning_percent, refusal_percent } = Brakes::default();
        Self { warning_percent, refusal_percent, oppositions_a_day: 200, orders_a_day: 0 }
    }
}

impl RegisterSection {
    /// The error names the key.
    pub(super) fn check(&self) -> Result<(), String> {
        let Brakes { warning_percent, refusal_percent } = self.brakes();
        if !(1..=100).contains(&refusal_percent) || !(1..=refusal_percent).contains(&warning_percent) {
            return Err("register: must be 1 <= warning_percent <= refusal_percent <= 100".to_owned());
        }
        let a_day = [("oppositions_a_day", self.oppositions_a_day), ("orders_a_day", self.orders_a_day)];
        match a_day.into_iter().find(|(_, most)| *most > MOST_A_DAY) {
            Some((key, _)) => Err(format!("register.{key}: must be at most {MOST_A_DAY}")),
            None => Ok(()),
        }
    }

    /// How much a feed may change.
    pub(super) fn brakes(&self) -> Brakes {
        Brakes { warning_percent: self.warning_percent, refusal_percent: self.refusal_percent }
    }
}
