//! What a workbook may cost before anybody reads it: it is a ZIP archive of XML, in which a kilobyte may say that it is a gigabyte.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::StaffImportError;
use super::read::refused;

/// Most parts of a workbook.
const PARTS_BOUND: usize = 200;
/// Most octets that all its parts are together, once inflated; a thousand rows are some two hundred thousand.
const INFLATED_BOUND: u64 = 16 << 20;
/// How many times as long a part may be as it is in the file, where it is long at all.
const RATIO_BOUND: u64 = 200;
/// Below that nobody asks for the ratio, in octets: an empty style sheet is all repetition.
const SMALL: u64 = 1 << 20;
/// Most strings that a part may announce: a reader makes room for them before it has seen one.
const STRINGS_BOUND: u64 = 100_000;

/// Inflates every part within the bounds, whatever its head says of its length, and looks for what a reader would take at its word.
pub(super) fn check(file: &[u8]) -> Result<(), StaffImportError> {
    let unreadable = || refused(1, "ce n’est pas un classeur XLSX");
    let too_large = || refused(1, "le classeur est trop grand une fois décompressé");
    let mut archive = ZipArchive::new(Cursor::new(file)).map_err(|_| unreadable())?;
    if archive.len() > PARTS_BOUND {
        return Err(too_large());
    }
    let mut left = INFLATED_BOUND;
    for place in 0..archive.len() {
        let part = archive.by_index(place).map_err(|_| unreadable())?;
        let packed = part.compressed_size();
        let mut inflated = Vec::new();
        part.take(left + 1).read_to_end(&mut inflated).map_err(|_| unreadable())?;
        let length = u64::try_from(inflated.len()).unwrap_or(u64::MAX);
        if length > left || (length > SMALL && length / RATIO_BOUND > packed) {
            return Err(too_large());
        }
        left -= length;
        if !announces_little(&inflated) {
            return Err(unreadable());
        }
    }
    Ok(())
}

/// Whether a part announces no more strings than may be: whatever it begins with, since a reader passes over what stands before the first
/// element. In UTF-8 alone: in another encoding the announcement could be written so that it is not found here, and no spreadsheet
/// writes another.
fn announces_little(part: &[u8]) -> bool {
    const NAME: &[u8] = b"uniqueCount";
    if part.starts_with(b"\xfe\xff") || part.starts_with(b"\xff\xfe") || part.starts_with(b"\0") {
        return false;
    }
    // A picture, which nobody reads, has zeros.
    let is_xml = part.trim_ascii_start().first() == Some(&b'<') || part.starts_with(b"\xef\xbb\xbf");
    if is_xml && (part.contains(&0) || !is_utf8_by_name(part)) {
        return false;
    }
    let mut rest = part;
    while let Some(at) = rest.windows(NAME.len()).position(|window| window == NAME) {
        rest = &rest[at + NAME.len()..];
        let digits = rest.iter().skip_while(|octet| !octet.is_ascii_digit() && !matches!(octet, b'>' | b'<'));
        let count = digits
            .take_while(|octet| octet.is_ascii_digit())
            .try_fold(0_u64, |count, digit| count.checked_mul(10)?.checked_add(u64::from(digit - b'0')));
        if count.is_none_or(|count| count > STRINGS_BOUND) {
            return false;
        }
    }
    true
}

/// Whether the declaration of a part names no other encoding.
fn is_utf8_by_name(part: &[u8]) -> bool {
    let end = part.windows(2).position(|window| window == b"?>").unwrap_or(0);
    let declaration = String::from_utf8_lossy(&part[..end]).to_ascii_lowercase();
    declaration.split_once("encoding").is_none_or(|(_, name)| {
        name.trim_start_matches([' ', '\t', '\r', '\n', '=', '"', '\'']).starts_with("utf-8")
    })
}
