### What officers delegate to each other, /ra/delegations, and one delegation.

delegations-lead = Un opérateur qui s'absente confie son périmètre, ou une partie, à un autre opérateur d'enregistrement, de tel jour à tel jour. Rien n'est délégué tant qu'il n'a pas signé ; cela finit tout seul.
delegations-none = Aucune délégation.
delegations-caption = Données ou reçues, la plus récente d'abord
delegations-caption-all = De tous les opérateurs, la plus récente d'abord
delegations-new = Déléguer
delegations-own = Votre propre périmètre : { $scope }. Ce qui vous est délégué ne se délègue pas plus loin.
delegations-first-day = Premier jour
delegations-last-day = Dernier jour
delegations-last-day-hint = Ce jour compris, à l'heure de Paris ; 31 jours au plus.
delegations-scope-hint = Votre périmètre, ou plus étroit : ôtez ou ajoutez une restriction. Sans rien, toutes les demandes.
delegations-prepare = Relire avant de signer

## One delegation

delegation-title = Délégation { $number }
delegation-what = Ce qui est délégué
delegation-from = De
delegation-to = À
delegation-begins = À partir du
delegation-ends = Jusqu'au
delegation-ended-by = (terminée par { $by })
delegation-proposed-at = Rédigée le
delegation-covers = Demandes à vérifier dans ce périmètre à présent
delegation-means = Le délégataire lit et décide, demande par demande, ce qui relève de ce périmètre, avec les droits de son propre rôle. Chacune de ses décisions dit au nom de qui elle est prise, et vous est écrite. Ses décisions et les vôtres ne font qu'une signature : là où deux opérateurs approuvent, il en faut un autre.
delegation-sign = Signer la délégation
delegation-end = Mettre fin à la délégation
delegation-unsigned = À signer
delegation-signed = Signée, en cours de réception
delegation-refused = Signature refusée
delegation-to-come = À venir
delegation-standing = En cours
delegation-ended = Terminée
delegation-done-proposed = La délégation est rédigée. Relisez-la ; elle ne vaut rien avant votre signature.
delegation-done-signed = Votre signature est enregistrée. La délégation compte dès que le service de certification l'a reçue.
delegation-done-ended = La délégation est terminée. Ce qui a été décidé auparavant reste.

## Who acts in whose name

delegation-of = délégation de { $for } ({ $number })
delegation-by = { $by }, par { $of }
delegation-acting = Vous agissez aussi pour { $names }.
delegation-acting-here = Vous agissez ici pour { $for }, par sa délégation { $number }.
