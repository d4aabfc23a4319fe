//! What is asked again of another child, where a token did not answer this one.

use super::protocol::{Answer, Question};
use super::supervisor::other_answer;
use crate::signer::SignerError;

impl Question {
    /// What is left of it, if the child did not get through to the token for all of it.
    pub(super) fn left(&self, answer: &Result<Answer, SignerError>) -> Option<Self> {
        match (self, answer) {
            (_, Err(error)) => passes(error).then(|| self.clone()),
            (Self::Sign { key, public_key, digests }, Ok(Answer::Signatures(each))) => {
                let unsigned = digests.iter().zip(each).filter(|(_, one)| is_left(one));
                let digests: Vec<_> = unsigned.map(|(digest, _)| digest.clone()).collect();
                let (key, public_key) = (key.clone(), public_key.clone());
                (!digests.is_empty()).then_some(Self::Sign { key, public_key, digests })
            }
            _ => None,
        }
    }
}

/// Whether the last digest of a question was signed: the token is there again.
pub(super) fn has_recovered(answer: &Result<Answer, SignerError>) -> bool {
    matches!(answer, Ok(Answer::Signatures(each)) if each.last().is_some_and(Result::is_ok))
}

/// An answer, and in it the one to what was left of its question.
pub(super) fn merged(
    token: &str,
    answer: Result<Answer, SignerError>,
    again: Result<Answer, SignerError>,
) -> Result<Answer, SignerError> {
    let Ok(Answer::Signatures(mut each)) = answer else { return again };
    let left = each.iter_mut().filter(|one| is_left(one));
    match again {
        Ok(Answer::Signatures(again)) => {
            let mut again = again.into_iter();
            left.for_each(|one| *one = again.next().unwrap_or_else(|| Err(other_answer(token))));
        }
        Ok(_) => left.for_each(|one| *one = Err(other_answer(token))),
        Err(error) => left.for_each(|one| *one = Err(error.clone())),
    }
    Ok(Answer::Signatures(each))
}

fn is_left<T>(one: &Result<T, SignerError>) -> bool {
    one.as_ref().is_err_and(passes)
}

/// Whether another process may get through.
fn passes(error: &SignerError) -> bool {
    matches!(error, SignerError::Unavailable { .. })
}

#[cfg(test)]
mod tests {
    use super::super::protocol::{DigestToSign, Octets};
    use super::*;
    use crate::signer::{KeyId, KeyReference, SignatureAlgorithm};

    fn away() -> SignerError {
        SignerError::Unavailable { token: "issuing".to_owned(), detail: "away".to_owned() }
    }

    fn question(digests: &[u8]) -> Question {
        let digest = |digest: &u8| DigestToSign {
            algorithm: SignatureAlgorithm::EcdsaWithSha256,
            digest: vec![*digest],
            subject: "test".to_owned(),
        };
        let key = KeyReference { token: "issuing".to_owned(), id: KeyId::new([1]).unwrap() };
        let digests = digests.iter().map(digest).collect();
        Question::Sign { key, public_key: Octets(Vec::new()), digests }
    }

    fn signatures(each: &[Option<u8>]) -> Result<Answer, SignerError> {
        let each = each.iter().map(|one| one.map(|octet| Octets(vec![octet])).ok_or_else(away));
        Ok(Answer::Signatures(each.collect()))
    }

    /// What of an answer is a signature, by its octet.
    fn said(answer: Result<Answer, SignerError>) -> Vec<Option<u8>> {
        let Ok(Answer::Signatures(each)) = answer else { panic!("{answer:?}") };
        each.into_iter().map(|one| one.ok().map(|octets| octets.0[0])).collect()
    }

    #[test]
    fn what_a_token_did_not_sign_of_a_question_is_asked_again_and_nothing_else() {
        let first = signatures(&[Some(1), None, Some(3), None]);
        let left = question(&[1, 2, 3, 4]).left(&first).unwrap();
        assert!(!has_recovered(&first) && has_recovered(&signatures(&[None, Some(2)])));
        let Question::Sign { digests, .. } = left else { panic!("{left:?}") };
        assert_eq!(digests.iter().map(|one| one.digest[0]).collect::<Vec<_>>(), [2, 4]);
        let merge = |again| said(merged("issuing", signatures(&[Some(1), None, Some(3), None]), again));
        assert_eq!(merge(signatures(&[Some(2), Some(4)])), [1, 2, 3, 4].map(Some));
        assert_eq!(merge(signatures(&[Some(2)])), [Some(1), Some(2), Some(3), None]);
        assert_eq!(merge(Err(away())), [Some(1), None, Some(3), None]);
        assert_eq!(merge(Ok(Answer::Noted)), [Some(1), None, Some(3), None]);
    }

    #[test]
    fn a_question_that_was_answered_is_not_asked_again() {
        assert!(question(&[1, 2]).left(&signatures(&[Some(1), Some(2)])).is_none());
        let unsuitable =
            || SignerError::Failed { token: "issuing".to_owned(), detail: "malformed".to_owned() };
        let refused = Ok(Answer::Signatures(vec![Err(unsuitable())]));
        assert!(question(&[1]).left(&refused).is_none(), "another process would say the same");
        assert!(question(&[1]).left(&Err(unsuitable())).is_none());
        assert!(question(&[1]).left(&Err(away())).is_some());
    }
}
