"""An identity provider on this machine: it has keys, tells them over HTTP, signs tokens, and exchanges codes."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT = "our-app"


@dataclass
class Issuer:
    url: str
    key: RSAKey
    codes: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    exchanged: list[dict[str, list[str]]] = field(default_factory=list)

    def claims(self, **more: Any) -> dict[str, Any]:
        now = int(time.time())
        who = {"sub": "110169484474386276334", "email": "ann@example.com", "email_verified": True}
        return {"iss": self.url, "aud": CLIENT, "exp": now + 300, "iat": now, **who, **more}

    def token(self, *, key: Any = None, alg: str = "RS256", header: Any = None, **more: Any) -> str:
        claims = {name: value for name, value in self.claims(**more).items() if value is not None}
        signing = key or self.key
        headers = {"alg": alg, "kid": self.key.kid, **(header or {})}
        return jwt.encode(headers, claims, signing, algorithms=[alg])

    def set_up(self, **more: Any) -> dict[str, Any]:
        """What staff write to take its tokens."""
        return {"kind": "GOOGLE", "issuer": self.url, "client_ids": [CLIENT], "jwks_url": f"{self.url}/keys", **more}


def new_key(name: str = "k1") -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig"})


def shared_secret(text: bytes) -> OctKey:
    return OctKey.import_key(text)


@contextmanager
def issuer_at_work() -> Iterator[Issuer]:
    issuer = Issuer("", new_key())

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.asked.append(self.path)
            self._say(200, {"keys": [issuer.key.as_dict(private=False)]})

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            issuer.exchanged.append(form)
            token = issuer.codes.pop(form["code"][0], None)
            self._say(*((200, {"id_token": token}) if token else (400, {"error": "invalid_grant"})))

        def _say(self, status: int, body: Any) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_args: Any) -> None:
            """Nothing to tell."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
