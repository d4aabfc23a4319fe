### Signing in by passkey, link or card, and preparing a passkey.

sign-in-title = Connexion
sign-in-signed-out = Vous êtes déconnecté.
sign-in-passkey = Se connecter avec ma clé de sécurité
sign-in-no-key = Vous n'avez pas encore de clé ? { $link }, puis remettez-la à un administrateur.
sign-in-no-key-link = Préparez la vôtre
sign-in-card = Se connecter avec une carte
sign-in-demonstration = Dans une démonstration, chaque opérateur se connecte aussi par un lien.
sign-in-demonstration-links = Les liens sont affichés dans le terminal au démarrage, un par opérateur : chacun sert une fois. Pour en obtenir d'autres, relancez la démonstration.
sign-in-impossible = Aucune connexion n'est possible : les clés des administrateurs ne sont pas encore inscrites dans la configuration.
sign-in-session = Une session se ferme après 30{"\u00A0"}minutes sans activité, et au plus tard après 8{"\u00A0"}heures.

## By a card

card-sign-in-title = Connexion avec une carte
card-sign-in-whose = Cette carte est celle de { $name }.
card-sign-in-button = Se connecter avec ma carte
card-sign-in-what-for = Une connexion avec une carte permet de lire, de déposer une demande et de mettre une carte en opposition. Une décision se signe toujours avec une clé de sécurité, à l'adresse habituelle. Retirez votre carte du lecteur et fermez le navigateur lorsque vous quittez votre poste.
card-sign-in-certificate = Votre certificat
card-sign-in-certificate-lead = Remettez ce texte à un administrateur. Deux administrateurs doivent signer son inscription.
card-sign-in-fingerprint-lead = L'administrateur vous demandera de lui lire cette empreinte avant de signer.

## A passkey

passkey-unanswered = Votre clé de sécurité n'a pas répondu.
passkey-unanswered-what = Vérifiez qu'elle est branchée ou à portée, que c'est celle qui vous a été attribuée, puis recommencez. Rien n'a été enregistré.
passkey-script = Une clé de sécurité ne peut répondre que si JavaScript est autorisé pour ce site. C'est la seule action de ces pages qui en ait besoin.
new-key-title = Préparer une clé de sécurité
new-key-lead = Votre clé reste dans votre téléphone, votre ordinateur ou votre clé USB : seule sa partie publique nous est transmise.
new-key-login = Votre identifiant d'opérateur
new-key-login-hint = Celui que l'administrateur vous a donné, par exemple « prenom.nom ». Il sert à nommer la clé sur votre appareil.
new-key-button = Créer ma clé
new-key-made = Votre clé est prête. Elle ne donne encore aucun droit.
new-key-record = Votre fiche de clé
new-key-record-lead = Remettez ces deux lignes à un administrateur. Deux administrateurs doivent signer votre inscription.
new-key-fingerprint = Empreinte à vérifier de vive voix
new-key-fingerprint-lead = L'administrateur vous demandera de lui lire cette empreinte avant de signer. Notez-la : elle ne sera plus affichée ici.
