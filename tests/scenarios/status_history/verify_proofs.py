"""Whether events stand in an audit trail, as docs/audit.md says: shares nothing with the program that proved it.

verify_proofs.py VERIFIER-KEY HISTORY, what `igc certificate history -o json` printed

Prints an event's action and place a line; exits 1, with a reason, at the first one that does not hold.
"""

import base64
import hashlib
import json
import subprocess
import sys
import tempfile


def octets(text):
    return base64.b64decode(text, validate=True)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def require(condition, reason):
    if not condition:
        sys.exit(reason)


def leaf(event):
    """The leaf that the event's fields give; its payload must be what it committed to."""
    commitment = bytes.fromhex(event["payload_commitment"])
    if event.get("payload") is not None:
        payload = sha256(bytes.fromhex(event["salt"]), event["payload"].encode())
        require(payload == commitment, "a payload is not what was committed to")
    fields = [
        event["id"].encode(),
        event["occurred_at"].to_bytes(8, "big"),
        *(event[name].encode() for name in ("actor", "request", "action", "subject")),
        commitment,
    ]
    return sha256(b"\0igc-audit-event-v1", *(len(field).to_bytes(8, "big") + field for field in fields))


def root(hash_of_leaf, index, size, path):
    """RFC 9162 section 2.1.3.2."""
    require(0 <= index < size, "a place outside of the tree")
    node, last, found = index, size - 1, hash_of_leaf
    for sibling in path:
        require(last > 0, "a path that is too long")
        if node % 2 == 1 or node == last:
            found = sha256(b"\1", sibling, found)
            while node % 2 == 0 and node > 0:
                node, last = node >> 1, last >> 1
        else:
            found = sha256(b"\1", found, sibling)
        node, last = node >> 1, last >> 1
    require(last == 0, "a path that is too short")
    return found


def head(note, key):
    """Size and root of a signed note, whose signature OpenSSL verifies."""
    text, signatures = note.split("\n\n", 1)
    text += "\n"
    name, key_id, public = key.strip().split("+", 2)
    public = octets(public)
    require(public[0] == 2, "this script reads ECDSA keys only")
    require(sha256(public[1:])[:4].hex() == key_id, "the key is not its identifier's")
    signature = octets(signatures.splitlines()[0].removeprefix(f"\u2014 {name} "))
    require(signature[:4].hex() == key_id, "signed by another key")
    with tempfile.TemporaryDirectory() as place:
        for file, content in (("key", public[1:]), ("text", text.encode()), ("signature", signature[4:])):
            with open(f"{place}/{file}", "wb") as out:
                out.write(content)
        command = ["openssl", "dgst", "-sha256", "-verify", f"{place}/key", "-keyform", "DER"]
        command += ["-signature", f"{place}/signature", f"{place}/text"]
        verified = subprocess.run(command, capture_output=True, check=False)
    require(verified.returncode == 0, "the head's signature does not verify")
    origin, size, tree = text.splitlines()[:3]
    require(origin == name, "the head of another log")
    return int(size), octets(tree)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        key = file.read()
    with open(sys.argv[2], encoding="utf-8") as file:
        proofs = json.load(file)["proofs"]
    for proof in proofs:
        size, tree = head(proof["checkpoint"], key)
        event = proof["event"]
        path = [octets(sibling) for sibling in proof["path"]]
        found = root(leaf(event), proof["index"], size, path)
        require(found == tree, f"{event['action']} at {proof['index']} is not in the tree")
        print(event["action"], proof["index"])


main()
