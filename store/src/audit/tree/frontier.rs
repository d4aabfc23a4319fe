use super::{Hash, TILE_HEIGHT, empty_root, node_hash};

/// The roots of the perfect subtrees on the right edge: enough to append and to compute the root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// One root for each set bit of `size`, the largest subtree first.
    subtrees: Vec<Hash>,
}

/// A full subtree whose root is kept: the one of `256^level` leaves at this place from the left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subtree {
    /// 1 for 256 leaves, 2 for 65 536, …
    pub level: u32,
    /// From zero.
    pub place: u64,
    /// Its root.
    pub root: Hash,
}

impl Frontier {
    /// How many leaves the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf; `full` is told each subtree to be kept that this leaf completes, the smallest first.
    pub fn push(&mut self, leaf: Hash, full: &mut dyn FnMut(Subtree)) {
        let mut carried = leaf;
        for height in 1..=self.size.trailing_ones() {
            let left = self.subtrees.pop().expect("one subtree for each set bit of the size");
            carried = node_hash(&left, &carried);
            if height.is_multiple_of(TILE_HEIGHT) {
                full(Subtree { level: height / TILE_HEIGHT, place: self.size >> height, root: carried });
            }
        }
        self.subtrees.push(carried);
        self.size += 1;
    }

    /// The Merkle tree hash; of the empty tree, SHA-256 of nothing.
    pub fn root(&self) -> Hash {
        let mut right_to_left = self.subtrees.iter().rev();
        let Some(last) = right_to_left.next() else { return empty_root() };
        right_to_left.fold(*last, |right, left| node_hash(left, &right))
    }

    /// The size as eight octets, big-endian, then the subtree roots.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.size.to_be_bytes().to_vec();
        self.subtrees.iter().for_each(|root| bytes.extend_from_slice(root));
        bytes
    }

    /// Reads what [`Frontier::to_bytes`] wrote; nothing where the count of roots does not fit the size.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (size, roots) = bytes.split_first_chunk::<8>()?;
        let size = u64::from_be_bytes(*size);
        let (subtrees, rest) = roots.as_chunks::<32>();
        let fits = rest.is_empty() && subtrees.len() == size.count_ones() as usize;
        fits.then(|| Self { size, subtrees: subtrees.to_vec() })
    }
}
