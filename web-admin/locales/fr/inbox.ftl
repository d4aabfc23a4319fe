### What waits for another officer's signature, /ra/contreseing.

inbox-lead = Ce qui attend votre signature, ou votre relecture, après qu'un autre a proposé, signé ou décidé ; le plus ancien d'abord.
inbox-none = Rien n'attend votre signature.
inbox-end = C'était le dernier de la liste.
inbox-more = Il en attend davantage : la suite vient à mesure que vous signez.
inbox-caption = À contre-signer, le plus ancien d'abord
inbox-what = Quoi
inbox-since = Attend depuis
inbox-clock = Délai
inbox-first = Avant vous
inbox-back = Retour à ce qui attend votre signature
inbox-next = Suivant à contre-signer
inbox-waits = depuis { $time }

## What waits

inbox-order = Demande que deux opérateurs approuvent
inbox-suspension = Suspension à lever
inbox-feed = Extrait du répertoire retenu
inbox-opposition-plan = Plan d'oppositions
inbox-renewal-plan = Plan de renouvellement
inbox-enrolment = Clé ou adresse d'un opérateur
inbox-mandate = Mandat pour une structure
inbox-approval-look = Relecture d'une approbation
inbox-opposition-look = Relecture d'une opposition

## Who was first. Of an order, nobody is told before he has decided himself.

inbox-blind = à l'aveugle
inbox-by-delegation = vous signeriez par délégation de { $for } ({ $number })
inbox-nobody = personne encore

## What he may not sign

inbox-hidden-signed = { $number ->
    [one] { $number } masqué : vous avez donné la première signature.
   *[other] { $number } masqués : vous avez donné la première signature.
}
inbox-hidden-own = { $number ->
    [one] { $number } masqué : vous l'avez proposé ou demandé, vous y avez pris part, ou il s'agit de votre clé.
   *[other] { $number } masqués : vous les avez proposés ou demandés, vous y avez pris part, ou il s'agit de votre clé.
}
inbox-hidden-scope = { $number ->
    [one] { $number } masqué : hors de votre périmètre, ou sans lieu connu.
   *[other] { $number } masqués : hors de votre périmètre, ou sans lieu connu.
}
inbox-hidden-near = { $number ->
    [one] { $number } masqué : vous, votre famille ou votre structure, ou ceux de qui vous a donné délégation, y êtes concernés, ou on ne sait pas.
   *[other] { $number } masqués : vous, votre famille ou votre structure, ou ceux de qui vous a donné délégation, y êtes concernés, ou on ne sait pas.
}
inbox-hidden-role = { $number ->
    [one] { $number } masqué : un autre rôle que le vôtre le signe.
   *[other] { $number } masqués : un autre rôle que le vôtre les signe.
}
