//! What is answered from memory and from kept signatures, and when it is not.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use ca_core::revocation::RevocationReason;
use ca_core::signer::{KeyReference, SignatureAlgorithm, Signer, SignerError, SigningRequest};
use const_oid::ObjectIdentifier;
use const_oid::db::rfc5912::{ID_SHA_1, ID_SHA_256};
use const_oid::db::rfc6960::{ID_PKIX_OCSP_ARCHIVE_CUTOFF, ID_PKIX_OCSP_EXTENDED_REVOKE};
use der::asn1::GeneralizedTime;
use der::{Decode, Encode};
use store::{Act, Timestamp};
use x509_cert::ext::pkix::CrlReason;

use super::answers::Answers;
use super::response::{BasicOcspResponse, CertStatus, OcspResponseStatus, SingleResponse};
use super::tests::{ask_at, basic, cert_id, request};
use super::{Answer, AnswerKind};
use crate::fixture::{ISSUING, SoftwareSigner, World};
use crate::policy::NeverIssued;
use crate::pool::{OpenError, Pool};
use crate::status::Statuses;

pub(super) const DAY: Duration = Duration::from_secs(86_400);

/// Counts what it is asked to sign, takes its time and fails where it is told to.
#[derive(Clone)]
struct Counting {
    keys: SoftwareSigner,
    signed: Arc<AtomicUsize>,
    takes: Duration,
    away: Arc<AtomicBool>,
}

impl Signer for Counting {
    fn sign(&mut self, request: &SigningRequest<'_>) -> Result<Vec<u8>, SignerError> {
        std::thread::sleep(self.takes);
        self.signed.fetch_add(1, Ordering::SeqCst);
        if self.away.load(Ordering::SeqCst) {
            return SoftwareSigner { gone: true, ..self.keys.clone() }.sign(request);
        }
        self.keys.sign(request)
    }

    fn public_key(&mut self, key: &KeyReference) -> Result<Vec<u8>, SignerError> {
        self.keys.public_key(key)
    }
}

/// A responder over a world, whose database can be taken away.
pub(crate) struct Desk {
    pub(crate) answers: Answers,
    pub(super) here: Arc<AtomicBool>,
    signed: Arc<AtomicUsize>,
    /// Whether its signer fails.
    pub(super) signer_away: Arc<AtomicBool>,
    /// How many connections were opened.
    pub(super) opened: Arc<AtomicUsize>,
}

pub(crate) fn desk(world: &World) -> Desk {
    desk_that_takes(world, Duration::ZERO)
}

pub(super) fn desk_that_takes(world: &World, takes: Duration) -> Desk {
    desk_of(world, takes, 1024 * 1024)
}

/// One that keeps so many octets of answers.
pub(super) fn desk_of(world: &World, takes: Duration, cache: usize) -> Desk {
    let here = Arc::new(AtomicBool::new(true));
    let (url, reachable) = (format!("sqlite:{}", world.path("igc.sqlite").display()), Arc::clone(&here));
    let opened = Arc::new(AtomicUsize::new(0));
    let opens = Arc::clone(&opened);
    let databases = Pool::new(
        2,
        Box::new(move || {
            opens.fetch_add(1, Ordering::SeqCst);
            std::thread::sleep(takes);
            let gone = || OpenError::from("the database is away");
            reachable.load(Ordering::SeqCst).then_some(()).ok_or_else(gone)?;
            Ok(store::Database::open(&url, store::DatabaseRole::Status)?)
        }),
    );
    let signed = Arc::new(AtomicUsize::new(0));
    let signer_away = Arc::new(AtomicBool::new(false));
    let away = Arc::clone(&signer_away);
    let signer = Counting { keys: world.signer.clone(), signed: Arc::clone(&signed), takes, away };
    let open = move || Ok(ca_core::signer::VerifiedSigner::new(Box::new(signer.clone())));
    let signers = Pool::new(4, Box::new(open));
    let statuses = Statuses::beside(world.folder.clone());
    let answers = Answers::new(world.policy.clone(), cache, statuses, databases, signers);
    Desk { answers, here, signed, signer_away, opened }
}

impl Desk {
    /// Takes the database away, from those who have it open too.
    pub(crate) fn cut(&self) {
        self.here.store(false, Ordering::SeqCst);
        self.answers.databases.renew();
    }

    pub(super) fn give_back(&self) {
        self.here.store(true, Ordering::SeqCst);
    }

    pub(crate) fn signed(&self) -> usize {
        self.signed.load(Ordering::SeqCst)
    }

    pub(crate) fn ask(&self, request: &[u8], act: &Act) -> Answer {
        ask_at(&self.answers, request, act)
    }
}

pub(super) fn world() -> World {
    let mut world = World::new();
    for serial in ["1D01", "1D02"] {
        world.issue(ISSUING, serial, world.start.plus(300 * DAY));
    }
    world.revoke(ISSUING, "1D02", RevocationReason::KeyCompromise);
    world
}

pub(crate) fn about(world: &World, hash: ObjectIdentifier, serial: &[u8]) -> Vec<u8> {
    request(vec![cert_id(world, ISSUING, hash, serial)], vec![]).to_der().unwrap()
}

/// The answer, once its signature is verified with the certificate that it carries.
pub(super) fn verified(answer: &Answer) -> BasicOcspResponse {
    let basic = basic(answer);
    let certificate = &basic.certs.as_ref().unwrap()[0];
    let key = certificate.tbs_certificate().subject_public_key_info().to_der().unwrap();
    let tbs = basic.tbs_response_data.to_der().unwrap();
    let algorithm = SignatureAlgorithm::of_key(&key).unwrap();
    assert!(algorithm.verify(&key, &tbs, basic.signature.raw_bytes()), "the signature is another's");
    basic
}

pub(super) fn single(answer: &Answer) -> SingleResponse {
    verified(answer).tbs_response_data.responses.remove(0)
}

pub(super) fn later(act: &Act, by: Duration) -> Act {
    Act { at: act.at.plus(by), ..act.clone() }
}

pub(super) fn moments(answer: &Answer) -> (Timestamp, Timestamp) {
    match answer.kind {
        AnswerKind::Signed { this_update, next_update, .. } => (this_update, next_update),
        AnswerKind::Error(status) => panic!("{status:?}"),
    }
}

#[test]
fn an_answer_is_signed_once_and_sent_again_until_it_is_due() {
    let mut world = world();
    let (desk, act) = (desk(&world), world.act(DAY));
    desk.answers.synchronise(&mut world.db, &act).unwrap();
    for hash in [ID_SHA_1, ID_SHA_256] {
        let before = desk.signed();
        let request = about(&world, hash, &[0x1D, 0x01]);
        assert!(desk.answers.at_once(&request, act.at).is_err(), "nothing is kept yet");
        let first = desk.ask(&request, &act);
        assert!(matches!(single(&first).cert_status, CertStatus::Good(_)));
        let soon = later(&act, Duration::from_secs(60));
        assert_eq!(desk.answers.at_once(&request, soon.at).ok().as_ref(), Some(&first), "the same octets");
        assert_eq!(desk.signed(), before + 1, "each form of CertID has an answer of its own");
    }
    // Long before it ends a newer one is signed, as soon as there is anything newer to say.
    let due = later(&act, world.policy.ocsp_reuse());
    let request = about(&world, ID_SHA_1, &[0x1D, 0x01]);
    assert_eq!(moments(&desk.ask(&request, &due)).0, act.at.whole_second(), "the log was not read since");
    assert_eq!(desk.signed(), 2);
    desk.answers.synchronise(&mut world.db, &due).unwrap();
    assert_eq!(moments(&desk.ask(&request, &due)).0, due.at.whole_second());
    assert_eq!(desk.signed(), 3);
    assert!(world.policy.ocsp_reuse() < world.policy.ocsp_validity / 2);
}

#[test]
fn a_revocation_is_answered_as_soon_as_its_event_was_applied() {
    let mut world = world();
    let (desk, act) = (desk(&world), world.act(DAY));
    desk.answers.synchronise(&mut world.db, &act).unwrap();
    let request = about(&world, ID_SHA_1, &[0x1D, 0x01]);
    assert!(matches!(single(&desk.ask(&request, &act)).cert_status, CertStatus::Good(_)));
    world.revoke(ISSUING, "1D01", RevocationReason::Superseded);
    let step = desk.answers.synchronise(&mut world.db, &act).unwrap();
    assert_eq!(step.changed, [(ISSUING.to_owned(), "1D01".to_owned())]);
    let CertStatus::Revoked(revoked) = single(&desk.ask(&request, &act)).cert_status else {
        panic!("the kept answer was sent")
    };
    assert_eq!(revoked.revocation_reason, Some(CrlReason::Superseded));
    assert!(desk.answers.at_once(&request, act.at).is_ok(), "and is kept in its turn");
}

#[test]
fn a_herd_that_asks_the_same_has_one_signature_made() {
    let mut world = world();
    let act = world.act(DAY);
    let desk = desk_that_takes(&world, Duration::from_millis(300));
    desk.answers.synchronise(&mut world.db, &act).unwrap();
    let request = about(&world, ID_SHA_256, &[0x1D, 0x01]);
    let together = Barrier::new(24);
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let ask = || {
            together.wait();
            desk.ask(&request, &act)
        };
        let herd: Vec<_> = (0..24).map(|_| scope.spawn(ask)).collect();
        herd.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    verified(&answers[0]);
    assert_eq!(desk.signed(), 1);
}

#[test]
fn without_the_database_answers_go_on_until_their_end_and_say_when_they_were_known() {
    let mut world = world();
    let (desk, act) = (desk(&world), world.act(DAY));
    desk.answers.synchronise(&mut world.db, &act).unwrap();
    desk.cut();
    let [good, revoked, other] = [0x01, 0x02, 0x77].map(|last| about(&world, ID_SHA_1, &[0x1D, last]));
    let end = act.at.whole_second().plus(world.policy.ocsp_validity);
    let almost = Act { at: end.minus(Duration::from_secs(1)), ..act.clone() };
    for now in [&act, &later(&act, DAY), &almost] {
        assert_eq!(moments(&desk.ask(&good, now)), (act.at.whole_second(), end));
        assert!(matches!(single(&desk.ask(&revoked, now)).cert_status, CertStatus::Revoked(_)));
        assert_eq!(desk.ask(&other, now), Answer::error(OcspResponseStatus::TryLater), "who knows");
    }
    let over = Act { at: end, ..act.clone() };
    for request in [&good, &revoked, &other] {
        assert_eq!(desk.ask(request, &over), Answer::error(OcspResponseStatus::TryLater));
    }
    desk.give_back();
    desk.answers.synchronise(&mut world.db, &over).unwrap();
    assert_eq!(moments(&desk.ask(&good, &over)).0, end);
    assert!(matches!(single(&desk.ask(&other, &over)).cert_status, CertStatus::Unknown(_)));
}

#[test]
fn a_certificate_issued_since_is_looked_up_once_and_one_that_is_not_good_each_time() {
    let mut world = world();
    let (desk, act) = (desk(&world), world.act(DAY));
    desk.answers.synchronise(&mut world.db, &act).unwrap();
    let request = about(&world, ID_SHA_1, &[0x1D, 0x03]);
    let says = |desk: &Desk| single(&desk.ask(&request, &act)).cert_status;
    world.intend(ISSUING, "1D03");
    assert!(matches!(says(&desk), CertStatus::Unknown(_)));
    world.settle(ISSUING, "1D03", "signing", None);
    assert!(matches!(says(&desk), CertStatus::Unknown(_)));
    world.settle(ISSUING, "1D03", "good", Some(b"DER".to_vec()));
    assert!(matches!(says(&desk), CertStatus::Good(_)));
    desk.cut();
    assert!(matches!(says(&desk), CertStatus::Good(_)), "it is in memory now");
}

#[test]
fn a_certificate_that_was_revoked_and_has_expired_is_still_revoked_and_answers_say_how_far_back_they_know() {
    let mut world = world();
    let act = world.act(400 * DAY);
    let desk = desk(&world);
    desk.answers.synchronise(&mut world.db, &act).unwrap();
    let said = single(&desk.ask(&about(&world, ID_SHA_1, &[0x1D, 0x02]), &act));
    assert!(matches!(said.cert_status, CertStatus::Revoked(_)), "100 days after it expired");
    let extensions = said.single_extensions.unwrap();
    assert_eq!(extensions.len(), 1);
    assert_eq!(extensions[0].extn_id, ID_PKIX_OCSP_ARCHIVE_CUTOFF);
    let cutoff = GeneralizedTime::from_der(extensions[0].extn_value.as_bytes()).unwrap();
    // The authority's own notBefore: a year before this world began.
    let since = world.start.minus(365 * DAY).seconds();
    assert_eq!(cutoff.to_unix_duration().as_secs(), since.unsigned_abs());
}

#[test]
fn a_serial_number_that_was_never_issued_is_revoked_in_the_extended_sense_where_the_operator_wants_it() {
    let mut world = world();
    world.policy.ocsp_never_issued = NeverIssued::Revoked;
    let (desk, act) = (desk(&world), world.act(DAY));
    desk.answers.synchronise(&mut world.db, &act).unwrap();
    let data = verified(&desk.ask(&about(&world, ID_SHA_1, &[0x1D, 0x77]), &act)).tbs_response_data;
    let CertStatus::Revoked(revoked) = &data.responses[0].cert_status else { panic!("{data:?}") };
    assert_eq!(revoked.revocation_time.to_unix_duration(), Duration::ZERO);
    assert_eq!(revoked.revocation_reason, Some(CrlReason::CertificateHold));
    let extensions = data.response_extensions.unwrap();
    assert_eq!(extensions[0].extn_id, ID_PKIX_OCSP_EXTENDED_REVOKE);
    assert_eq!(extensions[0].extn_value.as_bytes(), [5, 0]);
    // What was issued is answered as ever.
    let data = verified(&desk.ask(&about(&world, ID_SHA_1, &[0x1D, 0x01]), &act)).tbs_response_data;
    assert!(matches!(data.responses[0].cert_status, CertStatus::Good(_)));
    assert!(data.response_extensions.is_none());
}

#[test]
fn no_answer_is_sent_before_its_this_update_where_the_clock_went_back() {
    let mut world = world();
    let (desk, act) = (desk(&world), world.act(DAY));
    desk.answers.synchronise(&mut world.db, &act).unwrap();
    let request = about(&world, ID_SHA_1, &[0x1D, 0x01]);
    desk.ask(&request, &act);
    let back = Act { at: act.at.minus(Duration::from_secs(3600)), ..act };
    assert_eq!(moments(&desk.ask(&request, &back)).0, back.at.whole_second());
}

#[test]
fn no_kept_answer_claims_what_was_known_by_a_clock_that_was_ahead() {
    let mut world = world();
    let (desk, act) = (desk(&world), world.act(DAY));
    let ahead = later(&act, Duration::from_secs(3600));
    let request = about(&world, ID_SHA_1, &[0x1D, 0x01]);
    desk.answers.synchronise(&mut world.db, &ahead).unwrap();
    assert_eq!(moments(&desk.ask(&request, &ahead)).0, ahead.at.whole_second());
    desk.answers.synchronise(&mut world.db, &act).unwrap();
    desk.cut();
    let hours_later = later(&act, Duration::from_secs(2 * 3600));
    assert_eq!(moments(&desk.ask(&request, &hours_later)).0, act.at.whole_second());
}

#[test]
fn a_revocation_that_came_since_the_log_was_read_makes_nothing_known_of_what_is_asked_about_beside_it() {
    let mut world = world();
    let (desk, act) = (desk(&world), world.act(DAY));
    desk.answers.synchronise(&mut world.db, &act).unwrap();
    let since = act.at.plus(Duration::from_secs(40));
    world.issue(ISSUING, "1D03", world.start.plus(300 * DAY));
    world.revoke_ahead(ISSUING, "1D03", since);
    let both = [0x01, 0x03].map(|last| cert_id(&world, ISSUING, ID_SHA_1, &[0x1D, last]));
    let both = request(both.to_vec(), vec![]).to_der().unwrap();
    let answer = desk.ask(&both, &act);
    assert!(matches!(verified(&answer).tbs_response_data.responses[1].cert_status, CertStatus::Revoked(_)));
    assert_eq!(moments(&answer).0, act.at.whole_second());
    let alone = desk.ask(&about(&world, ID_SHA_1, &[0x1D, 0x03]), &act);
    assert_eq!(moments(&alone).0, since.whole_second());
}

#[test]
fn a_kept_signature_is_put_around_no_octets_but_those_it_signed() {
    let mut world = world();
    let (desk, act) = (desk(&world), world.act(DAY));
    desk.answers.synchronise(&mut world.db, &act).unwrap();
    let mut forms = Vec::new();
    for hash in [ID_SHA_1, ID_SHA_256] {
        let with_null = cert_id(&world, ISSUING, hash, &[0x1D, 0x01]);
        let mut without = with_null.clone();
        without.hash_algorithm.parameters = None;
        let mut with_another = with_null.clone();
        with_another.hash_algorithm.parameters = Some(der::Any::new(der::Tag::Null, [0]).unwrap());
        forms.extend([with_null, without, with_another]);
    }
    for id in forms {
        let plain = request(vec![id], vec![]).to_der().unwrap();
        desk.ask(&plain, &act);
        // Each octet, and a serial number with a zero too many before it.
        let mut altered: Vec<Vec<u8>> = (0..plain.len())
            .flat_map(|at| (0..8).map(move |bit| (at, 1 << bit)))
            .map(|(at, flip)| {
                plain
                    .iter()
                    .enumerate()
                    .map(|(n, octet)| if n == at { octet ^ flip } else { *octet })
                    .collect()
            })
            .collect();
        altered.push(with_a_zero_before_the_serial(&plain));
        for request in altered.iter().chain([&plain]) {
            let answer = desk.ask(request, &act);
            if let AnswerKind::Signed { .. } = answer.kind {
                verified(&answer);
            }
        }
    }
}

/// The same request with 0x1D01 as the INTEGER 00 1D 01, which is no DER, and all lengths around it one longer.
fn with_a_zero_before_the_serial(request: &[u8]) -> Vec<u8> {
    let mut longer = request.to_vec();
    let integer = longer.windows(4).position(|four| four == [2, 2, 0x1D, 0x01]).unwrap();
    longer.splice(integer..integer + 4, [2, 3, 0, 0x1D, 0x01]);
    let mut at = 0;
    // OCSPRequest, TBSRequest, requestList, Request, CertID: each begins with the next.
    for _ in 0..5 {
        assert!(longer[at] == 0x30 && longer[at + 1] < 0x7F);
        longer[at + 1] += 1;
        at += 2;
    }
    longer
}
