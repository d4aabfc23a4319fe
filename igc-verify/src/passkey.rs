//! Officers' passkeys: the chain of enrolments from the roots, and what their keys have signed (docs/audit.md, "Officers'
//! keys").

use openssl::pkey::{PKey, Public};
use serde::Deserialize;
use serde_json::Value as Json;

use crate::decision::said::is_of_one;
use crate::der::{Value, sequence};
use crate::key::{base64, public_key, sha256, unhex, verifies};

/// `officers.json`: where officers sign, and the keys that the configuration pins.
#[derive(Debug, Default, Deserialize)]
pub struct Roots {
    /// `https://localhost:8443`.
    origin: String,
    /// `localhost`.
    rp_id: String,
    /// The roots.
    roots: Vec<Root>,
}

#[derive(Debug, Deserialize)]
struct Root {
    login: String,
    /// Hexadecimal, as the key is.
    credential_id: String,
    public_key: String,
}

/// A line of `enrolments.jsonl`.
#[derive(Debug, Deserialize)]
pub struct Enrolment {
    /// Base64 of the canonical encoding.
    pub canonical: String,
    /// Base64 of each decision's proof, those that the worker received.
    pub proofs: Vec<String>,
}

/// The keys that the chain leads to.
#[derive(Debug, Default)]
pub struct Officers {
    origin: String,
    rp_id: String,
    keys: Vec<Key>,
}

#[derive(Debug)]
struct Key {
    login: String,
    role: String,
    credential_id: Vec<u8>,
    key: PKey<Public>,
    /// Milliseconds: what it signed from then on is worth nothing.
    until: Option<i64>,
}

impl Officers {
    /// The roots; none where one does not read.
    pub fn pinned(roots: Roots) -> Option<Self> {
        let key = |root: Root| {
            Some(Key {
                login: root.login,
                role: "administrator".to_owned(),
                credential_id: unhex(&root.credential_id)?,
                key: public_key(&unhex(&root.public_key)?)?,
                until: None,
            })
        };
        let keys = roots.roots.into_iter().map(key).collect::<Option<_>>()?;
        Some(Self { origin: roots.origin, rp_id: roots.rp_id, keys })
    }

    /// The next enrolment, in the order of their numbers: it counts where two administrators before it signed, and none
    /// refused. What does not count makes no key: a decision that rests on it is found then.
    pub fn enrol(&mut self, line: &Enrolment) {
        if let Some(canonical) = base64(&line.canonical) {
            self.try_enrol(&canonical, &line.proofs);
        }
    }

    fn try_enrol(&mut self, canonical: &[u8], proofs: &[String]) -> Option<()> {
        let fields = sequence(canonical)?;
        let [_, _, action, login, _, role, credential_id, key, ..] = fields[..] else { return None };
        let login = login.text()?;
        let signed_at = self.signed_by_two(canonical, login, proofs)?;
        let id = credential_id.octets()?.to_vec();
        let known = self.keys.iter_mut().find(|key| key.credential_id == id);
        match (action.text()?, known) {
            ("revoke", Some(known)) => known.until = known.until.or(Some(signed_at)),
            ("enrol", None) => self.keys.push(Key {
                login: login.to_owned(),
                role: role.text()?.to_owned(),
                credential_id: id,
                key: public_key(key.octets()?)?,
                until: None,
            }),
            _ => {}
        }
        Some(())
    }

    /// When the second of two administrators signed for it; none where two did not.
    fn signed_by_two(&self, canonical: &[u8], whose: &str, proofs: &[String]) -> Option<i64> {
        let mut signers: Vec<(String, i64)> = Vec::new();
        for proof in proofs {
            let proof = base64(proof)?;
            let Ok(statement) = self.signed(&sequence(&proof)?, "administrator") else { continue };
            let fields = sequence(statement)?;
            let [context, kind, digest, version, decision, .., officer, at, _, _] = fields[..] else {
                return None;
            };
            let about = is_of_one(context.text())
                && kind.text() == Some("officer-enrolment")
                && digest.octets() == Some(&sha256(canonical))
                && version.integer() == Some(1);
            let (officer, at) = (officer.text()?.to_owned(), at.integer()?);
            if about && decision.text() != Some("approve") {
                return None;
            }
            if about && officer != whose && signers.iter().all(|(other, _)| *other != officer) {
                signers.push((officer, at));
            }
        }
        let latest = signers.iter().map(|(_, at)| *at).max();
        latest.filter(|_| signers.len() >= 2)
    }

    /// The statement in a `PasskeyProof` that one of these keys has signed, where its officer has this role and the key
    /// counted when he did:
    /// `SEQUENCE { statement, credentialId, authenticatorData, clientData, signature }`.
    pub fn signed<'a>(&self, proof: &[Value<'a>], role: &str) -> Result<&'a [u8], &'static str> {
        let octets: Option<Vec<&'a [u8]>> = proof.iter().map(Value::octets).collect();
        let Some(&[statement, credential_id, authenticator, client, signature]) = octets.as_deref() else {
            return Err("a decision's proof does not read");
        };
        let key = self.keys.iter().find(|key| key.credential_id == credential_id);
        let key = key.ok_or("a decision was signed with a passkey that the chain does not lead to")?;
        self.check_client(client, statement)?;
        // Level 3 §6.1: the relying party, user present (1) and verified (4), no extension, no new key.
        let flags = authenticator.get(32).copied().unwrap_or_default();
        if authenticator.len() != 37
            || authenticator[..32] != sha256(self.rp_id.as_bytes())
            || flags & 0xc5 != 5
        {
            return Err("a passkey was not asked as it must be");
        }
        if !verifies(&key.key, &[authenticator, &sha256(client)].concat(), signature) {
            return Err("the signature of a decision does not verify");
        }
        let fields = sequence(statement).ok_or("a decision does not read")?;
        let [.., officer, at, _until, _nonce] = fields[..] else { return Err("a decision does not read") };
        let counted = at.integer().is_some_and(|at| key.until.is_none_or(|until| at < until));
        if officer.text() != Some(&key.login) || key.role != role || !counted {
            return Err("a decision was signed by somebody who could not decide then");
        }
        Ok(statement)
    }

    /// What the browser was asked for (Level 3 §5.8.1): the digest of this statement, on the officers' pages.
    fn check_client(&self, client: &[u8], statement: &[u8]) -> Result<(), &'static str> {
        let wrong = "a passkey was asked for something else";
        let said: Json = serde_json::from_slice(client).map_err(|_| wrong)?;
        let text = |name: &str| said[name].as_str().unwrap_or_default();
        let padded = openssl::base64::encode_block(&sha256(statement));
        let challenge = padded.trim_end_matches('=').replace('+', "-").replace('/', "_");
        let right = text("type") == "webauthn.get"
            && text("challenge") == challenge
            && text("origin") == self.origin
            && said["crossOrigin"] != Json::Bool(true);
        if right { Ok(()) } else { Err(wrong) }
    }
}
