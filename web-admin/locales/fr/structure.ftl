### Structures, their mandates and staff, /ra/structures.

structure-title = Structure { $id }
structure-unknown = Structure inconnue du répertoire
structure-rule = Règle { $rule }
structure-mandates = Mandats
structure-nobody = Personne ne représente cette structure.
structure-mandate-of = { $number } : { $agent }
structure-quality = En qualité de
structure-document = Document
structure-until = Jusqu'au
structure-compare = Comparez l'empreinte avec celle du document que la structure a signé.
structure-approve = Approuver le mandat
structure-refuse = Refuser le mandat
structure-end = Mettre fin au mandat
structure-lay-down = Renoncer à mon mandat
structure-laid-down = Les pages n'acceptent plus rien de ce mandataire. Tant qu'aucun opérateur d'enregistrement n'y met fin par sa signature, et que le service ne l'a pas vérifiée, les renouvellements continuent sous ce mandat.
structure-propose-one = Proposer un mandat
structure-agent-login = Identifiant de connexion du mandataire
quality-director = responsable de la structure
quality-professional = professionnel de la structure
quality-delegate = délégué du responsable
structure-professional = Identifiant national du professionnel (pour lui seul)
structure-professional-hint = Le chiffre 8 et le numéro RPPS.
structure-document-hint = Par exemple « Contrat d'adhésion 2026-0412 ».
structure-digest = Empreinte SHA-256 du document
structure-last-day = Dernier jour (facultatif)
structure-propose = Proposer le mandat
structure-staff = Personnel
structure-no-staff = Personne n'est déclaré.
structure-staff-caption = Personnel déclaré par le mandataire
structure-number = Numéro
structure-name = Nom
structure-post = Fonction
structure-cards = Cartes et demandes
structure-actions = Actions
structure-left = parti le { $at }
structure-has-card = { $kind } : carte { $card }
structure-has-order = { $kind } : demande { $order }
structure-instead = à la place de
structure-ask = Demander
structure-oppose = Faire opposition à la carte { $card }
structure-ask-opposition = Demander l'opposition
structure-oppositions = Oppositions demandées
structure-opposition-of = Carte { $card }, demandée par { $by } ({ $mandate }) le { $at }.
structure-opposition-waiting = En cours :
structure-opposition-done = En opposition :
structure-opposition-refused = Refusée :
structure-declare-departure = Déclarer son départ
structure-more = Suite du personnel
structure-declare-one = Déclarer une personne ou un service
structure-local-number = Numéro dans la structure
structure-local-number-hint = 1 à 20 lettres et chiffres ; neuf chiffres pour un service.
post-employee = personnel
post-head = responsable
post-service = service
structure-service = service (sans nom)
structure-given-name = Prénom
structure-declare = Déclarer
structure-declare-list = Déclarer une liste
structure-list-shown = { $rows ->
    [one] { $rows } ligne
   *[other] { $rows } lignes
} : { $new ->
    [one] { $new } nouvelle
   *[other] { $new } nouvelles
}, { $changed ->
    [one] { $changed } modifiée
   *[other] { $changed } modifiées
}, { $unchanged ->
    [one] { $unchanged } inchangée
   *[other] { $unchanged } inchangées
}, { $wrong ->
    [one] { $wrong } fausse
   *[other] { $wrong } fausses
}. Rien n'est déclaré pour le moment.
structure-list-error = Ligne { $line }, colonne { $column } :
structure-list-rows = Ce que la liste change
structure-list-line = Ligne
structure-list-effect = Effet
structure-list-before = auparavant : { $before }
structure-list-wrong = fausse
structure-list-changed = modifiée
structure-list-new = nouvelle
structure-file = Fichier XLSX ou CSV
structure-file-hint = Un mébioctet et 1 000 lignes au plus. { $model }. Les lignes du fichier viennent dans la liste ci-dessous, où elles se corrigent.
structure-file-model = Télécharger le modèle (XLSX)
structure-file-check = Vérifier le fichier
structure-list = Liste au format CSV
structure-list-hint = Première ligne : { $columns }. La fonction est { $posts }.
structure-list-check = Vérifier la liste
structure-list-declare = Déclarer la liste
mandate-to-decide = À décider
mandate-approved = Approuvé
mandate-refused = Refusé
mandate-ended = Terminé
structure-done-declaration = La déclaration est enregistrée.
structure-done-departure = Le départ est enregistré. Demandez l'opposition de sa carte ; à défaut, un opérateur la fait.
structure-done-order = La demande est déposée ; un opérateur d'enregistrement en décide.
structure-done-list = Toute la liste est déclarée.
structure-done-opposition = L'opposition est demandée ; elle prend effet dans un instant. Rechargez cette page pour le récépissé.
structure-done-mandate = Le mandat est proposé ; un autre opérateur d'enregistrement en décide.
structure-done-approval = Le mandat est approuvé.
structure-done-refusal = Le mandat est refusé.
structure-done-end = Le mandat a pris fin.
structures-of-agent = Les structures pour lesquelles vous avez, ou avez eu, un mandat.
structures-identifier = Identifiant de la structure
structures-identifier-hint = Le numéro FINESS ou SIRET, avec ou sans espaces.
structures-not-one = Ce n'est pas l'identifiant d'une structure.
structures-open = Ouvrir
structures-to-decide = Mandats à décider
structures-no-mandate = Aucun mandat.
structures-mandate = Mandat
structures-agent = Mandataire
structure-without-end = sans limite
structure-day-included = { $day } inclus
structure-certificates = Certificats logiciels
structure-certificate-of = { $number } : { $name } ({ $profile }), demandé par { $by }, { $state }.
structure-certificate-unretrieved = Personne ne l'a encore retiré.
structure-retrieve = Retirer le certificat de { $number }
structure-no-certificates = Aucun certificat logiciel n'a été demandé.
