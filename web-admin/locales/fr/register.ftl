### The register, and the extracts that its brake stopped, /ra/registre.

register-title = Répertoire national
register-feeds = Extraits retenus
register-feeds-lead = Un extrait qui ferait disparaître ou changer trop de professionnels à la fois n'est pas repris dans le répertoire. Deux opérateurs d'enregistrement différents peuvent le libérer ; un seul suffit pour le rejeter.
register-no-feed = Aucun extrait n'est retenu.
register-ceased = Disparaîtraient du répertoire
register-changed = Changeraient
register-new = Nouveaux
register-living = Professionnels connus à ce jour
register-extracted = Extrait établi le
register-held = Retenu le
register-digest = Empreinte du fichier (SHA-256)
register-release-lead = L'extrait sera repris dans le répertoire si un autre opérateur l'approuve aussi. Vérifiez d'abord auprès de l'émetteur que ces changements sont réels.
register-release = Approuver la libération
register-reject = Rejeter l'extrait
register-awaits-two = Retenu, en attente de deux opérateurs
register-awaits-second = Retenu, en attente d'un second opérateur
register-released = Libéré, à importer de nouveau
register-refused = Rejeté
register-done-release = Votre approbation est enregistrée. Il en faut deux, de deux opérateurs différents ; l'exploitant importe ensuite le même fichier.
register-done-rejection = L'extrait est rejeté. L'exploitant doit en importer un autre.
register-share = { $part } ({ $percent }{"\u00A0"}%)
