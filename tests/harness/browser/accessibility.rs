use std::fs;

use serde_json::{Value, json};

use super::Browser;
use crate::harness::target_folder;

/// Asks axe-core for what breaks WCAG 2.2 A and AA, and for its best practices.
const ASK: &str = "
    const done = arguments[arguments.length - 1];
    const standard = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    axe.run(document, { runOnly: standard, resultTypes: ['violations'] })
        .then((found) => done(found.violations.map((one) => ({
            rule: one.id, why: one.help,
            where: one.nodes.map((node) => node.target.join(' ') + ': ' + (node.failureSummary || '')),
        }))))
        .catch((error) => done([{ rule: 'axe', why: String(error), where: [] }]));";

impl Browser {
    /// What axe-core finds on the page that keeps somebody out; nothing where all is well. The program that judges is not
    /// ours, and is no part of what is served.
    pub fn accessibility_violations(&self) -> Vec<String> {
        let file = target_folder().join("axe/axe.min.js");
        let axe = fs::read_to_string(&file)
            .unwrap_or_else(|_| panic!("{}: run tests/setup/install.sh test", file.display()));
        if self.run("return typeof axe").as_str() != Some("object") {
            self.run(&axe);
        }
        let found = self.command("execute/async", &json!({ "script": ASK, "args": [] }));
        let found = found.as_array().expect("a list of violations");
        assert_eq!(self.run("return typeof axe.run").as_str(), Some("function"), "axe-core is not there");
        found.iter().map(Value::to_string).collect()
    }

    /// The light theme or the dark one, as the reader's system says.
    pub fn theme(&self, name: &str) {
        self.devtools(
            "Emulation.setEmulatedMedia",
            &json!({"features": [{"name": "prefers-color-scheme", "value": name}]}),
        );
    }

    /// Shows pages as they are printed, or as on a screen again.
    pub fn on_paper(&self, paper: bool) {
        let media = if paper { "print" } else { "" };
        self.devtools("Emulation.setEmulatedMedia", &json!({ "media": media }));
    }

    /// Prints the page to `target/screens/NAME.pdf`.
    pub fn print(&self, name: &str) {
        let a4 = json!({"page": {"width": 21.0, "height": 29.7}});
        self.write_octets(&format!("{name}.pdf"), &self.command("print", &a4));
    }

    /// No script of a page runs from now on.
    pub fn without_scripts(&self) {
        self.devtools("Emulation.setScriptExecutionDisabled", &json!({"value": true}));
    }

    /// Shows a document that no address of this browser gives, in the place of the page that it is at.
    pub fn show_document(&self, html: &str) {
        let tree = self.devtools("Page.getFrameTree", &json!({}));
        let frame = &tree["frameTree"]["frame"]["id"];
        self.devtools("Page.setDocumentContent", &json!({ "frameId": frame, "html": html }));
    }

    pub(super) fn devtools(&self, command: &str, parameters: &Value) -> Value {
        self.command("goog/cdp/execute", &json!({"cmd": command, "params": parameters}))
    }
}
