//! What the filters of the queue offer, and what of it is chosen.

use card::CardKind;
use professional_registry::Profession;
use registration_authority::officers::{Officer, Right};
use registration_authority::queue::{On, Risk};

use super::asked::{AGES, Asked, NOBODY, RISKS, who, word_of_risk};
use crate::language::Language;
use crate::words;

/// An option of a filter.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) chosen: bool,
}

pub(super) fn kinds(asked: &Asked) -> Vec<Choice> {
    let choice = |kind: CardKind| Choice {
        value: kind.as_str().to_owned(),
        label: kind.as_str().to_owned(),
        chosen: asked.kind == Some(kind),
    };
    CardKind::ALL.into_iter().map(choice).collect()
}

pub(super) fn professions(asked: &Asked) -> Vec<Choice> {
    let choice = |profession: Profession| Choice {
        value: profession.code().to_owned(),
        label: profession.label().to_owned(),
        chosen: asked.profession == Some(profession),
    };
    let mut choices: Vec<Choice> = Profession::all().map(choice).collect();
    choices.sort_by(|one, other| one.label.cmp(&other.label));
    choices
}

pub(super) fn risks(asked: &Asked, language: Language) -> Vec<Choice> {
    let choice = |risk: Risk| Choice {
        value: word_of_risk(risk).to_owned(),
        label: language.say(words::risk(risk)).to_string(),
        chosen: asked.risk == Some(risk),
    };
    RISKS.into_iter().map(choice).collect()
}

pub(super) fn ages(asked: &Asked, language: Language) -> Vec<Choice> {
    let mut offered = AGES.to_vec();
    offered.extend(asked.days.filter(|days| !offered.contains(days)));
    let choice = |days: u32| Choice {
        value: days.to_string(),
        label: language.say("queue-days").count("number", days).to_string(),
        chosen: asked.days == Some(days),
    };
    offered.into_iter().map(choice).collect()
}

/// Those who may be on an order, himself first.
pub(super) fn people(
    asked: &Asked,
    language: Language,
    officers: &[Officer],
    reader: &Officer,
) -> Vec<Choice> {
    let chosen = |login: &str| asked.on.as_ref().is_some_and(|on| who(on) == login);
    let choice =
        |value: &str, label: String| Choice { chosen: chosen(value), value: value.to_owned(), label };
    let mut people = vec![choice(NOBODY, language.say("queue-nobody").to_string())];
    if reader.role.may(Right::Decide) {
        people.push(choice(&reader.login, language.say("queue-me").to_string()));
    }
    let others = officers.iter().filter(|one| one.role.may(Right::Decide) && one.login != reader.login);
    people.extend(others.map(|one| choice(&one.login, one.display_name.clone())));
    if let Some(On::Officer(login)) = &asked.on
        && !people.iter().any(|choice| choice.chosen)
    {
        people.push(choice(login, login.clone()));
    }
    people
}
