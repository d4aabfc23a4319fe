//! Who asks for a structure speaks for it.

use super::*;

#[test]
fn an_agent_asks_for_the_structures_he_speaks_for_and_an_officer_for_any() {
    on_both(|house| {
        allow(house, SERVER);
        let ask = |house: &mut House, login: &str, key: &PKey<Private>| {
            let act = house.officer(login);
            let new = NewCertificateRequest {
                profile: "el-org-serv-ssl".to_owned(),
                wanted: Wanted::Structure(structure()),
                csr: csr(key, Some(SERVER), &[]),
            };
            let House { db, rng, .. } = house;
            db.write(|db| {
                with_issuance(|issuance| submit(db, &mut ImportedRegister, issuance, new, rng, &act))
            })
        };
        let refused = ask(house, "agent", &key()).unwrap_err();
        assert_eq!((refused.code().name, refused.broken_rules().len()), ("order-not-mandated", 1));
        assert_eq!(refused.broken_rules()[0].rule, "R-SERV-07");
        let by_officer = ask(house, "alice", &key()).unwrap();
        // The database says it again.
        let columns =
            "version, profile, structure, common_name, dns_names, csr, submitted_at, status, changed_at";
        let forged = format!(
            "INSERT INTO certificate_requests ({columns}, number, public_key, submitted_by) \
             SELECT {columns}, 'CR-2026-000099', csr, 'agent' FROM certificate_requests WHERE number = '{}'",
            by_officer.number
        );
        let error = house.sql(&forged).unwrap_err().to_string();
        assert!(error.contains("whoever asks for a structure speaks for it"), "{error}");

        let mandate = house.mandated(STRUCTURE);
        let decided = ask(house, "agent", &key()).unwrap();
        let undecided = ask(house, "agent", &key()).unwrap();
        approve_as(house, "bob", &decided).unwrap();
        house.later(60);
        house.end_mandate("alice", &mandate.number).unwrap();
        house.later(1);
        let refused = approve_as(house, "bob", &undecided).unwrap_err();
        assert_eq!(refused.broken_rules()[0].rule, "R-SERV-07");
        let mut worker = house.worker();
        certify(house, &mut worker, &decided.number).expect("what was decided before its end stands");
        assert_eq!(code(ask(house, "agent", &key())), "order-not-mandated");
        let late = forged.replace(
            &format!("SELECT {columns}"),
            &format!("SELECT {}", columns.replace("submitted_at", &house.at.millis().to_string())),
        );
        let error = house.sql(&late).unwrap_err().to_string();
        assert!(error.contains("speaks for it"), "the database knows the end too: {error}");
    });
}
