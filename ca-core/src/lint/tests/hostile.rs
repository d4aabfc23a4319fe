//! Whatever the bytes: an answer, never a panic, never a wait.

use proptest::prelude::*;

use super::super::{CrlKind, CrlLintContext, check_certificate, check_crl};
use super::{crl, specimen};

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_are_refused_and_nothing_else_happens(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let root = specimen::root();
        prop_assert!(!check_certificate(&bytes, &root.context()).is_empty());
        let issuer = specimen::issuing().certificate();
        let context = CrlLintContext {
            issuer_certificate: &issuer,
            kind: CrlKind::Full,
            shard: None,
            at: root.context().at,
        };
        prop_assert!(!check_crl(&bytes, &context).is_empty());
        let mut card = specimen::cps_sign();
        card.issuer_certificate = Some(bytes);
        prop_assert!(!check_certificate(&card.tbs(), &card.context()).is_empty());
    }

    #[test]
    fn a_certificate_with_bytes_changed_cut_and_repeated_never_panics(
        which in 0..4_usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
        repeat in any::<prop::sample::Index>(),
        shape in 0..3_u8,
    ) {
        let good = [specimen::cps_auth, specimen::cpe_auth, specimen::server, specimen::issuing][which]();
        let mut tbs = good.tbs();
        for (index, octet) in changes {
            let at = index.index(tbs.len());
            tbs[at] = octet;
        }
        match shape {
            1 => tbs.truncate(cut.index(tbs.len())),
            2 => {
                let (from, to) = (cut.index(tbs.len()), repeat.index(tbs.len()));
                tbs.extend_from_within(from.min(to)..from.max(to));
            }
            _ => (),
        }
        check_certificate(&tbs, &good.context());
    }

    #[test]
    fn a_crl_with_bytes_changed_never_panics(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        delta in any::<bool>(),
    ) {
        let good = if delta { crl::delta() } else { crl::full() };
        let mut tbs = good.tbs();
        for (index, octet) in changes {
            let at = index.index(tbs.len());
            tbs[at] = octet;
        }
        check_crl(&tbs, &good.context());
    }
}

#[test]
fn every_single_bit_of_a_root_matters_or_is_chance_or_name() {
    let root = specimen::root();
    let good = root.tbs();
    let mut unseen = Vec::new();
    for at in 0..good.len() {
        for bit in 0..8 {
            let mut tbs = good.clone();
            tbs[at] ^= 1 << bit;
            if check_certificate(&tbs, &root.context()).is_empty() {
                unseen.push(at);
            }
        }
    }
    unseen.dedup();
    let within = |field: &[u8]| {
        let start = good.windows(field.len()).position(|window| window == field).unwrap();
        start..start + field.len()
    };
    // What a flipped bit may leave valid: the serial, the dates, the host and path of the CPS URL.
    let free = [within(&root.serial), within(&root.validity), within(b"http://pki.home.arpa/pc/")];
    let unexplained: Vec<_> =
        unseen.into_iter().filter(|at| !free.iter().any(|range| range.contains(at))).collect();
    assert_eq!(unexplained, [0_usize; 0]);
}
