use card::CardKind;

use super::Requester;
use crate::opposition::Ground;
use crate::opposition::table::{Naming, Needs, OppositionTable, RequesterRule, RequesterRules};

/// All that the rules look at.
#[derive(Clone, Copy, Debug)]
pub struct OppositionFacts {
    /// As what somebody asks.
    pub requester: Requester,
    /// The kind of the card.
    pub kind: CardKind,
    /// Whether it names its holder, and no service.
    pub names_somebody: bool,
    /// Why it is to be opposed.
    pub ground: Ground,
    /// What ties him to it.
    pub bond: Bond,
}

/// What ties a requester to a card.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bond {
    /// It is his own.
    pub own_card: bool,
    /// He speaks for its structure now: by a mandate, or with the code of a service's card.
    pub speaks_for: bool,
    /// The register says that he practises there on his own account.
    pub practises_there: bool,
    /// And that this is a practice, a pharmacy or a laboratory.
    pub in_a_practice: bool,
}

/// Judges: every rule that is broken, in the order of the table; none where he may.
pub fn judge<'a>(table: &'a OppositionTable, facts: &OppositionFacts) -> Vec<&'a RequesterRule> {
    let rules = table.of(facts.requester);
    table.rules.iter().filter(|rule| rules.is_none_or(|rules| is_broken(rules, facts, rule.needs))).collect()
}

fn is_broken(rules: &RequesterRules, facts: &OppositionFacts, needs: Needs) -> bool {
    let (who, bond) = (facts.requester, facts.bond);
    match needs {
        Needs::Card => !rules.cards.contains(&facts.kind),
        Needs::Naming => match rules.naming {
            Naming::Somebody => !facts.names_somebody,
            Naming::Nobody => facts.names_somebody,
            Naming::Either => false,
        },
        Needs::Ground => !rules.grounds.contains(&facts.ground),
        Needs::OwnCard => who == Requester::Holder && !bond.own_card,
        Needs::Mandate => {
            matches!(who, Requester::Structure | Requester::AuthorisedPerson) && !bond.speaks_for
        }
        Needs::PractisesThere => who == Requester::EmployingProfessional && !bond.practises_there,
        Needs::Practice => {
            who == Requester::EmployingProfessional && bond.practises_there && !bond.in_a_practice
        }
    }
}
