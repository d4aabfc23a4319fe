//! The letter that tells a holder why his request is not accepted: printed and posted, since the mail says no reason. It is
//! made of the decision alone, so that the one that was previewed is the one that leaves, and the one that is found later.

use crate::order::CardOrder;
use crate::refusal_reasons::RefusalReason;
use crate::typography::french;

/// A letter, without the address that whoever posts it puts on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// What it is about.
    pub subject: String,
    /// What it says, a paragraph each.
    pub paragraphs: Vec<String>,
}

/// The letter of a refusal: the reason, the officer's own sentence where there is one, and what can be done about it.
pub fn of_refusal(order: &CardOrder, reason: &RefusalReason, text: Option<&str>) -> Letter {
    let mut paragraphs = vec![
        "Madame, Monsieur,".to_owned(),
        format!(
            "Une carte {} a été demandée {}, sous le numéro {}. Cette demande n’est pas acceptée, pour la raison suivante.",
            order.kind,
            for_whom(order),
            order.number
        ),
        french(reason.sentence),
    ];
    paragraphs.extend(text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned));
    paragraphs.push(french(reason.remedy));
    paragraphs.push(
        "Si vous contestez cette décision, écrivez à l’autorité d’enregistrement en rappelant le numéro de la demande. \
         Les voies et délais de recours sont ceux que fixe sa politique de certification."
            .to_owned(),
    );
    Letter { subject: format!("Demande {}", order.number), paragraphs }
}

/// Whose the card would be: a person's, or a service's, of which the letter goes to the structure.
fn for_whom(order: &CardOrder) -> String {
    match order.service_in_words() {
        Some(service) => format!("pour votre structure ({service})"),
        None => format!("à votre nom, {} {}", order.given_name, order.family_name),
    }
}

#[cfg(test)]
mod tests;
