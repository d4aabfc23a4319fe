### What the rules and the database name in English: states, grounds, roles.

## Why a card may no longer be used

ground-lost = Carte perdue
ground-stolen = Carte volée
ground-codes-disclosed = Codes divulgués
ground-card-not-received = Carte non reçue
ground-codes-not-received = Codes non reçus
ground-defective = Carte défectueuse
ground-replaced = Carte remplacée
ground-renewed = Carte renouvelée
ground-structure-changed = Changement de structure
ground-data-changed = Changement d'une donnée certifiée
ground-end-of-activity = Cessation d'activité
ground-retired = Départ à la retraite
ground-deceased = Décès du porteur
ground-struck-off = Radiation par l'Ordre professionnel
ground-sanction = Sanction interdisant l'exercice
ground-breach-of-terms = Non-respect des conditions d'utilisation
ground-other = Autre motif

requester-holder = Le porteur
requester-structure = Le responsable ou le mandataire de la structure
requester-authorised-person = La personne habilitée
requester-employing-professional = Le professionnel employeur
requester-authority = L'autorité d'enregistrement, d'office
requester-register = Le répertoire

## What an officer is there for

role-certification-agent = mandataire
role-registration-officer = opérateur d'enregistrement
role-revocation-officer = opérateur de révocation
role-administrator = administrateur
role-auditor = auditeur

## Where an order stands

order-status-submitted = À vérifier
order-status-waiting = En attente du demandeur
order-status-approved = Approuvée
order-status-refused = Refusée
order-status-withdrawn = Retirée
order-status-ordered = Carte commandée
order-status-under-review = En cours d'examen
order-status-unknown = Inconnue

## Where a card stands

card-status-ordered = Commandée
card-status-batched = En fabrication
card-status-personalised = Personnalisée, en attente de certificats
card-status-certified = Certifiée, à remettre
card-status-delivered = Remise, à activer
card-status-active = Active
card-status-opposed = En opposition
card-status-expired = Expirée
card-status-cancelled = Annulée

## What a key of a card is for

key-usage-authentication = Authentification
key-usage-signature = Signature

## What somebody was told

notice-received = Demande reçue
notice-approved = Demande approuvée
notice-refused = Demande refusée
notice-withdrawn = Demande retirée
notice-question-asked = Question posée
notice-card-delivered = Carte remise
notice-card-activated = Carte activée
notice-card-lapsed = Carte que le répertoire ne justifie plus
notice-card-opposed = Carte mise en opposition
notice-card-suspended = Carte suspendue
notice-suspension-lifted = Suspension levée
notice-opposition-unproved = Déclaration sans preuve au sujet d'une carte
notice-certificate-issued = Certificat à retirer
notice-decision-seen = Décision prise en compte
notice-decision-not-held = Décision sans valeur
notice-other = Autre avis

## Where a certificate stands

certificate-status-intended = Préparé
certificate-status-signing = En cours de signature
certificate-status-good = Valide
certificate-status-held = Suspendu
certificate-status-revoked = Révoqué
certificate-status-abandoned = Abandonné avant signature
certificate-status-unknown = Inconnu

## For which orders an officer is there

scope-all = toutes les demandes
scope-structures = structures { $structures }
scope-departments = départements { $departments }
scope-kinds = cartes { $kinds }
scope-and = { $first } ; { $second }
card-status-suspended = Suspendue
notice-decision-taken-back = Décision reprise
notice-decisions-digest = Récapitulatif des décisions
notice-key-added = Clé inscrite
notice-key-revoked = Clé retirée
notice-address-changed = Adresse de courriel changée
notice-approval-contested = Approbation contestée par une relecture
notice-card-way-back = Nouvelle carte proposée
notice-card-expiring = Carte bientôt à son terme
notice-staff-card-ordered = Carte commandée pour la structure
notice-staff-card-delivered = Carte de la structure remise
notice-staff-card-opposed = Carte de la structure en opposition
notice-staff-card-expiring = Carte de la structure bientôt à son terme
notice-staff-card-lapsed = Carte de la structure que le répertoire ne justifie plus
notice-certificate-not-retrieved = Certificat non retiré
job-officer-digests = Écrit aux opérateurs ce qui a été décidé en leur nom
notice-certificate-lapsed = Certificat que le répertoire ne justifie plus
notice-certificate-revoked = Certificat révoqué

## Where a request for a software certificate stands

request-status-submitted = à décider
request-status-approved = approuvée
request-status-refused = refusée
request-status-withdrawn = retirée
request-status-issued = certificat établi
