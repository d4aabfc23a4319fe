### Requests for software certificates, /ra/certificats.

requests-title = Certificats logiciels
requests-heading = Demandes de certificats logiciels
requests-lead = Le certificat est établi pour la clé dont l'empreinte est affichée, et pour ces noms.
requests-none = Aucune demande n'attend de décision.
requests-structure = Structure
requests-profile = Gabarit
requests-name = Nom
requests-host-names = Noms d'hôtes
requests-fingerprint = Empreinte de la clé
requests-submitted-by = Déposée par
requests-approve = Approuver la demande
requests-refuse = Refuser la demande
requests-done-approval = La demande est approuvée ; le certificat est établi sous peu.
requests-done-refusal = La demande est refusée.
requests-identifier = Identifiant
requests-address = Adresse
