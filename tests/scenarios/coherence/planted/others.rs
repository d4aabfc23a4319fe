//! What is planted in CRLs, deltas and answers, and in the database itself.

use ca_core::authority::{self, AuthorityKind};
use ca_core::serial::SerialNumber;

use super::*;

fn one(
    face: Face,
    place: &str,
    what: &'static str,
    plants: Plants,
    kind: Kind,
    subject: Option<String>,
) -> Planted {
    Planted { face, place: place.to_owned(), kind, subject, what, plants, seconds_later: LATER }
}

fn none() -> Option<String> {
    Some(String::new())
}

/// A published file of an installation at this place.
fn file(from: &Workshop, name: &str, place: &str) -> Plants {
    Plants::from([(place.to_owned(), Plant::Octets(fs::read(public(from, name)).unwrap()))])
}

/// The same with its last octet, which is of its signature, another.
fn flipped(from: &Workshop, name: &str, place: &str) -> Plants {
    let mut octets = fs::read(public(from, name)).unwrap();
    *octets.last_mut().unwrap() ^= 1;
    Plants::from([(place.to_owned(), Plant::Octets(octets))])
}

fn of_kind(world: &World, kind: AuthorityKind) -> Vec<String> {
    let all = authority::all(&mut world.right.open(DatabaseRole::Owner)).unwrap();
    all.into_iter().filter(|one| one.kind == kind).map(|one| one.short_name).collect()
}

/// Where the CRLs of the roots are.
pub(super) fn roots(world: &World) -> BTreeSet<String> {
    of_kind(world, AuthorityKind::Root).iter().map(|root| format!("/crl/{root}.crl")).collect()
}

/// Of everything and of one shard, the complete CRL and the delta.
pub(super) fn crls(world: &World) -> Vec<Planted> {
    let mut planted = Vec::new();
    let scopes = [AUTHORITY.to_owned(), format!("{AUTHORITY}/{}", world.shard)];
    for scope in &scopes {
        let [complete, delta] = ["", "-delta"].map(|kind| format!("crl/{scope}{kind}.crl"));
        planted.extend(of_a_crl(world, Face::Crl, &complete));
        planted.extend(of_a_crl(world, Face::Delta, &delta));
        let place = format!("/{delta}");
        let plants = file(&world.right, &complete, &place);
        planted.push(one(Face::Delta, &place, "no delta", plants, Kind::Differs, none()));
    }
    let place = format!("/crl/{}.crl", scopes[1]);
    let whole = file(&world.right, &format!("crl/{AUTHORITY}.crl"), &place);
    planted.push(one(Face::Crl, &place, "the CRL of everything", whole, Kind::WrongScope, none()));
    world.without.job("full-crl");
    for scope in &scopes {
        let (name, place) = (format!("crl/{scope}.crl"), format!("/crl/{scope}.crl"));
        let next = file(&world.without, &name, &place);
        planted.push(one(Face::Crl, &place, "a number that nobody knows", next, Kind::Unrecorded, none()));
    }
    planted
}

/// Every complete CRL has ended for which there is a newer one.
pub(super) const OLDER_ENDED: &str = "UPDATE crls SET this_update = this_update - 600000, next_update = this_update - 300000
     WHERE kind = 'full' AND number < (SELECT max(number) FROM crls AS newer
                                       WHERE newer.issuer = crls.issuer AND newer.scope = crls.scope AND newer.kind = 'full')";

/// Complete CRLs from before the base of the deltas.
pub(super) fn bases(world: &World) -> Vec<Planted> {
    let scopes = [AUTHORITY.to_owned(), format!("{AUTHORITY}/{}", world.shard)];
    let older = scopes.map(|scope| {
        let older = file(&world.gap, &format!("crl/{scope}.crl"), &format!("/crl/{scope}.crl"));
        let delta = format!("/crl/{scope}-delta.crl");
        one(Face::Delta, &delta, "a base that is older", older, Kind::WrongBase, none())
    });
    older.into()
}

/// By the authority's own key, under the number that was recorded, and wrong; or not by its key.
fn of_a_crl(world: &World, face: Face, name: &str) -> Vec<Planted> {
    let place = &format!("/{name}");
    let [_, second, third] = world.certificates.each_ref().map(|certificate| Some(subject(certificate)));
    let from = |workshop| file(workshop, name, place);
    let at = |seconds_later, kind| Planted {
        seconds_later,
        ..one(face, place, "another time", Plants::new(), kind, none())
    };
    let nothing = Plants::from([(place.to_owned(), Plant::Nothing)]);
    let text = Plants::from([(place.to_owned(), Plant::Octets(b"no CRL".to_vec()))]);
    vec![
        one(face, place, "an entry left out", from(&world.without), Kind::Missing, second.clone()),
        one(face, place, "an entry too many", from(&world.extra), Kind::Surplus, third),
        one(face, place, "another date", from(&world.redated), Kind::Differs, second),
        one(face, place, "an older one", from(&world.gap), Kind::Stale, none()),
        one(face, place, "a broken signature", flipped(&world.right, name, place), Kind::NotOurs, none()),
        one(face, place, "nothing", nothing, Kind::Unreachable, none()),
        one(face, place, "something else", text, Kind::Unreadable, none()),
        at(10 * LATER, Kind::Ended),
        at(-LATER, Kind::Ahead),
    ]
}

/// OCSP by POST and by GET, certificates of authorities, CRLs of roots, addresses.
pub(super) fn answers(world: &World) -> Vec<Planted> {
    let second = Some(subject(&world.certificates[1]));
    let [swapped, redated, resequenced, gap] =
        [0, 2, 3, 4].map(|which| Plant::From(world.others[which].port()));
    let mut planted = Vec::new();
    // By GET a few certificates are asked about: those that their authority's address stands in.
    let by_get = "http://localhost:8080/ocsp";
    for (place, at, second) in [("/ocsp", "/ocsp", second), (by_get, "/ocsp/", None)] {
        let says = |plant: &Plant| Plants::from([(at.to_owned(), plant.clone())]);
        let text = Plant::Octets(b"no answer".to_vec());
        planted.extend([
            one(Face::Ocsp, place, "good, and is revoked", says(&swapped), Kind::Missing, second.clone()),
            one(Face::Ocsp, place, "another date", says(&redated), Kind::Differs, second),
            one(Face::Ocsp, place, "nothing", says(&Plant::Nothing), Kind::Unreachable, None),
            one(Face::Ocsp, place, "something else", says(&text), Kind::Unreadable, None),
        ]);
        let ended = one(Face::Ocsp, place, "another time", Plants::new(), Kind::Ended, None);
        planted.push(Planted { seconds_later: 10 * LATER, ..ended });
    }
    let kept = Plants::from([("/ocsp/".to_owned(), Plant::KeptForADay)]);
    planted.push(one(Face::Address, by_get, "kept for a day", kept, Kind::Differs, None));
    let never = Some(format!("{AUTHORITY} {}", never_issued(&world.right)));
    let [revoked, issued] = [gap, resequenced].map(|plant| Plants::from([("/ocsp".to_owned(), plant)]));
    planted.extend([
        one(Face::Ocsp, "/ocsp", "revoked, and is good", revoked, Kind::Differs, None),
        one(Face::Ocsp, "/ocsp", "good, and was never issued", issued, Kind::Surplus, never),
    ]);

    for (place, what) in [("/ca/chain.pem", "without one"), ("/ca/chain.p7b", "of others")] {
        let mut octets = fs::read(public(&world.right, &place[1..])).unwrap();
        let text = Plants::from([(place.to_owned(), Plant::Octets(b"no chain".to_vec()))]);
        planted.push(one(Face::Authority, place, "something else", text, Kind::Unreadable, none()));
        if place.ends_with("pem") {
            let end = String::from_utf8_lossy(&octets).rfind("-----BEGIN").unwrap();
            octets.truncate(end);
        } else {
            // The last certificate ends with its signature, and two octets are behind it.
            let last = octets.len() - 5;
            octets[last] ^= 1;
        }
        let plants = Plants::from([(place.to_owned(), Plant::Octets(octets))]);
        planted.push(one(Face::Authority, place, what, plants, Kind::Differs, none()));
    }
    let roots = of_kind(world, AuthorityKind::Root);
    // Of whose certificates each is in the sample.
    let (mine, other) = ("ACI-EL-ORG", "ACI-ST-PP");
    let [certificate, crl] = [format!("/ca/{mine}.cer"), format!("/crl/{mine}.crl")];
    let address = |path: &str| format!("http://localhost:8080{path}");
    let others = [(format!("ca/{other}.cer"), &certificate), (format!("crl/{other}.crl"), &crl)];
    let [other_certificate, other_crl] = others.map(|(name, place)| file(&world.right, &name, place));
    let nothing = |place: &str| Plants::from([(place.to_owned(), Plant::Nothing)]);
    let named = || Some(mine.to_owned());
    let what = "another authority's";
    planted.extend([
        one(Face::Authority, &certificate, what, other_certificate.clone(), Kind::Differs, named()),
        one(Face::Authority, &certificate, "nothing", nothing(&certificate), Kind::Unreachable, none()),
        one(Face::Address, &address(&certificate), what, other_certificate, Kind::NotOurs, named()),
        one(
            Face::Address,
            &address(&certificate),
            "nothing",
            nothing(&certificate),
            Kind::Unreachable,
            none(),
        ),
        one(Face::Address, &address(&crl), what, other_crl.clone(), Kind::NotOurs, named()),
        one(Face::Crl, &crl, what, other_crl, Kind::NotOurs, none()),
        one(
            Face::Address,
            &address(&crl),
            "an older one that lasts",
            file(&world.gap, &crl[1..], &crl),
            Kind::Stale,
            none(),
        ),
        one(
            Face::Address,
            &address(&crl),
            "a number that nobody knows",
            file(&world.without, &crl[1..], &crl),
            Kind::Unrecorded,
            named(),
        ),
    ]);
    let place = format!("/crl/{}.crl", roots[0]);
    let mine = format!("crl/{}.crl", roots[0]);
    let other = file(&world.right, &format!("crl/{}.crl", roots[1]), &place);
    planted.extend([
        one(Face::Crl, &place, "another root's", other, Kind::NotOurs, none()),
        one(
            Face::Crl,
            &place,
            "a broken signature",
            flipped(&world.right, &mine, &place),
            Kind::NotOurs,
            none(),
        ),
        one(Face::Crl, &place, "nothing", nothing(&place), Kind::Unreachable, none()),
    ]);
    planted
}

/// The number that a look asks about which draws fives.
fn never_issued(workshop: &Workshop) -> String {
    let authority = authority::load(&mut workshop.open(DatabaseRole::Owner), AUTHORITY).unwrap();
    let mut octets = [0x55; 16];
    if let Some(prefix) = authority.serial_prefix {
        octets[..8].copy_from_slice(&prefix);
    }
    SerialNumber::from_octets(&octets).unwrap().to_string()
}

/// What is good, and is a card's.
const GOOD: &str = "status = 'good' AND serial IN (SELECT serial FROM card_certificates)";

/// Every one is revoked.
pub(super) fn everything_revoked() -> String {
    format!(
        "INSERT INTO certificate_status_events (sequence, issuer, serial, event, reason, occurred_at)
             SELECT (SELECT max(sequence) FROM certificate_status_events) + row_number() OVER (), issuer, serial,
                 'revoked', 'superseded', strftime('%s', 'now') * 1000
             FROM certificates WHERE {GOOD};
         UPDATE certificates SET status = 'revoked', revoked_at = strftime('%s', 'now') * 1000,
             revocation_reason = 'superseded' WHERE {GOOD};"
    )
}

/// One is good that was never issued.
pub(super) fn another_issued(workshop: &Workshop) -> String {
    let never = never_issued(workshop);
    format!(
        "CREATE TEMPORARY TABLE never AS SELECT * FROM certificates WHERE issuer = '{AUTHORITY}' AND {GOOD} LIMIT 1;
         UPDATE never SET serial = '{never}', spki_sha256 = randomblob(32);
         INSERT INTO certificates SELECT * FROM never;"
    )
}

/// Rows that were altered, each in an installation of its own, which looks at what the others serve.
/// In the newest head of the audit tree.
pub(super) fn heads(world: &World) -> Vec<Planted> {
    const PLACE: &str = "/audit/checkpoint";
    let octets = |note: Vec<u8>| Plants::from([(PLACE.to_owned(), Plant::Octets(note))]);
    let newest = fs::read(public(&world.right, "audit/checkpoint")).unwrap();
    let kept = fs::read_to_string(world.right.dir().join("audit/checkpoints")).unwrap();
    // Notes one after the other: each begins with the same line.
    let origin = format!("{}\n", kept.lines().next().unwrap());
    let oldest = origin.clone() + kept.split(&origin).nth(1).unwrap();
    assert_ne!(oldest.as_bytes(), newest, "a head was signed before the second opposition");
    let text = String::from_utf8(newest.clone()).unwrap();
    let grown = text.replacen("igc-signed-at 1", "igc-signed-at 2", 1);
    let planted = |what, plants, kind| one(Face::Checkpoint, PLACE, what, plants, kind, none());
    vec![
        planted("no head", Plants::from([(PLACE.to_owned(), Plant::Nothing)]), Kind::Unreachable),
        planted("half a head", octets(newest[..newest.len() / 2].to_vec()), Kind::Unreadable),
        planted("a head that nobody signed", octets(grown.into_bytes()), Kind::NotOurs),
        planted("an older head", octets(oldest.into_bytes()), Kind::Stale),
        planted("the head of another tree", file(&world.gap, "audit/checkpoint", PLACE), Kind::Unrecorded),
    ]
}

pub(super) fn altered_rows(world: &World, planted: &mut Vec<Planted>) -> Vec<String> {
    let second = &world.certificates[1];
    let root = &of_kind(world, AuthorityKind::Root)[0];
    let of_root: String = certificates::table
        .filter(certificates::issuer.eq(root).and(certificates::status.eq("good")))
        .select(certificates::serial)
        .first(&mut world.right.open(DatabaseRole::Owner))
        .unwrap();
    let missing = one(
        Face::Crl,
        &format!("/crl/{root}.crl"),
        "an authority that was revoked",
        Plants::new(),
        Kind::Missing,
        Some(format!("{root} {of_root}")),
    );
    let good = one(
        Face::Database,
        "certificates",
        "a row that is good again",
        Plants::new(),
        Kind::Differs,
        Some(subject(second)),
    );
    let passed_over = [
        ("all".to_owned(), AUTHORITY.to_owned()),
        (format!("shard-{}", world.shard), format!("{AUTHORITY}/{}", world.shard)),
    ];
    let passed_over = passed_over.map(|(scope, name)| {
        let place = format!("/crl/{name}-delta.crl");
        let what = "an older complete CRL that lasts, and finds no delta";
        let sql = format!(
            "UPDATE crls SET next_update = 4102444800000 WHERE kind = 'full' AND scope = '{scope}' AND issuer = '{AUTHORITY}'
                 AND number = (SELECT min(number) FROM crls AS older
                               WHERE older.issuer = crls.issuer AND older.scope = crls.scope AND older.kind = 'full')"
        );
        (one(Face::Delta, &place, what, Plants::new(), Kind::WrongBase, none()), sql)
    });
    let mut missed = Vec::new();
    let another_head = one(
        Face::Checkpoint,
        "/audit/checkpoint",
        "a row of another head",
        Plants::new(),
        Kind::Differs,
        none(),
    );
    let damaged = one(
        Face::Database,
        "authorities",
        "a record that does not read",
        Plants::new(),
        Kind::Unreadable,
        Some(AUTHORITY.to_owned()),
    );
    for (one, sql) in passed_over.into_iter().chain([
        (
            another_head,
            "UPDATE audit_checkpoints SET root_hash = zeroblob(32)
                 WHERE tree_size = (SELECT max(tree_size) FROM audit_checkpoints)"
                .to_owned(),
        ),
        (
            damaged,
            format!("UPDATE authorities SET public_key = X'00' WHERE short_name = '{AUTHORITY}'"),
        ),
        (
            missing,
            format!(
                "INSERT INTO certificate_status_events (sequence, issuer, serial, event, reason, occurred_at)
                     SELECT max(sequence) + 1, '{root}', '{of_root}', 'revoked', 'cACompromise', max(occurred_at)
                     FROM certificate_status_events;
                 UPDATE crls SET log_sequence = (SELECT max(sequence) FROM certificate_status_events)
                     WHERE issuer = '{root}';"
            ),
        ),
        (
            good,
            format!(
                "UPDATE certificates SET status = 'good', revoked_at = NULL, revocation_reason = NULL
                     WHERE serial = '{}';",
                second.serial
            ),
        ),
    ]) {
        let workshop = world.right.copied();
        altered(&workshop, &sql);
        let looked = looked(&workshop, world.server.address, LATER, &mut Fives);
        if !one.is_found_in(&looked.differences) {
            missed.push(format!("{} at {}: found {:#?}", one.what, one.place, looked.differences));
        }
        planted.push(one);
    }
    missed
}
