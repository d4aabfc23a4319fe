//! The tables of rules as they are read from `rules/*.toml`: one file a product, part of the program.

use std::sync::LazyLock;

use card::CardKind;
use professional_registry::{Category, Profession};
use serde::Deserialize;
use store::{Code, Fault};
use thiserror::Error;

use super::change::{Change, ChangeRule, Consequence};
use super::condition::{Condition, OF_CARDS, OF_MEMBERS, OF_OFFERS, OF_PROFESSIONALS, OF_STAFF_CARDS};
use super::{Offer, Product};
use crate::faults;
use crate::officers::{Right, Role};
use crate::staff::Post;

pub(super) const FILES: &[&str] = &[
    include_str!("rules/cps.toml"),
    include_str!("rules/cpf.toml"),
    include_str!("rules/cpe.toml"),
    include_str!("rules/cde.toml"),
    include_str!("rules/cpa.toml"),
    include_str!("rules/cda.toml"),
    include_str!("rules/org.toml"),
    include_str!("rules/serv.toml"),
    include_str!("rules/pro.toml"),
    include_str!("rules/ps.toml"),
];

static EMBEDDED: LazyLock<Result<Vec<ProductRules>, BadRules>> = LazyLock::new(|| read(FILES));

/// The rules of this program, by product; an error where the data is wrong, which a test finds before a start does.
pub fn rulebook() -> Result<&'static [ProductRules], BadRules> {
    EMBEDDED.as_deref().map_err(BadRules::clone)
}

/// The rules of one product.
pub fn rules_of(product: Product) -> Result<&'static ProductRules, BadRules> {
    let missing = || BadRules { file: product.code().to_owned(), reason: "no file".to_owned() };
    rulebook()?.iter().find(|rules| rules.product == product).ok_or_else(missing)
}

/// Which register says who may have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RegisterOf {
    /// The professionals'.
    Professionals,
    /// The structures'.
    Structures,
}

/// What submits by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Automatic {
    /// A renewal plan.
    Renewal,
    /// An entry in the register.
    Registration,
}

/// Everything that is settled about one product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductRules {
    /// Which.
    pub product: Product,
    /// Its name, in French.
    pub name: String,
    /// Which register says who may have it.
    pub register: RegisterOf,
    /// Whether it can be made here.
    pub offered: bool,
    /// The categories of exercise that a card is for; none for what is not tied to one.
    pub categories: Vec<Category>,
    /// What is for the staff of a structure: for whom, and what the certificates say.
    pub staff: Option<StaffRules>,
    /// Who may ask.
    pub asked_by: Vec<Role>,
    /// What asks by itself.
    pub automatic: Vec<Automatic>,
    /// The professions whose entry in the register asks for the card by itself: those that have a council.
    pub ordered_at_entry: Vec<Profession>,
    /// Who decides.
    pub approved_by: Vec<Role>,
    /// The profiles of an offer.
    pub profiles: Vec<OfferedProfile>,
    /// The rules, in their order.
    pub rules: Vec<Rule>,
    /// What a change of the register leads to, the gravest first.
    pub changes: Vec<ChangeRule>,
}

/// For whom of the staff of a structure a card is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StaffRules {
    /// By which number the register must know the structure.
    pub known_by: KnownBy,
    /// The posts of those who may have the card.
    pub posts: Vec<Post>,
    /// What stands in `title` of the certificates.
    pub title: String,
}

/// Which number of a structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KnownBy {
    /// FINESS: a health establishment.
    Finess,
    /// SIRET, and no FINESS: another authorised structure.
    Siret,
    /// One of them.
    Either,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// `R-CPS-03`: stable, as an error code is.
    pub id: String,
    /// What it asks for.
    pub needs: Condition,
    /// The stable code of a refusal because of it.
    pub code: Code,
    /// What must be so, in French.
    pub sentence: String,
    /// Who can lift a refusal because of it, and how, in French.
    pub helper: String,
}

/// A profile that is requested with a PKCS#10 request.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfferedProfile {
    /// Identifier of the profile.
    pub id: String,
    /// Short name of the authority that signs it.
    pub issuer: String,
    /// Whether its names are host names.
    pub host_names: bool,
    /// Whether it has a person's address.
    #[serde(default)]
    pub email_address: bool,
}

/// What is wrong with the tables.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("rules of eligibility, {file}: {reason}")]
pub struct BadRules {
    file: String,
    reason: String,
}

impl Fault for BadRules {
    fn code(&self) -> Code {
        faults::ELIGIBILITY_RULES
    }
}

impl ProductRules {
    /// The rule that asks for `condition`, where there is one.
    pub fn rule(&self, condition: Condition) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.needs == condition)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    product: String,
    name: String,
    offered: bool,
    register: RegisterOf,
    categories: Vec<Category>,
    staff: Option<StaffRules>,
    asked_by: Vec<String>,
    automatic: Vec<Automatic>,
    #[serde(default)]
    ordered_at_entry: Vec<Profession>,
    approved_by: Vec<String>,
    #[serde(default)]
    profile: Vec<OfferedProfile>,
    rule: Vec<FileRule>,
    #[serde(default)]
    change: Vec<FileChange>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileRule {
    id: String,
    needs: String,
    sentence: String,
    helper: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileChange {
    id: String,
    change: Change,
    leads_to: Consequence,
    sentence: String,
}

/// Reads the files, which must be one for each product.
pub(super) fn read(files: &[&str]) -> Result<Vec<ProductRules>, BadRules> {
    let mut book: Vec<ProductRules> = Vec::with_capacity(files.len());
    for text in files {
        let rules = read_one(text)?;
        let file = rules.product.code();
        let profile_twice = |id: &str| book.iter().any(|other| other.profiles.iter().any(|one| one.id == id));
        if let Some(twice) = rules.profiles.iter().find(|profile| profile_twice(&profile.id)) {
            return Err(bad(file, format!("profile {} is of another offer", twice.id)));
        }
        book.push(rules);
    }
    for product in Product::ALL {
        let count = book.iter().filter(|rules| rules.product == product).count();
        if count != 1 {
            return Err(bad(product.code(), format!("{count} files, not one")));
        }
    }
    Ok(book)
}

fn read_one(text: &str) -> Result<ProductRules, BadRules> {
    let file: File = toml::from_str(text).map_err(|error| bad("a file", error.to_string()))?;
    let named = file.product.clone();
    let wrong = |reason: String| bad(&named, reason);
    let product = Product::from_code(&file.product).ok_or_else(|| wrong("no such product".to_owned()))?;
    let rules = file.rule.into_iter().enumerate().map(|(place, rule)| {
        let expected = format!("R-{}-{:02}", product.code(), place + 1);
        if rule.id != expected {
            return Err(wrong(format!("rule {} stands where {expected} should", rule.id)));
        }
        let needs = Condition::from_name(&rule.needs)
            .ok_or_else(|| wrong(format!("{}: no condition {:?}", rule.id, rule.needs)))?;
        for text in [&rule.sentence, &rule.helper] {
            check_sentence(text).map_err(|reason| wrong(format!("{}: {reason}", rule.id)))?;
        }
        Ok(Rule {
            id: rule.id,
            needs,
            code: needs.code(product),
            sentence: rule.sentence,
            helper: rule.helper,
        })
    });
    let changes = file.change.into_iter().enumerate().map(|(place, one)| {
        let expected = format!("R-{}-C{}", product.code(), place + 1);
        if one.id != expected {
            return Err(wrong(format!("change {} stands where {expected} should", one.id)));
        }
        check_sentence(&one.sentence).map_err(|reason| wrong(format!("{}: {reason}", one.id)))?;
        Ok(ChangeRule { id: one.id, change: one.change, leads_to: one.leads_to, sentence: one.sentence })
    });
    let rules = ProductRules {
        rules: rules.collect::<Result<_, BadRules>>()?,
        changes: changes.collect::<Result<_, BadRules>>()?,
        product,
        name: file.name,
        register: file.register,
        offered: file.offered,
        categories: file.categories,
        staff: file.staff,
        asked_by: roles(&file.asked_by, Right::Submit).map_err(wrong)?,
        automatic: file.automatic,
        ordered_at_entry: file.ordered_at_entry,
        approved_by: roles(&file.approved_by, Right::Decide).map_err(wrong)?,
        profiles: file.profile,
    };
    check_complete(&rules).map_err(wrong)?;
    Ok(rules)
}

/// A table narrows a right; it gives none.
fn roles(names: &[String], right: Right) -> Result<Vec<Role>, String> {
    let roles: Result<Vec<Role>, _> = names.iter().map(|name| name.parse::<Role>()).collect();
    let roles = roles.map_err(|error| error.to_string())?;
    match roles.iter().find(|role| !role.may(right)) {
        Some(role) => Err(format!("{role} has no right to {right:?}")),
        None if roles.is_empty() => Err(format!("nobody may {right:?}")),
        None => Ok(roles),
    }
}

/// No table leaves out what must be asked: a rule that is struck out of the data is a fault, not a permission.
fn check_complete(rules: &ProductRules) -> Result<(), String> {
    let needed: &[Condition] = match (rules.product, rules.offered) {
        (_, false) => &[Condition::Offered, Condition::Asker],
        (Product::Card(_), true) if rules.register == RegisterOf::Structures => OF_STAFF_CARDS,
        (Product::Card(_), true) => OF_CARDS,
        (Product::Offer(Offer::Ps), true) => OF_PROFESSIONALS,
        (Product::Offer(Offer::Pro), true) => OF_MEMBERS,
        (Product::Offer(Offer::Org | Offer::Serv), true) => OF_OFFERS,
    };
    for condition in needed {
        let count = rules.rules.iter().filter(|rule| rule.needs == *condition).count();
        if count != 1 {
            return Err(format!("{count} rules ask for {}, not one", condition.name()));
        }
    }
    let others = Condition::ALL.into_iter().filter(|condition| !needed.contains(condition));
    let training = rules.product == Product::Card(CardKind::Cpf);
    for condition in others {
        let wanted = usize::from(training && condition == Condition::Training);
        let count = rules.rules.iter().filter(|rule| rule.needs == condition).count();
        if count != wanted {
            return Err(format!("{count} rules ask for {}, not {wanted}", condition.name()));
        }
    }
    let tied = rules.offered && rules.register == RegisterOf::Professionals;
    let personal = matches!(rules.product, Product::Card(_) | Product::Offer(Offer::Pro));
    let of_staff = rules.offered && personal && !tied;
    let posts = rules.staff.as_ref().is_some_and(|staff| !staff.posts.is_empty() && !staff.title.is_empty());
    if posts != of_staff || posts != rules.staff.is_some() {
        return Err(
            "staff: posts and a title stand there where it is for the staff of a structure".to_owned()
        );
    }
    let endings = match (rules.offered, rules.register) {
        (false, _) => &[],
        (true, RegisterOf::Professionals) => Change::ENDINGS,
        (true, RegisterOf::Structures) if personal => Change::ENDINGS_OF_STAFF,
        (true, RegisterOf::Structures) => Change::ENDINGS_OF_STRUCTURES,
    };
    let missing = endings.iter().find(|ending| {
        !rules.changes.iter().any(|one| one.change == **ending && one.leads_to == Consequence::End)
    });
    if rules.ordered_at_entry.is_empty() == rules.automatic.contains(&Automatic::Registration) {
        return Err("ordered_at_entry: professions stand there where registration is automatic".to_owned());
    }
    match missing {
        Some(ending) => Err(format!("{ending:?} must lead to the end")),
        _ if tied == rules.categories.is_empty() => {
            Err("categories are for what is tied to an exercise".to_owned())
        }
        _ => Ok(()),
    }
}

fn check_sentence(text: &str) -> Result<(), &'static str> {
    let starts = text.chars().next().is_some_and(char::is_uppercase);
    if starts && text.ends_with('.') {
        Ok(())
    } else {
        Err("a sentence begins with a capital and ends with a full stop")
    }
}

fn bad(file: &str, reason: String) -> BadRules {
    BadRules { file: file.to_owned(), reason }
}
