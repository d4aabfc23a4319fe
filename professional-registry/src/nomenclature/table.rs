use store::Timestamp;

/// One line of a table file: `code`, `label`, `valid_from`, `valid_to`, separated by tabs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) code: &'static str,
    pub(super) label: &'static str,
    valid_from: &'static str,
    valid_to: &'static str,
}

impl Entry {
    /// Whether the code may be given at `moment`: valid from the first day on, to the last day included.
    pub(super) fn is_active(&self, moment: Timestamp) -> bool {
        let day = &moment.to_string()[..10];
        // Days are written AAAA-MM-JJ, so their order is that of the text. `?`: ended long ago.
        (self.valid_from.is_empty() || self.valid_from <= day)
            && (self.valid_to.is_empty() || (self.valid_to != "?" && day <= self.valid_to))
    }
}

/// The entries of a table file; `#` begins a comment. The files are part of the program, and a test reads
/// every line of them.
pub(super) fn entries(file: &'static str) -> impl Iterator<Item = Entry> {
    file.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).filter_map(|line| {
        let mut columns = line.split('\t');
        Some(Entry {
            code: columns.next()?,
            label: columns.next()?,
            valid_from: columns.next()?,
            valid_to: columns.next()?,
        })
    })
}
