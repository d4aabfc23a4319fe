//! What would become of each order of a selection, and what became of it.

use professional_registry::ImportedRegister;
use registration_authority::approval::{Decidable, Verdict};
use registration_authority::letter::Letter;
use registration_authority::notices::Wording;
use registration_authority::order::CardOrder;
use registration_authority::order::bulk::{self, Chosen};
use registration_authority::outbox::Notice;
use registration_authority::views;

use super::whose::Whose;
use crate::desk::Work;
use crate::failure::Failure;
use crate::language::Language;
use crate::messages::Key;
use crate::pages::dossier::{mail, refusal_letter};
use crate::typography;

/// An order of the selection.
pub(super) struct Row {
    pub(super) chosen: Chosen,
    /// What is known of it; nothing where the officer may not read it.
    pub(super) order: Option<Known>,
    /// The code of why it is left out.
    pub(super) refusal: Option<&'static str>,
    /// Whose act leaves it out, where one's does.
    pub(super) whose: Option<Whose>,
}

/// What a row says of an order.
pub(super) struct Known {
    pub(super) name: String,
    pub(super) holder: String,
    pub(super) object: String,
    pub(super) mail: Wording,
    pub(super) letter: Option<Letter>,
    pub(super) subject: Decidable,
}

/// Each order as it stands, on one picture of the database.
pub(super) fn read(
    work: &mut Work<'_>,
    language: Language,
    verdict: Verdict,
    chosen: &[Chosen],
    letter_of: Option<(&str, &str)>,
) -> Result<Vec<Row>, Failure> {
    let act = work.act;
    work.db.snapshot(|db| {
        let mut rows = Vec::new();
        for chosen in chosen {
            let read = views::order(db, &chosen.number, act).map_err(Failure::from);
            let examined = match &read {
                Ok(_) => bulk::examine(db, &mut ImportedRegister, chosen, verdict, act)
                    .map(drop)
                    .map_err(Failure::from),
                Err(_) => Ok(()),
            };
            let order = match read {
                Ok(order) => Ok(Known::of(order, language, verdict, letter_of)),
                Err(failure) => Err(failure),
            };
            let (order, failure) = match (order, examined) {
                (Ok(order), examined) => (Some(order), examined.err()),
                (Err(failure), _) => (None, Some(failure)),
            };
            let code = failure.map(told).transpose()?;
            let whose = match code {
                Some(code) if order.is_some() => Whose::of(db, language, chosen, code, act)?,
                _ => None,
            };
            rows.push(Row { chosen: chosen.clone(), order, refusal: code, whose });
        }
        Ok(rows)
    })
}

impl Known {
    fn of(order: CardOrder, language: Language, verdict: Verdict, letter_of: Option<(&str, &str)>) -> Self {
        let notice = match verdict {
            Verdict::Approve => Notice::Approved,
            Verdict::Refuse => Notice::Refused,
        };
        Self {
            name: typography::name(&order.family_name, &order.given_name),
            holder: order.holder.to_string(),
            object: match &order.replaces {
                Some(card) => {
                    language.say(Key::of("queue-replacement")).with("kind", order.kind).with("card", card)
                }
                None => language.say(Key::of("queue-new-card")).with("kind", order.kind),
            }
            .to_string(),
            mail: mail(&order, notice),
            letter: letter_of.and_then(|(reason, text)| refusal_letter(&order, reason, text)),
            subject: order.decidable(),
        }
    }
}

/// The code of why an order is left out, which is told beside it and keeps no other back.
pub(super) fn told(failure: Failure) -> Result<&'static str, Failure> {
    match failure.code() {
        Some(code) => Ok(code.name),
        None => Err(failure),
    }
}
