use super::chance::Chance;
use super::line::{Line, Work};
use super::names::{self, Name};
use super::place;
use crate::identifiers::{Rpps, luhn};
use crate::nomenclature::{Category, ExerciseMode, Profession};

/// Somebody who does not exist, with everything he does.
pub(super) struct Person {
    rpps: Rpps,
    name: Name,
    works: Vec<Work>,
}

/// The professions that are drawn, and how often out of a hundred; the rest is drawn evenly from all active ones.
const PROFESSIONS: [(&str, u64); 7] =
    [("60", 42), ("10", 22), ("70", 8), ("21", 7), ("40", 5), ("50", 3), ("98", 3)];

const OTHERS: [&str; 12] = ["26", "28", "32", "80", "81", "84", "86", "91", "92", "94", "95", "96"];

/// Ordinal specialities a physician may have.
const SPECIALITIES: [&str; 8] = ["SM54", "SM53", "SM26", "SM04", "SM20", "SM59", "SM05", "SM15"];

/// The number of the person `index` in the test range.
pub(super) fn rpps(index: u32) -> Rpps {
    let stem = format!("997{:07}", index + 1);
    let number = format!("{stem}{}", luhn::key(&stem));
    number.parse().expect("eleven digits with their key")
}

impl Person {
    /// The person `index` after `revision` changes. Name and profession stay; work changes.
    pub(super) fn new(seed: u64, index: u32, revision: u32, structures: u32) -> Self {
        let mut identity = Chance::of([seed, 1, u64::from(index)]);
        let mut life = Chance::of([seed, 3, u64::from(index), u64::from(revision)]);
        let name = names::draw(&mut identity);
        let profession = draw_profession(&mut identity);
        let trains = matches!(profession.code(), "10" | "21" | "40" | "50");
        let category = match identity.below(100) {
            0..=5 if trains => Category::Student,
            98..=99 => Category::Military,
            _ => Category::Civil,
        };
        let know_how = (profession.code() == "10" && category != Category::Student)
            .then(|| *identity.pick(&SPECIALITIES));
        let second = (category == Category::Civil && identity.percent(2))
            .then(|| draw_profession(&mut identity))
            .filter(|second| *second != profession);

        let lines = match life.below(100) {
            0..=69 => 1,
            70..=91 => 2,
            _ => 3,
        };
        let of = Of { seed, index, revision, structures };
        let mut works = Vec::new();
        for _ in 0..lines {
            works.push(draw_work(&mut life, of, &name, Exercised { profession, category, know_how }));
        }
        if let Some(profession) = second {
            works.push(draw_work(&mut life, of, &name, Exercised { profession, category, know_how: None }));
        }
        Self { rpps: rpps(index), name, works }
    }

    pub(super) fn rpps(&self) -> &Rpps {
        &self.rpps
    }

    pub(super) fn name(&self) -> &Name {
        &self.name
    }

    /// What somebody does first of all.
    pub(super) fn main_work(&self) -> &Work {
        &self.works[0]
    }

    /// One line an activity, without the trailing bar.
    pub(super) fn lines(&self) -> Vec<String> {
        self.works.iter().map(|work| Line { rpps: &self.rpps, name: &self.name, work }.to_string()).collect()
    }
}

fn draw_profession(chance: &mut Chance) -> Profession {
    let mut left = chance.below(100);
    for (code, weight) in PROFESSIONS {
        if left < weight {
            return profession(code);
        }
        left -= weight;
    }
    let code: &&str = chance.pick(&OTHERS);
    profession(code)
}

fn profession(code: &str) -> Profession {
    Profession::from_code(code).expect("a code of the table")
}

/// Which person, on which day, among how many structures.
#[derive(Clone, Copy)]
struct Of {
    seed: u64,
    index: u32,
    revision: u32,
    structures: u32,
}

/// What somebody exercises.
#[derive(Clone, Copy)]
struct Exercised {
    profession: Profession,
    category: Category,
    know_how: Option<&'static str>,
}

fn draw_work(life: &mut Chance, of: Of, name: &Name, exercised: Exercised) -> Work {
    let Of { seed, index, revision, structures } = of;
    let Exercised { profession, category, know_how } = exercised;
    let may_be_self_employed =
        category == Category::Civil && !matches!(profession.code(), "32" | "86" | "98");
    let mode = match life.below(100) {
        0..=39 if may_be_self_employed => ExerciseMode::SelfEmployed,
        99 => ExerciseMode::Volunteer,
        _ => ExerciseMode::Employed,
    };
    let place = if mode == ExerciseMode::SelfEmployed {
        place::practice(life, index, revision, &name.family)
    } else {
        place::employer(seed, u32::try_from(life.below(u64::from(structures))).unwrap_or(0))
    };
    let telephone = format!("019900{:04}", life.below(10_000));
    Work { profession, category, know_how, mode, place, telephone, revision }
}
