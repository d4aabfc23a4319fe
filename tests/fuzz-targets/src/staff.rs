//! What an agent hands over as the list of his staff: CSV, or a workbook.

use registration_authority::staff::import::{FILE_BOUND, ROWS_BOUND, as_csv, rows};

/// The bounds hold, and the text for the page that mends a list names the same persons on the same lines.
pub(crate) fn list(octets: &[u8]) -> bool {
    let Ok(read) = rows(octets) else { return false };
    assert!(read.len() <= ROWS_BOUND, "no more rows than may be");
    assert!(read.is_sorted_by(|(one, _), (next, _)| one < next), "each row has a line of its own");
    let text = as_csv(octets).expect("what is read is written");
    if text.len() > FILE_BOUND {
        return true;
    }
    let again = rows(text.as_bytes()).expect("what is written is read");
    for (line, row) in &read {
        if let Ok(member) = row {
            assert!(
                again.iter().any(|(of, same)| of == line && same.as_ref().is_ok_and(|same| same == member)),
                "line {line} names the same"
            );
        }
    }
    read.iter().any(|(_, row)| row.is_ok())
}
