use ca_core::certificate::{self, CertificateStatus};
use ca_core::compromised_key;
use diesel::prelude::*;
use store::Database;
use store::schema::certificate_requests;

use crate::eligibility::RequestFacts;

/// What is known of a key that somebody asks a certificate for.
pub(super) struct KeyStanding {
    /// The open request for it.
    pub(super) open_request: Option<String>,
    /// Why it is not the asker's own.
    pub(super) known: Option<&'static str>,
}

impl KeyStanding {
    /// As the rules look at it.
    pub(super) fn facts(&self) -> RequestFacts<'_> {
        let Self { open_request, known } = self;
        RequestFacts { open_request: open_request.as_deref(), key_known: *known, ..RequestFacts::default() }
    }

    /// A key has one owner, is asked for once at a time, and never again once it was compromised.
    pub(super) fn of(db: &mut Database, owner: &str, public_key: &[u8]) -> QueryResult<Self> {
        let earlier: Vec<Earlier> = certificate_requests::table
            .filter(certificate_requests::public_key.eq(public_key))
            .order(certificate_requests::number)
            .select(Earlier::as_select())
            .load(db)?;
        let open_request = earlier.iter().find(|one| one.is_open()).map(|one| one.number.clone());
        let of_another = earlier.iter().any(|one| !one.is_open() && one.owner() != owner);
        let mut known = match compromised_key::find(db, public_key)? {
            Some(_) => Some("it is recorded as compromised"),
            None => of_another.then_some("somebody else asked for it"),
        };
        // What is certified over an open request's key is that request's matter.
        if open_request.is_none() && known.is_none() {
            let own = earlier.iter().any(|one| one.status == "issued");
            known = certificate::with_key(db, public_key)?.iter().find_map(|one| match &one.status {
                CertificateStatus::Abandoned => None,
                CertificateStatus::Revoked { reason, .. } if reason == "keyCompromise" => {
                    Some("it was revoked as compromised")
                }
                _ if own => None,
                _ => Some("it is certified for another"),
            });
        }
        Ok(Self { open_request, known })
    }
}

/// The open request for this key; none where there is none.
pub(super) fn open_request(db: &mut Database, public_key: &[u8]) -> QueryResult<Option<String>> {
    certificate_requests::table
        .filter(certificate_requests::public_key.eq(public_key))
        .filter(certificate_requests::status.eq_any(["submitted", "approved"]))
        .order(certificate_requests::number)
        .select(certificate_requests::number)
        .first(db)
        .optional()
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = certificate_requests)]
struct Earlier {
    number: String,
    structure: String,
    common_name: String,
    family_name: Option<String>,
    status: String,
}

impl Earlier {
    fn is_open(&self) -> bool {
        matches!(self.status.as_str(), "submitted" | "approved")
    }

    /// The person by his IdNat_PS, or the structure: two requests of one owner may be over one key.
    fn owner(&self) -> &str {
        if self.family_name.is_some() { &self.common_name } else { &self.structure }
    }
}
