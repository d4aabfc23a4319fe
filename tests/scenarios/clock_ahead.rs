//! A database whose clock was ahead, and was corrected: what it dated meanwhile lies in the future, and status stays up.

use std::fs;

use acceptance::harness::DatabaseKind;
use ca_core::certificate::CertificateStatus;
use card::CardStatus;
use diesel::connection::SimpleConnection;
use openssl::asn1::Asn1Time;
use openssl::x509::X509Crl;
use store::{DatabaseRole, Timestamp};

use super::invariants::of_card;
use super::workshop::{REVOKER, Workshop, workshop};

/// The server's clock, three days ahead, for every connection to this database: a function that comes before the
/// server's own.
const AHEAD: &str = "
    CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
        AS $$ SELECT pg_catalog.clock_timestamp() + interval '3 days' $$;
    DO $$ BEGIN
        EXECUTE format('ALTER DATABASE %I SET search_path = public, pg_catalog', current_database());
    END $$;";
const CORRECTED: &str = "
    DROP FUNCTION public.clock_timestamp();
    DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET search_path', current_database()); END $$;";

#[test]
fn an_opposition_under_a_clock_that_was_ahead_is_published_at_once_with_an_honest_date() {
    let workshop = workshop(DatabaseKind::Postgresql);
    let card = workshop.cards(CardStatus::Active)[0];
    let mut owner = workshop.open(DatabaseRole::Owner);
    let now = owner.now().unwrap();
    owner.batch_execute(AHEAD).unwrap();
    workshop.igc(&["opposition", "add", &card.to_string(), "--ground", "lost", "--as", REVOKER]);
    owner.batch_execute(CORRECTED).unwrap();

    let (_, certificate) = of_card(&mut owner, &card).remove(0);
    let CertificateStatus::Revoked { at: recorded, .. } = certificate.status else {
        panic!("the card was opposed")
    };
    assert!(
        recorded > now.plus(std::time::Duration::from_secs(2 * 86_400)),
        "the clock was not ahead: {recorded}"
    );

    let done = workshop.job("publication");
    assert_eq!(done["failed"], serde_json::json!([]), "{done}");
    for name in [format!("{}.crl", certificate.issuer), format!("{}-delta.crl", certificate.issuer)] {
        let (dated, this_update) = entry(&workshop, &name, &certificate.serial.to_string());
        assert!(dated <= this_update, "{name}: {dated} after {this_update}");
        assert!(dated >= now.whole_second(), "{name}: {dated} before anybody opposed the card");
    }
}

/// When a certificate was revoked, as openssl reads a published CRL, and the CRL's thisUpdate.
fn entry(workshop: &Workshop, name: &str, serial: &str) -> (Timestamp, Timestamp) {
    let crl = X509Crl::from_der(&fs::read(workshop.dir().join("public/crl").join(name)).unwrap()).unwrap();
    let entries = crl.get_revoked().unwrap_or_else(|| panic!("{name} is empty"));
    let entry = entries.iter().find(|entry| {
        let found = entry.serial_number().to_bn().unwrap().to_hex_str().unwrap().to_string();
        found.trim_start_matches('0') == serial.trim_start_matches('0')
    });
    let entry = entry.unwrap_or_else(|| panic!("{serial} does not stand on {name}"));
    let seconds = |moment: &openssl::asn1::Asn1TimeRef| {
        let since = Asn1Time::from_unix(0).unwrap().diff(moment).unwrap();
        Timestamp::from_seconds(i64::from(since.days) * 86_400 + i64::from(since.secs))
    };
    (seconds(entry.revocation_date()), seconds(crl.last_update()))
}
