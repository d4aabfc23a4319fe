use professional_registry::{Exercise, StructureRecord};

use super::card::{Asker, CardFacts, Decider, Seen, approver_refused, asker_refused};
use super::condition::Condition;
use super::refusal::Refusal;
use super::rulebook::{ProductRules, Rule};
use super::staff::{self, StaffFacts};
use crate::certification::structure_identifier;

/// What the rules look at of the request itself, for whomever it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct RequestFacts<'a> {
    /// The first name that the structure may not have.
    pub name_refused: Option<&'a str>,
    /// The address, where no mailbox of the professional has it.
    pub address_refused: Option<&'a str>,
    /// The open request for the same key.
    pub open_request: Option<&'a str>,
    /// Why the key is not the asker's own: a sentence for the log.
    pub key_known: Option<&'a str>,
}

/// All that the rules of a structure's software certificate look at.
#[derive(Clone, Copy, Debug)]
pub struct OfferFacts<'a> {
    /// Who asks; once a request is there, nobody does any more.
    pub asker: Option<Asker>,
    /// Whether he speaks for the structure, or is an officer, who asks in the place of who does.
    pub mandated: bool,
    /// For which structure, as it was asked.
    pub structure: &'a str,
    /// What the register says of it; `None` where it does not know it.
    pub record: Option<&'a StructureRecord>,
    /// Who decides; nobody does while it is asked for.
    pub decider: Option<Decider>,
    /// What is asked for.
    pub request: RequestFacts<'a>,
}

/// Judges a request of a structure: every rule that is broken, in the order of the table; none where it is permitted.
pub fn judge_offer(rules: &ProductRules, facts: &OfferFacts<'_>) -> Vec<Refusal> {
    refusals(rules, |rule| {
        of_structure(rules, facts, rule.needs).or_else(|| facts.request.broken(rule.needs))
    })
}

/// Judges a request for a professional: the exercise that the certificate is tied to, or every rule that is broken.
pub fn judge_professional<'a>(
    rules: &ProductRules,
    facts: &CardFacts<'a>,
    request: &RequestFacts<'_>,
) -> Result<&'a Exercise, Vec<Refusal>> {
    let seen = Seen::of(rules, facts);
    let refusals =
        refusals(rules, |rule| seen.broken(rules, facts, rule.needs).or_else(|| request.broken(rule.needs)));
    match seen.living {
        Some(exercise) if refusals.is_empty() => Ok(exercise),
        _ => Err(refusals),
    }
}

/// Judges a request for one of the staff of a structure: every rule that is broken; none where it is permitted.
pub fn judge_member(
    rules: &ProductRules,
    facts: &StaffFacts<'_>,
    request: &RequestFacts<'_>,
) -> Vec<Refusal> {
    let declared = |condition| {
        let staff_rules = rules.staff.as_ref()?;
        staff::broken(rules, staff_rules, facts, condition)
    };
    refusals(rules, |rule| declared(rule.needs).or_else(|| request.broken(rule.needs)))
}

fn refusals(rules: &ProductRules, broken: impl Fn(&Rule) -> Option<String>) -> Vec<Refusal> {
    let refused = |rule| broken(rule).map(|detail| Refusal::new(rule, detail));
    rules.rules.iter().filter_map(refused).collect()
}

fn of_structure(rules: &ProductRules, facts: &OfferFacts<'_>, condition: Condition) -> Option<String> {
    let structure = facts.structure;
    match condition {
        Condition::Mandated => {
            (!facts.mandated).then(|| format!("whoever asks has no mandate for structure {structure}"))
        }
        Condition::Asker => asker_refused(rules, facts.asker?),
        Condition::Approver => approver_refused(rules, facts.decider?),
        Condition::Offered => {
            (!rules.offered).then(|| format!("offer {} cannot be asked for here", rules.product))
        }
        Condition::StructureKnown => {
            facts.record.is_none().then(|| format!("the register knows no structure {structure}"))
        }
        Condition::StructureIdentified => structure_identifier(facts.record?)
            .is_none()
            .then(|| format!("structure {structure} has neither FINESS nor SIRET in the register")),
        _ => None,
    }
}

impl RequestFacts<'_> {
    /// Why the condition does not hold, in English; `None` where it holds, or is none of the request's own.
    fn broken(&self, condition: Condition) -> Option<String> {
        match condition {
            Condition::NamesAllowed => {
                let name = self.name_refused?;
                Some(format!("name {name:?} is not approved for the structure"))
            }
            Condition::AddressKnown => {
                let address = self.address_refused?;
                Some(format!("no mailbox of this professional has the address {address:?}"))
            }
            Condition::NoOpenRequest => {
                let open = self.open_request?;
                Some(format!("request {open} for this key is open"))
            }
            Condition::KeyUnshared => {
                let why = self.key_known?;
                Some(format!("the key of this request is known: {why}; make a new key pair"))
            }
            _ => None,
        }
    }
}
