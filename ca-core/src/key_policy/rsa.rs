//! RSA keys.

use openssl::bn::{BigNum, BigNumContext, BigNumRef};
use openssl::error::ErrorStack;
use spki::SubjectPublicKeyInfoRef;

use super::{Blocklist, KeyRefused, WeakModulus};
use crate::rsa_public_key::RsaPublicKey;

/// Trial division goes up to here: a broken generator leaves small factors, and this costs 2 ms.
const SMALL_FACTORS_BELOW: u32 = 1 << 16;
/// Rounds of Fermat's method. Primes drawn at random differ in their upper half, and would take
/// more rounds than there are atoms; those made by "next prime after" fall in the first.
const FERMAT_ROUNDS: u32 = 100;
/// The ROCA generator made primes k·M + 65537^a mod M with M the product of the first primes; 167
/// is the last of them for the shortest keys.
const ROCA_PRIMES_UP_TO: u32 = 167;

/// The size is known to be allowed; is the rest sound?
pub(super) fn check(parsed: &SubjectPublicKeyInfoRef<'_>, blocklist: &Blocklist) -> Result<(), KeyRefused> {
    // RFC 3279 §2.3.1: "The parameters field MUST have ASN.1 type NULL".
    if !parsed.algorithm.parameters.is_some_and(|parameters| parameters.is_null()) {
        return Err(KeyRefused::Malformed("the parameters of rsaEncryption must be NULL".to_owned()));
    }
    let key = RsaPublicKey::of(parsed).map_err(|error| KeyRefused::Malformed(error.to_string()))?;
    let exponent = BigNum::from_slice(key.public_exponent())?;
    if exponent < BigNum::from_u32(65537)? || !exponent.is_bit_set(0) || exponent.num_bits() > 256 {
        return Err(KeyRefused::Exponent);
    }
    if blocklist.names(key.modulus()) {
        return Err(KeyRefused::WeakModulus(WeakModulus::Listed));
    }
    let modulus = BigNum::from_slice(key.modulus())?;
    match weakness(&modulus)? {
        Some(weakness) => Err(KeyRefused::WeakModulus(weakness)),
        None => Ok(()),
    }
}

fn weakness(modulus: &BigNumRef) -> Result<Option<WeakModulus>, ErrorStack> {
    let primes = primes_below(SMALL_FACTORS_BELOW);
    for prime in &primes {
        if modulus.mod_word(*prime)? == 0 {
            return Ok(Some(WeakModulus::SmallFactor(*prime)));
        }
    }
    if has_roca_fingerprint(modulus, &primes)? {
        return Ok(Some(WeakModulus::Roca));
    }
    let mut context = BigNumContext::new()?;
    if fermat_finds_factors(modulus, &mut context)? {
        return Ok(Some(WeakModulus::ClosePrimes));
    }
    // A composite modulus is told from a prime by its first witness.
    Ok(modulus.is_prime(1, &mut context)?.then_some(WeakModulus::Prime))
}

/// The sieve of Eratosthenes.
fn primes_below(limit: u32) -> Vec<u32> {
    let mut composite = vec![false; limit as usize];
    let mut primes = Vec::new();
    for candidate in 2..limit {
        if !composite[candidate as usize] {
            primes.push(candidate);
            let multiples = (candidate as usize * 2..composite.len()).step_by(candidate as usize);
            multiples.for_each(|multiple| composite[multiple] = true);
        }
    }
    primes
}

/// Nemec et al., "The Return of Coppersmith's Attack" (CCS 2017) §3: modulo each small prime, such
/// a modulus is a power of 65537. A sound one is, for all of them, once in 2^27 or so.
fn has_roca_fingerprint(modulus: &BigNumRef, primes: &[u32]) -> Result<bool, ErrorStack> {
    for &prime in primes.iter().filter(|prime| (3..=ROCA_PRIMES_UP_TO).contains(*prime)) {
        let residue = modulus.mod_word(prime)?;
        let generator = 65537 % u64::from(prime);
        let mut power = 1;
        let is_a_power = (0..prime).any(|_| {
            power = power * generator % u64::from(prime);
            power == residue
        });
        if !is_a_power {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Looks for a with a² − n a square, upwards from √n: n = (a − b)(a + b).
fn fermat_finds_factors(modulus: &BigNumRef, context: &mut BigNumContext) -> Result<bool, ErrorStack> {
    let one = BigNum::from_u32(1)?;
    let mut a = square_root(modulus, context)?;
    for _ in 0..FERMAT_ROUNDS {
        let mut difference = BigNum::new()?;
        difference.sqr(&a, context)?;
        let square = &difference - modulus;
        if !square.is_negative() {
            let root = square_root(&square, context)?;
            difference.sqr(&root, context)?;
            if difference == square {
                return Ok(true);
            }
        }
        a = &a + &one;
    }
    Ok(false)
}

/// The largest integer whose square is at most `n`, by Newton's method from above.
fn square_root(n: &BigNumRef, context: &mut BigNumContext) -> Result<BigNum, ErrorStack> {
    let mut root = BigNum::new()?;
    if n.num_bits() == 0 {
        return Ok(root);
    }
    root.set_bit((n.num_bits() + 1) / 2)?;
    loop {
        let mut quotient = BigNum::new()?;
        quotient.checked_div(n, &root, context)?;
        let sum = &root + &quotient;
        let mut next = BigNum::new()?;
        next.rshift1(&sum)?;
        if next >= root {
            return Ok(root);
        }
        root = next;
    }
}
