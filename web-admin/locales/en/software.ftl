### A person's software certificates, on his page and in his dossiers.

software-list = Software certificates
software-none = No software certificate.
software-over = Expired
software-ends = until { $at }
software-to-revoke = Revoke

### The page on which one is revoked

revocation-title = Revocation of the certificate of request { $number }
revocation-done = The certificate is revoked. The next revocation list carries it; the applicant is told.
revocation-asked = Revocation asked for by { $by } { $at }: it takes effect in a moment. Reload this page to check.
revocation-refused = The last revocation that was asked for did not take place.
revocation-certificate = Certificate
revocation-until = End of validity
revocation-since = Revoked since
revocation-reason = Reason of the revocation
revocation-reason-published = The reason stands on the revocation list.
revocation-lead = The certificate stops being valid at once. The applicant makes a new request, with a new key.
revocation-confirm = I confirm that this revocation is final.
revocation-revoke = Revoke the certificate
revocation-reason-key-compromise = Key compromised: somebody else may use it
revocation-reason-ca-compromise = Key of the authority compromised
revocation-reason-affiliation-changed = What is certified has changed: name, structure, function
revocation-reason-superseded = Superseded by another certificate
revocation-reason-cessation = No longer used
