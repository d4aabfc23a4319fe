//! Refusals about structures, who speaks for them, and their staff.

const AUDITOR: &str = "Ne décidez rien sur cet élément et prévenez l'auditeur.";

/// What happened, and who can help; `None` for a code that is about something else.
pub(super) fn of_structures(code: &str) -> Option<(&'static str, &'static str)> {
    Some(match code {
        "order-not-mandated" => (
            "Vous n'avez pas de mandat en cours pour cette structure.",
            "Un opérateur d'enregistrement propose le mandat, document à l'appui, et un autre l'approuve.",
        ),
        "order-structure-unknown" => (
            "Le répertoire ne connaît pas cette structure.",
            "Vérifiez l'identifiant ; une structure récente paraît à la prochaine mise à jour du répertoire.",
        ),
        "order-structure-unidentified" => (
            "Cette carte n'est pas pour une structure de cette sorte.",
            "La CPE et la CDE sont pour un établissement de santé (FINESS), la CPA et la CDA pour une autre structure (SIRET).",
        ),
        "order-member-unknown" => (
            "Personne n'est déclaré sous ce numéro, ou la personne a quitté la structure.",
            "Déclarez d'abord la personne.",
        ),
        "order-post-refused" => (
            "Cette carte n'est pas pour cette fonction.",
            "La CPE et la CPA sont pour le personnel, la CDE et la CDA pour le responsable de la structure.",
        ),
        "order-member-changed" => (
            "La personne est maintenant déclarée sous un autre nom.",
            "Reprenez les données, relisez la demande, puis décidez.",
        ),
        "mandate-unknown" => {
            ("Il n'y a pas de mandat de ce numéro.", "Vérifiez le numéro sur la page de la structure.")
        }
        "mandate-row-altered" => ("Ce mandat ne se lit plus comme il a été écrit.", AUDITOR),
        "mandate-field-invalid" => (
            "Un champ du mandat n'a pas la forme attendue ; rien n'a été enregistré.",
            "Indiquez une référence de 1 à 200 caractères, le document, une date à venir, et l'identifiant du seul professionnel.",
        ),
        "mandate-no-agent" => (
            "Cette personne n'est pas enrôlée comme mandataire.",
            "Un administrateur enrôle d'abord sa clé, avec ce rôle.",
        ),
        "mandate-structure-refused" => (
            "Cette structure ne peut pas avoir de mandataire : le répertoire ne la connaît pas, ou ne lui donne ni FINESS ni SIRET.",
            "Vérifiez l'identifiant.",
        ),
        "mandate-not-there" => (
            "Selon le répertoire, ce professionnel n'exerce pas dans cette structure.",
            "Désignez-le comme délégué du responsable, ou attendez la prochaine mise à jour du répertoire.",
        ),
        "mandate-stands" => (
            "Cette personne a déjà un mandat pour cette structure, en cours ou à décider.",
            "Décidez de celui qui attend, ou mettez fin à celui qui est en cours.",
        ),
        "mandate-self-approval" => {
            ("On ne décide pas du mandat que l'on a proposé.", "Un autre opérateur d'enregistrement décide.")
        }
        "mandate-not-open" => {
            ("Ce mandat a déjà fait l'objet d'une décision.", "Relisez la page de la structure.")
        }
        "mandate-not-standing" => ("Ce mandat n'est pas en cours.", "Relisez la page de la structure."),
        "staff-row-altered" => ("Cette déclaration ne se lit plus comme elle a été écrite.", AUDITOR),
        "staff-field-invalid" => (
            "Un champ n'a pas la forme attendue ; rien n'a été déclaré.",
            "Le numéro a 1 à 20 lettres et chiffres ; le nom et le prénom, 1 à 64 caractères ; un service a neuf chiffres et pas de nom.",
        ),
        "staff-number-taken" => (
            "Ce numéro est celui d'une personne qui est partie, ou d'un service.",
            "Donnez un autre numéro à la personne.",
        ),
        "staff-not-there" => ("Personne n'est là sous ce numéro.", "Vérifiez le numéro, ou relisez la page."),
        "staff-file-unreadable" => (
            "Ce fichier n'est pas une liste de personnel.",
            "Reprenez le modèle : un fichier CSV en UTF-8, séparé par des points-virgules, de 1 000 lignes au plus.",
        ),
        "staff-rows-invalid" => (
            "Des lignes du fichier sont fausses ; personne n'a été déclaré.",
            "Corrigez les lignes indiquées, puis envoyez de nouveau le fichier.",
        ),
        _ => return None,
    })
}
