//! Software certificates of persons: of a professional as the register names him, of one of the staff as his agent declared him.

use diesel::prelude::*;
use openssl::x509::X509;
use professional_registry::identifiers::IdNatPs;
use professional_registry::{ImportedRegister, Profession};

use store::schema::outbox;

use super::*;
use crate::order::{StaffTie, Tie};
use crate::staff::Post;

const ADDRESS: &str = "elise.durand@pro.mssante.exemple.fr";
const MEMBER: &str = "000000042";

fn professional(holder: &IdNatPs, profession: &str) -> Wanted {
    Wanted::Professional { holder: holder.clone(), profession: Profession::from_code(profession).unwrap() }
}

fn member(local_id: &str) -> Wanted {
    Wanted::Member { structure: structure(), local_id: local_id.to_owned() }
}

fn plain(key: &PKey<Private>) -> Vec<u8> {
    csr(key, None, &[])
}

/// A request for the nurse's authentication.
fn for_the_nurse(house: &mut House) -> CertificateRequest {
    submit_for(house, "el-pp-soft-auth", professional(&nurse(), "60"), plain(&key())).unwrap()
}

/// A request for somebody of the structure, whose agent has his mandate.
fn for_a_member(house: &mut House) -> CertificateRequest {
    house.mandated(STRUCTURE);
    house.declare("agent", STRUCTURE, &crate::testing::member(MEMBER, Post::Employee)).unwrap();
    submit_for(house, "el-pp-pro-auth", member(MEMBER), plain(&key())).unwrap()
}

/// The subject, as openssl prints it, in alphabetical order.
fn subject_of(der: &[u8]) -> String {
    let certificate = X509::from_der(der).unwrap();
    let entry = |entry: &openssl::x509::X509NameEntryRef| {
        let name = entry.object().nid().short_name().unwrap().to_owned();
        format!("{name}={}", String::from_utf8(entry.data().as_slice().to_vec()).unwrap())
    };
    let mut entries: Vec<String> = certificate.subject_name().entries().map(entry).collect();
    entries.sort();
    entries.join(", ")
}

fn addresses(der: &[u8]) -> Vec<String> {
    let names = X509::from_der(der).unwrap().subject_alt_names();
    names.iter().flatten().filter_map(|name| name.email().map(str::to_owned)).collect()
}

fn approved_and_certified(house: &mut House, worker: &mut Worker, request: &CertificateRequest) -> Vec<u8> {
    assert_eq!(get(&mut house.db, &request.number).unwrap(), *request, "what is stored is what was asked");
    approve_as(house, "bob", request).unwrap();
    certify(house, worker, &request.number).unwrap().der
}

#[test]
fn a_professional_gets_certificates_as_the_register_names_him() {
    on_both(|house| {
        let mut worker = house.worker();
        import_mailboxes(house, &[(&nurse(), ADDRESS)]);
        let asked = [
            ("el-pp-soft-auth", csr(&key(), Some(&nurse().to_string()), &[]), Vec::new()),
            ("el-pp-soft-sign", csr_with(&key(), None, &[], &[ADDRESS]), vec![ADDRESS]),
        ];
        for (profile, csr, expected) in asked {
            let request = submit_for(house, profile, professional(&nurse(), "60"), csr).unwrap();
            let der = approved_and_certified(house, &mut worker, &request);
            assert_eq!(
                subject_of(&der),
                format!("C=FR, CN={}, GN=ÉLISE, SN=DURAND, title=Infirmier", nurse()),
                "{profile}"
            );
            assert_eq!(addresses(&der), expected, "{profile}");
        }
        let told: i64 = outbox::table
            .filter(outbox::recipient.eq(format!("holder:{}", nurse())))
            .filter(outbox::notice.eq("certificate-issued"))
            .count()
            .get_result(&mut house.db)
            .unwrap();
        assert_eq!(told, 2, "he is told of what was certified in his name");
    });
}

#[test]
fn one_of_the_staff_gets_certificates_as_his_agent_declared_him() {
    let mut house = House::new();
    let mut worker = house.worker();
    let request = for_a_member(&mut house);
    let der = approved_and_certified(&mut house, &mut worker, &request);
    let expected = "C=FR, CN=30B0193488/000000042, GN=MAËL, O=CENTRE HOSPITALIER IMAGINAIRE DE LA RIVE, OU=10B0193488, \
                    SN=LEROY, ST=Paris (75), title=Personnel santé ou social";
    assert_eq!(subject_of(&der), expected);
    let address = "mael.leroy@exemple.test";
    let signed = csr_with(&key(), None, &[], &[address]);
    let outcome = submit_for(&mut house, "el-pp-pro-sign", member(MEMBER), signed.clone());
    assert_eq!(code(outcome), "request-name-not-approved");
    allow(&mut house, address);
    let request = submit_for(&mut house, "el-pp-pro-sign", member(MEMBER), signed).unwrap();
    let der = approved_and_certified(&mut house, &mut worker, &request);
    assert_eq!((subject_of(&der), addresses(&der)), (expected.to_owned(), vec![address.to_owned()]));
}

#[test]
fn a_request_for_a_professional_whom_the_register_does_not_support_names_the_rule() {
    let mut house = House::new();
    let cases = [
        (professional(&nobody(), "60"), "R-PS-03", "order-holder-unknown"),
        (professional(&gone(), "60"), "R-PS-04", "order-holder-ceased"),
        (professional(&nurse(), "70"), "R-PS-05", "order-profession-not-exercised"),
        (professional(&student(), "10"), "R-PS-06", "order-category-refused"),
        (professional(&changed(), "60"), "R-PS-07", "order-profession-ceased"),
        (professional(&deprecated(), "35"), "R-PS-02", "order-profession-inactive"),
    ];
    for (wanted, rule, code) in cases {
        let refused = submit_for(&mut house, "el-pp-soft-auth", wanted, plain(&key())).unwrap_err();
        let broken: Vec<String> = refused.broken_rules().into_iter().map(|broken| broken.rule).collect();
        assert_eq!((broken, refused.code().name), (vec![rule.to_owned()], code));
    }
    let rita = house.officer("rita");
    let new = NewCertificateRequest {
        profile: "el-pp-soft-auth".to_owned(),
        wanted: professional(&nurse(), "60"),
        csr: plain(&key()),
    };
    let House { db, rng, .. } = &mut house;
    let outcome =
        db.write(|db| with_issuance(|issuance| submit(db, &mut ImportedRegister, issuance, new, rng, &rita)));
    assert_eq!(code(outcome), "officer-role-missing");
    assert!(list(&mut house.db, None, None, 10).unwrap().is_empty());
}

#[test]
fn the_address_is_a_mailbox_that_the_register_gives_to_this_very_professional() {
    let mut house = House::new();
    import_mailboxes(&mut house, &[(&nurse(), ADDRESS)]);
    let mut asked = |holder: &IdNatPs, profile: &str, addresses: &[&str]| {
        let csr = csr_with(&key(), None, &[], addresses);
        code(submit_for(&mut house, profile, professional(holder, "60"), csr))
    };
    assert_eq!(asked(&other_nurse(), "el-pp-soft-sign", &[ADDRESS]), "request-address-unknown");
    assert_eq!(asked(&nurse(), "el-pp-soft-sign", &["autre@exemple.fr"]), "request-address-unknown");
    assert_eq!(asked(&nurse(), "el-pp-soft-sign", &[]), "request-address");
    assert_eq!(asked(&nurse(), "el-pp-soft-sign", &[ADDRESS, "autre@exemple.fr"]), "request-address");
    assert_eq!(asked(&nurse(), "el-pp-soft-auth", &[ADDRESS]), "request-address");
}

#[test]
fn a_profile_is_for_one_kind_of_subject_and_a_request_for_nobody_else() {
    let mut house = House::new();
    let structure = Wanted::Structure(structure());
    for (profile, wanted) in [
        ("el-pp-soft-auth", structure.clone()),
        ("el-pp-soft-auth", member(MEMBER)),
        ("el-pp-pro-auth", professional(&nurse(), "60")),
        ("el-pp-pro-auth", structure),
        ("el-org-sign", professional(&nurse(), "60")),
    ] {
        let outcome = submit_for(&mut house, profile, wanted, plain(&key()));
        assert_eq!(code(outcome), "request-profile-not-offered", "{profile}");
    }
    for csr in [csr(&key(), Some(&other_nurse().to_string()), &[]), csr(&key(), None, &[SERVER])] {
        let outcome = submit_for(&mut house, "el-pp-soft-auth", professional(&nurse(), "60"), csr);
        assert_eq!(code(outcome), "request-common-name");
    }
    let shared = key();
    submit_for(&mut house, "el-pp-soft-auth", professional(&nurse(), "60"), plain(&shared)).unwrap();
    let again = submit_for(&mut house, "el-pp-soft-auth", professional(&other_nurse(), "60"), plain(&shared));
    assert_eq!(code(again), "request-already-open");
}

#[test]
fn the_register_is_asked_again_when_a_request_is_decided_and_when_it_is_certified() {
    let mut house = House::new();
    let mut worker = house.worker();
    let decided = for_the_nurse(&mut house);
    approve_as(&mut house, "bob", &decided).unwrap();
    let undecided = for_the_nurse(&mut house);
    house.import_day(2, &without(second_day(), &nurse()));
    assert_eq!(code(certify(&mut house, &mut worker, &decided.number)), "order-holder-ceased");
    let refused = approve_as(&mut house, "bob", &undecided).unwrap_err();
    assert_eq!(refused.broken_rules()[0].rule, "R-PS-04");
    let renamed = || {
        let mut lines = second_day();
        lines[0].family_name = "DURAND-MARTIN";
        lines
    };
    house.import_day(3, &renamed());
    assert_eq!(code(approve_as(&mut house, "bob", &undecided)), "order-register-changed");
}

#[test]
fn who_has_no_mandate_or_names_who_is_not_there_gets_no_certificate_of_the_staff() {
    let mut house = House::new();
    let mut worker = house.worker();
    let ask = |house: &mut House, local_id: &str| {
        submit_for(house, "el-pp-pro-auth", member(local_id), plain(&key()))
    };
    assert_eq!(code(ask(&mut house, MEMBER)), "order-not-mandated");
    let mandate = house.mandated(STRUCTURE).number;
    assert_eq!(code(ask(&mut house, MEMBER)), "order-member-unknown");
    house.declare("agent", STRUCTURE, &crate::testing::member("000000001", Post::Service)).unwrap();
    assert_eq!(code(ask(&mut house, "000000001")), "order-post-refused");
    house.declare("agent", STRUCTURE, &crate::testing::member(MEMBER, Post::Employee)).unwrap();
    let decided = ask(&mut house, MEMBER).unwrap();
    approve_as(&mut house, "bob", &decided).unwrap();
    let undecided = ask(&mut house, MEMBER).unwrap();
    house.later(60);
    house.end_mandate("alice", &mandate).unwrap();
    assert_eq!(code(approve_as(&mut house, "bob", &undecided)), "order-not-mandated");
    certify(&mut house, &mut worker, &decided.number).expect("what was decided before its end stands");
}

#[test]
fn a_forged_mandate_or_an_altered_person_leaves_no_approval() {
    let mut house = House::new();
    let request = for_a_member(&mut house);
    approve_as(&mut house, "bob", &request).unwrap();
    house.sql("DROP TRIGGER certificate_requests_keep_their_submitter").unwrap();
    let at = house.at;
    let kept = house.sql("UPDATE certificate_requests SET family_name = 'AUTRE'").unwrap_err();
    assert!(kept.to_string().contains("never changed"), "{kept}");
    house.sql("DROP TRIGGER certificate_requests_keep_their_person").unwrap();
    for alteration in [
        "family_name = 'AUTRE'",
        "given_name = 'Autre'",
        "title = 'Médecin'",
        "email_address = 'autre@exemple.test'",
        "common_name = '30B0193488/000000043'",
        "title = NULL, mandate = NULL, structure = '', profession = '10', category = 'C'",
    ] {
        house.sql("SAVEPOINT before").unwrap();
        house.sql(&format!("UPDATE certificate_requests SET {alteration}")).unwrap();
        let error = verify_request_evidence(&mut house.db, &house.verifier, &request.number, at).unwrap_err();
        assert_eq!(error.code().name, "approval-proof-invalid", "{alteration}");
        house.sql("ROLLBACK TO before; RELEASE before").unwrap();
    }
    verify_request_evidence(&mut house.db, &house.verifier, &request.number, at).unwrap();
    // An approved mandate of another structure's agent is none for this request.
    house.sql("DROP TRIGGER structure_mandates_are_never_changed").unwrap();
    house.sql("UPDATE structure_mandates SET login = 'mallory'").unwrap();
    let error = verify_request_evidence(&mut house.db, &house.verifier, &request.number, at).unwrap_err();
    assert_eq!(error.code().name, "approval-evidence-missing");
}

#[test]
fn a_row_that_is_for_two_subjects_or_for_none_is_refused_by_the_database() {
    on_both(|house| {
        for_the_nurse(house);
        for (from, to) in [
            ("profession", "NULL"),
            ("family_name", "NULL"),
            ("structure", "'F0B0193488'"),
            ("title", "'Titre'"),
        ] {
            let columns = "number, version, profile, structure, common_name, dns_names, csr, public_key, submitted_by, \
                           submitted_at, status, changed_at, family_name, given_name, profession, category, title";
            let values = columns.replace("number", "'CR-2026-999999'").replace(from, to);
            let statement = format!(
                "INSERT INTO certificate_requests ({columns}) SELECT {values} FROM certificate_requests"
            );
            let refused = house.sql(&statement).unwrap_err();
            assert!(refused.to_string().contains("a request is for"), "{from}: {refused}");
        }
    });
}

#[test]
fn the_canonical_encodings_of_requests_for_persons_are_these_octets() {
    let request = |profile: &str, holder: &str, tie, email_address: Option<&str>| CertificateRequest {
        number: "CR-2026-000001".to_owned(),
        version: 1,
        profile: profile.to_owned(),
        subject: Subject::Person(Person {
            holder: holder.parse().unwrap(),
            family_name: "DURAND".to_owned(),
            given_name: "Élise".to_owned(),
            tie,
        }),
        common_name: holder.to_owned(),
        dns_names: Vec::new(),
        email_address: email_address.map(str::to_owned),
        csr: b"csr".to_vec(),
        public_key: b"key".to_vec(),
        submitted_by: "agent".to_owned(),
        submitted_at: "2026-11-21T10:00:00Z".parse().unwrap(),
        state: RequestState::Submitted,
    };
    let exercise = Tie::Exercise {
        profession: Profession::from_code("60").unwrap(),
        category: professional_registry::Category::Civil,
    };
    let staff = Tie::Structure(StaffTie {
        structure: structure(),
        title: "Personnel santé ou social".to_owned(),
        mandate: "MA-2026-000001".to_owned(),
    });
    let both = [
        request("el-pp-soft-sign", "899700000013", exercise, Some(ADDRESS)),
        request("el-pp-pro-auth", "30B0193488/000000042", staff, None),
    ];
    let encoded: Vec<String> =
        both.iter().map(|one| hex::encode(CanonicalRequest::of(one).as_der())).collect();
    assert_eq!(encoded.join("\n"), include_str!("canonical_persons_golden.hex").trim());
}

#[test]
fn a_professional_s_page_and_his_dossiers_have_his_certificates_with_their_state_and_no_other_s() {
    on_both(|house| {
        let mut worker = house.worker();
        let request = for_the_nurse(house);
        let seen = |house: &mut House| {
            let act = house.officer("bob");
            let seen = crate::views::holder(&mut house.db, &mut ImportedRegister, &nurse(), &act).unwrap();
            seen.certificates
                .shown
                .into_iter()
                .map(|one| (one.request.number, one.status.unwrap().word()))
                .collect::<Vec<_>>()
        };
        assert_eq!(seen(house), [], "it waits for its decision");
        approved_and_certified(house, &mut worker, &request);
        assert_eq!(seen(house), [(request.number.clone(), "good")]);
        let RequestState::Issued { issuer, serial, .. } = get(&mut house.db, &request.number).unwrap().state
        else {
            panic!("it is certified")
        };
        let act = house.officer("rita");
        let House { db, rng, .. } = &mut *house;
        db.write(|db| revocation::revoke(db, &issuer, &serial, RevocationReason::Superseded, rng, &act))
            .unwrap();
        assert_eq!(seen(house), [(request.number.clone(), "revoked")]);
        let order = house.submit("alice", cps(&nurse(), "60")).unwrap().number().to_owned();
        let bob = house.officer("bob");
        let dossier = crate::views::dossier(&mut house.db, &mut ImportedRegister, &order, &bob).unwrap();
        assert_eq!(dossier.certificates.shown.len(), 1);
        let alice = house.officer("alice");
        let other =
            crate::views::holder(&mut house.db, &mut ImportedRegister, &other_nurse(), &alice).unwrap();
        assert_eq!(other.certificates.shown.len(), 0);
    });
}
