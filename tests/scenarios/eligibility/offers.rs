//! The cases of software certificates.

use professional_registry::{InForce, StructureRecord};
use registration_authority::eligibility::{
    Asker, CardFacts, Decider, OfferFacts, ProductRules, RequestFacts, StaffFacts, StaffNamed,
    change_of_structure, judge_member, judge_offer, judge_professional,
};
use registration_authority::officers::Role;
use registration_authority::staff::Post;

use super::staff::{declared, post_in_words, what_changes_of_staff};
use super::{
    Case, askers, at, line, names, nomenclatures, ordinary, refused, role_in_words, said_of,
    structure as known_structure, what_changes,
};

/// A structure, or a server of it.
pub(super) fn structure(rules: &ProductRules) -> String {
    let record = known_structure();
    let unnumbered = StructureRecord { finess: None, siret: None, ..record.clone() };
    let ordinary = OfferFacts {
        asker: Some(Asker::Officer(Role::CertificationAgent)),
        mandated: true,
        structure: "F0B0193488",
        record: Some(&record),
        decider: None,
        request: RequestFacts::default(),
    };
    let judged = |facts: &OfferFacts<'_>| outcome(&judge_offer(rules, facts));
    let mut text = String::new();
    for (who, asker) in askers() {
        text.push_str(&line(&[who], judged(&OfferFacts { asker: Some(asker), ..ordinary })));
    }
    let unmandated = OfferFacts { mandated: false, ..ordinary };
    text.push_str(&line(&["un mandataire sans mandat en cours pour la structure"], judged(&unmandated)));
    text.push_str("\nLa structure, ses noms, sa clé\n");
    for (words, record) in [
        ("structure connue, nom autorisé, clé nouvelle", Some(&record)),
        ("structure inconnue du répertoire", None),
        ("structure sans FINESS ni SIRET", Some(&unnumbered)),
    ] {
        text.push_str(&line(&[words], judged(&OfferFacts { record, ..ordinary })));
    }
    for (words, request) in [name_refused(), open_request(), key_known("clé d'une autre structure")] {
        text.push_str(&line(&[words], judged(&OfferFacts { request, ..ordinary })));
    }
    let request = RequestFacts { key_known: key_known("").1.key_known, ..name_refused().1 };
    let everything = OfferFacts { record: None, request, ..ordinary };
    text.push_str(&line(&["structure inconnue, nom non autorisé et clé d'une autre"], judged(&everything)));
    text.push_str(&approved(|decider| judged(&OfferFacts { decider: Some(decider), ..ordinary })));
    text.push_str("\nCe qui change ensuite\n");
    for (words, now) in [("rien", Some(&record)), ("le répertoire ne nomme plus la structure", None)] {
        let said = change_of_structure(rules, now);
        text.push_str(&line(&[words], said_of(said, "le certificat demeure")));
    }
    text
}

/// A professional.
pub(super) fn professional(rules: &ProductRules) -> String {
    let ordinary = ordinary(rules);
    let judged = |facts: &CardFacts<'_>, request: &RequestFacts<'_>| {
        judge_professional(rules, facts, request)
            .map_or_else(|refusals| refused(&refusals), |_| "PERMIS".to_owned())
    };
    let plain = RequestFacts::default();
    let mut text = String::new();
    for (who, asker) in askers() {
        let facts = CardFacts { asker: Some(asker), ..super::facts(&ordinary) };
        text.push_str(&line(&[who], judged(&facts, &plain)));
    }
    text.push_str("\nCe que dit le répertoire\n");
    for case in Case::all() {
        text.push_str(&line(&[&case.words()], judged(&super::facts(&case), &plain)));
    }
    text.push_str("\nLes codes de l'exercice, dans leurs nomenclatures à cette date\n");
    let practised = nomenclatures::practised(&ordinary);
    for (words, tables) in nomenclatures::nomenclatures() {
        let in_force = InForce::by(tables, at());
        let facts = CardFacts { in_force, record: Some(&practised), ..super::facts(&ordinary) };
        text.push_str(&line(&[words], judged(&facts, &plain)));
    }
    text.push_str("\nCe que la demande dit du professionnel, à la décision\n");
    for (words, named) in names(&ordinary) {
        let facts = CardFacts { named: Some(named), ..super::facts(&ordinary) };
        text.push_str(&line(&[words], judged(&facts, &plain)));
    }
    text.push_str("\nSon adresse, sa clé\n");
    let address = RequestFacts { address_refused: Some("elise@pro.mssante.exemple.fr"), ..plain };
    for (words, request) in [
        ("adresse d'une boîte MSSanté de ce professionnel, clé nouvelle", plain),
        ("adresse d'aucune de ses boîtes MSSanté", address),
        open_request(),
        key_known("clé d'une autre personne"),
    ] {
        text.push_str(&line(&[words], judged(&super::facts(&ordinary), &request)));
    }
    text.push_str(&approved(|decider| {
        let facts = CardFacts { decider: Some(decider), ..super::facts(&ordinary) };
        judged(&facts, &plain)
    }));
    text.push_str(&what_changes(rules, &ordinary, "le certificat demeure"));
    text
}

/// One of the staff of a structure.
pub(super) fn member(rules: &ProductRules) -> String {
    let finess = known_structure();
    let siret =
        StructureRecord { finess: None, siret: Some("00000000029751".parse().unwrap()), ..finess.clone() };
    let unnumbered = StructureRecord { finess: None, ..finess.clone() };
    let person = declared(&finess, Post::Employee);
    let ordinary = StaffFacts {
        in_force: InForce::at(at()),
        asker: None,
        mandated: true,
        structure: "F0B0193488",
        record: Some(&finess),
        local_id: "000000042",
        member: Some(&person),
        named: None,
        standing: None,
        decider: None,
    };
    let plain = RequestFacts::default();
    let judged = |facts: &StaffFacts<'_>| outcome(&judge_member(rules, facts, &plain));
    let mut text = String::new();
    for (who, asker) in askers() {
        text.push_str(&line(&[who], judged(&StaffFacts { asker: Some(asker), ..ordinary })));
    }
    let unmandated = StaffFacts { mandated: false, ..ordinary };
    text.push_str(&line(&["un mandataire sans mandat en cours pour la structure"], judged(&unmandated)));
    text.push_str("\nCe que dit le répertoire de la structure\n");
    for (words, record) in [
        ("connue, avec un FINESS", Some(&finess)),
        ("connue, avec un SIRET et sans FINESS", Some(&siret)),
        ("connue, sans FINESS ni SIRET", Some(&unnumbered)),
        ("inconnue", None),
    ] {
        text.push_str(&line(&[words], judged(&StaffFacts { record, ..ordinary })));
    }
    text.push_str("\nCe que le mandataire a déclaré\n");
    for post in Post::ALL {
        let person = declared(&finess, post);
        text.push_str(&line(
            &[post_in_words(post)],
            judged(&StaffFacts { member: Some(&person), ..ordinary }),
        ));
    }
    let mut left = person.clone();
    left.left_at = Some(at());
    for (words, member) in [("une personne qui est partie", Some(&left)), ("personne sous ce numéro", None)]
    {
        text.push_str(&line(&[words], judged(&StaffFacts { member, ..ordinary })));
    }
    text.push_str("\nCe que la demande dit de la personne, à la décision\n");
    for (words, family_name, given_name) in [
        ("le même nom et le même prénom", "DURAND", "Élise"),
        ("un autre nom", "DURANT", "Élise"),
        ("un autre prénom", "DURAND", "Elise"),
    ] {
        let named = Some(StaffNamed { family_name, given_name });
        text.push_str(&line(&[words], judged(&StaffFacts { named, ..ordinary })));
    }
    text.push_str("\nSon adresse, sa clé\n");
    let address = ("adresse non autorisée pour la structure", name_refused().1);
    for (words, request) in [
        ("adresse autorisée pour la structure, clé nouvelle", plain),
        address,
        open_request(),
        key_known("clé d'une autre personne"),
    ] {
        text.push_str(&line(&[words], outcome(&judge_member(rules, &ordinary, &request))));
    }
    text.push_str(&approved(|decider| judged(&StaffFacts { decider: Some(decider), ..ordinary })));
    text.push_str(&what_changes_of_staff(rules, &finess, Post::Employee, "le certificat demeure"));
    text
}

/// Who approves, role by role: one officer does, so there is no second time.
fn approved(judged: impl Fn(Decider) -> String) -> String {
    let decider = |role, submitted_it| Decider { role, submitted_it, approved_it: false };
    let mut text = "\nQui approuve\n".to_owned();
    for role in Role::ALL {
        text.push_str(&line(
            &[role_in_words(role), "qui n'a pas déposé la demande"],
            judged(decider(role, false)),
        ));
    }
    let submitter = decider(Role::RegistrationOfficer, true);
    text.push_str(&line(&["opérateur d'enregistrement qui a déposé la demande"], judged(submitter)));
    text
}

fn outcome(refusals: &[registration_authority::eligibility::Refusal]) -> String {
    if refusals.is_empty() { "PERMIS".to_owned() } else { refused(refusals) }
}

fn name_refused() -> (&'static str, RequestFacts<'static>) {
    ("nom non autorisé", RequestFacts { name_refused: Some("www.exemple.test"), ..RequestFacts::default() })
}

fn open_request() -> (&'static str, RequestFacts<'static>) {
    let request = RequestFacts { open_request: Some("CR-2026-000001"), ..RequestFacts::default() };
    ("demande ouverte pour la même clé", request)
}

fn key_known(words: &'static str) -> (&'static str, RequestFacts<'static>) {
    (words, RequestFacts { key_known: Some("somebody else asked for it"), ..RequestFacts::default() })
}
