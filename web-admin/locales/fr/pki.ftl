### The public page of the authorities, /pki.

pki-title = Autorités de certification
pki-answer-title = { $subject } : { $word } –
pki-answer-at = état connu le { $at }
pki-answer-unknown = Est « inconnu » tout ce qui n'est ni valable, ni en opposition ou révoqué ; la raison n'est jamais donnée.
pki-contents = Sur cette page
pki-contents-check = Vérifier

## What is asked, and its one word

pki-check = Vérifier une carte ou un certificat
pki-check-answers = La réponse est « valable », « en opposition » (ou « révoqué ») ou « inconnu », et rien d'autre. Dix questions par minute ; un logiciel interroge plutôt OCSP.
pki-check-card = Une carte
pki-card-number = Numéro de carte
pki-card-number-hint = Dix chiffres, imprimés sur la carte.
pki-check-card-button = Vérifier la carte
pki-check-file = Le fichier d'un certificat
pki-file = Fichier
pki-file-hint = .cer, .crt ou .pem (DER ou PEM) ; 16{"\u00A0"}Kio au plus.
pki-check-file-button = Vérifier le fichier
pki-check-serial = Un numéro de série
pki-issuer = Autorité qui l'a émis
pki-serial = Numéro de série
pki-serial-hint = En hexadécimal, par exemple 1D5DE2.
pki-check-serial-button = Vérifier le numéro
pki-check-text = Le texte d'un certificat
pki-certificate = Certificat
pki-text-hint = Texte PEM, ou DER en base64 ; 16{"\u00A0"}Kio au plus.
pki-check-text-button = Vérifier le texte
pki-of-card = Carte
pki-of-certificate = Certificat
pki-valid = Valable
pki-card-opposed = En opposition
pki-card-unknown = Inconnue
pki-certificate-revoked = Révoqué
pki-certificate-unknown = Inconnu
pki-certificate-expired = Expiré

## What is published

pki-publications = Listes et publications
pki-state = État au { $at }. Les fichiers sont ceux que servent les adresses portées par les certificats, octet pour octet.
pki-chain = Chaîne de certification
pki-address = adresse portée par les certificats :
pki-signature = sa signature
pki-oppositions = Liste d'opposition des cartes
pki-oppositions-compact = forme compacte, pour les lecteurs hors ligne
pki-oppositions-next = Jusqu'au rang { $sequence } ; la suivante paraît avant le { $at }.
pki-coherence = Concordance des publications
pki-coherent = Tout concorde
pki-differences = { $number ->
    [one] { $number } différence
   *[other] { $number } différences
}
pki-coherence-at = constat du { $at }
pki-policies = Politiques de certification

## Certificates to try software with

pki-tests = Certificats de test
pki-tests-lead = Pour essayer un logiciel qui vérifie des certificats. Leurs clés ont été détruites : personne ne peut s'en servir.
pki-test = { $issuer }, numéro de série { $serial }
pki-test-expected = { $name } : pas avant le { $at }, quand il aura expiré
pki-test-prepared = { $name } : en préparation
pki-dates = du { $from } au { $until }

## One authority

pki-root = autorité racine
pki-issuing = autorité intermédiaire
pki-subject = Sujet
pki-validity = Validité
pki-revoked = Révocation
pki-revoked-since = révoquée le { $at } : elle n'émet plus aucun certificat, et ceux qu'elle a émis ne sont plus acceptés.
pki-fingerprint = Empreinte SHA-256
pki-key-identifier = Identifiant de la clé
pki-full-crl = Liste de révocation
pki-delta-crl = Liste de révocation, delta
pki-crl = numéro { $number }, publiée le { $published }, vaut jusqu'au { $until } ;
pki-crl-next = la suivante est prévue au plus tard le { $at }.
pki-crl-next-at-ceremony = la suivante se fait à une cérémonie de clés.
pki-shards = Listes de révocation par segment, 1 à { $count }
pki-shard-crls = publiées ensemble le { $published }, valent jusqu'au { $until } ;
pki-shard-crls-next = les suivantes sont prévues au plus tard le { $at }.
pki-crl-last = c'est la dernière de cette autorité, elle couvre tous ses certificats.
