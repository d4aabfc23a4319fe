//! The cases of the cards for the staff of a structure.

use card::CardKind;
use professional_registry::{InForce, StructureRecord};
use registration_authority::eligibility::{
    Product, ProductRules, StaffFacts, StaffNamed, StaffNow, StaffThen, change_of_staff, judge_staff,
};
use registration_authority::staff::{Post, StaffMember};

use super::{askers, at, deciders, line, nomenclatures, refused, said_of, standings, structure};

/// A card for the staff of a structure.
pub(super) fn card(rules: &ProductRules) -> String {
    let health = matches!(rules.product, Product::Card(CardKind::Cpe | CardKind::Cde));
    let finess = structure();
    let siret =
        StructureRecord { finess: None, siret: Some("00000000029751".parse().unwrap()), ..finess.clone() };
    let unnumbered = StructureRecord { finess: None, ..finess.clone() };
    let post = rules.staff.as_ref().unwrap().posts[0];
    let there = |post| declared(&finess, post);
    let (member, left) = (there(post), StaffMember { left_at: Some(at()), ..there(post) });
    let ordinary = StaffFacts {
        in_force: InForce::at(at()),
        asker: None,
        mandated: true,
        structure: "F0B0193488",
        record: Some(if health { &finess } else { &siret }),
        local_id: "000000042",
        member: Some(&member),
        named: None,
        standing: None,
        decider: None,
    };
    let mut text = String::new();
    for (who, asker) in askers() {
        text.push_str(&line(&[who], of_staff(rules, &StaffFacts { asker: Some(asker), ..ordinary })));
    }
    let unmandated = StaffFacts { mandated: false, ..ordinary };
    text.push_str(&line(
        &["un mandataire sans mandat en cours pour la structure"],
        of_staff(rules, &unmandated),
    ));
    text.push_str("\nCe que dit le répertoire de la structure\n");
    for (words, record) in [
        ("connue, avec un FINESS", Some(&finess)),
        ("connue, avec un SIRET et sans FINESS", Some(&siret)),
        ("connue, sans FINESS ni SIRET", Some(&unnumbered)),
        ("inconnue", None),
    ] {
        text.push_str(&line(&[words], of_staff(rules, &StaffFacts { record, ..ordinary })));
    }
    text.push_str("\nLe type de carte, dans la nomenclature à cette date\n");
    for (words, tables) in nomenclatures::nomenclatures().into_iter().step_by(4) {
        let in_force = InForce::by(tables, at());
        text.push_str(&line(&[words], of_staff(rules, &StaffFacts { in_force, ..ordinary })));
    }
    text.push_str("\nCe que le mandataire a déclaré\n");
    let posts = Post::ALL.map(|post| (post_in_words(post), there(post)));
    for (words, member) in &posts {
        text.push_str(&line(&[words], of_staff(rules, &StaffFacts { member: Some(member), ..ordinary })));
    }
    for (words, member) in [("une personne qui est partie", Some(&left)), ("personne sous ce numéro", None)]
    {
        text.push_str(&line(&[words], of_staff(rules, &StaffFacts { member, ..ordinary })));
    }
    text.push_str("\nLes autres demandes et cartes du porteur\n");
    for (words, standing) in standings() {
        let facts = StaffFacts { standing: Some(&standing), ..ordinary };
        text.push_str(&line(&[words], of_staff(rules, &facts)));
    }
    text.push_str("\nQui approuve\n");
    for (words, decider) in deciders() {
        let facts = StaffFacts { decider: Some(decider), ..ordinary };
        text.push_str(&line(&[words], of_staff(rules, &facts)));
    }
    text.push_str("\nCe que la demande dit du porteur, à la décision\n");
    for (words, family_name, given_name) in [
        ("le même nom et le même prénom", "DURAND", "Élise"),
        ("un autre nom", "DURANT", "Élise"),
        ("un autre prénom", "DURAND", "Elise"),
    ] {
        let facts = StaffFacts { named: Some(StaffNamed { family_name, given_name }), ..ordinary };
        text.push_str(&line(&[words], of_staff(rules, &facts)));
    }
    let record = if health { &finess } else { &siret };
    text.push_str(&what_changes_of_staff(rules, record, post, "la carte demeure"));
    text
}

/// What follows of what changes in the register and in the list of the staff.
pub(super) fn what_changes_of_staff(
    rules: &ProductRules,
    record: &StructureRecord,
    post: Post,
    unchanged: &str,
) -> String {
    let member = declared(record, post);
    let left = StaffMember { left_at: Some(at()), ..member.clone() };
    let renamed = StaffMember { family_name: "MARTIN".to_owned(), ..member.clone() };
    let posts = Post::ALL.map(|post| (post_in_words(post), StaffMember { post, ..member.clone() }));
    let elsewhere =
        StructureRecord { corporate_name: "CENTRE HOSPITALIER DU SUD".to_owned(), ..record.clone() };
    let moved = StructureRecord { department_label: "Gironde (33)".to_owned(), ..record.clone() };
    let then = StaffThen {
        structure: Some(record),
        named: StaffNamed { family_name: &member.family_name, given_name: &member.given_name },
    };
    let same = StaffNow { structure: Some(record), spoken_for: true, member: Some(&member) };
    let mut cases = vec![
        ("rien", same),
        ("le répertoire ne nomme plus la structure", StaffNow { structure: None, ..same }),
        ("le dernier mandat de la structure a pris fin", StaffNow { spoken_for: false, ..same }),
        ("la personne est partie", StaffNow { member: Some(&left), ..same }),
        ("la personne porte un autre nom", StaffNow { member: Some(&renamed), ..same }),
        ("la structure a une autre raison sociale", StaffNow { structure: Some(&elsewhere), ..same }),
        ("la structure est dans un autre département", StaffNow { structure: Some(&moved), ..same }),
    ];
    cases.extend(posts.iter().map(|(words, member)| (*words, StaffNow { member: Some(member), ..same })));
    let mut text = "\nCe qui change ensuite au répertoire, et dans ce que le mandataire déclare\n".to_owned();
    for (words, now) in cases {
        text.push_str(&line(&[words], said_of(change_of_staff(rules, Some(then), now), unchanged)));
    }
    text
}

fn of_staff(rules: &ProductRules, facts: &StaffFacts<'_>) -> String {
    let refusals = judge_staff(rules, facts);
    if refusals.is_empty() { "PERMIS".to_owned() } else { refused(&refusals) }
}

pub(super) fn post_in_words(post: Post) -> &'static str {
    match post {
        Post::Employee => "une personne du personnel",
        Post::Head => "le responsable de la structure",
        Post::Service => "un service, sans nom",
    }
}

/// Who is declared so at the structure.
pub(super) fn declared(structure: &StructureRecord, post: Post) -> StaffMember {
    StaffMember {
        structure: structure.technical_id.clone(),
        local_id: "000000042".to_owned(),
        post,
        family_name: "DURAND".to_owned(),
        given_name: "Élise".to_owned(),
        declared_by: "lou.agent".to_owned(),
        declared_at: at(),
        left_at: None,
    }
}
