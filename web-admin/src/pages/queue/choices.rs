//! What the filters of the queue offer, and what of it is chosen.

use card::CardKind;
use professional_registry::Profession;
use registration_authority::officers::{Officer, Right};
use registration_authority::queue::{On, Risk};

use super::asked::{AGES, Asked, NOBODY, RISKS, who, word_of_risk};
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

pub(super) fn risks(asked: &Asked) -> Vec<Choice> {
    let choice = |risk: Risk| Choice {
        value: word_of_risk(risk).to_owned(),
        label: words::risk(risk).to_owned(),
        chosen: asked.risk == Some(risk),
    };
    RISKS.into_iter().map(choice).collect()
}

pub(super) fn ages(asked: &Asked) -> Vec<Choice> {
    let mut offered = AGES.to_vec();
    offered.extend(asked.days.filter(|days| !offered.contains(days)));
    let choice = |days: u32| Choice {
        value: days.to_string(),
        label: if days == 1 { "1 jour au moins".to_owned() } else { format!("{days} jours au moins") },
        chosen: asked.days == Some(days),
    };
    offered.into_iter().map(choice).collect()
}

/// Those who may be on an order, himself first.
pub(super) fn people(asked: &Asked, officers: &[Officer], reader: &Officer) -> Vec<Choice> {
    let chosen = |login: &str| asked.on.as_ref().is_some_and(|on| who(on) == login);
    let choice =
        |value: &str, label: String| Choice { chosen: chosen(value), value: value.to_owned(), label };
    let mut people = vec![choice(NOBODY, "Personne".to_owned())];
    if reader.role.may(Right::Decide) {
        people.push(choice(&reader.login, "Moi".to_owned()));
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
