//! A directory of professionals on this machine: FHIR over HTTP, fictional persons, in the shape of the published guide.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

/// The key that it takes.
pub const DIRECTORY_KEY: &str = "canary-directory-key-91c4";

/// How it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// Right.
    Well,
    /// HTTP 503, whoever asks for what.
    Busy,
    /// That it knows nobody, as after a search parameter was renamed.
    Forgetful,
    /// With half of each answer.
    Cut,
}

struct State {
    mood: Mood,
    /// What is said of a person otherwise than of everybody: fields of his Practitioner.
    said: BTreeMap<String, Value>,
    asked: u32,
}

/// A directory that answers until the test is over.
pub struct Directory {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Directory {
    /// Starts one that has everybody who is asked for as an active nurse.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port of this machine is free");
        let address = listener.local_addr().expect("a listener has an address");
        let state = Arc::new(Mutex::new(State { mood: Mood::Well, said: BTreeMap::new(), asked: 0 }));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // Whoever hangs up in between is gone.
                let _ = answer(stream, &shared);
            }
        });
        Self { address, state }
    }

    /// `register.fhir.address` of a configuration.
    pub fn address(&self) -> String {
        format!("http://{}/fhir/v2", self.address)
    }

    /// From now on it answers so.
    pub fn becomes(&self, mood: Mood) {
        self.state.lock().expect("no test panicked while it held this").mood = mood;
    }

    /// From now on this is said of a person (IdNat_PS), over what is said of everybody; null: that nobody knows him.
    pub fn says_of(&self, id: &str, fields: Value) {
        self.state.lock().expect("no test panicked while it held this").said.insert(id.to_owned(), fields);
    }

    /// How often it was asked.
    pub fn asked(&self) -> u32 {
        self.state.lock().expect("no test panicked while it held this").asked
    }
}

fn answer(mut stream: TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let (mut target, mut key) = (String::new(), String::new());
    for line in BufReader::new(&mut stream).lines() {
        let line = line?;
        if line.is_empty() {
            break;
        }
        if let Some(rest) = line.strip_prefix("GET ") {
            target = rest.split(' ').next().unwrap_or_default().to_owned();
        }
        if let Some((name, value)) = line.split_once(": ")
            && name.eq_ignore_ascii_case("esante-api-key")
        {
            key = value.to_owned();
        }
    }
    let (status, body) = {
        let mut state = state.lock().expect("no test panicked while it held this");
        state.asked += 1;
        match state.mood {
            _ if key != DIRECTORY_KEY => (401, String::new()),
            Mood::Busy => (503, String::new()),
            Mood::Cut => {
                let whole = resource(&target, &state).to_string();
                (200, whole[..whole.len() / 2].to_owned())
            }
            Mood::Well | Mood::Forgetful => (200, resource(&target, &state).to_string()),
        }
    };
    let head = format!("HTTP/1.1 {status} x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes())?;
    stream.write_all(body.as_bytes())
}

fn resource(target: &str, state: &State) -> Value {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    match path.rsplit('/').next() {
        Some("metadata") => json!({ "resourceType": "CapabilityStatement", "fhirVersion": "4.0.1" }),
        Some("Practitioner") if state.mood != Mood::Forgetful => {
            let id = query.split("%7C").nth(1).and_then(|rest| rest.split('&').next()).unwrap_or_default();
            match state.said.get(id) {
                Some(Value::Null) => bundle(&[]),
                Some(fields) => bundle(&[practitioner(id, fields)]),
                None => bundle(&[practitioner(id, &json!({}))]),
            }
        }
        _ => bundle(&[]),
    }
}

fn bundle(resources: &[Value]) -> Value {
    let entry: Vec<Value> = resources.iter().map(|resource| json!({ "resource": resource })).collect();
    json!({ "resourceType": "Bundle", "type": "searchset", "total": entry.len(), "entry": entry })
}

fn practitioner(id: &str, fields: &Value) -> Value {
    let nos = "https://mos.esante.gouv.fr/NOS";
    let mut practitioner = json!({
        "resourceType": "Practitioner",
        "id": format!("003-{id}"),
        "meta": { "lastUpdated": "2026-11-20T02:08:08.070+00:00" },
        "active": true,
        "identifier": [{ "system": "urn:oid:1.2.250.1.71.4.2.1", "value": id }],
        "name": [{ "family": "FICTIF", "given": ["Camille"], "prefix": ["M"] }],
        "qualification": [{ "code": { "coding": [
            { "system": format!("{nos}/TRE_G15-ProfessionSante/FHIR/TRE-G15-ProfessionSante"), "code": "60" },
            {
                "system": format!("{nos}/TRE_R09-CategorieProfessionnelle/FHIR/TRE-R09-CategorieProfessionnelle"),
                "code": "C",
            },
        ] } }],
    });
    if let (Some(all), Some(own)) = (practitioner.as_object_mut(), fields.as_object()) {
        all.extend(own.clone());
    }
    practitioner
}
