### The queue of orders, /ra/file.

queue-page-title = File – { $state }
queue-title = File des demandes
queue-states = État des demandes
queue-next = Dossier suivant
queue-next-hint = La demande la plus urgente de cette vue que personne ne traite.
queue-no-more = Il n'y a pas d'autre demande.
queue-none-filtered = Aucune demande ne répond à ces filtres.
queue-none = Aucune demande dans cet état.
queue-caption = { $state }, de la plus ancienne à la plus récente
queue-caption-by-name = { $state }, par ordre alphabétique
queue-caption-hours = {"\u00A0"}; délais en heures ouvrées
queue-deadline = Délai
queue-object = Objet
queue-submitted = Déposée
queue-who = Qui
queue-take = Prendre
queue-take-over = Prendre la main
queue-take-which = sur { $number }
queue-start = ← Début de la liste
queue-following = Suivantes →
queue-filter = Filtrer la file
queue-search = Nom du porteur, numéro de demande ou numéro RPPS
queue-search-hint = Le début du nom suffit, sans accents ni majuscules.
queue-age = Déposée depuis
queue-on = Qui la traite
queue-structure = Structure d'exercice
queue-structure-hint = Numéro FINESS ou SIRET.
queue-clear = Effacer les filtres
queue-views = Mes vues
queue-keep-as = Garder ces filtres sous le nom
queue-keep-view = Enregistrer la vue
queue-whatever = Peu importe
queue-all-cards = Toutes
queue-all-professions = Toutes
queue-all-flags = Tous
queue-do-filter = Filtrer
queue-forget = Supprimer
queue-forget-which = la vue { $view }
queue-new-card = { $kind }, nouvelle carte
queue-replacement = { $kind }, remplacement de la carte { $card }
queue-left = reste { $time }
queue-late = dépassé de { $time }
queue-paused = en pause, reste { $time }
queue-nobody = Personne
queue-me = Moi
queue-done-view = La vue est enregistrée.
queue-done-forgotten = La vue est supprimée.
queue-done-none = Aucune autre demande de cette vue n'attend votre décision : les autres sont les vôtres, ou un collègue les traite.
queue-days = { $number ->
    [one] { $number } jour au moins
   *[other] { $number } jours au moins
}
queue-hidden = { $number ->
    [one] { $number } dossier masqué par vos droits ({ $scope }).
   *[other] { $number } dossiers masqués par vos droits ({ $scope }).
}
queue-many-hidden = { $number }+ dossiers masqués par vos droits ({ $scope }).
queue-many = { $number }+
order-statuses-submitted = À vérifier
order-statuses-waiting = En attente du demandeur
order-statuses-approved = Approuvées
order-statuses-refused = Refusées
order-statuses-withdrawn = Retirées
order-statuses-ordered = Cartes commandées
risk-green = ● Aucun
risk-orange = ▲ À vérifier
risk-red = ■ Graves
