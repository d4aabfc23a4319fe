### Several orders decided on by one gesture, /ra/file/lot.

bulk-approve-title = Approuver plusieurs demandes
bulk-refuse-title = Refuser plusieurs demandes
bulk-back = Revenir à la file
bulk-back-undecided = Revenir à la file sans décider
bulk-can-be-approved = { $number ->
    [one] { $number } sur { $all } peut être approuvée d'une seule signature.
   *[other] { $number } sur { $all } peuvent être approuvées d'une seule signature.
}
bulk-can-be-refused = { $number ->
    [one] { $number } sur { $all } peut être refusée d'une seule signature.
   *[other] { $number } sur { $all } peuvent être refusées d'une seule signature.
}
bulk-others-stay = Les autres restent dans la file.
bulk-caption = Ce qu'il adviendra de chaque demande
bulk-outcome = Ce qu'il en adviendra
bulk-taken-by = { $who } l'a en main
bulk-left = Laissée dans la file.
bulk-will-be-approved = Sera approuvée : une carte sera produite.
bulk-will-be-refused = Sera refusée.
bulk-letter = Lettre
# Heard, not seen, behind the word above.
bulk-letter-of = de { $number }
bulk-cards = { $number ->
    [one] { $number } carte sera produite.
   *[other] { $number } cartes seront produites.
}
bulk-reason = Motif du refus, le même pour toutes (obligatoire)
bulk-explanation = Précision pour les porteurs (obligatoire pour un autre motif)
bulk-see-letters = Voir les lettres
bulk-refusal-delay = Vous pourrez revenir sur ces refus pendant { $delay } ; rien n'est envoyé avant.

## What is signed

bulk-approve-these = { $number ->
    [one] Approuver { $number } demande
   *[other] Approuver { $number } demandes
}
bulk-refuse-these = { $number ->
    [one] Refuser { $number } demande
   *[other] Refuser { $number } demandes
}
bulk-reason-chosen = Motif du refus :
bulk-row = { $number }, version { $version } :
# Heard, not seen, behind « Ce qui partira ».
bulk-leaves-for = pour { $number }
bulk-digest = Empreinte de ce qui est signé (SHA-256)
bulk-note = Votre clé signe ces décisions d'un seul geste, et aucune autre : relisez la liste avant de la toucher.

## What became of them

bulk-done-approved = Demandes approuvées
bulk-done-refused = Demandes refusées
bulk-done-taken-back = Décisions annulées
bulk-done-of = { $number } sur { $all }.
bulk-done-forgotten = { $number }. Ce qui a été laissé n'est plus connu ici.
bulk-done-until = Vous pouvez revenir sur ces décisions jusqu'à { $at } ; rien n'est envoyé avant.
bulk-left-out = Laissée.
bulk-approved = Approuvée
bulk-refused = Refusée
bulk-taken-back = À vérifier de nouveau
bulk-take-back = Annuler ces décisions
