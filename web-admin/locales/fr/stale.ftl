### The page of a decision that came too late.

stale-title = Dossier { $number } – Page périmée
stale-heading = Votre action n'a pas été enregistrée
stale-lead = Le dossier { $number } a changé pendant que vous le lisiez.
stale-changes = Ce qui a changé
stale-at = , le { $at }
stale-again = Relire le dossier à jour
stale-taken-back = { $who } est revenu sur sa décision
stale-approved = { $who } a approuvé la demande
stale-refused = { $who } a refusé la demande
stale-withdrawn = La demande a été retirée
stale-question = { $who } a posé une question au demandeur
stale-answer = { $who } a répondu à la question posée
stale-document = { $who } a joint un document
stale-refreshed = { $who } a repris les données du répertoire
stale-given-back = Le contrôle de l'autorité d'enregistrement a rendu la demande aux opérateurs
stale-withdrawn-by = { $who } a retiré la demande
stale-nothing = Rien de ce que vous pouvez lire n'a changé : l'état du dossier, lui, ne permet plus cette action.
stale-version = La demande a changé : elle est passée de la version { $then } à la version { $now }
stale-family-name = Le nom d'exercice est passé de « { $then } » à « { $now } »
stale-given-name = Le prénom d'exercice est passé de « { $then } » à « { $now } »
stale-category = Le code de la catégorie est passé de « { $then } » à « { $now } »
