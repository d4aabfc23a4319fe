//! Whether the tokens answer, as the worker wrote it down when it last asked them.

use ca_core::signer::process::LedgerKind;
use ca_core::signer_standing;
use store::Database;

use super::{Finding, Findings, Verdict};
use crate::problem::Problem;

/// A line for each token of the worker, and one for its process. That a worker no longer asks is told of its job, `tokens`.
pub(super) fn standing(db: &mut Database, findings: &mut Findings) -> Result<(), Problem> {
    let Some(signer) = signer_standing::read(db, LedgerKind::Issuing)? else {
        findings.push(Finding::well("signer process", "no worker has told of it yet"));
        return Ok(());
    };
    let told = signer.told_at;
    for token in &signer.tokens {
        let what = format!("token {}", token.token);
        findings.push(match &token.trouble {
            None => Finding::well(what, format!("answered at {}", token.asked_at)),
            Some((code, since)) => Finding::new(
                Verdict::Broken,
                what,
                format!("does not answer as it should since {since} ({code}), said at {told}"),
                "is the HSM up, its settings and PIN file right?",
            ),
        });
    }
    let restarts = signer.starts.saturating_sub(1);
    let waits = match signer.waits {
        Some((half, most)) => format!(", 50 % within {half:?}, 99 % within {most:?}"),
        None => String::new(),
    };
    let found =
        format!("{} signatures{waits}, restarted {restarts} times; said at {told}", signer.signatures);
    findings.push(Finding::well("signer process", found));
    Ok(())
}
