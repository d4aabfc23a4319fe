//! Addresses with an authority's names left open, filled in.

/// What stands in the braces.
pub(in crate::lint) struct Filled<'a> {
    /// `{id}`: the short name.
    pub(in crate::lint) id: &'a str,
    /// `{cn}`: the common name.
    pub(in crate::lint) cn: &'a str,
    /// `{parent_cn}`: the common name of who stands above.
    pub(in crate::lint) parent_cn: &'a str,
}

/// The address. A brace that holds nothing known stays, and so is the address of nobody.
pub(in crate::lint) fn fill(template: &str, names: &Filled<'_>) -> String {
    let replaced = [
        ("{id}", escaped(names.id)),
        ("{cn}", escaped(&in_a_name(names.cn))),
        ("{parent_cn}", escaped(&in_a_name(names.parent_cn))),
    ];
    // What was put in holds no brace: `escaped` leaves none.
    replaced.iter().fold(template.to_owned(), |text, (brace, name)| text.replace(brace, name))
}

/// RFC 4514 §2.4: a backslash before what would end or begin something else.
fn in_a_name(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for (index, character) in value.char_indices() {
        if "\"+,;<>\\".contains(character) || index == 0 && "# ".contains(character) {
            text.push('\\');
        }
        text.push(character);
    }
    text
}

/// RFC 3986 §2.1: every octet that is not unreserved.
fn escaped(value: &str) -> String {
    let octet = |octet: u8| match octet {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(octet).to_string(),
        other => format!("%{other:02X}"),
    };
    value.bytes().map(octet).collect()
}
