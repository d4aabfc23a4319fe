### The checks of the installation, /ra/diagnostic.

diagnostic-title = Diagnostic
diagnostic-lead = Contrôles faits le { $at }. Ce sont ceux de { $command } que cette page a le droit de faire ; les clés dans leurs jetons, le journal d'audit entier, les lignes de la base et les autres systèmes ne se contrôlent que sur la machine.
diagnostic-well = Tout est en ordre.
diagnostic-broken = { $number ->
    [one] { $number } point à traiter
   *[other] { $number } points à traiter
}
diagnostic-warnings = { $number } à surveiller
diagnostic-caption = Un contrôle par ligne, les plus pressants d'abord. Le détail technique est en anglais, comme sur la ligne de commande.
diagnostic-check = Contrôle
diagnostic-found = Constat
diagnostic-helper = Qui peut aider
# In the English of the command line.
diagnostic-do = Do: { $action }
diagnostic-text = Texte à joindre à une demande d'aide
diagnostic-copy = À sélectionner et à copier
diagnostic-copy-hint = Il ne contient ni secret, ni nom, ni numéro de carte.

## What a check is about, and who can help

-operator-of-machine = L'exploitant de la machine

check-clock = Horloge
    .helper = { -operator-of-machine }
check-reserve = Place réservée aux oppositions
    .helper = { -operator-of-machine }
check-responders = Répondeurs OCSP
    .helper = { -operator-of-machine }
check-crls = Listes de révocation publiées
    .helper = L'exploitant ; pour une racine, les porteurs de part, en cérémonie
check-coherence = Cohérence des publications
    .helper = { -operator-of-machine }
check-register = Répertoire et cartes caduques
    .helper = Deux opérateurs d'enregistrement, ou l'exploitant
check-oppositions = Déclarations et avis
    .helper = Un opérateur de révocation ou d'enregistrement
check-one-time-codes = Budget des codes à usage unique
    .helper = L'exploitant ; les opérateurs rappellent sans attendre les porteurs qui déclarent sans preuve
check-decisions = Décisions des opérateurs
    .helper = L'opérateur nommé, puis l'administrateur et l'auditeur
check-questions = Questions restées sans réponse
    .helper = Un opérateur d'enregistrement
check-officers = Adresses des opérateurs
    .helper = Deux administrateurs
check-tls = Certificat TLS de ce site
    .helper = { -operator-of-machine }
check-authorities = Certificats des autorités
    .helper = { -operator-of-machine } ; une cérémonie fait la clé suivante
check-sequencer = Mise en ordre du journal d'audit
    .helper = { -operator-of-machine }
check-signer = Module de sécurité et ses jetons
    .helper = { -operator-of-machine }
check-signatures = Signatures du module de sécurité
    .helper = L'officier de sécurité, sans attendre
check-compromised-keys = Clés de l'infrastructure connues pour compromises
    .helper = L'officier de sécurité, sans attendre
check-weak-keys = Liste des clés connues pour faibles
    .helper = { -operator-of-machine }
check-unrecorded = Certificats présentés, inconnus de la base
    .helper = L'officier de sécurité, sans attendre
check-jobs = Travaux automatiques
    .helper = { -operator-of-machine }
