use super::Role;

/// An act, or a reading, that needs a role. The table of rights is [`Right::roles`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// Submit a card order or a certificate request.
    Submit,
    /// Approve or refuse one, or a renewal plan; allow a structure a name.
    Decide,
    /// Oppose a card.
    Oppose,
    /// Hand a card over, activate it.
    Deliver,
    /// Plan a renewal.
    Plan,
    /// Enrol officers and end their enrolment.
    Enrol,
    /// Read the queue of card orders.
    ReadQueue,
    /// Read what waits for another officer's signature, as far as he may give it.
    ReadInbox,
    /// Read every dossier: an order beside the register, its decisions, what else the holder has.
    ReadDossier,
    /// Read who speaks for a structure, its staff and their cards; an agent, of the structures that he speaks for.
    ReadStructures,
    /// Read the dossier of an order that one submitted oneself.
    ReadOwnDossier,
    /// Read what officers wrote about an order for each other.
    ReadNotes,
    /// Find a card and read it.
    ReadCard,
    /// Read what was certified.
    ReadCertificates,
    /// Read whose key is whose, and who signed for it.
    ReadKeys,
    /// Read what officers delegate to each other: one's own, and every other with the rights of an administrator or an auditor.
    ReadDelegations,
    /// Read the audit trail.
    ReadTrail,
    /// Read how the installation works: CRLs, jobs, signatures, the outbox's figures.
    ReadOperations,
}

impl Right {
    /// Who has it.
    pub const fn roles(self) -> &'static [Role] {
        match self {
            Self::Submit => &[Role::CertificationAgent, Role::RegistrationOfficer],
            Self::Decide | Self::Deliver | Self::Plan => &[Role::RegistrationOfficer],
            Self::Oppose => &[Role::RegistrationOfficer, Role::RevocationOfficer],
            Self::Enrol => &[Role::Administrator],
            Self::ReadQueue | Self::ReadDossier | Self::ReadCard | Self::ReadCertificates => {
                &[Role::RegistrationOfficer, Role::RevocationOfficer, Role::Auditor]
            }
            Self::ReadInbox => &[Role::RegistrationOfficer, Role::RevocationOfficer, Role::Administrator],
            Self::ReadOwnDossier | Self::ReadStructures => {
                &[Role::CertificationAgent, Role::RegistrationOfficer, Role::RevocationOfficer, Role::Auditor]
            }
            Self::ReadNotes => &[Role::RegistrationOfficer, Role::Auditor],
            Self::ReadKeys | Self::ReadOperations => &[Role::Administrator, Role::Auditor],
            Self::ReadDelegations => &[Role::RegistrationOfficer, Role::Administrator, Role::Auditor],
            Self::ReadTrail => &[Role::Auditor],
        }
    }

    /// Whether it changes nothing.
    pub(super) const fn reads(self) -> bool {
        match self {
            Self::ReadQueue
            | Self::ReadInbox
            | Self::ReadDossier
            | Self::ReadOwnDossier
            | Self::ReadNotes
            | Self::ReadStructures
            | Self::ReadCard
            | Self::ReadCertificates
            | Self::ReadKeys
            | Self::ReadDelegations
            | Self::ReadTrail
            | Self::ReadOperations => true,
            Self::Submit | Self::Decide | Self::Oppose | Self::Deliver | Self::Plan | Self::Enrol => false,
        }
    }
}
