//! Deciding through the API: a challenge, an officer's passkey that signs it wherever it is, and the answer.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use card::CardNumber;
use registration_authority::approval::{BulkStatement, Statement, Verdict};
use registration_authority::opposition::Ground;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::decision::address;
use super::{Global, PARTLY_DONE};
use crate::api::{Api, Identity};
use crate::faults;
use crate::output;
use crate::problem::Problem;
use crate::setup::read_bounded;

/// Longest proof, in octets.
const LONGEST_PROOF: u64 = 16 * 1024;

/// As whom one acts on another machine's installation.
#[derive(Clone, Debug, clap::Args)]
pub struct Remote {
    /// Act through the API of the installation there: https://HOST:PORT of its listener for certificates.
    #[arg(long, value_name = "URL", requires_all = ["cert", "key"])]
    server: Option<String>,
    /// The officer's certificate, PEM.
    #[arg(long, value_name = "FILE", requires = "server")]
    cert: Option<PathBuf>,
    /// Its key, PEM, mode 0600.
    #[arg(long, value_name = "FILE", requires = "server")]
    key: Option<PathBuf>,
    /// The certificates that vouch for the server, PEM; those of the system where absent.
    #[arg(long, value_name = "FILE", requires = "server")]
    server_ca: Option<PathBuf>,
}

impl Remote {
    /// The API, where the command line names one.
    pub fn api(&self) -> Result<Option<Api>, Problem> {
        let (Some(server), Some(certificate), Some(key)) = (&self.server, &self.cert, &self.key) else {
            return Ok(None);
        };
        let identity = Identity { certificate, key, trusted: self.server_ca.as_deref() };
        Api::at(server, &identity).map(Some)
    }

    /// The same, for what is done there and nowhere else.
    pub fn required(&self) -> Result<Api, Problem> {
        self.api()?
            .ok_or_else(|| Problem::new(faults::ARGUMENT, "say where, and as whom: --server, --cert, --key"))
    }
}

/// Prints what the officer's passkey must sign to decide on what stands at `address`, and what any client of his
/// authenticator needs for it: `client_data` is the JSON that is signed with it, `client_data_sha256` what `fido2-assert` reads.
pub fn challenge(
    global: &Global,
    api: &Api,
    address: &str,
    refusal: Option<Refusal<'_>>,
) -> Result<ExitCode, Problem> {
    let etag = api.get(address)?.etag;
    let asked = asked(refusal);
    let mut challenge = api.post(&format!("{address}/challenge"), &[("If-Match", &etag)], &asked)?.body;
    challenge["etag"] = json!(etag);
    print_challenge(global, challenge)
}

/// The same for several orders, which one signature decides on, each as it stands there now. What cannot be decided so is `left_out`.
pub fn bulk_challenge(
    global: &Global,
    api: &Api,
    numbers: &[String],
    refusal: Option<Refusal<'_>>,
) -> Result<ExitCode, Problem> {
    let mut orders = Vec::with_capacity(numbers.len());
    for number in numbers {
        let version = &api.get(&order_address(number)?)?.body["version"];
        orders.push(json!({ "number": number, "version": version }));
    }
    let mut asked = asked(refusal);
    asked["orders"] = json!(orders);
    print_challenge(global, api.post("/bulk-decisions/challenge", &[], &asked)?.body)
}

/// What is meant: a no where there is a refusal, with its sentence, which is signed.
fn asked(refusal: Option<Refusal<'_>>) -> Value {
    match refusal {
        None => json!({ "decision": Verdict::Approve.as_str() }),
        Some((reason, None)) => json!({ "decision": Verdict::Refuse.as_str(), "reason": reason }),
        Some((reason, Some(text))) => {
            json!({ "decision": Verdict::Refuse.as_str(), "reason": reason, "reason_text": text })
        }
    }
}

/// With what a client of the authenticator needs.
fn print_challenge(global: &Global, mut challenge: Value) -> Result<ExitCode, Problem> {
    let client_data = json!({
        "type": "webauthn.get",
        "challenge": challenge["challenge"],
        "origin": challenge["origin"],
        "crossOrigin": false,
    })
    .to_string();
    challenge["client_data"] = json!(URL_SAFE_NO_PAD.encode(&client_data));
    challenge["client_data_sha256"] =
        json!(base64::engine::general_purpose::STANDARD.encode(Sha256::digest(&client_data)));
    print(global, &challenge)
}

/// Where an order stands; nothing else is decided on with others.
fn order_address(number: &str) -> Result<String, Problem> {
    let address = address(number)?;
    match address.starts_with("/orders/") {
        true => Ok(address),
        false => Err(Problem::new(
            faults::ARGUMENT,
            format!("{number:?} is no order: one signature covers orders alone"),
        )),
    }
}

/// Where a decision is handed in, and what the officer's passkey has answered.
#[derive(Clone, Debug, clap::Args)]
pub struct SignedRemote {
    #[command(flatten)]
    remote: Remote,
    /// The signed challenge, with --server.
    #[arg(long, value_name = "FILE", requires = "server")]
    proof: Option<PathBuf>,
}

/// The code of why not, and the officer's own sentence.
pub type Refusal<'a> = (&'a str, Option<&'a str>);

impl SignedRemote {
    /// Hands a signed decision in on what has this number: a no where there is a refusal. Nothing where the command is about this
    /// machine's installation.
    pub fn decide(
        &self,
        global: &Global,
        number: &str,
        refusal: Option<Refusal<'_>>,
    ) -> Result<Option<ExitCode>, Problem> {
        let Some(api) = self.remote.api()? else { return Ok(None) };
        decide(global, &api, &address(number)?, refusal, self.proof.as_deref()).map(Some)
    }

    /// The same, for what is decided there and nowhere else.
    pub fn decide_there(
        &self,
        global: &Global,
        number: &str,
        refusal: Option<Refusal<'_>>,
    ) -> Result<ExitCode, Problem> {
        decide(global, &self.remote.required()?, &address(number)?, refusal, self.proof.as_deref())
    }

    /// Hands in one signature over several orders.
    pub fn decide_bulk_there(
        &self,
        global: &Global,
        numbers: &[String],
        refusal: Option<Refusal<'_>>,
    ) -> Result<ExitCode, Problem> {
        decide_bulk(global, &self.remote.required()?, numbers, refusal, self.proof.as_deref())
    }
}

/// On the version that the challenge was about. Sent again, it is done once.
fn decide(
    global: &Global,
    api: &Api,
    address: &str,
    refusal: Option<Refusal<'_>>,
    proof: Option<&Path>,
) -> Result<ExitCode, Problem> {
    let mut proof = Proof::read(proof)?;
    let etag = proof.members.remove("etag");
    let etag = etag.as_ref().and_then(Value::as_str).ok_or_else(|| proof.unreadable("etag is missing"))?;
    let statement = Statement::decode(&proof.statement);
    let statement = statement.ok_or_else(|| proof.unreadable("statement is no statement of a decision"))?;
    let of_sentence = |text: Option<&str>| statement.is_of_sentence(text);
    let verdict = proof.check((statement.verdict(), statement.reason_code()), of_sentence, refusal)?;
    let headers = [("If-Match", etag), ("Idempotency-Key", proof.key.as_str())];
    let decided = api.post(&format!("{address}/decision"), &headers, &Value::Object(proof.members))?.body;
    output::one(global.output, &decided, || format!("{decided:#}\n"))?;
    // Where a second officer must approve it too, it stays open.
    let waits = verdict == Verdict::Approve
        && ["submitted", "held", "proposed"].map(Value::from).contains(&decided["status"]);
    Ok(ExitCode::from(if waits { store::Kind::AwaitsApproval.exit_code() } else { 0 }))
}

/// On several orders, by one signature, which covers none but these. Ends with 9 where some of its rows were refused.
fn decide_bulk(
    global: &Global,
    api: &Api,
    numbers: &[String],
    refusal: Option<Refusal<'_>>,
    proof: Option<&Path>,
) -> Result<ExitCode, Problem> {
    let mut proof = Proof::read(proof)?;
    // Each version is in what was signed.
    proof.members.remove("etag");
    let statement = BulkStatement::decode(&proof.statement);
    let statement = statement.ok_or_else(|| proof.unreadable("statement is none over several orders"))?;
    let of_sentence = |text: Option<&str>| statement.is_of_sentence(text);
    proof.check((statement.verdict(), statement.reason_code()), of_sentence, refusal)?;
    if let Some(row) = statement.rows().iter().find(|row| !numbers.contains(&row.number)) {
        return Err(proof.unreadable(&format!("it was signed for {} too", row.number)));
    }
    let key = [("Idempotency-Key", proof.key.as_str())];
    let decided = api.post("/bulk-decisions", &key, &Value::Object(proof.members))?.body;
    output::one(global.output, &decided, || format!("{decided:#}\n"))?;
    let rows = decided["rows"].as_array().map(Vec::as_slice).unwrap_or_default();
    let partly = rows.iter().any(|row| row.get("code").is_some());
    Ok(ExitCode::from(if partly { PARTLY_DONE } else { 0 }))
}

/// What an officer's passkey has answered, as a file says it.
struct Proof {
    path: PathBuf,
    members: Map<String, Value>,
    /// The DER of what was signed.
    statement: Vec<u8>,
    /// Makes the request this one, however often it is sent.
    key: String,
}

impl Proof {
    fn read(path: Option<&Path>) -> Result<Self, Problem> {
        let path = path.ok_or_else(|| {
            Problem::new(
                faults::DECISION_NEEDED,
                "the officer's passkey must sign: ask for a challenge, and give its answer with --proof",
            )
        })?;
        let octets = read_bounded(path, LONGEST_PROOF)?;
        let members =
            serde_json::from_slice(&octets).map_err(|error| unreadable(path, &error.to_string()))?;
        let mut proof = Self {
            path: path.to_owned(),
            members,
            statement: Vec::new(),
            key: hex::encode(Sha256::digest(&octets)),
        };
        let statement = proof.members.get("statement").and_then(Value::as_str);
        let statement = statement.and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
        proof.statement = statement.ok_or_else(|| proof.unreadable("statement is missing"))?;
        Ok(proof)
    }

    /// That what was signed is what the command says; the officer's sentence goes with it.
    fn check(
        &mut self,
        (verdict, reason_code): (Verdict, Option<&str>),
        of_sentence: impl Fn(Option<&str>) -> bool,
        refusal: Option<Refusal<'_>>,
    ) -> Result<Verdict, Problem> {
        let asked = if refusal.is_some() { Verdict::Refuse } else { Verdict::Approve };
        let (reason, text) = refusal.unzip();
        if verdict != asked || reason_code != reason {
            return Err(self.unreadable("what was signed is another decision, or has another reason"));
        }
        if !of_sentence(text.flatten()) {
            return Err(self.unreadable(
                "what was signed has another sentence, or none: give --text as the challenge had it",
            ));
        }
        if let Some(text) = text.flatten() {
            self.members.insert("reason_text".to_owned(), json!(text));
        }
        Ok(verdict)
    }

    fn unreadable(&self, what: &str) -> Problem {
        unreadable(&self.path, what)
    }
}

fn unreadable(path: &Path, what: &str) -> Problem {
    Problem::new(faults::PROOF_UNREADABLE, format!("{}: {what}", path.display()))
}

/// What stands at an address there.
pub fn show(global: &Global, api: &Api, address: &str) -> Result<ExitCode, Problem> {
    print(global, &api.get(address)?.body)
}

/// An act there that needs no signature, `what` of the thing at `address`, on the version that stands.
pub fn act_on(
    global: &Global,
    api: &Api,
    (address, what): (&str, &str),
    body: &Value,
) -> Result<ExitCode, Problem> {
    let etag = api.get(address)?.etag;
    print(global, &api.post(&format!("{address}/{what}"), &[("If-Match", &etag)], body)?.body)
}

/// An act there, whatever was read.
pub fn post(global: &Global, api: &Api, address: &str, body: &Value) -> Result<ExitCode, Problem> {
    print(global, &api.post(address, &[], body)?.body)
}

fn print(global: &Global, said: &Value) -> Result<ExitCode, Problem> {
    output::one(global.output, said, || format!("{said:#}\n"))?;
    Ok(ExitCode::SUCCESS)
}

/// Opposes a card there, for good.
pub fn oppose(
    global: &Global,
    api: &Api,
    card: &CardNumber,
    (ground, (requester, requested_by)): (Ground, (&str, Option<&str>)),
) -> Result<ExitCode, Problem> {
    let mut declared = json!({ "ground": ground.as_str() });
    if (requester, requested_by) != ("authority", None) {
        declared["requester"] = json!(requester);
        declared["requested_by"] = json!(requested_by);
    }
    post(global, api, &format!("/cards/{card}/opposition"), &declared)
}
