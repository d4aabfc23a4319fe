use std::fs;

use store::{Database, DatabaseRole};

use super::Downloads;
use super::tests::Server;

/// Beside a status role, over the same folder and database.
fn downloads(server: &Server) -> Downloads {
    let url = format!("sqlite:{}", server.world.path("igc.sqlite").display());
    Downloads::new(
        server.world.folder.clone(),
        Box::new(move || Ok(Database::open(&url, DatabaseRole::Web)?)),
    )
}

#[test]
fn a_download_is_what_the_status_role_serves_octet_for_octet_and_of_the_same_type() {
    let server = Server::start();
    let downloads = downloads(&server);
    for path in [
        "ca/ACI-FO-PP.cer",
        "ca/chain.p7b",
        "ca/chain.pem",
        "crl/ACI-FO-PP.crl",
        "crl/ACI-FO-PP-delta.crl",
        "oppositions/full.csv",
        "oppositions/full.csv.p7s",
        "oppositions/full.json",
        "oppositions/full.json.p7s",
    ] {
        let (download, served) = (downloads.get(path).unwrap().unwrap(), server.get(&format!("/{path}")));
        assert_eq!((download.body.as_ref(), served.status), (served.body.as_slice(), 200), "{path}");
        assert_eq!(served.header("content-type").as_deref(), Some(download.content_type), "{path}");
    }
    let list = downloads.opposition_list().unwrap().unwrap();
    assert_eq!(list.sequence, 2);
}

#[test]
fn what_is_not_published_is_no_download() {
    let server = Server::start();
    let downloads = downloads(&server);
    for path in
        ["", "ca/", "ca/ACI-XX.cer", "../igc.toml", "/ca/chain.p7b", "pc/", "ocsp", "oppositions/changes"]
    {
        assert!(downloads.get(path).unwrap().is_none(), "{path}");
    }
}

#[test]
fn a_list_that_its_signer_has_not_signed_is_no_download() {
    let server = Server::start();
    let path = server.world.folder.oppositions_path("full.json");
    let altered = fs::read_to_string(&path).unwrap().replace("2600000017", "2600000018");
    fs::remove_file(&path).unwrap();
    fs::write(&path, altered).unwrap();
    let downloads = downloads(&server);
    assert!(downloads.get("oppositions/full.json").is_err());
    assert!(downloads.opposition_list().is_err());
    assert!(downloads.get("oppositions/full.csv").unwrap().is_some());
}
