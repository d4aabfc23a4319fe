//! What officers are told: decisions in their names, their keys, where they are written to.

use jiff::tz::TimeZone;
use store::Timestamp;

use crate::decision::DigestLine;

/// What to do about what one has not done, in words that need no page and no link.
const NOT_YOU: &str = "Ce n’était pas vous\u{202f}? Prévenez sans attendre deux administrateurs, de vive voix ou par téléphone et non \
                       en répondant à ce courriel\u{202f}; faites retirer votre clé, et ne décidez plus rien avant qu’ils aient \
                       examiné votre poste.";

/// The title, and what follows the greeting.
type Words = (&'static str, Vec<String>);

pub(super) fn decision_seen(subject: &str) -> Words {
    let said = format!("Décision reçue\u{202f}: {}.", decision(subject));
    ("Une décision a été prise en votre nom", vec![said, NOT_YOU.to_owned()])
}

pub(super) fn decision_not_held(subject: &str) -> Words {
    let said = format!("Elle ne prouve rien et n’a pas d’effet\u{202f}: {}.", decision(subject));
    ("Une décision en votre nom a été refusée", vec![said, NOT_YOU.to_owned()])
}

pub(super) fn decision_taken_back(subject: &str) -> Words {
    let said = format!("Décision reprise\u{202f}: {subject}. La demande est de nouveau à décider.");
    ("Une de vos décisions a été reprise", vec![said, NOT_YOU.to_owned()])
}

pub(super) fn key_added(enrolment: &str) -> Words {
    let said = format!(
        "Deux administrateurs ont signé l’inscription {enrolment}\u{202f}: une clé, ou un certificat de connexion, compte \
         désormais comme étant à vous."
    );
    ("Une clé a été inscrite à votre nom", vec![said, NOT_YOU.to_owned()])
}

pub(super) fn key_revoked(enrolment: &str) -> Words {
    let said = format!(
        "Deux administrateurs ont signé le retrait {enrolment}\u{202f}: une clé, ou un certificat de connexion, qui était à \
         vous ne compte plus."
    );
    ("Une clé inscrite à votre nom a été retirée", vec![said, NOT_YOU.to_owned()])
}

pub(super) fn address_changed(enrolment: &str) -> Words {
    let said = format!(
        "Deux administrateurs ont signé le changement {enrolment}\u{202f}: ce qui est décidé en votre nom sera écrit à une \
         autre adresse. Ce courriel part à celle qui valait jusqu’ici, si vous en aviez une."
    );
    ("Votre adresse de courriel a changé", vec![said, NOT_YOU.to_owned()])
}

pub(super) fn approval_contested(order: &str) -> Words {
    let said = format!(
        "La demande {order}, que vous avez approuvée, a été relue par un autre opérateur, qui la conteste. Sa raison est sur la \
         liste des relectures."
    );
    let next = "Relisez le dossier avec lui\u{202f}: la demande se retire tant qu’elle n’a pas de carte\u{202f}; ensuite, la carte se \
                met en opposition.";
    ("Une de vos approbations est contestée", vec![said, next.to_owned()])
}

/// Each line, and how many there are beyond them.
pub(super) fn digest(lines: &[DigestLine], all: i64) -> Words {
    let count = match all {
        0 | 1 => format!("{all} décision"),
        all => format!("{all} décisions"),
    };
    let mut sentences = vec![format!(
        "Le service de certification a reçu en votre nom {count} depuis votre dernier récapitulatif. Comparez avec ce dont \
         vous vous souvenez\u{202f}: ce qui suit est ce que ce service a vérifié lui-même, et non ce que montre une page."
    )];
    sentences.extend(lines.iter().map(of_line));
    let left = all - lines.len() as i64;
    if left > 0 {
        sentences.push(format!("Et {left} de plus, qu’un auditeur peut lire dans le journal."));
    }
    sentences.push(NOT_YOU.to_owned());
    ("Ce qui a été décidé en votre nom", sentences)
}

fn of_line(line: &DigestLine) -> String {
    let DigestLine { subject_kind, subject_number, subject_version, verdict, proof, seen_at, refusal } = line;
    let what = sentence(subject_kind, subject_number, &subject_version.to_string(), verdict, proof);
    let outcome = match refusal {
        None => "",
        Some(_) => " Elle ne prouve rien et n’a pas d’effet.",
    };
    format!("–\u{a0}{}\u{202f}: {what}.{outcome}", moment(*seen_at))
}

/// What a notice of one decision is about, from `card-order CO-2026-000001 version 1 approve 0123456789abcdef`.
fn decision(subject: &str) -> String {
    match subject.split(' ').collect::<Vec<_>>()[..] {
        [kind, number, "version", version, verdict, proof] => sentence(kind, number, version, verdict, proof),
        [kind, number, "version", version, verdict, proof, "by", login, "under", delegation] => {
            let said = sentence(kind, number, version, verdict, proof);
            format!("{said}, par {login}, par votre délégation {delegation}")
        }
        [kind, number, "version", version, verdict, proof, "to", login] => {
            let said = sentence(kind, number, version, verdict, proof);
            format!(
                "{said}, à {login}, qui décide désormais en votre nom entre les dates que vous avez signées"
            )
        }
        _ => subject.to_owned(),
    }
}

fn sentence(kind: &str, number: &str, version: &str, verdict: &str, proof: &str) -> String {
    let kind = match kind {
        "card-order" => "demande de carte",
        "certificate-request" => "demande de certificat",
        "renewal-plan" => "plan de renouvellement",
        "register-feed" => "extraction mise de côté",
        "opposition-plan" => "plan d’oppositions",
        "officer-enrolment" => "inscription d’opérateur",
        "suspension-lift" => "levée de suspension",
        "structure-mandate" => "mandat",
        "officer-delegation" => "délégation",
        other => other,
    };
    let verdict = match verdict {
        "approve" => "accord",
        "refuse" => "refus",
        other => other,
    };
    format!("{kind} {number}, version {version}, {verdict}, empreinte de la preuve {proof}")
}

/// In Paris time, as the pages say it.
pub(super) fn moment(at: Timestamp) -> String {
    let paris = TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC);
    at.to_jiff().to_zoned(paris).strftime("%d/%m/%Y à %H\u{a0}h\u{a0}%M").to_string()
}
