### A person's software certificates, on his page and in his dossiers.

software-list = Software certificates
software-none = No software certificate.
software-over = Expired
software-ends = until { $at }
software-to-revoke = Revoke
software-to-revoke-how = The operator revokes it in your name: { $command }. Where the key is not compromised, he gives another reason. It is final: the applicant makes a new request, with a new key.
