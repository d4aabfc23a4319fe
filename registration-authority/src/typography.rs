//! French typography of sentences that are typed with plain spaces and apostrophes.

const NO_BREAK: char = '\u{a0}';
const NARROW_NO_BREAK: char = '\u{202f}';

/// With the spaces that French wants around its signs, and its apostrophe.
pub fn french(sentence: &str) -> String {
    let mut text = sentence.to_owned();
    for sign in [';', '!', '?'] {
        text = text.replace(&format!(" {sign}"), &format!("{NARROW_NO_BREAK}{sign}"));
    }
    text.replace(" :", &format!("{NO_BREAK}:"))
        .replace("« ", &format!("«{NO_BREAK}"))
        .replace(" »", &format!("{NO_BREAK}»"))
        .replace('\'', "’")
}

#[cfg(test)]
mod tests {
    use super::french;

    #[test]
    fn signs_have_the_spaces_of_french_and_apostrophes_its_form() {
        assert_eq!(
            french("Motif : « perte » ; l'avis ?"),
            "Motif\u{a0}: «\u{a0}perte\u{a0}»\u{202f}; l’avis\u{202f}?"
        );
    }
}
