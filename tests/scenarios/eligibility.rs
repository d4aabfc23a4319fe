//! The rules of eligibility by cases, for a lawyer: `tests/golden/eligibility.txt` is what the functions that decide answer over
//! every case listed here, in French. Whoever changes a rule sees here what it changes.

mod nomenclatures;
mod offers;
mod staff;

use std::sync::LazyLock;

use acceptance::harness;
use card::{CardKind, CardStatus};
use professional_registry::{
    Activity, Category, Exercise, ExerciseMode, IdNatPs, InForce, KnowHow, Profession, ProfessionalRecord,
    StructureRecord,
};
use registration_authority::eligibility::{
    Asker, Automatic, CardFacts, ChangeRule, Consequence, Decider, Named, NotEligible, Offer, PlacedCard,
    Product, ProductRules, Refusal, RegisterOf, Replaced, Standing, change, judge_card, judge_delivery,
    rulebook,
};
use registration_authority::officers::Role;
use store::{Fault, Timestamp};

const HEAD: &str = "\
# Qui peut avoir quoi : les règles d'éligibilité, par cas. Écrit par un test à partir des fonctions qui décident
# (UPDATE_GOLDEN=1 le réécrit) ; docs/eligibility.md l'explique. Une ligne, un cas : ce qui est demandé, ce que disent le
# répertoire et les autres demandes et cartes, puis PERMIS, ou REFUSÉ avec chaque règle enfreinte.
";

#[test]
fn the_rules_of_eligibility_decide_each_case_as_the_table_for_lawyers_says() {
    let mut text = HEAD.to_owned();
    for rules in rulebook().unwrap() {
        text.push_str(&product(rules));
    }
    harness::golden("eligibility.txt", &text);
}

fn product(rules: &ProductRules) -> String {
    let mut text = format!("\n== {} : {} ==\n\nRègles\n", rules.product, rules.name);
    for rule in &rules.rules {
        text.push_str(&format!("  {}  {}\n            Aide : {}\n", rule.id, rule.sentence, rule.helper));
    }
    text.push_str(&format!("\nDécide : {}.\n\nQui demande\n", roles(&rules.approved_by)));
    text.push_str(&match rules.product {
        Product::Card(_) if rules.register == RegisterOf::Structures => staff::card(rules),
        Product::Card(_) => card(rules),
        Product::Offer(Offer::Ps) => offers::professional(rules),
        Product::Offer(Offer::Pro) => offers::member(rules),
        Product::Offer(Offer::Org | Offer::Serv) => offers::structure(rules),
    });
    text
}

fn card(rules: &ProductRules) -> String {
    let mut text = String::new();
    let ordinary = ordinary(rules);
    let facts = |asker| CardFacts { asker: Some(asker), ..facts(&ordinary) };
    for (who, asker) in askers() {
        text.push_str(&line(&[who], judged(rules, &facts(asker))));
    }
    if !rules.ordered_at_entry.is_empty() {
        let councils: Vec<&str> = rules.ordered_at_entry.iter().map(|one| one.label()).collect();
        text.push_str(&format!("  À l'inscription, pour : {}.\n", councils.join(", ")));
    }
    if !rules.offered {
        return text;
    }
    text.push_str("\nCe que dit le répertoire\n");
    for case in Case::all() {
        text.push_str(&line(&[&case.words()], judged(rules, &self::facts(&case))));
    }
    text.push_str("\nLes codes de l'exercice et de la carte, dans leurs nomenclatures à cette date\n");
    let practised = nomenclatures::practised(&ordinary);
    for (words, tables) in nomenclatures::nomenclatures() {
        let in_force = InForce::by(tables, at());
        let facts = CardFacts { in_force, record: Some(&practised), ..self::facts(&ordinary) };
        text.push_str(&line(&[words], judged(rules, &facts)));
    }
    text.push_str("\nLes autres demandes et cartes du porteur\n");
    for (words, standing) in standings() {
        let facts = CardFacts { standing: Some(&standing), ..self::facts(&ordinary) };
        text.push_str(&line(&[words], judged(rules, &facts)));
    }
    text.push_str("\nQui approuve\n");
    for (words, decider) in deciders() {
        let facts = CardFacts { decider: Some(decider), ..self::facts(&ordinary) };
        text.push_str(&line(&[words], judged(rules, &facts)));
    }
    text.push_str("\nLa remise et la mise en service\n");
    for (words, accepted) in [
        ("le porteur a accepté les conditions d'utilisation en vigueur", true),
        ("le porteur ne les a pas acceptées, ou une version antérieure seulement", false),
    ] {
        let judged = judge_delivery(rules, "CGU-2026", accepted);
        let outcome = judged.map_or_else(|refused| by_rules(&refused), |()| "PERMIS".to_owned());
        text.push_str(&line(&[words], outcome));
    }
    text.push_str("\nCe que la demande dit du porteur, à la décision\n");
    for (words, named) in names(&ordinary) {
        let facts = CardFacts { named: Some(named), ..self::facts(&ordinary) };
        text.push_str(&line(&[words], judged(rules, &facts)));
    }
    text.push_str(&what_changes(rules, &ordinary, "la carte demeure"));
    text
}

fn what_changes(rules: &ProductRules, ordinary: &Case, unchanged: &str) -> String {
    let mut text = "\nCe qui change ensuite au répertoire\n".to_owned();
    for (words, now) in changes(ordinary) {
        let then = ordinary.record.as_ref().map(|record| &record.exercises[0]);
        let found = change(rules, ordinary.profession, then, now.as_ref());
        text.push_str(&line(&[words], said_of(found, unchanged)));
    }
    text
}

/// What a change leads to, in words.
fn said_of(found: Option<&ChangeRule>, unchanged: &str) -> String {
    found.map_or(unchanged.to_owned(), |rule| {
        let what = match rule.leads_to {
            Consequence::End => "FIN",
            Consequence::NewCard => "NOUVELLE CARTE",
            Consequence::Update => "MISE À JOUR",
        };
        format!("{what} : {} {}", rule.id, rule.sentence)
    })
}

fn judged(rules: &ProductRules, facts: &CardFacts<'_>) -> String {
    judge_card(rules, facts).map_or_else(|refusals| refused(&refusals), |_| "PERMIS".to_owned())
}

fn refused(refusals: &[Refusal]) -> String {
    let ids: Vec<&str> = refusals.iter().map(|refusal| refusal.rule.id.as_str()).collect();
    format!("REFUSÉ : {}", ids.join(", "))
}

fn by_rules(refused: &NotEligible) -> String {
    let rules: Vec<String> = refused.broken_rules().into_iter().map(|broken| broken.rule).collect();
    format!("REFUSÉ : {}", rules.join(", "))
}

pub(super) fn line(words: &[&str], outcome: String) -> String {
    format!("  {:<72} {outcome}\n", words.join(", "))
}

fn roles(roles: &[Role]) -> String {
    roles.iter().map(|role| role_in_words(*role)).collect::<Vec<_>>().join(", ")
}

pub(super) fn role_in_words(role: Role) -> &'static str {
    match role {
        Role::CertificationAgent => "mandataire",
        Role::RegistrationOfficer => "opérateur d'enregistrement",
        Role::RevocationOfficer => "opérateur de révocation",
        Role::Administrator => "administrateur",
        Role::Auditor => "auditeur",
    }
}

fn category_in_words(category: Category) -> &'static str {
    match category {
        Category::Civil => "civil",
        Category::Military => "militaire",
        Category::Student => "étudiant",
    }
}

fn askers() -> Vec<(&'static str, Asker)> {
    let mut askers: Vec<_> =
        Role::ALL.into_iter().map(|role| (role_in_words(role), Asker::Officer(role))).collect();
    askers.push(("renouvellement automatique", Asker::Automatic(Automatic::Renewal)));
    askers.push(("inscription au répertoire", Asker::Automatic(Automatic::Registration)));
    askers
}

fn at() -> Timestamp {
    "2026-11-26T10:00:00Z".parse().unwrap()
}

static HOLDER: LazyLock<IdNatPs> = LazyLock::new(|| "899700000013".parse().unwrap());

fn profession(code: &str) -> Profession {
    Profession::from_code(code).unwrap()
}

/// What the register says, for one profession that is asked for.
struct Case {
    profession: Profession,
    state: &'static str,
    category: Option<Category>,
    record: Option<ProfessionalRecord>,
}

impl Case {
    /// Every state of the register, for each category, and a profession that has everything, one without CPF, one given up.
    fn all() -> Vec<Self> {
        let mut cases = Vec::new();
        for code in ["10", "60", "35"] {
            cases.push(Self::new(code, "inconnu du répertoire", None));
            for category in [Category::Civil, Category::Military, Category::Student] {
                for state in
                    ["inscrit", "exercice terminé", "sorti du répertoire", "autre profession seulement"]
                {
                    cases.push(Self::new(code, state, Some(category)));
                }
            }
        }
        cases
    }

    fn new(code: &str, state: &'static str, category: Option<Category>) -> Self {
        let profession = profession(code);
        let record = category.map(|category| {
            let practised =
                if state == "autre profession seulement" { self::profession("21") } else { profession };
            let ended = (state == "exercice terminé").then(at);
            let left = (state == "sorti du répertoire").then(at);
            record(exercise(practised, category, ended.or(left)), left)
        });
        Self { profession, state, category, record }
    }

    fn words(&self) -> String {
        let category = self.category.map_or(String::new(), |one| format!(", {}", category_in_words(one)));
        format!("{} ({}){category}, {}", self.profession.label(), self.profession.code(), self.state)
    }
}

/// Who may have the card, with nothing in the way.
fn ordinary(rules: &ProductRules) -> Case {
    let student = rules.product == Product::Card(CardKind::Cpf);
    Case::new("10", "inscrit", Some(if student { Category::Student } else { Category::Civil }))
}

fn facts(case: &Case) -> CardFacts<'_> {
    CardFacts {
        at: at(),
        in_force: InForce::at(at()),
        asker: None,
        holder: &HOLDER,
        profession: case.profession,
        record: case.record.as_ref(),
        named: None,
        standing: None,
        decider: None,
    }
}

fn exercise(profession: Profession, category: Category, ceased_at: Option<Timestamp>) -> Exercise {
    Exercise {
        profession,
        category,
        practice_family_name: "DURAND".to_owned(),
        practice_given_name: "Élise".to_owned(),
        know_how: None,
        ceased_at,
        activities: Vec::new(),
    }
}

fn record(exercise: Exercise, ceased_at: Option<Timestamp>) -> ProfessionalRecord {
    ProfessionalRecord {
        id: HOLDER.clone(),
        family_name: "DURAND".to_owned(),
        given_name: "Élise".to_owned(),
        civility: "MME".to_owned(),
        exercises: vec![exercise],
        ceased_at,
        feed: "ab".repeat(32),
    }
}

fn structure() -> StructureRecord {
    StructureRecord {
        technical_id: "F0B0193488".parse().unwrap(),
        siret: None,
        siren: None,
        finess: Some("0B0193488".parse().unwrap()),
        finess_legal: None,
        corporate_name: "CENTRE HOSPITALIER IMAGINAIRE".to_owned(),
        department_code: "75".to_owned(),
        department_label: "Paris (75)".to_owned(),
    }
}

fn standings() -> Vec<(&'static str, Standing)> {
    let card = |number: &str, status| PlacedCard { number: number.to_owned(), status, temporary: false };
    let cards = |cards: Vec<PlacedCard>| Standing { cards, ..Standing::default() };
    let replacing = |number: &str, successor: Option<&str>, cards| Standing {
        replaces: Some(Replaced { number: number.parse().unwrap(), successor: successor.map(str::to_owned) }),
        cards,
        ..Standing::default()
    };
    let (one, two) = ("2600000017", "2600000025");
    let lent = PlacedCard { temporary: true, ..card(one, CardStatus::Active) };
    let open = Standing { open_order: Some("CO-2026-000001".to_owned()), ..Standing::default() };
    vec![
        ("aucune", Standing::default()),
        ("une demande ouverte pour le même exercice", open),
        ("une carte active, à ne pas remplacer", cards(vec![card(one, CardStatus::Active)])),
        ("une carte active, à remplacer", replacing(one, None, vec![card(one, CardStatus::Active)])),
        ("une carte prêtée", cards(vec![lent])),
        ("une carte en fabrication", cards(vec![card(one, CardStatus::Ordered)])),
        ("une carte certifiée, non remise", cards(vec![card(one, CardStatus::Certified)])),
        ("une carte remise, non activée", cards(vec![card(one, CardStatus::Delivered)])),
        ("une carte en opposition", cards(vec![card(one, CardStatus::Opposed)])),
        ("une carte expirée", cards(vec![card(one, CardStatus::Expired)])),
        ("à remplacer : la carte d'un autre, ou d'un autre exercice", replacing(one, None, Vec::new())),
        (
            "à remplacer : une carte qui a déjà sa remplaçante, en fabrication",
            replacing(one, Some(two), vec![card(one, CardStatus::Active), card(two, CardStatus::Ordered)]),
        ),
    ]
}

fn deciders() -> Vec<(&'static str, Decider)> {
    let decider = |role, submitted_it, approved_it| Decider { role, submitted_it, approved_it };
    vec![
        ("un autre opérateur d'enregistrement", decider(Role::RegistrationOfficer, false, false)),
        ("le même opérateur une seconde fois", decider(Role::RegistrationOfficer, false, true)),
        ("celui qui a déposé la demande", decider(Role::RegistrationOfficer, true, false)),
        ("un mandataire", decider(Role::CertificationAgent, false, false)),
    ]
}

fn names(case: &Case) -> Vec<(&'static str, Named<'static>)> {
    let category = case.category.unwrap();
    let named = |family_name, given_name, category| Named { family_name, given_name, category };
    vec![
        ("le même nom, la même catégorie", named("DURAND", "Élise", category)),
        ("un autre nom d'exercice", named("DURANT", "Élise", category)),
        ("un autre prénom d'exercice", named("DURAND", "Elise", category)),
        ("une autre catégorie", named("DURAND", "Élise", Category::Military)),
    ]
}

fn changes(case: &Case) -> Vec<(&'static str, Option<ProfessionalRecord>)> {
    let before = case.record.clone().unwrap();
    let with = |alter: &dyn Fn(&mut ProfessionalRecord)| {
        let mut record = before.clone();
        alter(&mut record);
        Some(record)
    };
    let place = Activity { mode: Some(ExerciseMode::Employed), sector: None, structure: None };
    let speciality = KnowHow { kind: "S".to_owned(), code: "SM04".to_owned() };
    let student = case.category == Some(Category::Student);
    vec![
        ("rien", Some(before.clone())),
        ("le porteur n'y est plus connu", None),
        ("le porteur en est sorti", with(&|record| record.ceased_at = Some(at()))),
        ("la profession n'y est plus", with(&|record| record.exercises[0].profession = profession("21"))),
        ("l'exercice a pris fin", with(&|record| record.exercises[0].ceased_at = Some(at()))),
        ("le nom d'exercice", with(&|record| record.exercises[0].practice_family_name = "MARTIN".to_owned())),
        ("du civil au militaire", with(&|record| record.exercises[0].category = Category::Military)),
        (
            if student { "de l'étudiant au civil" } else { "du civil à l'étudiant" },
            with(&|record| {
                record.exercises[0].category = if student { Category::Civil } else { Category::Student };
            }),
        ),
        ("la spécialité", with(&|record| record.exercises[0].know_how = Some(speciality.clone()))),
        ("un lieu d'exercice", with(&|record| record.exercises[0].activities = vec![place.clone()])),
        (
            "le nom et un lieu d'exercice",
            with(&|record| {
                record.exercises[0].practice_given_name = "Elsa".to_owned();
                record.exercises[0].activities = vec![place.clone()];
            }),
        ),
    ]
}
