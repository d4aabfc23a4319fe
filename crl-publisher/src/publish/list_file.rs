//! The files of the opposition list, by name.

/// How a file says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ListForm {
    /// `;` between fields, one header line.
    Csv,
    /// One object.
    Json,
}

/// A file of the list. Beside each lies its detached signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ListFile {
    /// Every opposed card: `full.csv`, `full.json`.
    Full(ListForm),
    /// A page of the changes: `changes/12.csv` holds the sequences 12 001 to 13 000.
    Page(u32, ListForm),
    /// For readers that are off line: `full.bin`.
    Compact,
}

/// The extension of a detached signature: `full.csv.p7s`.
pub(crate) const SIGNATURE: &str = ".p7s";

impl ListForm {
    const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    pub(crate) const fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Json => "application/json",
        }
    }
}

impl ListFile {
    /// Its name below `oppositions/`.
    pub fn name(self) -> String {
        match self {
            Self::Full(form) => format!("full.{}", form.extension()),
            Self::Page(page, form) => format!("changes/{page}.{}", form.extension()),
            Self::Compact => "full.bin".to_owned(),
        }
    }

    /// The name of its signature.
    pub fn signature_name(self) -> String {
        self.name() + SIGNATURE
    }

    /// The name that its signature says, below the public folder.
    pub(crate) fn signed_name(self) -> String {
        format!("oppositions/{}", self.name())
    }

    pub(crate) const fn content_type(self) -> &'static str {
        match self {
            Self::Full(form) | Self::Page(_, form) => form.content_type(),
            Self::Compact => "application/octet-stream",
        }
    }

    /// The file with this name, if a file of the list can have it.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let forms = [ListForm::Csv, ListForm::Json];
        let page = name.strip_prefix("changes/").and_then(|name| name.split_once('.'));
        let page = page.and_then(|(page, _)| page.parse().ok());
        let full = forms.map(Self::Full).into_iter().chain([Self::Compact]);
        let pages = page.into_iter().flat_map(|page| forms.map(|form| Self::Page(page, form)));
        full.chain(pages).find(|file| file.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_has_one_name_and_no_other_names_one() {
        let page = ListFile::Page(12, ListForm::Csv);
        assert_eq!(
            (page.name().as_str(), page.signature_name().as_str()),
            ("changes/12.csv", "changes/12.csv.p7s")
        );
        let files = [ListFile::Full(ListForm::Csv), ListFile::Full(ListForm::Json), ListFile::Compact, page];
        for file in files {
            assert_eq!(ListFile::named(&file.name()), Some(file));
        }
        for name in [
            "",
            "full",
            "full.txt",
            "changes/012.csv",
            "changes/+1.csv",
            "changes/.csv",
            "changes/1.bin",
            "changes/99999999999.csv",
            "changes/../full.csv",
            "changes/1.csv.p7s",
            "FULL.CSV",
        ] {
            assert_eq!(ListFile::named(name), None, "{name}");
        }
    }
}
