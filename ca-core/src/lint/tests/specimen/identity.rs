//! The identity of these certificates.

/// As an operator writes it; the lint has no use for what is left out.
pub(super) const IDENTITY: &str = r#"
[authorities]
country = "FR"
organisation = "DEMO SANTE"
units = ["0002 000000000", "IGC DEMO"]
prefix = "DEMO "
responder = "OCSP {id}"

[authorities.common_names]
ACR-FO = "AC RACINE"
ACI-FO-PP = "AC FORT PERSONNES"
ACI-EL-PP = "AC ELEMENTAIRE PERSONNES"

[policies]
practice_statement = "http://pki.home.arpa/pc/"
default = "2.25.5.1"

[policies.by_profile]
el-org-test = "2.25.5.2"

[publication]
crl = "http://pki.home.arpa/crl/{id}.crl"
delta_crl = "http://pki.home.arpa/crl/{id}-delta.crl"
ca_certificate = "http://pki.home.arpa/ca/{id}.cer"
ocsp = "http://pki.home.arpa/ocsp"

[publication.ldap]
root_crl = "ldap://ldap.home.arpa/cn=DEMO,c=FR?certificaterevocationlist;binary?base?objectClass=pkiCA"
crl = "ldap://ldap.home.arpa/cn=DEMO,c=FR?certificaterevocationlist;binary?base?objectClass=pkiCA"
delta_crl = "ldap://ldap.home.arpa/cn=DEMO,c=FR?deltarevocationlist;binary?base?objectClass=pkiCA"

[cards]
issuer_number = "8025099999"
upn_suffix = "carte.home.arpa"
test_bit = true
"#;
