### The page that asks an officer to sign a decision.

sign-title = Signer votre décision
sign-back = Revenir sans décider
sign-digest = Empreinte de ce qui est décidé (SHA-256)
sign-leaves = Ce qui partira
sign-mail = Courriel au porteur
sign-letter = Lettre au porteur, à imprimer
sign-note = Votre clé signe cette décision et aucune autre : relisez ce qui est écrit ci-dessus avant de la toucher.
sign-button = Signer avec ma clé de sécurité

## What is decided

sign-approve-order = Approuver la demande
sign-refuse-order = Refuser la demande
sign-lift-suspension = Lever la suspension d'une carte
sign-keep-suspension = Maintenir la suspension d'une carte
sign-release-feed = Approuver la libération d'un extrait
sign-refuse-feed = Rejeter un extrait
sign-release-plan = Approuver les oppositions d'un plan
sign-refuse-plan = Rejeter un plan d'oppositions
sign-approve-request = Approuver une demande de certificat logiciel
sign-refuse-request = Refuser une demande de certificat logiciel
sign-approve-renewal = Approuver un plan de renouvellement
sign-approve-mandate = Approuver un mandat
sign-refuse-mandate = Refuser un mandat
sign-end-mandate = Mettre fin à un mandat
sign-delegation = Déléguer votre périmètre à un autre opérateur
sign-refuse-enrolment = Rejet d'une demande d'inscription

## What it is about

sign-line-order = Dossier
sign-line-card = Carte
sign-line-holder = Porteur
sign-line-national-id = Identifiant national
sign-line-refusal-reason = Motif du refus
sign-line-suspension = Suspension
sign-line-merge = Numéros
sign-line-merge-doubt = Pourquoi la question se pose
sign-line-feed = Extrait
sign-line-file-digest = Empreinte du fichier
sign-line-plan = Plan
sign-line-request = Demande
sign-line-profile = Gabarit
sign-line-structure = Structure
sign-line-name = Nom
sign-line-host-name = Nom d'hôte
sign-line-key-fingerprint = Empreinte de la clé
sign-line-renewed-cards = Cartes renouvelées
sign-line-plan-cards = Cartes du plan
sign-line-mandate = Mandat
sign-line-delegation = Délégation
sign-line-agent = Mandataire
sign-line-document = Document
sign-line-document-digest = Empreinte du document
sign-line-officer = Opérateur
sign-line-role = Rôle
sign-line-scope = Périmètre
sign-line-replaces = Remplace la carte
sign-line-category = Catégorie
sign-line-title = Titre
sign-line-professional = Professionnel
sign-line-submitted-by = Déposée par
sign-line-submitted-at = Déposée le
sign-line-proposed-by = Proposé par
sign-line-proposed-at = Proposé le
sign-line-not-before = Pas avant le
sign-line-planned-by = Préparé par
sign-line-planned-at = Préparé le
sign-line-horizon = Cartes qui expirent avant le
sign-line-opposed-cards = Cartes à mettre en opposition
sign-line-feed-digest = Empreinte de l'extrait
sign-line-extracted-at = Extrait le
sign-line-living = Inscrits au répertoire
sign-line-new = Nouveaux
sign-line-changed = Modifiés
sign-line-ceased = Disparus
sign-line-reappeared = Revenus
sign-line-held-by = Écarté par
sign-line-held-at = Écarté le
sign-line-person = Personne
sign-line-quality = Qualité
