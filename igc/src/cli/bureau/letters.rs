//! The letters with opposition codes: a sheet for each holder, as a page that a browser prints.

use askama::Template;
use registration_authority::opposition::code_letter;
use serde::Deserialize;
use zeroize::{Zeroize, Zeroizing};

use crate::faults;
use crate::problem::Problem;

/// A file has fifty codes; this is room for a thousand.
pub const LARGEST_FILE: usize = 1 << 18;

/// The file of the worker's job `opposition-codes`. What it has beside this is not for the letter.
#[derive(Deserialize)]
struct File {
    format: String,
    codes: Vec<Letter>,
}

#[derive(Deserialize)]
struct Letter {
    card: String,
    family_name: String,
    given_name: String,
    /// In their place, of a card that names nobody.
    #[serde(default)]
    service: Option<String>,
    code: String,
}

impl Drop for Letter {
    fn drop(&mut self) {
        self.code.zeroize();
    }
}

/// The page is printed by itself: its style goes with it.
const STYLE: &str =
    concat!("<style>\n", include_str!("../../../templates/opposition_code_letters.css"), "</style>");

#[derive(Template)]
#[template(path = "opposition_code_letters.html")]
struct Sheets<'a> {
    style: &'static str,
    letters: &'a [Letter],
    page: &'a str,
    telephone: Option<&'a str>,
}

/// The page with a sheet for each code of `file`.
pub fn set(file: &[u8], page: &str, telephone: Option<&str>) -> Result<Zeroizing<String>, Problem> {
    if file.len() > LARGEST_FILE {
        let told = format!("stdin: a file of opposition codes has at most {LARGEST_FILE} octets");
        return Err(Problem::new(faults::FILE_TOO_LONG, told));
    }
    // What serde would say quotes the file, a code perhaps.
    let read: File = serde_json::from_slice(file).map_err(|error| {
        let told = format!("stdin, line {}: this is no file of opposition codes", error.line());
        Problem::new(faults::LETTERS_MALFORMED, told)
    })?;
    if read.format != code_letter::FORMAT {
        let told = format!("stdin: it is of another format than {}", code_letter::FORMAT);
        return Err(Problem::new(faults::LETTERS_MALFORMED, told));
    }
    let sheets = Sheets { style: STYLE, letters: &read.codes, page, telephone };
    // A buffer that grew would leave copies of codes behind.
    let mut html = Zeroizing::new(String::with_capacity(4096 * (read.codes.len() + 2)));
    sheets.render_into(&mut *html).map_err(|error| Problem::new(faults::TOOL, error.to_string()))?;
    Ok(html)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(codes: &str) -> Vec<u8> {
        format!(r#"{{"format":"igc-opposition-codes-1","letter":"00","made_at":0,"codes":[{codes}]}}"#)
            .into_bytes()
    }

    const ONE: &str = r#"{"card":"2600000017","holder":"899700000129","family_name":"D'EXEMPLE & FILS","given_name":"Zoé","code":"7K3M-9QXD-T5AB-WE2R"}"#;

    #[test]
    fn each_holder_has_a_sheet_with_his_code() {
        let two = format!("{ONE},{}", ONE.replace("2600000017", "2600000025").replace("7K3M", "8K3M"));
        let html = set(&file(&two), "https://cartes.example/opposition", Some("01 99 00 12 34")).unwrap();
        let sheets: Vec<&str> = html.split("<article").skip(1).collect();
        assert_eq!(sheets.len(), 2);
        for (sheet, (code, card)) in
            sheets.iter().zip([("7K3M-9QXD", "2600000017"), ("8K3M-9QXD", "2600000025")])
        {
            assert!(sheet.contains(code) && sheet.contains(card), "{sheet}");
            assert!(sheet.contains("https://cartes.example/opposition") && sheet.contains("01 99 00 12 34"));
        }
        assert!(!sheets[0].contains("8K3M") && !sheets[1].contains("7K3M"));
    }

    #[test]
    fn the_sheet_of_a_service_card_is_addressed_to_the_service() {
        let service = ONE.replace("D'EXEMPLE & FILS", "").replace(
            r#""given_name":"Zoé","#,
            r#""given_name":"","service":"Carte de service n° 000000042, structure F0B0193488","#,
        );
        let html = set(&file(&service), "https://cartes.example", None).unwrap();
        let addressee = r#"<p class="addressee">Carte de service n° 000000042, structure F0B0193488</p>"#;
        assert!(html.contains(addressee), "{}", *html);
    }

    #[test]
    fn names_are_text_and_never_markup() {
        let html = set(&file(ONE), "https://cartes.example/<i>", None).unwrap();
        assert!(html.contains("D&#39;EXEMPLE &#38; FILS"), "{}", *html);
        assert!(!html.contains("<i>"));
    }

    #[test]
    fn another_file_is_refused_and_not_repeated() {
        let other = String::from_utf8(file(ONE)).unwrap();
        for wrong in [other.replace("codes-1", "codes-9"), other.replace(r#""given_name":"Zoé","#, "")] {
            let refused = set(wrong.as_bytes(), "https://cartes.example", None).unwrap_err();
            assert_eq!(refused.code().name, "bureau-letters-malformed");
            assert!(!format!("{refused:?}").contains("7K3M"), "{refused:?}");
        }
        let long = set(&vec![b' '; LARGEST_FILE + 1], "https://cartes.example", None).unwrap_err();
        assert_eq!(long.code().name, "file-too-long");
    }
}
