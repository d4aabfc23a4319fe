### What is known of the accessibility of the pages, /accessibilite.

accessibility-title = Accessibilité
accessibility-lead = Ces pages sont faites pour suivre { $standard }. Voici ce qui en a été vérifié, et ce qui ne l'a pas été.
accessibility-state = État de conformité
accessibility-full = Au sens du RGAA, ce site est déclaré en conformité totale.
accessibility-partial = Au sens du RGAA, ce site est déclaré en conformité partielle.
accessibility-none = Au sens du RGAA, ce site est déclaré non conforme : aucun audit mené par des personnes n'établit le contraire.
accessibility-audits = Ce qui a été vérifié
accessibility-by-program = par un programme
accessibility-by-people = par des personnes
accessibility-not-audited = Ce qui n'a pas été vérifié
accessibility-limits = Contenus qui peuvent faire obstacle
accessibility-plan = Schéma pluriannuel
accessibility-plan-whose = C'est celui du programme. Qui exploite cette installation publie le sien.
accessibility-contact = Signaler un obstacle
accessibility-contact-why = Si une page vous empêche de faire ce que vous veniez y faire, dites-le à l'autorité d'enregistrement : elle peut le faire avec vous, une opposition comprise.
accessibility-contact-none = Cette installation n'a pas encore dit à qui s'adresser : écrivez à l'autorité d'enregistrement qui a délivré votre carte.
accessibility-recourse = Si vous n'obtenez pas de réponse, vous pouvez saisir le Défenseur des droits.
