//! What differs between two profiles, part by part: what `igc certificate profile diff` prints.

use serde::Serialize;

use super::Profile;
use super::display::joined;

/// A part in which two profiles differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Which part: `keys`, `subject title`, `extension keyUsage`, `order of extensions`.
    pub part: String,
    /// What the first profile says of it; none where it has no such part.
    pub first: Option<String>,
    /// The same of the second.
    pub second: Option<String>,
}

impl Profile {
    /// Where `other` differs from this profile; its identifier, title and sources apart.
    pub fn differences(&self, other: &Self) -> Vec<Difference> {
        let (first, second) = (self.parts(), other.parts());
        let mut differences = Vec::new();
        for (part, says) in &first {
            let there = says_of(&second, part);
            if there != Some(says) {
                differences.push(Difference::new(part, Some(says), there));
            }
        }
        for (part, says) in &second {
            if says_of(&first, part).is_none() {
                differences.push(Difference::new(part, None, Some(says)));
            }
        }
        differences.extend(order_of(&first, &second));
        differences
    }

    /// Name and content of everything that is compared, in order.
    fn parts(&self) -> Vec<(String, String)> {
        let mut parts = vec![
            ("issuers".to_owned(), self.issuers_in_words()),
            ("keys".to_owned(), self.keys.to_string()),
            ("term".to_owned(), self.term.to_string()),
        ];
        if self.key_escrow {
            parts.push(("escrow".to_owned(), Self::ESCROW_IN_WORDS.to_owned()));
        }
        for rdn in &self.subject {
            let types: Vec<_> = rdn.iter().map(|attribute| attribute.attribute_type).collect();
            parts.push((format!("subject {}", joined(&types, " + ")), joined(rdn, " + ")));
        }
        for extension in &self.extensions {
            parts.push((format!("extension {}", extension.name()), extension.says()));
        }
        parts
    }
}

impl Difference {
    fn new(part: &str, first: Option<&String>, second: Option<&String>) -> Self {
        Self { part: part.to_owned(), first: first.cloned(), second: second.cloned() }
    }
}

fn says_of<'a>(parts: &'a [(String, String)], wanted: &str) -> Option<&'a String> {
    parts.iter().find(|(part, _)| part == wanted).map(|(_, says)| says)
}

/// What both have may still stand in another order.
fn order_of(first: &[(String, String)], second: &[(String, String)]) -> Vec<Difference> {
    let common = |of: &[(String, String)], other: &[(String, String)], what: &str| {
        let names = of.iter().filter_map(|(part, _)| {
            let name = part.strip_prefix(what)?.strip_prefix(' ')?;
            says_of(other, part).map(|_| name)
        });
        names.collect::<Vec<_>>().join(", ")
    };
    let kinds = [("subject", "order of the subject"), ("extension", "order of extensions")];
    let orders = kinds.map(|(what, part)| (part, common(first, second, what), common(second, first, what)));
    let different = orders.into_iter().filter(|(_, first, second)| first != second);
    different.map(|(part, first, second)| Difference::new(part, Some(&first), Some(&second))).collect()
}
