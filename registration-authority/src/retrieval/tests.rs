use diesel::prelude::*;
use openssl::hash::MessageDigest;
use openssl::pkcs7::Pkcs7;
use openssl::pkey::PKey;
use openssl::rsa::Rsa;
use openssl::x509::{X509, X509Name, X509Req};
use store::schema::audit_events;
use store::{Actor, DatabaseRole};

use super::*;
use crate::certificate_request::{NewCertificateRequest, Wanted, structure_names};
use crate::officers::Scope;
use crate::staff::Post;
use crate::testing::*;

const NAME: &str = "INSI-AUTO";

fn terms_in_force() -> CertificateTerms {
    CertificateTerms::new("CGU-CERT-2026", "Le certificat sert à ce que dit sa politique.").unwrap()
}

fn seal() -> NewCertificateRequest {
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let mut name = X509Name::builder().unwrap();
    name.append_entry_by_text("CN", NAME).unwrap();
    let mut request = X509Req::builder().unwrap();
    request.set_pubkey(&key).unwrap();
    request.set_subject_name(&name.build()).unwrap();
    request.sign(&key, MessageDigest::sha256()).unwrap();
    NewCertificateRequest {
        profile: "el-org-sign".to_owned(),
        wanted: Wanted::Structure(structure(STRUCTURE)),
        csr: request.build().to_der().unwrap(),
    }
}

/// The seal of the structure that the agent speaks for, which he asked for: the number of the request.
fn certified_seal(house: &mut House) -> String {
    let mut worker = house.worker();
    let alice = house.officer("alice");
    let House { db, rng, .. } = house;
    db.write(|db| structure_names::allow(db, &structure(STRUCTURE), NAME, rng, &alice)).unwrap();
    house.mandated(STRUCTURE);
    house.certified_request(&mut worker, seal())
}

fn fetched(
    house: &mut House,
    login: &str,
    number: &str,
    terms: &CertificateTerms,
) -> Result<Vec<u8>, RetrievalError> {
    let act = house.officer(login);
    fetch(&mut house.db, number, Form::Der, terms, &act)
}

fn accepted(
    house: &mut House,
    login: &str,
    number: &str,
    terms: &CertificateTerms,
) -> Result<Retrieval, RetrievalError> {
    accepted_as_read(house, login, number, (terms, (terms.version(), terms.sha256())))
}

fn accepted_as_read(
    house: &mut House,
    login: &str,
    number: &str,
    (terms, read): (&CertificateTerms, (&str, &str)),
) -> Result<Retrieval, RetrievalError> {
    let act = house.officer(login);
    let House { db, rng, .. } = house;
    db.write(|db| accept(db, number, terms, read, rng, &act))
}

#[test]
fn a_certificate_is_fetched_in_each_form_once_its_terms_are_accepted() {
    on_both(|house| {
        let (number, terms) = (certified_seal(house), terms_in_force());
        let refused = fetched(house, "agent", &number, &terms).unwrap_err();
        assert_eq!(refused.code().name, "retrieval-terms-not-accepted");
        assert!(refused.to_string().contains("CGU-CERT-2026"), "{refused}");
        assert!(!is_retrieved(&mut house.db, &number).unwrap());

        let done = accepted(house, "agent", &number, &terms).unwrap();
        let acceptance = done.accepted.unwrap();
        assert_eq!((acceptance.accepted_by.as_str(), acceptance.accepted_at), ("agent", house.at));
        assert_eq!(
            (acceptance.terms.as_str(), acceptance.text_sha256.as_str()),
            (terms.version(), terms.sha256())
        );
        assert!(acceptance.mandate.is_some_and(|mandate| mandate.starts_with("MA-")));
        assert!(is_retrieved(&mut house.db, &number).unwrap());

        let act = house.officer("agent");
        let mut of = |form| fetch(&mut house.db, &number, form, &terms, &act).unwrap();
        let (der, pem, chain) = (of(Form::Der), of(Form::Pem), of(Form::Chain));
        let leaf = X509::from_der(&der).unwrap();
        assert_eq!(X509::from_pem(&pem).unwrap().to_der().unwrap(), der);
        let chain = Pkcs7::from_der(&chain).unwrap();
        let certificates = chain.signed().unwrap().certificates().unwrap();
        let mut names: Vec<String> =
            certificates.iter().map(|one| format!("{:?}", one.subject_name())).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 3, "itself, its issuer, the root: {names:?}");
        assert!(certificates.iter().any(|one| one.to_der().unwrap() == der), "{leaf:?}");
    });
}

#[test]
fn terms_that_are_accepted_twice_at_once_are_accepted_once_and_either_is_told_so() {
    let url = fresh_postgresql();
    let mut house = House::on(&url);
    let (number, terms) = (certified_seal(&mut house), terms_in_force());
    let act = house.officer("agent");
    let (written, waits) = std::sync::mpsc::channel();
    let accept_at =
        |url: String, number: String, terms: CertificateTerms, act: Act, after: Box<dyn Fn() + Send>| {
            std::thread::spawn(move || {
                let mut db = Database::open(&url, DatabaseRole::Owner).unwrap();
                let rng = &mut rand_core::UnwrapErr(getrandom::SysRng);
                db.write(|db| {
                    let done = accept(db, &number, &terms, (terms.version(), terms.sha256()), rng, &act)?;
                    after();
                    Ok::<_, RetrievalError>(done)
                })
                .map(|done| done.accepted.is_some())
                .map_err(|error| error.code().name)
            })
        };
    let holds = Box::new(move || {
        let _ = written.send(());
        std::thread::sleep(std::time::Duration::from_millis(500));
    });
    let first = accept_at(url.clone(), number.clone(), terms.clone(), act.clone(), holds);
    waits.recv().unwrap();
    let second = accept_at(url, number.clone(), terms, act, Box::new(|| ()));
    assert_eq!((first.join().unwrap(), second.join().unwrap()), (Ok(true), Ok(true)));
    let subject = format!("certificate request {number}");
    let accepts: i64 = audit_events::table
        .filter(audit_events::subject.eq(&subject).and(audit_events::action.eq("request.terms-accepted")))
        .count()
        .get_result(&mut house.db)
        .unwrap();
    assert_eq!(accepts, 1);
}

#[test]
fn that_terms_were_accepted_stands_in_the_trail_once_and_for_good() {
    on_both(|house| {
        let (number, terms) = (certified_seal(house), terms_in_force());
        accepted(house, "agent", &number, &terms).unwrap();
        house.later(60);
        let again = accepted(house, "agent", &number, &terms).unwrap();
        assert!(again.accepted.unwrap().accepted_at < house.at, "the first time counts");
        let subject = format!("certificate request {number}");
        let accepts: i64 = audit_events::table
            .filter(audit_events::subject.eq(&subject).and(audit_events::action.eq("request.terms-accepted")))
            .count()
            .get_result(&mut house.db)
            .unwrap();
        assert_eq!(accepts, 1);
        for statement in [
            "UPDATE certificate_terms_acceptances SET terms = 'x'",
            "DELETE FROM certificate_terms_acceptances",
        ] {
            let refused = house.sql(statement).unwrap_err().to_string();
            assert!(refused.contains("an acceptance stands"), "{statement}: {refused}");
        }
    });
}

#[test]
fn who_accepted_an_older_text_accepts_the_one_in_force_before_he_fetches() {
    let mut house = House::new();
    let (number, older) = (certified_seal(&mut house), terms_in_force());
    accepted(&mut house, "agent", &number, &older).unwrap();
    fetched(&mut house, "agent", &number, &older).unwrap();
    let renamed = CertificateTerms::new("CGU-CERT-2027", older.text()).unwrap();
    let reworded = CertificateTerms::new(older.version(), "D'autres conditions.").unwrap();
    for newer in [renamed, reworded] {
        assert_eq!(code(fetched(&mut house, "agent", &number, &newer)), "retrieval-terms-not-accepted");
        let read = (older.version(), older.sha256());
        let stale = accepted_as_read(&mut house, "agent", &number, (&newer, read));
        assert_eq!(code(stale), "retrieval-other-terms", "nobody accepts what he has not read");
        accepted(&mut house, "agent", &number, &newer).unwrap();
        fetched(&mut house, "agent", &number, &newer).unwrap();
    }
}

#[test]
fn of_anothers_request_everybody_reads_what_he_reads_of_none() {
    let mut house = House::new();
    let (number, terms) = (certified_seal(&mut house), terms_in_force());
    house.enrol_other_agent();
    let said = |house: &mut House, login: &str, number: &str| {
        [fetched(house, login, number, &terms).map(drop), accepted(house, login, number, &terms).map(drop)]
            .map(|refused| refused.unwrap_err())
            .map(|refused| (refused.code().name, refused.to_string().replace(number, "CR")))
    };
    // An agent of nowhere, and officers who decided or read but did not ask.
    for login in ["mallory", "alice", "bob"] {
        let none = said(&mut house, login, "CR-2026-999999");
        assert_eq!(none[0].0, "request-unknown", "{login}");
        assert_eq!(said(&mut house, login, &number), none, "{login}");
    }
    for login in ["rita", "audrey", "admin"] {
        assert_eq!(code(fetched(&mut house, login, &number, &terms)), "officer-role-missing", "{login}");
    }
    assert!(!is_retrieved(&mut house.db, &number).unwrap());
}

#[test]
fn whoever_speaks_for_the_structure_fetches_and_accepts_for_himself_and_who_did_no_longer_does() {
    let mut house = House::new();
    let (number, terms) = (certified_seal(&mut house), terms_in_force());
    accepted(&mut house, "agent", &number, &terms).unwrap();
    let act = house.act(Actor::Operator("root".to_owned()));
    let House { db, rng, .. } = &mut house;
    let role = Role::CertificationAgent;
    db.write(|db| officers::enrol(db, "mallory", "Agente Nouvelle", role, rng, &act)).unwrap();
    let second = mandate::NewMandate { login: "mallory".to_owned(), ..new_mandate(STRUCTURE) };
    let mandate = house.propose("alice", second).unwrap().number;
    house.decide_mandate("bob", &mandate, crate::approval::Verdict::Approve).unwrap();
    let not_yet = fetched(&mut house, "mallory", &number, &terms);
    assert_eq!(code(not_yet), "retrieval-terms-not-accepted", "another's acceptance is not his");
    accepted(&mut house, "mallory", &number, &terms).unwrap();
    fetched(&mut house, "mallory", &number, &terms).unwrap();

    let own = house.officer("agent");
    let first = mandate::standing(&mut house.db, &structure(STRUCTURE), &own).unwrap().unwrap().number;
    house.later(1);
    house.lay_down("agent", &first).unwrap();
    house.later(1);
    assert_eq!(
        code(fetched(&mut house, "agent", &number, &terms)),
        "request-unknown",
        "though he asked for it"
    );
    fetched(&mut house, "mallory", &number, &terms).unwrap();
}

#[test]
fn an_officer_fetches_what_he_asked_for_and_nothing_before_it_is_issued() {
    let mut house = House::new();
    let terms = terms_in_force();
    let alice = house.officer("alice");
    let House { db, rng, .. } = &mut house;
    db.write(|db| structure_names::allow(db, &structure(STRUCTURE), NAME, rng, &alice)).unwrap();
    let worker = house.worker();
    let issuance = ca_core::issuance::IssuanceContext {
        profiles: &worker.profiles,
        identity: &worker.identity,
        blocklist: &worker.blocklist,
    };
    let House { db, rng, .. } = &mut house;
    let registry = &mut professional_registry::ImportedRegister;
    let submitted = db.write(|db| certificate_request::submit(db, registry, issuance, seal(), rng, &alice));
    let number = submitted.unwrap().number;
    assert_eq!(code(fetched(&mut house, "alice", &number, &terms)), "retrieval-not-issued");
    assert_eq!(code(accepted(&mut house, "alice", &number, &terms)), "retrieval-not-issued");
    assert_eq!(code(fetched(&mut house, "bob", &number, &terms)), "request-unknown");
    let narrow: Scope = "profession:60".parse().unwrap();
    house
        .sql(&format!(
            "DROP TRIGGER officers_keep_who_they_are; UPDATE officers SET scope = '{narrow}' WHERE login = 'alice'"
        ))
        .unwrap();
    // What he asked for stays his, as in every list; he may have asked by a delegation that has ended.
    assert_eq!(code(fetched(&mut house, "alice", &number, &terms)), "retrieval-not-issued");
}

#[test]
fn who_asked_and_who_speaks_are_reminded_once_of_what_nobody_fetches() {
    on_both(|house| {
        let number = certified_seal(house);
        let days = |days: u64| std::time::Duration::from_secs(86_400 * days);
        let remind_now = |house: &mut House| {
            let act = house.job();
            remind(&mut house.db, days(14), &mut house.rng, &act).unwrap()
        };
        house.later(13 * 86_400);
        assert_eq!(remind_now(house), 0, "it is too early");
        house.later(2 * 86_400);
        assert_eq!((remind_now(house), remind_now(house)), (1, 0));
        let told: Vec<(String, String)> = crate::outbox::waiting(&mut house.db, 50)
            .unwrap()
            .into_iter()
            .filter(|entry| entry.notice == "certificate-not-retrieved")
            .map(|entry| (entry.recipient, entry.subject))
            .collect();
        assert_eq!(told, [("officer:agent".to_owned(), format!("certificate request {number}"))]);
        let (before, act) = (house.at, house.officer("alice"));
        let listed = unretrieved(&mut house.db, before, 10, &act).unwrap();
        assert_eq!(listed.shown.len(), 1);
        accepted(house, "agent", &number, &terms_in_force()).unwrap();
        assert!(unretrieved(&mut house.db, before, 10, &act).unwrap().shown.is_empty());
    });
}

#[test]
fn nobody_is_reminded_of_what_was_fetched_or_has_ended() {
    let mut house = House::new();
    let mut worker = house.worker();
    house.mandated(STRUCTURE);
    let mut pro = |house: &mut House, local_id: &str| {
        house.declare("agent", STRUCTURE, &member(local_id, Post::Employee)).unwrap();
        let wanted = Wanted::Member { structure: structure(STRUCTURE), local_id: local_id.to_owned() };
        let new = NewCertificateRequest { profile: "el-pp-pro-auth".to_owned(), wanted, csr: plain_csr() };
        house.certified_request(&mut worker, new)
    };
    let (fetched, revoked) = (pro(&mut house, "A1"), pro(&mut house, "A2"));
    accepted(&mut house, "agent", &fetched, &terms_in_force()).unwrap();
    let RequestState::Issued { issuer, serial, .. } =
        certificate_request::get(&mut house.db, &revoked).unwrap().state
    else {
        panic!("it is issued")
    };
    let act = house.act(Actor::Operator("root".to_owned()));
    let House { db, rng, .. } = &mut house;
    let reason = ca_core::revocation::RevocationReason::Superseded;
    db.write(|db| ca_core::revocation::revoke(db, &issuer, &serial, reason, rng, &act)).unwrap();
    house.later(30 * 86_400);
    let act = house.job();
    let after = std::time::Duration::from_secs(86_400);
    assert_eq!(remind(&mut house.db, after, &mut house.rng, &act).unwrap(), 0);
}

#[test]
fn terms_have_a_version_and_a_text_within_bounds() {
    let long = "x".repeat(TERMS_TEXT_BOUND + 1);
    for (version, text, wrong) in
        [("", "x", "version"), ("avec espace", "x", "version"), ("v", " \n", "text"), ("v", &long, "text")]
    {
        assert_eq!(CertificateTerms::new(version, text).unwrap_err().0, wrong, "{version:?}");
    }
    let terms = CertificateTerms::new("v", "x").unwrap();
    assert_eq!(terms.sha256(), "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881");
}

#[test]
fn the_web_role_writes_acceptances_of_now_and_the_worker_none() {
    let mut house = House::on(&fresh_postgresql());
    let number = certified_seal(&mut house);
    let now = house.db.now().unwrap().millis();
    let insert = |at: i64| {
        format!(
            "INSERT INTO certificate_terms_acceptances VALUES ('{number}', 'agent', 'v', '{}', NULL, {at})",
            "ab".repeat(32)
        )
    };
    house.sql("SET ROLE igc_worker").unwrap();
    let refused = house.sql(&insert(now)).unwrap_err().to_string();
    assert!(refused.contains("permission denied"), "{refused}");
    house.sql("SET ROLE igc_web").unwrap();
    for moved in [-3_600_000, 3_600_000] {
        let refused = house.sql(&insert(now + moved)).unwrap_err().to_string();
        assert!(refused.contains("when they are accepted"), "{refused}");
    }
    house.sql(&insert(now)).unwrap();
    let refused = house.sql("DELETE FROM certificate_terms_acceptances").unwrap_err().to_string();
    assert!(refused.contains("permission denied"), "{refused}");
    house.sql("INSERT INTO certificate_retrieval_reminders VALUES ('x', 1)").unwrap_err();
}
