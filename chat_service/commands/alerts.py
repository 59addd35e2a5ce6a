"""`huitou alerts`: added, listed, run, acknowledged, snoozed, deleted; its history, and dead letters sent again."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated

import typer
from pydantic import ValidationError

from chat_service.channels.saved_bodies import alert_body, history_body
from chat_service.commands.edge import AsOf, Database, ModelFolder
from chat_service.commands.saved import As, Desk, at_desk, found_saved
from chat_service.outcomes import Language
from chat_service.present.harmless import Terminal
from chat_service.present.listing import listing
from chat_service.saved.alerting import add_alert, new_alert
from chat_service.saved.conditions import CONDITIONS
from chat_service.saved.looking import TARGETS
from chat_service.saved.records import Alert, UnknownAlert
from chat_service.saved.runner import Runner
from chat_service.saved.schedule import SavedError
from chat_service.services import Services

app = typer.Typer(
    add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True, help="Alerts on saved queries."
)
Title = Annotated[str, typer.Argument(metavar="NAME", help="Its name or id.")]


@app.command(name="list")
def listed(name: As = "", db: Database = None, model: ModelFolder = None) -> None:
    """List the alerts, with when each is next due."""
    with at_desk(name, db, model) as at:
        rows = []
        for each in map(alert_body, at.store.alerts(at.reader.name)):
            due = "stopped" if each.is_stopped else _minute(each.next_at)
            slept = _minute(each.snoozed_until) or "—"
            rows.append((each.name, each.schedule, due, slept, each.trouble or "—", each.alert_id))
    console = Terminal()
    console.print(listing(("name", "schedule", "next (UTC)", "snoozed until", "trouble", "id"), rows, console.width))


@app.command()
def add(
    title: Annotated[str, typer.Argument(metavar="NAME")],
    saved: Annotated[str, typer.Argument(metavar="SAVED", help="Name or id of a saved query or a dashboard.")],
    condition: Annotated[
        str, typer.Option(help='JSON: {"kind": "new_rows"}, {"kind": "threshold", "op": ">", "value": 0.2}, …')
    ],
    to: Annotated[list[str], typer.Option(help="A mail address, a webhook's URL, or robot:NAME; may be repeated.")],
    schedule: Annotated[str, typer.Option(help="As 'every monday at 09:00', in the model's zone.")] = "daily at 08:00",
    language: Annotated[Language, typer.Option(help="Of what it tells.")] = "en",
    name: As = "",
    as_of: AsOf = None,
    db: Database = None,
    model: ModelFolder = None,
) -> None:
    """Add an alert on a saved query."""
    try:
        wanted = CONDITIONS.validate_json(condition)
        targets = TARGETS.validate_python([_target(each) for each in to])
    except ValidationError as error:
        raise typer.BadParameter("; ".join(each["msg"] for each in error.errors())) from None
    with at_desk(name, db, model, as_of) as at:
        subject = _subject(at, saved, language)
        alert = new_alert(uuid.uuid4().hex, at.reader, title, subject, schedule, language)
        kept = add_alert(at.boards, alert, wanted, targets, at.reader, at.services, datetime.now(UTC))
    typer.echo(f"{kept.alert_id} {kept.name}, next {_minute(alert_body(kept).next_at)} UTC")


@app.command()
def run(
    title: Annotated[str, typer.Argument(metavar="NAME", help="This alert now; else all that are due.")] = "",
    name: As = "",
    as_of: AsOf = None,
    db: Database = None,
    model: ModelFolder = None,
) -> None:
    """Run one alert, or all that are due, and deliver what is to be told; for a scheduler of the machine's own."""
    with at_desk(name, db, model, as_of) as at:
        runner = _runner(at)
        ran = runner.run(_found(at, title)) if title else runner.run_due(is_asked=True)
        sent = runner.deliver_due(is_asked=True)
    typer.echo(f"{ran} run, {sent} delivered")


@app.command()
def ack(title: Title, name: As = "", db: Database = None, model: ModelFolder = None) -> None:
    """Acknowledge all that an alert has raised so far."""
    with at_desk(name, db, model) as at:
        found = _found(at, title)
        count = at.store.acknowledge(found.alert_id, at.reader.name, datetime.now(UTC).timestamp())
    typer.echo(f"{found.name}: {count} acknowledged")


@app.command()
def snooze(
    title: Title,
    minutes: Annotated[int, typer.Option(min=0, max=366 * 24 * 60, help="0 ends a snooze.")],
    name: As = "",
    db: Database = None,
    model: ModelFolder = None,
) -> None:
    """Let an alert sleep; when it wakes it tells what has changed since it last ran."""
    with at_desk(name, db, model) as at:
        found = _found(at, title)
        at.store.snooze(found.alert_id, datetime.now(UTC).timestamp() + minutes * 60)
    typer.echo(f"{found.name}: sleeps {minutes} minutes")


@app.command()
def resend(title: Title, name: As = "", db: Database = None, model: ModelFolder = None) -> None:
    """Send again what never arrived."""
    with at_desk(name, db, model) as at:
        found = _found(at, title)
        count = at.store.send_again(found.alert_id, datetime.now(UTC).timestamp())
        sent = _runner(at).deliver_due(is_asked=True)
    typer.echo(f"{found.name}: {count} sent again, {sent} delivered")


@app.command()
def delete(title: Title, name: As = "", db: Database = None, model: ModelFolder = None) -> None:
    """Delete an alert with its history, and what was still to be sent."""
    with at_desk(name, db, model) as at:
        found = _found(at, title)
        at.store.forget_alert(found.alert_id)
    typer.echo(f"{found.name} deleted")


@app.command()
def history(title: Title, name: As = "", db: Database = None, model: ModelFolder = None) -> None:
    """What happened to an alert, the last first, and how it was delivered."""
    with at_desk(name, db, model) as at:
        rows = []
        for each in history_body(at.store, _found(at, title)).events:
            sent = "; ".join(f"{one.status} ({one.tries}) {one.error}".strip() for one in each.deliveries)
            rows.append((_minute(each.at), each.kind, each.text, each.acknowledged_by or "—", sent or "—"))
    console = Terminal()
    console.print(listing(("at (UTC)", "what", "text", "acknowledged by", "deliveries"), rows, console.width))


def _subject(at: Desk, name: str, language: Language) -> str:
    """The id of a saved query by its name or id, else of a dashboard."""
    boards = (each for each in at.boards.heads(at.reader, language) if name in (each.name, each.dashboard_id))
    board = next(boards, None)
    mine = any(name in (each.name, each.saved_id) for each in at.store.all_saved())
    return found_saved(at, name).saved_id if board is None or mine else board.dashboard_id


def _found(at: Desk, title: str) -> Alert:
    mine = [each for each in at.store.alerts(at.reader.name) if title in (each.name, each.alert_id)]
    if not mine:
        raise SavedError(UnknownAlert())
    return mine[0]


def _runner(at: Desk) -> Runner:
    @contextmanager
    def using() -> Iterator[Services]:
        yield at.services

    return Runner(at.boards, at.settings, at.admission, using, lambda: datetime.now(UTC), uuid.uuid4().hex)


def _target(text: str) -> dict[str, str]:
    if text.startswith("robot:"):
        return {"kind": "robot", "name": text.removeprefix("robot:")}
    return {"kind": "webhook", "url": text} if "://" in text else {"kind": "email", "to": text}


def _minute(moment: str) -> str:
    """A moment by its minute."""
    return moment[:16].replace("T", " ")
