//! Whose act, or presence, leaves an order out of a selection: two officers work down one list.

use professional_registry::ImportedRegister;
use registration_authority::faults as rules;
use registration_authority::officers::{self, Right};
use registration_authority::order::bulk::Chosen;
use registration_authority::queue::leases_shown;
use registration_authority::views::{self, Read};
use store::{Act, Database};

use crate::failure::Failure;
use crate::language::Language;
use crate::pages::dossier::author;
use crate::pages::stale;
use crate::typography::Shown;

/// Who, and since when or when.
pub(in crate::pages) struct Whose {
    pub(in crate::pages) what: String,
    pub(in crate::pages) at: Shown,
}

impl Whose {
    /// Of an order that is left out for this code; none where nobody's act is the reason, or nobody is told of it. On one picture of the
    /// database.
    pub(super) fn of(
        db: &mut Database,
        language: Language,
        chosen: &Chosen,
        code: &str,
        act: &Act,
    ) -> Result<Option<Self>, Failure> {
        let number = &chosen.number;
        if code == rules::ORDER_TAKEN.name {
            let (order, reader) =
                (views::order(db, number, act)?, officers::require(db, Right::ReadOwnDossier, act)?);
            let mut leases = leases_shown(db, &reader, &[&order], act.at)?;
            let Some(lease) = leases.remove(number) else { return Ok(None) };
            let who = author(db, language, &lease.officer)?;
            let what = language.say("bulk-taken-by").with("who", who).to_string();
            return Ok(Some(Self { what, at: Shown(lease.since) }));
        }
        if ![rules::ORDER_NOT_OPEN.name, rules::ORDER_STALE_VERSION.name].contains(&code) {
            return Ok(None);
        }
        let read = Read { version: Some(chosen.version), ..Read::default() };
        let (_, mut changes) = views::changes(db, &mut ImportedRegister, number, &read, act)?;
        let Some(last) = changes.pop() else { return Ok(None) };
        let at = Shown(last.at);
        Ok(Some(Self { what: stale::in_words(db, language, &last)?.to_string(), at }))
    }
}
