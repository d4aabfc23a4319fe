"""The judges that are written in Python. One process reads many requests, because starting
pkilint takes a second and judging a file takes a few milliseconds.

Standard input: one JSON object a line, {"judge": …, "file": …} and for "schema" also "schema".
Standard output: one JSON object a line, {"file": …, "severity": …, "code": …, "message": …}.
A file that does not parse is a finding of severity FATAL. Exit 0 unless a request is unknown.
"""

import json
import sys

from pkilint import loader, pkix
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


def lint(judge, file):
    make_loader, make_validator = PKILINT[judge]
    with open(file, "rb") as content:
        octets = content.read()
    try:
        if octets.startswith(b"-----BEGIN"):
            document = make_loader().load_pem_document(octets.decode("ascii"), file)
        else:
            document = make_loader().load_der_document(octets, file)
    except ValueError as error:
        yield "FATAL", "does-not-parse", str(error)
        return
    for result in make_validator().validate(document.root):
        for described in result.finding_descriptions:
            where = f"{result.node.path}: {described.message or ''}"
            yield described.finding.severity.name, described.finding.code, where


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
        else:
            findings = lint(request["judge"], request["file"])
        for severity, code, message in findings:
            print(json.dumps({"file": request["file"], "severity": severity, "code": code, "message": message}))


main()
