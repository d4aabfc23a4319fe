use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use store::Timestamp;

/// When a correspondence was made, from a name that ends in `AAAAMMJJHHMM` before its extension, as the names of the extracts do, in French
/// legal time. `None` for any other name.
pub(super) fn made_at(name: &str) -> Option<Timestamp> {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let digits = stem.bytes().rev().take_while(u8::is_ascii_digit).count();
    if digits != 12 {
        return None;
    }
    let local = DateTime::strptime("%Y%m%d%H%M", &stem[stem.len() - 12..]).ok()?;
    let paris = TimeZone::get("Europe/Paris").expect("the time zone database is part of the program");
    Some(local.to_zoned(paris).ok()?.timestamp().into())
}
