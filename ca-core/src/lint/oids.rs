//! Object identifiers as they stand in DER (content octets).

/// Attribute types of a name (X.520, RFC 5280 appendix A).
pub(super) mod attribute {
    pub(in crate::lint) const COMMON_NAME: &[u8] = &[0x55, 4, 3];
    pub(in crate::lint) const SURNAME: &[u8] = &[0x55, 4, 4];
    pub(in crate::lint) const COUNTRY: &[u8] = &[0x55, 4, 6];
    pub(in crate::lint) const STATE: &[u8] = &[0x55, 4, 8];
    pub(in crate::lint) const ORGANIZATION: &[u8] = &[0x55, 4, 10];
    pub(in crate::lint) const ORGANIZATIONAL_UNIT: &[u8] = &[0x55, 4, 11];
    pub(in crate::lint) const TITLE: &[u8] = &[0x55, 4, 12];
    pub(in crate::lint) const GIVEN_NAME: &[u8] = &[0x55, 4, 42];
    pub(in crate::lint) const PSEUDONYM: &[u8] = &[0x55, 4, 65];
}

/// Extensions: RFC 5280 §4.2 and §5.2, RFC 6960 §4.2.2.2.1, and the private arc 1.2.250.1.71.1.2, seen in real certificates where a line has no
/// mark (§1.6).
pub(super) mod extension {
    pub(in crate::lint) const SUBJECT_KEY_IDENTIFIER: &[u8] = &[0x55, 0x1D, 14];
    pub(in crate::lint) const KEY_USAGE: &[u8] = &[0x55, 0x1D, 15];
    pub(in crate::lint) const PRIVATE_KEY_USAGE_PERIOD: &[u8] = &[0x55, 0x1D, 16];
    pub(in crate::lint) const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1D, 17];
    pub(in crate::lint) const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1D, 19];
    pub(in crate::lint) const CRL_NUMBER: &[u8] = &[0x55, 0x1D, 20];
    pub(in crate::lint) const REASON_CODE: &[u8] = &[0x55, 0x1D, 21];
    pub(in crate::lint) const INVALIDITY_DATE: &[u8] = &[0x55, 0x1D, 24];
    pub(in crate::lint) const DELTA_CRL_INDICATOR: &[u8] = &[0x55, 0x1D, 27];
    pub(in crate::lint) const ISSUING_DISTRIBUTION_POINT: &[u8] = &[0x55, 0x1D, 28];
    pub(in crate::lint) const CRL_DISTRIBUTION_POINTS: &[u8] = &[0x55, 0x1D, 31];
    pub(in crate::lint) const CERTIFICATE_POLICIES: &[u8] = &[0x55, 0x1D, 32];
    pub(in crate::lint) const AUTHORITY_KEY_IDENTIFIER: &[u8] = &[0x55, 0x1D, 35];
    pub(in crate::lint) const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1D, 37];
    pub(in crate::lint) const FRESHEST_CRL: &[u8] = &[0x55, 0x1D, 46];
    pub(in crate::lint) const AUTHORITY_INFO_ACCESS: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 1, 1];
    pub(in crate::lint) const OCSP_NO_CHECK: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 0x30, 1, 5];
    pub(in crate::lint) const PRODUCT_TYPE: &[u8] = &[0x2A, 0x81, 0x7A, 1, 0x47, 1, 2, 2];
    pub(in crate::lint) const TOKEN_IDENTIFIER: &[u8] = &[0x2A, 0x81, 0x7A, 1, 0x47, 1, 2, 3];
    pub(in crate::lint) const PRODUCT_CATEGORY: &[u8] = &[0x2A, 0x81, 0x7A, 1, 0x47, 1, 2, 5];
    pub(in crate::lint) const PROFESSION: &[u8] = &[0x2A, 0x81, 0x7A, 1, 0x47, 1, 2, 7];
    /// The identifier is that of TRE_G16 [S]; that certificates of students have such an extension [M], in this form [?].
    pub(in crate::lint) const FUTURE_PROFESSION: &[u8] = &[0x2A, 0x81, 0x7A, 1, 0x47, 1, 2, 8];
}

/// Purposes of a key (RFC 5280 §4.2.1.12, and Microsoft's smart card logon).
pub(super) mod purpose {
    pub(in crate::lint) const SERVER_AUTH: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 3, 1];
    pub(in crate::lint) const CLIENT_AUTH: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 3, 2];
    pub(in crate::lint) const EMAIL_PROTECTION: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 3, 4];
    pub(in crate::lint) const OCSP_SIGNING: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 3, 9];
    pub(in crate::lint) const SMARTCARD_LOGON: &[u8] = &[0x2B, 6, 1, 4, 1, 0x82, 0x37, 20, 2, 2];
}

/// Keys, curves and signatures (RFC 3279, 4055, 5480, 5758).
pub(super) mod algorithm {
    pub(in crate::lint) const RSA_ENCRYPTION: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1];
    pub(in crate::lint) const SHA256_WITH_RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 11];
    pub(in crate::lint) const EC_PUBLIC_KEY: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1];
    pub(in crate::lint) const P256: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7];
    pub(in crate::lint) const P384: &[u8] = &[0x2B, 0x81, 4, 0, 0x22];
    pub(in crate::lint) const ECDSA_WITH_SHA256: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 2];
    pub(in crate::lint) const ECDSA_WITH_SHA384: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 3];
}

/// What stands inside the extensions.
pub(super) mod value {
    pub(in crate::lint) const ANY_POLICY: &[u8] = &[0x55, 0x1D, 0x20, 0];
    pub(in crate::lint) const CPS_QUALIFIER: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 2, 1];
    pub(in crate::lint) const OCSP: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 0x30, 1];
    pub(in crate::lint) const CA_ISSUERS: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 0x30, 2];
    /// userPrincipalName, 1.3.6.1.4.1.311.20.2.3.
    pub(in crate::lint) const UPN: &[u8] = &[0x2B, 6, 1, 4, 1, 0x82, 0x37, 20, 2, 3];
}

/// `2.5.29.15`, for messages. An arc that does not fit 128 bits is shown as `…`.
pub(super) fn dotted(content: &[u8]) -> String {
    let mut arcs = Vec::new();
    let mut arc: Option<u128> = Some(0);
    for octet in content {
        arc = arc.and_then(|arc| arc.checked_mul(128)).map(|arc| arc | u128::from(octet & 0x7F));
        if octet & 0x80 == 0 {
            arcs.push(arc);
            arc = Some(0);
        }
    }
    if let Some(Some(first)) = arcs.first().copied() {
        let root = (first / 40).min(2);
        arcs.splice(0..1, [Some(root), Some(first - 40 * root)]);
    }
    let shown = |arc: &Option<u128>| arc.map_or_else(|| "…".to_owned(), |arc| arc.to_string());
    arcs.iter().map(shown).collect::<Vec<_>>().join(".")
}
