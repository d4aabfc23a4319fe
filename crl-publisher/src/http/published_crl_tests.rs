//! Which CRL is served: none that is older than one that was, and none that its authority has not signed for its name.

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use ca_core::revocation::RevocationReason;
use store::{Database, DatabaseRole};

use super::not_served::NotServed;
use super::published_crls::PublishedCrls;
use super::published_tests::pool;
use super::target::{CrlName, PublishedName, Target};
use super::tests::Server;
use crate::crl::read::Crl;
use crate::fixture::{ISSUING, OTHER, World, rng};
use crate::pool::Pool;
use crate::publish::{publish_certificates, publish_crls_now};

const DAY: Duration = Duration::from_secs(86_400);

fn name(path: &str) -> CrlName {
    let Target::Published(PublishedName::Crl(name)) = Target::of(path) else { panic!("{path}") };
    name
}

/// One of each sort: of everything and of a shard, complete and a delta, and that of a root.
fn all() -> Vec<CrlName> {
    let shard = |number: u32, end: &str| format!("/crl/{ISSUING}/{number}{end}.crl");
    let paths = [
        format!("/crl/{ISSUING}.crl"),
        format!("/crl/{ISSUING}-delta.crl"),
        shard(1, ""),
        shard(1, "-delta"),
    ];
    paths.iter().map(String::as_str).chain(["/crl/ACR-FO.crl"]).map(name).collect()
}

/// CRLs of every sort, that of a root too, made at this time after the beginning.
fn publish(world: &mut World, later: Duration) {
    let act = world.act(later);
    let World { db, signer, folder, policy, .. } = world;
    let report = publish_crls_now(db, signer, folder, policy, &mut rng(), &act).unwrap();
    assert!(report.failures.is_empty(), "{:?}", report.failures);
    world.sign_root_crl(&act);
}

fn world() -> World {
    let mut world = World::new();
    world.open_shards(ISSUING, 1..=2);
    world.issue_in(ISSUING, 1, "1D11", world.start.plus(300 * DAY));
    publish(&mut world, Duration::from_secs(1));
    world
}

/// Another file in its place, as whoever restores a folder puts it there.
fn put(world: &World, name: &CrlName, octets: &[u8]) {
    let (path, beside) = (name.path(&world.folder), world.path("beside"));
    fs::write(&beside, octets).unwrap();
    fs::rename(beside, path).unwrap();
}

/// What is served of CRLs that somebody remembers.
struct Role<'w> {
    world: &'w World,
    pool: Pool<Database>,
    crls: PublishedCrls,
}

impl<'w> Role<'w> {
    fn started(world: &'w World) -> Self {
        Self { world, pool: pool(world), crls: PublishedCrls::default() }
    }

    /// One whose database is away until the switch is on.
    fn without_database(world: &'w World, is_here: &Arc<AtomicBool>) -> Self {
        let (url, here) = (format!("sqlite:{}", world.path("igc.sqlite").display()), Arc::clone(is_here));
        let open = move || match here.load(Ordering::SeqCst) {
            true => Ok(Database::open(&url, DatabaseRole::Status)?),
            false => Err("it is away".into()),
        };
        Self { world, pool: Pool::new(1, Box::new(open)), crls: PublishedCrls::default() }
    }

    fn get(&self, name: &CrlName) -> Result<Option<Vec<u8>>, NotServed> {
        let served = self.crls.get(&self.world.folder, &self.pool, name)?;
        Ok(served.map(|crl| crl.file.body.to_vec()))
    }

    fn serves(&self, name: &CrlName) -> Vec<u8> {
        self.get(name).unwrap().unwrap()
    }
}

fn standing(world: &World, names: &[CrlName]) -> Vec<Vec<u8>> {
    names.iter().map(|name| fs::read(name.path(&world.folder)).unwrap()).collect()
}

#[test]
fn a_crl_of_any_sort_that_is_older_than_what_was_served_is_not_and_a_newer_one_is_at_once() {
    let (mut world, names) = (world(), all());
    let old = standing(&world, &names);
    world.revoke(ISSUING, "1D11", RevocationReason::KeyCompromise);
    publish(&mut world, Duration::from_secs(10));
    let new = standing(&world, &names);
    let role = Role::started(&world);
    for (name, new) in names.iter().zip(&new) {
        assert_eq!(&role.serves(name), new);
    }
    for (name, (old, new)) in names.iter().zip(old.iter().zip(&new)) {
        put(&world, name, old);
        assert_eq!(&role.serves(name), new, "{name}");
        let (older, newer) = (Crl::read(old).unwrap().number, Crl::read(new).unwrap().number);
        let alarm = format!(
            "{name}: it is number {older}, and {newer} was served; number {newer} goes on being served (crl-behind-served)"
        );
        assert_eq!(role.crls.alarms(), [alarm]);
        // As the worker does: what is recorded, again.
        put(&world, name, new);
        assert_eq!(
            (&role.serves(name), role.crls.alarms()),
            (new, Vec::new()),
            "the same number is no older one"
        );
        fs::remove_file(name.path(&world.folder)).unwrap();
        assert_eq!(role.get(name), Ok(None));
        put(&world, name, old);
        assert_eq!(&role.serves(name), new, "{name}: nor one that comes back by way of nothing");
        put(&world, name, new);
        role.serves(name);
    }
    let anew = Role::started(&world);
    put(&world, &names[0], &old[0]);
    assert_eq!(anew.serves(&names[0]), old[0], "who has just started remembers nothing");
}

#[test]
fn what_its_authority_has_not_signed_for_this_name_is_not_served_and_the_one_before_it_is() {
    let (world, names) = (world(), all());
    let good = standing(&world, &names);
    let other = |path: &str| fs::read(name(path).path(&world.folder)).unwrap();
    let damaged = |octets: &[u8]| {
        let mut octets = octets.to_vec();
        *octets.last_mut().unwrap() ^= 1;
        octets
    };
    let planted = [
        (0, other(&format!("/crl/{OTHER}.crl")), "its issuer is another"),
        (1, other(&format!("/crl/{OTHER}-delta.crl")), "its issuer is another"),
        (2, other(&format!("/crl/{ISSUING}/2.crl")), "it is about other certificates than its name says"),
        (
            3,
            other(&format!("/crl/{ISSUING}/2-delta.crl")),
            "it is about other certificates than its name says",
        ),
        (0, good[2].clone(), "it is about other certificates than its name says"),
        (2, good[0].clone(), "it is about other certificates than its name says"),
        (0, good[1].clone(), "it is a delta CRL"),
        (1, good[0].clone(), "it is a full CRL"),
        (0, damaged(&good[0]), "its signature is not the authority's"),
        (4, damaged(&good[4]), "its signature is not the authority's"),
        (4, good[0].clone(), "its issuer is another"),
        (0, b"garbage".to_vec(), ""),
    ];
    let role = Role::started(&world);
    for (place, octets, why) in &planted {
        let (name, good) = (&names[*place], &good[*place]);
        put(&world, name, octets);
        let refused = Role::started(&world).get(name).unwrap_err();
        assert!(matches!(&refused, NotServed::Refused(words) if words.contains(why)), "{name}: {refused}");
        put(&world, name, good);
        assert_eq!(&role.serves(name), good);
        put(&world, name, octets);
        assert_eq!(&role.serves(name), good, "{name}: {why}");
        let alarms = role.crls.alarms();
        assert!(alarms.len() == 1 && alarms[0].starts_with(&format!("{name}: {why}")), "{alarms:?}");
        assert!(alarms[0].ends_with("goes on being served (crl-not-of-its-name)"), "{alarms:?}");
        put(&world, name, good);
        assert_eq!((&role.serves(name), role.crls.alarms()), (good, Vec::new()));
    }
}

/// The same file to whoever looks at its inode, size and time, with other octets in it.
fn overwrite(path: &Path, octets: &[u8], modified: SystemTime) {
    fs::write(path, octets).unwrap();
    File::options().write(true).open(path).unwrap().set_modified(modified).unwrap();
}

#[test]
fn a_version_is_verified_once_whether_it_is_served_or_refused() {
    let (world, name) = (world(), name(&format!("/crl/{ISSUING}.crl")));
    let path = name.path(&world.folder);
    let good = fs::read(&path).unwrap();
    let modified = fs::metadata(&path).unwrap().modified().unwrap();
    let mut damaged = good.clone();
    damaged[0] = 0;
    overwrite(&path, &damaged, modified);
    let role = Role::started(&world);
    let refused = role.get(&name).unwrap_err();
    overwrite(&path, &good, modified);
    assert_eq!(role.get(&name).unwrap_err(), refused);
    overwrite(&path, &good, modified + Duration::from_secs(1));
    assert_eq!(role.serves(&name), good);
    overwrite(&path, &damaged, modified + Duration::from_secs(1));
    assert_eq!(role.serves(&name), good);
}

/// A shard that is opened changes the rows, and no signature: forty megabytes are not verified again for it.
#[test]
fn what_was_verified_is_neither_read_nor_verified_again_where_the_rows_say_something_new_of_others() {
    let (mut world, name) = (world(), name(&format!("/crl/{ISSUING}.crl")));
    let path = name.path(&world.folder);
    let good = fs::read(&path).unwrap();
    let modified = fs::metadata(&path).unwrap().modified().unwrap();
    let (crls, pool) = (PublishedCrls::default(), pool(&world));
    crls.get(&world.folder, &pool, &name).unwrap();
    let before = crls.signers().edition();
    world.open_shards(ISSUING, 3..=3);
    pool.run(|db| crls.signers().learn(db)).unwrap();
    assert_ne!(crls.signers().edition(), before);
    // Whoever reads it again finds this.
    overwrite(&path, &vec![0; good.len()], modified);
    for _ in 0..2 {
        let served = crls.get(&world.folder, &pool, &name).unwrap().unwrap();
        assert_eq!((served.file.body.to_vec(), crls.alarms()), (good.clone(), Vec::new()));
    }
}

#[test]
fn without_a_database_the_certificate_beside_it_says_whose_a_crl_is_and_the_rows_once_they_are_there() {
    let mut world = world();
    publish_certificates(&mut world.db, &world.folder).unwrap();
    let (names, is_here) = (all(), Arc::new(AtomicBool::new(false)));
    let good = standing(&world, &names);
    let role = Role::without_database(&world, &is_here);
    for (name, good) in names.iter().zip(&good) {
        assert_eq!(&role.serves(name), good);
    }
    let others = fs::read(name(&format!("/crl/{OTHER}.crl")).path(&world.folder)).unwrap();
    put(&world, &names[0], &others);
    assert_eq!(role.serves(&names[0]), good[0]);

    // Whoever writes certificates into the folder too is believed until the rows say otherwise.
    let certificate = |authority: &str| world.folder.ca_path(&format!("{authority}.cer"));
    fs::copy(certificate(OTHER), certificate(ISSUING)).unwrap();
    let anew = Role::without_database(&world, &is_here);
    assert_eq!(anew.serves(&names[0]), others);
    let mut db =
        Database::open(&format!("sqlite:{}", world.path("igc.sqlite").display()), DatabaseRole::Status)
            .unwrap();
    anew.crls.signers().learn(&mut db).unwrap();
    let refused = anew.get(&names[0]).unwrap_err();
    assert_eq!(refused, NotServed::Refused(format!("{}: its issuer is another", names[0])), "nor is it kept");
    put(&world, &names[0], &good[0]);
    assert_eq!(anew.serves(&names[0]), good[0]);
}

#[test]
fn nothing_is_served_of_an_authority_that_nobody_knows() {
    let world = world();
    let unknown = name("/crl/ACI-XX.crl");
    fs::copy(name(&format!("/crl/{ISSUING}.crl")).path(&world.folder), unknown.path(&world.folder)).unwrap();
    let role = Role::started(&world);
    let why = format!("{unknown}: no authority of this name is known");
    assert_eq!(role.get(&unknown), Err(NotServed::Refused(why.clone())));
    assert_eq!(role.crls.alarms(), [format!("{why}; nothing is served (crl-not-of-its-name)")]);
    fs::remove_file(unknown.path(&world.folder)).unwrap();
    assert_eq!((role.get(&unknown), role.crls.alarms()), (Ok(None), Vec::new()));
    assert_eq!(role.get(&name("/crl/ACI-YY.crl")), Ok(None), "before anything is published");
}

#[test]
fn a_shard_that_was_opened_since_is_served_at_once_also_where_the_rows_were_read_a_moment_ago() {
    let mut world = world();
    let names = [3, 4].map(|number| name(&format!("/crl/{ISSUING}/{number}.crl")));
    let mut later = Duration::from_secs(10);
    let (crls, known) = (PublishedCrls::default(), pool(&world));
    crls.get(&world.folder, &known, &all()[0]).unwrap();
    for (number, name) in (3..).zip(&names) {
        world.open_shards(ISSUING, number..=number);
        publish(&mut world, later);
        later += Duration::from_secs(10);
        crls.signers().were_asked(Some(Instant::now()), None);
        let served = crls.get(&world.folder, &known, name).unwrap().unwrap();
        assert_eq!(served.file.body, fs::read(name.path(&world.folder)).unwrap());
        assert_eq!(crls.alarms(), [""; 0]);
    }
}

/// One that does not answer is left alone for a moment, and then asked: what was judged without it counts for nothing else.
#[test]
fn a_database_that_did_not_answer_is_asked_again_soon_and_not_by_everybody() {
    let mut world = world();
    publish_certificates(&mut world.db, &world.folder).unwrap();
    let (names, is_here) = (all(), Arc::new(AtomicBool::new(false)));
    let role = Role::without_database(&world, &is_here);
    role.serves(&names[0]);
    // By the certificate beside it, which does not say whose shard this is.
    fs::copy(names[2].path(&world.folder), name(&format!("/crl/{ISSUING}/2.crl")).path(&world.folder))
        .unwrap();
    let wrong = name(&format!("/crl/{ISSUING}/2.crl"));
    is_here.store(true, Ordering::SeqCst);
    role.serves(&wrong);
    assert!(!role.crls.signers().has_answered(), "it was silent a moment ago");
    let long_ago = Instant::now().checked_sub(Duration::from_secs(3)).unwrap();
    role.crls.signers().were_asked(Some(long_ago), Some(long_ago));
    role.serves(&names[1]);
    assert!(role.crls.signers().has_answered());
    let refused = role.get(&wrong).unwrap_err();
    assert!(
        matches!(&refused, NotServed::Refused(words) if words.contains("other certificates")),
        "{refused}"
    );
}

/// What stays wrong does not have the rows read by each who asks for it.
#[test]
fn what_does_not_fit_has_the_rows_read_once() {
    let (world, names) = (world(), all());
    let (asked, url) =
        (Arc::new(AtomicUsize::new(0)), format!("sqlite:{}", world.path("igc.sqlite").display()));
    let counts = Arc::clone(&asked);
    let open = move || {
        counts.fetch_add(1, Ordering::SeqCst);
        Ok(Database::open(&url, DatabaseRole::Status)?)
    };
    let role = Role { world: &world, pool: Pool::new(1, Box::new(open)), crls: PublishedCrls::default() };
    put(&world, &names[2], &fs::read(names[0].path(&world.folder)).unwrap());
    for _ in 0..3 {
        role.get(&names[2]).unwrap_err();
        // Whoever asks next opens a connection.
        role.pool.renew();
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

/// Numbers follow the clock, and one that ran ahead of it was served; a restored backup does not know it, and what follows is below.
#[test]
fn numbers_below_one_that_ran_ahead_are_served_once_nobody_may_rely_on_what_was_served_before() {
    let mut world = world();
    let name = name(&format!("/crl/{ISSUING}.crl"));
    let before = fs::read(name.path(&world.folder)).unwrap();
    let (crls, pool) = (PublishedCrls::default(), pool(&world));
    let get = |world: &World| crls.get(&world.folder, &pool, &name).unwrap().unwrap().file.body.to_vec();
    assert_eq!(get(&world), before);
    crls.ran_ahead(&name, 100 * DAY);
    for (later, is_served) in [(DAY, false), (9 * DAY, true)] {
        publish(&mut world, later);
        let stands = fs::read(name.path(&world.folder)).unwrap();
        assert_ne!(stands, before);
        assert_eq!(
            (get(&world) == stands, get(&world) == before),
            (is_served, !is_served),
            "after {later:?}"
        );
        assert_eq!(crls.alarms().is_empty(), is_served);
    }
}

#[test]
fn what_a_clock_that_was_ahead_has_dated_keeps_nothing_back_once_the_clock_is_right() {
    let (mut world, name) = (world(), name(&format!("/crl/{ISSUING}.crl")));
    let backup = world.path("backup.sqlite");
    world.db.copy_into(&backup).unwrap();
    publish(&mut world, 2 * DAY);
    let ahead = fs::read(name.path(&world.folder)).unwrap();
    let (crls, pool) = (PublishedCrls::default(), pool(&world));
    assert!(crls.get(&world.folder, &pool, &name).unwrap().unwrap().file.body == ahead);

    world.db = Database::open(&format!("sqlite:{}", backup.display()), DatabaseRole::Owner).unwrap();
    fs::remove_dir_all(world.folder.root()).unwrap();
    publish(&mut world, Duration::from_secs(2));
    let right = fs::read(name.path(&world.folder)).unwrap();
    assert!(right != ahead);
    let served = crls.get(&world.folder, &pool, &name).unwrap().unwrap();
    assert!(served.file.body == right && crls.alarms().is_empty(), "{:?}", crls.alarms());
}

#[test]
fn what_is_refused_is_an_alarm_of_readyz_and_takes_nobody_out_of_traffic() {
    let mut server = Server::start();
    let name = name(&format!("/crl/{ISSUING}.crl"));
    let old = fs::read(name.path(&server.world.folder)).unwrap();
    server.world.revoke(ISSUING, "1D01", RevocationReason::KeyCompromise);
    publish(&mut server.world, Duration::from_secs(10));
    assert_eq!(server.operations("/readyz"), (200, "ready\n".to_owned()));
    let new = server.get("/crl/ACI-FO-PP.crl").body;
    put(&server.world, &name, &old);
    // Nobody has asked for it since.
    let (status, text) = server.operations("/readyz");
    assert!(status == 200 && text.starts_with("[!] crl/ACI-FO-PP.crl: it is number "), "{text}");
    assert!(text.contains(" goes on being served (crl-behind-served)\n"), "{text}");
    assert_eq!(server.get("/crl/ACI-FO-PP.crl").body, new);
    let (_, metrics) = server.operations("/metrics");
    assert!(metrics.contains("igc_published_crls_refused 1\n"), "{metrics}");
    put(&server.world, &name, &new);
    assert_eq!(server.operations("/readyz"), (200, "ready\n".to_owned()));
}
