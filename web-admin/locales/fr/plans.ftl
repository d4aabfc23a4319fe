### Renewal plans, /ra/renouvellements.

plans-title = Plans de renouvellement
plans-lead = Une approbation vaut pour toutes les lignes du plan ; le répertoire est interrogé une dernière fois avant chaque nouvelle demande. Une ligne qui est proche de qui approuve (sa carte, celle d'un proche, sa structure) n'est pas commandée : elle revient dans le plan suivant, pour un autre opérateur.
plans-approved = Le plan est approuvé.
plans-approved-first = Votre approbation est enregistrée : le plan attend celle d'un second opérateur.
plans-asks-for-two = Ce plan renouvelle plus de vingt-cinq cartes : deux opérateurs d'enregistrement différents l'approuvent.
plans-awaits-second = Approuvé par { $by } ; en attente d'un second opérateur.
plans-none = Aucun plan n'attend d'approbation.
plans-planned-by = Établi par
plans-horizon = Cartes qui expirent avant le
plans-renewed = Cartes renouvelées
plans-caption = Cartes du plan
plans-excluded = Pas de renouvellement : { $why }
plans-item-renewed = Renouvelée
plans-approve = Approuver le plan
