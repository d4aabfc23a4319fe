//! The extract of the national register: a file of another house, whose lines are typed by many.

use std::cell::RefCell;
use std::io::Cursor;

use professional_registry::extract::Encoding;
use professional_registry::import::{ImportOptions, ImportReport, Outcome, import_extract};
use rand_core::UnwrapErr;
use store::{Act, Actor, Database, DatabaseRole, RequestId, Timestamp};
use tempfile::TempDir;

use crate::scratch;

const NAME: &str = "PS_LibreAcces_Personne_activite_202611260457.txt";
const AT: Timestamp = Timestamp::from_seconds(1_795_665_600);

/// An empty register.
struct Register {
    db: Database,
    _folder: TempDir,
}

thread_local! {
    static REGISTER: RefCell<Register> = RefCell::new(Register::empty());
}

impl Register {
    fn empty() -> Self {
        let folder = scratch::folder();
        let url = format!("sqlite:{}", folder.path().join("igc.sqlite").display());
        let mut db = Database::open(&url, DatabaseRole::Owner).expect("a temporary folder can be written");
        db.migrate().expect("an empty database takes every migration");
        Self { db, _folder: folder }
    }
}

/// A file is refused as a whole, or each of its lines is counted: read, or refused with its column.
pub(crate) fn extract(octets: &[u8]) -> bool {
    let mut read = false;
    for encoding in [Encoding::Utf8, Encoding::Latin1] {
        let options = ImportOptions { encoding, dry_run: true, ..ImportOptions::default() };
        let act = Act { at: AT, actor: Actor::Job("fuzz"), request: RequestId("fuzz".to_owned()) };
        let report = REGISTER.with_borrow_mut(|register| {
            let mut rng = UnwrapErr(getrandom::SysRng);
            import_extract(
                &mut register.db,
                &mut Cursor::new(octets),
                NAME,
                &options,
                &mut |_, _| {},
                &mut rng,
                &act,
            )
        });
        if let Ok(report) = report {
            adds_up(&report, octets);
            read = true;
        }
    }
    read
}

fn adds_up(report: &ImportReport, octets: &[u8]) {
    let lines =
        octets.split(|octet| *octet == b'\n').filter(|line| !line.trim_ascii().is_empty()).count() as u64;
    assert_eq!(report.outcome, Outcome::DryRun);
    assert_eq!(
        report.rows_read,
        lines - 1,
        "every line but the header, and those with nothing in them, is read once"
    );
    assert!(report.rows_unidentified <= report.rows_rejected && report.rows_rejected <= report.rows_read);
    assert!(report.persons <= report.rows_read - report.rows_rejected, "more persons than lines that stand");
    assert_eq!(report.difference.new, report.persons, "an empty register knows nobody");
    assert!(report.errors.len() as u64 <= report.rows_rejected + report.values_dropped);
    let _ = report.errors.iter().map(ToString::to_string).collect::<Vec<_>>();
}
