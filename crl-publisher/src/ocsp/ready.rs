//! Whole answers that go out again as they are, found under the very octets of their requests.
//!
//! What is asked for often costs a comparison, and no reading and no putting together. An answer is used under the
//! same conditions as a kept signature (`answers`), and only as long as the responders are those that it came from.

use std::sync::{Arc, Weak};

use actix_web::web::Bytes;
use ca_core::serial::SerialNumber;

use super::answer::Answer;
use super::draft::{Known, Moments};
use super::generations::{ALLOCATED_BESIDE, Generations, Weighs};
use super::responder::Responder;
use crate::policy::PublicationPolicy;
use crate::status::{Standing, View};

/// An answer to one request, and what has to be so for it to be sent.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) answer: Answer,
    /// The responders among which the newest of its authority signed it.
    pub(super) responder: Weak<Responder>,
    /// Short name of the authority that is asked about.
    pub(super) authority: Arc<str>,
    pub(super) serial: SerialNumber,
    pub(super) standing: Standing,
    pub(super) moments: Moments,
}

impl Ready {
    /// Whether it says what is known now, and may say it at this moment.
    fn stands(
        &self,
        view: &View,
        responder: &Arc<Responder>,
        known: Known,
        policy: &PublicationPolicy,
    ) -> bool {
        std::ptr::eq(self.responder.as_ptr(), Arc::as_ptr(responder))
            && view.image.get(&self.authority, &self.serial) == Some(self.standing)
            && self.moments.serve(self.standing, known, policy.ocsp_reuse())
    }
}

/// Those that are kept.
#[derive(Debug)]
pub(super) struct ReadyAnswers(Generations<Bytes, Arc<Ready>>);

impl ReadyAnswers {
    /// Keeps at most `octets`.
    pub(super) fn new(octets: usize) -> Self {
        // They are larger than signatures, and fewer: a part has room for some.
        Self(Generations::new(octets, 16))
    }

    /// The answer to this request, if it stands.
    pub(super) fn get(
        &self,
        request: &[u8],
        view: &View,
        responder: &Arc<Responder>,
        known: Known,
        policy: &PublicationPolicy,
    ) -> Option<Answer> {
        let ready = self.0.get(request, |ready| ready.stands(view, responder, known, policy))?;
        Some(ready.answer.clone())
    }

    /// How many there are, and in how many octets at most.
    pub(super) fn size(&self) -> (usize, usize) {
        self.0.size()
    }

    /// Keeps the answer to this request.
    pub(super) fn put(&self, request: &[u8], ready: Ready) {
        self.0.put(Bytes::copy_from_slice(request), Arc::new(ready));
    }
}

impl Weighs for Bytes {
    fn octets_beside(&self) -> usize {
        self.len() + 2 * ALLOCATED_BESIDE
    }
}

impl Weighs for Arc<Ready> {
    fn octets_beside(&self) -> usize {
        let own = size_of::<Ready>() + 2 * ALLOCATED_BESIDE;
        let etag = self.answer.etag.as_ref().map_or(0, |etag| etag.len() + 2 * ALLOCATED_BESIDE);
        own + self.answer.der.octets_beside() + etag + self.authority.len() + 2 * ALLOCATED_BESIDE
    }
}
