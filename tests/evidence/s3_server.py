"""A store of S3 as a process of its own: moto, behind a gate as strict about signatures as the real ones.

`python -m tests.evidence.s3_server` tells its port when it listens. `POST /gate/doubt` lets it do the next PUT and then
say that it failed, as a store does whose answer is lost.
"""

import hmac
import sys
from collections.abc import Callable, Iterable
from hashlib import sha256
from io import BytesIO
from threading import Lock
from typing import Any, Final

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.datastructures import EnvironHeaders
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

KEY: Final = "khoa-thu"
SECRET: Final = "bi-mat-thu"
REGION: Final = "us-east-1"
Reply = Callable[..., Any]


class Gate:
    """Lets only those through who sign what they ask, body included, with the key; one at a time.

    moto's store is not made for threads: of two copies of one object at once, one finds the other's file closed.
    """

    def __init__(self, app: Reply) -> None:
        self._app = app
        self._doubts = False
        self._one_at_a_time = Lock()

    def __call__(self, environ: dict[str, Any], reply: Reply) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/gate/doubt":
            self._doubts = True
            return Response("")(environ, reply)
        body = Request(environ).get_data()
        why = refusal(environ, body)
        if why:
            return _error(403, why)(environ, reply)
        environ |= {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        if self._doubts and environ["REQUEST_METHOD"] == "PUT":
            self._doubts = False
            self._answer(environ, lambda *_: None)
            return _error(500, "InternalError")(environ, reply)
        return self._answer(environ, reply)

    def _answer(self, environ: dict[str, Any], reply: Reply) -> list[bytes]:
        with self._one_at_a_time:
            return list(self._app(environ, reply))


def refusal(environ: dict[str, Any], body: bytes) -> str | None:
    """Why a request is not let through."""
    headers = EnvironHeaders(environ)
    if headers.get("X-Amz-Content-SHA256") != sha256(body).hexdigest():
        return "XAmzContentSHA256Mismatch"
    given = headers.get("Authorization", "").rpartition("Signature=")[2]
    return None if hmac.compare_digest(given, _signature(environ, headers)) else "SignatureDoesNotMatch"


def _signature(environ: dict[str, Any], headers: EnvironHeaders) -> str:
    signed = headers.get("Authorization", "").partition("SignedHeaders=")[2].partition(",")[0].split(";")
    request = AWSRequest(
        method=environ["REQUEST_METHOD"],
        url=f"http://{headers['Host']}{environ['REQUEST_URI']}",
        headers={name: headers[name] for name in signed if name in headers},
    )
    request.context["timestamp"] = headers.get("X-Amz-Date", "")
    auth = S3SigV4Auth(Credentials(KEY, SECRET), "s3", REGION)
    return str(auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request))


def _error(status: int, code: str) -> Response:
    return Response(f"<Error><Code>{code}</Code><Message>{code}</Message></Error>", status, mimetype="text/xml")


def main() -> None:
    """Serve until killed."""
    app = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", 0, Gate(app), threaded=True)
    sys.stdout.write(f"{server.port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
