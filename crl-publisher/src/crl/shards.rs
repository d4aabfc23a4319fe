//! The CRLs of all shards of an authority, issued together and held against the database together.

use ca_core::authority::Authority;
use ca_core::signer::Signer;
use store::{Act, Database};

use super::cut::Cut;
use super::issue::{Base, Prepared, Reach, Wanted, prepare, sign_all};
use super::{CrlError, CrlKind, CrlRefused, Scope, VerifiedCrl, entries};
use crate::folder::PublicFolder;
use crate::policy::PublicationPolicy;

/// Issues a complete CRL of each shard and the delta beside it, all of one cut. None of them is signed where one of them is
/// refused, or where a revoked certificate of a shard stands on none of the complete ones: a shard that is no longer
/// published would take its revocations with it, and each of the others would be right by itself.
#[expect(clippy::too_many_arguments, reason = "the house's parameter order, and what is wanted")]
pub(crate) fn issue_all(
    db: &mut Database,
    signer: &mut dyn Signer,
    folder: &PublicFolder,
    policy: &PublicationPolicy,
    authority: &Authority,
    shards: &[Scope],
    reach: Reach,
    act: &Act,
) -> Result<Vec<VerifiedCrl>, CrlError> {
    let cut = Cut::now(db, policy, authority, act)?;
    let kinds = &[CrlKind::Full, CrlKind::Delta];
    let mut prepared = Vec::with_capacity(2 * shards.len());
    for scope in shards {
        let wanted = Wanted { scope, kinds, reach, base: Base::OldestInUse, cut };
        prepared.extend(prepare(db, folder, policy, authority, &wanted, act)?);
    }
    check_union(db, authority, cut, &prepared)?;
    sign_all(db, signer, authority, prepared, act)
}

/// As many certificates stand on the complete CRLs, and have not expired, as the database has of all shards.
fn check_union(
    db: &mut Database,
    authority: &Authority,
    cut: Cut,
    prepared: &[Prepared],
) -> Result<(), CrlRefused> {
    let found = prepared.iter().map(Prepared::unexpired).sum();
    let expected = entries::count_of_shards(db, &authority.short_name, cut.sequence, cut.this_update)?;
    if found == expected { Ok(()) } else { Err(CrlRefused::Shards { found, expected }) }
}
