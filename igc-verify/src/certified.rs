//! What must stand in a certificate by what was decided on, and that nothing else stands in it.

#[cfg(test)]
mod tests;

use crate::tbs::{self, Tbs};

/// What an attribute of the subject must say.
#[derive(Clone, Debug)]
pub enum Content {
    /// This, in whatever case: a profile may write a name in capitals, no more.
    Text(String),
    /// This, or what it begins with: a corporate name is cut.
    CutOf(String),
    /// IdNat_Struct of the structure that has this technical number.
    Structure(String),
    /// What the register says of the structure, which is in no bundle.
    OfRegister,
}

/// What was decided on.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Each attribute of the subject, once.
    pub subject: Vec<(&'static [u8], Content)>,
    /// dNSName, all of them, in their order.
    pub hosts: Vec<String>,
    /// rfc822Name, likewise.
    pub addresses: Vec<String>,
    /// Of a card: what stands before the `@` of its one userPrincipalName, where it has one.
    pub principal: Option<String>,
    /// Code of TRE_G15, where the certificate says one.
    pub profession: Option<i64>,
    /// Code of TRE_G16, likewise.
    pub future_profession: Option<i64>,
    /// TRE_G02, likewise.
    pub card_type: Option<i64>,
    /// Number of the card, likewise.
    pub card_number: Option<String>,
}

/// A structure, and what it is certified as by the register's word alone: its technical number and an IdNat_Struct.
pub type ByRegister = (String, String);

impl Wanted {
    /// Holds it against what is certified.
    pub fn check(&self, tbs: &Tbs<'_>) -> Result<Option<ByRegister>, String> {
        let by_register = self.check_subject(&tbs.subject)?;
        self.check_others(tbs)?;
        Ok(by_register)
    }

    /// All that is said beside the subject.
    fn check_others(&self, tbs: &Tbs<'_>) -> Result<(), String> {
        if tbs.hosts != self.hosts {
            return Err(format!("its host names are {:?}, and {:?} were decided on", tbs.hosts, self.hosts));
        }
        if tbs.addresses != self.addresses {
            return Err(format!(
                "its addresses are {:?}, and {:?} were decided on",
                tbs.addresses, self.addresses
            ));
        }
        let holder = |name: &&str| name.split_once('@').map(|(holder, _)| holder.to_owned());
        let is_its = match tbs.principals.as_slice() {
            [] => true,
            [one] => self.principal.is_some() && holder(one) == self.principal,
            _ => false,
        };
        if !is_its {
            return Err(format!("it logs on as {:?}, and nobody decided on that", tbs.principals));
        }
        let number = tbs.card_number.map(|token| token.rsplit('/').next().unwrap_or_default().to_owned());
        let others = [
            ("profession", tbs.profession.is_some() && tbs.profession != self.profession),
            (
                "future profession",
                tbs.future_profession.is_some() && tbs.future_profession != self.future_profession,
            ),
            ("kind of card", tbs.card_type.is_some() && tbs.card_type != self.card_type),
            ("card number", number.is_some() && number != self.card_number),
        ];
        match others.into_iter().find(|(_, differs)| *differs) {
            Some((what, _)) => Err(format!("its {what} is not what was decided on")),
            None => Ok(()),
        }
    }

    /// Attribute by attribute: what was decided on as the name of a person is not looked for in that of a structure.
    fn check_subject(&self, certified: &[(&[u8], &str)]) -> Result<Option<ByRegister>, String> {
        let mut by_register = None;
        for (kind, content) in &self.subject {
            let name = name_of(kind);
            let mut found = certified.iter().filter(|(other, _)| other == kind).map(|(_, text)| *text);
            let (Some(text), None) = (found.next(), found.next()) else {
                return Err(format!("its subject has no {name}, or more than one"));
            };
            if !content.allows(text) {
                return Err(format!(
                    "{} was decided on, and does not stand in its subject as its {name}: {text} does",
                    content.words()
                ));
            }
            if let Content::Structure(structure) = content
                && !says(structure, text)
            {
                by_register = Some((structure.clone(), text.to_owned()));
            }
        }
        let more = certified.iter().find(|(kind, _)| self.subject.iter().all(|(wanted, _)| wanted != kind));
        match more {
            Some((kind, text)) => {
                Err(format!("its subject has {} {text}, on which nobody decided", name_of(kind)))
            }
            None => Ok(by_register),
        }
    }
}

/// An authority or a responder is named by the identity of the installation, which is not in the bundle. It is nobody else: it has a country, an
/// organisation, its units and a name, and nothing that is said of a person, a card or a host.
pub fn check_of_installation(tbs: &Tbs<'_>) -> Result<(), String> {
    let known = [tbs::COUNTRY, tbs::ORGANISATION, tbs::UNIT, tbs::COMMON_NAME];
    if let Some((kind, text)) = tbs.subject.iter().find(|(kind, _)| !known.contains(kind)) {
        return Err(format!("its subject has {} {text}, on which nobody decided", name_of(kind)));
    }
    // Such as stands here is of nobody, so that whatever is said is more than was decided on.
    Wanted::default().check_others(tbs)
}

impl Content {
    fn allows(&self, text: &str) -> bool {
        match self {
            Self::Text(wanted) => capitals(wanted) == text.to_uppercase(),
            Self::CutOf(wanted) => !text.is_empty() && capitals(wanted).starts_with(&text.to_uppercase()),
            // A technical number says the identifier of its own form. The register may know the structure by the other form too, and numbers
            // some itself.
            Self::Structure(number) => match number.chars().next() {
                Some('F') => says(number, text) || text.starts_with('3'),
                Some('C') => says(number, text) || text.starts_with('1'),
                _ => text.starts_with(['1', '3']),
            },
            Self::OfRegister => true,
        }
    }

    fn words(&self) -> String {
        match self {
            Self::Text(text) | Self::CutOf(text) => text.clone(),
            Self::Structure(number) => format!("structure {number}"),
            Self::OfRegister => String::new(),
        }
    }
}

/// A name has no spaces around it, whatever was typed.
fn capitals(wanted: &str) -> String {
    wanted.trim_matches(' ').to_uppercase()
}

/// Whether IdNat_Struct follows from the technical number: `F` and a FINESS, which is 1 and it; `C` and a SIRET, which
/// is 3 and it.
fn says(number: &str, identifier: &str) -> bool {
    match number.split_at_checked(1) {
        Some(("F", finess)) => identifier.strip_prefix('1') == Some(finess),
        Some(("C", siret)) => identifier.strip_prefix('3') == Some(siret),
        _ => false,
    }
}

fn name_of(kind: &[u8]) -> &'static str {
    match kind {
        tbs::COMMON_NAME => "commonName",
        tbs::SURNAME => "surname",
        tbs::COUNTRY => "countryName",
        tbs::STATE => "stateOrProvinceName",
        tbs::ORGANISATION => "organizationName",
        tbs::UNIT => "organizationalUnitName",
        tbs::TITLE => "title",
        tbs::GIVEN_NAME => "givenName",
        tbs::PSEUDONYM => "pseudonym",
        _ => "an attribute that no profile has:",
    }
}

/// The country, which is the same in every certificate of somebody.
pub fn country() -> (&'static [u8], Content) {
    (tbs::COUNTRY, Content::Text("FR".to_owned()))
}

/// The person: his identifier and his names.
pub fn person(identifier: &str, family_name: &str, given_name: &str) -> Vec<(&'static [u8], Content)> {
    [(tbs::COMMON_NAME, identifier), (tbs::SURNAME, family_name), (tbs::GIVEN_NAME, given_name)]
        .into_iter()
        .map(|(kind, text)| (kind, Content::Text(text.to_owned())))
        .collect()
}

/// The structure that has this technical number.
pub fn structure(number: &str) -> Vec<(&'static [u8], Content)> {
    vec![
        (tbs::STATE, Content::OfRegister),
        (tbs::ORGANISATION, Content::OfRegister),
        (tbs::UNIT, Content::Structure(number.to_owned())),
    ]
}
