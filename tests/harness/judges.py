"""The judges that are written in Python. One process reads many requests, because starting
pkilint takes a second and judging a file takes a few milliseconds.

Standard input: one JSON object a line, {"judge": …, "file": …}, for "schema" also "schema", for "etsi" also "type", as
lint_etsi_cert names it, and for "chain" also "issuer".
Standard output: one JSON object a line, {"file": …, "severity": …, "code": …, "message": …}.
A file that does not parse is a finding of severity FATAL. Exit 0 unless a request is unknown.
"""

import json
import sys

from pkilint import etsi, finding_filter, loader, pkix
from pkilint.bin import lint_pkix_signer_signee_cert_chain as chain
from pkilint.etsi import etsi_constants
from pkilint.pkix import certificate, crl, extension, name, ocsp


def certificate_validator():
    return certificate.create_pkix_certificate_validator_container(
        certificate.create_decoding_validators(name.ATTRIBUTE_TYPE_MAPPINGS, extension.EXTENSION_MAPPINGS),
        [
            certificate.create_issuer_validator_container([]),
            certificate.create_validity_validator_container(),
            certificate.create_subject_validator_container([]),
            certificate.create_extensions_validator_container([]),
            certificate.create_spki_validator_container([]),
        ],
    )


def decoders():
    return [
        pkix.create_attribute_decoder(name.ATTRIBUTE_TYPE_MAPPINGS),
        pkix.create_extension_decoder(extension.EXTENSION_MAPPINGS),
    ]


def crl_validator():
    return crl.create_pkix_crl_validator_container(
        decoders(),
        [
            crl.create_issuer_validator_container([]),
            crl.create_validity_validator_container([]),
            crl.create_extensions_validator_container([]),
        ],
    )


def ocsp_validator():
    return ocsp.create_pkix_ocsp_response_validator_container([ocsp.create_response_decoder(), *decoders()], [])


PKILINT = {
    "certificate": (loader.RFC5280CertificateDocumentLoader, certificate_validator),
    "crl": (loader.RFC5280CertificateListDocumentLoader, crl_validator),
    "ocsp": (loader.RFC6960OCSPResponseDocumentLoader, ocsp_validator),
}


def load(make_loader, file, *collection):
    with open(file, "rb") as content:
        octets = content.read()
    if octets.startswith(b"-----BEGIN"):
        return make_loader().load_pem_document(octets.decode("ascii"), file, *collection)
    return make_loader().load_der_document(octets, file, *collection)


def lint(judge, file):
    make_loader, make_validator = PKILINT[judge]
    try:
        document = load(make_loader, file)
    except ValueError as error:
        return [("FATAL", "does-not-parse", str(error))]
    return described(make_validator().validate(document.root))


def lint_etsi(file, kind):
    """EN 319 412, as lint_etsi_cert looks at it."""
    kind = etsi_constants.CertificateType.from_option_str(kind)
    document = load(loader.RFC5280CertificateDocumentLoader, file)
    results = certificate.create_pkix_certificate_validator_container(
        etsi.create_decoding_validators(kind), etsi.create_validators(kind)
    ).validate(document.root)
    results, _ = finding_filter.filter_results(etsi.create_etsi_finding_filters(kind), results)
    return described(results)


def lint_chain(file, issuer):
    """A certificate under its issuer's, as lint_pkix_signer_signee_cert_chain looks at both."""
    both = {}
    both["issuer"] = load(loader.RFC5280CertificateDocumentLoader, issuer, "issuer", both)
    both["subject"] = load(loader.RFC5280CertificateDocumentLoader, file, "subject", both)
    decoding = chain.create_decoder_validation_container()
    results = decoding.validate(both["issuer"].root)
    results += decoding.validate(both["subject"].root)
    results += chain.create_issuer_validation_container().validate(both["issuer"].root)
    results += chain.create_subject_validation_container().validate(both["subject"].root)
    return described(results)


def described(results):
    for result in results:
        for one in result.finding_descriptions:
            yield one.finding.severity.name, one.finding.code, f"{result.node.path}: {one.message or ''}"


def check_schema(schema_file, file):
    import jsonschema

    with open(schema_file, encoding="utf-8") as content:
        schema = json.load(content)
    judge = jsonschema.validators.validator_for(schema)
    judge.check_schema(schema)
    with open(file, encoding="utf-8") as content:
        document = json.load(content)
    formats = judge.FORMAT_CHECKER
    for error in judge(schema, format_checker=formats).iter_errors(document):
        yield "ERROR", error.validator, f"{error.json_path}: {error.message}"


def main():
    for line in sys.stdin:
        request = json.loads(line)
        if request["judge"] == "schema":
            findings = check_schema(request["schema"], request["file"])
        elif request["judge"] == "etsi":
            findings = lint_etsi(request["file"], request["type"])
        elif request["judge"] == "chain":
            findings = lint_chain(request["file"], request["issuer"])
        else:
            findings = lint(request["judge"], request["file"])
        for severity, code, message in findings:
            print(json.dumps({"file": request["file"], "severity": severity, "code": code, "message": message}))


main()
