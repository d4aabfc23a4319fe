use std::fmt;
use std::str::FromStr;

use super::error::{IdentifierError, Rule};
use super::{Adeli, AdeliRank, Finess, Rpps, RppsRank, Siret, serde_as_text};

const NAME: &str = "IdNat_PS";

/// IdNat_PS, the national identifier of a person (TRE_G08, OID 1.2.250.1.71.1.2.15): one digit that
/// says which register, and the identifier there; for employees their employer's identifier, `/`, and
/// a local one (\[S\] domain.md §2.1). It is the holder's name in a card's certificates.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdNatPs {
    /// 0: known by ADELI until the migration to RPPS ends.
    Adeli(Adeli),
    /// 1: employee of a practice known by ADELI-rang.
    AdeliRankEmployee(AdeliRank, LocalId),
    /// 3: employee of a structure known by FINESS.
    FinessEmployee(Finess, LocalId),
    /// 5: employee of a structure known by SIRET.
    SiretEmployee(Siret, LocalId),
    /// 6: employee of a practice known by RPPS-rang.
    RppsRankEmployee(RppsRank, LocalId),
    /// 8: known by RPPS; the main case.
    Rpps(Rpps),
}

/// What an employer calls one of its employees: 1 to 20 ASCII letters and digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalId(String);

impl IdNatPs {
    /// The digit that says which register: the column *Type d'identifiant PP* of the extracts.
    pub fn type_digit(&self) -> char {
        match self {
            Self::Adeli(_) => '0',
            Self::AdeliRankEmployee(..) => '1',
            Self::FinessEmployee(..) => '3',
            Self::SiretEmployee(..) => '5',
            Self::RppsRankEmployee(..) => '6',
            Self::Rpps(_) => '8',
        }
    }

    /// Whether `text` is one, without keeping it.
    pub(crate) fn check(text: &str) -> Result<(), IdentifierError> {
        match text.split_at_checked(1) {
            Some(("8", rpps)) => Rpps::check(rpps),
            Some(("0", adeli)) => Adeli::check(adeli),
            _ => text.parse::<Self>().map(drop),
        }
    }

    /// The RPPS number, where the person has one.
    pub fn rpps(&self) -> Option<&Rpps> {
        match self {
            Self::Rpps(rpps) => Some(rpps),
            _ => None,
        }
    }

    /// What his employer calls an employee.
    pub fn local_id(&self) -> Option<&str> {
        match self {
            Self::Adeli(_) | Self::Rpps(_) => None,
            Self::AdeliRankEmployee(_, local)
            | Self::FinessEmployee(_, local)
            | Self::SiretEmployee(_, local)
            | Self::RppsRankEmployee(_, local) => Some(&local.0),
        }
    }
}

impl From<Rpps> for IdNatPs {
    fn from(rpps: Rpps) -> Self {
        Self::Rpps(rpps)
    }
}

impl FromStr for IdNatPs {
    type Err = IdentifierError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fail = |rule| Err(IdentifierError { identifier: NAME, rule });
        let Some(digit) = text.chars().next() else {
            return fail(Rule::Length { expected: 12, found: 0 });
        };
        let rest = &text[digit.len_utf8()..];
        Ok(match digit {
            '0' => Self::Adeli(rest.parse()?),
            '8' => Self::Rpps(rest.parse()?),
            '1' => employee(rest, Self::AdeliRankEmployee)?,
            '3' => employee(rest, Self::FinessEmployee)?,
            '5' => employee(rest, Self::SiretEmployee)?,
            '6' => employee(rest, Self::RppsRankEmployee)?,
            // 2 and 9 closed on 2020-05-29, 4 was never used.
            '2' | '4' | '9' => return fail(Rule::Closed(digit)),
            _ => return fail(Rule::Prefix("0, 1, 3, 5, 6, 8")),
        })
    }
}

fn employee<E: FromStr<Err = IdentifierError>>(
    text: &str,
    make: fn(E, LocalId) -> IdNatPs,
) -> Result<IdNatPs, IdentifierError> {
    let refused = IdentifierError { identifier: NAME, rule: Rule::Local };
    let (employer, local) = text.split_once('/').ok_or(refused)?;
    let well_formed =
        (1..=20).contains(&local.len()) && local.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !well_formed {
        return Err(refused);
    }
    Ok(make(employer.parse()?, LocalId(local.to_owned())))
}

impl fmt::Display for IdNatPs {
    /// As on the wire: `899700000115`, `3760021832/000000018`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digit = self.type_digit();
        match self {
            Self::Adeli(adeli) => write!(f, "{digit}{adeli}"),
            Self::AdeliRankEmployee(practice, local) => write!(f, "{digit}{practice}/{local}"),
            Self::FinessEmployee(structure, local) => write!(f, "{digit}{structure}/{local}"),
            Self::SiretEmployee(structure, local) => write!(f, "{digit}{structure}/{local}"),
            Self::RppsRankEmployee(practice, local) => write!(f, "{digit}{practice}/{local}"),
            Self::Rpps(rpps) => write!(f, "{digit}{rpps}"),
        }
    }
}

impl fmt::Display for LocalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(IdNatPs);
