use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Browser;

/// Enter, as WebDriver names it (§17.4.2).
pub const ENTER: &str = "\u{E007}";

/// Shift, likewise.
pub const SHIFT: &str = "\u{E008}";

/// Alt, likewise.
pub const ALT: &str = "\u{E00A}";

impl Browser {
    /// Presses one key after the other, wherever the focus is: what a person at the keyboard does.
    pub fn press(&self, keys: &[&str]) {
        let strokes: Vec<_> = keys.iter().flat_map(|key| [down(key), up(key)]).collect();
        self.strike(&strokes);
    }

    /// Presses a key while another one is held down.
    pub fn press_with(&self, held: &str, key: &str) {
        self.strike(&[down(held), down(key), up(key), up(held)]);
    }

    fn strike(&self, strokes: &[Value]) {
        // A person does not press a key before the page is there; its script comes last.
        let begun = Instant::now();
        while self.run("return document.readyState").as_str() != Some("complete") {
            assert!(begun.elapsed() < super::PATIENCE, "{} does not load", self.address());
            std::thread::sleep(Duration::from_millis(20));
        }
        self.command("actions", &json!({"actions": [{"type": "key", "id": "keyboard", "actions": strokes}]}));
    }

    /// The text, or the value, of what has the focus.
    pub fn focused(&self) -> String {
        let focused =
            self.run("const it = document.activeElement; return it.name || it.innerText || it.tagName");
        super::plain(focused.as_str().unwrap_or_default())
    }
}

fn down(key: &str) -> Value {
    json!({"type": "keyDown", "value": key})
}

fn up(key: &str) -> Value {
    json!({"type": "keyUp", "value": key})
}
