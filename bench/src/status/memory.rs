//! P9: what the responder's process takes for each certificate, and for each signature it keeps.

use super::connection::Connection;
use super::requests::{Method, Requests};
use super::responder::Responder;
use super::store::{issuer, with_certificates};
use crate::installation::Installation;
use crate::outcome::{Goal, Outcome};
use crate::stored::serial_tail;

const SMALL: u64 = 100_000;
const LARGE: u64 = 3_600_000;
/// What a certificate may take, octets.
const ALLOWED: f64 = 64.0;
const KEPT: u64 = 20_000;

/// Runs it. Memory is no matter of chance: each is measured once.
pub fn run(installation: &Installation) -> Vec<Outcome> {
    let bare = Taken::by(&Responder::start(installation, 0));
    let [small, large] = [SMALL, LARGE]
        .map(|certificates| Taken::by(&Responder::start(&with_certificates(installation, certificates), 0)));
    let outcome = |what: String, octets: f64, goal| {
        Outcome::new("P9", what, "octets", (octets, ALLOWED), octets / ALLOWED, goal).measured(1)
    };
    let mut outcomes = vec![outcome(
        format!("resident memory of the responder for each certificate more, from {SMALL} to {LARGE}"),
        large.more_than(&small),
        Goal::AtMost(1.0),
    )];
    for taken in [small, large] {
        let (count, others) = (taken.certificates, bare.certificates);
        let what = format!("beside it: for each of {count}, over a responder that knows {others}");
        outcomes.push(outcome(what, taken.more_than(&bare), Goal::None));
        let what = format!("beside it: the maps alone, for each of {count}");
        outcomes.push(outcome(what, taken.maps / count, Goal::None));
    }
    outcomes.extend(kept_answers(installation));
    outcomes
}

/// What a responder's process takes.
#[derive(Clone, Copy)]
struct Taken {
    resident: f64,
    maps: f64,
    /// How many it knows: those too that were issued by what ran before on the installation that a store is a copy of.
    certificates: f64,
}

impl Taken {
    fn by(responder: &Responder) -> Self {
        let [maps, certificates] =
            ["igc_status_bytes", "igc_status_certificates"].map(|name| responder.metric(name));
        Self { resident: resident(responder), maps, certificates }
    }

    /// For each certificate more.
    fn more_than(&self, other: &Self) -> f64 {
        (self.resident - other.resident) / (self.certificates - other.certificates)
    }
}

/// What an answer takes that was asked for once, whose signature is kept, and one that was asked for again and is kept whole.
fn kept_answers(installation: &Installation) -> [Outcome; 2] {
    let store = with_certificates(installation, SMALL);
    // The eighth of it that whole answers have holds all of them.
    let responder = Responder::start(&store, 512);
    let requests = Requests::about(&issuer(&store), Method::Post);
    let (mut connection, mut request) = (Connection::open(&responder.address), Vec::new());
    let mut ask = |range: std::ops::Range<u64>| {
        range.fold(0, |_, n| {
            requests.write(serial_tail(n), &mut request);
            connection.exchange(&request).len()
        })
    };
    // What every thread and library takes at its first answers is none of theirs.
    for _ in 0..3 {
        ask(0..1_000);
    }
    let before = resident(&responder);
    ["asked for once: its signature", "asked for three times: signature, answer and request"].map(|how| {
        let mut length = ask(1_000..1_000 + KEPT);
        if how.contains("three") {
            length = ask(1_000..1_000 + KEPT);
        }
        let (each, allowed) = ((resident(&responder) - before) / KEPT as f64, length as f64);
        let what =
            format!("resident memory for each of {KEPT} answers that are kept, to their length; {how}");
        Outcome::new("P9", what, "octets", (each, allowed), each / allowed, Goal::AtMost(1.2)).measured(1)
    })
}

fn resident(responder: &Responder) -> f64 {
    responder.child.resident() as f64
}
