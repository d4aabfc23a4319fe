//! The key and the address.

use super::*;

#[test]
fn a_key_that_others_may_read_or_that_is_no_line_is_refused_without_being_quoted() {
    let folder = tempfile::tempdir().unwrap();
    let with = |text: &str, mode: u32| {
        let settings = settings_for(&folder);
        refused(AnnuaireSante::new(&FhirSettings { key: key_file(&folder, text, mode), ..settings }))
    };
    let long = KEY.repeat(40);
    for (text, mode) in [(KEY, 0o640), (KEY, 0o604), ("", 0o600), ("short", 0o600), (&long, 0o600)] {
        assert_eq!(with(text, mode), "fhir-key-file", "{mode:o}");
    }
    assert_eq!(with(&format!("{KEY}\n{KEY}\n"), 0o600), "fhir-key-file");
    let missing = FhirSettings { key: folder.path().join("away"), ..settings_for(&folder) };
    assert_eq!(refused(AnnuaireSante::new(&missing)), "fhir-key-file");
    let settings = settings_for(&folder);
    let key = key_file(&folder, &format!("{KEY}\r\n"), 0o400);
    let good = AnnuaireSante::new(&FhirSettings { key, ..settings });
    assert!(!format!("{:?}", good.unwrap()).contains(KEY));
}

/// Without the file that the others share.
fn settings_for(folder: &TempDir) -> FhirSettings {
    let settings = settings(folder, "https://gateway.example/fhir/v2");
    fs::remove_file(&settings.key).unwrap();
    settings
}

#[test]
fn the_key_goes_over_tls_but_on_this_machine() {
    let read = |text: &str| text.parse::<BaseUrl>().map(|base| base.to_string());
    assert_eq!(
        read("https://gateway.api.esante.gouv.fr/fhir/v2/").unwrap(),
        "https://gateway.api.esante.gouv.fr/fhir/v2"
    );
    for own in ["http://127.0.0.1:8090/fhir", "http://localhost/fhir", "http://[::1]:80/fhir"] {
        assert!(read(own).is_ok(), "{own}");
    }
    for wrong in [
        "http://gateway.api.esante.gouv.fr/fhir/v2",
        "http://127.0.0.1.example/fhir",
        "http://localhost@example.org/",
        "ftp://x/",
        "gateway/fhir",
        "https://",
        "https:///fhir",
        "https://x/fhir?key=1",
        "https://x/é",
    ] {
        assert_eq!(refused(read(wrong)), "fhir-settings-invalid", "{wrong}");
    }
}
