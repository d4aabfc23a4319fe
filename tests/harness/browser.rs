mod accessibility;
mod keyboard;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use tempfile::TempDir;
use ureq::Agent;

pub use keyboard::{ALT, ENTER, SHIFT};

use super::program::tool;
use super::{Running, folder, free_port, root, start, wait_for_port};

/// How long a browser may take for one step.
const PATIENCE: Duration = Duration::from_secs(30);
/// The name of an element's reference (WebDriver §12.1).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Chromium, driven over WebDriver (W3C), with a virtual authenticator (Web Authentication Level 3 §11). Ends with the test.
pub struct Browser {
    _driver: Running,
    _profile: TempDir,
    agent: Agent,
    session: String,
    authenticator: String,
}

impl Browser {
    /// A new one, whose authenticator holds no key and recognises its owner. `width` in CSS pixels.
    pub fn new(width: u32) -> Self {
        let (port, profile) = (free_port(), folder());
        let driver = start(tool("chromedriver").arg(format!("--port={port}")));
        wait_for_port(port, PATIENCE);
        let config =
            Agent::config_builder().http_status_as_error(false).proxy(None).timeout_global(Some(PATIENCE));
        let agent: Agent = config.build().into();
        let arguments = [
            "--headless=new".to_owned(),
            // As root Chromium starts without its sandbox or not at all; it sees our pages and no others.
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--force-color-profile=srgb".to_owned(),
            format!("--user-data-dir={}", profile.path().display()),
            format!("--window-size={width},900"),
        ];
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "acceptInsecureCerts": true,
            // As an officer's browser in France asks: pages answer in the language that it wants.
            "goog:chromeOptions": {"args": arguments, "prefs": {"intl.accept_languages": "fr"}},
        }}});
        let base = format!("http://127.0.0.1:{port}/session");
        let begun = ask(&agent, &base, Some(&wanted)).unwrap_or_else(|why| panic!("no session: {why}"));
        let id = begun["sessionId"].as_str().expect("a session has an identifier").to_owned();
        let session = format!("{base}/{id}");
        let authenticator = json!({"protocol": "ctap2", "transport": "internal", "hasResidentKey": true,
            "hasUserVerification": true, "isUserConsenting": true, "isUserVerified": true});
        let url = format!("{session}/webauthn/authenticator");
        let added = ask(&agent, &url, Some(&authenticator)).unwrap_or_else(|why| panic!("{why}"));
        let authenticator = added.as_str().expect("an authenticator has an identifier").to_owned();
        Self { _driver: driver, _profile: profile, agent, session, authenticator }
    }

    /// Puts a key into its authenticator: the identifier, and the private key in PKCS#8.
    pub fn take_key(&self, credential_id: &[u8], private_key: &[u8]) {
        let octets = |octets: &[u8]| URL_SAFE_NO_PAD.encode(octets);
        self.command(
            &format!("webauthn/authenticator/{}/credential", self.authenticator),
            &json!({"credentialId": octets(credential_id), "isResidentCredential": true, "rpId": "localhost",
                    "privateKey": octets(private_key), "userHandle": octets(b"owner"), "signCount": 0}),
        );
    }

    /// Shows pages as on a screen so wide, in CSS pixels: a telephone's is 320, narrower than a window of Chromium can be.
    pub fn show_on(&self, width: u32) {
        let screen = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", &screen);
    }

    /// Shows them on a screen as wide as its window again.
    pub fn show_on_its_window(&self) {
        self.devtools("Emulation.clearDeviceMetricsOverride", &json!({}));
    }

    /// Opens an address.
    pub fn open(&self, url: &str) {
        self.command("url", &json!({ "url": url }));
    }

    /// Where it is.
    pub fn address(&self) -> String {
        self.asked("url").as_str().expect("an address is a text").to_owned()
    }

    /// Clicks on the element that this CSS selector finds.
    pub fn click(&self, css: &str) {
        let element = self.element(css);
        self.command(&format!("element/{element}/click"), &json!({}));
    }

    /// Types into it.
    pub fn write(&self, css: &str, text: &str) {
        let element = self.element(css);
        self.command(&format!("element/{element}/value"), &json!({ "text": text }));
    }

    /// The text that is seen of it.
    pub fn text(&self, css: &str) -> String {
        let element = self.element(css);
        let text = self.asked(&format!("element/{element}/text"));
        plain(text.as_str().expect("a text"))
    }

    /// Waits until the page says this; a panic with what it says where it does not come to that.
    #[track_caller]
    pub fn wait_for(&self, sentence: &str) {
        self.wait_for_in("body", sentence);
    }

    /// The same of one element of it. Every page has the words of its navigation: what it says itself stands in `main`.
    #[track_caller]
    pub fn wait_for_in(&self, css: &str, sentence: &str) {
        let begun = Instant::now();
        loop {
            // Of a page that is being left the element may be gone: then it is asked for again.
            let text = self.run(&format!("return document.querySelector({css:?})?.innerText ?? ''"));
            let text = plain(text.as_str().unwrap_or_default());
            if text.contains(sentence) {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "{sentence:?} does not stand on {}:\n{text}", self.address());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// A cookie of this site, as a request carries it.
    pub fn cookie(&self, name: &str) -> String {
        let cookie = self.asked(&format!("cookie/{name}"));
        format!("{name}={}", cookie["value"].as_str().expect("a cookie has a value"))
    }

    /// What a script of the test's own gives back.
    pub fn run(&self, script: &str) -> Value {
        self.command("execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// Writes what is seen of the whole page to `target/screens/NAME.png`.
    pub fn screenshot(&self, name: &str) {
        let number = |script: &str| self.run(script).as_u64().unwrap_or(0);
        let width = number("return window.outerWidth");
        self.command("window/rect", &json!({"width": width, "height": 600}));
        let height =
            number("return document.documentElement.scrollHeight + window.outerHeight - window.innerHeight");
        self.command("window/rect", &json!({"width": width, "height": height.clamp(600, 4000)}));
        self.keep(name);
    }

    /// Writes what is seen of the page's beginning on a desk's screen, of 1280 by 960 pixels, made smaller by a quarter.
    pub fn picture(&self, name: &str) {
        let screen = json!({"width": 1280, "height": 960, "deviceScaleFactor": 0.75, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", &screen);
        self.run("window.scrollTo(0, 0)");
        self.keep(name);
        self.show_on_its_window();
    }

    fn keep(&self, name: &str) {
        self.write_octets(&format!("{name}.png"), &self.asked("screenshot"));
    }

    /// Writes what the browser gave in Base64 to a file of `target/screens`.
    fn write_octets(&self, file: &str, given: &Value) {
        let octets = STANDARD.decode(given.as_str().expect("base64")).expect("base64");
        let screens = root().join("target/screens");
        fs::create_dir_all(&screens).expect("target can be written");
        fs::write(Path::new(&screens).join(file), octets).expect("target can be written");
    }

    fn element(&self, css: &str) -> String {
        let begun = Instant::now();
        loop {
            let url = format!("{}/element", self.session);
            match ask(&self.agent, &url, Some(&json!({"using": "css selector", "value": css}))) {
                Ok(found) => return found[ELEMENT].as_str().expect("an element").to_owned(),
                Err(why) => assert!(begun.elapsed() < PATIENCE, "{css} at {}: {why}", self.address()),
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn command(&self, path: &str, body: &Value) -> Value {
        ask(&self.agent, &format!("{}/{path}", self.session), Some(body))
            .unwrap_or_else(|why| panic!("{path}: {why}"))
    }

    fn asked(&self, path: &str) -> Value {
        ask(&self.agent, &format!("{}/{path}", self.session), None)
            .unwrap_or_else(|why| panic!("{path}: {why}"))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Chromium would outlive its driver.
        let _ = self.agent.delete(&self.session).call();
    }
}

/// With the spaces and apostrophes of a keyboard.
fn plain(text: &str) -> String {
    text.replace(['\u{a0}', '\u{202f}'], " ").replace('’', "'")
}

/// The `value` of an answer, or what the driver says is wrong.
fn ask(agent: &Agent, url: &str, body: Option<&Value>) -> Result<Value, String> {
    let answer = match body {
        Some(body) => agent.post(url).content_type("application/json").send(body.to_string()),
        None => agent.get(url).call(),
    };
    let mut answer = answer.map_err(|error| error.to_string())?;
    let limit = answer.body_mut().with_config().limit(64 * 1024 * 1024);
    let text = limit.read_to_string().map_err(|error| error.to_string())?;
    let mut value: Value = serde_json::from_str(&text).map_err(|error| format!("{error}: {text}"))?;
    let value = value["value"].take();
    match value.get("error") {
        Some(error) => Err(format!("{error}: {}", value["message"])),
        None => Ok(value),
    }
}
