### Looks after the fact, /ra/relectures.

reviews-lead = Ces relectures ne retiennent rien et ne défont rien : elles disent si ce qui a été fait l'a été à raison. Une part des approbations est tirée au sort ; une carte que son porteur a mise lui-même en opposition est vérifiée le lendemain.
reviews-confirmed = La relecture est enregistrée : rien à redire.
reviews-contested = La relecture est enregistrée : qui est concerné en est averti. Une demande se retire tant qu'elle n'a pas de carte ; ensuite, la carte se met en opposition. Un porteur dont la carte a été opposée sans lui peut recevoir une nouvelle carte, à demander.
reviews-none = Rien n'attend d'être relu.
reviews-of-order = Demande { $number }
reviews-of-card = Carte { $number }, mise en opposition par son porteur
reviews-approval-lead = Relisez le dossier comme si vous en décidiez vous-même, puis dites si vous l'auriez approuvé.
reviews-opposition-lead = Rappelez le porteur aux coordonnées que donne le répertoire, jamais à d'autres, et demandez-lui si l'opposition vient de lui. Elle est définitive : si elle ne vient pas de lui, une nouvelle carte lui est proposée.
reviews-dossier = Dossier
reviews-holder = Porteur
reviews-card = Carte
reviews-no-card = Pas encore produite
reviews-declared = Mise en opposition
reviews-contact = Coordonnées au répertoire
reviews-contact-changed = Changées peu avant l'opposition ; un code à usage unique part à ces coordonnées. Changées le
reviews-since = À relire depuis
reviews-reason = Ce qui n'est pas juste (obligatoire pour contester)
reviews-confirm = Confirmer
reviews-contest = Contester
reviews-not-yours = Vous n'avez pas à relire ceci : vous y avez pris part, cela vous touche de près (vous-même, un proche, votre structure), ou votre rôle ne le permet pas.
reviews-more = D'autres relectures attendent.
reviews-contested-lately = Contesté
reviews-what = Quoi
reviews-why = Ce qui n'est pas juste
reviews-when = Relu
