use super::columns::{DIPLOMAS, KNOW_HOW, MAILBOXES, RESTRICTED};
use super::header::COLUMNS;

/// A kind of file that the register is read from.
#[derive(Debug)]
pub struct Form {
    /// What its feeds are called in `register_feeds.source`.
    pub source: &'static str,
    /// What a published name begins with; `AAAAMMJJHHMM.txt` follows.
    pub prefix: &'static str,
    /// Its columns, in order; more may follow.
    pub columns: &'static [&'static str],
    /// Whom a line is about: the column of the IdNat_PS, or of a mailbox's address.
    pub(crate) subject: Subject,
    /// Where what it says stands.
    pub(crate) table: Table,
    /// The columns that are kept; those of the activities are told by [`super::Row`].
    pub(crate) kept: &'static [usize],
}

/// Whom the lines of a form are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// A person: type, identifier and both together stand in the first three columns.
    Person,
    /// A mailbox: its address stands in the second column, and the person's in the third to the fifth, if it is one's.
    Mailbox,
}

/// Where what a form says stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Table {
    /// `professionals`: exercises and activities.
    Professionals,
    /// `register_supplements`: public, beside the exercises.
    Supplements,
    /// `register_identities`: civil status and contacts, apart.
    Identities,
}

impl Table {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Professionals => "professionals",
            Self::Supplements => "register_supplements",
            Self::Identities => "register_identities",
        }
    }
}

impl Form {
    /// *PS_LibreAcces_Personne_activite*: who exercises what, and where.
    pub const ACTIVITIES: &'static Self = &Self {
        source: "ps-libreacces-personne-activite",
        prefix: "PS_LibreAcces_Personne_activite_",
        columns: &COLUMNS,
        subject: Subject::Person,
        table: Table::Professionals,
        kept: &[],
    };

    /// *PS_LibreAcces_Dipl_AutExerc*: diplomas and authorisations to exercise.
    pub const DIPLOMAS: &'static Self = &Self {
        source: "ps-libreacces-dipl-autexerc",
        prefix: "PS_LibreAcces_Dipl_AutExerc_",
        columns: &DIPLOMAS,
        subject: Subject::Person,
        table: Table::Supplements,
        kept: &[5, 7, 8, 9, 11, 12],
    };

    /// *PS_LibreAcces_SavoirFaire*: every know-how, also those of no activity.
    pub const KNOW_HOW: &'static Self = &Self {
        source: "ps-libreacces-savoirfaire",
        prefix: "PS_LibreAcces_SavoirFaire_",
        columns: &KNOW_HOW,
        subject: Subject::Person,
        table: Table::Supplements,
        kept: &[5, 7, 9, 11],
    };

    /// *Extraction_ProSanteConnect_Personne_activite*, restricted: civil status, and telephone and e-mail for
    /// correspondence. Its activities are those of [`Form::ACTIVITIES`] and are not kept twice.
    pub const RESTRICTED: &'static Self = &Self {
        source: "rass-psc-personne-activite",
        prefix: "Extraction_ProSanteConnect_Personne_activite_",
        columns: &RESTRICTED,
        subject: Subject::Person,
        table: Table::Identities,
        kept: &[3, 4, 5, 6, 7, 8, 9, 10, 11],
    };

    /// *Extraction_Correspondance_MSSante*: mailboxes of the MSSanté, of persons and of structures.
    pub const MAILBOXES: &'static Self = &Self {
        source: "extraction-correspondance-mssante",
        prefix: "Extraction_Correspondance_MSSante_",
        columns: &MAILBOXES,
        subject: Subject::Mailbox,
        table: Table::Supplements,
        kept: &[0, 4, 6, 7, 17],
    };

    /// Every kind there is.
    pub const ALL: [&'static Self; 5] =
        [Self::ACTIVITIES, Self::DIPLOMAS, Self::KNOW_HOW, Self::RESTRICTED, Self::MAILBOXES];

    /// The kind of a file that is published under this name.
    pub fn of_name(name: &str) -> Option<&'static Self> {
        Self::ALL.into_iter().find(|form| name.starts_with(form.prefix))
    }

    /// The kind of feeds of this source.
    pub fn of_source(source: &str) -> Option<&'static Self> {
        Self::ALL.into_iter().find(|form| form.source == source)
    }

    /// The column that names the subject.
    pub(crate) fn subject_column(&self) -> usize {
        match self.subject {
            Subject::Person => 2,
            Subject::Mailbox => 1,
        }
    }
}
