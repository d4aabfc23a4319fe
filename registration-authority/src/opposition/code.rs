//! The opposition code: how it is drawn, printed, read, and what the HSM makes of it.

use std::fmt;
use std::str::FromStr;

use ca_core::signer::{KeyReference, Signer};
use ca_core::signing::{IntendedError, IntendedMac, mac_intended};
use card::CardNumber;
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use store::{Act, Code, Database, Fault};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::faults;

/// What a code is written with: no I, L, O or U, which are read as something else, or make words.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Sixteen signs of five bits. Eighty bits: who has the digest of a code tries 2^79 of them on average.
const SIGNS: usize = 16;
const GROUP: usize = 4;
/// Longest text that is read as one, in octets.
const TEXT_BOUND: usize = 64;

/// The secret by which a holder opposes his card without an officer: in the letter to him and nowhere else. It is not the
/// unblocking code, which opens the chip.
pub struct OppositionCode(Zeroizing<[u8; SIGNS]>);

/// Shows nothing of it.
impl fmt::Debug for OppositionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OppositionCode")
    }
}

/// What stands for a code in the inbox of declarations, until it is answered: SHA-256. Nobody finds the code from it, since
/// its eighty bits are drawn by chance.
#[derive(Clone, PartialEq, Eq)]
pub struct CodeDigest(pub(super) [u8; 32]);

/// Shows nothing of it.
impl fmt::Debug for CodeDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeDigest")
    }
}

/// A text that is no opposition code. It is not repeated: it may be nearly one.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("opposition code: must be sixteen letters and digits, in groups of four or not")]
pub struct NotAnOppositionCode;

impl Fault for NotAnOppositionCode {
    fn code(&self) -> Code {
        faults::OPPOSITION_CODE_MALFORMED
    }
}

impl OppositionCode {
    /// A new one.
    pub fn draw(rng: &mut dyn CryptoRng) -> Self {
        let mut signs = Zeroizing::new([0; SIGNS]);
        rng.fill_bytes(&mut *signs);
        // 256 is eight times 32: no sign is likelier than another.
        signs.iter_mut().for_each(|sign| *sign = ALPHABET[usize::from(*sign) % ALPHABET.len()]);
        Self(signs)
    }

    /// As it is printed: `7K3M-9QXD-T5AB-WE2R`.
    pub fn grouped(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(SIGNS + SIGNS / GROUP));
        for (at, sign) in self.0.iter().enumerate() {
            if at > 0 && at % GROUP == 0 {
                text.push('-');
            }
            text.push(char::from(*sign));
        }
        text
    }

    /// What stands for it.
    pub fn digest(&self) -> CodeDigest {
        CodeDigest(
            Sha256::new().chain_update(b"igc-opposition-code-v1\0").chain_update(*self.0).finalize().into(),
        )
    }
}

/// Forgiving of what people do to a code: small letters, spaces and dashes anywhere, O for 0, I and L for 1.
impl FromStr for OppositionCode {
    type Err = NotAnOppositionCode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > TEXT_BOUND {
            return Err(NotAnOppositionCode);
        }
        let mut signs = Zeroizing::new([0; SIGNS]);
        let mut read = 0;
        for sign in
            text.chars().filter(|sign| !matches!(sign, ' ' | '-' | '\u{a0}' | '\u{2010}'..='\u{2014}'))
        {
            let sign = match sign.to_ascii_uppercase() {
                'O' => b'0',
                'I' | 'L' => b'1',
                other => u8::try_from(other).map_err(|_| NotAnOppositionCode)?,
            };
            let place = signs.get_mut(read).ok_or(NotAnOppositionCode)?;
            *place = Some(sign).filter(|sign| ALPHABET.contains(sign)).ok_or(NotAnOppositionCode)?;
            read += 1;
        }
        if read == SIGNS { Ok(Self(signs)) } else { Err(NotAnOppositionCode) }
    }
}

/// What the key of the HSM makes of a card and a code. The card is in it: a verifier that is copied to another card's row
/// fits no code.
pub(super) fn verifier(
    db: &mut Database,
    signer: &mut dyn Signer,
    key: &KeyReference,
    card: Option<&CardNumber>,
    digest: &CodeDigest,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<[u8; 32], IntendedError> {
    let card = card.map_or_else(|| "unknown".to_owned(), CardNumber::to_string);
    let message = [b"igc-opposition-verifier-v1\0", card.as_bytes(), b"\0", &digest.0].concat();
    let subject = format!("opposition-code {card}");
    mac_intended(db, signer, &IntendedMac { key, subject: &subject, message: &message }, rng, act)
}

#[cfg(test)]
mod tests {
    use rand_core::UnwrapErr;

    use super::*;

    #[test]
    fn a_code_reads_back_as_it_is_printed_and_as_people_type_it() {
        let code = OppositionCode::draw(&mut UnwrapErr(getrandom::SysRng));
        let printed = code.grouped();
        assert_eq!(printed.len(), 19);
        for typed in [
            printed.to_string(),
            printed.to_lowercase(),
            printed.replace('-', ""),
            printed.replace('-', " \u{a0}\u{2013}"),
            printed.replace('0', "o").replace('1', "l"),
            printed.replace('1', "I"),
        ] {
            assert_eq!(typed.parse::<OppositionCode>().unwrap().digest(), code.digest(), "{typed}");
        }
    }

    #[test]
    fn what_is_no_code_is_refused_and_never_repeated() {
        for wrong in [
            "",
            "7K3M",
            "7K3M-9QXD-T5AB-WE2",
            "7K3M-9QXD-T5AB-WE2R9",
            "7K3M-9QXD-T5AB-WEUR",
            "7K3M-9QXD-T5AB-WE2é",
        ] {
            let refused = wrong.parse::<OppositionCode>().unwrap_err();
            assert!(wrong.is_empty() || !refused.to_string().contains(wrong));
        }
        assert!("7".repeat(65).parse::<OppositionCode>().is_err());
    }

    #[test]
    fn neither_code_nor_digest_shows_itself_to_a_log() {
        let code = OppositionCode::draw(&mut UnwrapErr(getrandom::SysRng));
        assert_eq!(format!("{code:?} {:?}", code.digest()), "OppositionCode CodeDigest");
    }

    #[test]
    fn every_sign_is_drawn_about_as_often_as_any_other() {
        let mut rng = UnwrapErr(getrandom::SysRng);
        let mut counts = [0_u32; 128];
        for _ in 0..2000 {
            OppositionCode::draw(&mut rng).0.iter().for_each(|sign| counts[usize::from(*sign)] += 1);
        }
        // 32 000 signs, a thousand of each: six deviations are 187.
        for sign in ALPHABET {
            assert!((800..1200).contains(&counts[usize::from(*sign)]), "{}", char::from(*sign));
        }
    }
}
