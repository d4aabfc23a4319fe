//! A list whose rows come page by page: what was printed need not be held until the last one is there.

use std::marker::PhantomData;

use super::{OutputFormat, Row, document, line};
use crate::problem::Problem;

/// The text of a list, page by page. Together it is what the rows give at once, but for the columns of a table: one of them
/// grows where a later page needs more room.
pub struct Listing<R> {
    format: OutputFormat,
    /// Whether there was a row.
    begun: bool,
    /// Of the columns of a table, so far, in characters.
    widths: Vec<usize>,
    rows: PhantomData<fn(&R)>,
}

impl<R: Row> Listing<R> {
    /// Of no rows yet.
    pub fn new(format: OutputFormat) -> Self {
        let widths = R::HEADINGS.iter().map(|heading| heading.chars().count()).collect();
        Self { format, begun: false, widths, rows: PhantomData }
    }

    /// The text of the next rows.
    pub fn page(&mut self, rows: &[R]) -> Result<String, Problem> {
        let mut text = String::new();
        if self.format == OutputFormat::Table && !rows.is_empty() {
            let rows: Vec<_> = rows.iter().map(R::cells).collect();
            self.widen(&rows);
            if !self.begun {
                text = self.headings();
            }
            text.extend(rows.iter().map(|cells| self.aligned(cells.iter().map(String::as_str))));
            self.begun = true;
            return Ok(text);
        }
        for row in rows {
            if self.format == OutputFormat::Jsonl {
                text += &line(row)?;
                continue;
            }
            text += if self.begun { ",\n" } else { "[\n" };
            // No line feed stands in a string of JSON: all of them are between its parts.
            let lines = document(row)?.trim_end().replace('\n', "\n  ");
            text += &format!("  {lines}");
            self.begun = true;
        }
        Ok(text)
    }

    /// The text of its end, which closes what was begun; of a list without rows it is all there is.
    pub fn end(self) -> String {
        match (self.format, self.begun) {
            (OutputFormat::Table, false) => self.headings(),
            (OutputFormat::Json, false) => "[]\n".to_owned(),
            (OutputFormat::Json, true) => "\n]\n".to_owned(),
            (OutputFormat::Table, true) | (OutputFormat::Jsonl, _) => String::new(),
        }
    }

    fn widen(&mut self, rows: &[Vec<String>]) {
        for row in rows {
            for (width, cell) in self.widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
    }

    fn headings(&self) -> String {
        self.aligned(R::HEADINGS.iter().copied())
    }

    fn aligned<'c>(&self, cells: impl Iterator<Item = &'c str>) -> String {
        let padded: Vec<String> =
            cells.zip(&self.widths).map(|(cell, width)| format!("{cell:<width$}", width = *width)).collect();
        padded.join("  ").trim_end().to_owned() + "\n"
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;

    use super::*;

    #[derive(Serialize)]
    struct Person {
        name: &'static str,
        numbers: Vec<u8>,
    }

    impl Row for Person {
        const HEADINGS: &'static [&'static str] = &["NAME", "N"];

        fn cells(&self) -> Vec<String> {
            vec![self.name.to_owned(), self.numbers.len().to_string()]
        }
    }

    fn persons() -> [Person; 3] {
        [("Élise", vec![]), ("Zoé\n\"", vec![1, 22]), ("Ann", vec![3])]
            .map(|(name, numbers)| Person { name, numbers })
    }

    /// What each page gives, and the end.
    fn listed(format: OutputFormat, pages: &[&[Person]]) -> Vec<String> {
        let mut listing = Listing::new(format);
        let mut texts: Vec<_> = pages.iter().map(|rows| listing.page(rows).unwrap()).collect();
        texts.push(listing.end());
        texts
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell_counted_in_characters() {
        let [first, _, last] = persons();
        let texts = listed(OutputFormat::Table, &[&[first, last]]);
        assert_eq!(texts, ["NAME   N\nÉlise  0\nAnn    1\n", ""]);
    }

    #[test]
    fn what_was_printed_of_a_table_stays_and_later_columns_are_no_narrower() {
        let [first, _, last] = persons();
        let texts = listed(OutputFormat::Table, &[&[last], &[], &[first]]);
        assert_eq!(texts, ["NAME  N\nAnn   1\n", "", "Élise  0\n", ""]);
        assert_eq!(listed(OutputFormat::Table, &[&[]]), ["", "NAME  N\n"]);
    }

    #[test]
    fn a_document_in_pages_is_the_document_of_all_rows() {
        let whole = document(&persons()).unwrap();
        assert_eq!(listed(OutputFormat::Json, &[&persons()]).concat(), whole);
        let [first, second, third] = persons();
        let texts = listed(OutputFormat::Json, &[&[first, second], &[], &[third]]);
        assert_eq!(texts.concat(), whole);
        assert!(texts[0].contains("Zoé") && texts[1].is_empty(), "{texts:?}");
        assert_eq!(listed(OutputFormat::Json, &[]), ["[]\n"]);
    }

    #[test]
    fn lines_are_printed_with_their_page() {
        let [first, second, _] = persons();
        let texts = listed(OutputFormat::Jsonl, &[&[first], &[second]]);
        assert_eq!(texts[0], "{\"name\":\"Élise\",\"numbers\":[]}\n");
        assert_eq!((texts[1].lines().count(), texts[2].as_str()), (1, ""));
    }
}
