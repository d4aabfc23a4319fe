use std::time::Duration;

use der::asn1::OctetString;
use der::{Decode, Encode, Sequence};
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use store::Timestamp;

use super::Decidable;

/// How long a proof can be used: a card waits for its bureau for weeks, never for a season.
pub const PROOF_VALIDITY: Duration = Duration::from_secs(90 * 24 * 3600);

/// Octets of a nonce.
pub const NONCE_LENGTH: usize = 16;

/// Of a yes; and of a no that was signed before its sentence was.
const CONTEXT: &str = "igc-decision-v1";
/// Of a no, with the sentence that its officer wrote, or that he wrote none.
const REFUSAL_CONTEXT: &str = "igc-decision-v2";

/// Yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may go on.
    Approve,
    /// It ends here, for a reason.
    Refuse,
}

impl Verdict {
    /// As stored and as signed.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Refuse => "refuse",
        }
    }

    /// The state to which it brings what is decided on, as stored.
    pub const fn state(self) -> &'static str {
        match self {
            Self::Approve => "approved",
            Self::Refuse => "refused",
        }
    }
}

/// What an officer signs.
///
/// ```text
/// Decision ::= SEQUENCE {
///     context        UTF8String,             -- "igc-decision-v1", of a refusal "igc-decision-v2"
///     subjectKind    UTF8String,             -- "card-order" | "certificate-request" | "renewal-plan" |
///                                        -- "register-feed" | "opposition-plan" | "officer-enrolment" |
///                                        -- "suspension-lift" | "structure-mandate" | "officer-delegation"
///     subjectDigest  OCTET STRING (SIZE (32)), -- SHA-256 of the canonical encoding
///     version        INTEGER,
///     decision       UTF8String,             -- "approve" | "refuse"
///     reasonCode [0] EXPLICIT UTF8String OPTIONAL,
///     delegation [1] EXPLICIT UTF8String OPTIONAL, -- its number, where the officer decides within another's scope
///     sentence   [2] EXPLICIT OCTET STRING (SIZE (32)) OPTIONAL, -- SHA-256 of the officer's own, of a refusal; absent: he wrote none
///     officer        UTF8String,             -- login
///     decidedAt      INTEGER,                -- milliseconds since 1970-01-01T00:00:00Z
///     expiresAt      INTEGER,                -- the same
///     nonce          OCTET STRING (SIZE (16)) }
/// ```
///
/// The sentence is hashed in UTF-8, with lines that end in LF, and without white space at either end. A refusal of the first version says
/// nothing of it: what was received before there was a second stands as it was signed, and no other is received.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct Statement {
    context: String,
    subject_kind: String,
    subject_digest: OctetString,
    version: i64,
    decision: String,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    reason_code: Option<String>,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    delegation: Option<String>,
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT", optional = "true")]
    sentence: Option<OctetString>,
    officer: String,
    decided_at: i64,
    expires_at: i64,
    nonce: OctetString,
}

impl Statement {
    /// The statement that `officer` decides so on `subject` at `at`, with a nonce of its own.
    pub fn new(
        subject: &Decidable,
        verdict: Verdict,
        reason_code: Option<&str>,
        officer: &str,
        rng: &mut dyn CryptoRng,
        at: Timestamp,
    ) -> Self {
        let mut nonce = [0; NONCE_LENGTH];
        rng.fill_bytes(&mut nonce);
        Self::over_nonce(subject, verdict, reason_code, officer, nonce, at)
    }

    /// The same, with a nonce that the worker has drawn.
    pub fn over_nonce(
        subject: &Decidable,
        verdict: Verdict,
        reason_code: Option<&str>,
        officer: &str,
        nonce: [u8; NONCE_LENGTH],
        at: Timestamp,
    ) -> Self {
        let dates = (at.millis(), at.plus(PROOF_VALIDITY).millis());
        Self::stating(subject, verdict, reason_code, officer, dates, octets(&nonce))
    }

    /// What was signed of one thing; by itself, or in the encoding of a bulk.
    pub(super) fn stating(
        subject: &Decidable,
        verdict: Verdict,
        reason_code: Option<&str>,
        officer: &str,
        (decided_at, expires_at): (i64, i64),
        nonce: OctetString,
    ) -> Self {
        Self {
            context: context_of(verdict).to_owned(),
            subject_kind: subject.kind.as_str().to_owned(),
            subject_digest: octets(&Sha256::digest(&subject.canonical)),
            version: subject.version,
            decision: verdict.as_str().to_owned(),
            reason_code: reason_code.map(str::to_owned),
            delegation: None,
            sentence: None,
            officer: officer.to_owned(),
            decided_at,
            expires_at,
            nonce,
        }
    }

    /// The same, by the delegation of this number; in the officer's own name alone where there is none.
    #[must_use]
    pub fn by_delegation(self, number: Option<String>) -> Self {
        Self { delegation: number, ..self }
    }

    /// The same with the sentence that the officer wrote; an approval has none.
    #[must_use]
    pub fn saying(self, text: Option<&str>) -> Self {
        Self { sentence: self.covers_sentence().then(|| sentence(text)).flatten(), ..self }
    }

    /// The same, as a bulk says it: of the second version or the first, and with this digest of a sentence.
    pub(super) fn in_version(self, second: bool, sentence: Option<OctetString>) -> Self {
        let context = if second { REFUSAL_CONTEXT } else { CONTEXT };
        Self { context: context.to_owned(), sentence, ..self }
    }

    /// The DER that is signed.
    pub fn encode(&self) -> Vec<u8> {
        self.to_der().expect("a statement is far below the length DER can say")
    }

    /// Reads the DER of a statement; `None` when it is not one of this context, in DER, whole.
    pub fn decode(der: &[u8]) -> Option<Self> {
        let statement = Self::from_der(der).ok()?;
        let known = statement.verdict_known()
            && version_known(
                [CONTEXT, REFUSAL_CONTEXT],
                &statement.context,
                statement.verdict(),
                statement.sentence.as_ref(),
            )
            && statement.nonce.as_bytes().len() == NONCE_LENGTH;
        known.then_some(statement)
    }

    /// Yes or no.
    pub fn verdict(&self) -> Verdict {
        if self.decision == Verdict::Approve.as_str() { Verdict::Approve } else { Verdict::Refuse }
    }

    /// The version of what was decided on.
    pub fn version(&self) -> i64 {
        self.version
    }

    /// The reason of a refusal.
    pub fn reason_code(&self) -> Option<&str> {
        self.reason_code.as_deref()
    }

    /// The number of the delegation by which he decided; none where his own scope is enough.
    pub fn delegation(&self) -> Option<&str> {
        self.delegation.as_deref()
    }

    /// Whether what was signed says which sentence of his own the officer wrote: every refusal's does, but those of the first version.
    pub fn covers_sentence(&self) -> bool {
        self.context == REFUSAL_CONTEXT
    }

    /// Whether this sentence, or none, is the one that was signed. Of what [covers](Self::covers_sentence) none, whether there is none.
    pub fn is_of_sentence(&self, text: Option<&str>) -> bool {
        self.sentence == sentence(text)
    }

    /// The login of who decided.
    pub fn officer(&self) -> &str {
        &self.officer
    }

    /// When.
    pub fn decided_at(&self) -> Timestamp {
        Timestamp::from_millis(self.decided_at)
    }

    /// From when on it is worth nothing.
    pub fn expires_at(&self) -> Timestamp {
        Timestamp::from_millis(self.expires_at)
    }

    /// What makes it a statement like no other: 16 octets.
    pub fn nonce(&self) -> &[u8] {
        self.nonce.as_bytes()
    }

    /// Whether it speaks of this very thing, in this very version, byte for byte.
    pub fn is_about(&self, subject: &Decidable) -> bool {
        self.subject_kind == subject.kind.as_str()
            && self.version == subject.version
            && self.subject_digest.as_bytes() == Sha256::digest(&subject.canonical).as_slice()
    }

    fn verdict_known(&self) -> bool {
        [Verdict::Approve, Verdict::Refuse].iter().any(|verdict| verdict.as_str() == self.decision)
    }
}

/// The label of a verdict, as it is signed now.
fn context_of(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Approve => CONTEXT,
        Verdict::Refuse => REFUSAL_CONTEXT,
    }
}

/// Whether a statement under this label, the first of the two or the second, may say so: of the second version there are refusals alone,
/// and they alone say something of a sentence.
pub(super) fn version_known(
    [first, second]: [&str; 2],
    context: &str,
    verdict: Verdict,
    sentence: Option<&OctetString>,
) -> bool {
    match sentence {
        None if context == first => true,
        None => context == second && verdict == Verdict::Refuse,
        Some(digest) => context == second && verdict == Verdict::Refuse && digest.as_bytes().len() == 32,
    }
}

/// The digest of an officer's own sentence; none where there is none.
pub(super) fn sentence(text: Option<&str>) -> Option<OctetString> {
    let text = text?.replace("\r\n", "\n");
    let text = text.trim();
    (!text.is_empty()).then(|| octets(&Sha256::digest(text)))
}

pub(super) fn octets(bytes: &[u8]) -> OctetString {
    OctetString::new(bytes).expect("a digest is far below the length DER can say")
}
