import java.io.FileInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.CertPath;
import java.security.cert.CertPathParameters;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.PKIXRevocationChecker.Option;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.bouncycastle.jcajce.PKIXExtendedParameters;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/**
 * Verifies certificates against a root, and prints "accepted" for each, or "refused", the reason and what was said.
 *
 * <p>Arguments: the way to learn what is revoked, then as files the root, the issuer, and the certificates. The ways are
 *
 * <ul>
 *   <li>{@code held=FILE}: the JDK's validator, by the CRLs of a PEM file;
 *   <li>{@code named}: the same, by the CRLs that the certificates name;
 *   <li>{@code ocsp}: the same, by the responder that the certificate names; authorities' certificates name none;
 *   <li>{@code deltas=FILE}: Bouncy Castle's validator, by the CRLs of a PEM file and their deltas.
 * </ul>
 */
public final class PkixCheck {
    private record Way(CertPathValidator validator, CertPathParameters parameters) {}

    public static void main(String[] arguments) throws GeneralSecurityException, IOException {
        X509Certificate issuer = certificate(arguments[2]);
        for (String file : List.of(arguments).subList(3, arguments.length)) {
            Way way = way(arguments[0], new PKIXParameters(Set.of(new TrustAnchor(certificate(arguments[1]), null))));
            CertPath path = factory().generateCertPath(List.of(certificate(file), issuer));
            try {
                way.validator().validate(path, way.parameters());
                System.out.println("accepted");
            } catch (CertPathValidatorException refused) {
                System.out.println("refused " + refused.getReason() + ": " + refused.getMessage());
            }
        }
    }

    private static Way way(String name, PKIXParameters parameters) throws GeneralSecurityException, IOException {
        String[] parts = name.split("=", 2);
        if (parts.length == 2) {
            try (FileInputStream content = new FileInputStream(parts[1])) {
                var crls = new CollectionCertStoreParameters(factory().generateCRLs(content));
                parameters.addCertStore(CertStore.getInstance("Collection", crls));
            }
        }
        return switch (parts[0]) {
            case "held", "named" -> jdk(parameters, Option.PREFER_CRLS);
            case "ocsp" -> jdk(parameters, Option.ONLY_END_ENTITY);
            case "deltas" -> new Way(
                    CertPathValidator.getInstance("PKIX", new BouncyCastleProvider()),
                    new PKIXExtendedParameters.Builder(parameters).setUseDeltasEnabled(true).build());
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static Way jdk(PKIXParameters parameters, Option option) throws GeneralSecurityException {
        CertPathValidator validator = CertPathValidator.getInstance("PKIX");
        PKIXRevocationChecker checker = (PKIXRevocationChecker) validator.getRevocationChecker();
        checker.setOptions(EnumSet.of(option, Option.NO_FALLBACK));
        parameters.addCertPathChecker(checker);
        return new Way(validator, parameters);
    }

    private static CertificateFactory factory() throws GeneralSecurityException {
        return CertificateFactory.getInstance("X.509");
    }

    private static X509Certificate certificate(String file) throws GeneralSecurityException, IOException {
        try (FileInputStream content = new FileInputStream(file)) {
            return (X509Certificate) factory().generateCertificate(content);
        }
    }
}
