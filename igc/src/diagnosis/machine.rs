//! The machine: its clock, the room on its disk.

use store::database::{RESERVE, Reserve};
use store::{Database, Timestamp};

use super::{Finding, Findings, Verdict};
use crate::problem::Problem;

pub(super) fn clocks(db: &mut Database, now: Timestamp, findings: &mut Findings) -> Result<(), Problem> {
    let away = (db.now()?.millis() - now.millis()).unsigned_abs();
    findings.push(if away < 5_000 {
        Finding::well("clock", format!("{away} ms from the database's"))
    } else {
        let found = format!("{} s from the database's", away / 1000);
        Finding::new(Verdict::Warning, "clock", found, "set this machine's clock by NTP")
    });
    Ok(())
}

/// What a full disk leaves to oppositions.
pub(super) fn reserve(db: &mut Database, findings: &mut Findings) -> Result<(), Problem> {
    let mebibytes = RESERVE / (1024 * 1024);
    let what = "room for oppositions";
    findings.push(match db.reserve()? {
        Reserve::Held => Finding::well(what, format!("{mebibytes} MiB kept on the disk")),
        Reserve::Used => Finding::new(
            Verdict::Broken,
            what,
            "the disk is full, the room is in use and nothing is issued",
            "free space; the worker keeps it again by itself",
        ),
        Reserve::None if db.is_on_server() => {
            Finding::well(what, "on the disk of the database server, whose operator keeps it")
        }
        Reserve::None => Finding::new(Verdict::Warning, what, "not kept", "igc job run reserve"),
    });
    Ok(())
}
