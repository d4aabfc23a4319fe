//! The profiles that this program issues, embedded.

use store::{Code, Fault};
use thiserror::Error;

use super::Profile;
use crate::faults;

/// The catalogue.
#[derive(Clone, Debug)]
pub struct Profiles(Vec<Profile>);

/// No profile bears this identifier.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("no profile {0:?}; `igc certificate profile list` names them")]
pub struct UnknownProfile(pub String);

/// In the order in which they are listed: authorities, services, persons, organisations.
const FILES: &[(&str, &str)] = &[
    ("root", include_str!("../../profiles/root.toml")),
    ("issuing", include_str!("../../profiles/issuing.toml")),
    ("ocsp-responder", include_str!("../../profiles/ocsp-responder.toml")),
    ("fo-pp-cps-auth", include_str!("../../profiles/fo-pp-cps-auth.toml")),
    ("fo-pp-cps-sign", include_str!("../../profiles/fo-pp-cps-sign.toml")),
    ("st-pp-cpe-auth", include_str!("../../profiles/st-pp-cpe-auth.toml")),
    ("st-pp-cpe-sign", include_str!("../../profiles/st-pp-cpe-sign.toml")),
    ("el-pp-soft-auth", include_str!("../../profiles/el-pp-soft-auth.toml")),
    ("el-pp-soft-sign", include_str!("../../profiles/el-pp-soft-sign.toml")),
    ("el-org-auth-cli", include_str!("../../profiles/el-org-auth-cli.toml")),
    ("el-org-sign", include_str!("../../profiles/el-org-sign.toml")),
    ("el-org-serv-ssl", include_str!("../../profiles/el-org-serv-ssl.toml")),
];

impl Profiles {
    /// The profiles of this program.
    pub fn embedded() -> Self {
        let read = |(id, text): &(&str, &str)| {
            let profile: Profile =
                toml::from_str(text).expect("an embedded profile is well formed: a test reads them all");
            debug_assert_eq!(profile.id.as_str(), *id, "a profile bears the name of its file");
            profile
        };
        Self(FILES.iter().map(read).collect())
    }

    /// The profile with this identifier.
    pub fn get(&self, id: &str) -> Option<&Profile> {
        self.iter().find(|profile| profile.id.as_str() == id)
    }

    /// The profile with this identifier, or an error that says there is none.
    pub fn require(&self, id: &str) -> Result<&Profile, UnknownProfile> {
        self.get(id).ok_or_else(|| UnknownProfile(id.to_owned()))
    }

    /// All of them, in the order they are listed.
    pub fn iter(&self) -> impl Iterator<Item = &Profile> {
        self.0.iter()
    }
}

impl Fault for UnknownProfile {
    fn code(&self) -> Code {
        faults::PROFILE_UNKNOWN
    }
}
