//! Taking fixed lengths off the front of octets.

/// The first `N` octets, and what follows; nothing where there are fewer.
pub(crate) fn take<const N: usize>(octets: &[u8]) -> Option<([u8; N], &[u8])> {
    let (first, rest) = octets.split_first_chunk::<N>()?;
    Some((*first, rest))
}
