### A person's software certificates, on his page and in his dossiers.

software-list = Certificats logiciels
software-none = Aucun certificat logiciel.
software-over = Expiré
software-ends = jusqu'au { $at }
software-to-revoke = Révoquer
software-to-revoke-how = L'exploitant le révoque à votre nom : { $command }. Si la clé n'est pas compromise, il indique un autre motif. C'est définitif : le demandeur fait une nouvelle demande, avec une nouvelle clé.
