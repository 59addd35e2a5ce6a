"""What is kept of saved answers and alerts, as plain values. Moments are seconds since 1970, in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from chat_service.outcomes import Language
from semantic_layer import Problem, problem

EventKind = Literal["began", "raised", "over", "told", "failed", "stopped"]
DeliveryStatus = Literal["waiting", "sent", "dead"]


class _Target(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Mail(_Target):
    """A mail address."""

    kind: Literal["email"] = "email"
    to: str = Field(max_length=320, pattern=r"^[^@\s<>,;:\"\\()\[\]\x00-\x1f]+@[A-Za-z0-9.-]+$")


class Webhook(_Target):
    """A URL that is posted to."""

    kind: Literal["webhook"] = "webhook"
    url: str = Field(max_length=2000, pattern=r"^https?://[\x21-\x7e]+$")


class GroupRobot(_Target):
    """A group chat's robot, by the name that the operator gave it."""

    kind: Literal["robot"] = "robot"
    name: str = Field(max_length=200)


Target = Annotated[Mail | Webhook | GroupRobot, Field(discriminator="kind")]


@dataclass(frozen=True)
class Saved:
    """A request under a name of its owner's, as of its `version`: `request` is its JSON, `moves` how its periods follow
    the day from `saved_on`. `readers` and `roles` are whom it is shared with. `digest` is of what the model made of it,
    `model_hash` of the model then."""

    saved_id: str
    owner: str
    name: str
    readers: tuple[str, ...]
    roles: tuple[str, ...]
    version: int
    request: str
    moves: str
    saved_on: str
    model_hash: str
    digest: str
    made_at: float


@dataclass(frozen=True)
class Alert:
    """A condition on a saved request, looked at by a schedule; what is told at each run may be of a dashboard, whose id
    `saved_id` is then. `runs` counts the claims of a run, `version` is that of the saved request whose rows are known
    (0: none); `trouble` is why the last run failed, as a code."""

    alert_id: str
    owner: str
    name: str
    saved_id: str
    condition: str
    schedule: str
    targets: str
    language: Language
    next_at: float
    ran_at: float = 0
    runs: int = 0
    version: int = 0
    snoozed_until: float = 0
    trouble: str = ""
    is_stopped: bool = False


@dataclass(frozen=True)
class Event:
    """Something that happened to an alert: `count` rows, told in `text`, seen to by whoever acknowledged it."""

    event_id: str
    alert_id: str
    at: float
    kind: EventKind
    count: int
    text: str
    acknowledged_by: str = ""
    acknowledged_at: float = 0


@dataclass(frozen=True)
class Delivery:
    """One event on its way to one target; dead once it was tried too often."""

    delivery_id: str
    event_id: str
    alert_id: str
    target: str
    body: str
    tries: int
    try_at: float
    status: DeliveryStatus
    error: str = ""


@problem(
    "unknown_saved", zh="没有这个已保存的回答，或没有分享给你。", en="Nothing is saved under this id that you may open."
)
class UnknownSaved(Problem):
    """A saved answer that is not there, or not for this reader."""


@problem("unknown_alert", zh="没有这个提醒。", en="There is no such alert of yours.")
class UnknownAlert(Problem):
    """An alert that is not there, or another's."""


@problem("name_taken", zh="“{name}”这个名字已经用过了。", en="The name '{name}' is taken.")
class NameTaken(Problem):
    """An alert under the name of another."""

    name: str


@problem(
    "owner_unknown",
    zh="“{name}”没有长期有效的密钥，提醒无法按其权限计算。",
    en="'{name}' has no key that stands, so there are no rights to run an alert under.",
)
class OwnerUnknown(Problem):
    """Someone whose rights are not known while they are not there: their key was revoked, or they show tokens."""

    name: str


@problem(
    "target_not_allowed",
    zh="提醒不能发送到“{target}”。管理员可以在 HUITOU_ALERT_HOSTS 里写上它的主机或邮件域名，"
    "在 HUITOU_ROBOTS 里写上群机器人。",
    en="Alerts may not go to '{target}'. Whoever runs the service names its host or mail domain in HUITOU_ALERT_HOSTS, "
    "and robots of group chats in HUITOU_ROBOTS.",
)
class TargetNotAllowed(Problem):
    """A target that the operator has not named."""

    target: str
