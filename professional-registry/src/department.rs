//! Departments: where a place of practice is, as the register's *Code Département (structure)* says it.

use std::fmt;

use diesel::prelude::*;
use store::Database;
use store::schema::register_structures;

/// A French department or overseas territory, by its INSEE code: `01`, `2A`, `971`.
///
/// The register writes some overseas ones as FINESS does, `9A` for `971` (\[M\]). `20` is Corsica and does not say which of the two, so it is
/// none here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Department([u8; 3]);

/// Overseas: the INSEE code, and that of FINESS where there is one.
const OVERSEAS: [(&str, &str); 13] = [
    ("971", "9A"),
    ("972", "9B"),
    ("973", "9C"),
    ("974", "9D"),
    ("975", "9E"),
    ("976", "9F"),
    ("977", ""),
    ("978", ""),
    ("984", ""),
    ("986", ""),
    ("987", ""),
    ("988", ""),
    ("989", ""),
];

impl Department {
    /// The department of this code, in either spelling; `None` where it names none.
    pub fn from_code(code: &str) -> Option<Self> {
        let metropolitan = match code.as_bytes() {
            b"2A" | b"2B" => true,
            [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => {
                let number = (tens - b'0') * 10 + (ones - b'0');
                (1..=95).contains(&number) && number != 20
            }
            _ => false,
        };
        let overseas =
            || OVERSEAS.iter().find(|(insee, finess)| [*insee, *finess].contains(&code) && !code.is_empty());
        let insee = if metropolitan { code } else { overseas()?.0 };
        let mut octets = [b' '; 3];
        octets.get_mut(..insee.len())?.copy_from_slice(insee.as_bytes());
        Some(Self(octets))
    }

    /// The INSEE code: `2A`, `971`.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default().trim_end()
    }

    /// Every code under which the register may have it, the INSEE code first.
    pub fn spellings(&self) -> impl Iterator<Item = &str> {
        let finess =
            OVERSEAS.iter().find(|(insee, _)| *insee == self.code()).map_or("", |(_, finess)| finess);
        [self.code(), finess].into_iter().filter(|code| !code.is_empty())
    }
}

impl fmt::Display for Department {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// The departments in which the register has these structures, by technical identifier. One that it does not know, or of which it says no
/// department, gives none.
pub fn departments_of(db: &mut Database, structures: &[String]) -> QueryResult<Vec<Department>> {
    let codes: Vec<String> = register_structures::table
        .filter(register_structures::technical_id.eq_any(structures))
        .select(register_structures::department_code)
        .load(db)?;
    let mut departments: Vec<Department> =
        codes.iter().filter_map(|code| Department::from_code(code)).collect();
    departments.sort_unstable();
    departments.dedup();
    Ok(departments)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_department_has_one_code_however_the_register_writes_it() {
        for (written, code) in [
            ("01", "01"),
            ("19", "19"),
            ("21", "21"),
            ("95", "95"),
            ("2A", "2A"),
            ("2B", "2B"),
            ("971", "971"),
            ("9A", "971"),
            ("9D", "974"),
            ("9F", "976"),
            ("976", "976"),
            ("988", "988"),
        ] {
            let department = Department::from_code(written).unwrap();
            assert_eq!(department.code(), code);
            assert!(department.spellings().any(|spelling| spelling == written), "{written}");
        }
        assert_eq!(Department::from_code("971").unwrap().spellings().collect::<Vec<_>>(), ["971", "9A"]);
        for none in
            ["", "0", "00", "1", "20", "2C", "2a", "96", "97", "98", "99", "970", "9G", "75 ", "750", "é"]
        {
            assert_eq!(Department::from_code(none), None, "{none:?}");
        }
    }
}
