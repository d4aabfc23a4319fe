//! The shards of the authorities' CRLs, as the configuration says.

use ca_core::shard;
use store::{Act, Database};

use super::policy;
use crate::installation::{Installation, system_rng};
use crate::problem::Problem;

/// Opens and ends shards until there are as many as the configuration says. A worker does not start where it says
/// what cannot be; one that runs gives an authority its shards within seconds after its ceremony.
pub fn settle(installation: &Installation, db: &mut Database, act: &Act) -> Result<(), Problem> {
    let config = &installation.config;
    let rest = policy(config).full_crl.valid;
    let settled = shard::settle(db, &installation.identity, &config.shards, rest, &mut system_rng(), act)?;
    for change in settled {
        let shard::SettledShards { authority, before, now } = change;
        tracing::warn!(authority, before, now, "the CRL of {authority} has {now} shards, and had {before}");
    }
    Ok(())
}
