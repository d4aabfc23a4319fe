### What stands around every page, and words that several pages use.

base-suffix = AE
base-public-suffix = IGC Santé
base-skip = Aller au contenu
base-demonstration = Démonstration
base-demonstration-word = DÉMONSTRATION
base-demonstration-note = { $word } – personnes, cartes et certificats fictifs ; rien ici n'a de valeur.
base-house = Autorité d'enregistrement
base-public-house = Page publique
base-not-yet = Cette page n'est pas encore traduite en français.
base-menu = Principale
base-queue = File
base-inbox = À contre-signer
base-new-order = Nouvelle demande
base-cards = Cartes
base-certificates = Certificats
base-renewals = Renouvellements
base-structures = Structures
base-register = Répertoire
base-lapses = Cartes caduques
base-call-backs = Rappels
base-reviews = Relectures
base-delegations = Délégations
base-keys = Clés
base-operations = Exploitation
base-trail = Journal
base-sign-out = Se déconnecter
base-foot = Les dates et heures sont celles de Paris. Ce logiciel n'est pas affilié à l'Agence du numérique en santé.

# On paper only.
base-printed = Page affichée le { $at }.
base-printed-by = Lue par { $name } à l'adresse

base-oppose = Mettre sa carte en opposition
base-pki = Autorités de certification, listes et vérification
base-shortcuts = Raccourcis clavier

# Before the title of a page whose form has an error.
base-error = Erreur –

# Before a stable code.
base-code = Code :

# What somebody wrote.
base-quoted = « { $text } »

# Before the title of a page that shows trouble.
base-to-see = { $number } à voir –

base-state = État
base-authority = Autorité

## What several pages share

base-on = le { $at }
base-final = C'est définitif.
base-explanation = Précision (obligatoire pour un autre motif)
base-rejection-reason = Motif du rejet (obligatoire pour rejeter)
base-decided = par { $by }, le { $at }
base-release-approved = Libération approuvée
base-release-refused = Rejet
base-enrolment-signed = Signée
base-enrolment-rejected = Rejetée
# Why an officer does not see the buttons of an act.
base-barred-by-role = { $what } Rôle nécessaire : { $roles }. { $who }
base-or = {" "}ou{" "}
base-by-at = { $by }, le { $at }
base-refusal-reason = Motif du refus (obligatoire pour refuser)
base-rule = Règle { $rule } :
base-profession = Profession
base-you = (vous)

## What a reader's rights keep from him

hidden = { $what } par vos droits.
hidden-by-scope = { $what } par vos droits ({ $scope }).
hidden-unplaced = Dont { $number } sans lieu d'exercice dont le répertoire donne le département.
hidden-dossiers = { $number ->
    [one] { $number } dossier masqué
   *[other] { $number } dossiers masqués
}
hidden-orders = { $number ->
    [one] { $number } demande masquée
   *[other] { $number } demandes masquées
}
hidden-plans = { $number ->
    [one] { $number } plan masqué
   *[other] { $number } plans masqués
}
hidden-mandates = { $number ->
    [one] { $number } mandat masqué
   *[other] { $number } mandats masqués
}
hidden-other-orders = { $number ->
    [one] { $number } autre demande masquée
   *[other] { $number } autres demandes masquées
}
hidden-cards = { $number ->
    [one] { $number } carte masquée
   *[other] { $number } cartes masquées
}
hidden-certificates = { $number ->
    [one] { $number } certificat masqué
   *[other] { $number } certificats masqués
}
hidden-plan-rows = { $number ->
    [one] { $number } ligne masquée
   *[other] { $number } lignes masquées
}
hidden-feeds = { $number ->
    [one] { $number } extrait masqué
   *[other] { $number } extraits masqués
}
hidden-entries = { $number ->
    [one] { $number } inscription masquée
   *[other] { $number } inscriptions masquées
}
base-names-in-use = Nom porté par la carte et ses certificats
base-names-in-use-why = nom et prénom d'exercice, sous lesquels le répertoire et les patients connaissent le professionnel
base-birth-names = Nom et prénoms de naissance
base-birth-names-same = Ceux d'exercice
base-birth-names-unknown = Inconnus ici : seul l'extrait restreint du répertoire (RASS) les donne
