//! A store for the tests that refuses, or keeps whoever asks waiting, on demand. That a store which speaks S3 is spoken to rightly is
//! for the acceptance scenarios to say.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use store::{Act, Database, DatabaseRole};
use zeroize::Zeroizing;

use super::mirror::Mirrored;
use super::{Mirror, ObjectStore, ObjectStoreSettings};
use crate::fixture::{World, rng};
use crate::publish::{publish_crls_now, publish_opposition_list};

/// How long somebody is kept waiting.
const SLOW: Duration = Duration::from_secs(3);

#[derive(Clone, Debug, Default)]
struct Stored {
    says: Vec<(String, String)>,
    octets: Vec<u8>,
}

#[derive(Debug, Default)]
struct State {
    objects: BTreeMap<String, Stored>,
    /// In the order in which they were asked: `HEAD crl/ACI-FO-PP.crl`.
    asked: Vec<String>,
    refused: HashSet<String>,
    slow: bool,
}

pub(super) struct FaultyStore {
    state: Arc<Mutex<State>>,
    port: u16,
}

impl FaultyStore {
    pub(super) fn start() -> Self {
        let (listener, state) = (TcpListener::bind("127.0.0.1:0").unwrap(), Arc::<Mutex<State>>::default());
        let port = listener.local_addr().unwrap().port();
        let served = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&served);
                thread::spawn(move || answer(stream, &state));
            }
        });
        Self { state, port }
    }

    /// A mirror that knows nothing yet, as after a start.
    pub(super) fn mirror(&self) -> Mirror {
        let settings = ObjectStoreSettings {
            endpoint: format!("http://127.0.0.1:{}", self.port),
            bucket: "public".to_owned(),
            region: "us-east-1".to_owned(),
            prefix: String::new(),
            path_style: true,
            access_key_id: "igc".to_owned(),
        };
        Mirror::new(ObjectStore::new(settings, &Zeroizing::new("secret".to_owned())).unwrap())
    }

    /// Each object, by name.
    pub(super) fn objects(&self) -> BTreeMap<String, Vec<u8>> {
        let state = self.state.lock().unwrap();
        state.objects.iter().map(|(name, stored)| (name.clone(), stored.octets.clone())).collect()
    }

    /// Answers every question about this object with 503 from now on, or no longer.
    pub(super) fn refuse(&self, name: &str, refuses: bool) {
        let refused = &mut self.state.lock().unwrap().refused;
        let _ = if refuses { refused.insert(name.to_owned()) } else { refused.remove(name) };
    }

    /// Keeps whoever asks waiting from now on.
    pub(super) fn be_slow(&self) {
        self.state.lock().unwrap().slow = true;
    }

    /// What was asked since the last time.
    pub(super) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().unwrap().asked)
    }
}

fn answer(stream: TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(&stream);
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let mut words = line.split(' ');
    let (method, target) = (words.next().unwrap().to_owned(), words.next().unwrap_or_default().to_owned());
    let (mut says, mut length) = (Vec::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        let name = name.to_ascii_lowercase();
        if name == "content-length" {
            length = value.parse().unwrap();
        }
        if name.starts_with("x-amz-meta-") {
            says.push((name, value.to_owned()));
        }
    }
    let mut octets = vec![0; length];
    reader.read_exact(&mut octets).unwrap();
    let name = target.split('?').next().unwrap().strip_prefix("/public/").unwrap().to_owned();
    let (refused, slow, found) = {
        let mut state = state.lock().unwrap();
        state.asked.push(format!("{method} {name}"));
        (state.refused.contains(&name), state.slow, state.objects.get(&name).cloned())
    };
    if slow {
        thread::sleep(SLOW);
    }
    let (status, headers, body) = match (method.as_str(), found) {
        _ if refused => ("503 Slow Down", Vec::new(), Vec::new()),
        ("PUT", _) => {
            state.lock().unwrap().objects.insert(name, Stored { says, octets });
            ("200 OK", Vec::new(), Vec::new())
        }
        (_, Some(found)) => ("200 OK", found.says, found.octets),
        (_, None) => ("404 Not Found", Vec::new(), Vec::new()),
    };
    let mut head = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    headers.iter().for_each(|(name, value)| head += &format!("{name}: {value}\r\n"));
    let mut stream = &stream;
    // Whoever has waited too long is gone.
    let _ = stream.write_all(format!("{head}\r\n").as_bytes());
    if method != "HEAD" {
        let _ = stream.write_all(&body);
    }
}

/// What a machine is put back to: its database and its public folder.
pub(super) struct Backup {
    database: PathBuf,
    files: BTreeMap<PathBuf, Vec<u8>>,
}

impl Backup {
    pub(super) fn of(world: &mut World) -> Self {
        let database = world.path("backup.sqlite");
        world.db.copy_into(&database).unwrap();
        let mut files = BTreeMap::new();
        collect(world.folder.root(), &mut files);
        Self { database, files }
    }

    pub(super) fn restore(&self, world: &mut World) {
        let url = format!("sqlite:{}", self.database.display());
        world.db = Database::open(&url, DatabaseRole::Owner).unwrap();
        fs::remove_dir_all(world.folder.root()).unwrap();
        for (path, octets) in &self.files {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, octets).unwrap();
        }
    }
}

fn collect(folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        match entry.file_type().unwrap().is_dir() {
            true => collect(&entry.path(), files),
            false => drop(files.insert(entry.path(), fs::read(entry.path()).unwrap())),
        }
    }
}

/// Publishes every CRL and the list, `later` after the world began; how many authorities' CRLs did not go out.
pub(super) fn publish(world: &mut World, later: Duration) -> (Act, usize) {
    let act = world.act(later);
    let World { db, signer, folder, policy, .. } = world;
    let report = publish_crls_now(db, signer, folder, policy, &mut rng(), &act).unwrap();
    publish_opposition_list(db, signer, folder, policy, &mut rng(), &act).unwrap();
    (act, report.failures.len())
}

pub(super) fn follow(world: &mut World, mirror: &mut Mirror, act: &Act) -> Mirrored {
    let World { db, folder, policy, .. } = world;
    let done = mirror.follow(db, folder, policy, &|| act.at).unwrap();
    assert!(done.failures.is_empty(), "{:?}", done.failures);
    done
}
