//! What an officer signs of a request, in words, and what leaves because of it.

use registration_authority::approval::{Decidable, Verdict};
use registration_authority::certificate_request::CertificateRequest;
use registration_authority::notices::{self, Wording};
use registration_authority::outbox::Notice;
use sha2::{Digest, Sha256};

use crate::language::Language;
use crate::messages::Key;
use crate::pages::signing::{Asked, Leaves};
use crate::typography::Shown;

/// What is asked for at the signature.
pub(super) fn asked<'a>(
    language: Language,
    request: &CertificateRequest,
    subject: &'a Decidable,
    verdict: Verdict,
    reason: Option<&'static str>,
) -> Asked<'a> {
    let (act, what, notice) = match verdict {
        Verdict::Approve => ("approuver", Key::of("sign-approve-request"), Notice::Approved),
        Verdict::Refuse => ("refuser", Key::of("sign-refuse-request"), Notice::Refused),
    };
    let mut lines = vec![
        (Key::of("sign-line-request"), format!("{}, version {}", request.number, request.version)),
        (Key::of("sign-line-profile"), request.profile.clone()),
    ];
    let structure = request.subject.structure();
    lines.extend(structure.map(|structure| (Key::of("sign-line-structure"), structure.to_string())));
    match person_in_words(request) {
        Some((name, quality)) => lines.extend([
            (Key::of("sign-line-person"), name),
            (Key::of("sign-line-quality"), quality),
            (Key::of("requests-identifier"), request.common_name.clone()),
        ]),
        None => lines.push((Key::of("sign-line-name"), request.common_name.clone())),
    }
    lines.extend(request.dns_names.iter().map(|name| (Key::of("sign-line-host-name"), name.clone())));
    lines.extend(request.email_address.iter().map(|address| (Key::of("requests-address"), address.clone())));
    lines.push((Key::of("sign-line-key-fingerprint"), fingerprint(request)));
    lines.push((Key::of("sign-line-submitted-by"), request.submitted_by.clone()));
    lines.push((Key::of("sign-line-submitted-at"), language.long(Shown(request.submitted_at))));
    Asked {
        subject,
        verdict,
        reason,
        what,
        lines,
        leaves: Some(Leaves { mail: mail(request, notice), letter: None }),
        action: format!("/ra/certificats/{}/{act}", request.number),
        back: format!("/ra/certificats/{}", request.number),
    }
}

/// The words of the mail that tells whoever asked.
pub(super) fn mail(request: &CertificateRequest, notice: Notice) -> Wording {
    notices::wording(notice, &format!("certificate request {}", request.number))
}

/// Given and family name; the label of the profession, or the title.
pub(in crate::pages) fn person_in_words(request: &CertificateRequest) -> Option<(String, String)> {
    let person = request.subject.person()?;
    Some((format!("{} {}", person.given_name, person.family_name), person.tie.label().to_owned()))
}

/// SHA-256 of its public key, in hexadecimal.
pub(super) fn fingerprint(request: &CertificateRequest) -> String {
    hex::encode(Sha256::digest(&request.public_key))
}
