### The page that says why there is nothing to show.

failure-not-found = Introuvable
failure-not-allowed = Accès refusé
failure-unavailable = Momentanément indisponible
failure-error = Erreur
failure-refused = Action impossible
failure-roles = Un de ces rôles est nécessaire ; deux administrateurs l'attribuent, en inscrivant une clé :
failure-code = Code
failure-request = Requête
failure-home = Revenir à l'accueil
failure-sign-in = Se connecter
