//! What is planted in each form of the opposition list, in its changes and in their stream.

use serde_json::json;

use super::*;

const CHANGES: &str = "/oppositions/changes";
const CHANGES_CSV: &str = "/oppositions/changes.csv";
const EVENTS: &str = "/oppositions/events";

/// One in a form of the list.
fn on_list(place: &str, what: &'static str, plants: Plants, kind: Kind, subject: Option<String>) -> Planted {
    Planted { face: Face::List, place: place.to_owned(), kind, subject, what, plants, seconds_later: LATER }
}

fn none() -> Option<String> {
    Some(String::new())
}

/// A published file of an installation, and its signature, at the place of this one.
fn signed(from: &Workshop, name: &str, place: &str) -> Plants {
    let octets = |name: &str| Plant::Octets(fs::read(public(from, name)).unwrap());
    Plants::from([(place.to_owned(), octets(name)), (format!("{place}.p7s"), octets(&format!("{name}.p7s")))])
}

pub(super) fn planted(world: &World) -> Vec<Planted> {
    let mut planted = Vec::new();
    for name in ["full.csv", "full.json", "changes/0.csv", "changes/0.json"] {
        planted.extend(of_a_text(world, name));
    }
    planted.extend(of_the_compact_list(world));
    for name in ["full.csv", "full.json", "full.bin", "changes/0.csv", "changes/0.json"] {
        planted.extend(of_a_signature(world, name));
    }
    for (name, seconds_later, kind) in [
        ("full.json", 10 * LATER, Kind::Ended),
        ("full.bin", 10 * LATER, Kind::Ended),
        ("full.bin", -LATER, Kind::Ahead),
    ] {
        let place = format!("/oppositions/{name}");
        planted
            .push(Planted { seconds_later, ..on_list(&place, "another time", Plants::new(), kind, none()) });
    }
    planted.extend(of_the_changes(world));
    planted.extend(of_the_stream(world));
    planted
}

/// By the list signer, and wrong.
fn of_a_text(world: &World, name: &str) -> Vec<Planted> {
    let (file, place) = (format!("oppositions/{name}"), format!("/oppositions/{name}"));
    let from = |workshop| signed(workshop, &file, &place);
    vec![
        on_list(&place, "an entry left out", from(&world.gap), Kind::Missing, world.card(0)),
        on_list(&place, "an entry too many", from(&world.extra), Kind::Surplus, world.card(2)),
        on_list(&place, "another card", from(&world.swapped), Kind::Differs, world.card(1)),
        on_list(&place, "another date", from(&world.redated), Kind::Differs, world.card(1)),
        on_list(&place, "another sequence", from(&world.resequenced), Kind::Missing, world.card(1)),
        on_list(&place, "a sequence that nobody has", from(&world.resequenced), Kind::Surplus, none()),
    ]
}

/// It has no dates.
fn of_the_compact_list(world: &World) -> Vec<Planted> {
    let place = "/oppositions/full.bin";
    let from = |workshop| signed(workshop, "oppositions/full.bin", place);
    let garbled = || {
        let mut plants = from(&world.right);
        plants.insert(place.to_owned(), Plant::Octets(b"OPPLIST".to_vec()));
        plants
    };
    vec![
        on_list(place, "an opposed card that is not", from(&world.gap), Kind::Missing, world.card(0)),
        on_list(place, "a card that it does not cover", from(&world.gap), Kind::Missing, world.card(3)),
        on_list(place, "a card that is not opposed", from(&world.extra), Kind::Surplus, world.card(2)),
        on_list(place, "another card left out", from(&world.swapped), Kind::Missing, world.card(1)),
        on_list(place, "another card", from(&world.swapped), Kind::Surplus, world.card(2)),
        on_list(place, "a number of cards", from(&world.extra), Kind::Surplus, none()),
        on_list(place, "a sequence that nobody has", from(&world.resequenced), Kind::Surplus, none()),
        on_list(place, "octets that nobody signed", garbled(), Kind::NotOurs, none()),
    ]
}

fn of_a_signature(world: &World, name: &str) -> Vec<Planted> {
    let (file, place) = (format!("oppositions/{name}"), format!("/oppositions/{name}"));
    let beside = format!("{place}.p7s");
    // The list signer's, over what another installation has there.
    let mut other = signed(&world.gap, &file, &place);
    other.remove(&place);
    // The same octets where the form is the same: what is signed as the page is not the list.
    let named = match name {
        "full.csv" => "oppositions/changes/0.csv",
        _ => "oppositions/full.csv",
    };
    let nothing = Plants::from([(beside.clone(), Plant::Nothing)]);
    vec![
        on_list(&place, "the signature of something else", other, Kind::NotOurs, none()),
        on_list(&place, "another file", signed(&world.right, named, &place), Kind::NotOurs, none()),
        on_list(&beside, "no signature", nothing, Kind::Unreachable, none()),
    ]
}

/// What the status roles of those answer who know something else, and what one answers that is wrong.
fn of_the_changes(world: &World) -> Vec<Planted> {
    let right = format!("{CHANGES}?since=0");
    let right: Value = serde_json::from_str(&world.status.body(&right)).unwrap();
    let newest = right["sequence"].as_i64().unwrap();
    let but = |change: &dyn Fn(&mut Value)| {
        let mut changed = right.clone();
        change(&mut changed);
        Plants::from([(CHANGES.to_owned(), Plant::Octets(changed.to_string().into_bytes()))])
    };
    let from_others = |place: &str| {
        [0, 1, 2, 3, 4]
            .map(|which| Plants::from([(place.to_owned(), Plant::From(world.others[which].port()))]))
    };
    let [swapped, extra, redated, resequenced, gap] = from_others(CHANGES_CSV);
    let garbled = Plants::from([(CHANGES_CSV.to_owned(), Plant::Octets(b"sequence".to_vec()))]);
    let mut planted = vec![
        on_list(CHANGES_CSV, "an entry left out", gap, Kind::Missing, world.card(0)),
        on_list(CHANGES_CSV, "an entry too many", extra, Kind::Surplus, world.card(2)),
        on_list(CHANGES_CSV, "another card", swapped, Kind::Differs, world.card(1)),
        on_list(CHANGES_CSV, "another date", redated, Kind::Differs, world.card(1)),
        on_list(CHANGES_CSV, "another sequence", resequenced, Kind::Missing, world.card(1)),
        on_list(CHANGES_CSV, "half a line", garbled, Kind::Unreadable, none()),
    ];
    let [swapped, extra, redated, resequenced, gap] = from_others(CHANGES);
    let backwards = but(&|changes| changes["oppositions"].as_array_mut().unwrap().reverse());
    planted.extend([
        on_list(CHANGES, "an entry left out", gap, Kind::Missing, world.card(0)),
        on_list(CHANGES, "an entry too many", extra, Kind::Surplus, world.card(2)),
        on_list(CHANGES, "another card", swapped, Kind::Differs, world.card(1)),
        on_list(CHANGES, "another date", redated, Kind::Differs, world.card(1)),
        on_list(CHANGES, "another sequence", resequenced, Kind::Missing, world.card(1)),
        on_list(CHANGES, "too far", but(&|changes| changes["sequence"] = json!(99)), Kind::Surplus, none()),
        on_list(
            CHANGES,
            "not far enough",
            but(&|changes| changes["sequence"] = json!(newest - 1)),
            Kind::Missing,
            world.card(1),
        ),
        on_list(CHANGES, "out of order", backwards, Kind::Missing, world.card(0)),
        on_list(
            CHANGES,
            "a ground",
            but(&|changes| changes["oppositions"][0]["ground"] = json!("stolen")),
            Kind::Unreadable,
            none(),
        ),
    ]);
    planted
}

fn of_the_stream(world: &World) -> Vec<Planted> {
    let right: Value = serde_json::from_str(&world.status.body(&format!("{CHANGES}?since=0"))).unwrap();
    let event = |opposition: &Value| {
        format!("id: {}\nevent: opposition\ndata: {opposition}\n\n", opposition["sequence"])
    };
    // The demonstration's own come before ours.
    let events: Vec<String> = right["oppositions"].as_array().unwrap().iter().map(event).collect();
    let [before @ .., first, second] = &events[..] else { panic!("two oppositions") };
    let before = before.concat();
    let says =
        |text: String| Plants::from([(EVENTS.to_owned(), Plant::Stream(format!("retry: 5000\n\n{text}")))]);
    let [redated, resequenced, gap] =
        [2, 3, 4].map(|which| Plants::from([(EVENTS.to_owned(), Plant::From(world.others[which].port()))]));
    let renumbered = second.replace("id: ", "id: 1");
    let silent = Plants::from([(EVENTS.to_owned(), Plant::Stream(String::new()))]);
    let text = Plants::from([(EVENTS.to_owned(), Plant::Octets(first.clone().into_bytes()))]);
    vec![
        on_list(EVENTS, "an event left out", gap, Kind::Missing, world.card(0)),
        on_list(
            EVENTS,
            "the newest left out",
            says(format!("{before}{first}")),
            Kind::Missing,
            world.card(1),
        ),
        on_list(
            EVENTS,
            "an event twice",
            says(format!("{before}{first}{first}{second}")),
            Kind::Surplus,
            world.card(0),
        ),
        on_list(EVENTS, "another date", redated, Kind::Differs, world.card(1)),
        on_list(EVENTS, "another sequence", resequenced, Kind::Missing, world.card(1)),
        on_list(
            EVENTS,
            "out of order",
            says(format!("{before}{second}{first}")),
            Kind::Missing,
            world.card(0),
        ),
        on_list(
            EVENTS,
            "an id that is not its sequence",
            says(format!("{before}{first}{renumbered}")),
            Kind::Unreadable,
            none(),
        ),
        on_list(EVENTS, "silence", silent, Kind::Missing, none()),
        on_list(EVENTS, "no stream", text, Kind::Unreachable, none()),
    ]
}
