//! One function for each reader of octets that strangers, other parties or damaged disks may have written.
//!
//! A target calls the reader that the program calls, by its public door, and then asks for more than that it does not
//! panic: what reads encodes to the same octets again, a bound holds, a reader that shares no code with it says the
//! same. A broken promise is a panic. `corpora/<target>/` holds inputs of each, which the tests of this crate replay;
//! `tests/fuzz` gives the same functions to libFuzzer (docs/fuzzing.md).

mod audit;
mod bureau;
mod ceremony;
mod certificate;
mod crl;
mod declaration;
mod directory;
mod encoding;
mod machine;
mod ocsp;
mod oppositions;
mod proof;
mod register;
#[cfg(test)]
mod replay;
mod scratch;
mod software_key;
mod staff;
mod status;

/// A reader with what is asked of it.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The name of its corpus, and of the target for libFuzzer.
    pub name: &'static str,
    /// Has these octets read, and says whether the reader took them. Panics where the reader does, and where it breaks a
    /// promise.
    pub read: fn(&[u8]) -> bool,
}

/// Every target, by name.
pub const TARGETS: &[Target] = &[
    Target { name: "approval-proof", read: proof::approval },
    Target { name: "audit-bundle", read: audit::bundle },
    Target { name: "audit-checkpoint", read: audit::checkpoint },
    Target { name: "batch-file", read: bureau::batch_file },
    Target { name: "ceremony-file", read: ceremony::file },
    Target { name: "ceremony-report", read: ceremony::report },
    Target { name: "ceremony-transcript", read: ceremony::transcript },
    Target { name: "certificate-lint", read: certificate::lint },
    Target { name: "certification-request", read: certificate::request },
    Target { name: "compact-list", read: oppositions::compact_list },
    Target { name: "compact-list-of-cards", read: oppositions::compact_list_of_cards },
    Target { name: "compromised-key", read: certificate::compromised_key },
    Target { name: "crl", read: crl::readers },
    Target { name: "crl-lint", read: crl::lint },
    Target { name: "custodian-share", read: ceremony::share },
    Target { name: "detached-signature", read: oppositions::detached_signature },
    Target { name: "directory-answer", read: directory::answer },
    Target { name: "holder-declaration", read: declaration::holder },
    Target { name: "identity-file", read: machine::identity },
    Target { name: "ocsp-request", read: ocsp::request },
    Target { name: "ocsp-response", read: ocsp::response },
    Target { name: "opposition-list", read: oppositions::list },
    Target { name: "passkey-registration", read: proof::registration },
    Target { name: "public-key", read: certificate::public_key },
    Target { name: "register-extract", read: register::extract },
    Target { name: "return-file", read: bureau::return_file },
    Target { name: "return-file-content", read: bureau::return_file_content },
    Target { name: "signer-ledger", read: machine::ledger },
    Target { name: "staff-list", read: staff::list },
    Target { name: "status-request", read: status::request },
    Target { name: "tokens-file", read: machine::tokens },
];

/// The target of this name.
pub fn named(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
