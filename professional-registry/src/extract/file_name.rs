use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use store::Timestamp;

use super::Form;

const SUFFIX: &str = ".txt";
const FORMAT: &str = "%Y%m%d%H%M";

/// When an extract was made, from its published name `PS_LibreAcces_Personne_activite_AAAAMMJJHHMM.txt` or that of another form, in French
/// legal time. `None` for any other name.
pub fn extracted_at(name: &str) -> Option<Timestamp> {
    let minute = name.strip_prefix(Form::of_name(name)?.prefix)?.strip_suffix(SUFFIX)?;
    if minute.len() != 12 || !minute.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let local = DateTime::strptime(FORMAT, minute).ok()?;
    // The hour that the clocks of autumn repeat is read as its first time; that of spring as the one after.
    Some(local.to_zoned(paris()).ok()?.timestamp().into())
}

/// The published name of an extract of this form, made at `moment`.
pub fn file_name(form: &Form, moment: Timestamp) -> String {
    published_name(form.prefix, moment)
}

/// `PREFIX` and the minute: how every extract is named, also those that this program writes.
pub fn published_name(prefix: &str, moment: Timestamp) -> String {
    format!("{prefix}{}{SUFFIX}", moment.to_jiff().to_zoned(paris()).strftime(FORMAT))
}

/// A day as extracts write it: `AAAAMMJJ`, in French legal time.
pub fn day(moment: Timestamp) -> String {
    moment.to_jiff().to_zoned(paris()).strftime("%Y%m%d").to_string()
}

fn paris() -> TimeZone {
    TimeZone::get("Europe/Paris").expect("the time zone database is part of the program")
}
