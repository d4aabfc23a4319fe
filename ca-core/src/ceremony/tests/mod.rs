//! What the tests of ceremonies share; each runs on a SoftHSM of its own.

mod administrators;
mod custodians_there;
mod files;
mod forged;
pub(crate) mod hall;
mod held;
mod identities;
mod reports;
mod resumed;
mod revocations;
mod scripts;

pub(crate) const INSTALLATION: &str = include_str!("../../../../hsm-config/ceremonies/demo.toml");
const RSA: &str = include_str!("../../../../hsm-config/ceremonies/igc-sante-rsa.toml");
const ROOT: &str = include_str!("../../../../hsm-config/ceremonies/root.toml");
const ROOT_CRL: &str = include_str!("../../../../hsm-config/ceremonies/root-crl.toml");
const ISSUING: &str = include_str!("../../../../hsm-config/ceremonies/issuing-authorities.toml");
pub(crate) const RESPONDERS: &str = include_str!("../../../../hsm-config/ceremonies/ocsp-responders.toml");
const ROLLOVER: &str = include_str!("../../../../hsm-config/ceremonies/rollover.toml");
const END: &str = include_str!("../../../../hsm-config/ceremonies/end-of-authority.toml");
const REVOKE: &str = include_str!("../../../../hsm-config/ceremonies/revoke-authority.toml");
const ADMINISTRATORS: &str = include_str!("../../../../hsm-config/ceremonies/administrators.toml");
pub(crate) const LIST_SIGNER: &str = include_str!("../../../../hsm-config/ceremonies/list-signer.toml");
const SHIPPED: [&str; 11] = [
    INSTALLATION,
    RSA,
    ROOT,
    ROOT_CRL,
    REVOKE,
    ISSUING,
    RESPONDERS,
    LIST_SIGNER,
    ROLLOVER,
    END,
    ADMINISTRATORS,
];
