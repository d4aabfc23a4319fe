//! How to reach a holder: by what the register's restricted feed says, read when it is needed and kept nowhere for good.

use professional_registry::extract::Form;
use professional_registry::{RegistryError, contact_changed_at, mailbox_of, supplement};
use store::{Database, Timestamp};

use crate::renumbered;

mod gone;

#[cfg(test)]
mod tests;

pub use gone::forget_gone;

/// Longest telephone number, and address of e-mail (RFC 5321 §4.5.3.1), that are taken from the register, in octets.
const TELEPHONE_BOUND: usize = 64;
const EMAIL_BOUND: usize = 254;

const TELEPHONE: &str = "Téléphone (coord. correspondance)";
const EMAIL: &str = "Adresse e-mail (coord. correspondance)";

/// Where a holder is reached; what the register does not say is nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// As the register writes it.
    pub telephone: Option<String>,
    /// For correspondence.
    pub email: Option<String>,
}

/// The contact of the holder with this IdNat_PS, or with the RPPS number that it became. For the worker alone: no other role
/// reads that feed.
pub fn of_holder(db: &mut Database, holder: &str) -> Result<Contact, RegistryError> {
    let mut lines = Vec::new();
    for number in renumbered::numbers_of(db, holder)? {
        let said = supplement(db, Form::RESTRICTED, &number)?;
        // The newest line stands last.
        lines.extend(said.into_iter().flat_map(|said| said.entries).rev());
    }
    let mut contact = Contact::default();
    for (column, cell) in lines.into_iter().flatten() {
        let (place, bound) = match column {
            TELEPHONE => (&mut contact.telephone, TELEPHONE_BOUND),
            EMAIL => (&mut contact.email, EMAIL_BOUND),
            _ => continue,
        };
        let fits = (1..=bound).contains(&cell.len()) && !cell.chars().any(char::is_control);
        if place.is_none() && fits {
            *place = Some(cell);
        }
    }
    Ok(contact)
}

/// When a feed last changed the contact of the holder with this IdNat_PS, under any of his numbers; nothing where none has. For the worker
/// alone.
pub(crate) fn last_change(db: &mut Database, holder: &str) -> diesel::QueryResult<Option<Timestamp>> {
    let mut last: Option<Timestamp> = None;
    for number in renumbered::numbers_of(db, holder)? {
        last = last.max(contact_changed_at(db, &number)?);
    }
    Ok(last)
}

/// Where the holder with this IdNat_PS is written to: for correspondence, or else at his mailbox of the MSSanté, which he may not
/// be able to open without his card. For the worker alone.
pub fn address_of_holder(db: &mut Database, holder: &str) -> Result<Option<String>, RegistryError> {
    match of_holder(db, holder)?.email {
        Some(address) => Ok(Some(address)),
        None => {
            for number in renumbered::numbers_of(db, holder)? {
                let mailbox = mailbox_of(db, &number)?.filter(|address| address.len() <= EMAIL_BOUND);
                if mailbox.is_some() {
                    return Ok(mailbox);
                }
            }
            Ok(None)
        }
    }
}
