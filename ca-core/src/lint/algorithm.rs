//! The `signature` field: which algorithm, how it is written, and whether the signer's key can make it.

use super::finding::{Finding, Findings};
use super::oids::{algorithm, dotted};
use super::public_key::KeyKind;
use super::reader::{Element, tag};

/// Judges an AlgorithmIdentifier of a TBS that a key of kind `signer` is to sign.
pub(super) fn check(identifier: &Element<'_>, signer: Option<KeyKind>, findings: &mut Findings) {
    if let Err(finding) = judge(identifier, signer) {
        findings.push(finding);
    }
}

fn judge(identifier: &Element<'_>, signer: Option<KeyKind>) -> Result<(), Finding> {
    let mut fields = identifier.reader();
    let id = fields.expect(tag::OID, "signature.algorithm")?;
    let parameters = if fields.at_end() { None } else { Some(fields.next("signature.parameters")?) };
    fields.finish("signature")?;
    let fail = |rule, message: String| Err(Finding::new(rule, identifier.offset, message));

    let fits = match id.content {
        algorithm::SHA256_WITH_RSA => {
            if !parameters.is_some_and(|parameters| parameters.is(tag::NULL)) {
                return fail("rfc4055-5-parameters-null", "signature: RSA takes NULL parameters".into());
            }
            matches!(signer, None | Some(KeyKind::Rsa { .. }))
        }
        algorithm::ECDSA_WITH_SHA256 | algorithm::ECDSA_WITH_SHA384 => {
            if parameters.is_some() {
                return fail("rfc5758-3.2-parameters-absent", "signature: ECDSA takes no parameters".into());
            }
            let made_for =
                if id.content == algorithm::ECDSA_WITH_SHA256 { KeyKind::P256 } else { KeyKind::P384 };
            signer.is_none_or(|signer| signer == made_for)
        }
        other => {
            let message = format!("signature: {} is not an allowed algorithm", dotted(other));
            return fail("igc-1.5-signature-algorithm", message);
        }
    };
    if !fits {
        let message = format!("signature: {} is not what the signer's key makes", dotted(id.content));
        return fail("rfc5280-4.1.2.3-signature-fits-key", message);
    }
    Ok(())
}
