/// Longest number of an order, in octets.
const NUMBER_BOUND: usize = 32;

/// A text of an address that can be the number of an order: `CO-2026-000001`. It may go into another address as it is.
pub(crate) fn order_number(text: &str) -> Option<String> {
    let fits = text.starts_with("CO-")
        && text.len() <= NUMBER_BOUND
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    fits.then(|| text.to_owned())
}
