//! What the files of `locales/` say is asked for, and what is asked for stands there, in both languages and with the same arguments.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use fluent_bundle::FluentResource;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};

use super::FILES;
use crate::language::Language;

/// A message of a file: what it says by attribute, the empty one being itself, and the arguments in the order of each.
type Written = BTreeMap<String, Vec<String>>;

/// The keys of a file.
pub(crate) fn keys_of(file: &str) -> Vec<String> {
    let (_, [french, _]) = FILES.iter().find(|(name, _)| *name == file).expect("there is such a file");
    written(french).into_keys().collect()
}

/// Every message of a file in one language.
fn written(text: &str) -> BTreeMap<String, Written> {
    let resource = FluentResource::try_new(text.to_owned()).expect("a file of messages reads");
    let mut messages = BTreeMap::new();
    for entry in resource.entries() {
        let Entry::Message(message) = entry else {
            assert!(!matches!(entry, Entry::Junk { .. }), "{entry:?}");
            continue;
        };
        let mut parts = Written::new();
        if let Some(pattern) = &message.value {
            parts.insert(String::new(), arguments(pattern));
        }
        for attribute in &message.attributes {
            parts.insert(attribute.id.name.to_owned(), arguments(&attribute.value));
        }
        let again = messages.insert(message.id.name.to_owned(), parts);
        assert!(again.is_none(), "{} stands twice", message.id.name);
    }
    messages
}

fn arguments(pattern: &Pattern<&str>) -> Vec<String> {
    let mut found = Vec::new();
    collect(pattern, &mut found);
    found
}

fn collect(pattern: &Pattern<&str>, found: &mut Vec<String>) {
    for element in &pattern.elements {
        let PatternElement::Placeable { expression } = element else { continue };
        let inline = match expression {
            Expression::Inline(inline) => inline,
            Expression::Select { selector, variants } => {
                variants.iter().for_each(|variant| collect(&variant.value, found));
                selector
            }
        };
        if let InlineExpression::VariableReference { id } = inline
            && !found.contains(&id.name.to_owned())
        {
            found.push(id.name.to_owned());
        }
    }
}

/// Templates and sources, but tests: path and text.
fn sources() -> Vec<(PathBuf, String)> {
    let mut folders =
        ["templates", "src"].map(|name| Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).to_vec();
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true if path.ends_with("tests") => {}
                true => folders.push(path),
                false if path.ends_with("tests.rs") => {}
                false => sources.push((path.clone(), std::fs::read_to_string(path).unwrap())),
            }
        }
    }
    sources
}

/// What is asked of a message at one place: the arguments that are put into it there.
struct Asked {
    key: String,
    arguments: BTreeSet<String>,
    place: String,
}

/// Every `say("…")` with the calls behind it.
fn asked() -> Vec<Asked> {
    let mut all = Vec::new();
    for (path, text) in sources() {
        for (start, _) in text.match_indices("say(\"") {
            let rest = &text[start + 5..];
            let (key, mut rest) = rest.split_once('"').expect("a key ends");
            assert!(rest.starts_with(')'), "{}: a key stands alone in say()", path.display());
            rest = &rest[1..];
            let mut arguments = BTreeSet::new();
            while let Some((name, behind)) = next_argument(rest) {
                arguments.insert(name);
                rest = behind;
            }
            all.push(Asked { key: key.to_owned(), arguments, place: path.display().to_string() });
        }
    }
    all
}

/// The next call in a chain, `.with("name", value)`: its name, and what is behind it.
fn next_argument(text: &str) -> Option<(String, &str)> {
    let call = text.trim_start().strip_prefix('.')?;
    let (method, call) = call.split_once("(\"")?;
    if !["with", "count", "after", "before"].contains(&method) {
        return None;
    }
    let (name, rest) = call.split_once('"')?;
    Some((name.to_owned(), &rest[closing(rest)? + 1..]))
}

/// Where the parenthesis closes that was opened before this text.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 1;
    text.char_indices().find_map(|(place, sign)| {
        depth += match sign {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        (depth == 0).then_some(place)
    })
}

#[test]
fn each_file_stands_in_both_languages_and_is_embedded() {
    let embedded: BTreeSet<String> = FILES.iter().map(|(name, _)| format!("{name}.ftl")).collect();
    for language in Language::ALL {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales").join(language.tag());
        let files = std::fs::read_dir(folder).unwrap();
        let files: BTreeSet<_> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        assert_eq!(files, embedded, "{language:?}");
    }
}

/// The order too: what a template cuts at its elements comes in one order.
#[test]
fn both_languages_say_the_same_messages_with_the_same_arguments() {
    for (name, [french, english]) in FILES {
        let (french, english) = (written(french), written(english));
        let keys = |messages: &BTreeMap<String, Written>| messages.keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&french), keys(&english), "{name}.ftl");
        for (key, parts) in french {
            assert_eq!(parts, english[&key], "{key} of {name}.ftl");
        }
    }
}

#[test]
fn no_two_files_say_the_same_message() {
    let mut seen = BTreeMap::new();
    for (name, [french, _]) in FILES {
        for key in written(french).into_keys() {
            if let Some(other) = seen.insert(key.clone(), name) {
                panic!("{key} stands in {other}.ftl and {name}.ftl");
            }
        }
    }
}

#[test]
fn what_is_asked_for_stands_in_the_files_with_those_arguments() {
    let written: BTreeMap<String, Written> =
        FILES.iter().flat_map(|(_, [french, _])| written(french)).collect();
    let mut given: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut wrong = Vec::new();
    for asked in asked() {
        match written.get(&asked.key) {
            None => wrong.push(format!("{}: there is no message {}", asked.place, asked.key)),
            Some(parts) => {
                let known: BTreeSet<&String> = parts.values().flatten().collect();
                for argument in asked.arguments.iter().filter(|one| !known.contains(one)) {
                    wrong.push(format!("{}: {} has no {{ ${argument} }}", asked.place, asked.key));
                }
                given.entry(asked.key).or_default().extend(asked.arguments);
            }
        }
    }
    for (key, given) in given {
        for argument in written[&key].values().flatten().filter(|one| !given.contains(*one)) {
            wrong.push(format!("nothing is put into {{ ${argument} }} of {key}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// In quotes; or by its beginning, where a program ends it with a name: `Key(format!("job-{name}"))`.
#[test]
fn every_message_is_asked_for_somewhere() {
    let sources = sources();
    let begun: Vec<&str> = sources
        .iter()
        .flat_map(|(_, text)| {
            text.match_indices("Key(format!(\"").map(|(start, call)| &text[start + call.len()..])
        })
        .map(|rest| rest.split('{').next().unwrap())
        .collect();
    let mut idle = Vec::new();
    for (name, [french, _]) in FILES {
        for key in written(french).into_keys() {
            let quoted = format!("\"{key}\"");
            let is_asked_for = begun.iter().any(|beginning| key.starts_with(beginning))
                || sources.iter().any(|(_, text)| text.contains(&quoted));
            if !is_asked_for {
                idle.push(format!("{key} of {name}.ftl"));
            }
        }
    }
    assert!(idle.is_empty(), "nobody asks for {}", idle.join(", "));
}

/// What stands in `Key::of(…)` and is no pattern of a match.
#[test]
fn a_key_that_a_program_chooses_stands_in_the_files() {
    let written: BTreeSet<String> =
        FILES.iter().flat_map(|(_, [french, _])| written(french).into_keys()).collect();
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        for (start, call) in text.match_indices("Key::of(") {
            let inside = &text[start + call.len()..];
            let inside = &inside[..closing(inside).expect("a call ends")];
            let literals: Vec<&str> = inside.split('"').collect();
            for pair in literals[1..].chunks(2) {
                let is_pattern = pair.get(1).is_some_and(|behind| {
                    let arrow = behind.find("=>").unwrap_or(usize::MAX);
                    arrow < behind.find(',').unwrap_or(usize::MAX) || behind.trim_start().starts_with('|')
                });
                if !is_pattern && !written.contains(pair[0]) {
                    wrong.push(format!("{}: {}", path.display(), pair[0]));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "there is no message for {}", wrong.join("\n"));
}

#[test]
fn plurals_and_numbers_are_those_of_the_language() {
    let told =
        |language: Language, number: i64| language.say("pki-differences").count("number", number).to_string();
    assert_eq!(told(Language::French, 0), "0 différence");
    assert_eq!(told(Language::French, 1500), "1\u{202f}500 différences");
    assert_eq!(told(Language::English, 0), "0 differences");
    assert_eq!(told(Language::English, 1500), "1,500 differences");
}

#[test]
fn a_sentence_is_cut_at_its_elements_and_what_is_put_into_it_is_text() {
    let told = || Language::French.say("base-demonstration-note");
    assert_eq!(told().before("word").to_string(), "");
    assert!(told().after("word").to_string().starts_with(" – personnes"));
    let whole = told().with("word", "<b> ; {$x}").to_string();
    assert!(
        whole.starts_with("<b> ; {$x} – personnes, cartes et certificats fictifs\u{202f}; rien"),
        "{whole}"
    );
}
