//! What a notice says. The same words in plain text and in HTML; every attempt has the same octets.

use lettre::Message;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use store::Timestamp;

use super::{officers, staff};
use crate::decision::DigestLine;
use crate::outbox::Notice;

/// A notice of the outbox, as far as its message needs it.
pub(super) struct Letter<'a> {
    /// 32 hexadecimal digits.
    pub(super) id: &'a str,
    pub(super) wording: Wording,
    pub(super) written_at: Timestamp,
}

const GREETING: &str = "Madame, Monsieur,";

/// Whoever writes in our name asks for a code or has a link: these words say that we do neither.
const CLOSING: &str = "Ce courriel est envoyé automatiquement\u{202f}; n’y répondez pas. Il ne contient aucun lien. \
                       Personne de l’autorité d’enregistrement ne vous demandera jamais votre code porteur, votre code \
                       de déblocage, votre code d’opposition ni un code reçu par courriel.";

/// What a notice says, before it is a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wording {
    /// The subject of the mail.
    pub title: &'static str,
    /// Its paragraphs, from the greeting to the closing.
    pub paragraphs: Vec<String>,
}

/// What the mail of this notice says, word for word: for a page that shows it before it leaves. `subject` is as in the outbox:
/// `order CO-2026-000001`.
pub fn wording(notice: Notice, subject: &str) -> Wording {
    between(words(notice, subject))
}

/// What a digest says of these lines, and how many there are in all.
pub(super) fn digest(lines: &[DigestLine], all: i64) -> Wording {
    between(officers::digest(lines, all))
}

/// A title and sentences, between the greeting and the closing.
pub(super) fn between((title, sentences): (&'static str, Vec<String>)) -> Wording {
    let paragraphs = [GREETING.to_owned()].into_iter().chain(sentences).chain([CLOSING.to_owned()]).collect();
    Wording { title, paragraphs }
}

/// The message of a notice; nothing where the register's address is none.
pub(super) fn compose(letter: &Letter<'_>, from: &Mailbox, address: &str) -> Option<Message> {
    let to = Mailbox::new(None, address.parse().ok()?);
    let Wording { title, paragraphs } = &letter.wording;
    let plain = SinglePart::builder().header(ContentType::TEXT_PLAIN).body(paragraphs.join("\n\n") + "\n");
    let html = SinglePart::builder().header(ContentType::TEXT_HTML).body(page(title, paragraphs));
    // Drawn by nobody: the same in every attempt.
    let both = MultiPart::alternative().boundary(format!("=_{}", letter.id)).build();
    let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
    Message::builder()
        .message_id(Some(format!("<{}@{}>", letter.id, from.email.domain())))
        .date(letter.written_at.to_jiff().into())
        .from(from.clone())
        .to(to)
        .subject(*title)
        // RFC 3834 §5: nothing answers by itself.
        .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()))
        .multipart(both.singlepart(plain).singlepart(html))
        .ok()
}

fn page(title: &str, paragraphs: &[String]) -> String {
    let body: String = paragraphs.iter().map(|text| format!("<p>{}</p>\n", escaped(text))).collect();
    format!(
        "<!doctype html>\n<html lang=\"fr\">\n<head><meta charset=\"utf-8\"><title>{}</title></head>\n<body>\n{body}</body>\n</html>\n",
        escaped(title)
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The title, and what follows the greeting. Of a card the last digits only, and never why.
fn words(notice: Notice, subject: &str) -> (&'static str, Vec<String>) {
    let kind = subject.strip_prefix("certificate request ");
    let name = kind.or(subject.split_once(' ').map(|(_, name)| name)).unwrap_or(subject);
    let card = format!("La carte dont le numéro se termine par {}", last_digits(name));
    match notice {
        Notice::Received => (
            "Votre demande est enregistrée",
            vec![format!("La demande {name} est enregistrée. Elle va être examinée par l’autorité d’enregistrement.")],
        ),
        Notice::Approved => (
            "Votre demande est acceptée",
            vec![format!("La demande {name} est acceptée. Vous serez prévenu de la suite.")],
        ),
        Notice::Refused => (
            "Votre demande n’est pas acceptée",
            vec![format!(
                "La demande {name} n’est pas acceptée. La raison vous est donnée par l’autorité d’enregistrement, \
                 jamais par courriel."
            )],
        ),
        Notice::Withdrawn => {
            ("Votre demande est retirée", vec![format!("La demande {name} est retirée\u{202f}: elle n’aura pas de suite.")])
        }
        Notice::CardDelivered => (
            "Votre carte vous a été remise",
            vec![format!("{card} vous a été remise."), "Si vous ne l’avez pas reçue, déclarez-le sans attendre à l’autorité d’enregistrement.".to_owned()],
        ),
        Notice::CardActivated => (
            "Votre carte est active",
            vec![format!("{card} est active\u{202f}: elle peut être utilisée dès maintenant.")],
        ),
        Notice::CardLapsed => (
            "Une vérification concerne votre carte",
            vec![
                format!("{card} fait l’objet d’une vérification, après une mise à jour du répertoire national."),
                "Si votre situation n’a pas changé, faites corriger le répertoire par l’autorité qui tient votre \
                 inscription, et prévenez l’autorité d’enregistrement."
                    .to_owned(),
            ],
        ),
        Notice::CertificateLapsed => (
            "Une vérification concerne votre certificat",
            vec![
                format!(
                    "Le certificat de la demande {name} fait l’objet d’une vérification, après une mise à jour du \
                     répertoire national."
                ),
                "Si votre situation n’a pas changé, faites corriger le répertoire par l’autorité qui tient votre \
                 inscription, et prévenez l’autorité d’enregistrement."
                    .to_owned(),
            ],
        ),
        Notice::CertificateRevoked => (
            "Votre certificat est révoqué",
            vec![
                format!("Le certificat de la demande {name} est révoqué. Il ne peut plus être utilisé. C’est définitif."),
                "Si vous n’en connaissez pas la raison, prévenez sans attendre l’autorité d’enregistrement.".to_owned(),
            ],
        ),
        Notice::CardOpposed => (
            "Votre carte est en opposition",
            vec![
                format!("{card} est en opposition. Elle et ses certificats ne peuvent plus être utilisés. C’est définitif."),
                "Si vous n’en êtes pas à l’origine, prévenez sans attendre l’autorité d’enregistrement.".to_owned(),
            ],
        ),
        Notice::CardSuspended => (
            "Votre carte est suspendue",
            vec![
                format!(
                    "{card} est suspendue le temps d’une vérification. Elle et ses certificats ne peuvent pas être utilisés \
                     jusqu’à nouvel avis."
                ),
                "Si vous n’en connaissez pas la raison, prévenez sans attendre l’autorité d’enregistrement.".to_owned(),
            ],
        ),
        Notice::SuspensionLifted => (
            "La suspension de votre carte est levée",
            vec![format!("{card} n’est plus suspendue\u{202f}: elle peut de nouveau être utilisée.")],
        ),
        Notice::OppositionUnproved => (
            "Une déclaration concerne votre carte",
            vec![
                format!(
                    "{card} a fait l’objet d’une déclaration que rien ne prouve. Elle reste valable."
                ),
                "Un opérateur va vous appeler au numéro que donne le répertoire national. Si vous avez toujours votre \
                 carte, dites-le-lui\u{202f}; sinon, il la mettra en opposition avec vous."
                    .to_owned(),
            ],
        ),
        Notice::CertificateIssued => (
            "Votre certificat est disponible",
            vec![format!("Le certificat de la demande {name} est disponible auprès de l’autorité d’enregistrement.")],
        ),
        Notice::CertificateNotRetrieved => (
            "Un certificat n’a pas été retiré",
            vec![
                format!("Personne n’a encore retiré le certificat de la demande {name}."),
                "Il est à retirer, une fois ses conditions d’utilisation acceptées, sur la page de la structure ou sur celle \
                 des certificats logiciels. S’il ne sert plus, demandez sa révocation à l’autorité d’enregistrement."
                    .to_owned(),
            ],
        ),
        Notice::QuestionAsked => (
            "Votre demande attend une réponse",
            vec![format!(
                "L’autorité d’enregistrement a besoin d’un renseignement ou d’une pièce pour examiner la demande {name}. \
                 La question vous est posée par l’autorité d’enregistrement, jamais par courriel."
            )],
        ),
        Notice::DecisionSeen => officers::decision_seen(subject),
        Notice::DecisionNotHeld => officers::decision_not_held(subject),
        Notice::DecisionTakenBack => officers::decision_taken_back(subject),
        Notice::KeyAdded => officers::key_added(name),
        Notice::KeyRevoked => officers::key_revoked(name),
        Notice::AddressChanged => officers::address_changed(name),
        Notice::ApprovalContested => officers::approval_contested(name),
        Notice::CardWayBack => (
            "Une nouvelle carte vous est proposée",
            vec![
                format!(
                    "{card} a été mise en opposition sans que vous l’ayez demandé. Une opposition est définitive\u{202f}: cette carte \
                     ne sera pas rétablie."
                ),
                "Une nouvelle carte peut être demandée pour vous\u{202f}; adressez-vous à l’autorité d’enregistrement. Votre code \
                 d’opposition a pu être lu par quelqu’un d’autre\u{202f}: la nouvelle carte en aura un autre."
                    .to_owned(),
            ],
        ),
        Notice::CardExpiring => staff::card_expiring(subject),
        Notice::StaffCardOrdered => staff::ordered(subject),
        Notice::StaffCardDelivered => staff::delivered(subject),
        Notice::StaffCardOpposed => staff::opposed(subject),
        Notice::StaffCardExpiring => staff::expiring(subject),
        Notice::StaffCardLapsed => staff::lapsed(subject),
        Notice::DecisionsDigest => officers::digest(&[], name.parse().unwrap_or_default()),
    }
}

pub(super) fn last_digits(number: &str) -> &str {
    number.get(number.len().saturating_sub(4)..).unwrap_or(number)
}
