//! What each job of the worker makes true, in French.

/// What this job does; nothing of one that has no words here.
pub fn job(name: &str) -> Option<&'static str> {
    Some(match name {
        "audit" => "Ordonne et signe le journal d'audit",
        "certification" => "Certifie les cartes personnalisées et les demandes approuvées",
        "coherence" => "Regarde de l'extérieur tout ce qui est publié",
        "decisions" => "Prend en compte les décisions signées",
        "demo-bureau" => "Joue le bureau de personnalisation de la démonstration",
        "expiry" => "Termine la vie des cartes expirées",
        "full-crl" => "Émet toutes les listes de révocation à heure fixe",
        "holder-declarations" => "Met en opposition sur déclaration du porteur avec son code",
        "notices" => "Envoie les avis par courriel",
        "object-store" => "Recopie les publications dans le stockage d'objets",
        "officer-digests" => "Écrit aux opérateurs ce qui a été décidé en leur nom",
        "opposition-callbacks" => "Cherche dans le répertoire qui rappeler",
        "opposition-codes" => "Tire les codes d'opposition des cartes certifiées",
        "order-flags" => "Signale les porteurs qui semblent inscrits deux fois au répertoire",
        "publication" => "Publie ce qui est dû : listes de révocation, liste d'opposition, certificats",
        "registration" => "Commande la carte des professionnels nouvellement inscrits",
        "renewal" => "Prépare et applique les plans de renouvellement",
        "reserve" => "Garde sur le disque la place réservée aux oppositions",
        "responders" => "Certifie les répondeurs OCSP suivants",
        "revalidation" => "Termine les cartes que le répertoire ne justifie plus",
        "root-crls" => "Surveille la fin des listes de révocation des racines",
        "signatures" => "Rapproche tout ce qui a été signé de ce qui devait l'être",
        "sweep" => "Règle ce qu'un arrêt a laissé inachevé",
        "test-certificates" => "Tient les certificats de test de la démonstration",
        _ => return None,
    })
}
