"""`make run`: a demonstration round of Đà Nẵng's communes, half-way, served with a sign-in link for each role.

`DANHGIA_NOW` says from when on it is watched; the round is played until then in a rehearsal database. The portal loads
while it is played.
"""

import gc
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Final

from danhgia.front import Portal, listens

BEGINS: Final = "2026-12-07T09:00:00+07:00"
HOST, PORT = "127.0.0.1", 8000


def main(port: int = PORT) -> None:
    """Play the round once, then serve it until stopped."""
    begins = datetime.fromisoformat(os.environ.setdefault("DANHGIA_NOW", BEGINS))
    folder = Path(os.environ.get("DANHGIA_VAR", "var")).resolve() / "demo" / f"{begins:%Y-%m-%d-%H%M%S}"
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("DANHGIA_BASE_URL", f"http://{HOST}:{port}")
    os.environ["DANHGIA_DATABASE_URL"] = f"sqlite:///{folder}/round.db"
    gc.disable()  # until it serves: what is loaded and played stays, and looking for garbage took a tenth of the time
    if listens(HOST, port):
        sys.exit(f"something listens on {HOST}:{port} already: stop it, and run this again")
    portal = Portal(HOST, port, {}, folder / "round.db")
    portal.watch()
    _go_on(portal, folder, begins)


def _go_on(portal: Portal, folder: Path, begins: datetime) -> None:
    from danhgia import demonstration

    if not (folder / "round.db").exists():
        demonstration.play(folder, begins)
    demonstration.show_links()
    gc.enable()
    from danhgia.serve import serve

    serve(portal)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
