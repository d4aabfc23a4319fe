//! PKCS#11 libraries read their settings from the environment of the process: SoftHSM wants
//! `SOFTHSM2_CONF`. Changing the environment of a running process is not safe with threads, so the
//! program starts itself again, in the same process, with the variable in place.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use crate::cli::Global;
use crate::faults;
use crate::problem::Problem;
use crate::setup::{SHARED_FILE, replace_file, softhsm_conf};

const VARIABLE: &str = "SOFTHSM2_CONF";
/// SoftHSM's settings, in the installation's folder.
const SETTINGS: &str = "tokens/softhsm2.conf";

/// Returns at once where the environment is right; otherwise does not return.
pub fn with_token_environment(global: &Global) -> Result<(), Problem> {
    let Some(dir) = global.installation_dir() else { return Ok(()) };
    let wanted = dir.join(SETTINGS);
    if std::env::var_os(VARIABLE).is_some_and(|current| current == wanted.as_os_str()) {
        return Ok(());
    }
    let program = std::env::current_exe().map_err(|error| {
        Problem::new(faults::FILE, format!("cannot find this program's own file: {error}"))
    })?;
    let error = Command::new(program).args(std::env::args_os().skip(1)).env(VARIABLE, wanted).exec();
    Err(Problem::new(faults::FILE, format!("cannot start this program again: {error}")))
}

/// SoftHSM's settings name the folder of the tokens by its absolute path. An installation that was moved
/// would find none, and a copy would sign with the original's keys: the file follows its folder, when the
/// installation is opened. Settings that name a folder of another kind are the operator's own.
pub fn settle_softhsm(dir: &Path) -> Result<(), Problem> {
    let settings = dir.join(SETTINGS);
    let Ok(text) = fs::read_to_string(&settings) else { return Ok(()) };
    let elsewhere = text.lines().any(|line| {
        line.strip_prefix("directories.tokendir = ").is_some_and(|folder| {
            folder.ends_with("/tokens/store") && Path::new(folder) != dir.join("tokens/store")
        })
    });
    if elsewhere {
        replace_file(&settings, SHARED_FILE, softhsm_conf(dir).as_bytes())?;
    }
    Ok(())
}
