//! Where nothing answers: a look asks there a few times and leaves the rest, so that it ends. Each question waits for half a minute, and
//! there may be thousands.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::difference::Face;
use crate::fetch::FetchError;

/// How many questions in a row go unanswered before no other is asked of the same face there.
const UNANSWERED: u32 = 3;

/// How long a look asks anything: some five thousand questions, at a third of a second each. What answers more slowly is found to be
/// unreachable.
const LONGEST: Duration = Duration::from_secs(1800);

/// What one look has met so far.
#[derive(Debug)]
pub(crate) struct Silence {
    until: Instant,
    /// Questions in a row that nothing answered, by face and destination.
    unanswered: BTreeMap<(Face, String), u32>,
}

impl Silence {
    /// Of a look that begins at this moment.
    pub(crate) fn from(began: Instant) -> Self {
        Self { until: began + LONGEST, unanswered: BTreeMap::new() }
    }

    /// What `ask` gives; without asking, [`FetchError::NotAsked`] where nobody answers this face at this destination, or the look has
    /// gone on for long enough.
    pub(crate) fn breaks<T>(
        &mut self,
        face: Face,
        destination: &str,
        ask: impl FnOnce() -> Result<T, FetchError>,
    ) -> Result<T, FetchError> {
        if Instant::now() >= self.until {
            return Err(FetchError::NotAsked("the look has gone on for long enough"));
        }
        if self.is_at(face, destination) {
            return Err(FetchError::NotAsked("nothing answered before"));
        }
        let asked = ask();
        let unanswered = self.unanswered.entry((face, destination.to_owned())).or_default();
        // Whoever refuses answers.
        let is_silent = matches!(asked, Err(FetchError::Http(_) | FetchError::BrokeOff(_)));
        *unanswered = if is_silent { *unanswered + 1 } else { 0 };
        asked
    }

    fn is_at(&self, face: Face, destination: &str) -> bool {
        self.unanswered.get(&(face, destination.to_owned())).is_some_and(|count| *count >= UNANSWERED)
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;
    use crate::fetch::Fetcher;

    /// What came of so many questions to an address at which nobody listens, and how many were asked.
    fn asked(silence: &mut Silence, face: Face, destination: &str, questions: u32) -> (u32, Vec<FetchError>) {
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let (fetcher, mut asked) = (Fetcher::at(closed), 0);
        let errors = (0..questions).map(|_| {
            let ask = || {
                asked += 1;
                fetcher.get("/", 10)
            };
            silence.breaks(face, destination, ask).unwrap_err()
        });
        let errors = errors.collect();
        (asked, errors)
    }

    #[test]
    fn after_three_questions_that_nothing_answered_the_rest_of_a_face_is_left_and_no_other() {
        let mut silence = Silence::from(Instant::now());
        let (count, errors) = asked(&mut silence, Face::Ocsp, "", 4000);
        assert_eq!(count, UNANSWERED);
        assert!(errors[3..].iter().all(|error| matches!(error, FetchError::NotAsked(_))));
        for (face, destination) in [(Face::Crl, ""), (Face::Ocsp, "igc.example")] {
            assert_eq!(asked(&mut silence, face, destination, 2).0, 2);
            // It is there after all: a few that are lost now and then leave nothing.
            silence.breaks(face, destination, || Err::<(), _>(FetchError::Status(503))).unwrap_err();
            assert_eq!(asked(&mut silence, face, destination, 2).0, 2);
        }
    }

    #[test]
    fn a_look_ends() {
        let long_ago = Instant::now().checked_sub(LONGEST).unwrap();
        assert_eq!(asked(&mut Silence::from(long_ago), Face::Crl, "", 3).0, 0);
    }
}
