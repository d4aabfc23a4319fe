//! What is told of the cards of a structure's staff, to who speaks for it; and of a card that is about to end, to its holder.

use super::message::last_digits;

/// The title, and what follows the greeting.
type Words = (&'static str, Vec<String>);

/// What a notice is about: `card 2600000017 of CPET0002 at F0B0193488 within 30`, or a part of it.
#[derive(Default)]
struct About<'a> {
    number: &'a str,
    member: &'a str,
    structure: &'a str,
    days: &'a str,
}

impl<'a> About<'a> {
    fn read(subject: &'a str) -> Self {
        let mut about = Self::default();
        let words: Vec<&str> = subject.split(' ').collect();
        for pair in words.chunks(2) {
            match *pair {
                ["card" | "order", number] => about.number = number,
                ["of", member] => about.member = member,
                ["at", structure] => about.structure = structure,
                ["within", days] => about.days = days,
                _ => {}
            }
        }
        about
    }

    fn card(&self) -> String {
        format!(
            "La carte de {} (structure {}), dont le numéro se termine par {},",
            self.member,
            self.structure,
            last_digits(self.number)
        )
    }
}

/// The register has no address of the staff.
const TELL_HIM: &str = "Prévenez-en le porteur\u{202f}: le répertoire national ne donne pas son adresse.";

pub(super) fn ordered(subject: &str) -> Words {
    let About { number, member, structure, .. } = About::read(subject);
    let said = format!(
        "La demande {number}, pour {member} (structure {structure}), est acceptée\u{202f}: une carte va être fabriquée."
    );
    ("Une carte est commandée pour votre structure", vec![said, TELL_HIM.to_owned()])
}

pub(super) fn delivered(subject: &str) -> Words {
    let said = format!("{} a été remise à son porteur.", About::read(subject).card());
    let next = "S’il ne l’a pas reçue, déclarez-le sans attendre à l’autorité d’enregistrement.".to_owned();
    ("Une carte de votre structure a été remise", vec![said, next])
}

pub(super) fn opposed(subject: &str) -> Words {
    let said = format!(
        "{} est en opposition. Elle et ses certificats ne peuvent plus être utilisés. C’est définitif.",
        About::read(subject).card()
    );
    let next = "Si vous n’en connaissez pas la raison, prévenez sans attendre l’autorité d’enregistrement."
        .to_owned();
    ("Une carte de votre structure est en opposition", vec![said, next, TELL_HIM.to_owned()])
}

pub(super) fn lapsed(subject: &str) -> Words {
    let said = format!(
        "{} fait l’objet d’une vérification\u{202f}: elle prend fin si la prochaine mise à jour du répertoire national n’y change rien.",
        About::read(subject).card()
    );
    let next = "Si la situation de son porteur n’a pas changé, corrigez ce que la structure déclare de lui, ou faites corriger le \
                répertoire, et prévenez l’autorité d’enregistrement."
        .to_owned();
    ("Une vérification concerne une carte de votre structure", vec![said, next, TELL_HIM.to_owned()])
}

pub(super) fn expiring(subject: &str) -> Words {
    let about = About::read(subject);
    let said = format!("{} arrive à son terme dans {} jours au plus.", about.card(), about.days);
    let next = "Si aucune carte ne la remplace et que son porteur en a encore besoin, demandez-en une autre."
        .to_owned();
    ("Une carte de votre structure arrive à son terme", vec![said, next, TELL_HIM.to_owned()])
}

pub(super) fn card_expiring(subject: &str) -> Words {
    let About { number, days, .. } = About::read(subject);
    let said = format!(
        "La carte dont le numéro se termine par {} arrive à son terme dans {days} jours au plus.",
        last_digits(number)
    );
    let next = "Si aucune carte qui la remplace ne vous a été annoncée, adressez-vous à l’autorité d’enregistrement.".to_owned();
    ("Votre carte arrive à son terme", vec![said, next])
}
