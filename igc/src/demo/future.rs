//! A copy of the installation, moved years ahead: what happens there does not happen here.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};
use serde_json::Value;
use store::Database;

use crate::bureau_process::BureauProcess;
use crate::config::ConfigFile;
use crate::faults;
use crate::problem::Problem;
use crate::setup::{file_problem, softhsm_conf};

use super::stage::Stage;

/// How far ahead: the cards of today have two months left.
pub const DAYS: u32 = 3 * 365 - 60;

/// Files and folders of an installation that its copy needs.
const COPIED: &[&str] =
    &["identity.toml", "ceremonies", "bureau.pem", "tokens", "tls", "demo", "public", "register"];

/// The copy.
pub struct Future {
    dir: PathBuf,
}

impl Future {
    /// Copies the installation into `future/` and sets its clock ahead.
    pub fn copy_of(stage: &mut Stage) -> Result<Self, Problem> {
        let dir = stage.path("future");
        make_dir(&dir)?;
        for name in COPIED {
            copy(&stage.path(name), &dir.join(name))?;
        }
        let database_url = copy_database(stage, &dir)?;
        let mut config = read_config(&stage.path("igc.toml"))?;
        config.database.url = database_url;
        if let Some(demo) = &mut config.demo {
            demo.clock_offset_days = DAYS;
            demo.bureau_home = BureauProcess::new_home();
        }
        write(&dir.join("igc.toml"), &toml::to_string_pretty(&config).map_err(not_toml)?)?;
        write(&dir.join("tokens/softhsm2.conf"), &softhsm_conf(&dir))?;
        Ok(Self { dir })
    }

    /// Plays what happens there, in a process of its own, since its tokens are others; what was seen.
    pub fn play(&self) -> Result<String, Problem> {
        let failed = |what: String| Problem::new(faults::DEMO_STEP, format!("years ahead: {what}"));
        let program = std::env::current_exe().map_err(|error| failed(error.to_string()))?;
        let output = Command::new(program)
            .args(["--output", "json", "demo", "--years-ahead", "--dir"])
            .arg(&self.dir)
            .output()
            .map_err(|error| failed(error.to_string()))?;
        if !output.status.success() {
            return Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
        }
        let report: Value =
            serde_json::from_slice(&output.stdout).map_err(|error| failed(error.to_string()))?;
        let of_step = |name: &str| {
            let steps = report["steps"].as_array().into_iter().flatten();
            steps.filter(|step| step["name"] == name).find_map(|step| step["detail"].as_str())
        };
        match (of_step("renewal"), of_step("activation")) {
            (Some(renewal), Some(activation)) => Ok(format!("{renewal}; {activation}")),
            _ => Err(failed("its report names no renewal".to_owned())),
        }
    }
}

/// SQLite copies itself; on PostgreSQL the copy is a database beside the first, made by its own tools.
fn copy_database(stage: &mut Stage, dir: &Path) -> Result<String, Problem> {
    let url = stage.installation().config.database_url.clone();
    if url.starts_with("sqlite:") {
        let file = dir.join("igc.sqlite");
        stage.worker.db.copy_into(&file)?;
        return Ok("sqlite:igc.sqlite".to_owned());
    }
    let (address, parameters) = url.split_once('?').unwrap_or((&url, ""));
    let (server, name) = address
        .rsplit_once('/')
        .filter(|(_, name)| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'))
        .ok_or_else(|| {
            Problem::new(faults::CONFIG_INVALID, "database.url: a demonstration's database has a plain name")
        })?;
    let copy = format!("{server}/{name}_future?{parameters}");
    make_room(&mut stage.worker.db, &format!("{name}_future"))?;
    let dump = dir.join("igc.sql");
    tool(Command::new("pg_dump").arg("--file").arg(&dump).arg(&url))?;
    tool(
        Command::new("psql")
            .args(["--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--file"])
            .arg(&dump)
            .arg(&copy),
    )?;
    fs::remove_file(&dump).map_err(|error| file_problem(&dump, &error))?;
    Ok(copy)
}

/// What the copy of a demonstration is known by on its server.
const COMMENT: &str = "igc demo: a copy that was moved ahead";

/// An empty database of that name; one that stands there is replaced only where a demonstration made it.
fn make_room(db: &mut Database, name: &str) -> Result<(), Problem> {
    #[derive(QueryableByName)]
    struct Standing {
        #[diesel(sql_type = Nullable<Text>)]
        comment: Option<String>,
    }
    let look = "SELECT shobj_description(oid, 'pg_database') AS comment FROM pg_database WHERE datname = $1";
    let standing = diesel::sql_query(look).bind::<Text, _>(name).get_result::<Standing>(db).optional()?;
    match standing {
        Some(Standing { comment: Some(comment) }) if comment == COMMENT => {
            db.batch_execute(&format!("DROP DATABASE {name}"))?;
        }
        Some(_) => {
            let detail = format!("a database {name} stands there and no demonstration made it");
            return Err(Problem::new(faults::FOLDER_NOT_OURS, detail));
        }
        None => {}
    }
    db.batch_execute(&format!("CREATE DATABASE {name}"))?;
    db.batch_execute(&format!("COMMENT ON DATABASE {name} IS '{COMMENT}'"))?;
    Ok(())
}

fn tool(command: &mut Command) -> Result<(), Problem> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .map_err(|error| Problem::new(faults::TOOL, format!("{name} does not run: {error}")))?;
    if output.status.success() {
        Ok(())
    } else {
        let words = String::from_utf8_lossy(&output.stderr);
        Err(Problem::new(faults::TOOL, format!("{name}: {}", words.trim())))
    }
}

fn read_config(path: &Path) -> Result<ConfigFile, Problem> {
    let text = fs::read_to_string(path).map_err(|error| file_problem(path, &error))?;
    toml::from_str(&text).map_err(|error| Problem::new(faults::CONFIG_INVALID, error.to_string()))
}

fn not_toml(error: toml::ser::Error) -> Problem {
    Problem::new(faults::CONFIG_INVALID, error.to_string())
}

fn make_dir(path: &Path) -> Result<(), Problem> {
    fs::create_dir_all(path).map_err(|error| file_problem(path, &error))
}

fn write(path: &Path, text: &str) -> Result<(), Problem> {
    fs::write(path, text).map_err(|error| file_problem(path, &error))
}

/// Copies a file or a folder, modes included.
fn copy(from: &Path, to: &Path) -> Result<(), Problem> {
    if from.is_dir() {
        make_dir(to)?;
        let permissions = fs::metadata(from).map_err(|error| file_problem(from, &error))?.permissions();
        fs::set_permissions(to, permissions).map_err(|error| file_problem(to, &error))?;
        for entry in fs::read_dir(from).map_err(|error| file_problem(from, &error))? {
            let entry = entry.map_err(|error| file_problem(from, &error))?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
        return Ok(());
    }
    fs::copy(from, to).map(drop).map_err(|error| file_problem(from, &error))
}
