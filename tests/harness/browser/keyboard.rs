use std::time::{Duration, Instant};

use serde_json::json;

use super::Browser;

/// Enter, as WebDriver names it (§17.4.2).
pub const ENTER: &str = "\u{E007}";

impl Browser {
    /// Presses one key after the other, wherever the focus is: what a person at the keyboard does.
    pub fn press(&self, keys: &[&str]) {
        // A person does not press a key before the page is there; its script comes last.
        let begun = Instant::now();
        while self.run("return document.readyState").as_str() != Some("complete") {
            assert!(begun.elapsed() < super::PATIENCE, "{} does not load", self.address());
            std::thread::sleep(Duration::from_millis(20));
        }
        let strokes: Vec<_> = keys
            .iter()
            .flat_map(|key| {
                [json!({"type": "keyDown", "value": key}), json!({"type": "keyUp", "value": key})]
            })
            .collect();
        self.command("actions", &json!({"actions": [{"type": "key", "id": "keyboard", "actions": strokes}]}));
    }

    /// The text, or the value, of what has the focus.
    pub fn focused(&self) -> String {
        let focused =
            self.run("const it = document.activeElement; return it.name || it.innerText || it.tagName");
        super::plain(focused.as_str().unwrap_or_default())
    }
}
