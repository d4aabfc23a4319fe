### A person's software certificates, on his page and in his dossiers.

software-list = Certificats logiciels
software-none = Aucun certificat logiciel.
software-over = Expiré
software-ends = jusqu'au { $at }
software-to-revoke = Révoquer

### The page on which one is revoked

revocation-title = Révocation du certificat de la demande { $number }
revocation-done = Le certificat est révoqué. La prochaine liste de révocation le porte ; le demandeur en est prévenu.
revocation-asked = Révocation demandée par { $by } { $at } : elle prend effet dans un instant. Rechargez cette page pour le vérifier.
revocation-refused = La dernière révocation demandée n'a pas eu lieu.
revocation-certificate = Certificat
revocation-until = Fin de validité
revocation-since = Révoqué depuis
revocation-reason = Motif de la révocation
revocation-reason-published = Le motif paraît dans la liste de révocation.
revocation-lead = Le certificat cesse d'être valable immédiatement. Le demandeur fait une nouvelle demande, avec une nouvelle clé.
revocation-confirm = Je confirme que cette révocation est définitive.
revocation-revoke = Révoquer le certificat
revocation-reason-key-compromise = Clé compromise : quelqu'un d'autre peut s'en servir
revocation-reason-ca-compromise = Clé de l'autorité compromise
revocation-reason-affiliation-changed = Ce qui est certifié a changé : nom, structure, fonction
revocation-reason-superseded = Remplacé par un autre certificat
revocation-reason-cessation = N'est plus utilisé
