//! `[demo]`: what only a demonstration has.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use registration_authority::officers::OfficerEmail;
use serde::{Deserialize, Serialize};

/// `[demo]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoSection {
    /// PEM key of the demonstration's decisions.
    pub approval_key: PathBuf,
    /// Where the demonstration's bureau lives, outside the installation.
    pub bureau_home: PathBuf,
    /// Days the clock is ahead.
    #[serde(default)]
    pub clock_offset_days: u32,
    /// Where its officers are written to, by login.
    #[serde(default)]
    pub addresses: BTreeMap<String, String>,
}

/// What only a demonstration has.
#[derive(Clone, Debug, Serialize)]
pub struct Demo {
    /// The private key that signs every demonstration officer's decisions.
    pub approval_key: PathBuf,
    /// Where its bureau lives, outside the installation.
    pub bureau_home: PathBuf,
    /// How many days ahead its clock is.
    pub clock_offset_days: u32,
    /// Where its officers are written to, by login: they have no key that two administrators could have signed for.
    #[serde(skip)]
    pub addresses: BTreeMap<String, OfficerEmail>,
}

impl DemoSection {
    /// Relative paths begin at `folder`. The error names the key.
    pub(super) fn understand(self, folder: &Path) -> Result<Demo, String> {
        let addresses = self.addresses.into_iter().map(|(login, email)| match email.parse() {
            Ok(email) => Ok((login, email)),
            Err(error) => Err(format!("demo.addresses.{login}: {error}")),
        });
        Ok(Demo {
            addresses: addresses.collect::<Result<_, _>>()?,
            approval_key: folder.join(self.approval_key),
            bureau_home: self.bureau_home,
            clock_offset_days: self.clock_offset_days,
        })
    }
}
