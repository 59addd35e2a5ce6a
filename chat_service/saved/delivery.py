"""One message to one target: by mail, to the robot of a group chat, or posted to a URL with a signature.

A webhook's `Huitou-Signature` is `t=<seconds>,v1=<hex>`: the HMAC-SHA-256 of `<seconds>.<body>` with the secret. Each
try has its own time, and each delivery an id that stays, so that a receiver can tell a repeated one from a new one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import urlsplit

from chat_service.saved.records import GroupRobot, Mail, Target, Webhook
from chat_service.saved.robots import posting, refused
from chat_service.settings import Robot, Settings

_SECONDS = 10.0
_SUBJECT_LENGTH = 200
_MOST_READ = 65_536


class DeliveryError(Exception):
    """A message that did not arrive, as far as can be told."""


def send(target: Target, body: str, delivery_id: str, settings: Settings, now: float) -> None:
    """Hand over a message, once. `body` is the JSON of what happened. Raises DeliveryError."""
    try:
        match target:
            case Mail():
                _mail(target, body, delivery_id, settings)
            case Webhook():
                _post(target, body, delivery_id, settings, now)
            case GroupRobot():
                _to_group(settings.robots[target.name], body, now)
    except (OSError, smtplib.SMTPException, http.client.HTTPException, ValueError) as error:
        raise DeliveryError(f"{type(error).__name__}: {error}"[:300]) from error


def signature(secret: str, body: bytes, now: int) -> str:
    """The header that a webhook is signed by.

    >>> signature("s", b"{}", 1)[:16]
    't=1,v1=b253639bc'
    """
    code = hmac.new(secret.encode(), f"{now}.".encode() + body, hashlib.sha256)
    return f"t={now},v1={code.hexdigest()}"


def _post(target: Webhook, body: str, delivery_id: str, settings: Settings, now: float) -> None:
    assert settings.webhook_secret is not None, "a target is checked before it is kept and before it is sent to"
    sent = body.encode()
    headers = {
        "Huitou-Delivery": delivery_id,
        "Huitou-Signature": signature(settings.webhook_secret.get_secret_value(), sent, int(now)),
    }
    _posted(target.url, sent, headers)


def _to_group(robot: Robot, body: str, now: float) -> None:
    """A group's robot takes what it refuses with status 200, too: only its own words say that a message arrived."""
    post = posting(robot, str(json.loads(body)["text"]), now)
    said = _posted(post.url, json.dumps(post.body, ensure_ascii=False).encode(), {})
    if (refusal := refused(robot.platform, said)) is not None:
        raise DeliveryError(f"{robot.platform}: {refusal}"[:300])


def _posted(url: str, body: bytes, headers: dict[str, str]) -> bytes:
    """What a server answers. Follows no redirect: it could lead where no operator allowed."""
    where = urlsplit(url)
    host, port = where.hostname or "", where.port
    connection = (
        http.client.HTTPSConnection(host, port, timeout=_SECONDS, context=ssl.create_default_context())
        if where.scheme == "https"
        else http.client.HTTPConnection(host, port, timeout=_SECONDS)
    )
    try:
        path = f"{where.path or '/'}{'?' if where.query else ''}{where.query}"
        connection.request("POST", path, body, {"Content-Type": "application/json; charset=utf-8", **headers})
        answer = connection.getresponse()
        status, said = answer.status, answer.read(_MOST_READ)
    finally:
        connection.close()
    if not 200 <= status < 300:
        raise DeliveryError(f"HTTP {status}")
    return said


def _mail(target: Mail, body: str, delivery_id: str, settings: Settings) -> None:
    told = json.loads(body)
    message = EmailMessage()
    message["Subject"] = " ".join(str(told["text"]).split("\n")[0].split())[:_SUBJECT_LENGTH]
    message["From"], message["To"] = settings.smtp_from, target.to
    message["Message-ID"] = f"<{delivery_id}@{settings.smtp_from.rpartition('@')[2]}>"
    message.set_content(str(told["text"]))
    if (file := told.get("file")) is not None:
        kind, _, detail = str(file["media"]).partition(";")[0].partition("/")
        content = base64.b64decode(file["content"])
        message.add_attachment(content, maintype=kind, subtype=detail, filename=file["name"])
    host, port = settings.smtp_host or "", settings.smtp_port
    safe = ssl.create_default_context()
    server = (
        smtplib.SMTP_SSL(host, port, timeout=_SECONDS, context=safe)
        if settings.smtp_security == "tls"
        else smtplib.SMTP(host, port, timeout=_SECONDS)
    )
    with server:
        if settings.smtp_security == "starttls":
            server.starttls(context=safe)
        if settings.smtp_user is not None:
            password = settings.smtp_password
            server.login(settings.smtp_user, "" if password is None else password.get_secret_value())
        server.send_message(message)
