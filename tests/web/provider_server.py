"""A provider of OpenID Connect as a process of its own, which a test may tell to lie.

`python -m tests.web.provider_server` tells its port when it listens. `POST /told` (JSON) says who signs in next and
what is put into the ID token; `attack` names what is done to it. The rest is as strict as the standard: a code opens
one exchange, for the client and the address it was given for, and only with the verifier (RFC 7636).
"""

import hmac
import json
import secrets
import sys
from base64 import b64decode, urlsafe_b64encode
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT: Final = "danhgia:tỉnh"
SECRET: Final = "mật khẩu+100%25:của/portal&"
"""Both hold what a client has to encode before it joins them (RFC 6749 §2.3.1)."""
LIVES: Final = 300


class World:
    """What the provider knows."""

    def __init__(self) -> None:
        self.issuer = ""
        self.keys = [RSAKey.generate_key(2048, {"kid": "1", "use": "sig"})]
        self.codes: dict[str, dict[str, str]] = {}
        self.told: dict[str, Any] = {}

    def tell(self, told: dict[str, Any]) -> None:
        self.told = told
        if told.get("attack") == "rotation":
            self.keys = [RSAKey.generate_key(2048, {"kid": "2", "use": "sig"})]

    def metadata(self) -> dict[str, Any]:
        named = f"{self.issuer}/khac" if self.told.get("attack") == "metadata" else self.issuer
        return {
            "issuer": named,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            "authorization_response_iss_parameter_supported": True,
        }

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser is sent back to; the person has signed in here."""
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        answer = {"code": code, "state": asked["state"], "iss": self.issuer}
        answer |= {"state": "cua-ke-khac"} if self.told.get("attack") == "state" else {}
        answer |= {"iss": "https://ke-khac.example"} if self.told.get("attack") == "mix-up" else {}
        return f"{asked['redirect_uri']}?{urlencode(answer)}"

    def exchange(self, given: dict[str, str], authorization: str) -> dict[str, Any]:
        user, _, password = b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        asked = self.codes.pop(given.get("code", ""), None)
        if (unquote_plus(user), unquote_plus(password)) != (CLIENT, SECRET):
            return {"error": "invalid_client"}
        challenge = _text(sha256(given.get("code_verifier", "").encode()).digest())
        is_own = asked and (asked["code_challenge"], asked["redirect_uri"]) == (challenge, given.get("redirect_uri"))
        if not asked or not is_own or asked["code_challenge_method"] != "S256":
            return {"error": "invalid_grant"}
        return {"access_token": "x", "token_type": "Bearer", "id_token": self.token(asked)}

    def token(self, asked: dict[str, str]) -> str:
        now, attack = self.told["now"], self.told.get("attack")
        claims = {"iss": self.issuer, "aud": asked["client_id"], "sub": "1", "iat": now, "exp": now + LIVES}
        claims |= {"nonce": asked["nonce"], "email_verified": True} | self.told["claims"]
        claims |= LIES.get(str(attack), {})
        if attack == "expired":
            claims |= {"iat": now - 2 * LIVES, "exp": now - LIVES}
        if attack == "silent":
            del claims["nonce"]
        if attack == "none":
            return f"{_part({'alg': 'none'})}.{_part(claims)}."
        if attack == "secret":
            text = f"{_part({'alg': 'HS256', 'kid': self.keys[0].kid})}.{_part(claims)}"
            return f"{text}.{_text(hmac.digest(self.keys[0].as_pem(private=False), text.encode(), sha256))}"
        key = RSAKey.generate_key(2048) if attack == "stranger" else self.keys[0]
        return jwt.encode({"alg": "RS256", "kid": self.keys[0].kid}, claims, key)


LIES: Final[dict[str, dict[str, Any]]] = {
    "nonce": {"nonce": "cua-ke-khac"},
    "audience": {"aud": "ung-dung-khac"},
    "audiences": {"aud": [CLIENT, "ung-dung-khac"], "azp": "ung-dung-khac"},
    "issuer": {"iss": "https://ke-khac.example"},
    "unverified": {"email_verified": False},
    "said": {"email_verified": "true"},
}


def _part(value: object) -> str:
    return _text(json.dumps(value).encode())


def _text(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


class Handler(BaseHTTPRequestHandler):
    world: World

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == "/authorize":
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            self._answer(302, b"", self.world.authorize(asked))
        elif parts.path == "/keys":
            known = KeySet(list(self.world.keys)).as_dict(private=False)["keys"]
            self._json({"keys": [{"kty": "moi", "kid": "0"}, *known]})
        else:
            self._json(self.world.metadata())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path == "/told":
            self.world.tell(json.loads(body))
            self._json({})
            return
        given = {name: values[0] for name, values in parse_qs(body).items()}
        made = self.world.exchange(given, self.headers.get("Authorization", ""))
        self._json(made, 400 if "error" in made else 200)

    def _json(self, value: object, status: int = 200) -> None:
        self._answer(status, json.dumps(value).encode())

    def _answer(self, status: int, body: bytes, location: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def main() -> None:
    """Serve until killed."""
    Handler.world = World()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Handler.world.issuer = f"http://127.0.0.1:{server.server_port}"
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
