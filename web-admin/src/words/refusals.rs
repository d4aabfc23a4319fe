// One file because it is one table: a sentence for each code.

/// A refusal, for the person who reads the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// What happened.
    pub(crate) what: &'static str,
    /// Who can help, and how.
    pub(crate) who: &'static str,
}

const OPERATOR: &str = "Signalez-le à l'exploitant, avec le numéro de la requête.";
const AUDITOR: &str = "Ne décidez rien sur cet élément et prévenez l'auditeur.";
const ADMINISTRATOR: &str = "Adressez-vous à l'administrateur de l'autorité d'enregistrement.";

/// The French of a stable code.
pub(crate) fn refusal(code: &str) -> Refusal {
    let (what, who) = of_orders(code)
        .or_else(|| of_decisions(code))
        .or_else(|| of_keys(code))
        .or_else(|| of_releases(code))
        .or_else(|| of_cards(code))
        .or_else(|| super::structures::of_structures(code))
        .or_else(|| super::requests::of_requests(code))
        .or_else(|| of_pages(code))
        .unwrap_or(("L'opération n'a pas abouti ; rien n'a été modifié.", OPERATOR));
    Refusal { what, who }
}

fn of_orders(code: &str) -> Option<(&'static str, &'static str)> {
    Some(match code {
        "order-holder-unknown" => (
            "Le répertoire ne connaît personne sous ce numéro.",
            "Vérifiez le numéro ; si la personne vient d'être inscrite, attendez la prochaine mise à jour du répertoire.",
        ),
        "officer-outside-scope" => (
            "Cette demande ne relève pas de votre périmètre : il ne comprend pas cette profession ou cette structure.",
            "Un opérateur dont c'est le périmètre peut agir ; deux administrateurs signent pour en changer.",
        ),
        "order-taken" => (
            "Un autre opérateur vient de prendre cette demande.",
            "Laissez-la-lui, ou prenez la main depuis la file : elle dit qui la traite.",
        ),
        "bulk-look-needed" => (
            "Un signalement demande qu'on ouvre cette demande.",
            "Ouvrez-la, regardez ce qui est signalé, puis décidez de cette demande à part.",
        ),
        "bulk-two-officers" => (
            "Un signalement demande l'accord de deux opérateurs, chacun pour cette demande seule.",
            "Ouvrez-la et décidez-en ; un autre opérateur d'enregistrement en décide à son tour.",
        ),
        "bulk-empty" => (
            "Aucune de ces demandes ne peut être décidée ainsi.",
            "Revenez à la file : chaque ligne dit pourquoi, et ce qui est possible.",
        ),
        "bulk-too-many" => (
            "Une signature vaut pour 25 demandes au plus.",
            "Cochez moins de demandes, et recommencez avec les autres.",
        ),
        "queue-empty" => (
            "Aucune demande de cette vue n'attend votre décision.",
            "Changez de vue, ou attendez qu'une demande soit déposée.",
        ),
        "queue-view-invalid" => (
            "Une vue porte un nom de 1 à 60 caractères, et son adresse a 500 signes au plus.",
            "Donnez-lui un nom plus court, ou retirez des filtres.",
        ),
        "queue-views-full" => ("Vous gardez déjà vingt vues.", "Supprimez une vue qui ne sert plus."),
        "holder-unknown" => {
            ("Personne n'a ce numéro, ni au répertoire ni sur une carte.", "Vérifiez le numéro.")
        }
        "order-holder-ceased" => (
            "Selon le répertoire, cette personne n'exerce plus.",
            "L'Ordre professionnel, ou l'autorité qui tient l'inscription, peut la rétablir.",
        ),
        "order-profession-not-exercised" => (
            "Selon le répertoire, cette personne n'exerce pas cette profession.",
            "Choisissez une profession que le répertoire lui attribue.",
        ),
        "order-profession-ceased" => (
            "Selon le répertoire, cette personne n'exerce plus cette profession.",
            "Choisissez une profession en cours d'exercice.",
        ),
        "order-profession-inactive" => (
            "Cette profession n'ouvre droit à aucune carte à ce jour.",
            "Choisissez une autre profession ; l'exploitant tient la nomenclature à jour.",
        ),
        "order-name-uncertifiable" => (
            "Le nom d'exercice ou le prénom inscrit au répertoire ne peut pas figurer dans un certificat : il est vide, dépasse 64 caractères ou contient un signe invisible.",
            "L'Ordre professionnel, ou l'autorité qui tient l'inscription, peut le corriger.",
        ),
        "order-category-refused" => (
            "Cette profession est exercée dans une catégorie qui n'ouvre pas droit à cette carte.",
            "Vérifiez la catégorie dans le répertoire : la CPS est la carte de qui exerce, la CPF celle de qui se forme.",
        ),
        "order-training-refused" => (
            "La CPF n'existe pas pour qui se forme à cette profession.",
            "Elle est réservée aux futurs médecins, pharmaciens, chirurgiens-dentistes et sages-femmes.",
        ),
        "order-kind-not-offered" => (
            "Ce type de carte ne se demande pas à partir du répertoire des professionnels.",
            "Seules les cartes CPS et CPF se demandent ainsi.",
        ),
        "order-already-open" => (
            "Une demande est déjà ouverte pour cette personne et cette profession.",
            "Décidez de la demande ouverte, ou retirez-la.",
        ),
        "order-card-active" => (
            "Cette personne a déjà une carte active pour cette profession.",
            "Indiquez la carte à remplacer, ou mettez-la d'abord en opposition.",
        ),
        "order-card-in-production" => (
            "Une carte est déjà en cours de fabrication pour cette personne et cette profession.",
            "Attendez qu'elle arrive, ou mettez-la en opposition.",
        ),
        "order-replaces-another" => (
            "La carte à remplacer n'est pas une carte de cette personne pour cette profession.",
            "Vérifiez les dix chiffres de la carte à remplacer.",
        ),
        "order-replaced-already" => {
            ("La carte à remplacer a déjà une remplaçante.", "Consultez la carte à remplacer.")
        }
        "order-register-changed" => (
            "Le répertoire nomme désormais cette personne autrement que la demande.",
            "Reprenez les données du répertoire, relisez la demande, puis décidez.",
        ),
        "order-unknown" => ("Aucune demande ne porte ce numéro.", "Vérifiez le numéro de la demande."),
        "order-self-approval" => (
            "Vous avez déposé cette demande : une autre personne doit en décider.",
            "Demandez à un autre opérateur d'enregistrement.",
        ),
        "order-stale-version" => (
            "La demande a changé depuis que vous avez ouvert la page.",
            "Relisez la demande à jour, puis décidez.",
        ),
        "order-not-open" => {
            ("Cette demande n'attend plus de décision.", "Relisez la demande : son état a changé.")
        }
        "order-second-officer" => (
            "Vous avez déjà approuvé cette demande : un signalement demande un second avis.",
            "Un autre opérateur d'enregistrement approuve à son tour.",
        ),
        "order-text-invalid" => (
            "Le texte est vide, trop long, ou contient un caractère de commande.",
            "Écrivez de 1 à 2 000 caractères.",
        ),
        "order-reason-missing" => (
            "Un refus doit être motivé ; un autre motif demande une précision.",
            "Choisissez un motif dans la liste.",
        ),
        "order-reason-unknown" => (
            "Ce motif n'est pas dans la liste, ou la précision dépasse 2 000 caractères.",
            "Choisissez un motif dans la liste et raccourcissez la précision.",
        ),
        "order-not-yours" => (
            "Vous ne pouvez retirer que les demandes que vous avez déposées.",
            "L'auteur de la demande, ou un opérateur d'enregistrement, peut la retirer.",
        ),
        "eligibility-rules-unreadable" => (
            "Les règles d'éligibilité de ce programme ne peuvent pas être lues ; rien n'a été modifié.",
            OPERATOR,
        ),
        "order-row-altered" => ("La demande enregistrée ne peut pas être relue.", AUDITOR),
        _ => return None,
    })
}

fn of_decisions(code: &str) -> Option<(&'static str, &'static str)> {
    Some(match code {
        "approval-proof-invalid" => (
            "La preuve de votre décision n'est pas valable.",
            "Recommencez ; si cela se reproduit, prévenez l'auditeur.",
        ),
        "approval-proof-kind-refused" => (
            "Cette installation n'accepte pas ce type de preuve.",
            "Seule une démonstration accepte la preuve de démonstration. Adressez-vous à l'exploitant.",
        ),
        "approval-proof-expired" => (
            "La preuve de votre décision n'est plus valable à cet instant.",
            "Recommencez ; si cela se reproduit, l'exploitant doit vérifier l'heure des machines.",
        ),
        "approval-evidence-missing" => ("Rien ne prouve qu'une personne habilitée ait approuvé.", AUDITOR),
        "approval-key-file" => ("La clé de démonstration ne peut pas être utilisée.", OPERATOR),
        "officer-unknown" => {
            ("Vous n'êtes pas, ou vous n'êtes plus, inscrit parmi les opérateurs.", ADMINISTRATOR)
        }
        "officer-not-enrolled-yet" => (
            "L'horloge de ce serveur est en retard sur la date de votre inscription parmi les opérateurs.",
            "Signalez-le à l'exploitant : l'heure de la machine est à régler.",
        ),
        "officer-role-missing" => ("Votre rôle ne permet pas cette action.", ADMINISTRATOR),
        "officer-already-enrolled" => {
            ("Cet identifiant est déjà attribué.", "Choisissez un autre identifiant.")
        }
        "officer-field-invalid" => ("Une donnée de l'opérateur n'a pas la forme voulue.", ADMINISTRATOR),
        "decision-proof-missing" => (
            "Décider demande une carte ou une clé de sécurité (passkey).",
            "Utilisez la vôtre ; seule une démonstration s'en passe.",
        ),
        _ => return None,
    })
}

fn of_keys(code: &str) -> Option<(&'static str, &'static str)> {
    Some(match code {
        "approval-nonce-none" => (
            "Aucune décision ne peut être signée en ce moment.",
            "Réessayez dans un instant ; si cela dure, l'exploitant doit vérifier que le service de certification fonctionne.",
        ),
        "approval-nonce-spent" => (
            "Le temps imparti pour signer cette décision est écoulé, ou elle a déjà été signée.",
            "Relisez le dossier et recommencez ; si vous n'avez pas signé deux fois, prévenez l'auditeur.",
        ),
        "approval-not-received" => (
            "La décision n'a pas encore été reçue par le service de certification.",
            "Elle l'est en quelques secondes ; si cela dure, prévenez l'exploitant.",
        ),
        "approval-not-effective" => (
            "La décision peut encore être reprise : rien n'en suit pour l'instant.",
            "Elle prend effet d'elle-même.",
        ),
        "decision-not-yours" => (
            "Vous n'avez pas pris de décision sur cette version de la demande.",
            "Seul l'opérateur qui a décidé peut revenir sur sa décision.",
        ),
        "decision-in-effect" => (
            "La décision a pris effet : elle ne peut plus être reprise.",
            "Une demande refusée peut être déposée de nouveau ; une carte produite à tort est mise en opposition.",
        ),
        "passkey-refused" => (
            "La réponse de votre clé de sécurité n'est pas valable.",
            "Recommencez avec la clé qui vous a été attribuée, son code ou votre empreinte digitale.",
        ),
        "passkey-silent" => (
            "Votre clé de sécurité n'a pas répondu ; rien n'a été enregistré.",
            "Autorisez JavaScript pour ce site, puis recommencez.",
        ),
        "passkey-unknown" => (
            "Cette clé n'est celle d'aucun opérateur, ou ne l'est plus.",
            "Utilisez celle que deux administrateurs ont inscrite ; un administrateur peut vous dire laquelle.",
        ),
        "passkey-challenge-spent" => (
            "La page est restée ouverte trop longtemps, ou son formulaire a déjà servi.",
            "Ouvrez-la de nouveau : elle sert une fois, pendant cinq minutes.",
        ),
        "passkeys-absent" => (
            "Cette installation n'utilise pas de clés de sécurité.",
            "L'exploitant peut les activer dans la configuration.",
        ),
        "key-text-unreadable" => (
            "Ce n'est pas une fiche de clé.",
            "Collez les deux lignes que la page de préparation de la clé a affichées.",
        ),
        "enrolment-unknown" => ("Aucune demande d'inscription ne porte ce numéro.", "Vérifiez le numéro."),
        "enrolment-row-altered" => ("Cette demande d'inscription ne peut pas être lue.", AUDITOR),
        "enrolment-clash" => (
            "Cette clé est déjà inscrite, ou cet identifiant est celui d'une personne d'un autre nom ou d'un autre rôle.",
            "Une clé ne s'inscrit qu'une fois ; un nouveau rôle demande un nouvel identifiant.",
        ),
        "enrolment-key-unknown" => {
            ("Cette clé n'est pas inscrite, ou ne l'est plus.", "Voyez la liste des clés.")
        }
        "api-body-invalid" | "api-not-json" | "api-too-large" => (
            "La requête du programme n'a pas la forme attendue.",
            "Voyez la description de l'API : /api/v1/openapi.json.",
        ),
        "api-version-missing" | "api-version-changed" => (
            "Le programme n'a pas lu la version actuelle de ce qu'il veut modifier.",
            "Lisez-la de nouveau, puis recommencez.",
        ),
        "certificate-absent" => (
            "Aucune carte n'a été présentée.",
            "Placez votre carte dans le lecteur, puis ouvrez l'adresse réservée aux cartes.",
        ),
        "enrolment-certificate-unknown" => (
            "Ce certificat n'est pas l'un des nôtres.",
            "Choisissez le certificat de la carte, ou du système, qui vous a été remis.",
        ),
        "enrolment-certificate-purpose" => (
            "Ce certificat ne sert pas à se connecter.",
            "Choisissez le certificat d'authentification de la carte, celui que protège son code.",
        ),
        "enrolment-certificate-ended" => (
            "Cette carte, ou ce certificat, n'est pas utilisable : pas encore activée, en opposition, révoqué ou périmé.",
            "Faites activer la carte, ou demandez-en une autre.",
        ),
        "enrolment-certificate-missing" => (
            "Ce certificat n'est inscrit pour aucun opérateur, ou ne l'est plus.",
            "Deux administrateurs doivent signer son inscription.",
        ),
        "enrolment-another-administrator" => (
            "Vous avez déjà signé, ou il s'agit de votre propre clé.",
            "Deux administrateurs différents signent, et jamais la personne inscrite.",
        ),
        _ => return None,
    })
}

fn of_releases(code: &str) -> Option<(&'static str, &'static str)> {
    Some(match code {
        "release-another-officer" => (
            "Vous avez déjà approuvé : un autre opérateur doit approuver aussi.",
            "Demandez à un autre opérateur d'enregistrement.",
        ),
        "release-stale-version" => {
            ("Les chiffres ont changé depuis que vous avez ouvert la page.", "Relisez-les, puis décidez.")
        }
        "release-not-open" => {
            ("Une décision est déjà prise.", "Relisez la page : il n'y a plus rien à décider ici.")
        }
        "opposition-plan-unknown" => {
            ("Aucun plan d'opposition ne porte ce numéro.", "Revenez à la page des cartes caduques.")
        }
        "card-lapse-row-altered" => ("La caducité enregistrée ne peut pas être relue.", AUDITOR),
        "register-hold-unknown" => {
            ("Aucun extrait retenu ne porte cette empreinte.", "Revenez à la page du répertoire.")
        }
        _ => return None,
    })
}

fn of_cards(code: &str) -> Option<(&'static str, &'static str)> {
    Some(match code {
        "card-not-found" => ("Aucune carte ne porte ce numéro.", "Vérifiez les dix chiffres de la carte."),
        "card-already-opposed" => {
            ("Cette carte est déjà en opposition.", "Il n'y a rien à faire : l'opposition est définitive.")
        }
        "card-wrong-state" => {
            ("L'état de la carte ne permet pas cette action.", "Consultez l'état actuel de la carte.")
        }
        "terms-not-accepted" => (
            "Le porteur n'a pas accepté les conditions d'utilisation en vigueur.",
            "Recueillez son acceptation et enregistrez-la, puis remettez la carte.",
        ),
        "terms-invalid" => (
            "L'acceptation des conditions d'utilisation ne peut pas être enregistrée ainsi.",
            "Vérifiez la version des conditions et la date de l'acceptation.",
        ),
        "card-ended" => {
            ("Les certificats de cette carte sont arrivés à leur terme.", "Demandez une autre carte.")
        }
        "certification-card-altered" => ("La carte enregistrée ne peut pas être relue.", AUDITOR),
        "opposition-ground-unknown" => {
            ("Le motif de l'opposition n'est pas indiqué.", "Choisissez un motif dans la liste.")
        }
        "opposition-identifier-malformed" => (
            "Ce numéro n'est ni celui d'une carte, ni un numéro RPPS.",
            "Le numéro de la carte a dix chiffres, le numéro RPPS onze.",
        ),
        "opposition-code-malformed" => (
            "Ce code d'opposition n'a pas la forme attendue.",
            "Recopiez les seize signes du courrier reçu avec la carte ; sans ce courrier, demandez à être rappelé.",
        ),
        "opposition-inbox-full" | "opposition-tickets-full" => (
            "Trop de déclarations attendent en ce moment : la vôtre n'a pas été enregistrée.",
            "Recommencez dans quelques minutes, ou téléphonez à l'autorité d'enregistrement.",
        ),
        "opposition-row-altered" => {
            ("Une ligne de la base a été modifiée hors du programme : elle ne peut être lue.", AUDITOR)
        }
        "opposition-too-often" => (
            "Trop de déclarations ont été envoyées depuis ce réseau, ou par tous, en une minute.",
            "Recommencez dans une minute, ou téléphonez à l'autorité d'enregistrement.",
        ),
        "declaration-unknown" => (
            "Cette déclaration n'existe pas, ou n'est plus lisible.",
            "Une réponse est gardée vingt-quatre heures ; déclarez de nouveau, le récépissé sera le même.",
        ),
        "opposition-code-taken" => (
            "Cette carte vient de recevoir son code d'opposition.",
            "Il n'y a rien à faire : le courrier précédent est le bon.",
        ),
        "opposition-ticket-unknown" => (
            "Cette déclaration n'est plus ouverte.",
            "Un autre opérateur l'a traitée, ou la carte a été mise en opposition.",
        ),
        "opposition-ticket-reason-missing" => (
            "La raison du classement manque.",
            "Écrivez en une phrase pourquoi la carte n'est pas mise en opposition.",
        ),
        "opposition-hold-not-allowed" => (
            "La politique de certification n'autorise pas la suspension : une opposition est définitive.",
            "Choisissez un motif dans la liste.",
        ),
        "suspension-card-not-active" => (
            "Seule une carte active peut être suspendue.",
            "Consultez l'état de la carte ; une carte qui n'est pas active peut être mise en opposition.",
        ),
        "suspension-stands" => (
            "Cette carte est déjà suspendue.",
            "Deux opérateurs peuvent lever la suspension ; une mise en opposition la rend définitive.",
        ),
        "suspension-unknown" => (
            "Cette carte n'est pas suspendue.",
            "Un autre opérateur a levé la suspension, ou la carte a été mise en opposition.",
        ),
        "opposition-not-yours" => (
            "Cette carte n'est pas la vôtre.",
            "Le porteur de la carte, ou un opérateur, peut la mettre en opposition.",
        ),
        "opposition-not-confirmed" => {
            ("L'opposition n'est pas confirmée.", "Cochez la confirmation, puis envoyez de nouveau.")
        }
        "identifier-form" => (
            "Le numéro n'a pas la forme voulue : un numéro RPPS compte onze chiffres.",
            "Recopiez le numéro de la carte ou du répertoire.",
        ),
        "identifier-check-digit" => (
            "Le numéro n'existe pas : sa clé de contrôle n'est pas juste.",
            "Un chiffre est sans doute mal saisi ; recopiez le numéro.",
        ),
        "nomenclature-unknown-code" => {
            ("La profession n'est pas indiquée.", "Choisissez une profession dans la liste.")
        }
        "register-row-unreadable" => (
            "Les données du répertoire ne peuvent pas être relues.",
            "L'exploitant doit rétablir le répertoire ou importer le dernier extrait.",
        ),
        _ => return None,
    })
}

fn of_pages(code: &str) -> Option<(&'static str, &'static str)> {
    Some(match code {
        "page-unknown" => {
            ("Il n'y a pas de page à cette adresse.", "Vérifiez l'adresse, ou revenez à la file.")
        }
        "page-address-too-long" => {
            ("Cette adresse est trop longue.", "Vérifiez l'adresse, ou revenez à la file.")
        }
        "page-method-not-allowed" => {
            ("Cette adresse ne s'ouvre pas ainsi.", "Revenez à la page et utilisez son formulaire.")
        }
        "public-file-unavailable" => (
            "Ce fichier ne peut pas être servi pour le moment.",
            "Réessayez dans un instant, ou prenez-le à l'adresse que portent les certificats.",
        ),
        "page-failed" => ("Le programme a rencontré une erreur ; rien n'a été modifié.", OPERATOR),
        "sign-in-link-spent" => (
            "Ce lien de connexion a déjà servi, ou n'est plus valable.",
            "Demandez un nouveau lien à l'exploitant.",
        ),
        "form-foreign" => (
            "Ce formulaire ne vient pas d'une page de votre session ; rien n'a été modifié.",
            "Rouvrez la page, puis envoyez de nouveau.",
        ),
        "form-unreadable" => (
            "Ce formulaire ne peut pas être lu ; rien n'a été modifié.",
            "Rouvrez la page, puis envoyez de nouveau ; un formulaire compte au plus 64 Kio.",
        ),
        "check-one-question" => (
            "Ce formulaire ne pose aucune question, ou en pose plusieurs.",
            "Demandez une carte, un certificat ou un numéro de série : un seul des trois.",
        ),
        "check-card-number-invalid" => {
            ("Ce n'est pas un numéro de carte.", "Recopiez les dix chiffres imprimés sur la carte.")
        }
        "check-certificate-unreadable" => (
            "Ce n'est pas un certificat.",
            "Choisissez ou collez un seul certificat, en PEM ou en DER, de 16 Kio au plus.",
        ),
        "check-serial-invalid" => (
            "Ce n'est pas un numéro de série.",
            "Écrivez-le en hexadécimal, vingt octets au plus, et choisissez l'autorité.",
        ),
        "audit-filter-invalid" => (
            "Ce critère n'est pas lisible.",
            "Écrivez un jour sous la forme 2026-11-26, et 200 caractères au plus.",
        ),
        "check-too-often" => (
            "Trop de vérifications ont été demandées.",
            "Réessayez dans une minute ; un logiciel interroge plutôt le service OCSP.",
        ),
        "reading-not-allowed" => ("Votre rôle ne permet pas de consulter cette page.", ADMINISTRATOR),
        "receipt-unknown" => (
            "Ce récépissé n'a pas été établi pendant votre session.",
            "La page de la carte indique depuis quand elle est en opposition.",
        ),
        "database-failed" => {
            ("La base de données n'a pas répondu comme prévu ; rien n'a été modifié.", OPERATOR)
        }
        "database-unavailable" => (
            "La base de données n'est pas joignable pour le moment.",
            "Réessayez dans un instant ; sinon, prévenez l'exploitant.",
        ),
        "disk-full" => (
            "Il n'y a plus de place sur le disque : seules les oppositions sont encore enregistrées.",
            "Prévenez l'exploitant, puis réessayez.",
        ),
        "database-version" => (
            "Le programme et la base de données ne sont pas de la même version.",
            "L'exploitant doit terminer la mise à jour.",
        ),
        "audit-altered" => ("Le journal d'audit se contredit.", AUDITOR),
        "audit-payload-unknown" => (
            "Cet événement du journal d'audit n'a pas de contenu : il n'y a rien à effacer.",
            "Vérifiez l'identifiant de l'événement.",
        ),
        "audit-erasure-reason-invalid" => (
            "Le motif de l'effacement n'est pas valable.",
            "Donnez un motif de 1 à 200 caractères, sur une seule ligne.",
        ),
        _ => return None,
    })
}
