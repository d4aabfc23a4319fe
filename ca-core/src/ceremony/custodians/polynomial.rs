//! Shamir's polynomials over GF(256), one for each octet, overwritten once they are evaluated.

use store::CryptoRng;
use vsss_rs::{DefaultShare, Gf256, IdentifierGf256, Polynomial};
use zeroize::Zeroizing;

use super::CustodianError;

/// A coefficient, as `vsss-rs` keeps it: the identifier of a share that nobody is given.
type Coefficient = DefaultShare<IdentifierGf256, IdentifierGf256>;

/// Shares a secret among `count` custodians, `needed` of whom bring it back: what `Gf256::split_bytes` does with the same
/// polynomial, which it leaves in memory as it was for the last octet. Each share begins with its number, from 1.
pub(super) fn split(
    needed: usize,
    count: usize,
    secret: &[u8],
    rng: &mut dyn CryptoRng,
) -> Result<Vec<Zeroizing<Vec<u8>>>, CustodianError> {
    let numbers = u8::try_from(count).ok().filter(|_| (2..=count).contains(&needed));
    let Some(last) = numbers else {
        return Err(CustodianError::Scheme(format!("{needed} of {count} is no sharing")));
    };
    // Of their full length from the start, so that no copy is left behind.
    let mut shares: Vec<_> = (1..=last)
        .map(|number| {
            let mut share = Zeroizing::new(Vec::with_capacity(1 + secret.len()));
            share.push(number);
            share
        })
        .collect();
    let mut polynomial: Zeroizing<Vec<Coefficient>> =
        Zeroizing::new(Polynomial::<Coefficient>::create(needed));
    for octet in secret {
        let intercept = Zeroizing::new(IdentifierGf256(Gf256(*octet)));
        polynomial
            .fill(&intercept, &mut *rng, needed)
            .map_err(|error| CustodianError::Scheme(error.to_string()))?;
        for share in &mut shares {
            let at = IdentifierGf256(Gf256(share[0]));
            let value: Zeroizing<IdentifierGf256> = Zeroizing::new(polynomial.evaluate(&at, needed));
            share.push(value.0.0);
        }
    }
    Ok(shares)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_brings_back_what_was_shared_here_and_here_is_shared_what_it_would_share() {
        let mut rng = rand_core::UnwrapErr(getrandom::SysRng);
        let secret: Vec<u8> = (0..=255).collect();
        let shares = split(3, 5, &secret, &mut rng).unwrap();
        let theirs = Gf256::split_bytes(3, 5, &secret, rng).unwrap();
        for (share, their) in shares.iter().zip(&theirs) {
            assert_eq!((share[0], share.len()), (their[0], their.len()));
        }
        for picked in [[0, 1, 2], [4, 2, 0], [1, 3, 4]] {
            let values: Vec<Vec<u8>> = picked.iter().map(|place| shares[*place].to_vec()).collect();
            assert_eq!(Gf256::combine_bytes(&values).unwrap(), secret);
            assert_ne!(Gf256::combine_bytes(&values[..2]).unwrap(), secret);
        }
    }

    #[test]
    fn what_is_no_sharing_is_refused() {
        let mut rng = rand_core::UnwrapErr(getrandom::SysRng);
        for (needed, count) in [(0, 3), (1, 3), (4, 3), (2, 256)] {
            assert!(split(needed, count, b"secret", &mut rng).is_err(), "{needed} of {count}");
        }
    }
}
