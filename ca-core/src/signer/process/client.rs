//! The signer of one thread of the parent.

use super::MOST_DIGESTS;
use super::protocol::{Answer, DigestToSign, MessageToAuthenticate, Octets, Question};
use super::supervisor::{SignerProcess, other_answer};
use crate::signer::{KeyReference, Mac, MacRequest, Signer, SignerError, SigningRequest};

/// Below this a frame costs more than a session waits for it: each is written and read, and forces the ledger to the
/// disk where nothing else waits for that.
const SMALLEST_FRAME: usize = 4;

/// Signs through the child process. Cheap: every thread has its own, and all share the child.
#[derive(Clone)]
pub struct ProcessSigner {
    process: SignerProcess,
}

impl ProcessSigner {
    pub(super) fn new(process: SignerProcess) -> Self {
        Self { process }
    }
}

type Signatures = Vec<Result<Vec<u8>, SignerError>>;

impl Signer for ProcessSigner {
    fn sign(&mut self, request: &SigningRequest<'_>) -> Result<Vec<u8>, SignerError> {
        let mut signatures = self.sign_many(std::slice::from_ref(request));
        signatures.pop().unwrap_or_else(|| Err(other_answer(&request.key.token)))
    }

    /// All frames are under way at once, so that every session of the child has one to work on and one that waits,
    /// while the ledger is written for those before. Of several callers one is done before the next: had each only
    /// some frames there, all would be done together, and write to the database while no session has any work.
    fn sign_many(&mut self, requests: &[SigningRequest<'_>]) -> Signatures {
        let under_way: Vec<_> = frames(requests, 2 * self.process.sessions())
            .map(|frame| {
                let question = question(frame);
                let begun = self.process.begin(&frame[0].key.token, &question);
                (frame, question, begun)
            })
            .collect();
        under_way.into_iter().flat_map(|one| self.finish(one)).collect()
    }

    fn public_key(&mut self, key: &KeyReference) -> Result<Vec<u8>, SignerError> {
        match self.process.ask(&key.token, &Question::PublicKey { key: key.clone() })? {
            Answer::PublicKey(spki) => Ok(spki.0),
            _ => Err(other_answer(&key.token)),
        }
    }

    fn mac(&mut self, request: &MacRequest<'_>) -> Result<Mac, SignerError> {
        let message = MessageToAuthenticate {
            nonce: *request.nonce,
            message: request.message.to_vec(),
            subject: request.subject.to_owned(),
        };
        let token = &request.key.token;
        match self.process.ask(token, &Question::Mac { key: request.key.clone(), message })? {
            Answer::Mac(code) => code.0.try_into().map_err(|_| other_answer(token)),
            _ => Err(other_answer(token)),
        }
    }

    fn refuse(&mut self, requests: &[SigningRequest<'_>]) {
        let Some(first) = requests.first() else { return };
        let question =
            Question::Refused { key: first.key.clone(), count: requests.len(), first: digest_to_sign(first) };
        if let Err(error) = self.process.ask(&first.key.token, &question) {
            tracing::error!(%error, "the ledger does not take that signatures of key {} were refused", first.key);
        }
    }

    fn start_over(&mut self) {
        self.process.retire();
    }
}

type UnderWay<'a, 'k> = (&'a [SigningRequest<'k>], Question, Result<super::supervisor::Begun, SignerError>);

impl ProcessSigner {
    fn finish(&self, (frame, question, begun): UnderWay<'_, '_>) -> Signatures {
        let token = &frame[0].key.token;
        match begun.and_then(|begun| self.process.finish(token, &question, begun)) {
            Ok(Answer::Signatures(each)) if each.len() == frame.len() => {
                each.into_iter().map(|one| one.map(|octets| octets.0)).collect()
            }
            Ok(_) => vec![Err(other_answer(token)); frame.len()],
            Err(error) => vec![Err(error); frame.len()],
        }
    }
}

/// Frames of requests of one key: each has a share of what is left, of which there are `at_once`. The last ones are
/// small, so that no session works on alone at the end while the others have nothing.
fn frames<'a, 'k>(
    requests: &'a [SigningRequest<'k>],
    at_once: usize,
) -> impl Iterator<Item = &'a [SigningRequest<'k>]> {
    let same_key = |a: &SigningRequest<'_>, b: &SigningRequest<'_>| a.key == b.key;
    requests.chunk_by(same_key).flat_map(move |mut left| {
        std::iter::from_fn(move || {
            let share = left.len().div_ceil(at_once).clamp(SMALLEST_FRAME, MOST_DIGESTS);
            let (frame, rest) = left.split_at(share.min(left.len()));
            left = rest;
            (!frame.is_empty()).then_some(frame)
        })
    })
}

fn question(frame: &[SigningRequest<'_>]) -> Question {
    let first = &frame[0];
    Question::Sign {
        key: first.key.clone(),
        public_key: Octets(first.public_key.to_vec()),
        digests: frame.iter().map(digest_to_sign).collect(),
    }
}

fn digest_to_sign(request: &SigningRequest<'_>) -> DigestToSign {
    DigestToSign {
        algorithm: request.digest.algorithm,
        digest: request.digest.value.clone(),
        subject: request.subject.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signer::{KeyId, SignatureAlgorithm};

    #[test]
    fn frames_keep_their_order_and_shrink_so_that_sessions_end_together() {
        let digest = SignatureAlgorithm::EcdsaWithSha256.digest(b"");
        let keys =
            [1, 2].map(|id| KeyReference { token: "issuing".to_owned(), id: KeyId::new([id]).unwrap() });
        let subjects: Vec<String> = (0..133).map(|number| number.to_string()).collect();
        let request = |(at, subject)| SigningRequest {
            key: &keys[at / 128],
            public_key: &[],
            digest: &digest,
            subject,
        };
        let requests: Vec<_> = subjects.iter().map(String::as_str).enumerate().map(request).collect();
        let framed: Vec<_> = frames(&requests, 4).collect();
        let sizes: Vec<usize> = framed.iter().map(|frame| frame.len()).collect();
        assert_eq!(sizes, [32, 24, 18, 14, 10, 8, 6, 4, 4, 4, 4, 4, 1]);
        let signed: Vec<&str> = framed.concat().iter().map(|request| request.subject).collect();
        assert_eq!(signed, subjects);
        assert!(framed.iter().all(|frame| frame.iter().all(|request| request.key == frame[0].key)));
    }
}
