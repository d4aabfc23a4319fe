//! The script of a ceremony, in French, to be printed and signed: every step of the run, in its order.

use std::fmt::Write;

use super::steps::{CeremonyBearer, CertificateStep, CrlReach, KeyStep};
use super::{Ceremony, CeremonyKind, Step};
use crate::service_key::Purpose;

/// The script of `ceremony` as Markdown. `program` is the version that will hold it.
pub fn script(ceremony: &Ceremony, program: &str) -> String {
    let mut text = heading(ceremony, program);
    let steps = ceremony.steps();
    for (place, step) in (1..).zip(&steps) {
        let words = words(step);
        let _ = write!(
            text,
            "### Étape {place} sur {count} — {title}\n\n\
             Nom de l'étape : `{step}`\n\n\
             - À faire : {action}\n\
             - Attendu : {expected}\n\n\
             | Heure (UTC) | Opérateur | Témoin | Observations |\n\
             |---|---|---|---|\n\
             | \u{a0} | \u{a0} | \u{a0} | \u{a0} |\n\n",
            count = steps.len(),
            title = words.title,
            action = words.action,
            expected = words.expected,
        );
    }
    text + CLOSING
}

fn heading(ceremony: &Ceremony, program: &str) -> String {
    let mut text = format!(
        "# Cérémonie de clés : {title}\n\n\
         | | |\n|---|---|\n\
         | Nom | `{name}` |\n\
         | Nature | {kind} |\n\
         | SHA-256 du fichier de cérémonie | `{sha256}` |\n\
         | Version du programme | `igc {program}` |\n\
         | Date et lieu | \u{a0} |\n\n\
         ## Participants\n\n\
         | Rôle | Nom | Signature |\n|---|---|---|\n\
         | Maître de cérémonie | \u{a0} | \u{a0} |\n\
         | Opérateur | \u{a0} | \u{a0} |\n\
         | Témoin | \u{a0} | \u{a0} |\n\
         | Témoin | \u{a0} | \u{a0} |\n",
        title = ceremony.title(),
        name = ceremony.name(),
        kind = kind(ceremony.kind()),
        sha256 = ceremony.sha256(),
    );
    for name in ceremony.plan.custodians.iter().flat_map(|custodians| custodians.names.get_ref()) {
        let _ = writeln!(text, "| Porteur de part | {name} | \u{a0} |");
    }
    for one in &ceremony.plan.administrator {
        let _ = writeln!(text, "| Administrateur | {} | \u{a0} |", one.display_name.get_ref());
    }
    let signers: Vec<String> = standing_signers(ceremony).iter().map(|name| of(name)).collect();
    let tokens: Vec<String> = tokens(ceremony).iter().map(|name| format!("`{name}`")).collect();
    let tokens = match (tokens.join(", "), signers.join(", ")) {
        (tokens, signers) if tokens.is_empty() && signers.is_empty() => "sans objet".to_owned(),
        (tokens, signers) if signers.is_empty() => tokens,
        (tokens, signers) if tokens.is_empty() => format!("ceux des clés {signers}"),
        (tokens, signers) => format!("{tokens}, et ceux des clés {signers}"),
    };
    let _ = write!(
        text,
        "\n## Avant de commencer\n\n\
         1. La machine est hors réseau ; personne d'autre que les participants n'est dans la salle.\n\
         2. `sha256sum` du fichier de cérémonie donne le condensat ci-dessus : ☐ oui\n\
         3. `igc --version` donne la version ci-dessus ; condensat du programme (`sha256sum`) : ______________________\n\
         4. L'horloge de la machine est juste à la seconde (heure lue : __________, heure de référence : __________).\n\
         5. L'installation est dans le dossier : ______________________ (DOSSIER ci-dessous)\n\
         6. `igc ceremony check FICHIER --dir DOSSIER` accepte le fichier : ☐ oui\n\
         7. Ces jetons sont branchés, et aucun autre : {tokens}.\n"
    );
    if let Some(custodians) = &ceremony.plan.custodians {
        text += NEW_SHARES;
        let needed = custodians.needed.get_ref();
        let _ = writeln!(
            text,
            "9. Après une interruption, le programme redemande {needed} parts : `--share FICHIER`."
        );
    }
    if !signers.is_empty() {
        text += SHARES_BROUGHT;
    }
    text + COURSE
}

/// The tokens that the file names, each once.
fn tokens(ceremony: &Ceremony) -> Vec<String> {
    let mut named: Vec<String> = Vec::new();
    for step in ceremony.steps() {
        let (Step::Token(token) | Step::Key(KeyStep { token, .. })) = step else { continue };
        if !named.contains(&token) {
            named.push(token);
        }
    }
    named
}

/// The authorities whose keys are used and not made here: the file does not say in which tokens they are.
fn standing_signers(ceremony: &Ceremony) -> Vec<String> {
    let (mut made, mut signers) = (Vec::new(), Vec::new());
    for step in ceremony.steps() {
        match (&step, step.signer().map(str::to_owned)) {
            (Step::Key(key), _) => made.push(key.label.clone()),
            (_, Some(signer)) if !made.contains(&signer) && !signers.contains(&signer) => {
                signers.push(signer)
            }
            _ => {}
        }
    }
    signers
}

const NEW_SHARES: &str = "8. Un support neuf et une enveloppe par porteur, dans l'ordre du tableau ; la commande porte `--share-out FICHIER` \
    une fois pour chacun. Un support FAT est monté avec `umask=077`.\n";

const SHARES_BROUGHT: &str = "\n## Parts apportées\n\n\
    Si les codes d'un jeton sont partagés, la commande porte `--share FICHIER` une fois par part apportée. Une ligne\n\
    par part ; en ajouter au besoin.\n\n\
    | Jeton et part n° | Apportée par | Enveloppe intacte | Remise sous enveloppe à (heure) | Signature |\n\
    |---|---|---|---|---|\n\
    | \u{a0} | \u{a0} | ☐ oui | \u{a0} | \u{a0} |\n\
    | \u{a0} | \u{a0} | ☐ oui | \u{a0} | \u{a0} |\n\
    | \u{a0} | \u{a0} | ☐ oui | \u{a0} | \u{a0} |\n";

const COURSE: &str = "\n## Déroulement\n\n\
    La commande est `igc ceremony run FICHIER --dir DOSSIER`. Le programme nomme chaque étape et attend sa confirmation\n\
    (`oui`) ; toute autre réponse l'arrête. Après une interruption, la même commande reprend à l'étape qui n'est pas faite ;\n\
    l'interruption se note en observation.\n\n";

const CLOSING: &str = "## Clôture\n\n\
    1. Tête de la transcription (SHA-256 affiché à la fin) : ______________________________________\n\
    2. Rapport signé, le jeton de la clé d'audit branché (`igc ceremony report NOM --dir DOSSIER`) ; condensat SHA-256 de `report.json` : ______________________\n\
    3. `igc ceremony verify report.json` répond que le rapport est valable : ☐ oui\n\
    4. SHA-256 de la clé d'audit qui signe le rapport (affiché par `verify`) : ______________________________________\n\
    5. Copies de `report.json`, de `report.json.sig` et de `audit-key.pem` remises à : ______________________\n\
    6. Aucune part n'est restée sur la machine : ☐ oui ☐ sans objet\n\
    7. Les jetons hors ligne sont débranchés et remis à leur lieu de garde : ☐ oui\n\n\
    Fait à ____________________, le ____________________\n\n\
    | Maître de cérémonie | Opérateur | Témoin | Témoin |\n\
    |---|---|---|---|\n\
    | \u{a0} | \u{a0} | \u{a0} | \u{a0} |\n";

fn kind(kind: CeremonyKind) -> &'static str {
    match kind {
        CeremonyKind::Installation => "installation complète (démonstration, essais)",
        CeremonyKind::Root => "autorités racines",
        CeremonyKind::RootCrl => "listes de révocation des autorités racines",
        CeremonyKind::IssuingAuthority => "autorités intermédiaires",
        CeremonyKind::OcspResponders => "répondeurs OCSP",
        CeremonyKind::ListSigner => "signataire des listes d'opposition",
        CeremonyKind::Rollover => "nouvelle génération de clé, avec recouvrement",
        CeremonyKind::EndOfAuthority => "fin d'autorité",
        CeremonyKind::Administrators => "clés des premiers administrateurs",
    }
}

/// `de roots`, `d'ACR-FO`.
fn of(name: &str) -> String {
    if name.starts_with(['A', 'E', 'I', 'O', 'U', 'a', 'e', 'i', 'o', 'u']) {
        format!("d'{name}")
    } else {
        format!("de {name}")
    }
}

struct Words {
    title: String,
    action: String,
    expected: String,
}

fn words(step: &Step) -> Words {
    let (title, action, expected) = match step {
        Step::Open => (
            "Ouverture".to_owned(),
            "nommer l'opérateur et les témoins ; confirmer".to_owned(),
            "le programme affiche le condensat et la version ci-dessus, et ouvre la transcription".to_owned(),
        ),
        Step::Share(share) => (
            format!("Partage des codes du jeton {}", share.token),
            format!(
                "indiquer où écrire chacune des {} parts ; {} d'entre elles ouvriront le jeton",
                share.names.len(),
                share.needed
            ),
            "chaque part est écrite une fois ; le code n'est écrit nulle part".to_owned(),
        ),
        Step::Acknowledge(number, name) => (
            format!("Part n° {number} : {name}"),
            format!(
                "{name} prend sa part, la met sous enveloppe scellée et signe ici : ____________________"
            ),
            format!("le programme a relu la part n° {number}, quand elle est dans un fichier"),
        ),
        Step::Token(name) => (
            format!("Jeton {name}"),
            "confirmer l'initialisation du jeton vide".to_owned(),
            format!("le jeton {name} porte son étiquette et ses codes"),
        ),
        Step::Key(key) => (
            format!("Clé {}", key.label),
            format!("confirmer la fabrication d'une clé {} dans le jeton {}", key.kind, key.token),
            "le jeton dit la clé privée, sensible, non extractible et faite en lui ; SHA-256 de la clé \
             publique : ______________________"
                .to_owned(),
        ),
        Step::Certificate(certificate) => (
            format!("Certificat {}", of(&certificate.label)),
            format!(
                "confirmer l'émission par {} sous le gabarit {}",
                certificate.issuer, certificate.profile
            ),
            expected_of(certificate),
        ),
        Step::End(end) => (
            format!("Fin de l'autorité {}", end.authority),
            "confirmer la fin, qui est définitive".to_owned(),
            if end.leaves_certificates {
                "l'autorité n'émet plus rien ; ses certificats en cours restent valables jusqu'à leur terme et ne \
                 pourront plus être révoqués"
                    .to_owned()
            } else {
                "l'autorité n'émet plus rien ; aucun de ses certificats n'est en cours".to_owned()
            },
        ),
        Step::Revoke(revoke) => match &revoke.but_responder {
            None => (
                format!("Révocation du certificat {}", of(&revoke.authority)),
                format!("confirmer la révocation, qui est définitive ; motif : {}", revoke.reason),
                "l'autorité n'émet plus rien ; son certificat figure sur la liste signée à l'étape suivante"
                    .to_owned(),
            ),
            Some(stays) => (
                format!("Révocation des répondeurs OCSP {}", of(&revoke.authority)),
                format!(
                    "confirmer la révocation, qui est définitive, de tous ses répondeurs sauf {stays} ; motif : {}",
                    revoke.reason
                ),
                "nombre de certificats révoqués : __________ ; nombre de répondeurs laissés en service : __________"
                    .to_owned(),
            ),
        },
        Step::Crl(crl) => (
            match crl.reach {
                CrlReach::Days(_) => format!("Liste de révocation {}", of(&crl.authority)),
                CrlReach::Last => format!("Dernière liste de révocation {}", of(&crl.authority)),
            },
            "confirmer la signature de la liste".to_owned(),
            match crl.reach {
                CrlReach::Days(days) => format!("une liste valable {days} jours ; numéro : __________"),
                CrlReach::Last => {
                    "une liste valable au-delà du terme du dernier certificat ; numéro : __________"
                        .to_owned()
                }
            },
        ),
        Step::Administrator(key) => (
            format!("Clé de l'administrateur {}", key.display_name),
            format!(
                "{} ({}) lit à voix haute l'empreinte de sa clé, sur l'écran de son propre poste (page « Préparer une clé de sécurité ») ; \
                 la comparer à celle-ci, chiffre à chiffre : `{}` ; l'administrateur signe ici : ____________________",
                key.display_name,
                key.login,
                key.fingerprint()
            ),
            "les deux empreintes sont la même ; la transcription nomme l'administrateur et sa clé".to_owned(),
        ),
        Step::Publish => (
            "Publication".to_owned(),
            "confirmer".to_owned(),
            "certificats et listes sont dans le dossier public".to_owned(),
        ),
        Step::Destroy(authority) => (
            format!("Destruction de la clé {}", of(authority)),
            "confirmer la destruction, qui est définitive".to_owned(),
            "une recherche dans le jeton ne trouve plus rien".to_owned(),
        ),
        Step::Close => (
            "Fin de la cérémonie".to_owned(),
            "confirmer".to_owned(),
            "le programme affiche la tête de la transcription, à recopier ci-dessous".to_owned(),
        ),
    };
    Words { title, action, expected }
}

fn expected_of(certificate: &CertificateStep) -> String {
    let what = match &certificate.bearer {
        CeremonyBearer::Authority { validity, root } => {
            let sort = if *root { "autorité racine" } else { "autorité intermédiaire" };
            let less = match validity.less_days {
                0 => String::new(),
                days => format!(" moins {days} jour(s)"),
            };
            format!("certificat d'{sort}, {} ans{less}", validity.years)
        }
        CeremonyBearer::Service { purpose: Purpose::Ocsp, .. } => "certificat de répondeur OCSP".to_owned(),
        CeremonyBearer::Service { .. } => "certificat du signataire des listes d'opposition".to_owned(),
    };
    format!("{what} ; SHA-256 : ______________________")
}
