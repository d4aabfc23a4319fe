//! Rust sources as tokens: comments are gone, strings are whole, tests can be told apart.

use std::str::FromStr;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::files::TextFile;

/// One token and the line it stands on. A string literal is its raw text, quotes included.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) text: String,
    pub(super) line: usize,
}

/// The tokens of a file, in order, delimiters included; items under `#[cfg(test)]` and `#[test]`
/// and the texts of doc comments left out.
pub(super) fn tokens_outside_tests(file: &TextFile) -> Vec<Token> {
    tokens(file, true)
}

/// The tokens of a file, tests included; the texts of doc comments left out.
pub(super) fn all_tokens(file: &TextFile) -> Vec<Token> {
    tokens(file, false)
}

/// Whether `tokens` continue with exactly `texts` from `at`.
pub(super) fn stands_at(tokens: &[Token], at: usize, texts: &[&str]) -> bool {
    texts.iter().enumerate().all(|(i, text)| tokens.get(at + i).is_some_and(|token| token.text == *text))
}

/// The modules that `file` declares for tests only (`#[cfg(test)] mod tests;`), as the beginnings of
/// the paths of their files.
pub(super) fn test_modules(file: &TextFile) -> Vec<String> {
    if !file.is_rust() {
        return Vec::new();
    }
    let tokens = all_tokens(file);
    let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
    let folder = match name {
        "mod.rs" | "lib.rs" | "main.rs" => folder.to_owned(),
        _ => format!("{folder}/{}", name.trim_end_matches(".rs")),
    };
    let starts =
        (0..tokens.len()).filter(|at| stands_at(&tokens, *at, &["#", "[", "cfg", "(", "test", ")", "]"]));
    let declared = starts.filter_map(|at| {
        let rest = &tokens[at + 7..];
        let module = rest.iter().position(|token| token.text == "mod")?;
        // Only a visibility may stand before it.
        let visible = rest[..module]
            .iter()
            .all(|token| ["pub", "(", ")", "crate", "super"].contains(&token.text.as_str()));
        let name = &rest.get(module + 1)?.text;
        (visible && stands_at(rest, module + 2, &[";"]))
            .then(|| [format!("{folder}/{name}.rs"), format!("{folder}/{name}/")])
    });
    declared.flatten().collect()
}

fn tokens(file: &TextFile, skip_tests: bool) -> Vec<Token> {
    let stream = TokenStream::from_str(&file.text)
        .unwrap_or_else(|error| panic!("{} cannot be read as Rust: {error}", file.path));
    let mut flat = Vec::new();
    flatten(stream, skip_tests, &mut flat);
    flat
}

fn flatten(stream: TokenStream, skip_tests: bool, flat: &mut Vec<Token>) {
    let trees: Vec<TokenTree> = stream.into_iter().collect();
    let mut at = 0;
    while let Some(tree) = trees.get(at) {
        if let Some(attribute) = attribute_at(&trees, at) {
            if skip_tests
                && (attribute == "test"
                    || attribute.starts_with("cfg(test")
                    || attribute.starts_with("cfg(all(test"))
            {
                at = after_item(&trees, at);
                continue;
            }
            if attribute.starts_with("doc=") {
                at += 2;
                continue;
            }
        }
        push(tree, skip_tests, flat);
        at += 1;
    }
}

fn push(tree: &TokenTree, skip_tests: bool, flat: &mut Vec<Token>) {
    let TokenTree::Group(group) = tree else {
        flat.push(Token { text: tree.to_string(), line: tree.span().start().line });
        return;
    };
    let (open, close) = match group.delimiter() {
        Delimiter::Parenthesis => ("(", ")"),
        Delimiter::Brace => ("{", "}"),
        Delimiter::Bracket => ("[", "]"),
        Delimiter::None => ("", ""),
    };
    flat.push(Token { text: open.into(), line: group.span_open().start().line });
    flatten(group.stream(), skip_tests, flat);
    flat.push(Token { text: close.into(), line: group.span_close().end().line });
}

/// The inside of the attribute `#[…]` that begins at `at`, without blanks.
fn attribute_at(trees: &[TokenTree], at: usize) -> Option<String> {
    match (trees.get(at)?, trees.get(at + 1)?) {
        (TokenTree::Punct(hash), TokenTree::Group(group))
            if hash.as_char() == '#' && group.delimiter() == Delimiter::Bracket =>
        {
            Some(group.stream().to_string().split_whitespace().collect())
        }
        _ => None,
    }
}

/// Behind the item that the attribute at `at` stands on: its first `;` or `{…}`.
fn after_item(trees: &[TokenTree], at: usize) -> usize {
    let end = trees[at..].iter().position(|tree| match tree {
        TokenTree::Punct(punct) => punct.as_char() == ';',
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        _ => false,
    });
    end.map_or(trees.len(), |end| at + end + 1)
}

#[test]
fn tests_and_comments_are_no_tokens_of_the_program() {
    let text = "/// INSERT INTO a\nfn f() { g(\"x\") } // h\n#[cfg(test)]\nmod tests { fn t() { u() } }\n#[cfg(test)] mod more;\nfn last() {}";
    let file = TextFile::planted("card/src/a.rs", text);
    assert_eq!(test_modules(&file), ["card/src/a/more.rs", "card/src/a/more/"]);
    let texts = |tokens: Vec<Token>| tokens.into_iter().map(|token| token.text).collect::<Vec<_>>().join(" ");
    assert_eq!(texts(tokens_outside_tests(&file)), "fn f ( ) { g ( \"x\" ) } fn last ( ) { }");
    assert!(texts(all_tokens(&file)).contains("fn t ( ) { u ( ) }"));
    assert_eq!(tokens_outside_tests(&file)[6].line, 2);
}
