//! Names as they are compared, whoever wrote them.

/// A name in capital letters without accents, its words parted by one space: `DE LA TOUR ELISE`.
pub fn folded(name: &str) -> String {
    // The register has accents of both kinds: a letter with one, and one that stands behind its letter.
    let letters = name.chars().filter(|c| !('\u{300}'..='\u{36F}').contains(c));
    let bare: String = letters.flat_map(char::to_uppercase).map(bare).collect();
    let bare = bare.replace('Œ', "OE").replace('Æ', "AE");
    let words = bare.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// A capital letter without its accent.
fn bare(letter: char) -> char {
    match letter {
        'À' | 'Â' | 'Ä' | 'Á' | 'Ã' | 'Å' | 'Ą' | 'Ă' | 'Ā' => 'A',
        'Ç' | 'Ć' | 'Č' => 'C',
        'Ď' | 'Đ' => 'D',
        'É' | 'È' | 'Ê' | 'Ë' | 'Ę' | 'Ě' | 'Ē' | 'Ė' => 'E',
        'Ğ' => 'G',
        'Î' | 'Ï' | 'Í' | 'Ì' | 'İ' | 'Ī' => 'I',
        'Ł' | 'Ľ' => 'L',
        'Ñ' | 'Ń' | 'Ň' => 'N',
        'Ô' | 'Ö' | 'Ó' | 'Ò' | 'Õ' | 'Ő' | 'Ø' => 'O',
        'Ř' => 'R',
        'Š' | 'Ś' | 'Ş' | 'Ș' => 'S',
        'Ť' | 'Ţ' | 'Ț' => 'T',
        'Ù' | 'Û' | 'Ü' | 'Ú' | 'Ű' | 'Ů' | 'Ū' => 'U',
        'Ÿ' | 'Ý' => 'Y',
        'Ž' | 'Ź' | 'Ż' => 'Z',
        other => other,
    }
}
