//! The stable codes of this crate, a file a subject.

mod certificates;
mod officers;
mod oppositions;
mod orders;
mod outside;
mod structures;

use store::Code;

pub use certificates::*;
pub use officers::*;
pub use oppositions::*;
pub use orders::*;
pub use outside::*;
pub use structures::*;

const PARTS: [&[Code]; 6] =
    [certificates::ALL, officers::ALL, oppositions::ALL, orders::ALL, outside::ALL, structures::ALL];

/// Every code of this crate.
pub const ALL: &[Code] = &joined();

const COUNT: usize = {
    let (mut count, mut part) = (0, 0);
    while part < PARTS.len() {
        count += PARTS[part].len();
        part += 1;
    }
    count
};

const fn joined() -> [Code; COUNT] {
    let mut all = [HOLDER_UNKNOWN; COUNT];
    let (mut part, mut place, mut end) = (0, 0, 0);
    while part < PARTS.len() {
        while place < PARTS[part].len() {
            all[end] = PARTS[part][place];
            place += 1;
            end += 1;
        }
        (part, place) = (part + 1, 0);
    }
    all
}
