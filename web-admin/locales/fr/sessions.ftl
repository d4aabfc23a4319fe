### The reader's own sessions, /ra/sessions, and the warning before one ends.

sessions-title = Vos sessions
sessions-lead = Une session est ouverte à chaque connexion, et se ferme à la déconnexion, après 30{"\u00A0"}minutes sans activité ou au plus tard après 8{"\u00A0"}heures. Fermez ici celles que vous avez laissées ailleurs.
sessions-caption = Sessions ouvertes à votre nom
sessions-since = Ouverte
sessions-seen = Dernière activité
sessions-means = Connexion
sessions-by-link = Lien de la démonstration
sessions-by-passkey = Clé de sécurité
sessions-by-card = Carte
sessions-browser = Navigateur
sessions-address = Adresse
sessions-end = Fermeture
sessions-here = Celle-ci
sessions-end-it = Fermer
sessions-end-which = Fermer la session ouverte à { $at }
sessions-end-others = Fermer toutes les autres
sessions-ended = { $number ->
    [0] Aucune autre session n'était ouverte.
    [one] { $number } session fermée.
   *[other] { $number } sessions fermées.
}
sessions-unknown = Une session que vous ne reconnaissez pas ? Fermez-la, et prévenez un administrateur : il peut retirer votre clé. Chaque connexion est inscrite au journal d'audit.

## Before a session ends by itself

sessions-limit = Votre session se ferme après 30{"\u00A0"}minutes sans activité, et au plus tard à { $at }.
sessions-soon = Votre session se ferme dans moins de cinq minutes, faute d'activité. Ce qui n'est pas envoyé sera perdu.
sessions-stay = Rester connecté
sessions-failed = La session n'a pas été prolongée : le service n'a pas répondu, ou a refusé. Réessayez ; si cela ne suffit pas, copiez ce que vous avez saisi, puis rechargez la page.
sessions-last = Votre session se ferme dans moins de cinq minutes : elle atteint sa durée maximale et ne peut pas être prolongée. Envoyez ce que vous avez saisi.
sessions-over = Votre session est fermée.
sessions-over-link = Se connecter de nouveau
