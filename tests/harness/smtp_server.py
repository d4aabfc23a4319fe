"""A real SMTP server for the scenarios of notices: aiosmtpd, and what goes wrong with servers.

usage: smtp_server.py FOLDER MODE [CERTIFICATE KEY]

Listens on a free port of 127.0.0.1 and writes it to FOLDER/port. Each accepted message goes to FOLDER/N.eml.

accept       takes everything; with CERTIFICATE and KEY only after STARTTLS and a login (igc, "le secret du test")
reject       no such mailbox, for good
busy         not now
slow         answers RCPT after an hour
die-in-data  breaks off in the middle of DATA, before the message has come to its end
die-accepted keeps the message, and breaks off before it says so
"""

import asyncio
import os
import ssl
import sys
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

PASSWORD = "le secret du test".encode()


class Handler:
    def __init__(self, folder, mode):
        self.folder, self.mode = folder, mode

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.mode == "reject":
            return f"550 5.1.1 no mailbox {address} here"
        if self.mode == "busy":
            return "451 4.3.2 not now"
        if self.mode == "slow":
            await asyncio.sleep(3600)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        number = len(list(self.folder.glob("*.eml"))) + 1
        beside = self.folder / f"{number}.new"
        beside.write_bytes(envelope.content)
        beside.rename(self.folder / f"{number}.eml")
        if self.mode == "die-accepted":
            os._exit(3)
        return "250 OK"


class Server(SMTP):
    async def smtp_DATA(self, argument):
        if self.event_handler.mode != "die-in-data":
            return await super().smtp_DATA(argument)
        await self.push("354 go on")
        await self._reader.read(20)
        os._exit(3)


def login(server, session, envelope, mechanism, data):
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"igc", PASSWORD)
    return AuthResult(success=right)


async def main(folder, mode, certificate=None, key=None):
    protected = {}
    if certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate, key)
        protected = dict(tls_context=context, require_starttls=True, authenticator=login, auth_required=True)
    make = lambda: Server(Handler(folder, mode), hostname="smtp.exemple.fr", **protected)
    listening = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0)
    beside = folder / "port.new"
    beside.write_text(str(listening.sockets[0].getsockname()[1]))
    beside.rename(folder / "port")
    await listening.serve_forever()


asyncio.run(main(Path(sys.argv[1]), *sys.argv[2:]))
