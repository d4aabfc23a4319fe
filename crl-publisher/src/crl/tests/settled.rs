//! What is settled before the lint reads a CRL is what it says when it comes back from the key.

use std::time::Duration;

use ca_core::authority::Authority;

use super::*;
use crate::crl::verify::ComparedCrl;
use crate::policy::Schedule;

/// The configuration, the shards, the authority's certificate or the database have changed after the CRL was written and linted, and
/// before it was verified: it is never published. Nothing of it is made again from what they say now.
#[test]
fn a_crl_that_is_not_the_one_that_was_settled_before_the_lint_is_refused_by_each_field() {
    let (mut world, settled, entries) = world_with_two_revoked();
    let delta = Intended { kind: CrlKind::Delta, base_number: Some(3), base_cut: 1, ..settled.clone() };
    let second = Duration::from_secs(1);
    world.policy.full_crl = Schedule { valid: 2 * world.policy.full_crl.valid, ..world.policy.full_crl };
    let now = [
        (
            "next update",
            Intended {
                next_update: settled.this_update.plus(world.policy.full_crl.valid),
                ..settled.clone()
            },
        ),
        ("this update", Intended { this_update: settled.this_update.plus(second), ..settled.clone() }),
        ("number", Intended { number: 6, ..settled.clone() }),
        ("base number", Intended { base_number: Some(3), kind: CrlKind::Delta, ..settled.clone() }),
        ("base number", Intended { base_number: Some(4), ..delta.clone() }),
        ("authority key identifier", Intended { authority_key_id: vec![9; 20], ..settled.clone() }),
    ];
    for (field, changed) in now {
        let (written, entries) = match changed.base_cut {
            1 => (&delta, &entries[1..]),
            _ => (&settled, &entries[..]),
        };
        let der = signed(&mut world, written, entries);
        let authority = authority::load(&mut world.db, ISSUING).unwrap();
        let read = |world: &mut World, intended: &Intended| {
            verified(world, &authority, intended, &Previous::default(), der.clone())
        };
        read(&mut world, written).unwrap();
        let refused = read(&mut world, &changed).unwrap_err();
        assert!(matches!(refused, CrlRefused::Field(found) if found == field), "{field}: {refused}");
    }
}

/// What is issued goes this way, but that the key is asked in between.
pub(super) fn verified(
    world: &mut World,
    authority: &Authority,
    intended: &Intended,
    previous: &Previous<'_>,
    der: Vec<u8>,
) -> Result<VerifiedCrl, CrlRefused> {
    let compared = ComparedCrl::compare(&mut world.db, authority, intended, previous, Crl::read(&der)?.tbs)?;
    compared.signed(authority, intended, der)
}
