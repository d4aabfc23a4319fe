use der::asn1::OctetString;
use der::{Decode, Encode, Sequence};
use serde::Serialize;
use sha2::{Digest, Sha256};
use store::Timestamp;

use super::statement::{NONCE_LENGTH, PROOF_VALIDITY, Statement, Verdict, octets, sentence, version_known};
use super::{Decidable, SubjectKind};

#[cfg(test)]
mod tests;

/// Most orders that any signature covers (ux: beyond 25, two officers would have to); what an installation takes is its [`BulkBound`].
pub const BULK_BOUND: usize = 25;

/// Most orders that one signature covers in an installation: what a gesture is worth at most to whoever owns the web process. The worker
/// reads it in its own configuration, and holds each signature against it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct BulkBound(usize);

impl BulkBound {
    /// From 1, where each order has a gesture of its own, to [`BULK_BOUND`].
    pub fn new(orders: usize) -> Option<Self> {
        (1..=BULK_BOUND).contains(&orders).then_some(Self(orders))
    }

    /// In orders.
    pub const fn orders(self) -> usize {
        self.0
    }
}

impl Default for BulkBound {
    fn default() -> Self {
        Self(BULK_BOUND)
    }
}

/// Never that of a single decision, so that a signature over the one is never read as one over the other.
const CONTEXT: &str = "igc-bulk-decision-v1";
/// Of refusals, with their officer's sentence.
const REFUSAL_CONTEXT: &str = "igc-bulk-decision-v2";

/// What an officer signs once for several card orders: one verdict, one reason, for every row.
///
/// ```text
/// BulkDecision ::= SEQUENCE {
///     context        UTF8String,             -- "igc-bulk-decision-v1", of refusals "igc-bulk-decision-v2"
///     subjectKind    UTF8String ("card-order"),
///     rows           SEQUENCE SIZE (1..25) OF BulkRow,  -- by number, each greater than the one before
///     decision       UTF8String,             -- "approve" | "refuse"
///     reasonCode [0] EXPLICIT UTF8String OPTIONAL,
///     sentence   [2] EXPLICIT OCTET STRING (SIZE (32)) OPTIONAL,  -- as of a single decision
///     officer        UTF8String,             -- login
///     decidedAt      INTEGER,                -- milliseconds since 1970-01-01T00:00:00Z
///     expiresAt      INTEGER,                -- the same
///     nonce          OCTET STRING (SIZE (16)) }
/// BulkRow ::= SEQUENCE {
///     number         UTF8String,
///     version        INTEGER,
///     subjectDigest  OCTET STRING (SIZE (32)) }  -- SHA-256 of the canonical encoding
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct BulkStatement {
    context: String,
    subject_kind: String,
    rows: Vec<BulkRow>,
    decision: String,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    reason_code: Option<String>,
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT", optional = "true")]
    sentence: Option<OctetString>,
    officer: String,
    decided_at: i64,
    expires_at: i64,
    nonce: OctetString,
}

/// One order of a bulk.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct BulkRow {
    /// `CO-2026-000001`.
    pub number: String,
    /// The version that was read.
    pub version: i64,
    subject_digest: OctetString,
}

impl BulkStatement {
    /// The statement that `officer` decides so on each of these orders at `at`, over a nonce that the worker has drawn. `None`
    /// where there is none of them, one too many, one twice, or something else than an order.
    pub fn over_nonce(
        subjects: &[Decidable],
        verdict: Verdict,
        reason_code: Option<&str>,
        officer: &str,
        nonce: [u8; NONCE_LENGTH],
        at: Timestamp,
    ) -> Option<Self> {
        let mut rows: Vec<BulkRow> = subjects.iter().map(BulkRow::of).collect();
        rows.sort_by(|one, other| one.number.cmp(&other.number));
        let statement = Self {
            context: match verdict {
                Verdict::Approve => CONTEXT,
                Verdict::Refuse => REFUSAL_CONTEXT,
            }
            .to_owned(),
            subject_kind: SubjectKind::CardOrder.as_str().to_owned(),
            rows,
            decision: verdict.as_str().to_owned(),
            reason_code: reason_code.map(str::to_owned),
            sentence: None,
            officer: officer.to_owned(),
            decided_at: at.millis(),
            expires_at: at.plus(PROOF_VALIDITY).millis(),
            nonce: octets(&nonce),
        };
        let orders = subjects.iter().all(|subject| subject.kind == SubjectKind::CardOrder);
        (orders && statement.is_well_formed()).then_some(statement)
    }

    /// The same with the sentence that the officer wrote to each holder; approvals have none.
    #[must_use]
    pub fn saying(self, text: Option<&str>) -> Self {
        Self { sentence: self.covers_sentence().then(|| sentence(text)).flatten(), ..self }
    }

    /// The DER that is signed.
    pub fn encode(&self) -> Vec<u8> {
        self.to_der().expect("a bulk is bounded, far below the length DER can say")
    }

    /// Reads the DER of a bulk; `None` when it is not one of this context, in DER, whole, within its bound and in its order.
    pub fn decode(der: &[u8]) -> Option<Self> {
        Self::from_der(der).ok().filter(Self::is_well_formed)
    }

    /// The orders that it names, by number.
    pub fn rows(&self) -> &[BulkRow] {
        &self.rows
    }

    /// Yes or no, to all of them.
    pub fn verdict(&self) -> Verdict {
        if self.decision == Verdict::Approve.as_str() { Verdict::Approve } else { Verdict::Refuse }
    }

    /// The reason of a refusal, of all of them.
    pub fn reason_code(&self) -> Option<&str> {
        self.reason_code.as_deref()
    }

    /// What it says of this very order, in this very version, byte for byte; `None` where it does not name it.
    pub(crate) fn on(&self, subject: &Decidable) -> Option<Statement> {
        let row = BulkRow::of(subject);
        let named = subject.kind == SubjectKind::CardOrder && self.rows.contains(&row);
        named.then(|| {
            Statement::stating(
                subject,
                self.verdict(),
                self.reason_code(),
                &self.officer,
                (self.decided_at, self.expires_at),
                self.nonce.clone(),
            )
            .in_version(self.covers_sentence(), self.sentence.clone())
        })
    }

    /// Whether what was signed says which sentence of his own the officer wrote.
    pub fn covers_sentence(&self) -> bool {
        self.context == REFUSAL_CONTEXT
    }

    /// Whether this sentence, or none, is the one that was signed.
    pub fn is_of_sentence(&self, text: Option<&str>) -> bool {
        self.sentence == sentence(text)
    }

    fn is_well_formed(&self) -> bool {
        let verdict_known =
            [Verdict::Approve, Verdict::Refuse].iter().any(|verdict| verdict.as_str() == self.decision);
        version_known([CONTEXT, REFUSAL_CONTEXT], &self.context, self.verdict(), self.sentence.as_ref())
            && self.subject_kind == SubjectKind::CardOrder.as_str()
            && (1..=BULK_BOUND).contains(&self.rows.len())
            && self.rows.windows(2).all(|pair| pair[0].number < pair[1].number)
            && verdict_known
            && self.nonce.as_bytes().len() == NONCE_LENGTH
    }
}

impl BulkRow {
    fn of(subject: &Decidable) -> Self {
        Self {
            number: subject.number.clone(),
            version: subject.version,
            subject_digest: octets(&Sha256::digest(&subject.canonical)),
        }
    }
}
