//! Which CRLs the store may have, and what of an object there counts.

use std::collections::HashSet;

use ca_core::authority::{self, Authority, AuthorityKind};
use ca_core::status_log;
use diesel::QueryResult;
use sha2::{Digest, Sha256};
use store::Database;

use super::files::FULL_LIST;
use crate::crl::compare::check_nothing_is_lost;
use crate::crl::published::{PublishedHead, head_of};
use crate::crl::read::Crl;
use crate::crl::{CrlKind, CrlRefused, Scope, record};
use crate::publish::list_file::{ListFile, ListForm, SIGNATURE};
use crate::publish::list_verifier::ListVerifier;
use crate::publish::opposition_list::OppositionList;

/// A CRL, and whose it is.
#[derive(Debug)]
pub(super) struct CrlObject {
    /// `crl/ACI-FO-PP.crl`
    pub(super) name: String,
    pub(super) authority: Authority,
    pub(super) scope: Scope,
    pub(super) kind: CrlKind,
}

impl CrlObject {
    /// Of every authority that reads: what ends certificates now first, as it goes out ([`super::files::Rank`]), and the complete
    /// ones of roots before those that may have a million entries.
    pub(super) fn all(db: &mut Database) -> QueryResult<Vec<Self>> {
        let mut all = Vec::new();
        for authority in authority::readable(db)?.authorities {
            for scope in Scope::of(db, &authority)? {
                for &kind in CrlKind::of(authority.kind) {
                    let name = format!("crl/{}", kind.file_name(&authority.short_name, scope.shard()));
                    let (authority, scope) = (authority.clone(), scope.clone());
                    all.push(Self { name, authority, scope, kind });
                }
            }
        }
        all.sort_by_key(|crl| (crl.kind == CrlKind::Full, crl.authority.kind != AuthorityKind::Root));
        Ok(all)
    }

    /// What these octets say, where the authority has signed them as this.
    pub(super) fn head_of(&self, octets: &[u8]) -> Option<PublishedHead> {
        head_of(octets, &self.authority, &self.scope, self.kind)
    }

    /// Whether the CRL of this number is recorded here with this digest: whatever stands on it is known.
    pub(super) fn is_recorded(&self, db: &mut Database, number: u64, sha256: &str) -> QueryResult<bool> {
        let der = record::der(db, &self.authority.short_name, &self.scope, self.kind, number)?;
        Ok(der.is_some_and(|der| hex::encode(Sha256::digest(der)) == sha256))
    }

    /// The first certificate on it of whose revocation, or hold, the database knows nothing.
    pub(super) fn forgotten(&self, db: &mut Database, octets: &[u8]) -> QueryResult<Option<String>> {
        let Ok(crl) = Crl::read(octets) else { return Ok(None) };
        let cut = status_log::newest(db)?;
        match check_nothing_is_lost(db, &self.authority.short_name, &self.scope, cut, &crl) {
            Err(CrlRefused::Lost { serial, .. } | CrlRefused::Unknown { serial, .. }) => {
                Ok(Some(format!("certificate {serial}")))
            }
            Err(CrlRefused::Database(error)) => Err(error),
            // One whose entries do not read was never ours.
            Ok(()) | Err(_) => Ok(None),
        }
    }
}

/// The name of the signature of the list that says how far all files of the list are.
pub(super) fn list_signature() -> String {
    format!("{FULL_LIST}{SIGNATURE}")
}

/// What `full.json` says, where the list signer has signed it.
pub(super) fn list_of(verifier: &ListVerifier, octets: &[u8], signature: &[u8]) -> Option<OppositionList> {
    let name = ListFile::Full(ListForm::Json).signed_name();
    verifier.verifies(&name, octets, signature).then(|| serde_json::from_slice(octets).ok()).flatten()
}

/// The first card on the list of the store that does not stand on ours.
pub(super) fn forgotten_card(theirs: &OppositionList, ours: &OppositionList) -> Option<String> {
    let known: HashSet<&str> = ours.oppositions.iter().map(|entry| entry.card_number.as_str()).collect();
    let mut theirs = theirs.oppositions.iter().map(|entry| entry.card_number.as_str());
    theirs.find(|card| !known.contains(card)).map(|card| format!("card {card}"))
}
