//! From where a session is begun, as far as a browser and its connection say it: enough for its owner to tell his own from a stranger's,
//! and no more than a name of each.

use actix_web::HttpRequest;
use actix_web::http::header;

use sha2::{Digest, Sha256};

use crate::peer::Peer;
use crate::sessions::Origin;

/// What a `User-Agent` has in it (RFC 9110 §10.1.5), and whose it is: the more particular first, since browsers name others too.
const BROWSERS: [(&str, &str); 7] = [
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

/// The same of systems.
const SYSTEMS: [(&str, &str); 7] = [
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iPadOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
];

impl Origin {
    /// Of this request.
    pub(crate) fn of(request: &HttpRequest) -> Self {
        let agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        Self {
            browser: browser(agent.unwrap_or_default()),
            address: request.peer_addr().map(|address| address.ip()),
            certificate: Peer::of(request).map(|der| Sha256::digest(der).into()),
        }
    }
}

/// « Firefox, Linux »: what is known of it.
fn browser(agent: &str) -> String {
    let known = |names: &[(&str, &'static str)]| {
        names.iter().find(|(sign, _)| agent.contains(sign)).map(|(_, name)| *name)
    };
    [known(&BROWSERS), known(&SYSTEMS)].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// The same browser as it calls itself where its user asks for the pages of a desktop: what a telephone or a tablet says of its system then is
/// that of the desktop, and changes back as easily.
pub(crate) fn on_a_desktop(browser: &str) -> String {
    browser.replace("Android", "Linux").replace("iPadOS", "macOS").replace("iOS", "macOS")
}

#[cfg(test)]
mod tests {
    use super::{browser, on_a_desktop};

    #[test]
    fn a_telephone_that_asks_for_the_pages_of_a_desktop_is_the_browser_it_was() {
        let said = |agent: &str| on_a_desktop(&browser(agent));
        let telephone = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) \
                         Chrome/142.0.0.0 Mobile Safari/537.36";
        let as_desktop = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
                          Chrome/142.0.0.0 Safari/537.36";
        assert_eq!(said(telephone), said(as_desktop));
        assert_eq!(
            said(&format!("{telephone} EdgA/142.0.0.0")),
            said(&format!("{as_desktop} Edg/142.0.0.0"))
        );
        assert_ne!(
            said(telephone),
            said(&format!("{as_desktop} Edg/142.0.0.0")),
            "another browser is another"
        );
        let safari = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5";
        for system in ["iPhone; CPU iPhone OS 18_5 like Mac OS X", "iPad; CPU OS 18_5 like Mac OS X"] {
            let mobile = format!("Mozilla/5.0 ({system}) {safari} Mobile/15E148 Safari/604.1");
            let desktop = format!("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {safari} Safari/605.1.15");
            assert_eq!(said(&mobile), said(&desktop));
            assert_ne!(said(&mobile), said(as_desktop));
        }
    }

    #[test]
    fn a_browser_is_called_by_its_name_and_its_system_and_nothing_else_is_kept() {
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        assert_eq!(browser(firefox), "Firefox, Linux");
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
                    Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0";
        assert_eq!(browser(edge), "Edge, Windows");
        let telephone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 \
                         (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";
        assert_eq!(browser(telephone), "Safari, iOS");
        assert_eq!(browser("<script>curl/8"), "");
    }
}
