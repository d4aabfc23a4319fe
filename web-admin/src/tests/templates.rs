//! A template says nothing itself: all that people read comes from `locales/`, so that both languages have it.

use std::path::Path;

/// Templates of pages that are in French only. It shrinks.
const FRENCH_ONLY: &[&str] = &[];

/// Attributes that people read, or hear.
const READ: [&str; 5] = ["alt", "aria-label", "data-label", "placeholder", "title"];

/// What says nothing of the page's own: what is asked for, what is typed into a machine, what is French in any language.
const SILENT: [(&str, &str); 6] = [
    ("{#", "#}"),
    ("{%", "%}"),
    ("{{", "}}"),
    ("<code>", "</code>"),
    ("<kbd>", "</kbd>"),
    ("<span lang=\"fr\">", "</span>"),
];

/// What is the same in every language, beside abbreviations and names of files.
const NAMES: [&str; 2] = ["IGC", "Santé"];

#[test]
fn a_template_says_nothing_itself() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut findings = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let said = said(&std::fs::read_to_string(&path).unwrap());
        match FRENCH_ONLY.contains(&name.as_str()) {
            true if said.is_empty() => findings.push(format!("{name} says nothing: take it from the list")),
            true => {}
            false => findings.extend(said.into_iter().map(|word| format!("{name}: {word}"))),
        }
    }
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

/// The words of a template that are neither asked for nor the same in every language.
fn said(template: &str) -> Vec<String> {
    let plain = SILENT.iter().fold(template.to_owned(), |text, (open, close)| without(&text, open, close));
    let mut words = Vec::new();
    let mut rest = plain.as_str();
    while let Some((before, tag)) = rest.split_once('<') {
        words.extend(words_of(before));
        let (tag, behind) = tag.split_once('>').expect("a tag ends");
        for name in READ {
            if let Some((_, value)) = tag.split_once(&format!(" {name}=\"")) {
                words.extend(words_of(value.split('"').next().unwrap()));
            }
        }
        rest = behind;
    }
    words.extend(words_of(rest));
    words
}

fn words_of(text: &str) -> Vec<String> {
    let text = text.replace("&nbsp;", " ").replace("&#8239;", " ");
    let is_said = |word: &&str| {
        let has_letters = word.chars().any(char::is_alphabetic);
        let is_abbreviation = !word.chars().any(char::is_lowercase);
        let is_file = word.contains('.') && !word.ends_with('.');
        // Of a macro that writes an attribute.
        let is_attribute = word.ends_with("=\"\"");
        has_letters && !is_abbreviation && !is_file && !is_attribute && !NAMES.contains(word)
    };
    let words = text.split(|sign: char| sign.is_whitespace() || ",;:()".contains(sign));
    words.filter(is_said).map(str::to_owned).collect()
}

fn without(text: &str, open: &str, close: &str) -> String {
    let mut parts = text.split(open);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |kept, part| kept + part.split_once(close).map_or("", |(_, behind)| behind))
}

#[test]
fn what_a_template_says_itself_is_found() {
    assert_eq!(said("<p>{{ a }} Bonjour, <code>igc</code> OCSP full.csv</p>"), ["Bonjour"]);
    assert_eq!(said("<nav aria-label=\"Principale\"><p data-label=\"{{ b }}\"></nav>"), ["Principale"]);
    assert_eq!(said("{# why #}{% if x %}IGC Santé{% endif %}"), Vec::<String>::new());
}
