//! The mail with one-time codes, which is no notice of the outbox: what it says is in no table.

use card::CardNumber;
use store::Timestamp;
use zeroize::Zeroizing;

use super::message::{Wording, between, last_digits};
use super::officers::moment;

/// A code for each card, and until when they count.
pub(crate) fn one_time_codes(codes: &[(CardNumber, Zeroizing<String>)], until: Timestamp) -> Wording {
    let asked =
        "Un code a été demandé, sans doute par vous, sur la page où un porteur bloque sa carte.".to_owned();
    let code = |(card, code): &(CardNumber, Zeroizing<String>)| {
        let (card, code) = (card.to_string(), code.replace(' ', "\u{a0}"));
        format!("Pour la carte dont le numéro se termine par {}\u{a0}: {code}", last_digits(&card))
    };
    let how = format!(
        "Saisissez ce code sur la page qui l’a demandé, avant le {}. Il ne sert nulle part ailleurs. Bloquer une carte est \
         définitif.",
        moment(until)
    );
    let not_you = "Vous n’avez rien demandé\u{202f}? Ne faites rien\u{202f}: sans ce code, votre carte reste valable. Ne le \
                   donnez à personne."
        .to_owned();
    let sentences = [asked].into_iter().chain(codes.iter().map(code)).chain([how, not_you]).collect();
    between(("Votre code pour bloquer votre carte", sentences))
}
