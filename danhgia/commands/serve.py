"""`danhgia serve`."""

from typing import Annotated

import typer


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8000,
) -> None:
    """Run the portal, the Prefect server, its runner and the plain work loop under one supervisor, until stopped."""
    from danhgia.serve import main

    main(host, port)
