use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use store::Timestamp;

const PREFIX: &str = "PS_LibreAcces_Personne_activite_";
const SUFFIX: &str = ".txt";
const FORMAT: &str = "%Y%m%d%H%M";

/// When an extract was made, from its published name `PS_LibreAcces_Personne_activite_AAAAMMJJHHMM.txt`, in French
/// legal time. `None` for any other name.
pub fn extracted_at(name: &str) -> Option<Timestamp> {
    let minute = name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?;
    if minute.len() != 12 || !minute.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let local = DateTime::strptime(FORMAT, minute).ok()?;
    // The hour that the clocks of autumn repeat is read as its first time; that of spring as the one after.
    Some(local.to_zoned(paris()).ok()?.timestamp().into())
}

/// The published name of an extract made at `moment`.
pub fn file_name(moment: Timestamp) -> String {
    let local = moment.to_jiff().to_zoned(paris());
    format!("{PREFIX}{}{SUFFIX}", local.strftime(FORMAT))
}

fn paris() -> TimeZone {
    TimeZone::get("Europe/Paris").expect("the time zone database is part of the program")
}
