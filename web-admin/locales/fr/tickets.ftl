### Declarations that nobody proved, /ra/rappels.

tickets-lead = Ces déclarations ont été faites sans preuve, sur la page publique. Aucune carte n'a changé d'état. Rappelez le porteur aux coordonnées que donne le répertoire, jamais à d'autres ; mettez ensuite la carte en opposition depuis sa page, ce qui clôt la déclaration, ou classez-la sans suite.
tickets-dismissed = La déclaration est classée sans suite. Aucune carte n'a été mise en opposition.
tickets-none = Personne n'attend d'être rappelé.
tickets-of-card = Carte { $number }
tickets-ground = Motif déclaré
tickets-declared = Déclaré
tickets-ago = Il y a { $time }
tickets-telephone = Téléphone du répertoire
tickets-mail = Courriel du répertoire
tickets-unknown = Inconnu
tickets-looked-up = Recherche en cours
tickets-cards = Cartes en cours de validité
tickets-no-card = Aucune
tickets-declaration = Déclaration
tickets-reason = Raison du classement sans suite (obligatoire)
tickets-dismiss = Classer sans suite
tickets-more = D'autres déclarations attendent ; l'exploitant peut toutes les lister.
