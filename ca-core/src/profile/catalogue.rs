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

/// In the order in which they are listed: authorities, services, cards, persons' software, organisations. That a
/// profile bears the name of its file is tested.
const FILES: &[&str] = &[
    include_str!("../../profiles/root.toml"),
    include_str!("../../profiles/issuing.toml"),
    include_str!("../../profiles/ocsp-responder.toml"),
    include_str!("../../profiles/fo-pp-cps-auth.toml"),
    include_str!("../../profiles/fo-pp-cps-sign.toml"),
    include_str!("../../profiles/fo-pp-cps-conf.toml"),
    include_str!("../../profiles/fo-pp-cps-tech.toml"),
    include_str!("../../profiles/fo-pp-cpf-auth.toml"),
    include_str!("../../profiles/fo-pp-cpf-sign.toml"),
    include_str!("../../profiles/fo-pp-cpf-conf.toml"),
    include_str!("../../profiles/fo-pp-cpf-tech.toml"),
    include_str!("../../profiles/st-pp-cpe-auth.toml"),
    include_str!("../../profiles/st-pp-cpe-sign.toml"),
    include_str!("../../profiles/st-pp-cpe-conf.toml"),
    include_str!("../../profiles/st-pp-cpe-tech.toml"),
    include_str!("../../profiles/st-pp-cpe-service-auth.toml"),
    include_str!("../../profiles/st-pp-cpe-service-sign.toml"),
    include_str!("../../profiles/st-pp-cpe-service-conf.toml"),
    include_str!("../../profiles/st-pp-cde-auth.toml"),
    include_str!("../../profiles/st-pp-cde-sign.toml"),
    include_str!("../../profiles/st-pp-cde-conf.toml"),
    include_str!("../../profiles/st-pp-cde-tech.toml"),
    include_str!("../../profiles/st-pp-cpa-auth.toml"),
    include_str!("../../profiles/st-pp-cpa-sign.toml"),
    include_str!("../../profiles/st-pp-cpa-conf.toml"),
    include_str!("../../profiles/st-pp-cpa-tech.toml"),
    include_str!("../../profiles/st-pp-cda-auth.toml"),
    include_str!("../../profiles/st-pp-cda-sign.toml"),
    include_str!("../../profiles/st-pp-cda-conf.toml"),
    include_str!("../../profiles/st-pp-cda-tech.toml"),
    include_str!("../../profiles/el-pp-soft-auth.toml"),
    include_str!("../../profiles/el-pp-soft-sign.toml"),
    include_str!("../../profiles/el-pp-soft-conf.toml"),
    include_str!("../../profiles/el-pp-pro-auth.toml"),
    include_str!("../../profiles/el-pp-pro-sign.toml"),
    include_str!("../../profiles/el-pp-pro-conf.toml"),
    include_str!("../../profiles/el-org-auth-cli.toml"),
    include_str!("../../profiles/el-org-sign.toml"),
    include_str!("../../profiles/el-org-conf.toml"),
    include_str!("../../profiles/el-org-serv-ssl.toml"),
    include_str!("../../profiles/el-org-serv-smime.toml"),
    include_str!("../../profiles/el-org-test.toml"),
    include_str!("../../profiles/el-org-test-short.toml"),
];

impl Profiles {
    /// The profiles of this program.
    pub fn embedded() -> Self {
        let read = |text: &&str| {
            toml::from_str(text).expect("an embedded profile is well formed: a test reads them all")
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
