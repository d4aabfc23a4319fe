use std::collections::HashMap;
use std::convert::Infallible;

use proptest::prelude::*;

use super::proof::{self, Span, verify_consistency, verify_inclusion};
use super::{Frontier, Hash, leaf_hash, node_hash};

#[test]
fn the_tree_gives_the_roots_of_rfc_6962() {
    // Known answers of the certificate transparency reference tree over these eight leaves.
    let leaves: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let mut frontier = Frontier::default();
    for (leaf, root) in leaves.iter().zip(roots) {
        frontier.push(leaf_hash(leaf), &mut |_| {});
        assert_eq!(hex::encode(frontier.root()), root);
        assert_eq!(Frontier::from_bytes(&frontier.to_bytes()).unwrap(), frontier);
    }
}

/// RFC 6962 §2.1 word for word: MTH over the leaves themselves.
fn naive_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => super::empty_root(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(naive_split(leaves.len()));
            node_hash(&naive_root(left), &naive_root(right))
        }
    }
}

/// RFC 9162 §2.1.3.1, PATH(m, D_n).
fn naive_path(m: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return vec![];
    }
    let k = naive_split(leaves.len());
    let (left, right) = leaves.split_at(k);
    if m < k {
        [naive_path(m, left), vec![naive_root(right)]].concat()
    } else {
        [naive_path(m - k, right), vec![naive_root(left)]].concat()
    }
}

/// RFC 9162 §2.1.4.1, SUBPROOF(m, D_n, b).
fn naive_subproof(m: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
    if m == leaves.len() {
        return if whole { vec![] } else { vec![naive_root(leaves)] };
    }
    let k = naive_split(leaves.len());
    let (left, right) = leaves.split_at(k);
    if m <= k {
        [naive_subproof(m, left, whole), vec![naive_root(right)]].concat()
    } else {
        [naive_subproof(m - k, right, false), vec![naive_root(left)]].concat()
    }
}

fn naive_split(n: usize) -> usize {
    let mut k = 1;
    while k * 2 < n {
        k *= 2;
    }
    k
}

/// Leaves, and the subtrees that a frontier says are full: what the database keeps.
struct Kept {
    leaves: Vec<Hash>,
    subtrees: HashMap<(u32, u64), Hash>,
    frontier: Frontier,
}

impl Kept {
    fn of(size: usize) -> Self {
        let leaves: Vec<Hash> = (0..size).map(|n| leaf_hash(&n.to_be_bytes())).collect();
        let mut subtrees = HashMap::new();
        let mut frontier = Frontier::default();
        for leaf in &leaves {
            frontier.push(*leaf, &mut |full| {
                subtrees.insert((full.level, full.place), full.root);
            });
        }
        Self { leaves, subtrees, frontier }
    }

    fn read(&self, span: Span) -> Result<Vec<Hash>, Infallible> {
        assert!(span.count <= 128, "{span:?}");
        let places = span.first..span.first + span.count;
        Ok(match span.level {
            0 => self.leaves[places.start as usize..places.end as usize].to_vec(),
            level => places.map(|place| self.subtrees[&(level, place)]).collect(),
        })
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn proofs_are_those_of_the_naive_recursion_and_verify(
        (size, index, from) in (1usize..3000).prop_flat_map(|size| (Just(size), 0..size, 1..=size)),
        flipped in any::<proptest::sample::Index>(),
    ) {
        let kept = Kept::of(size);
        let root = naive_root(&kept.leaves);
        prop_assert_eq!(kept.frontier.root(), root);
        prop_assert_eq!(proof::root(size as u64, &mut |span| kept.read(span)).unwrap(), root);

        let path = proof::inclusion(index as u64, size as u64, &mut |span| kept.read(span)).unwrap();
        prop_assert_eq!(&path, &naive_path(index, &kept.leaves));
        let leaf = &kept.leaves[index];
        prop_assert!(verify_inclusion(leaf, index as u64, size as u64, &root, &path));

        let older = naive_root(&kept.leaves[..from]);
        let bridge = proof::consistency(from as u64, size as u64, &mut |span| kept.read(span)).unwrap();
        prop_assert_eq!(&bridge, &naive_subproof(from, &kept.leaves, true));
        prop_assert!(verify_consistency(from as u64, &older, size as u64, &root, &bridge));

        // Another leaf, another place, another root, a hash that is flipped, missing or too many: no proof.
        let other = leaf_hash(b"another");
        prop_assert!(!verify_inclusion(&other, index as u64, size as u64, &root, &path));
        prop_assert!(!verify_inclusion(leaf, index as u64, size as u64, &other, &path));
        prop_assert!(!verify_inclusion(leaf, size as u64, size as u64, &root, &path));
        if size > 1 {
            let elsewhere = (index as u64 + 1) % size as u64;
            prop_assert!(!verify_inclusion(leaf, elsewhere, size as u64, &root, &path));
        }
        for (broken, valid) in [(&path, 0), (&bridge, 1)] {
            let holds = |hashes: &[Hash]| match valid {
                0 => verify_inclusion(leaf, index as u64, size as u64, &root, hashes),
                _ => verify_consistency(from as u64, &older, size as u64, &root, hashes),
            };
            prop_assert!(!holds(&[broken.as_slice(), &[other]].concat()));
            if !broken.is_empty() {
                prop_assert!(!holds(&broken[1..]));
                let mut changed = broken.clone();
                changed[flipped.index(broken.len())][0] ^= 1;
                prop_assert!(!holds(&changed));
            }
        }
        prop_assert!(from == size || !verify_consistency(from as u64, &other, size as u64, &root, &bridge));
    }
}

#[test]
fn a_proof_in_a_tree_of_ten_million_leaves_reads_a_few_hundred_hashes() {
    let size = 10_000_000_u64;
    for index in [0, 9_999_999, 4_194_303, 8_388_608] {
        let mut hashes = 0;
        let mut read = |span: Span| {
            hashes += span.count;
            Ok::<_, Infallible>(vec![[0; 32]; span.count as usize])
        };
        proof::inclusion(index, size, &mut read).unwrap();
        proof::consistency(index + 1, size, &mut read).unwrap();
        assert!(hashes < 2_500, "{index}: {hashes} hashes");
    }
}
