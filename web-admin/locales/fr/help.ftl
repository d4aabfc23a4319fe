### The keys of the keyboard, /ra/aide. What a key does, and its keys.

help-lead = Tout se fait aussi sans eux, avec la souris ou la touche de tabulation. Une touche mène à un bouton ; c'est Entrée qui le presse.
help-done = Votre choix est retenu dans ce navigateur.
help-choice = Vos raccourcis
help-choice-of = Les raccourcis répondent à
help-alone = Une touche
help-with-alt = Une touche avec Alt
help-off = Désactivés
help-keep = Retenir

help-everywhere = Partout
help-to-queue = aller à la file des demandes
    .keys = g puis q
help-to-inbox = aller à ce qui attend votre signature, où votre rôle signe
    .keys = g puis c
help-to-operations = aller à l'exploitation, où votre rôle la voit
    .keys = g puis d
help-to-cards = aller aux cartes, pour une opposition
    .keys = g puis o
help-search = rechercher, où la page a une recherche
    .keys = /
help-help = cette page
    .keys = ?

help-lists = Dans la file et les autres listes
help-rows = ligne suivante, ligne précédente
    .keys = j, k
help-open = ouvrir
    .keys = o ou Entrée
help-select = sélectionner la ligne, toutes jusqu'à elle, où elles se sélectionnent
    .keys = x, Maj + x
help-take-last-back = dans la file, revenir sur sa dernière décision, tant qu'elle n'a pas pris effet
    .keys = z

help-dossier = Dans un dossier
help-dossiers = dossier suivant, dossier précédent, dans l'ordre et le filtre de la file
    .keys = j, k
help-approve = approuver ; Entrée encore pour signer avec la clé de sécurité
    .keys = a puis Entrée
help-refuse = refuser : la liste des motifs s'ouvre, le chiffre choisit
    .keys = r puis 1 à 9
help-ask = demander un renseignement ou une pièce
    .keys = d
help-second-officer = demander un second opérateur ; Entrée pour le confirmer
    .keys = e puis Entrée
help-note = écrire une note
    .keys = n
help-take-back = revenir sur sa décision, tant qu'elle n'a pas pris effet
    .keys = z
