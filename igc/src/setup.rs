//! Making an installation: folders, files, keys, database. Never overwrites one.

use std::fs;
use std::io::{BufWriter, ErrorKind, IntoInnerError, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use ca_core::ceremony::{self, Attendance, Ceremony, CeremonyKind, CeremonyOutcome};
use ca_core::identity::Identity;
use registration_authority::approval::DemoApprover;
use store::{Database, DatabaseRole};

use crate::ceremony::{Session, hold};
use crate::clock::Clock;
use crate::config::{ConfigFile, DecisionsSection, InstallationKind};
use crate::faults;
use crate::installation::Installation;
use crate::problem::Problem;
use crate::tls;

/// The ceremony of a demonstration.
pub const DEMO_CEREMONY: &str = include_str!("../../hsm-config/ceremonies/demo.toml");
/// The file by which a demonstration knows its folder.
pub const DEMO_MARK: &str = "made-by-igc-demo.txt";
/// The identity of a demonstration.
pub const DEMO_IDENTITY: &str = include_str!("../../hsm-config/identities/demo.toml");
const DEMO_CONFIG: &str = include_str!("config/demo.toml");
const TOKENS: &str = include_str!("../../hsm-config/tokens.toml");
const SOFTHSM: &str = include_str!("../../hsm-config/softhsm2.conf");

/// Nobody else looks into it.
pub const PRIVATE_DIR: u32 = 0o700;
/// The folder itself: the operator's group may look, nobody else.
pub const OWN_DIR: u32 = 0o750;
const SHARED_DIR: u32 = 0o755;
/// Nobody else reads it.
pub const PRIVATE_FILE: u32 = 0o600;
/// Files that anyone may read.
pub const SHARED_FILE: u32 = 0o644;

/// What an installation is made from.
#[derive(Debug)]
pub struct Plan {
    /// Where.
    pub dir: PathBuf,
    /// The text of the ceremony file to be held at once; none leaves the keys to `igc ceremony run`.
    pub ceremony: Option<String>,
    /// The identity file's text.
    pub identity: String,
    /// Another database than the SQLite file of the folder.
    pub database_url: Option<String>,
    /// What a demonstration has besides.
    pub demo: Option<DemoParts>,
}

/// What a demonstration has besides.
#[derive(Debug)]
pub struct DemoParts {
    /// Where its bureau lives.
    pub bureau_home: PathBuf,
    /// The certificate its bureau signs with, PEM.
    pub bureau_certificate: Vec<u8>,
    /// Where its status services answer, where not at the usual port: its certificates say so too.
    pub status_port: Option<u16>,
}

/// What was made.
pub struct Made {
    /// The installation, opened.
    pub installation: Installation,
    /// What the ceremony left, where one was held.
    pub outcome: Option<CeremonyOutcome>,
}

/// Makes an installation in a folder that is empty or does not exist.
pub fn make(plan: &Plan) -> Result<Made, Problem> {
    let identity = Identity::parse(&plan.identity)?;
    identity.refuse_reference()?;
    let ceremony = plan.ceremony.as_deref().map(Ceremony::parse).transpose()?;
    if let Some(ceremony) = &ceremony {
        ceremony::check(ceremony, &identity)?;
        refuse_attended(ceremony)?;
    }
    refuse_occupied(plan)?;

    let config = configuration(plan)?;
    write_files(plan, &config)?;
    let installation = Installation::open_dir(&plan.dir)?;
    let mut db = Database::open(&installation.config.database_url, DatabaseRole::Owner)?;
    db.migrate()?;
    db.hold_reserve()?;
    let unattended = Session {
        attendance: Attendance { operator: "igc init".to_owned(), ..Attendance::default() },
        confirmed: true,
        shares: Vec::new(),
        talk: false,
    };
    let held = ceremony.map(|ceremony| hold(&installation, &mut db, &ceremony, &unattended));
    Ok(Made { installation, outcome: held.transpose()? })
}

/// A ceremony that people must attend is not held in passing.
fn refuse_attended(ceremony: &Ceremony) -> Result<(), Problem> {
    let custodians = ceremony.steps().iter().any(|step| matches!(step, ceremony::Step::Share(_)));
    if ceremony.kind() == CeremonyKind::Installation && !custodians {
        return Ok(());
    }
    let detail = format!("{} is not of kind installation, or has custodians", ceremony.name());
    Err(Problem::new(faults::CEREMONY_ATTENDED, detail))
}

/// An installation is never made over anything. A demonstration has cleared and marked its folder before: what
/// is still there is somebody else's, and every file of the installation is made new or not at all.
fn refuse_occupied(plan: &Plan) -> Result<(), Problem> {
    let dir = &plan.dir;
    if dir.join("igc.toml").exists() {
        let detail = format!("{} holds an installation already", dir.display());
        return Err(Problem::new(faults::ALREADY_INITIALISED, detail));
    }
    let marked = plan.demo.is_some() && dir.join(DEMO_MARK).is_file();
    let occupied =
        dir.is_file() || !marked && dir.read_dir().is_ok_and(|mut entries| entries.next().is_some());
    if occupied {
        let detail = format!("{} is not empty", dir.display());
        return Err(Problem::new(faults::FOLDER_NOT_OURS, detail));
    }
    Ok(())
}

/// A demonstration's file as it ships, or the same for an installation of one's own.
fn configuration(plan: &Plan) -> Result<String, Problem> {
    let mut config: ConfigFile = toml::from_str(DEMO_CONFIG)
        .map_err(|error| Problem::new(faults::CONFIG_INVALID, error.to_string()))?;
    if let Some(url) = &plan.database_url {
        config.database.url.clone_from(url);
    }
    match (&plan.demo, &mut config.demo) {
        (Some(parts), Some(demo)) => {
            demo.bureau_home.clone_from(&parts.bureau_home);
            config.listen.status.set_port(parts.status_port.unwrap_or(config.listen.status.port()));
        }
        _ => {
            config.kind = InstallationKind::Production;
            config.demo = None;
            config.listen.single_process = false;
            config.cards.bureaus.clear();
            config.decisions = DecisionsSection::default();
        }
    }
    let text = toml::to_string_pretty(&config)
        .map_err(|error| Problem::new(faults::CONFIG_INVALID, error.to_string()))?;
    Ok(format!("# Every key is explained in docs/configuration.md.\n{text}"))
}

fn write_files(plan: &Plan, config: &str) -> Result<(), Problem> {
    let dir = &plan.dir;
    for (folder, mode) in [
        ("", OWN_DIR),
        ("tokens", PRIVATE_DIR),
        ("tokens/pin", PRIVATE_DIR),
        ("tokens/store", PRIVATE_DIR),
        ("tls", PRIVATE_DIR),
        ("demo", PRIVATE_DIR),
        ("signer", PRIVATE_DIR),
        ("public", SHARED_DIR),
    ] {
        if folder != "demo" || plan.demo.is_some() {
            make_dir(&dir.join(folder), mode)?;
        }
    }
    let tls = tls::bootstrap(Clock::ahead_by_days(0).now())?;
    for (file, mode, text) in [
        ("igc.toml", SHARED_FILE, config),
        ("identity.toml", SHARED_FILE, &plan.identity),
        ("tokens/tokens.toml", SHARED_FILE, TOKENS),
        ("tokens/softhsm2.conf", SHARED_FILE, &softhsm_conf(dir)),
        ("tls/web.pem", SHARED_FILE, &tls.certificate),
        ("tls/web.key", PRIVATE_FILE, &tls.key),
    ] {
        write_file(&dir.join(file), mode, text.as_bytes())?;
    }
    if let Some(parts) = &plan.demo {
        write_file(&dir.join("bureau.pem"), SHARED_FILE, &parts.bureau_certificate)?;
        DemoApprover::create(&dir.join("demo/approval.key"))?;
    }
    Ok(())
}

/// SoftHSM's settings for the tokens of the installation in `dir`.
pub fn softhsm_conf(dir: &Path) -> String {
    SOFTHSM.replace("@TOKEN_FOLDER@", &dir.join("tokens/store").display().to_string())
}

/// Makes a folder and its parents, durably; the folder itself gets `mode`.
pub fn make_dir(path: &Path, mode: u32) -> Result<(), Problem> {
    if path.is_dir() {
        return Ok(());
    }
    fs::DirBuilder::new()
        .recursive(true)
        .mode(mode)
        .create(path)
        .map_err(|error| file_problem(path, &error))?;
    sync_folder_of(path)
}

/// Makes the name of a new or renamed file or folder durable.
pub fn sync_folder_of(path: &Path) -> Result<(), Problem> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| file_problem(folder, &error))
}

/// Replaces a file whole, durably: written beside it, synced, renamed, the folder synced.
pub fn replace_file(path: &Path, mode: u32, content: &[u8]) -> Result<(), Problem> {
    replace_file_by(path, mode, |file| file.write_all(content).map_err(|error| file_problem(path, &error)))
}

/// The same of what is written piece by piece: whoever reads the file finds the old one, or none, until all of it stands.
pub fn replace_file_by<T>(
    path: &Path,
    mode: u32,
    write: impl FnOnce(&mut BufWriter<fs::File>) -> Result<T, Problem>,
) -> Result<T, Problem> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let beside = path.with_file_name(name);
    let problem = |error| file_problem(&beside, &error);
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(problem(error)),
        _ => {}
    }
    let file = fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(&beside);
    let mut file = BufWriter::new(file.map_err(problem)?);
    let written = write(&mut file).and_then(|written| {
        let whole = file.into_inner().map_err(IntoInnerError::into_error);
        whole.and_then(|file| file.sync_all()).map_err(problem)?;
        Ok(written)
    });
    if written.is_err() {
        // What is left of it is nothing to go by; where it cannot be removed, the next attempt does.
        let _ = fs::remove_file(&beside);
    }
    let written = written?;
    fs::rename(&beside, path).map_err(|error| file_problem(path, &error))?;
    sync_folder_of(path)?;
    Ok(written)
}

/// Writes a new file, durably, with its mode from the first byte on; an existing one is refused.
pub fn write_file(path: &Path, mode: u32, content: &[u8]) -> Result<(), Problem> {
    fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path)
        .and_then(|mut file| file.write_all(content).and_then(|()| file.sync_all()))
        .map_err(|error| file_problem(path, &error))?;
    sync_folder_of(path)
}

/// Refuses a private key that others than its owner may read or write.
pub fn refuse_shared_key(path: &Path) -> Result<(), Problem> {
    let mode = fs::metadata(path).map_err(|error| file_problem(path, &error))?.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    let detail = format!("{}: has mode {mode:04o}; a private key must have mode 0600", path.display());
    Err(Problem::new(faults::FILE, detail))
}

/// Reads a file of at most `limit` bytes: nobody's `/dev/zero` takes the machine's memory.
pub fn read_bounded(path: &Path, limit: u64) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    fs::File::open(path)
        .and_then(|file| file.take(limit + 1).read_to_end(&mut bytes))
        .map_err(|error| file_problem(path, &error))?;
    if bytes.len() as u64 > limit {
        let detail = format!("{}: longer than {limit} bytes", path.display());
        return Err(Problem::new(faults::FILE_TOO_LONG, detail));
    }
    Ok(bytes)
}

/// The same, as text.
pub fn read_text(path: &Path, limit: u64) -> Result<String, Problem> {
    String::from_utf8(read_bounded(path, limit)?).map_err(|error| {
        let byte = error.utf8_error().valid_up_to();
        Problem::new(faults::FILE_NOT_TEXT, format!("{}: byte {byte} is not UTF-8", path.display()))
    })
}

/// The longest configuration, identity or ceremony file.
pub const LONGEST_TEXT: u64 = 256 * 1024;

/// A file that does not read or write.
pub fn file_problem(path: &Path, error: &std::io::Error) -> Problem {
    Problem::new(faults::FILE, format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_written_to_its_end_leaves_the_one_before_and_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("Porteurs_CPS_CPF_202611280000.txt");
        replace_file(&path, 0o644, b"the one before\n").unwrap();
        let broken: Result<(), Problem> = replace_file_by(&path, 0o644, |file| {
            file.write_all(&[b'x'; 100_000]).unwrap();
            assert_eq!(fs::read(&path).unwrap(), b"the one before\n", "nobody reads half of it");
            Err(Problem::new(faults::FILE, "the disk is gone"))
        });
        assert_eq!(broken.unwrap_err().detail(), "the disk is gone");
        assert_eq!(fs::read(&path).unwrap(), b"the one before\n");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        replace_file_by(&path, 0o644, |file| {
            file.write_all(b"the next\n").map_err(|error| file_problem(&path, &error))
        })
        .unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"the next\n");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
