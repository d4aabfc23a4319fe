### The officers' keys, /ra/cles, and one enrolment.

keys-title = Clés des opérateurs
keys-lead = Une clé compte lorsque deux administrateurs ont signé son inscription, et jusqu'à ce que deux administrateurs aient signé son retrait. Les premières sont inscrites dans la configuration. Le certificat d'une carte ou d'un système s'inscrit de même : il permet de se connecter, jamais de décider.
keys-enrolled = Clés inscrites
keys-none = Aucune clé n'est inscrite.
keys-caption = Clés que la chaîne des inscriptions reconnaît
keys-officer = Opérateur
keys-role = Rôle
keys-scope = Périmètre
keys-fingerprint = Empreinte
keys-enrolment = Inscription
keys-certificate = Certificat de connexion :
keys-configuration = configuration
keys-withdrawn = Retirée le { $at }
keys-active = Active
keys-withdraw = Proposer le retrait
# Heard, not seen, behind the words above.
keys-withdraw-key = de la clé de { $name }
keys-withdraw-certificate = du certificat de { $name }
keys-proposed = Inscriptions et retraits demandés
keys-none-proposed = Aucune demande.
keys-enrol = Inscrire une clé
keys-record = Fiche de clé
keys-record-hint = Les deux lignes que l'opérateur a obtenues en préparant sa clé, ou le certificat de sa carte (PEM).
keys-login = Identifiant
keys-name = Prénom et NOM
keys-scope-optional = Périmètre (facultatif)
keys-scope-hint = Pour un mandataire ou un opérateur d'enregistrement. Sans rien, toutes les demandes.
keys-professions = Codes des professions
keys-structures = Numéros FINESS ou SIRET des structures
keys-departments = Codes des départements (2A, 75, 971…)
keys-kinds = Types de cartes (CPS, CPE…)
keys-propose = Proposer l'inscription

## One enrolment, or its end

enrolment-of-key = Inscription d'une clé
enrolment-end-of-key = Retrait d'une clé
enrolment-of-certificate = Inscription d'un certificat de connexion
enrolment-end-of-certificate = Retrait d'un certificat de connexion
enrolment-awaits-two = En attente de deux administrateurs
enrolment-awaits-second = En attente d'un second administrateur
enrolment-signed = Signée par deux administrateurs
enrolment-rejected = Rejetée
enrolment-proposed-by = Proposé par
enrolment-key-fingerprint = Empreinte de la clé
enrolment-certificate-fingerprint = Empreinte du certificat
enrolment-fingerprint = { $of } (SHA-256)
enrolment-two = Signature de deux administrateurs
enrolment-ask = Avant de signer, demandez à { $name } de vous lire cette empreinte : elle doit être celle de cette page.
enrolment-sign = Signer
enrolment-reject = Rejeter
enrolment-done-request = La demande est déposée. Deux administrateurs doivent la signer, avec leur clé.
enrolment-done-signature = Votre signature est enregistrée. Il en faut deux ; elles comptent dès que le service de certification les a reçues.
enrolment-done-rejection = La demande est rejetée.
enrolment-of-address = Changement d'adresse de courriel
enrolment-email = Adresse de courriel
enrolment-email-unchanged = Inchangée
enrolment-ask-address = Faites-lui redire aussi son adresse : c'est là qu'il lira ce qui est décidé en son nom.
keys-no-email = sans adresse de courriel
keys-email-label = Adresse de courriel
keys-email-hint = Obligatoire pour une clé qui décide, sauf si l'opérateur en a déjà une : le service de certification y écrit chaque jour ce qu'il a reçu en son nom. Deux administrateurs signent pour elle comme pour la clé.
keys-readdress = Proposer cette adresse
# Heard, not seen, behind the words above.
keys-readdress-for = pour { $name }
keys-new-email-key = Nouvelle adresse de courriel de { $name }, par cette clé
keys-new-email-certificate = Nouvelle adresse de courriel de { $name }, par ce certificat
keys-email = courriel
