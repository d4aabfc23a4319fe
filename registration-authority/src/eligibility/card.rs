use ca_core::subject::check_person_name;
use professional_registry::identifiers::IdNatPs;
use professional_registry::{Category, Exercise, InForce, NotInForce, Profession, ProfessionalRecord};
use store::Timestamp;

use super::Product;
use super::condition::Condition;
use super::refusal::{NotEligible, Refusal};
use super::rulebook::{Automatic, ProductRules};
use super::standing::Standing;
use crate::officers::Role;

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// An officer.
    Officer(Role),
    /// Nobody: it comes by itself.
    Automatic(Automatic),
}

/// Who decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decider {
    /// What he is.
    pub role: Role,
    /// Whether he submitted the order.
    pub submitted_it: bool,
    /// Whether he has approved this version.
    pub approved_it: bool,
}

/// The names and the category that an order bears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named<'a> {
    /// Family name.
    pub family_name: &'a str,
    /// Given name.
    pub given_name: &'a str,
    /// Category.
    pub category: Category,
}

/// All that the rules of a card look at. What is `None` was not asked for, and no rule judges it.
#[derive(Clone, Copy, Debug)]
pub struct CardFacts<'a> {
    /// When.
    pub at: Timestamp,
    /// The codes that are given then.
    pub in_force: InForce,
    /// Who asks; once an order is there, nobody does any more.
    pub asker: Option<Asker>,
    /// For whom.
    pub holder: &'a IdNatPs,
    /// For the exercise of which profession.
    pub profession: Profession,
    /// What the register says of him; `None` where it knows nobody.
    pub record: Option<&'a ProfessionalRecord>,
    /// What the order says of him.
    pub named: Option<Named<'a>>,
    /// The orders and cards there are.
    pub standing: Option<&'a Standing>,
    /// Who decides.
    pub decider: Option<Decider>,
}

/// Judges: the exercise that the card is tied to, or every rule that is broken, in the order of the table. A rule that
/// cannot be judged, because what it looks at is missing for a reason that another rule names, is not broken.
pub fn judge_card<'a>(rules: &ProductRules, facts: &CardFacts<'a>) -> Result<&'a Exercise, Vec<Refusal>> {
    let seen = Seen::of(rules, facts);
    let broken = |condition| seen.broken(rules, facts, condition);
    let refusals: Vec<Refusal> = rules
        .rules
        .iter()
        .filter_map(|rule| broken(rule.needs).map(|detail| Refusal::new(rule, detail)))
        .collect();
    match seen.living {
        Some(exercise) if refusals.is_empty() => Ok(exercise),
        _ => Err(refusals),
    }
}

/// Judges whether a card may be handed over, or put into use: whether its holder accepted the `terms` in force.
pub fn judge_delivery(rules: &ProductRules, terms: &str, accepted: bool) -> Result<(), NotEligible> {
    match rules.rule(Condition::TermsAccepted).filter(|_| !accepted) {
        Some(rule) => {
            let detail = format!("the holder has not accepted the terms of use {terms}");
            Err(NotEligible::of(vec![Refusal::new(rule, detail)]))
        }
        None => Ok(()),
    }
}

/// What is in the facts for this profession.
pub(super) struct Seen<'a> {
    /// Its exercises, ended ones included.
    exercised: Vec<&'a Exercise>,
    /// Of those, in a category that the card is for.
    fitting: Vec<&'a Exercise>,
    /// The one the card or certificate is tied to.
    pub(super) living: Option<&'a Exercise>,
}

impl<'a> Seen<'a> {
    pub(super) fn of(rules: &ProductRules, facts: &CardFacts<'a>) -> Self {
        let all = facts.record.map_or(&[][..], |record| &record.exercises);
        let exercised: Vec<&Exercise> =
            all.iter().filter(|exercise| exercise.profession == facts.profession).collect();
        let fitting: Vec<&Exercise> = exercised
            .iter()
            .copied()
            .filter(|exercise| rules.categories.contains(&exercise.category))
            .collect();
        let living = fitting.iter().copied().find(|exercise| exercise.ceased_at.is_none());
        Self { exercised, fitting, living }
    }

    /// Why the condition does not hold, in English; `None` where it holds or cannot be judged.
    pub(super) fn broken(
        &self,
        rules: &ProductRules,
        facts: &CardFacts<'_>,
        condition: Condition,
    ) -> Option<String> {
        let (holder, profession) = (facts.holder, facts.profession.code());
        match condition {
            Condition::Offered => {
                (!rules.offered).then(|| format!("a {} cannot be ordered here", rules.product))
            }
            Condition::Asker => facts.asker.and_then(|asker| asker_refused(rules, asker)),
            Condition::ProfessionActive => (!facts.profession.is_active(facts.at))
                .then(|| format!("profession {profession} is not active in TRE_G15")),
            Condition::HolderKnown => {
                facts.record.is_none().then(|| format!("the register knows no {holder}"))
            }
            Condition::HolderPresent => {
                let since = facts.record?.ceased_at?;
                Some(format!("{holder} has not been in the register since {since}"))
            }
            Condition::Exercised => (facts.record.is_some() && self.exercised.is_empty())
                .then(|| format!("{holder} does not exercise profession {profession}")),
            Condition::Category => {
                let category = self.exercised.first()?.category;
                let product = rules.product;
                self.fitting.is_empty().then(|| {
                    format!("profession {profession} of {holder} is exercised in category {category}, which has no {product}")
                })
            }
            Condition::Training => facts.profession.in_training().is_none().then(|| {
                format!("{} is for who learns a profession of TRE_G16; {profession} is none", rules.product)
            }),
            Condition::ExerciseLiving => self.ended(facts),
            Condition::CodesInForce => self.codes_refused(rules, facts.in_force),
            Condition::NamedAsRegister => self.named_otherwise(facts.named?),
            Condition::NamesCertifiable => self.uncertifiable(facts),
            Condition::Approver => approver_refused(rules, facts.decider?),
            Condition::SecondOfficer => {
                let approved = facts.decider?.approved_it;
                approved.then(|| "this officer has approved it, and another must too".to_owned())
            }
            Condition::NoOpenOrder => {
                let open = facts.standing?.open_order.as_ref()?;
                Some(format!("order {open} for the same holder, kind and profession is open"))
            }
            Condition::ReplacesOwn => facts.standing?.replaces_another(),
            Condition::ReplacesLast => facts.standing?.replaced_already(),
            Condition::NoActiveCard => facts.standing?.active_card(),
            Condition::NoCardOnItsWay => facts.standing?.card_on_its_way(),
            // Asked when the card is handed over: `judge_delivery`.
            Condition::TermsAccepted
            | Condition::StructureKnown
            | Condition::StructureIdentified
            | Condition::NamesAllowed
            | Condition::AddressKnown
            | Condition::NoOpenRequest
            | Condition::KeyUnshared
            | Condition::Mandated
            | Condition::MemberDeclared
            | Condition::PostFits
            | Condition::NamedAsDeclared => None,
        }
    }

    /// Of who has left the register altogether another rule says so.
    fn ended(&self, facts: &CardFacts<'_>) -> Option<String> {
        let present = facts.record.is_some_and(|record| record.ceased_at.is_none());
        if !present || self.living.is_some() {
            return None;
        }
        let since = self.fitting.iter().filter_map(|exercise| exercise.ceased_at).max()?;
        let (holder, profession) = (facts.holder, facts.profession.code());
        Some(format!("{holder} has not exercised profession {profession} since {since}"))
    }

    /// Of the modes one suffices: an exercise ends with none of its places.
    fn codes_refused(&self, rules: &ProductRules, in_force: InForce) -> Option<String> {
        let of_exercise = |exercise: &Exercise| {
            in_force.category(exercise.category)?;
            let mut modes =
                exercise.activities.iter().filter_map(|one| one.mode).map(|one| in_force.mode(one));
            let first = modes.next().unwrap_or(Ok(()));
            first.or_else(|refused| if modes.any(|other| other.is_ok()) { Ok(()) } else { Err(refused) })
        };
        card_type_in_force(rules, in_force)
            .and_then(|()| self.living.map_or(Ok(()), of_exercise))
            .err()
            .map(|refused| refused.to_string())
    }

    fn uncertifiable(&self, facts: &CardFacts<'_>) -> Option<String> {
        let exercise = self.living?;
        let names =
            [("family name", &exercise.practice_family_name), ("given name", &exercise.practice_given_name)];
        names.into_iter().find_map(|(field, name)| {
            let why = check_person_name(name).err()?;
            Some(format!("the register's {field} of {} cannot stand in a certificate: {why}", facts.holder))
        })
    }

    fn named_otherwise(&self, named: Named<'_>) -> Option<String> {
        let exercise = self.living?;
        let fields = [
            ("the family name", exercise.practice_family_name != named.family_name),
            ("the given name", exercise.practice_given_name != named.given_name),
            ("the category", exercise.category != named.category),
        ];
        let differs: Vec<&str> =
            fields.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field).collect();
        (!differs.is_empty()).then(|| format!("the register now says {} otherwise", differs.join(" and ")))
    }
}

/// Whether the type of the card is given on that day; a certificate has none.
pub(super) fn card_type_in_force(rules: &ProductRules, in_force: InForce) -> Result<(), NotInForce> {
    match rules.product {
        Product::Card(kind) => in_force.card_type(kind.as_str()),
        Product::Offer(_) => Ok(()),
    }
}

/// Why `decider` may not approve.
pub(super) fn approver_refused(rules: &ProductRules, decider: Decider) -> Option<String> {
    let may = rules.approved_by.contains(&decider.role) && !decider.submitted_it;
    (!may).then(|| "whoever submitted it does not decide on it".to_owned())
}

/// Why `asker` may not ask.
pub(super) fn asker_refused(rules: &ProductRules, asker: Asker) -> Option<String> {
    let may = match asker {
        Asker::Officer(role) => rules.asked_by.contains(&role),
        Asker::Automatic(what) => rules.automatic.contains(&what),
    };
    let who = match asker {
        Asker::Officer(role) => role.to_string(),
        Asker::Automatic(what) => format!("{what:?}").to_lowercase(),
    };
    (!may).then(|| format!("{who} does not ask for a {}", rules.product))
}
