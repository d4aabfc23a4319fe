//! OCSP: the newest revocations and holds, those that were not seen there yet, a share of all others, and a sample of everything.

use std::collections::BTreeSet;
use std::time::Duration;

use openssl::x509::X509;
use store::Timestamp;

use super::crl_entries::reason;
use super::{CLOCKS, Checks, LOG, PUBLICATION};
use crate::LookError;
use crate::difference::{Face, Kind};
use crate::fetch::{FetchError, Fetcher, HERE, HttpUrl};
use crate::logged::{self, Logged};
use crate::readers::ocsp::{Answer, Question, Status};
use crate::recorded;
use crate::sightings::{self, Sighting};

/// The newest events of the log that are asked about each time: where a responder reads a database that stands still, these
/// are what it does not know.
pub(super) const NEWEST: i64 = 64;

/// Where it is asked.
const PLACE: &str = "/ocsp";

impl Checks<'_> {
    pub(super) fn ocsp(&mut self) -> Result<(), LookError> {
        let newest = logged::newest(self.db, NEWEST)?;
        let mut about: BTreeSet<_> = newest.into_iter().map(|event| (event.issuer, event.serial)).collect();
        about.extend(sightings::unseen_in_ocsp(self.db, self.at)?);
        about.extend(self.sample.walked.iter().cloned());
        for (issuer, serial) in &about {
            self.sampled(issuer, serial)?;
        }
        for (issuer, serial) in &self.sample.certificates {
            self.sampled(issuer, serial)?;
        }
        for (issuer, serial) in &self.sample.never_issued {
            let never = recorded::certificate(self.db, issuer, serial)?.is_none();
            if let Some(answer) = self.asked(issuer, serial)?
                && never
                && answer.status == Status::Good
            {
                let found = "was never issued, and OCSP says good";
                self.differences.add(Face::Ocsp, PLACE, Kind::Surplus, format!("{issuer} {serial}"), found);
            }
        }
        Ok(())
    }

    fn sampled(&mut self, issuer: &str, serial: &str) -> Result<(), LookError> {
        let Some(answer) = self.asked(issuer, serial)? else { return Ok(()) };
        self.agrees(&answer, (issuer, serial), PLACE, LOG)
    }

    /// An answer about a certificate that was issued, held against the log; what the log said later than `late` ago may
    /// be on its way.
    pub(super) fn agrees(
        &mut self,
        answer: &Answer,
        (issuer, serial): (&str, &str),
        place: &str,
        late: Duration,
    ) -> Result<(), LookError> {
        // Read after the answer: what happened in between is in the log by now, and may be in the answer.
        let last = logged::last(self.db, issuer, serial)?;
        match last {
            Some(event) if !event.is_release() => {
                self.is_revoked(&event, answer, place, late);
                return Ok(());
            }
            // A good answer that is older says what was so before the hold.
            Some(event)
                if answer.status == Status::Good && answer.this_update > event.occurred_at.seconds() =>
            {
                self.saw(&event, answer);
            }
            // It may be on its way, for a moment.
            Some(event) if event.occurred_at.plus(late) > self.at => return Ok(()),
            _ => {}
        }
        let status = recorded::certificate(self.db, issuer, serial)?.map(|(status, _)| status);
        if status.as_deref() == Some("good") && answer.status != Status::Good {
            let found = format!("good in the database, {} in OCSP", word(answer.status));
            self.differences.add(Face::Ocsp, place, Kind::Differs, format!("{issuer} {serial}"), found);
        }
        Ok(())
    }

    /// Asks by POST, as `openssl ocsp` does.
    fn asked(&mut self, issuer: &str, serial: &str) -> Result<Option<Answer>, LookError> {
        let Some(known) = self.authorities.iter().find(|one| one.authority.short_name == issuer) else {
            return Ok(None);
        };
        let certificate = known.certificate.clone();
        if !known.is_answered_for {
            return Ok(None);
        }
        let ask = |fetcher: &Fetcher, request: &[u8]| fetcher.post_ocsp(PLACE, request);
        self.question(&certificate, issuer, serial, PLACE, ask)
    }

    /// Asks in some way, and reads the answer; a difference where it does not read, or is out of its time.
    pub(super) fn question(
        &mut self,
        issuer_certificate: &X509,
        issuer: &str,
        serial: &str,
        place: &str,
        ask: impl FnOnce(&Fetcher, &[u8]) -> Result<Vec<u8>, FetchError>,
    ) -> Result<Option<Answer>, LookError> {
        let question = Question::about(issuer_certificate, &hex::decode(serial).unwrap_or_default())?;
        let subject = format!("{issuer} {serial}");
        let url = HttpUrl::parse(place);
        let (fetcher, questions) = (self.fetcher, &mut self.questions);
        let destination = url.as_ref().map_or(HERE, |url| fetcher.destination(url));
        let ask = || {
            *questions += 1;
            ask(fetcher, &question.request)
        };
        let response = match self.silence.breaks(Face::Ocsp, destination, ask) {
            Ok(response) => response,
            Err(error) => {
                if matches!(error, FetchError::NotAsked(_)) && self.sample.has_walked(issuer, serial) {
                    self.walked_all = false;
                }
                self.differences.add(Face::Ocsp, place, Kind::Unreachable, subject, error.to_string());
                return Ok(None);
            }
        };
        match question.read(&response, &self.trust) {
            Ok(answer) => {
                self.is_of_now(place, &subject, &answer);
                Ok(Some(answer))
            }
            Err(malformed) => {
                self.differences.add(Face::Ocsp, place, Kind::Unreadable, subject, malformed.to_string());
                Ok(None)
            }
        }
    }

    fn is_of_now(&mut self, place: &str, subject: &str, answer: &Answer) {
        let [this_update, next_update] =
            [answer.this_update, answer.next_update].map(Timestamp::from_seconds);
        if next_update <= self.at {
            self.differences.add(
                Face::Ocsp,
                place,
                Kind::Ended,
                subject,
                format!("the answer ended {next_update}"),
            );
        }
        // The look may have begun a while before this question.
        if this_update > self.at.plus(CLOCKS + PUBLICATION) {
            let found = format!("the answer is dated {this_update}, and it is {}", self.at);
            self.differences.add(Face::Ocsp, place, Kind::Ahead, subject, found);
        }
    }

    /// An answer says what this event of the log says. Of one of long ago, the moment at which somebody happened to look would say
    /// nothing.
    fn saw(&mut self, event: &Logged, answer: &Answer) {
        if event.occurred_at.plus(sightings::WINDOW) > self.at {
            let this_update = Timestamp::from_seconds(answer.this_update);
            self.sightings.push(Sighting::ocsp(&event.issuer, event.sequence, this_update));
        }
    }

    /// What is held is revoked for certificateHold.
    fn is_revoked(&mut self, event: &Logged, answer: &Answer, place: &str, late: Duration) {
        let subject = format!("{} {}", event.issuer, event.serial);
        let this_update = Timestamp::from_seconds(answer.this_update);
        let (at, stated_reason) = match answer.status {
            Status::Revoked { at, reason } => (at, reason),
            // It may be on its way, for a moment.
            _ if event.occurred_at.plus(late) > self.at => return,
            other => {
                let found = format!(
                    "{} at {} (event {}), and OCSP says {} as of {this_update}",
                    event.event,
                    event.occurred_at,
                    event.sequence,
                    word(other)
                );
                self.differences.add(Face::Ocsp, place, Kind::Missing, subject, found);
                return;
            }
        };
        // What it said of the hold before is sent for a moment yet.
        let is_of_the_event = reason(stated_reason) == Some(event.reason.as_str());
        if !is_of_the_event && event.follows_a_hold() && event.occurred_at.plus(late) > self.at {
            return;
        }
        // A date ahead of the clock is cut to the answer's own (decision 0012).
        let honest =
            at == event.dated().seconds() || (event.dated() > this_update && at == answer.this_update);
        if !honest {
            let stated = Timestamp::from_seconds(at);
            let found = format!("{} at {} by the log, at {stated} in OCSP", event.event, event.dated());
            self.differences.add(Face::Ocsp, place, Kind::Differs, subject, found);
        } else if !is_of_the_event {
            let found = format!("reason {} in the log, {stated_reason} in OCSP", event.reason);
            self.differences.add(Face::Ocsp, place, Kind::Differs, subject, found);
        } else {
            self.saw(event, answer);
        }
    }
}

const fn word(status: Status) -> &'static str {
    match status {
        Status::Good => "good",
        Status::Revoked { .. } => "revoked",
        Status::Unknown => "unknown",
    }
}
