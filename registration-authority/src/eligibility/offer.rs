use professional_registry::StructureRecord;

use super::card::{Asker, asker_refused};
use super::condition::Condition;
use super::refusal::Refusal;
use super::rulebook::ProductRules;
use crate::certification::structure_identifier;

/// All that the rules of an offer of software certificates look at.
#[derive(Clone, Copy, Debug)]
pub struct OfferFacts<'a> {
    /// Who asks.
    pub asker: Asker,
    /// For which structure, as it was asked.
    pub structure: &'a str,
    /// What the register says of it; `None` where it does not know it.
    pub record: Option<&'a StructureRecord>,
    /// The first name that the structure may not have.
    pub name_refused: Option<&'a str>,
    /// The open request for the same key.
    pub open_request: Option<&'a str>,
    /// Why the key is not the structure's own: a sentence for the log.
    pub key_known: Option<&'a str>,
}

/// Judges: every rule that is broken, in the order of the table; none where it is permitted.
pub fn judge_offer(rules: &ProductRules, facts: &OfferFacts<'_>) -> Vec<Refusal> {
    rules
        .rules
        .iter()
        .filter_map(|rule| broken(rules, facts, rule.needs).map(|detail| Refusal::new(rule, detail)))
        .collect()
}

fn broken(rules: &ProductRules, facts: &OfferFacts<'_>, condition: Condition) -> Option<String> {
    let structure = facts.structure;
    match condition {
        Condition::Asker => asker_refused(rules, facts.asker),
        Condition::Offered => {
            (!rules.offered).then(|| format!("offer {} cannot be asked for here", rules.product))
        }
        Condition::StructureKnown => {
            facts.record.is_none().then(|| format!("the register knows no structure {structure}"))
        }
        Condition::StructureIdentified => structure_identifier(facts.record?)
            .is_none()
            .then(|| format!("structure {structure} has neither FINESS nor SIRET in the register")),
        Condition::NamesAllowed => {
            let name = facts.name_refused?;
            Some(format!("name {name:?} is not approved for structure {structure}"))
        }
        Condition::NoOpenRequest => {
            let open = facts.open_request?;
            Some(format!("request {open} for this key is open"))
        }
        Condition::KeyUnshared => {
            let why = facts.key_known?;
            Some(format!("the key of this request is known: {why}; make a new key pair"))
        }
        Condition::ProfessionActive
        | Condition::HolderKnown
        | Condition::HolderPresent
        | Condition::Exercised
        | Condition::Category
        | Condition::Training
        | Condition::ExerciseLiving
        | Condition::NoOpenOrder
        | Condition::ReplacesOwn
        | Condition::ReplacesLast
        | Condition::NoActiveCard
        | Condition::NoCardOnItsWay
        | Condition::NamedAsRegister
        | Condition::NamesCertifiable
        | Condition::Approver
        | Condition::SecondOfficer
        | Condition::TermsAccepted
        | Condition::Mandated
        | Condition::MemberDeclared
        | Condition::PostFits
        | Condition::NamedAsDeclared => None,
    }
}
