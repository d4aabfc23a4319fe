//! What stands of the test certificates.

use ca_core::certificate::{self, Certificate, CertificateStatus};
use ca_core::serial::SerialNumber;
use store::{Database, Timestamp};

use super::{RENEWED, TestCertificate};
use crate::certificate_request::{RequestError, RequestState, of_common_name};

/// A test certificate as it stands.
#[derive(Clone, Debug)]
pub struct StandingTest {
    /// What it shows.
    pub shows: TestCertificate,
    /// The newest that shows it; none where there is none yet.
    pub certificate: Option<Certificate>,
    /// When it will be there, of one that has yet to expire.
    pub expected: Option<Timestamp>,
}

/// What stands at `at`, and can be handed over.
pub fn standing(db: &mut Database, at: Timestamp) -> Result<Vec<StandingTest>, RequestError> {
    TestCertificate::ALL
        .into_iter()
        .map(|shows| {
            let seen = Seen::of(db, shows)?;
            let expected = match shows {
                TestCertificate::Expired => seen.good().map(|one| one.not_after).next(),
                _ => None,
            };
            let certificate = seen.certificates.into_iter().find(|one| does_show(one, shows, at));
            let expected = expected.filter(|_| certificate.is_none());
            Ok(StandingTest { shows, certificate, expected })
        })
        .collect()
}

/// Whether a certificate shows what it was made for, yet or still.
fn does_show(one: &Certificate, shows: TestCertificate, at: Timestamp) -> bool {
    match (shows, &one.status) {
        (TestCertificate::Valid, CertificateStatus::Good { .. }) => {
            (one.not_before..=one.not_after).contains(&at)
        }
        (TestCertificate::Revoked, CertificateStatus::Revoked { der: Some(_), .. }) => at <= one.not_after,
        (TestCertificate::Expired, CertificateStatus::Good { .. }) => one.not_after < at,
        _ => false,
    }
}

/// What there is of a test certificate, the newest first.
pub(super) struct Seen {
    /// Whether a request is on its way.
    is_asked_for: bool,
    certificates: Vec<Certificate>,
}

/// What has to be done for one.
#[derive(Debug)]
pub(super) enum Due {
    Nothing,
    Request,
    /// By its authority and serial number.
    Revoke(String, SerialNumber),
}

impl Seen {
    pub(super) fn of(db: &mut Database, shows: TestCertificate) -> Result<Self, RequestError> {
        let (mut is_asked_for, mut certificates) = (false, Vec::new());
        for request in of_common_name(db, shows.profile(), shows.name())? {
            match &request.state {
                RequestState::Submitted | RequestState::Approved { .. } => is_asked_for = true,
                RequestState::Issued { issuer, serial, .. } => {
                    certificates.extend(certificate::find(db, issuer, serial)?);
                }
                RequestState::Refused { .. } | RequestState::Withdrawn { .. } => {}
            }
        }
        Ok(Self { is_asked_for, certificates })
    }

    fn good(&self) -> impl Iterator<Item = &Certificate> {
        self.certificates.iter().filter(|one| matches!(one.status, CertificateStatus::Good { .. }))
    }

    /// What `shows` needs at `at`.
    pub(super) fn due(&self, shows: TestCertificate, at: Timestamp) -> Due {
        let lasts = |one: &&Certificate| at.plus(RENEWED) < one.not_after;
        let lasting = |shown| self.certificates.iter().filter(lasts).any(|one| does_show(one, shown, at));
        let is_there = match shows {
            TestCertificate::Valid | TestCertificate::Revoked => lasting(shows),
            // One that is good will be expired.
            TestCertificate::Expired => self.good().next().is_some(),
        };
        if is_there || self.is_asked_for {
            return Due::Nothing;
        }
        match (shows, self.good().find(lasts)) {
            (TestCertificate::Revoked, Some(good)) => Due::Revoke(good.issuer.clone(), good.serial.clone()),
            _ => Due::Request,
        }
    }
}
