use web_admin::OppositionLimits;

use super::*;

const DEMO: &str = include_str!("demo.toml");

fn parse(text: &str) -> Result<Config, String> {
    Config::parse(text, Path::new("/srv/igc/igc.toml")).map_err(|error| error.to_string())
}

#[test]
fn paths_begin_at_the_folder_of_the_file() {
    let config = parse(DEMO).unwrap();
    assert_eq!(config.database_url, "sqlite:/srv/igc/igc.sqlite");
    assert_eq!(config.public_folder, Path::new("/srv/igc/public"));
}

#[test]
fn an_unknown_key_is_refused_with_its_line() {
    let text = DEMO.replace("[listen]\n", "[listen]\nwebb = \"127.0.0.1:1\"\n");
    let message = parse(&text).unwrap_err();
    assert!(message.contains("webb") && message.contains("line"), "{message}");
}

#[test]
fn hours_that_make_no_sense_are_refused_by_their_key() {
    let desk = |line: &str| parse(&format!("{DEMO}\n[desk]\n{line}\n"));
    assert_eq!(parse(DEMO).unwrap().desk.hours.answer_within(), Duration::from_secs(16 * 3600));
    let closed = desk("closed_on = [\"2026-12-26\"]\ndays = [\"saturday\"]").unwrap();
    let moment = |text: &str| text.parse::<Timestamp>().unwrap();
    let worked = |day: &str| {
        closed.desk.hours.between(moment(&format!("{day}T00:00:00Z")), moment(&format!("{day}T22:00:00Z")))
    };
    assert_eq!((worked("2026-12-26").as_secs(), worked("2026-12-19").as_secs()), (0, 8 * 3600));
    for (line, key) in [
        ("days = [\"lundi\"]", "desk.days"),
        ("days = []", "desk.days"),
        ("opens = \"9 h\"", "desk.opens"),
        ("closes = \"08:00\"", "desk.closes"),
        ("closed_on = [\"24/12/2026\"]", "desk.closed_on"),
        ("time_zone = \"Europe/Lutece\"", "desk.time_zone"),
        ("answer_within_hours = 0", "desk.answer_within_hours"),
    ] {
        let message = desk(line).unwrap_err();
        assert!(message.contains(key), "{line}: {message}");
    }
}

#[test]
fn the_bounds_of_connections_have_their_ranges_and_stand_where_the_file_says_nothing() {
    let with = |line: &str| parse(&format!("{DEMO}\n[status]\n{line}\n"));
    assert_eq!(parse(DEMO).unwrap().status_limits, ConnectionLimits::default());
    let limits = with("connections = 16\nheader_seconds = 300\nbody_seconds = 1\nidle_seconds = 7").unwrap();
    let seconds = Duration::from_secs;
    let expected =
        ConnectionLimits { connections: 16, header: seconds(300), body: seconds(1), idle: seconds(7) };
    assert_eq!(limits.status_limits, expected);
    for (line, named) in [
        ("connections = 15", "status.connections"),
        ("connections = 65537", "status.connections"),
        ("header_seconds = 0", "status.header_seconds"),
        ("body_seconds = 301", "status.body_seconds"),
        ("idle_seconds = 0", "status.idle_seconds"),
        ("idle_minutes = 1", "idle_minutes"),
    ] {
        let message = with(line).unwrap_err();
        assert!(message.contains(named), "{line}: {message}");
    }
}

#[test]
fn a_demo_section_stands_in_a_demonstration_only() {
    let message = parse(&DEMO.replace("kind = \"demo\"", "kind = \"production\"")).unwrap_err();
    assert!(message.contains("[demo]"), "{message}");
}

#[test]
fn a_password_in_the_database_url_is_refused() {
    for url in ["postgres://igc:secret@db/igc", "postgres:///igc?password=secret"] {
        let message = parse(&DEMO.replace("sqlite:igc.sqlite", url)).unwrap_err();
        assert!(message.contains("password"), "{message}");
        assert!(!message.contains("secret"), "{message}");
    }
}

#[test]
fn the_alarm_of_a_root_crl_does_not_come_before_its_warning() {
    let message = parse(&DEMO.replace("root_crl_alarm_days = 14", "root_crl_alarm_days = 61")).unwrap_err();
    assert!(message.contains("root_crl_alarm_days"), "{message}");
}

#[test]
fn numbers_of_shards_are_bounded_and_named_by_the_first_generation() {
    let with =
        |line: &str| parse(&DEMO.replace("[cards]\n", &format!("[publication.shards]\n{line}\n\n[cards]\n")));
    assert_eq!(with("ACI-FO-PP = 64").unwrap().shards.of("ACI-FO-PP-2"), 64);
    for line in ["ACI-FO-PP = 0", "ACI-FO-PP = 257", "ACI-FO-PP-2 = 4", "ACI-FO-PP = -1"] {
        let message = with(line).unwrap_err();
        assert!(message.contains("shards") || message.contains("ACI-FO-PP"), "{line}: {message}");
    }
}

#[test]
fn what_is_signed_ahead_is_bounded_and_named_once() {
    let with = |line: &str| parse(&DEMO.replace("[publication]\n", &format!("[publication]\n{line}\n")));
    let publication = parse(DEMO).unwrap().publication;
    assert!(publication.ocsp_sign_ahead.is_empty(), "off until somebody turns it on");
    assert_eq!(publication.ocsp_sign_ahead_per_second, 100);
    let both = with("ocsp_sign_ahead = [\"sha-256\", \"sha-1\"]").unwrap().publication.ocsp_sign_ahead;
    assert_eq!(both, [CertIdHash::Sha256, CertIdHash::Sha1]);
    for wrong in [
        "ocsp_sign_ahead = [\"md5\"]",
        "ocsp_sign_ahead = [\"sha-1\", \"sha-1\"]",
        "ocsp_sign_ahead_per_second = 100001",
        "ocsp_sign_ahead_per_second = -1",
    ] {
        let message = with(wrong).unwrap_err();
        assert!(message.contains("sign_ahead"), "{wrong}: {message}");
    }
}

#[test]
fn up_to_which_size_a_full_crl_follows_a_revocation_is_bounded() {
    let with = |line: &str| parse(&DEMO.replace("[publication]\n", &format!("[publication]\n{line}\n")));
    assert_eq!(
        parse(DEMO).unwrap().publication.full_crl_at_once_entries,
        1000,
        "where nobody says otherwise"
    );
    assert_eq!(with("full_crl_at_once_entries = 0").unwrap().publication.full_crl_at_once_entries, 0);
    let message = with("full_crl_at_once_entries = 10001").unwrap_err();
    assert!(message.contains("publication.full_crl_at_once_entries"), "{message}");
}

#[test]
fn a_bad_cron_expression_names_its_key() {
    let config = parse(DEMO).unwrap();
    let text = DEMO.replace(&config.schedules.renewal.to_string(), "every tuesday");
    let message = parse(&text).unwrap_err();
    assert!(message.contains("jobs.renewal"), "{message}");
}

#[test]
fn a_schedule_gives_the_next_time() {
    let hourly = Schedule::parse("0 0 * * * *").unwrap();
    let moment = "2026-11-21T10:15:00Z".parse().unwrap();
    assert_eq!(hourly.next_after(moment).unwrap().to_string(), "2026-11-21T11:00:00Z");
}

#[test]
fn the_brakes_of_the_register_have_their_defaults_and_their_order() {
    assert_eq!(parse(DEMO).unwrap().brakes, Brakes::default());
    let with = |section: &str| parse(&format!("{DEMO}\n[register]\n{section}\n"));
    assert_eq!(parse(DEMO).unwrap().oppositions_a_day, 200);
    assert_eq!(with("oppositions_a_day = 0").unwrap().oppositions_a_day, 0);
    assert!(with("oppositions_a_day = 10001").unwrap_err().contains("register.oppositions_a_day"));
    assert_eq!(parse(DEMO).unwrap().orders_a_day, 0, "off until somebody turns it on");
    assert_eq!(with("orders_a_day = 50").unwrap().orders_a_day, 50);
    assert!(with("orders_a_day = 10001").unwrap_err().contains("register.orders_a_day"));
    let set = with("warning_percent = 3\nrefusal_percent = 10").unwrap().brakes;
    assert_eq!(set, Brakes { warning_percent: 3, refusal_percent: 10 });
    for wrong in
        ["warning_percent = 0", "refusal_percent = 101", "warning_percent = 21", "refusal_percent = 4"]
    {
        let message = with(wrong).unwrap_err();
        assert!(message.contains("register"), "{wrong}: {message}");
    }
}

#[test]
fn the_directory_is_reached_with_a_key_from_a_file_and_within_bounds() {
    assert!(parse(DEMO).unwrap().directory.is_none());
    let with = |more: &str| {
        let section = "address = \"https://gateway.example/fhir/v2\"\nkey = \"fhir.key\"";
        parse(&format!("{DEMO}\n[register.fhir]\n{section}\n{more}\n"))
    };
    let directory = with("").unwrap().directory.unwrap();
    assert_eq!(directory.key, Path::new("/srv/igc/fhir.key"));
    assert_eq!((directory.requests_a_second, directory.roots), (17, None));
    for (wrong, key) in [
        ("requests_a_second = 1", "requests_a_second"),
        ("requests_a_second = 18", "own_server = true"),
        ("own_server = true\nrequests_a_second = 1001", "between 2 and 1000"),
        ("connect_seconds = 0", "connect_seconds"),
        ("answer_seconds = 61", "answer_seconds"),
        ("secret = \"in the file\"", "secret"),
    ] {
        assert!(with(wrong).unwrap_err().contains(key), "{wrong}");
    }
    let own = with("own_server = true\nrequests_a_second = 1000").unwrap().directory.unwrap();
    assert_eq!(own.requests_a_second, 1000);
    for publishers in ["gateway.api.esante.gouv.fr", "ESANTE.gouv.fr.:443"] {
        let section = format!("address = \"https://{publishers}/fhir/v2\"\nkey = \"k\"\nown_server = true");
        let refused = parse(&format!("{DEMO}\n[register.fhir]\n{section}\n")).unwrap_err();
        assert!(refused.contains("own_server"), "{publishers}: {refused}");
    }
    let plain = format!("{DEMO}\n[register.fhir]\naddress = \"http://gateway.example/\"\nkey = \"k\"\n");
    assert!(parse(&plain).unwrap_err().contains("register.fhir.address"));
}

/// The base point of P-256: everybody knows its private key.
const KEY: &str = "3059301306072a8648ce3d020106082a8648ce3d03010703420004\
    6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296\
    4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";

fn with_roots(roots: &[(&str, &str, &str)]) -> Result<Config, String> {
    let mut text = DEMO.to_owned();
    for (login, credential_id, key) in roots {
        text += &format!(
            "\n[[passkeys.root]]\nlogin = \"{login}\"\ndisplay_name = \"X\"\ncredential_id = \"{credential_id}\"\npublic_key = \"{key}\"\n"
        );
    }
    parse(&text)
}

#[test]
fn the_roots_of_officers_keys_are_two_administrators_keys() {
    assert_eq!(with_roots(&[]).unwrap().passkeys.unwrap().roots.len(), 0);
    let both = with_roots(&[("a", "01", KEY), ("b", "02", KEY)]).unwrap();
    assert_eq!(both.passkeys.unwrap().roots.len(), 2);
    for (roots, named) in [
        (vec![("a", "01", KEY)], "two administrators"),
        (vec![("a", "01", KEY), ("a", "02", KEY)], "two administrators"),
        (vec![("a", "01", KEY), ("b", "01", KEY)], "twice"),
        (vec![("a", "01", KEY), ("b", "zz", KEY)], "passkeys.root.credential_id"),
        (vec![("a", "01", KEY), ("b", "02", "3059")], "passkeys.root.public_key"),
    ] {
        let message = with_roots(&roots).unwrap_err();
        assert!(message.contains(named), "{message}");
    }
    let message = parse(&DEMO.replace("https://localhost:8443", "http://localhost:8443")).unwrap_err();
    assert!(message.contains("passkeys.origin"), "{message}");
}

#[test]
fn where_a_pinned_administrator_or_a_demonstrations_officer_is_written_to_is_one_address() {
    let roots = |emails: [&str; 3]| {
        let mut text = DEMO.to_owned();
        for (id, (login, email)) in ["a", "b", "b"].iter().zip(emails).enumerate() {
            text += &format!(
                "\n[[passkeys.root]]\nlogin = \"{login}\"\ndisplay_name = \"X\"\nemail = \"{email}\"\n\
                 credential_id = \"0{id}\"\npublic_key = \"{KEY}\"\n"
            );
        }
        parse(&text)
    };
    let config = roots(["a@exemple.fr", "b@exemple.fr", "b@exemple.fr"]).unwrap();
    assert_eq!(config.passkeys.unwrap().addresses["b"].as_str(), "b@exemple.fr");
    assert_eq!(config.demo.unwrap().addresses.len(), 6);
    let two = roots(["a@exemple.fr", "b@exemple.fr", "c@exemple.fr"]).unwrap_err();
    assert!(two.contains("passkeys.root.email: b has two"), "{two}");
    let none = roots(["a", "b@exemple.fr", "b@exemple.fr"]).unwrap_err();
    assert!(none.contains("passkeys.root.email: must be an address"), "{none}");
    let none = parse(&DEMO.replace("alix.moreau@igc", "alix moreau@igc")).unwrap_err();
    assert!(none.contains("demo.addresses.alix.moreau: email: must be"), "{none}");
}

#[test]
fn what_is_said_of_persons_is_kept_for_ten_years_and_never_less_than_one_but_in_a_demonstration() {
    let days = |text: &str| parse(text).map(|config| config.retention.audit_payloads.as_secs() / 86_400);
    assert_eq!(days(DEMO), Ok(3653));
    let with = |days: u32| format!("{DEMO}\n[retention]\naudit_payload_days = {days}\n");
    assert_eq!(days(&with(0)), Ok(0));
    let (head, _) = DEMO.split_once("[demo]").unwrap();
    let production = head.replace("kind = \"demo\"", "kind = \"production\"");
    let least = |days: u32| parse(&format!("{production}\n[retention]\naudit_payload_days = {days}\n"));
    assert!(least(365).is_ok() && least(364).unwrap_err().contains("retention.audit_payload_days"));
}

#[test]
fn decisions_wait_a_minute_and_ten_unless_the_file_says_otherwise() {
    let without = DEMO.replace("approval_delay_seconds = 0\nrefusal_delay_seconds = 0\n", "");
    assert_ne!(without, DEMO);
    assert_eq!(parse(&without).unwrap().decisions, Delays::DEFAULT);
    assert_eq!(parse(DEMO).unwrap().decisions, Delays::NONE);
    let too_long = DEMO.replace("refusal_delay_seconds = 0", "refusal_delay_seconds = 86401");
    assert!(parse(&too_long).unwrap_err().contains("decisions.refusal_delay_seconds"));
}

#[test]
fn one_signature_covers_as_many_orders_as_the_file_says_and_never_more_than_25() {
    let bound = |orders: &str| {
        let delay = "refusal_delay_seconds = 0";
        parse(&DEMO.replace(delay, &format!("{delay}\nbulk_bound = {orders}")))
            .map(|config| config.bulk_bound)
    };
    assert_eq!(parse(DEMO).unwrap().bulk_bound.orders(), 25);
    assert_eq!(bound("1").unwrap().orders(), 1);
    for beyond in ["0", "26"] {
        assert!(bound(beyond).unwrap_err().contains("decisions.bulk_bound"), "{beyond}");
    }
}

#[test]
fn the_listener_for_certificates_has_its_own_tls_files_or_those_of_the_pages() {
    let with = |lines: &str| {
        let section =
            format!("[client_certificates]\nlisten = \"127.0.0.1:8444\"\n{lines}\n\n[publication]\n");
        parse(&DEMO.replace("[publication]\n", &section))
    };
    let origin = "origin = \"https://pki.home.arpa:8444\"";
    let section = with(origin).unwrap().client_certificates.unwrap();
    assert_eq!(section.tls.certificate, Path::new("/srv/igc/tls/web.pem"));
    let own = format!("{origin}\ntls_certificate = \"tls/cards.pem\"\ntls_key = \"tls/cards.key\"");
    let section = with(&own).unwrap().client_certificates.unwrap();
    assert_eq!(section.tls.key, Path::new("/srv/igc/tls/cards.key"));
    let half = with(&format!("{origin}\ntls_key = \"tls/cards.key\"")).unwrap_err();
    assert!(half.contains("tls_certificate"), "{half}");
    for origin in ["http://pki.home.arpa", "https://", "https://pki.home.arpa/ra"] {
        let message = with(&format!("origin = \"{origin}\"")).unwrap_err();
        assert!(message.contains("client_certificates.origin"), "{message}");
    }
}

#[test]
fn what_one_address_may_ask_of_the_page_of_oppositions_is_bounded() {
    let with = |section: &str| parse(&format!("{DEMO}\n[opposition]\n{section}\n"));
    assert_eq!(parse(DEMO).unwrap().opposition.limits(), OppositionLimits::default());
    let set = with("declarations_a_minute = 600\ncall_backs_a_minute = 60\ncodes_a_minute = 30").unwrap();
    let limits = OppositionLimits { declarations: 600, call_backs: 60, codes: 30 };
    assert_eq!(set.opposition.limits(), limits);
    for key in ["declarations_a_minute", "call_backs_a_minute", "codes_a_minute"] {
        for wrong in [0, 10_001] {
            let message = with(&format!("{key} = {wrong}")).unwrap_err();
            assert!(message.contains(&format!("opposition.{key}")), "{message}");
        }
    }
}

#[test]
fn how_the_registration_authority_is_reached_is_a_few_lines() {
    let with = |lines: &str| parse(&format!("{DEMO}\n[registration_authority]\ncontact = {lines}\n"));
    assert!(parse(DEMO).unwrap().registration_authority.contact.is_empty(), "nobody is made up");
    let set = with("[\"Autorité d'enregistrement\", \"01 99 00 00 00\"]").unwrap();
    assert_eq!(set.registration_authority.contact.len(), 2);
    for wrong in ["[\"\"]".to_owned(), "[\"a\\u0007\"]".to_owned(), format!("[{}]", "\"a\",".repeat(9))] {
        let message = with(&wrong).unwrap_err();
        assert!(message.contains("registration_authority.contact"), "{message}");
    }
}
