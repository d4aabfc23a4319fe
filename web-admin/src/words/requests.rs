//! Refusals about requests for software certificates and renewal plans.

const AUDITOR: &str = "Ne décidez rien sur cet élément et prévenez l'auditeur.";

/// What happened, and who can help; `None` for a code that is about something else.
pub(super) fn of_requests(code: &str) -> Option<(&'static str, &'static str)> {
    Some(match code {
        "request-unknown" => (
            "Il n'y a pas de demande de certificat de ce numéro.",
            "Vérifiez le numéro, ou revenez à la liste.",
        ),
        "request-self-approval" => (
            "On ne décide pas de la demande que l'on a déposée.",
            "Un autre opérateur d'enregistrement décide.",
        ),
        "request-stale-version" => {
            ("La demande a changé depuis que vous l'avez lue.", "Relisez-la, puis décidez.")
        }
        "request-not-open" => ("Cette demande n'attend plus de décision.", "Relisez la liste."),
        "request-name-not-approved" => (
            "Un nom demandé n'est plus autorisé pour cette structure.",
            "Un opérateur d'enregistrement autorise d'abord le nom, ou refuse la demande.",
        ),
        "request-address-unknown" => (
            "L'adresse demandée n'est celle d'aucune boîte aux lettres MSSanté de ce professionnel.",
            "L'opérateur de la messagerie la publie, ou vous refusez la demande.",
        ),
        "request-address" => (
            "La demande n'a pas exactement l'adresse que veut le gabarit.",
            "Le demandeur fait une autre demande PKCS#10.",
        ),
        "request-reason-missing" => {
            ("Un refus dit pourquoi.", "Choisissez un motif ; un autre motif s'écrit dans la précision.")
        }
        "request-reason-unknown" => ("Ce motif n'est pas de la liste.", "Choisissez un motif de la liste."),
        "request-row-altered" => ("Cette demande ne se lit plus comme elle a été écrite.", AUDITOR),
        "renewal-plan-unknown" => (
            "Il n'y a pas de plan de renouvellement de ce numéro.",
            "Vérifiez le numéro, ou revenez à la liste.",
        ),
        "renewal-self-approval" => {
            ("On n'approuve pas le plan que l'on a établi.", "Un autre opérateur d'enregistrement approuve.")
        }
        "renewal-not-proposed" => ("Ce plan n'attend plus d'approbation.", "Relisez la liste."),
        "renewal-row-altered" => ("Ce plan ne se lit plus comme il a été écrit.", AUDITOR),
        _ => return None,
    })
}
