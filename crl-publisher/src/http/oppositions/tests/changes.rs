//! What came after a sequence.

use std::sync::atomic::Ordering;
use std::time::Duration;

use actix_web::http::header::HttpDate;
use diesel::connection::SimpleConnection;
use serde_json::Value;

use super::super::super::tests::Server;

fn changes(server: &Server, query: &str) -> Value {
    serde_json::from_slice(&server.get(&format!("/oppositions/changes{query}")).body).unwrap()
}

fn sequences(answer: &Value) -> Vec<i64> {
    let oppositions = answer["oppositions"].as_array().unwrap();
    oppositions.iter().map(|entry| entry["sequence"].as_i64().unwrap()).collect()
}

#[test]
fn changes_follow_a_sequence_past_the_published_list() {
    let mut server = Server::start();
    let all = changes(&server, "");
    assert_eq!((sequences(&all), &all["sequence"], &all["more"]), (vec![1, 2], &2.into(), &false.into()));
    let one = changes(&server, ".json?since=1");
    assert_eq!(one["oppositions"][0]["card_number"], "2600000025");
    assert_eq!(one["oppositions"][0].as_object().unwrap().len(), 3, "card, date, sequence and nothing else");
    assert_eq!((sequences(&changes(&server, "?since=2")), one["since"].as_i64()), (vec![], Some(1)));

    server.world.oppose(3, "2600000033");
    assert_eq!(
        sequences(&changes(&server, "?since=0")),
        [1, 2, 3],
        "the list has two, the database one more"
    );
    assert_eq!(sequences(&changes(&server, "?since=2")), [3]);
    let csv = server.get("/oppositions/changes.csv?since=2");
    assert_eq!(csv.header("content-type").unwrap(), "text/csv; charset=utf-8; header=present");
    let expected = format!("sequence;card_number;opposed_at\n3;2600000033;{}\n", server.world.start);
    assert_eq!(String::from_utf8(csv.body).unwrap(), expected);
}

#[test]
fn changes_say_when_the_last_of_them_came_and_a_reader_who_knows_them_gets_none() {
    let mut server = Server::start();
    let opposed = |server: &Server, later: u64| server.world.start.plus(Duration::from_secs(later));
    let dated = |server: &Server, query: &str| {
        let got = server.get(&format!("/oppositions/changes{query}"));
        assert_eq!(got.header("cache-control").unwrap(), "public, no-cache");
        let modified = got.header("last-modified").unwrap();
        httpdate_seconds(&modified)
    };
    server.world.give_cards(2_600_000_033..=2_600_000_041);
    server.world.oppose_at(3, 2_600_000_033, opposed(&server, 0));
    let first = server.world.start.seconds();
    for query in ["?since=2", "?since=3", ".csv?since=3", "?since=0&limit=1"] {
        assert_eq!(dated(&server, query), first, "{query}");
    }
    // A date that a clock ahead has written is not later than the answer.
    server.world.oppose_at(4, 2_600_000_041, opposed(&server, 86_400 * 300));
    let now = dated(&server, "?since=3");
    assert!((first..first + 86_400).contains(&now), "{now}");
}

/// Seconds since 1970 of an HTTP date.
fn httpdate_seconds(date: &str) -> i64 {
    let date: HttpDate = date.parse().unwrap();
    let since = std::time::SystemTime::from(date).duration_since(std::time::UNIX_EPOCH).unwrap();
    since.as_secs().cast_signed()
}

#[test]
fn changes_come_in_pages_none_of_which_is_missed() {
    let mut server = Server::start();
    server.world.oppose(3, "2600000033");
    let mut since = 0;
    let mut seen = Vec::new();
    loop {
        let answer = changes(&server, &format!("?since={since}&limit=1"));
        seen.extend(sequences(&answer));
        since = answer["sequence"].as_i64().unwrap();
        if answer["more"] == false {
            break;
        }
    }
    assert_eq!((seen, since), (vec![1, 2, 3], 3));
}

#[test]
fn a_question_that_cannot_be_answered_says_why_by_a_stable_code() {
    let server = Server::start();
    for (query, status, code) in [
        ("?since=-1", 400, "oppositions-since-invalid"),
        ("?since=x", 400, "oppositions-since-invalid"),
        ("?since=", 400, "oppositions-since-invalid"),
        ("?since=+1", 400, "oppositions-since-invalid"),
        ("?since=99999999999999999999", 400, "oppositions-since-invalid"),
        ("?since=3", 400, "oppositions-since-ahead"),
        ("?limit=0", 400, "oppositions-limit-invalid"),
        ("?since=0&limit=10001", 400, "oppositions-limit-invalid"),
    ] {
        let got = server.get(&format!("/oppositions/changes{query}"));
        let problem: Value = serde_json::from_slice(&got.body).unwrap();
        assert_eq!((got.status, problem["code"].as_str()), (status, Some(code)), "{query}");
        assert_eq!(got.header("cache-control").unwrap(), "no-store", "{query}");
        assert_eq!(got.header("content-type").unwrap(), "application/problem+json");
    }
}

#[test]
fn an_answer_is_kept_only_by_whoever_asks_again_whether_it_still_holds() {
    let mut server = Server::start();
    let got = server.get("/oppositions/changes?since=2");
    assert_eq!(got.header("cache-control").unwrap(), "public, no-cache");
    // Two oppositions may share a second: a date alone is no reason to give nothing.
    let dated = format!("If-Modified-Since: {}", got.header("last-modified").unwrap());
    assert_eq!(server.get_with("/oppositions/changes?since=2", &dated).status, 200);
    let known = format!("If-None-Match: {}", got.header("etag").unwrap());
    let again = server.get_with("/oppositions/changes?since=2", &known);
    assert_eq!((again.status, again.body.len()), (304, 0));
    server.world.oppose(3, "2600000033");
    assert_eq!(server.get_with("/oppositions/changes?since=2", &known).status, 200);
}

#[test]
fn without_the_database_the_published_list_answers_and_what_it_cannot_know_it_does_not_say() {
    let mut server = Server::start();
    assert_eq!(sequences(&changes(&server, "?since=0")), [1, 2], "the list signer is known from now on");
    server.world.oppose(3, "2600000033");
    server.reachable.store(false, Ordering::SeqCst);
    // A connection that is open goes on answering until it fails.
    server.world.db.batch_execute("ALTER TABLE card_oppositions RENAME TO out_of_reach").unwrap();
    let away = changes(&server, "?since=0");
    assert_eq!((sequences(&away), away["sequence"].as_i64()), (vec![1, 2], Some(2)));
    assert_eq!(sequences(&changes(&server, "?since=2")), [] as [i64; 0]);
    let got = server.get("/oppositions/changes?since=3");
    let problem: Value = serde_json::from_slice(&got.body).unwrap();
    assert_eq!((got.status, problem["code"].as_str()), (503, Some("status-unavailable")), "not `ahead`");
}
