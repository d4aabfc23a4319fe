use std::fmt;
use std::str::FromStr;

use super::{OfficerError, Right};

/// What an officer is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// *Mandataire*: submits for his structure.
    CertificationAgent,
    /// *Opérateur d'AE*: submits, decides, opposes.
    RegistrationOfficer,
    /// Opposes cards and revokes certificates.
    RevocationOfficer,
    /// Enrols officers.
    Administrator,
    /// Reads.
    Auditor,
}

impl Role {
    /// Every role, in the order of the schema.
    pub const ALL: [Self; 5] = [
        Self::CertificationAgent,
        Self::RegistrationOfficer,
        Self::RevocationOfficer,
        Self::Administrator,
        Self::Auditor,
    ];

    /// As stored: `registration-officer`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CertificationAgent => "certification-agent",
            Self::RegistrationOfficer => "registration-officer",
            Self::RevocationOfficer => "revocation-officer",
            Self::Administrator => "administrator",
            Self::Auditor => "auditor",
        }
    }

    /// Whether it gives `right`: for what a page offers. Whoever acts or reads is asked again.
    pub fn may(self, right: Right) -> bool {
        right.roles().contains(&self)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = OfficerError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or(OfficerError::Field {
            field: "role",
            rule: "one of certification-agent, registration-officer, revocation-officer, administrator, auditor",
        })
    }
}
