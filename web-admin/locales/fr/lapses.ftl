### Cards that the register no longer supports, /ra/caducites.

lapses-lead = Ces cartes sont en cours de validité, mais leur porteur ne figure plus au répertoire, ou n'exerce plus ce pour quoi la carte lui a été remise ; ou bien le répertoire ne nomme plus leur structure, ou plus personne ne la représente. Une carte est mise en opposition quand un second extrait complet le confirme ; un opérateur peut le faire avant, depuis la page de la carte.
lapses-plans = Plans d'opposition
lapses-plans-lead = Le répertoire conduirait à mettre en opposition ou révoquer plus de cartes et de certificats en un jour qu'il n'est permis sans intervention. Deux opérateurs d'enregistrement différents peuvent libérer ces oppositions ; un seul suffit pour les rejeter.
lapses-plan = Plan { $plan }
lapses-still-waiting = Encore en attente
lapses-planned = Établi le
lapses-release-lead = Les cartes du plan seront mises en opposition, ou ses certificats révoqués, si un autre opérateur l'approuve aussi.
lapses-reject = Rejeter le plan
lapses-awaits-two = En attente de deux opérateurs
lapses-awaits-second = En attente d'un second opérateur
lapses-released = Libéré, oppositions en cours
lapses-refused = Rejeté
lapses-done-release = Votre approbation est enregistrée. Il en faut deux, de deux opérateurs différents ; les cartes sont ensuite mises en opposition, les certificats révoqués.
lapses-done-rejection = Le plan est rejeté : aucune de ses cartes, aucun de ses certificats ne prend fin sans qu'un opérateur le décide.
lapses-cards = Cartes en attente
lapses-none = Le répertoire confirme toutes les cartes en cours de validité.
lapses-caption = Cartes que le répertoire ne confirme plus
lapses-more = (les premières ; l'exploitant peut toutes les lister)
lapses-cause = Ce que dit le répertoire
lapses-found = Constaté le
lapses-next = Suite
lapses-next-confirmed-for = Confirmé par l'annuaire ({ $ground }) : opposition
lapses-next-confirmed = Confirmé par l'annuaire : opposition
lapses-next-extract = Opposition si le prochain extrait le confirme
lapses-next-mandate = Fin si aucun mandat n'est approuvé trente jours après le dernier, et qu'un extrait passe ; personne n'est là pour en être prévenu
lapses-next-officer = Un opérateur décide : un numéro ADELI a pu devenir un numéro RPPS

## What the register says against a card

lapse-holder-unknown = Le porteur n'y figure pas
lapse-holder-ceased = Le porteur n'y figure plus
lapse-profession-not-exercised = Le porteur n'y exerce pas cette profession
lapse-profession-ceased = Le porteur n'y exerce plus cette profession
lapse-structure-gone = Il ne nomme plus la structure
lapse-mandate-ended = Personne ne représente plus la structure (mandat terminé)
lapse-member-left = La structure ne le déclare plus
lapse-post-changed = La structure le déclare à un autre poste
lapse-other = Autre constat

## Software certificates

lapses-plan-size = Cartes ou certificats
lapses-certificates = Certificats logiciels en attente
lapses-no-certificate = Le répertoire confirme tous les certificats logiciels.
lapses-certificates-caption = Certificats logiciels que le répertoire ne confirme plus
lapses-request = Demande
lapses-certificate = Certificat
lapses-next-revoked = Révocation si le prochain extrait le confirme
lapses-beyond-scope = Un plan concerne tout le pays : seul un opérateur d'enregistrement dont le périmètre n'est pas limité en décide.

## Cards that live on, of which the register says otherwise

lapses-changed = Cartes à remplacer ou à mettre à jour
lapses-changed-lead = Le répertoire nomme ou situe autrement le porteur ou la structure que lors de la demande de ces cartes. Elles restent valables et rien n'est commandé d'office : un opérateur demande la carte qui remplace, depuis la page de la carte. Une carte quitte cette liste quand son remplacement est demandé, quand elle prend fin, ou quand un extrait dit de nouveau ce qu'elle porte.
lapses-changed-next = Cartes suivantes
lapses-changed-none = Le répertoire dit toujours ce que portent les cartes en cours de validité.
lapses-changed-count = Nombre de cartes : { $number }
lapses-changed-caption = Cartes dont le répertoire dit autre chose que lors de leur demande, d'abord celles à remplacer
