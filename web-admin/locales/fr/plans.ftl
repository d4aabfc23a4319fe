### Renewal plans, /ra/renouvellements.

plans-title = Plans de renouvellement
plans-lead = Une approbation vaut pour toutes les lignes du plan ; le répertoire est interrogé une dernière fois avant chaque nouvelle demande.
plans-approved = Le plan est approuvé.
plans-none = Aucun plan n'attend d'approbation.
plans-planned-by = Établi par
plans-horizon = Cartes qui expirent avant le
plans-renewed = Cartes renouvelées
plans-caption = Cartes du plan
plans-excluded = Pas de renouvellement : { $why }
plans-item-renewed = Renouvelée
plans-approve = Approuver le plan
