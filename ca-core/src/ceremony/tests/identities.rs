//! A ceremony is held with one identity, whoever takes it up, and its report brings that one whatever the installation has since.

use serde_json::json;
use store::Fault;

use super::INSTALLATION;
use super::hall::Hall;
use super::reports::rewrite_lines;
use crate::ceremony::held_identity::settle;
use crate::ceremony::verify::{sha256, verify_content};
use crate::ceremony::{Ceremony, CeremonyError, Report, ReportIdentity, Step, read_chain};
use crate::identity::Identity;
use crate::signer::soft_token::in_child;

const HERE: &str = module_path!();

/// The demonstration's, with another organisation in every name.
fn another() -> Identity {
    let text = Identity::DEMO.replace("DEMO IGC SANTE LIBRE", "AUTRE IGC SANTE LIBRE");
    Identity::parse(&text).unwrap()
}

impl Hall {
    fn transcript(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("ceremonies/demo/transcript.jsonl")).unwrap()
    }

    /// Takes the steps up to the first certificate, and that one.
    fn take_up_to_a_certificate(&mut self) {
        let steps = Ceremony::parse(INSTALLATION).unwrap().steps();
        let first = steps.iter().position(|step| matches!(step, Step::Certificate(_))).unwrap();
        let taken = std::fs::read_to_string(self.folder.path().join("ceremonies/demo/transcript.jsonl"));
        let done =
            taken.map_or(0, |text| text.lines().filter(|line| line.contains("\"event\":\"done\"")).count());
        self.take_steps(INSTALLATION, first + 1 - done).unwrap();
    }

    fn keeps_its_identity(&mut self) -> bool {
        self.within(INSTALLATION, |_, course, _| Ok(course.identity_to_keep().is_some())).unwrap()
    }
}

#[test]
fn what_was_begun_with_one_identity_is_not_taken_up_with_another_and_its_report_brings_the_first() {
    in_child(
        HERE,
        "what_was_begun_with_one_identity_is_not_taken_up_with_another_and_its_report_brings_the_first",
        |module| {
            let mut hall = Hall::new(module);
            let (first, second) = (Identity::demo(), another());
            let [of_first, of_second] = [&first, &second].map(|one| sha256(one.text().as_bytes()));
            hall.take_up_to_a_certificate();
            let transcript = hall.transcript();
            hall.identity = second.clone();
            let refused = hall.hold(INSTALLATION).unwrap_err();
            assert_eq!(refused.code().name, "ceremony-other-identity");
            let words = refused.to_string();
            assert!(words.contains(&of_first) && words.contains(&of_second), "{words}");
            assert_eq!(hall.transcript(), transcript, "nothing was touched");

            hall.identity = first.clone();
            hall.hold(INSTALLATION).unwrap();
            assert!(hall.keeps_its_identity());
            // Once it has come to its end nothing more is made, and the installation may have another.
            hall.identity = second.clone();
            assert!(hall.hold(INSTALLATION).unwrap().held_before);
            assert!(!hall.keeps_its_identity(), "the copy of the first is not replaced");

            let kept = hall.report_with(INSTALLATION, ReportIdentity::Kept(first.text())).unwrap();
            let whole: Report = serde_json::from_slice(&kept.json).unwrap();
            assert_eq!(whole.identity.as_deref(), Some(first.text()));
            let verified = verify_content(&whole, &kept.audit_key).unwrap();
            assert_eq!((verified.identity_sha256, kept.not_proven.len()), (Some(of_first.clone()), 0));

            let changed = hall.report_with(INSTALLATION, ReportIdentity::Kept(second.text())).unwrap_err();
            let words = changed.to_string();
            assert!(words.contains(&of_first) && words.contains(&of_second), "{words}");
            // A ceremony of before, of which none was kept.
            let lost = hall.report_with(INSTALLATION, ReportIdentity::OfToday(second.text())).unwrap();
            let [words] = lost.not_proven.as_slice() else { panic!("{:?}", lost.not_proven) };
            assert!(words.contains(&of_first), "{words}");
            let today = hall.report_with(INSTALLATION, ReportIdentity::OfToday(first.text())).unwrap();
            assert_eq!(today.json, kept.json);
        },
    );
}

#[test]
fn what_has_made_no_certificate_goes_on_with_another_identity_and_its_transcript_says_so() {
    in_child(
        HERE,
        "what_has_made_no_certificate_goes_on_with_another_identity_and_its_transcript_says_so",
        |module| {
            let mut hall = Hall::new(module);
            // A token bears no name.
            hall.take_steps(INSTALLATION, 2).unwrap();
            let second = another();
            hall.identity = second.clone();
            assert!(hall.keeps_its_identity());
            hall.take_up_to_a_certificate();
            hall.identity = Identity::demo();
            let refused = hall.hold(INSTALLATION).unwrap_err();
            assert!(matches!(&refused, CeremonyError::OtherIdentity { .. }), "{refused}");
            hall.identity = second.clone();
            hall.hold(INSTALLATION).unwrap();

            let signed = hall.report_with(INSTALLATION, ReportIdentity::Kept(second.text())).unwrap();
            let whole: Report = serde_json::from_slice(&signed.json).unwrap();
            let verified = verify_content(&whole, &signed.audit_key).unwrap();
            let of_second = Some(sha256(second.text().as_bytes()));
            assert_eq!(verified.identity_sha256, of_second);
            assert_eq!(verified.taken_up_by.iter().filter(|who| who.identity_sha256 == of_second).count(), 1);

            let lines: Vec<serde_json::Value> =
                hall.transcript().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            let named = lines.iter().find(|line| !line["detail"]["taken_up_by"]["identity_sha256"].is_null());
            let named_at = named.unwrap()["step"].as_str().unwrap().to_owned();
            // Nobody names it after something was made with the first, and nobody leaves it out.
            let refused = |expected: &str, said: &str, begun_at: &str, identity: Option<&String>| {
                let mut report = whole.clone();
                let of = |line: &serde_json::Value| line["step"] == begun_at && line["event"] == "begun";
                rewrite_lines(&mut report, of, |detail| {
                    detail["taken_up_by"] =
                        json!({ "operator": "Alix", "witnesses": [], "identity_sha256": identity });
                });
                let words = verify_content(&report, &signed.audit_key).expect_err(said).to_string();
                assert!(words.contains(expected), "{said}: {words}");
            };
            let expected = "certificate ACR-FO: goes on with another identity than what was begun before it";
            refused(expected, "later", "certificate ACR-FO", of_second.as_ref());
            let expected = "open: was held with another identity than the report's";
            refused(expected, "left out", &named_at, None);
        },
    );
}

/// The lines of a program that did not write down which identity it had.
#[test]
fn a_transcript_of_before_is_taken_up_with_whatever_identity_there_is() {
    in_child(HERE, "a_transcript_of_before_is_taken_up_with_whatever_identity_there_is", |module| {
        let mut hall = Hall::new(module);
        hall.take_up_to_a_certificate();
        let ceremony = Ceremony::parse(INSTALLATION).unwrap();
        let mut entries = read_chain(&hall.transcript(), &ceremony.sha256()).unwrap();
        assert!(settle(&ceremony, &entries, &another()).is_err());
        for entry in &mut entries {
            entry.detail.as_object_mut().unwrap().remove("identity_sha256");
        }
        assert_eq!(settle(&ceremony, &entries, &another()).unwrap(), None);
    });
}
