//! The opposition list in each of its forms, as whoever is off line reads it.

use coherence::readers::cms::is_signed_by;
use coherence::readers::list::{self as seen, Line};
use crl_publisher::compact_list::{Snapshot, encode};
use openssl::sha::Sha256;
use openssl::x509::X509;
use opposition_list_reader::{Answer, CompactList, LARGEST_CARD_NUMBER};
use store::Timestamp;

/// The list in CSV and in JSON, and its changes: what reads in one form reads alike in the other.
pub(crate) fn list(octets: &[u8]) -> bool {
    let lists = [seen::csv(octets), seen::json(octets), seen::changes(octets)];
    for list in lists.iter().flatten() {
        let plain = |text: &str| !text.contains([';', '\r', '\n']);
        if list.lines.iter().all(|line| plain(line.card_number) && plain(line.opposed_at)) {
            let text = as_csv(&list.lines);
            let again = seen::csv(text.as_bytes()).expect("what was read can be written and read");
            assert_eq!(again.lines, list.lines);
        }
    }
    lists.iter().any(Result::is_ok)
}

fn as_csv(lines: &[Line<'_>]) -> String {
    let line = |line: &Line<'_>| format!("{};{};{}\n", line.sequence, line.card_number, line.opposed_at);
    "sequence;card_number;opposed_at\n".to_owned() + &lines.iter().map(line).collect::<String>()
}

/// A compact list that reads keeps what its crate promises, whoever has written it.
pub(crate) fn compact_list(octets: &[u8]) -> bool {
    let Ok(list) = CompactList::read(octets) else { return false };
    assert!(CompactList::read(&octets[..octets.len() - 1]).is_err(), "a list that was cut reads");
    assert!(CompactList::read(&[octets, &[0]].concat()).is_err(), "a list with an octet behind it reads");
    assert!(list.opposed() <= list.issued());
    let spans: Vec<_> = list.spans().collect();
    assert!(spans.is_sorted_by(|one, next| one.last + 1 < next.first), "spans touch");
    let mut numbers = 0;
    for span in &spans {
        assert!(span.first <= span.last && span.last <= LARGEST_CARD_NUMBER);
        numbers += span.last - span.first + 1;
        for number in [span.first, span.last] {
            let answer = list.answer(number);
            assert_ne!(answer, Answer::NotCovered);
            assert!(list.opposed() > 0 || answer == Answer::NotOpposed, "nobody is opposed, and {number} is");
        }
        assert_eq!(list.answer(span.last + 1), Answer::NotCovered);
    }
    assert!(numbers >= u64::from(list.issued()), "more cards than numbers");
    assert_eq!(list.coverage_is_exact(), numbers == u64::from(list.issued()));
    assert_eq!(list.answer(u64::MAX), Answer::NotCovered);
    true
}

/// The largest population that one input stands for.
const MOST_CARDS: usize = 2000;

/// Cards that were given, each by the distance to the one before in two octets, and whether it is opposed in a
/// third: the reader says of each what the list was made of.
pub(crate) fn compact_list_of_cards(octets: &[u8]) -> bool {
    let (mut issued, mut opposed, mut number) = (Vec::new(), Vec::new(), 2_600_000_000);
    for card in octets.as_chunks::<3>().0.iter().take(MOST_CARDS) {
        number += 1 + u64::from(u16::from_be_bytes([card[0], card[1]]));
        issued.push(number);
        opposed.extend((card[2] & 1 == 1).then_some(number));
    }
    let (sequence, produced_at) = (opposed.len() as u64, Timestamp::from_seconds(1_795_665_600));
    let next_update = Timestamp::from_seconds(1_795_752_000);
    let snapshot = Snapshot { sequence, produced_at, next_update, issued: &issued, opposed: &opposed };
    let octets = encode(&snapshot).expect("cards in order make a list");
    let list = CompactList::read(&octets).expect("what was written reads");
    assert_eq!(
        (list.sequence(), list.issued() as usize, list.opposed() as usize),
        (sequence, issued.len(), opposed.len())
    );
    let mut digest = Sha256::new();
    for number in &issued {
        digest.update(&number.to_be_bytes());
        let right = if opposed.binary_search(number).is_ok() { Answer::Opposed } else { Answer::NotOpposed };
        assert_eq!(list.answer(*number), right, "{number}");
        let next = number + 1;
        if list.coverage_is_exact() && issued.binary_search(&next).is_err() {
            assert_eq!(list.answer(next), Answer::NotCovered, "{next} was not given");
        }
    }
    assert_eq!(list.population_digest(), &digest.finish());
    compact_list(&octets)
}

const LIST: &[u8] = include_bytes!("../fixtures/full.csv");
const LIST_SIGNER: &[u8] = include_bytes!("../fixtures/list-signer.cer");

thread_local! {
    static SIGNERS: [X509; 1] = [X509::from_der(LIST_SIGNER).expect("a fixture is a certificate")];
}

/// A detached signature (CMS): no octets make the list's signer sign another list.
pub(crate) fn detached_signature(octets: &[u8]) -> bool {
    SIGNERS.with(|signers| {
        let other = b"sequence;card_number;opposed_at\n";
        assert!(!is_signed_by(signers, other, octets), "a list that was never signed");
        is_signed_by(signers, LIST, octets)
    })
}
