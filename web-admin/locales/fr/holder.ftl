### What a holder reads who blocks his card, /opposition.

holder-title = Mettre sa carte en opposition
holder-lead = Carte perdue, volée, jamais reçue ou qui ne fonctionne plus, codes connus d'une autre personne ou jamais reçus : vous pouvez la bloquer vous-même, à toute heure.
holder-nothing-recorded = Rien n'a été enregistré.
holder-number = Numéro de carte ou numéro RPPS
holder-number-hint = Dix chiffres pour la carte, onze pour le RPPS.
holder-what-happened = Que s'est-il passé ?
holder-card-number = Numéro de carte
holder-rpps-number = Numéro RPPS

## With the code

holder-with-code = Vous avez votre code d'opposition
holder-with-code-lead = C'est le code de seize signes du courrier reçu avec la carte. Ce n'est ni le code porteur, ni le code de déblocage : ne les donnez à personne.
holder-code = Code d'opposition
holder-code-hint = Quatre groupes de quatre lettres et chiffres.
holder-continue = Continuer
holder-confirm = Confirmer la mise en opposition
holder-confirm-final = Votre carte sera bloquée immédiatement. C'est définitif.
holder-confirm-effect = Elle ne pourra plus servir à vous identifier, à signer ni à facturer, même si vous la retrouvez. Il faudra en demander une autre.
holder-ground = Motif
holder-ground-unpublished = – il n'est jamais publié
holder-confirm-button = Bloquer ma carte définitivement
holder-confirm-cancel = Annuler et revenir au formulaire

## Without it: by mail

holder-by-mail = Recevoir un code par courriel
holder-by-mail-lead = Vous n'avez pas le courrier de votre carte ? Un code à usage unique peut être envoyé à l'adresse que donne le répertoire national, et à aucune autre.
holder-by-mail-button = Recevoir un code
holder-mailed = Saisir le code reçu par courriel
holder-mailed-if = Si une carte en service correspond à ce numéro et que le répertoire national donne une adresse, un code y est envoyé.
holder-mailed-how = Il arrive en quelques minutes et vaut dix minutes, sur cette page seulement : laissez-la ouverte. Après cinq codes faux, demandez-en un autre ; un porteur en reçoit six par jour au plus.
holder-mailed-code = Code reçu par courriel
holder-mailed-code-hint = Huit chiffres. De plusieurs courriels, le plus récent ; de plusieurs cartes, le code de celle à bloquer.
holder-mailed-nothing = Rien n'arrive ? Regardez parmi les indésirables, puis { $call } : jusque-là, la carte reste valable.
holder-confirm-of-mail = Celle dont le courriel donne le code

## Without any code

holder-without-code = Être rappelé
holder-without-code-lead = Vous n'avez aucun code ? Un opérateur vous appellera au numéro que donne le répertoire national, et à aucun autre. Jusque-là, la carte reste valable.
holder-call-back-button = Demander à être rappelé
holder-noted = Déclaration enregistrée
holder-noted-call = Si une carte correspond à ce numéro, un opérateur appellera son porteur au numéro que donne le répertoire national.
holder-noted-until-then = Jusque-là, la carte reste valable. L'opérateur ne vous demandera jamais votre code porteur, votre code de déblocage ni votre code d'opposition.
holder-noted-found = Vous retrouvez votre code d'opposition ? { $link }, sans attendre.
holder-noted-found-link = Bloquez la carte vous-même

## What came of it

holder-waits = Vérification en cours
holder-waits-lead = Votre déclaration est enregistrée. Elle est vérifiée dans les secondes qui viennent ; cette page se met à jour seule.
holder-waits-again = Actualiser
holder-waits-at = État le { $at }.
holder-receipt = Récépissé d'opposition
holder-receipt-opposed = La carte { $card } est en opposition. C'est définitif.
holder-receipt-number = Récépissé
holder-receipt-card = Carte
holder-receipt-since = En opposition depuis le
holder-public = Ce qui est déjà public
holder-public-already = Les certificats de la carte sont révoqués : le service qui répond à leur sujet (OCSP) le dit déjà.
holder-public-soon = L'opposition est enregistrée pour toujours. Sa publication est en cours ; le service qui répond au sujet des certificats (OCSP) en tiendra compte dans un instant.
holder-public-lists = Les prochaines listes de révocation et la prochaine liste d'opposition la porteront aussi. Le motif n'est jamais publié.
holder-next = Et maintenant
holder-next-steps = Demandez une nouvelle carte à l'autorité d'enregistrement ou à votre structure. Conservez ce numéro, ou imprimez cette page : elle est lisible pendant vingt-quatre heures.
holder-unrecognised = Code non reconnu
holder-unrecognised-nothing = Aucune carte n'a été mise en opposition.
holder-unrecognised-why = Ce code n'a pas été reconnu, ne vaut plus, ou trop d'essais ont été faits.
holder-unrecognised-again = Vérifiez le numéro et le code, puis { $again }. Si vous n'y parvenez pas, { $call } : un opérateur mettra la carte en opposition avec vous.
holder-unrecognised-again-link = recommencez
holder-unrecognised-call-link = demandez à être rappelé
