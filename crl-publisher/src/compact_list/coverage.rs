//! Which numbers a list covers, in few words: card numbers are drawn one after the other, so a handful of spans
//! says it exactly.

/// The most spans of a list.
const MAX_SPANS: usize = 4096;

/// The numbers of `issued`, which ascend, as spans of first and last. Where they lie in more than 4096 pieces, the
/// narrowest gaps are covered too, and numbers in them are answered by chance.
pub(super) fn spans(issued: &[u64]) -> Vec<(u64, u64)> {
    let (Some(first), Some(last)) = (issued.first(), issued.last()) else { return Vec::new() };
    let mut gaps: Vec<(u64, u64)> = issued
        .windows(2)
        .filter_map(|pair| match pair {
            [before, after] if before + 1 < *after => Some((*before, *after)),
            _ => None,
        })
        .collect();
    if gaps.len() >= MAX_SPANS {
        gaps.sort_by_key(|(before, after)| std::cmp::Reverse(after - before));
        gaps.truncate(MAX_SPANS - 1);
        gaps.sort();
    }
    let firsts = std::iter::once(*first).chain(gaps.iter().map(|(_, after)| *after));
    let lasts = gaps.iter().map(|(before, _)| *before).chain(std::iter::once(*last));
    firsts.zip(lasts).collect()
}
