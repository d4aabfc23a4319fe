//! The signer of one thread of the parent.

use std::collections::VecDeque;

use super::MOST_DIGESTS;
use super::protocol::{Answer, DigestToSign, Octets, Question};
use super::supervisor::{SignerProcess, other_answer};
use crate::signer::{KeyReference, Signer, SignerError, SigningRequest};

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

    /// Several frames are under way at once, so that every session of the child has one to work on
    /// and one that waits, while the ledger is written for those before.
    fn sign_many(&mut self, requests: &[SigningRequest<'_>]) -> Signatures {
        let sessions = self.process.sessions();
        let size = requests.len().div_ceil(2 * sessions).clamp(1, MOST_DIGESTS);
        let mut signatures = Vec::with_capacity(requests.len());
        let mut under_way = VecDeque::new();
        for frame in frames(requests, size) {
            if under_way.len() >= 2 * sessions {
                signatures.extend(self.finish(under_way.pop_front()));
            }
            let question = question(frame);
            let begun = self.process.begin(&frame[0].key.token, &question);
            under_way.push_back((frame, question, begun));
        }
        while let Some(oldest) = under_way.pop_front() {
            signatures.extend(self.finish(Some(oldest)));
        }
        signatures
    }

    fn public_key(&mut self, key: &KeyReference) -> Result<Vec<u8>, SignerError> {
        match self.process.ask(&key.token, &Question::PublicKey { key: key.clone() })? {
            Answer::PublicKey(spki) => Ok(spki.0),
            _ => Err(other_answer(&key.token)),
        }
    }

    fn start_over(&mut self) {
        self.process.kill();
    }
}

type UnderWay<'a, 'k> = (&'a [SigningRequest<'k>], Question, Result<super::supervisor::Begun, SignerError>);

impl ProcessSigner {
    fn finish(&self, oldest: Option<UnderWay<'_, '_>>) -> Signatures {
        let Some((frame, question, begun)) = oldest else { return Vec::new() };
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

/// Frames of at most `size` requests, each of one key.
fn frames<'a, 'k>(
    requests: &'a [SigningRequest<'k>],
    size: usize,
) -> impl Iterator<Item = &'a [SigningRequest<'k>]> {
    let same_key = |a: &SigningRequest<'_>, b: &SigningRequest<'_>| a.key == b.key;
    requests.chunk_by(same_key).flat_map(move |of_one_key| of_one_key.chunks(size))
}

fn question(frame: &[SigningRequest<'_>]) -> Question {
    let first = &frame[0];
    let digests = frame.iter().map(|request| DigestToSign {
        algorithm: request.digest.algorithm,
        digest: request.digest.value.clone(),
        subject: request.subject.to_owned(),
    });
    Question::Sign {
        key: first.key.clone(),
        public_key: Octets(first.public_key.to_vec()),
        digests: digests.collect(),
    }
}
