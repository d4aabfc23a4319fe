### Requests for software certificates, /ra/certificats.

requests-title = Certificats logiciels
requests-heading = Demandes de certificats logiciels
requests-lead = Le certificat est établi pour la clé dont l'empreinte est affichée, et pour ces noms.
requests-list-lead = Chaque demande s'ouvre sur ce qui en est connu, et s'y décide.
requests-no-more = Aucune autre demande n'attend de décision.
requests-none = Aucune demande n'attend de décision.
requests-structure = Structure
requests-profile = Gabarit
requests-name = Nom
requests-host-names = Noms d'hôtes
requests-fingerprint = Empreinte de la clé
requests-submitted-by = Déposée par
requests-approve = Approuver la demande
requests-refuse = Refuser la demande
requests-done-approval = La demande est approuvée ; le certificat est établi dès que l'approbation a pris effet.
requests-done-refusal = La demande est refusée. Le demandeur en est averti dès que le refus prend effet.
requests-done-taken-back = Votre décision est annulée : rien n'est établi ni envoyé. La demande est à vérifier de nouveau.
requests-to-take-back = Vos décisions que vous pouvez encore reprendre
requests-one-title = Demande { $number } – { $state }
requests-of-number = Demande de certificat
requests-nothing-before = Rien n'est établi ni envoyé avant.
requests-comparison = Demande et répertoire
requests-comparison-caption = Ce que dit la demande à côté de ce que disent aujourd'hui le répertoire et la structure
requests-known = Répertoire, ou déclaration de la structure
requests-names = Noms que la structure doit être autorisée à faire certifier
requests-name-allowed = autorisé
requests-name-not-allowed = non autorisé
requests-approval-effect = Un certificat sera établi pour cette clé et ces noms.
requests-mail = Courriel que recevra le demandeur
requests-identifier = Identifiant
requests-address = Adresse

## The retrieval of a certificate, /ra/retraits/…

retrieval-title = Retrait du certificat de la demande { $number }
retrieval-state = État
retrieval-issued = Établi le
retrieval-serial = Autorité et numéro de série
retrieval-none-yet = Cette demande n'a pas de certificat à retirer.
retrieval-terms = Conditions d'utilisation { $version }
retrieval-digest = Empreinte SHA-256 de ce texte :
retrieval-confirm = J'ai lu ces conditions et je les accepte.
retrieval-accept = Accepter et retirer le certificat
retrieval-accepted = Vous avez accepté ces conditions le { $at }.
retrieval-files = Fichiers
retrieval-form-pem = Certificat, PEM
retrieval-form-der = Certificat, DER
retrieval-form-chain = Certificat et autorités jusqu'à la racine, PKCS #7
retrieval-public = Le certificat est public ; seule la clé privée, que vous gardez, est secrète.
retrieval-back = Retour
retrieval-done-acceptance = Votre acceptation est enregistrée ; le certificat est à vous.
requests-unretrieved = Certificats que personne n'a retirés
requests-unretrieved-lead = Personne n'a encore accepté les conditions d'utilisation de ces certificats en cours de validité. Un rappel part de lui-même ; rien n'est révoqué pour autant.
requests-unretrieved-by = Demandé par { $by }, établi le { $at }.
requests-retrieve = Retirer
