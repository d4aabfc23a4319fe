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

## What an officer is there for

role-certification-agent = mandataire
role-registration-officer = opérateur d'enregistrement
role-revocation-officer = opérateur de révocation
role-administrator = administrateur
role-auditor = auditeur
