//! The roles, running: what relying systems and officers reach over the network.

use std::fs;
use std::path::Path;
use std::time::Duration;

use acceptance::harness::{self, Running, folder, free_port, igc, openssl, run, wait_for_port};
use openssl::x509::X509;

use super::demonstration::{copy_of, on_sqlite};
use super::standstill::until;

const PATIENCE: Duration = Duration::from_secs(30);

/// Every role of a demonstration, in one process.
pub struct Serving {
    _copy: tempfile::TempDir,
    dir: std::path::PathBuf,
    running: Running,
    web: u16,
    status: u16,
    operations: u16,
}

/// A copy of the demonstration, every role running on ports of its own.
pub fn serve() -> Serving {
    serve_as(|_, _| ())
}

/// The same, prepared before it runs: its folder, and the port of the officers' pages.
pub fn serve_as(prepare: impl FnOnce(&Path, u16)) -> Serving {
    let copy = copy_of(on_sqlite());
    let dir = copy.path().to_owned();
    let [web, status, operations] = [free_port(), free_port(), free_port()];
    let file = dir.join("igc.toml");
    let text = fs::read_to_string(&file)
        .unwrap()
        .replace("127.0.0.1:8443", &format!("127.0.0.1:{web}"))
        .replace("127.0.0.1:8080", &format!("127.0.0.1:{status}"))
        .replace("127.0.0.1:8081", &format!("127.0.0.1:{operations}"));
    fs::write(&file, text).unwrap();
    prepare(&dir, web);
    let running = harness::start(igc().args(["serve", "--dir"]).arg(&dir));
    for port in [web, status, operations] {
        wait_for_port(port, PATIENCE);
    }
    Serving { _copy: copy, dir, running, web, status, operations }
}

impl Serving {
    /// The installation's folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The process.
    pub fn running(&mut self) -> &mut Running {
        &mut self.running
    }

    /// The port of the officers' pages.
    pub fn web(&self) -> u16 {
        self.web
    }

    /// Asks it to end: killed, it would leave its bureau behind.
    #[track_caller]
    pub fn end(&mut self) {
        let ended = self.running.stop(PATIENCE);
        assert!(ended.success(), "{ended}: {}", self.running.stderr());
    }

    /// Status line, headers and body of a GET, by curl, without following anything.
    fn get(&self, url: &str) -> (u16, Vec<u8>) {
        let place = folder();
        let body = place.path().join("body");
        let finished = run(std::process::Command::new("curl")
            .args([
                "--silent",
                "--insecure",
                "--max-time",
                "20",
                "--write-out",
                "%{http_code}",
                "--path-as-is",
            ])
            .arg("--output")
            .arg(&body)
            .arg(url))
        .expect_exit(0);
        (finished.stdout.trim().parse().unwrap(), fs::read(&body).unwrap_or_default())
    }
}

#[test]
fn every_http_address_in_an_issued_certificate_answers() {
    let mut serving = serve();
    let mut asked = std::collections::BTreeSet::new();
    let folders = [serving.dir.join("certificates"), serving.dir.join("public/ca")];
    for path in
        folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap()).map(|entry| entry.unwrap().path())
    {
        let bytes = fs::read(&path).unwrap();
        let read = match path.extension().and_then(|extension| extension.to_str()) {
            Some("cer") => X509::from_der(&bytes),
            Some("pem") => X509::from_pem(&bytes),
            _ => continue,
        };
        let text = String::from_utf8_lossy(&read.unwrap().to_text().unwrap()).into_owned();
        for url in text.split_whitespace().filter_map(|word| word.split_once("http://").map(|(_, rest)| rest))
        {
            asked.insert(format!("http://{url}"));
        }
    }
    assert!(asked.len() > 10, "{asked:?}");
    for url in asked {
        let here = url.replace("localhost:8080", &format!("localhost:{}", serving.status));
        assert_ne!(here, url, "an address that does not lead to the machine itself");
        if url.ends_with("/ocsp") {
            continue; // Asked as OCSP clients ask, below.
        }
        let (status, body) = serving.get(&here);
        assert_eq!(status, 200, "{url}");
        assert!(!body.is_empty(), "{url}");
    }
    serving.end();
}

#[test]
fn ocsp_answers_by_post_and_by_get_whatever_the_base64_looks_like() {
    let mut serving = serve();
    let place = folder();
    let request = place.path().join("request.der");
    let issuer = serving.dir.join("public/ca/ACI-FO-PP.cer");
    let mut slashes = 0;
    // Serial numbers that were never issued, until the base64 has had every character it can have.
    for n in 0..40_u32 {
        let serial = format!("0x63DAFFCFC8034BDC{:016X}", u64::from(n).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        openssl([
            "ocsp",
            "-no_nonce",
            "-issuer",
            issuer.to_str().unwrap(),
            "-serial",
            &serial,
            "-reqout",
            request.to_str().unwrap(),
        ])
        .expect_exit(0);
        let base64 = openssl::base64::encode_block(&fs::read(&request).unwrap());
        slashes += usize::from(base64.contains("//") || base64.contains('+'));
        for path in [base64.clone(), base64.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")] {
            let (status, answer) = serving.get(&format!("http://localhost:{}/ocsp/{path}", serving.status));
            assert_eq!(status, 200, "{path}");
            let file = place.path().join("answer.der");
            fs::write(&file, &answer).unwrap();
            let said = openssl([
                "ocsp",
                "-no_nonce",
                "-respin",
                file.to_str().unwrap(),
                "-issuer",
                issuer.to_str().unwrap(),
                "-serial",
                &serial,
                "-CAfile",
                serving.dir.join("public/ca/chain.pem").to_str().unwrap(),
            ])
            .said();
            assert!(said.contains("Response verify OK") && said.contains("unknown"), "{said}");
        }
    }
    assert!(slashes > 0, "no request had the characters that break routers");
    serving.end();
}

#[test]
fn the_officers_pages_are_reached_by_printed_links_and_everything_ends_at_sigterm() {
    let mut serving = serve();
    let started = std::time::Instant::now();
    let links = loop {
        let printed = serving.running.stdout();
        let links: Vec<String> = printed
            .split_whitespace()
            .filter(|word| word.contains("/ra/sign-in?token="))
            .map(str::to_owned)
            .collect();
        if links.len() == 6 {
            break links;
        }
        assert!(started.elapsed() < PATIENCE, "one link for each officer: {printed}");
        std::thread::sleep(Duration::from_millis(50));
    };
    let (how, page) = serving.get(&format!("https://localhost:{}/ra/sign-in", serving.web));
    assert_eq!(how, 200);
    assert!(String::from_utf8_lossy(&page).contains("lang=\"fr\""));
    let opened: Vec<u16> = (0..2).map(|_| serving.get(&links[0]).0).collect();
    assert_eq!(opened, [303, 403], "a link signs in by one click, and once");
    let (signed_out, _) = serving.get(&format!("https://localhost:{}/ra/file", serving.web));
    assert!(
        (300..400).contains(&signed_out),
        "not signed in: led to a page that says how, never a 404: {signed_out}"
    );

    let (alive, _) = serving.get(&format!("http://localhost:{}/livez", serving.operations));
    assert_eq!(alive, 200);
    let readyz = format!("http://localhost:{}/readyz?verbose", serving.operations);
    until("everything is in step", || serving.get(&readyz).0 == 200);
    serving.end();
}
