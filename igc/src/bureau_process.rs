//! The bureau of a demonstration: another process and, where the demonstration runs as root, another
//! user. It gets a batch on stdin and gives a return file on stdout; it is given no path of the
//! installation and no database.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::faults;
use crate::installation::request_id;
use crate::problem::Problem;
use crate::setup::file_problem;

/// The name the demonstration's bureau has in batch files.
pub const NAME: &str = "demo-bureau";

const HOME_PREFIX: &str = "igc-demo-bureau-";

/// The user and group `nobody` and `nogroup` of Debian.
const NOBODY: u32 = 65_534;

/// A bureau that lives in a folder of its own.
#[derive(Clone, Debug)]
pub struct BureauProcess {
    home: PathBuf,
}

impl BureauProcess {
    /// The bureau that lives in `home`.
    pub fn at(home: &Path) -> Self {
        Self { home: home.to_owned() }
    }

    /// Makes a bureau: its folder, a copy of this program it may run, its key. Gives the certificate
    /// to pin, PEM.
    pub fn create(home: &Path) -> Result<(Self, Vec<u8>), Problem> {
        let bureau = Self::at(home);
        fs::DirBuilder::new().mode(0o700).create(home).map_err(|error| file_problem(home, &error))?;
        let program = bureau.program();
        std::env::current_exe()
            .and_then(|own| fs::copy(own, &program))
            .and_then(|_| fs::set_permissions(&program, fs::Permissions::from_mode(0o755)))
            .and_then(|()| if is_root() { chown(home, Some(NOBODY), Some(NOBODY)) } else { Ok(()) })
            .map_err(|error| file_problem(&program, &error))?;
        let certificate = bureau.run(&["create", "--name", NAME], &[])?;
        Ok((bureau, certificate))
    }

    /// Has a batch made; gives the return file.
    pub fn personalise(&self, batch: &[u8]) -> Result<Vec<u8>, Problem> {
        self.run(&["personalise"], batch)
    }

    /// Where it lives.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// A new place for a bureau, outside every installation.
    pub fn new_home() -> PathBuf {
        std::env::temp_dir().join(format!("{HOME_PREFIX}{}", request_id()))
    }

    /// Closes it down. A folder that is not a bureau's, whatever a configuration says, is left alone.
    pub fn remove(home: &Path) -> Result<(), Problem> {
        let name = home.file_name().unwrap_or_default().to_string_lossy();
        if home.parent() != Some(&std::env::temp_dir()) || !name.starts_with(HOME_PREFIX) {
            return Ok(());
        }
        match fs::remove_dir_all(home) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(file_problem(home, &error)),
            _ => Ok(()),
        }
    }

    fn run(&self, arguments: &[&str], input: &[u8]) -> Result<Vec<u8>, Problem> {
        let failed = |what: String| Problem::new(faults::TOOL, format!("the bureau's process: {what}"));
        let mut command = Command::new(self.program());
        command
            .arg("bureau")
            .args(arguments)
            .arg("--home")
            .arg(self.home.join("desk"))
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        let mut child = command.spawn().map_err(|error| failed(error.to_string()))?;
        let mut stdin = child.stdin.take().ok_or_else(|| failed("it has no stdin".to_owned()))?;
        // On a thread of its own: a batch longer than a pipe must not wait for an answer longer than one.
        let input = input.to_owned();
        let feeder = std::thread::spawn(move || stdin.write_all(&input));
        let output = child.wait_with_output().map_err(|error| failed(error.to_string()))?;
        let fed = feeder.join().map_err(|_| failed("its stdin could not be written".to_owned()))?;
        if !output.status.success() {
            return Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
        }
        fed.map_err(|error| failed(error.to_string()))?;
        Ok(output.stdout)
    }

    fn program(&self) -> PathBuf {
        self.home.join("igc")
    }
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
