//! Pages carry no script and no style of their own, so that the content security policy can forbid
//! both: what an attacker puts into a name cannot run.

use super::expect_none;
use super::files::text_files;

#[test]
fn no_template_carries_a_script_or_a_style_of_its_own() {
    let files = text_files();
    let templates = files.iter().filter(|file| file.path.contains("/templates/"));
    let findings = templates.flat_map(|file| inline_code(&file.path, &file.text)).collect();
    expect_none("templates: scripts and styles stand in files of their own", findings);
}

fn inline_code(path: &str, text: &str) -> Vec<String> {
    let text = without_directives(text).to_lowercase();
    let mut findings = Vec::new();
    for (start, _) in text.match_indices('<') {
        let line = text[..start].matches('\n').count() + 1;
        let tag = &text[start..start + tag_length(&text[start..])];
        for what in inline_parts(tag) {
            findings.push(format!("{path}:{line}: {what}"));
        }
    }
    findings
}

/// What of a tag `<name attribute="…" …>` would run or style by itself.
fn inline_parts(tag: &str) -> Vec<String> {
    if !tag[1..].starts_with(char::is_alphabetic) {
        return Vec::new();
    }
    let name = tag[1..].split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let attributes = attribute_names(&tag[1 + name.len()..]);
    let mut parts = Vec::new();
    if name == "script" && !attributes.iter().any(|attribute| attribute == "src") {
        parts.push("a <script> without src".into());
    }
    if name == "style" {
        parts.push("a <style>".into());
    }
    for attribute in attributes {
        if attribute == "style" || (attribute.starts_with("on") && attribute.len() > 4) {
            parts.push(format!("an attribute {attribute}= in <{name}>"));
        }
    }
    if tag.contains("javascript:") {
        parts.push(format!("javascript: in <{name}>"));
    }
    parts
}

/// The names of the attributes: words outside quotes.
fn attribute_names(text: &str) -> Vec<String> {
    let (mut names, mut word, mut quote) = (Vec::new(), String::new(), None);
    for c in text.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c.is_alphanumeric() || c == '-' || c == '_' => word.push(c),
            None => names.push(std::mem::take(&mut word)),
        }
    }
    names.push(word);
    names.retain(|name| !name.is_empty());
    names
}

/// How long the tag at the start of `text` is: up to the first `>` outside quotes.
fn tag_length(text: &str) -> usize {
    let mut quote = None;
    for (i, c) in text.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == '>' => return i,
            None => {}
        }
    }
    text.len()
}

/// The text with `{{ … }}`, `{% … %}` and `{# … #}` blanked; lines stay where they are.
fn without_directives(text: &str) -> String {
    let mut rest = text;
    let mut plain = String::with_capacity(text.len());
    while let Some(start) = ["{{", "{%", "{#"].iter().filter_map(|open| rest.find(open)).min() {
        let close = match &rest[start..start + 2] {
            "{{" => "}}",
            "{%" => "%}",
            _ => "#}",
        };
        let end = rest[start..].find(close).map_or(rest.len(), |end| start + end + 2);
        plain.push_str(&rest[..start]);
        plain.extend(rest[start..end].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        rest = &rest[end..];
    }
    plain.push_str(rest);
    plain
}

#[test]
fn inline_scripts_and_styles_are_found() {
    let found = |text| inline_code("p.html", text).join("; ");
    assert_eq!(found("\n<p style=\"color:red\">"), "p.html:2: an attribute style= in <p>");
    assert_eq!(found("<a href=x ONCLICK='go()'>"), "p.html:1: an attribute onclick= in <a>");
    assert_eq!(found("<script>go()</script>"), "p.html:1: a <script> without src");
    assert_eq!(found("<style>p{}</style>"), "p.html:1: a <style>");
    assert_eq!(found("<a href=\"javascript:go()\">"), "p.html:1: javascript: in <a>");
    assert_eq!(
        found("{% if a > b %}<p class=\"{{ x }}\" onload=\"\">{% endif %}"),
        "p.html:1: an attribute onload= in <p>"
    );
    assert_eq!(
        found("<script src=\"/assets/a.js\"></script><p title=\"style= onclick=\">one on two</p>"),
        ""
    );
}
