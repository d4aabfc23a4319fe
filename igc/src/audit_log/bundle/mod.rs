//! The bundle that an auditor takes away: a folder of JSON lines, notes and DER files, described octet by octet
//! in `docs/audit.md`. Written in pages, so that memory does not grow with the log, on one picture of the
//! database, beside its place, and put there when it is whole.

mod certificates;
mod officers;

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use ca_core::authority;
use registration_authority::approval::DemoApprover;
use serde::Serialize;
use serde_json::{Value, json};
use store::Database;
use store::audit::checkpoint::SignedCheckpoint;
use store::audit::{checkpoint, export};

use super::{AuditLog, Witness};
use crate::ceremony;
use crate::faults;
use crate::installation::Installation;
use crate::jobs;
use crate::problem::Problem;
use crate::setup::{LONGEST_TEXT, file_problem, read_bounded};

const PAGE: i64 = 1000;
const FORMAT: &str = "igc-audit-bundle-v3";

/// What was written.
#[derive(Debug, Default, Serialize)]
pub struct Written {
    /// Events, those that wait for their place included.
    pub events: u64,
    /// Certificates of whatever status.
    pub certificates: u64,
    /// Checkpoints of the database.
    pub checkpoints: u64,
    /// Checkpoints that were kept beside the log.
    pub witnessed: u64,
    /// Where the newest of those contradicts the database: the bundle is evidence of it, and does not hold.
    pub contradiction: Option<String>,
}

/// Writes the bundle of an installation to a folder that does not exist yet.
pub fn write(installation: &Installation, db: &mut Database, out: &Path) -> Result<Written, Problem> {
    let occupied = |path: &Path| {
        let what = format!("{} is there already", path.display());
        Problem::new(faults::FOLDER_NOT_OURS, what)
    };
    if out.exists() {
        return Err(occupied(out));
    }
    let mut beside = out.as_os_str().to_owned();
    beside.push(".partial");
    let folder = Folder { path: PathBuf::from(beside) };
    fs::DirBuilder::new()
        .mode(0o700)
        .create(&folder.path)
        .map_err(|error| file_problem(&folder.path, &error))?;
    // Before the picture of the database is taken: what is kept by then has its leaves there, and what a worker keeps a moment later has not.
    let written = folder.witness(installation).and_then(|(witnessed, newest)| {
        db.snapshot(|db| folder.fill(installation, db, (witnessed, newest.as_ref())))
    });
    let placed = written.and_then(|written| {
        fs::rename(&folder.path, out).map_err(|error| file_problem(out, &error))?;
        Ok(written)
    });
    if placed.is_err() {
        // Half a bundle is none; the error that is told is the first one.
        let _ = fs::remove_dir_all(&folder.path);
    }
    placed
}

struct Folder {
    path: PathBuf,
}

impl Folder {
    /// The heads that were kept beside the log: how many, and the newest.
    fn witness(&self, installation: &Installation) -> Result<(u64, Option<SignedCheckpoint>), Problem> {
        let mut file = self.lines("witness")?;
        let copied =
            Witness::at(&installation.config.audit_folder).copy(&mut |note| file.put(note.as_bytes()))?;
        file.end()?;
        Ok(copied)
    }

    fn fill(
        &self,
        installation: &Installation,
        db: &mut Database,
        (witnessed, newest): (u64, Option<&SignedCheckpoint>),
    ) -> Result<Written, Problem> {
        let log = AuditLog::of(db)?;
        let mut written = Written { witnessed, ..Written::default() };
        // Told, and no reason to stop: an auditor needs the bundle of such a database most.
        let contradicted = newest.and_then(|newest| log.refuse_rollback(db, newest).err());
        written.contradiction = contradicted.map(|problem| problem.detail().to_owned());
        self.file("README", README.as_bytes())?;
        self.file("key", format!("{}\n", log.verifier_key()).as_bytes())?;
        self.anchors(installation, db)?;
        self.checkpoints(db, &log, &mut written)?;
        self.events(db, &mut written)?;
        let mut lines = self.lines("certificates.jsonl")?;
        certificates::write(db, &mut |certificate| {
            written.certificates += 1;
            lines.write(&certificate)
        })?;
        lines.end()?;
        let mut lines = self.lines("status_events.jsonl")?;
        certificates::write_status_events(db, &mut |event| lines.write(&event))?;
        lines.end()?;
        self.officers(installation, db)?;
        let head = json!({
            "format": FORMAT,
            "origin": log.origin(),
            "events": written.events,
            "certificates": written.certificates,
            "checkpoints": written.checkpoints,
            "witnessed": written.witnessed,
        });
        self.file("bundle.json", format!("{head:#}\n").as_bytes())?;
        Ok(written)
    }

    /// What the evidence is verified with: an auditor compares it with what he was given otherwise.
    fn anchors(&self, installation: &Installation, db: &mut Database) -> Result<(), Problem> {
        for authority in authority::all(db)? {
            self.file(&format!("authorities/{}.cer", authority.short_name), &authority.certificate)?;
        }
        for (n, bureau) in jobs::pinned_bureaus(installation)?.iter().enumerate() {
            let der = bureau
                .to_der()
                .map_err(|error| Problem::new(faults::CERTIFICATE_MALFORMED, error.to_string()))?;
            self.file(&format!("bureaus/{}.cer", n + 1), &der)?;
        }
        if let Some(demo) = &installation.config.demo {
            let approver = DemoApprover::open(&demo.approval_key)?;
            self.file("approval-keys/demo.der", approver.public_key())?;
        }
        for file in ceremony::files(installation)? {
            let name =
                file.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned();
            self.file(&format!("ceremonies/{name}.toml"), &read_bounded(&file, LONGEST_TEXT)?)?;
        }
        Ok(())
    }

    /// Whose a passkey is: the pinned roots, where there are any, and every enrolment, also where nothing leads to it.
    fn officers(&self, installation: &Installation, db: &mut Database) -> Result<(), Problem> {
        let pinned = installation.config.passkeys.as_ref().filter(|passkeys| !passkeys.roots.is_empty());
        if let Some(passkeys) = pinned {
            self.file("officers.json", format!("{:#}\n", officers::roots(passkeys)).as_bytes())?;
        }
        let mut lines = self.lines("enrolments.jsonl")?;
        officers::enrolments(db, &mut |enrolment| lines.write(&enrolment))?;
        lines.end()
    }

    fn checkpoints(&self, db: &mut Database, log: &AuditLog, written: &mut Written) -> Result<(), Problem> {
        let mut file = self.lines("checkpoints")?;
        let mut after = 0;
        loop {
            let page = checkpoint::list(db, log.origin(), after, PAGE)?;
            let Some(last) = page.last() else { return file.end() };
            after = last.checkpoint.size;
            for signed in &page {
                written.checkpoints += 1;
                file.put(signed.to_string().as_bytes())?;
            }
        }
    }

    /// Those of the tree in their order, then those that wait.
    fn events(&self, db: &mut Database, written: &mut Written) -> Result<(), Problem> {
        let mut file = self.lines("events.jsonl")?;
        let (mut next, mut waits) = (0, String::new());
        loop {
            let mut page = export::from(db, next, PAGE)?;
            if page.is_empty() {
                page = export::waiting(db, &waits, PAGE)?;
            }
            let Some(last) = page.last() else { return file.end() };
            match last.sequence {
                Some(sequence) => next = sequence + 1,
                None => waits.clone_from(&last.id),
            }
            for event in &page {
                written.events += 1;
                file.write(&json!(event))?;
            }
        }
    }

    fn file(&self, name: &str, content: &[u8]) -> Result<(), Problem> {
        let mut file = self.lines(name)?;
        file.put(content)?;
        file.end()
    }

    fn lines(&self, name: &str) -> Result<Lines, Problem> {
        let path = self.path.join(name);
        let open = || {
            if let Some(folder) = path.parent() {
                fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
            }
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)
        };
        let file = open().map_err(|error| file_problem(&path, &error))?;
        Ok(Lines { file: BufWriter::new(file), path })
    }
}

/// A file that grows line by line.
struct Lines {
    file: BufWriter<File>,
    path: PathBuf,
}

impl Lines {
    fn write(&mut self, line: &Value) -> Result<(), Problem> {
        self.put(format!("{line}\n").as_bytes())
    }

    fn put(&mut self, octets: &[u8]) -> Result<(), Problem> {
        self.file.write_all(octets).map_err(|error| file_problem(&self.path, &error))
    }

    fn end(mut self) -> Result<(), Problem> {
        let ended = self.file.flush().and_then(|()| self.file.get_ref().sync_all());
        ended.map_err(|error| file_problem(&self.path, &error))
    }
}

const README: &str = "An audit bundle of IGC Santé, libre. Check it with `igc-verify FOLDER`, or with a verifier of your own: the
formats are in docs/audit.md of the project.

It holds personal data: the names and identifiers of card holders (in the orders, the certificates and some events),
the logins of officers, and why cards were opposed. Keep it as you keep the register.
";
