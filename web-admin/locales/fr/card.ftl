### Finding a card, /ra/cartes; one card; the receipt of its opposition.

cards-title = Trouver une carte ou un porteur
cards-number = Numéro de la carte, ou numéro RPPS du porteur
cards-number-hint = Dix chiffres, imprimés sur la carte ; onze pour un numéro RPPS.
cards-show = Afficher

card-page-title = Carte { $number } – { $state }
card-of-number = Carte
card-since = depuis le { $at }
card-not-opposed = La carte n'a pas été mise en opposition.
card-nothing-changed = Rien n'a été modifié.
card-kind = Type
card-temporary = , temporaire
card-holder = Porteur
card-exercise = Exercice
card-staff-of = Personnel de la structure { $structure }
card-order = Demande
card-replaces = Remplace
card-ends = Fin de validité
card-register-changed = Le répertoire a changé depuis la demande de cette carte.
card-rule = Règle { $rule }.
card-no-certificate = Cette carte ne porte pas encore de certificat.
card-certificates-caption = Certificats préparés pour cette carte
card-usage = Usage

## Suspension

card-suspended = Cette carte est suspendue depuis le { $at }.
card-suspended-effect = Ses certificats ne sont pas valables tant que deux opérateurs n'ont pas levé la suspension.
card-lift = Levée de la suspension
card-lift-none = Aucune levée n'est proposée.
card-lift-proposed = Une levée est proposée, en attente d'un second opérateur.
card-lift-under-way = La levée est approuvée, elle est en cours.
card-lift-effect = La carte et ses certificats redeviennent valables si un autre opérateur l'approuve aussi.
card-lift-approve = Approuver la levée
card-lift-approved = Levée approuvée
card-keep-reason = Motif du maintien (obligatoire pour maintenir)
card-keep = Maintenir la suspension
card-kept = Suspension maintenue
card-suspension = Suspension
card-suspension-lead = La carte et ses certificats cessent d'être valables le temps d'une vérification. Deux opérateurs peuvent lever la suspension ; une mise en opposition la rend définitive.
card-suspend = Suspendre la carte

## Opposition

card-opposition = Mise en opposition
card-opposition-lead = La carte et tous ses certificats cessent d'être valables immédiatement.
card-ground = Motif
card-ground-unpublished = Le motif n'est jamais publié.
card-requester = Qui demande l'opposition
card-requester-hint = Il est écrit avec l'opposition, et n'est jamais publié. L'autorité d'enregistrement répond seule de ce qu'elle fait d'office.
card-requester-identity = Numéro du mandat, ou identifiant de l'employeur
card-requester-identity-hint = MA-2026-000001 pour la structure ; numéro RPPS ou identifiant national pour l'employeur ; rien pour les autres.
card-opposition-confirm = Je confirme que cette opposition est définitive.
card-oppose = Mettre la carte en opposition
receipt-page-title = Récépissé { $receipt }
receipt-title = Récépissé d'opposition
receipt-opposed = La carte { $card } est en opposition. C'est définitif.
receipt-number = Récépissé
receipt-requester = Demandée par
receipt-since = En opposition depuis le
receipt-sequence = Rang dans la liste d'opposition
receipt-certificates = Certificats de la carte
receipt-no-certificate = La carte ne portait pas de certificat.
receipt-abandoned = { $issuer }, { $serial } : abandonné avant signature
receipt-revoked = { $issuer }, { $serial } : révoqué
receipt-ended-before = { $issuer }, { $serial } : n'était déjà plus valable
receipt-published = Publication : le répondeur OCSP de ce site répond déjà « révoqué ».
receipt-being-published = Publication : enregistrée, en cours. Le répondeur OCSP en tiendra compte dans un instant ; rechargez cette page pour le vérifier.
receipt-lists = Les prochaines listes de révocation porteront ces certificats, et la prochaine liste d'opposition, la carte.
receipt-keep = Conservez ce numéro de récépissé, ou imprimez cette page : elle n'est affichée que pendant votre session.
