//! The one page of the public side: where the CPS qualifier of a certificate leads.

/// Plain on purpose: the policy itself is the operator's document.
pub(crate) const POLICY_PAGE: &str = "<!DOCTYPE html>
<html lang=\"fr\">
<head><meta charset=\"utf-8\"><title>Politiques de certification</title></head>
<body>
<h1>Politiques de certification</h1>
<p>Cette adresse figure dans les certificats de cette infrastructure de gestion de clés. L’exploitant y publie ses
politiques de certification.</p>
<ul>
<li>Certificats des autorités : <a href=\"/ca/chain.p7b\">chaîne (PKCS #7)</a>, <a href=\"/ca/chain.pem\">chaîne (PEM)</a></li>
<li>Listes de certificats révoqués : <code>/crl/&lt;autorité&gt;.crl</code>, <code>/crl/&lt;autorité&gt;-delta.crl</code></li>
<li>Statut en ligne (OCSP) : <code>/ocsp</code></li>
<li>Liste d’opposition des cartes : <a href=\"/oppositions/full.csv\">CSV</a>, <a href=\"/oppositions/full.json\">JSON</a>,
<a href=\"/oppositions/full.bin\">forme compacte</a></li>
</ul>
</body>
</html>
";
