### The public page of the authorities, /pki.

pki-title = Certification authorities
pki-answer-title = { $subject }: { $word } –
pki-answer-at = as known on { $at }
pki-answer-unknown = “Unknown” is whatever is neither valid, nor opposed or revoked; the reason is never given.
pki-contents = On this page
pki-contents-check = Check

## What is asked, and its one word

pki-check = Check a card or a certificate
pki-check-answers = The answer is “valid”, “opposed” (or “revoked”) or “unknown”, and nothing else. Ten questions a minute; software should ask OCSP instead.
pki-check-card = A card
pki-card-number = Card number
pki-card-number-hint = Ten digits, printed on the card.
pki-check-card-button = Check the card
pki-check-file = The file of a certificate
pki-file = File
pki-file-hint = .cer, .crt or .pem (DER or PEM); 16{"\u00A0"}KiB at most.
pki-check-file-button = Check the file
pki-check-serial = A serial number
pki-issuer = Issuing authority
pki-serial = Serial number
pki-serial-hint = In hexadecimal, for example 1D5DE2.
pki-check-serial-button = Check the number
pki-check-text = The text of a certificate
pki-certificate = Certificate
pki-text-hint = PEM text, or DER in base64; 16{"\u00A0"}KiB at most.
pki-check-text-button = Check the text
pki-of-card = Card
pki-of-certificate = Certificate
pki-valid = Valid
pki-card-opposed = Opposed
pki-card-unknown = Unknown
pki-certificate-revoked = Revoked
pki-certificate-unknown = Unknown
pki-certificate-expired = Expired

## What is published

pki-publications = Lists and publications
pki-state = As of { $at }. The files are those served at the addresses that certificates bear, octet for octet.
pki-chain = Certificate chain
pki-address = address in certificates:
pki-signature = its signature
pki-oppositions = Opposition list of cards
pki-oppositions-compact = compact form, for off-line readers
pki-oppositions-next = Up to sequence { $sequence }; the next one appears before { $at }.
pki-coherence = Coherence of publications
pki-coherent = All agree
pki-differences = { $number ->
    [one] { $number } difference
   *[other] { $number } differences
}
pki-coherence-at = as found on { $at }
pki-policies = Certificate policies

## Certificates to try software with

pki-tests = Test certificates
pki-tests-lead = For trying software that validates certificates. Their keys were destroyed: nobody can use them.
pki-test = { $issuer }, serial number { $serial }
pki-test-expected = { $name }: not before { $at }, once it has expired
pki-test-prepared = { $name }: being prepared
pki-dates = from { $from } to { $until }

## One authority

pki-root = root authority
pki-issuing = issuing authority
pki-subject = Subject
pki-validity = Validity
pki-revoked = Revocation
pki-revoked-since = revoked on { $at }: it issues no certificate any more, and those that it issued are accepted no longer.
pki-fingerprint = SHA-256 fingerprint
pki-key-identifier = Key identifier
pki-full-crl = Certificate revocation list
pki-delta-crl = Certificate revocation list, delta
pki-crl = number { $number }, published on { $published }, valid until { $until };
pki-crl-next = the next one is due by { $at } at the latest.
pki-crl-next-at-ceremony = the next one is made at a key ceremony.
pki-shards = Revocation lists by shard, 1 to { $count }
pki-shard-crls = published together on { $published }, valid until { $until };
pki-shard-crls-next = the next ones are due by { $at } at the latest.
pki-crl-last = this is the last one of this authority, and covers all its certificates.
