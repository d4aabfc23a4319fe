### The audit log, /ra/journal, and one leaf of it.

trail-title = Journal d'audit
trail-lead = Chaque lecture est elle-même inscrite au journal, avec ce qui a été demandé. On lit ici ce que portent les feuilles ; les détails des événements ne sont que dans le dossier d'audit ({ $command }). Les heures sont en temps universel (UTC).
trail-search = Chercher dans le journal
trail-action = Action
trail-action-hint = Son début : card., order.approved…
trail-actor = Acteur
trail-actor-hint = Par exemple officer:alice, ou alice.
trail-subject = Objet
trail-subject-hint = En entier : card 2600000017.
trail-from = Du
trail-from-hint = AAAA-MM-JJ, premier jour.
trail-until = Au
trail-until-hint = AAAA-MM-JJ, dernier jour.
trail-do-search = Chercher
trail-all = Tout le journal
trail-events = Événements
trail-none-here = Aucun événement trouvé dans la partie du journal qui a été lue ; la page suivante continue.
trail-none = Aucun événement ne correspond.
trail-newest-first = Les plus récents d'abord.
trail-when = Quand (UTC)
trail-place = Place
trail-waits = en attente
trail-newest = Revenir au plus récent
trail-older = Plus anciens
trail-selection = Emporter cette sélection
trail-selection-lead = Un fichier des { $number } événements les plus récents qui correspondent, chacun avec sa preuve sous la dernière tête signée du journal. { $command } le contrôle sur une autre machine. Ce qui n'y est pas n'est pas prouvé absent : seul le dossier d'audit est complet.
trail-download = Télécharger la sélection

## One leaf

leaf-proved = Prouvé
leaf-proved-how = {"\u00A0"}: cette feuille est dans l'arbre des { $size } premières, dont la tête a été signée le { $at } (UTC).
leaf-unproved = Aucune tête signée ne couvre encore cette feuille. Elle l'est d'ordinaire en moins d'une seconde ; si cela dure, voyez { $link } avec l'administrateur.
leaf-unproved-link = l'état du journal
leaf-place = Place dans l'arbre
leaf-identifier = Identifiant
leaf-commitment = Engagement sur le détail
leaf-hash = Feuille
leaf-proof = Preuve d'inclusion
leaf-proof-lead = Au format C2SP tlog-proof, comme { $command } ; à vérifier avec la clé du journal que vous avez gardée.
leaf-key = Clé du journal :
