//! What memory keeps of one certificate: six octets.

use ca_core::revocation::RevocationReason;
use store::Timestamp;

use super::Status;

/// A known status: the first octet is 0 for good, else the CRLReason (RFC 5280 §5.3.1) or 255 where it has none; the
/// other five are the revocation date in seconds since 1970, which is all that an answer can say of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Standing([u8; 6]);

/// certificateHold (RFC 5280 §5.3.1): held.
pub(crate) const CERTIFICATE_HOLD: u8 = 6;

/// Revoked for a reason that has no number here.
const NO_REASON: u8 = 0xFF;

/// The last second that five octets hold.
const LAST_SECOND: i64 = (1 << 40) - 1;

impl Standing {
    /// Issued, and neither revoked nor held.
    pub const GOOD: Self = Self([0; 6]);

    /// Of a status that is known; nothing of [`Status::Unknown`].
    pub fn of(status: &Status) -> Option<Self> {
        match status {
            Status::Good => Some(Self::GOOD),
            Status::Revoked { at, reason } => {
                Some(Self::since(*at, reason.map_or(NO_REASON, RevocationReason::code)))
            }
            Status::Held { at } => Some(Self::since(*at, CERTIFICATE_HOLD)),
            Status::Unknown => None,
        }
    }

    fn since(at: Timestamp, code: u8) -> Self {
        let [_, _, _, seconds @ ..] = at.seconds().clamp(0, LAST_SECOND).to_be_bytes();
        let mut octets = [0; 6];
        octets[0] = code;
        octets[1..].copy_from_slice(&seconds);
        Self(octets)
    }

    /// Whether it is good.
    pub fn is_good(self) -> bool {
        self == Self::GOOD
    }

    /// Whether it is revoked for ever, as nothing un-revokes: a hold may be lifted.
    pub fn is_final(self) -> bool {
        !self.is_good() && self.0[0] != CERTIFICATE_HOLD
    }

    /// Read back.
    pub fn status(self) -> Status {
        let [code, a, b, c, d, e] = self.0;
        let at = Timestamp::from_seconds(i64::from_be_bytes([0, 0, 0, a, b, c, d, e]));
        match code {
            0 => Status::Good,
            CERTIFICATE_HOLD => Status::Held { at },
            code => Status::Revoked { at, reason: RevocationReason::from_code(code) },
        }
    }
}
