//! m of n: the report says who opened a shared token, and does not hold where too few did.

use serde_json::{Value, json};

use super::hall::{Hall, take};
use super::reports::rewrite_lines;
use super::{ISSUING, ROOT};
use crate::ceremony::verify::verify_content;
use crate::ceremony::{Report, Step, VerifiedReport};
use crate::signer::soft_token::in_child;

const HERE: &str = module_path!();

fn verified(hall: &mut Hall, text: &str) -> (Report, Vec<u8>, VerifiedReport) {
    let signed = hall.report(text).unwrap();
    let report: Report = serde_json::from_slice(&signed.json).unwrap();
    let verified = verify_content(&report, &signed.audit_key).unwrap();
    (report, signed.audit_key, verified)
}

#[test]
fn every_use_of_a_shared_token_takes_m_of_its_custodians() {
    in_child(HERE, "every_use_of_a_shared_token_takes_m_of_its_custodians", |module| {
        let mut hall = Hall::new(module);
        hall.hold(ROOT).unwrap();
        let (_, _, roots) = verified(&mut hall, ROOT);
        let [shared] = roots.shared_tokens.as_slice() else { panic!("one, not {roots:?}") };
        let names = shared.custodians.clone();
        assert_eq!((shared.token.as_str(), shared.needed, names.len()), ("roots", 3, 5));
        assert!(
            shared.opened_by.is_empty() && roots.not_proven.is_empty(),
            "who drew the PINs held it to its end"
        );

        hall.shares = [5, 1, 3].map(|number| hall.share_file(number)).to_vec();
        let mut hall = hall.in_another_process();
        hall.hold(ISSUING).unwrap();
        let (whole, key, issuing) = verified(&mut hall, ISSUING);
        let opened: Vec<&String> = issuing.shared_tokens[0].opened_by.iter().collect();
        let mut three = vec![&names[0], &names[2], &names[4]];
        three.sort();
        assert_eq!((opened, issuing.not_proven.len()), (three, 0));

        let altered = |of: &str, alter: &dyn Fn(&mut Value)| {
            let mut report = whole.clone();
            let line = |line: &Value| {
                let event = if of == "open" { "done" } else { "begun" };
                line["step"] == of && line["event"] == event
            };
            rewrite_lines(&mut report, line, alter);
            verify_content(&report, &key)
        };
        let refused = |of: &str, expected: &str, alter: &dyn Fn(&mut Value)| {
            let refused = altered(of, alter).expect_err(expected).to_string();
            assert!(refused.contains(expected), "{refused}");
        };
        const FEW: &str = "certificate ACI-FO-PP: token roots takes 3 of its 5 custodians, and ";
        let names_on = |names: Value| move |said: &mut Value| said["opened_by"] = names.clone();
        let (one, two) = (&names[0], &names[1]);
        refused("certificate ACI-FO-PP", FEW, &|said| {
            drop(said.as_object_mut().unwrap().remove("opened_by"))
        });
        refused("certificate ACI-FO-PP", FEW, &names_on(json!([one, two])));
        refused("certificate ACI-FO-PP", FEW, &names_on(json!([one, one, two])));
        refused(
            "certificate ACI-FO-PP",
            "X holds no share of token roots",
            &names_on(json!([one, two, "X"])),
        );
        refused("certificate ACI-FO-PP", "does not say which token", &|said| said["token"] = Value::Null);
        refused("open", "one alone opens the token", &|said| said["custodians"][0]["needed"] = 1.into());

        // As a program of before wrote it: it holds, and says what it does not prove.
        let mut before = whole.clone();
        rewrite_lines(
            &mut before,
            |_| true,
            |said| {
                let Some(said) = said.as_object_mut() else { return };
                for later in ["custodians", "identity_sha256", "token", "opened_by"] {
                    // A token that is initialised says its name under the same word.
                    if later != "token" || said.contains_key("opened_by") {
                        said.remove(later);
                    }
                }
            },
        );
        before.identity = None;
        let before = verify_content(&before, &key).unwrap();
        assert!(before.shared_tokens.is_empty() && before.not_proven.len() == 2, "{:?}", before.not_proven);
        assert!(before.not_proven[0].starts_with("that custodians opened the tokens"));
    });
}

#[test]
fn who_takes_up_a_ceremony_that_drew_the_pins_needs_the_custodians_and_a_share_unread_is_said() {
    in_child(
        HERE,
        "who_takes_up_a_ceremony_that_drew_the_pins_needs_the_custodians_and_a_share_unread_is_said",
        |module| {
            let mut hall = Hall::new(module);
            hall.within(ROOT, |db, course, crls| {
                while let Some(step) = course.next().filter(|step| !matches!(step, Step::Certificate(_))) {
                    take(db, course, &step, crls)?;
                }
                Ok(())
            })
            .unwrap();
            hall.shares = [1, 2, 4].map(|number| hall.share_file(number)).to_vec();
            let mut hall = hall.in_another_process();
            hall.hold(ROOT).unwrap();
            let (whole, key, roots) = verified(&mut hall, ROOT);
            assert_eq!(roots.shared_tokens[0].opened_by.len(), 3);

            let mut nobody = whole.clone();
            let of_key = |line: &Value| line["step"] == "certificate ACR-ST" && line["event"] == "begun";
            rewrite_lines(&mut nobody, of_key, |said| said["opened_by"] = json!([]));
            let refused = verify_content(&nobody, &key).unwrap_err().to_string();
            assert!(refused.contains("certificate ACR-ST: token roots takes 3 of its 5"), "{refused}");

            let mut unread = whole.clone();
            rewrite_lines(
                &mut unread,
                |line| line["step"] == "acknowledge 2" && line["event"] == "done",
                |said| {
                    said["read_back"] = false.into();
                },
            );
            let unread = verify_content(&unread, &key).unwrap();
            let [words] = unread.not_proven.as_slice() else { panic!("{:?}", unread.not_proven) };
            assert!(words.contains(&roots.shared_tokens[0].custodians[1]), "{words}");
        },
    );
}
