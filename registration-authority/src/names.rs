//! Names as they are compared: without accents, hyphens, apostrophes and particles, whatever stands first.

pub use professional_registry::folded;

/// Words that come and go between two spellings of one name.
const PARTICLES: [&str; 8] = ["DE", "DU", "DES", "D", "LA", "LE", "LES", "L"];

/// Most words of a name that are looked at.
const MOST_WORDS: usize = 8;

/// The words of a person's names, family names first, in capital letters without accents.
pub(crate) fn words(family_name: &str, given_name: &str) -> Vec<String> {
    let folded = folded(&format!("{family_name} {given_name}"));
    let all: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    let mut words: Vec<&str> = all.iter().copied().filter(|word| !PARTICLES.contains(word)).collect();
    if words.is_empty() {
        words = all;
    }
    words.truncate(MOST_WORDS);
    words.into_iter().map(str::to_owned).collect()
}

/// The first two letters of each word, each pair once: what persons are looked for by.
pub(crate) fn initials(words: &[String]) -> Vec<String> {
    let mut initials: Vec<String> = words.iter().map(|word| word.chars().take(2).collect()).collect();
    initials.sort_unstable();
    initials.dedup();
    initials
}

/// How alike two names are, 0 to 100: Jaro-Winkler over their words in alphabetical order, so that a family name that stands
/// where a given name should, or the two parts of a double name the other way round, make no difference. Whoever has all the words of the
/// other, two of them at least, is the same: one of them leaves out a birth name.
pub(crate) fn likeness(one: &[String], other: &[String]) -> i64 {
    let (one, other) = (sorted(one), sorted(other));
    let (fewer, more) = if one.len() <= other.len() { (&one, &other) } else { (&other, &one) };
    if fewer.len() >= 2 && fewer.iter().all(|word| more.contains(word)) {
        return 100;
    }
    // A share of one, in hundredths: no precision is lost that a limit could see.
    (strsim::jaro_winkler(&one.join(" "), &other.join(" ")) * 100.0).floor() as i64
}

fn sorted(words: &[String]) -> Vec<&str> {
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    words.sort_unstable();
    words
}

#[cfg(test)]
mod tests;
