//! Whether a file of the folder may take the place of its object.

use sha2::{Digest, Sha256};
use store::{Code, Database, Timestamp};

use super::files::{FULL_LIST, PublicFile, Says};
use super::mirror::{Mirror, MirrorError, Run};
use super::objects::{CrlObject, forgotten_card, list_of, list_signature};
use super::store::{PATIENCE, Standing};
use crate::faults;
use crate::publish::list_verifier::ListVerifier;
use crate::publish::opposition_list::OppositionList;

/// What is to be done with an object whose file may differ from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It becomes what the file is.
    Follows,
    /// It says more than the folder, and is left alone.
    IsAhead,
    /// So is one that says that something has ended of which we know nothing: what.
    Keeps(String),
}

impl Mirror {
    /// By what speaks for the file; looked up once a run.
    pub(super) fn verdict(
        &self,
        db: &mut Database,
        run: &mut Run<'_>,
        file: &PublicFile,
        octets: &[u8],
    ) -> Result<Verdict, MirrorError> {
        let speaker = file.speaker();
        if let Some(known) = run.speakers.get(speaker) {
            return Ok(known.clone());
        }
        let verdict = if speaker == file.name {
            self.judge(db, speaker, octets, run.latest)?
        } else {
            match run.folder.read(&run.folder.root().join(speaker))? {
                Some(octets) => self.judge(db, speaker, &octets, run.latest)?,
                None => Verdict::Follows,
            }
        };
        run.speakers.insert(speaker.to_owned(), verdict.clone());
        Ok(verdict)
    }

    /// A CRL's number follows the clock: after a restored backup the next one has a larger number than the one in the store, and
    /// may lack what that one has. So numbers alone do not say what may go.
    fn judge(
        &self,
        db: &mut Database,
        name: &str,
        ours: &[u8],
        latest: Timestamp,
    ) -> Result<Verdict, MirrorError> {
        let Some(progress) = Says::of(name, ours).progress else { return Ok(Verdict::Follows) };
        let Some(there) = self.store().standing(name, PATIENCE)? else { return Ok(Verdict::Follows) };
        let Some(theirs) = there.progress else { return Ok(Verdict::Follows) };
        let is_ahead = theirs > progress;
        if name == FULL_LIST {
            return if is_ahead { Ok(Verdict::IsAhead) } else { self.judge_list(db, ours, &there) };
        }
        if !name.ends_with(".crl") {
            return Ok(if is_ahead { Verdict::IsAhead } else { Verdict::Follows });
        }
        // A number is thisUpdate in milliseconds, or more.
        let may_be_dated_ahead = theirs > latest.millis().max(0).unsigned_abs();
        match is_ahead {
            true if may_be_dated_ahead => self.judge_crl(db, name, &there, Some(latest)),
            true => Ok(Verdict::IsAhead),
            false if is_of(ours, &there) || self.is_in_step(name, &there) => Ok(Verdict::Follows),
            false => self.judge_crl(db, name, &there, None),
        }
    }

    /// One that is ahead follows only where it is dated after `latest`: else nothing would ever take its place again, or not
    /// before the clock has come there.
    fn judge_crl(
        &self,
        db: &mut Database,
        name: &str,
        there: &Standing,
        latest: Option<Timestamp>,
    ) -> Result<Verdict, MirrorError> {
        let crl = CrlObject::all(db)?.into_iter().find(|crl| crl.name == name);
        let otherwise = if latest.is_some() { Verdict::IsAhead } else { Verdict::Follows };
        let Some(crl) = crl else { return Ok(otherwise) };
        if let (None, Some(number), Some(sha256)) = (latest, there.progress, &there.sha256)
            && crl.is_recorded(db, number, sha256)?
        {
            return Ok(Verdict::Follows);
        }
        let Some(octets) = self.store().get(name, PATIENCE)? else { return Ok(Verdict::Follows) };
        // What its authority has not signed says nothing.
        let Some(head) = crl.head_of(&octets) else { return Ok(otherwise) };
        if latest.is_some_and(|latest| head.this_update <= latest) {
            return Ok(Verdict::IsAhead);
        }
        if let Some(forgotten) = crl.forgotten(db, &octets)? {
            return Ok(Verdict::Keeps(forgotten));
        }
        if latest.is_some() {
            let (Code { name: code, help, .. }, dated) = (faults::OBJECT_STORE_DATED_AHEAD, head.this_update);
            tracing::error!(code, object = name, %dated, "{name} in the object store is dated {dated}: {help}");
        }
        Ok(Verdict::Follows)
    }

    fn judge_list(&self, db: &mut Database, ours: &[u8], there: &Standing) -> Result<Verdict, MirrorError> {
        if is_of(ours, there) || self.is_in_step(FULL_LIST, there) {
            return Ok(Verdict::Follows);
        }
        let theirs = (self.store().get(FULL_LIST, PATIENCE)?, self.store().get(&list_signature(), PATIENCE)?);
        let (Some(octets), Some(signature)) = theirs else { return Ok(Verdict::Follows) };
        let Some(theirs) = list_of(&ListVerifier::load(db)?, &octets, &signature) else {
            return Ok(Verdict::Follows);
        };
        let ours: Option<OppositionList> = serde_json::from_slice(ours).ok();
        let forgotten = ours.and_then(|ours| forgotten_card(&theirs, &ours));
        Ok(forgotten.map_or(Verdict::Follows, Verdict::Keeps))
    }
}

fn is_of(octets: &[u8], there: &Standing) -> bool {
    there.sha256.as_ref().is_some_and(|sha256| *sha256 == hex::encode(Sha256::digest(octets)))
}

#[cfg(test)]
mod tests;
