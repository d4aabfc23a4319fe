//! Inclusion and consistency (RFC 9162 §2.1.3 and §2.1.4): made from the roots of full subtrees, and verified
//! with nothing but two roots.

use super::{Hash, TILE_HEIGHT, empty_root, node_hash};

/// Neighbouring subtrees of `256^level` leaves each: `count` of them, from `first` on. Level 0: leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The subtrees' level.
    pub level: u32,
    /// The place of the first one, from zero.
    pub first: u64,
    /// How many; 128 at most, so one proof reads a few hundred hashes whatever the size of the tree.
    pub count: u64,
}

/// Gives the roots of a span, one for each of its subtrees.
pub type ReadSpan<'a, E> = &'a mut dyn FnMut(Span) -> Result<Vec<Hash>, E>;

/// The root of the tree over the first `size` leaves.
pub fn root<E>(size: u64, read: ReadSpan<'_, E>) -> Result<Hash, E> {
    if size == 0 { Ok(empty_root()) } else { range_root(0, size, read) }
}

/// PATH(index, D\[size\]) of RFC 9162 §2.1.3.1: the siblings on the way from the leaf to the root.
///
/// `index` is less than `size`.
pub fn inclusion<E>(index: u64, size: u64, read: ReadSpan<'_, E>) -> Result<Vec<Hash>, E> {
    debug_assert!(index < size, "only a leaf of the tree is proven");
    let (mut start, mut end) = (0, size);
    let mut path = Vec::new();
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            path.push(range_root(middle, end, read)?);
            end = middle;
        } else {
            path.push(range_root(start, middle, read)?);
            start = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// PROOF(from, D\[to\]) of RFC 9162 §2.1.4.1: that the tree of size `to` begins with the tree of size `from`.
///
/// `from` is at most `to`, and not zero: every tree begins with the empty one.
pub fn consistency<E>(from: u64, to: u64, read: ReadSpan<'_, E>) -> Result<Vec<Hash>, E> {
    debug_assert!(0 < from && from <= to, "a tree begins with a smaller one");
    let (mut start, mut end) = (0, to);
    let mut path = Vec::new();
    // SUBPROOF goes down to the subtree whose right end is the right end of the older tree.
    while end != from {
        let middle = start + split(end - start);
        if from <= middle {
            path.push(range_root(middle, end, read)?);
            end = middle;
        } else {
            path.push(range_root(start, middle, read)?);
            start = middle;
        }
    }
    // Where that subtree is the whole older tree, whoever verifies has its root.
    if start > 0 {
        path.push(range_root(start, end, read)?);
    }
    path.reverse();
    Ok(path)
}

/// The largest power of two that is less than `leaves`, which is at least 2.
fn split(leaves: u64) -> u64 {
    1 << (leaves - 1).ilog2()
}

/// MTH(D\[start:end\]). RFC 6962 §2.1 only ever asks for ranges that begin at a multiple of the power of two
/// that they fit in, so a full one is a subtree that is stored or has stored parts.
fn range_root<E>(start: u64, end: u64, read: ReadSpan<'_, E>) -> Result<Hash, E> {
    let leaves = end - start;
    if !leaves.is_power_of_two() {
        let middle = start + split(leaves);
        let left = range_root(start, middle, read)?;
        return Ok(node_hash(&left, &range_root(middle, end, read)?));
    }
    let level = leaves.ilog2() / TILE_HEIGHT;
    let each = level * TILE_HEIGHT;
    let mut row = read(Span { level, first: start >> each, count: leaves >> each })?;
    while row.len() > 1 {
        row = row.chunks(2).map(|pair| node_hash(&pair[0], &pair[pair.len() - 1])).collect();
    }
    Ok(row.pop().unwrap_or_else(empty_root))
}

/// Whether `path` proves that `leaf` stands at `index` in the tree of `size` leaves with this root
/// (RFC 9162 §2.1.3.2).
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, root: &Hash, path: &[Hash]) -> bool {
    if index >= size {
        return false;
    }
    let (mut fnode, mut snode) = (index, size - 1);
    let mut r = *leaf;
    for p in path {
        if snode == 0 {
            return false;
        }
        if fnode & 1 == 1 || fnode == snode {
            r = node_hash(p, &r);
            while fnode & 1 == 0 && fnode != 0 {
                fnode >>= 1;
                snode >>= 1;
            }
        } else {
            r = node_hash(&r, p);
        }
        fnode >>= 1;
        snode >>= 1;
    }
    snode == 0 && r == *root
}

/// Whether `path` proves that the tree of size `to` with `to_root` begins with the tree of size `from` with
/// `from_root` (RFC 9162 §2.1.4.2).
pub fn verify_consistency(from: u64, from_root: &Hash, to: u64, to_root: &Hash, path: &[Hash]) -> bool {
    if from == to {
        return path.is_empty() && from_root == to_root;
    }
    if from == 0 || from > to {
        return false;
    }
    let mut path = path.iter();
    let first = if from.is_power_of_two() { Some(from_root) } else { path.next() };
    let Some(first) = first else { return false };
    let skipped = (from - 1).trailing_ones();
    let (mut fnode, mut snode) = ((from - 1) >> skipped, (to - 1) >> skipped);
    let (mut older, mut newer) = (*first, *first);
    for c in path {
        if snode == 0 {
            return false;
        }
        if fnode & 1 == 1 || fnode == snode {
            older = node_hash(c, &older);
            newer = node_hash(c, &newer);
            while fnode & 1 == 0 && fnode != 0 {
                fnode >>= 1;
                snode >>= 1;
            }
        } else {
            newer = node_hash(&newer, c);
        }
        fnode >>= 1;
        snode >>= 1;
    }
    snode == 0 && older == *from_root && newer == *to_root
}
