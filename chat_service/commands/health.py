"""`huitou health`: whether the service of these settings on this machine can answer questions now."""

from __future__ import annotations

import json
from http.client import HTTPConnection, HTTPException

import typer

from chat_service.commands.edge import FAILED, problems_reported, settings_with

_SECONDS = 10.0
_EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104 - what a service may listen on, not what is listened on

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def health() -> None:
    """Ask the service on this machine whether it is ready.

    Prints its answer. Exits with 0 if it is, 1 if not or if nothing answers: for the health check of a container.
    """
    with problems_reported():
        settings = settings_with()
    address = "127.0.0.1" if settings.host in _EVERYWHERE else settings.host
    headers = {"Host": settings.hosts[0]} if settings.hosts else {}
    connection = HTTPConnection(address, settings.port, timeout=_SECONDS)
    try:
        connection.request("GET", "/readyz", headers=headers)
        response = connection.getresponse()
        body = json.loads(response.read())
    except (OSError, HTTPException, ValueError) as error:
        typer.echo(f"no answer from {address}:{settings.port}: {error}", err=True)
        raise typer.Exit(FAILED) from error
    finally:
        connection.close()
    typer.echo(json.dumps(body))
    if response.status != 200:
        raise typer.Exit(FAILED)
