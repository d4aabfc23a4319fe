### How the installation works, /ra/exploitation.

operations-lead = État au { $at }. Cette page se lit ; on répare sur la machine, avec { $command }.
operations-to-diagnostic = Diagnostic, et texte à joindre à une demande d'aide
operations-well = Rien n'appelle d'intervention.
operations-troubles = À voir
operations-left = Reste
operations-state-well = En ordre
operations-state-warning = À surveiller
operations-state-alarm = À traiter
operations-figures = Les chiffres

## CRLs

operations-crls = Listes de révocation
operations-no-crl = Aucune liste n'a encore été émise.
operations-crls-caption = Les plus récentes, et ce qui leur reste à vivre. Celles des racines se font en cérémonie.
operations-crl = Liste
operations-full-crl = complète n°{"\u00A0"}{ $number }
operations-delta-crl = delta n°{"\u00A0"}{ $number }
operations-crl-issued = Émise
operations-crl-planned = Prochaine au plus tard
operations-crl-ends = Fin de validité
operations-crl-ended = Échue
operations-at-ceremony = cérémonie
operations-last-crl = aucune, c'est la dernière
operations-last-crl-over = échue avec tout ce qu'elle disait

## What a look from outside found

operations-coherence = Cohérence des publications
operations-coherent = Tout ce qui est publié concorde, vu de l'extérieur, le { $at }.
operations-differences = { $number ->
    [one] { $number } écart ; { $command } les nomme, le { $at }.
   *[other] { $number } écarts ; { $command } les nomme, le { $at }.
}
operations-no-look = Personne n'a encore regardé les publications de l'extérieur.

## OCSP

operations-ocsp = Service OCSP
operations-status-role = Rôle « statut » de cette machine
operations-log-read = Dernière lecture du journal des états
operations-log-ago = Il y a { $time }
operations-not-yet = Pas encore
operations-answers-since = Réponses depuis son démarrage
operations-from-memory = de mémoire
operations-by-signing = avec une signature ou la base
operations-no-rate = Le débit se lit après une première minute entière.
operations-no-status-role = Aucun rôle « statut » ne répond sur cette machine. S'il fonctionne sur une autre, lisez son { $ready } et son { $metrics }.
operations-responders = Répondeurs : chacun fait demander son successeur trente jours avant sa fin.
operations-answers-until = Répond jusqu'au
operations-no-responder = aucun répondeur
operations-responder-ended = Terminé
operations-successor = Successeur
operations-successor-refused = refusé : { $code }
operations-successor-asked = demandé le { $at }
operations-successor-later = pas encore dû
operations-rate = Réponses OCSP par minute
operations-rate-none = Aucune réponse en { $minutes } min.
operations-rate-some = { $answers ->
    [one] { $answers } réponse
   *[other] { $answers } réponses
} en { $minutes } min, { $most } au plus en une minute.
operations-minute = Minute
operations-answers = Réponses

## The HSM

operations-hsm = Module de sécurité (HSM)
operations-hsm-none = Aucun processus signataire n'a encore rendu compte.
operations-hsm-caption = Les processus qui ont les clés, depuis leur démarrage. L'attente va de la demande à la réponse ; une demande peut porter plusieurs signatures.
operations-hsm-process = Processus
operations-hsm-since = depuis le { $at }
operations-hsm-last = Dernière signature
operations-hsm-waits = Attente
operations-hsm-half = 50{"\u00A0"}% en { $time } au plus
operations-hsm-most = 99{"\u00A0"}% en { $time } au plus
operations-hsm-signatures = Signatures
operations-hsm-restarts = Relances
operations-tokens-caption = Les jetons que le fonctionnement courant utilise ; celui des racines est débranché.
operations-token = Jeton
operations-token-asked = Interrogé
operations-token-answers = Répond
operations-token-fails = Ne répond pas comme il doit

## Keys

operations-signatures = Clés et signatures
operations-all-expected = Chaque signature faite par le module de sécurité était attendue.
operations-unexpected = { $number ->
    [one] { $number } signature ou registre que personne n'attendait.
   *[other] { $number } signatures ou registres que personne n'attendait.
}
operations-tell-security = Prévenez l'officier de sécurité.
operations-no-ledger = Aucun registre de signatures n'a encore été suivi.
operations-ledgers = Registres tenus par les processus qui ont les clés, rapprochés de ce qui devait être signé.
operations-ledger = Registre
operations-ledger-answers = Répondeurs OCSP
operations-ledger-authorities = Autorités, listes et journal
operations-reconciled = Signatures rapprochées
operations-last-seen = La dernière vue

## Audit log and notices

operations-trail = Journal d'audit
operations-trail-signed = { $number } événements sous la dernière tête signée.
operations-trail-none-waits = Aucun n'attend.
operations-trail-waits = { $number ->
    [one] { $number } attend la prochaine.
   *[other] { $number } attendent la prochaine.
}
operations-trail-waits-since = { $number ->
    [one] { $number } attend la prochaine, le plus ancien depuis { $since }.
   *[other] { $number } attendent la prochaine, le plus ancien depuis { $since }.
}
operations-notices = Avis par courriel
operations-codes-spent = Le budget horaire des codes à usage unique est épuisé depuis le { $at }.
operations-codes-spent-what = Un porteur qui en demande un maintenant peut ne rien recevoir. Le code de son courrier et le rappel par un opérateur restent possibles : les déclarations sans preuve sont à rappeler sans attendre. L'exploitant peut bloquer, devant le rôle web, les réseaux qui en demandent trop.
operations-notices-waiting = En attente d'envoi
operations-notices-oldest = le plus ancien depuis { $since }
operations-notices-tried = Dont déjà refusés par le serveur
operations-notices-dead = Abandonnés
operations-notices-why = { $command } dit pourquoi
operations-notices-no-address = Destinataires sans adresse

## Long work

operations-works = Avancement
operations-works-caption = Combien de ce qui doit être est fait, et depuis quand le reste attend.
operations-work = Travail long
operations-work-progress = Fait
operations-work-since = Depuis
operations-work-last = Dernier résultat
operations-work-import = Import du répertoire
operations-work-lists = Listes de révocation à jour
operations-work-renewals = Cartes de remplacement commandées
operations-work-lapses = Cartes et certificats que le répertoire ne justifie plus, réglés
operations-work-none = Rien à faire
operations-work-done = { $done } sur { $of }
operations-work-rows = { $done } lignes sur { $of } : { $file }
operations-work-imported = { $rows } lignes, { $rejected ->
    [one] { $rejected } refusée
   *[other] { $rejected } refusées
} : { $file }
operations-work-under-way = En cours
operations-work-mute = Ne dit pas qui est parti
operations-work-unexamined = Un extrait attend d'être examiné

## Jobs

operations-jobs = Travaux automatiques
operations-jobs-caption = Ce que chacun a fait en dernier ; écrit une fois par minute tant que rien ne change.
operations-job = Travail
operations-job-last = Dernière exécution
operations-job-took = Durée
operations-job-result = Résultat
operations-job-since = depuis { $since }
operations-job-unheard = Aucun processus n'en rend compte
operations-job-waits = Attend son tour
operations-job-done = Fait
operations-job-partly = Fait en partie
operations-job-failing = A échoué
operations-job-failing-long = Échoue depuis plus de dix minutes
operations-job-silent = Ne rend plus compte

## What ends, and what follows it

operations-renewals = Renouvellements en cours
operations-no-renewal = Aucun plan de renouvellement n'est en cours.
operations-plan = { $plan } :
operations-plan-proposed = { $number ->
    [one] attend une décision, { $number } carte à renouveler
   *[other] attend une décision, { $number } cartes à renouveler
}
operations-plan-ordered = { $number ->
    [one] { $number } sur { $of } commandée
   *[other] { $number } sur { $of } commandées
}
operations-expiries = Certificats à renouveler
operations-no-expiry = Rien de connu ici ne prend fin.
operations-expiries-caption = Ce qui prend fin un jour et que quelqu'un renouvelle avant, le plus proche d'abord
operations-expiry-of = Certificat
operations-expiry-which = De
operations-expiry-at = Fin de validité
operations-expiry-left = Reste
operations-expiry-unread = illisible, ou absent
operations-expiry-listener = Site (TLS)
operations-expiry-authority = Autorité de certification
operations-expiry-followed = Autorité de certification, génération remplacée
operations-expiry-revoked = Autorité de certification, révoquée
operations-expiry-responder = Répondeur OCSP
operations-expiry-officer = Carte d'un opérateur
operations-endings = Échéances
operations-endings-title = Certificats valides, par mois de fin de validité
operations-endings-none = Aucun certificat valide n'expire dans les douze prochains mois.
operations-endings-some = { $number ->
    [one] Un certificat expire dans les douze prochains mois.
   *[other] { $number } certificats expirent dans les douze prochains mois.
}
operations-month = Mois
operations-certificates = Certificats

## What each job makes true

job-audit = Ordonne et signe le journal d'audit
job-certificate-revocations = Révoque les certificats logiciels que les opérateurs signalent
job-certification = Certifie les cartes personnalisées et les demandes approuvées
job-coherence = Regarde de l'extérieur tout ce qui est publié
job-decisions = Prend en compte les décisions signées
job-demo-bureau = Joue le bureau de personnalisation de la démonstration
job-expiry = Termine la vie des cartes expirées
job-expiry-notices = Prévient des cartes qui arrivent à leur terme
job-retrieval-reminders = Rappelle les certificats logiciels que personne n'a retirés
job-full-crl = Émet toutes les listes de révocation à heure fixe
job-holder-declarations = Met en opposition sur déclaration du porteur avec son code
job-one-time-codes = Envoie par courriel les codes à usage unique demandés par les porteurs
job-notices = Envoie les avis par courriel
job-object-store = Recopie les publications dans le stockage d'objets
job-opposition-callbacks = Cherche dans le répertoire qui rappeler
job-opposition-codes = Tire les codes d'opposition des cartes certifiées
job-opposition-requests = Met en opposition les cartes que leur structure signale
job-order-flags = Signale les porteurs qui semblent inscrits deux fois au répertoire, ou dont les coordonnées y ont changé
job-publication = Publie ce qui est dû : listes de révocation, liste d'opposition, certificats
job-registration = Demande la carte des professionnels nouvellement inscrits
job-renewal = Prépare et applique les plans de renouvellement
job-reserve = Garde sur le disque la place réservée aux oppositions
job-responders = Certifie les répondeurs OCSP suivants
job-revalidation = Termine les cartes que le répertoire ne justifie plus
job-root-crls = Surveille la fin des listes de révocation des racines
job-signatures = Rapproche tout ce qui a été signé de ce qui devait l'être
job-sweep = Règle ce qu'un arrêt a laissé inachevé
job-test-certificates = Tient les certificats de test de la démonstration
job-tokens = Demande à chaque jeton s'il répond, et dit comment le module de sécurité travaille
