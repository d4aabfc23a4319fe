//! What the authenticator says (Level 3 §6.1):
//!
//! ```text
//! rpIdHash   32 octets   -- SHA-256 of the relying party's identifier
//! flags       1          -- UP 0, UV 2, BE 3, BS 4, AT 6, ED 7
//! signCount   4          -- big endian
//! then, in a registration only: attestedCredentialData
//! ```

use sha2::{Digest, Sha256};

use super::{PasskeyRefused, RelyingParty};

/// Octets before what a registration adds.
pub(super) const HEAD: usize = 37;

const USER_PRESENT: u8 = 1;
const USER_VERIFIED: u8 = 1 << 2;
const BACKUP_ELIGIBLE: u8 = 1 << 3;
const BACKED_UP: u8 = 1 << 4;
const ATTESTED: u8 = 1 << 6;
const EXTENSIONS: u8 = 1 << 7;

/// The head of the authenticator data of somebody who was there and was verified (PIN, fingerprint), and what follows it.
/// `attested` says whether a key must follow. Extensions were asked for by nobody and are refused.
pub(super) fn read<'a>(
    octets: &'a [u8],
    relying_party: &RelyingParty,
    attested: bool,
) -> Result<(u32, &'a [u8]), PasskeyRefused> {
    let refused = |why| Err(PasskeyRefused::AuthenticatorData(why));
    let Some((head, rest)) = octets.split_first_chunk::<HEAD>() else {
        return refused("shorter than 37 octets");
    };
    if head[..32] != Sha256::digest(&relying_party.id)[..] {
        return refused("made for another relying party");
    }
    let flags = head[32];
    let has = |flag| flags & flag != 0;
    if !has(USER_PRESENT) {
        return refused("nobody was there");
    }
    if !has(USER_VERIFIED) {
        return refused("whoever was there was not verified");
    }
    if has(BACKED_UP) && !has(BACKUP_ELIGIBLE) {
        return refused("backed up, and no key that can be");
    }
    if has(EXTENSIONS) {
        return refused("extensions that nobody asked for");
    }
    if has(ATTESTED) != attested || (!attested && !rest.is_empty()) {
        return refused("a key where none belongs, or none where one does");
    }
    let count = head[33..].try_into().expect("four octets are left of 37");
    Ok((u32::from_be_bytes(count), rest))
}
