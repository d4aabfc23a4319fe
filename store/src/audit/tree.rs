//! The Merkle tree of RFC 6962 §2.1, by its right edge only.

use sha2::{Digest, Sha256};

/// A SHA-256 value.
pub type Hash = [u8; 32];

/// `SHA-256(0x00 ‖ data)` (RFC 6962 §2.1).
pub fn leaf_hash(data: &[u8]) -> Hash {
    Sha256::new().chain_update([0x00]).chain_update(data).finalize().into()
}

fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([0x01]).chain_update(left).chain_update(right).finalize().into()
}

/// The roots of the perfect subtrees on the right edge: enough to append and to compute the root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// One root for each set bit of `size`, the largest subtree first.
    subtrees: Vec<Hash>,
}

impl Frontier {
    /// How many leaves the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf.
    pub fn push(&mut self, leaf: Hash) {
        let mut carried = leaf;
        for _ in 0..self.size.trailing_ones() {
            let left = self.subtrees.pop().expect("one subtree for each set bit of the size");
            carried = node_hash(&left, &carried);
        }
        self.subtrees.push(carried);
        self.size += 1;
    }

    /// The Merkle tree hash; of the empty tree, SHA-256 of nothing.
    pub fn root(&self) -> Hash {
        let mut right_to_left = self.subtrees.iter().rev();
        let Some(last) = right_to_left.next() else {
            return Sha256::digest([]).into();
        };
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
