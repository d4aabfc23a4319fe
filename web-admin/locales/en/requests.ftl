### Requests for software certificates, /ra/certificats.

requests-title = Software certificates
requests-heading = Requests for software certificates
requests-lead = The certificate is issued for the key whose fingerprint is shown, and for these names.
requests-none = No request awaits a decision.
requests-structure = Structure
requests-profile = Profile
requests-name = Name
requests-host-names = Host names
requests-fingerprint = Fingerprint of the key
requests-submitted-by = Submitted by
requests-approve = Approve the request
requests-refuse = Refuse the request
requests-done-approval = The request is approved; the certificate will be issued shortly.
requests-done-refusal = The request is refused.
requests-identifier = Identifier
requests-address = Address
