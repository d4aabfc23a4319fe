//! The officers' pages of a workshop, as another process, and an officer who is signed in.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use acceptance::harness::{Finished, Running, folder, free_port, run, start, wait_for_port};
use tempfile::TempDir;

use super::standstill::until;
use super::workshop::Workshop;

/// The web role, running until dropped, and what one officer's browser keeps.
pub struct Desk {
    port: u16,
    officer: &'static str,
    cookies: TempDir,
    process: Running,
}

impl Desk {
    /// Starts the web role on a port of its own and signs in; `officer` is what his sign-in link is printed beside.
    pub fn open(workshop: &Workshop, officer: &'static str) -> Self {
        let port = free_port();
        workshop.configure("listen", "web", format!("127.0.0.1:{port}"));
        let desk = Self { port, officer, cookies: folder(), process: web(workshop) };
        desk.sign_in();
        desk
    }

    /// Kills the role and starts it again where it listened; sessions do not outlive it, so he signs in again.
    pub fn kill_and_open(&mut self, workshop: &Workshop) {
        self.process.kill();
        self.process = web(workshop);
        self.sign_in();
    }

    fn sign_in(&self) {
        wait_for_port(self.port, Duration::from_secs(20));
        let mut token = None;
        until("the sign-in links are printed", || {
            let printed = self.process.stdout();
            let link = printed.lines().find(|line| line.contains(self.officer));
            token = link
                .and_then(|line| line.split_once("token="))
                .map(|(_, token)| format!("token={}", token.trim()));
            token.is_some()
        });
        let link = format!("/ra/sign-in?{}", token.unwrap_or_default());
        assert_eq!(self.code(&link), "303");
    }

    /// The status of the page of waiting orders.
    pub fn queue(&self) -> String {
        self.code("/ra/file")
    }

    /// Opposes a card as stolen on its page; the number on the receipt, where he was shown one.
    pub fn oppose(&self, card: &str) -> Option<String> {
        let address = self.address(&format!("/ra/cartes/{card}"));
        let jar = self.jar();
        let page = browse(&jar, &address, &[]);
        let token = between(&page.stdout, "name=\"jeton\" value=\"", "\"")?;
        let fields = [("motif", "stolen"), ("definitif", "oui"), ("jeton", token)];
        let answered = browse(&jar, &format!("{address}/opposition"), &fields);
        let receipt = between(&answered.stdout, "<code>", "</code>").map(str::to_owned);
        receipt.filter(|number| answered.status.success() && number.starts_with("OP-"))
    }

    /// The process identifier of the role.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// The process.
    pub fn process(&mut self) -> &mut Running {
        &mut self.process
    }

    fn code(&self, path: &str) -> String {
        let jar = self.jar();
        let mut command = Command::new("curl");
        command.args(["--silent", "--insecure", "--max-time", "30", "--output", "/dev/null"]);
        command.args(["--write-out", "%{http_code}", "--cookie"]).arg(&jar).arg("--cookie-jar").arg(&jar);
        run(command.arg(self.address(path))).expect_exit(0).stdout
    }

    /// Where a page is.
    pub fn address(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.port)
    }

    fn jar(&self) -> std::path::PathBuf {
        self.cookies.path().join("cookies")
    }
}

fn web(workshop: &Workshop) -> Running {
    start(&mut workshop.command(&["serve", "--role", "web"]))
}

/// A browser without a face: curl, with a jar for its cookies. What it says of the page it is led to.
pub fn browse(jar: &Path, url: &str, fields: &[(&str, &str)]) -> Finished {
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--insecure", "--location", "--max-time", "20", "--cookie-jar"]);
    curl.arg(jar).arg("--cookie").arg(jar);
    for (name, value) in fields {
        curl.arg("--data-urlencode").arg(format!("{name}={value}"));
    }
    run(curl.arg(url))
}

/// What stands in `text` between the two.
pub fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    Some(rest.split_once(after)?.0)
}
