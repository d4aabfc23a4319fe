### Asking for a card, /ra/nouvelle.

new-order-title = Demander une carte CPS
new-order-lead = Le nom, le prénom et la catégorie sont repris du répertoire. Une autre personne que vous devra approuver la demande.
new-order-names = La carte et ses certificats porteront le nom et le prénom d'exercice que donne le répertoire, non ceux de naissance.
new-order-not-submitted = La demande n'a pas été déposée.
new-order-rpps = Numéro RPPS du porteur
new-order-rpps-hint = Onze chiffres, par exemple { $example }.
new-order-choose = Choisir…
new-order-replaces = Carte à remplacer (facultatif)
new-order-replaces-hint = Dix chiffres. À remplir seulement si la nouvelle carte prend la place d'une autre.
new-order-submit = Déposer la demande
