"""What is offered to be kept or told, and that it was: in both languages."""

from __future__ import annotations

from chat_service.language.phrases import said
from semantic_layer import Language, Phrase

KEEP = Phrase("要把“{about}”保存为“{name}”吗？", "Keep '{about}' as '{name}'?")
WATCH = Phrase(
    "要在“{about}”{condition}时提醒吗？{schedule}计算，按你当时的权限。",
    "Alert when '{about}' {condition}? It is computed {schedule}, under the rights that you have then.",
)
REPORT = Phrase(
    "要{schedule}发送“{about}”吗？按你当时的权限计算。",
    "Send '{about}' {schedule}? It is computed under the rights that you have then.",
)
DIGEST = Phrase(
    "要{schedule}发送{name}吗？内容是看板上各数字最近一个完整{unit}与前一{unit}相比的变化，变化大的在前，"
    "按你当时的权限计算。",
    "Send {name} {schedule}? It tells how the numbers of a dashboard moved in the last whole {unit} from the one "
    "before, the biggest changes first, under the rights that you have then.",
)
MOVES = Phrase("日期按{unit}随时间移动。", "Its dates move on by the {unit}.")
KEEP_CHOICE = Phrase("保存", "Keep it")
MOVING_CHOICE = Phrase("保存，日期按{unit}移动", "Keep it, with dates that move on by the {unit}")
STANDING_CHOICE = Phrase("保存，日期固定不变", "Keep it, with the dates as they are")
BOARD_CHOICE = Phrase("放到看板“{board}”", "Put it on the dashboard '{board}'")
NEW_BOARD_CHOICE = Phrase("放到新看板“{board}”", "Put it on a new dashboard, '{board}'")
TO_CHOICE = Phrase("发到 {target}", "Send it to {target}")
OF_BOARD_CHOICE = Phrase("看板“{board}”，发到 {target}", "Of the dashboard '{board}', to {target}")
OURS = Phrase("你的提醒：{alerts}", "Your alerts: {alerts}")
ONE_OF_OURS = Phrase("{name}（{schedule}，下一次 {next}）", "{name} ({schedule}, next {next})")
STOPPED = Phrase("{name}（已停止）", "{name} (stopped)")
NONE_OF_OURS = Phrase("你没有这样的提醒。", "You have no such alert.")
WHICH_END = Phrase("要删除哪个提醒？所关注的回答会保留。", "Which alert is to be deleted? What it watches stays.")
END_CHOICE = Phrase("删除“{name}”", "Delete '{name}'")
ENDED = Phrase("提醒“{name}”已删除。", "The alert '{name}' is deleted.")
NO_CHOICE = Phrase("不用了", "No, thanks")
BOARD_NAME = Phrase("我的看板", "My dashboard")
KEPT = Phrase("已保存为“{name}”（第 {version} 版）。", "Kept as '{name}' (version {version}).")
ON_BOARD = Phrase("已放到看板“{board}”。", "It is on the dashboard '{board}'.")
SET = Phrase("已设置提醒“{name}”，下一次：{next}。", "The alert '{name}' is set; next: {next}.")
LEFT = Phrase("好的，什么也没有保存。", "Nothing was kept.")
NOTHING_BEFORE = Phrase(
    "前面还没有可以保存的回答。请先提一个问题。", "There is no answer before this one to keep. Ask something first."
)
IN_CONVERSATIONS = Phrase(
    "一问一答里不能保存或设置提醒：请在对话页里说，或者用 huitou saved、dashboards、alerts。",
    "A single question keeps and sets nothing: say it on the chat page, or use huitou saved, dashboards, alerts.",
)
NOT_READ = Phrase("没读懂要保存或提醒的内容：{why}", "What is to be kept or watched was not understood: {why}")
NO_TARGET = Phrase(
    "还没有可以发送的地方。管理员可以在 HUITOU_ROBOTS 里登记群机器人，或者用 POST /v1/alerts 写上邮箱或网址。",
    "There is nowhere to send it yet. Whoever runs the service can name robots of group chats in HUITOU_ROBOTS; "
    "POST /v1/alerts takes a mail address or a URL.",
)
NO_RATE = Phrase("比率请写成百分数，例如 20%。", "Write a rate as a percentage: 20%, say.")
_UNITS = {
    "day": Phrase("天", "day"),
    "week": Phrase("周", "week"),
    "month": Phrase("月", "month"),
    "quarter": Phrase("季度", "quarter"),
    "year": Phrase("年", "year"),
}
_DIGESTS = {"week": Phrase("周报", "a weekly digest"), "month": Phrase("月报", "a monthly digest")}
_DIGESTS_OF = {
    "week": Phrase("{board}周报", "Weekly digest of {board}"),
    "month": Phrase("{board}月报", "Monthly digest of {board}"),
}
_SIDES = {
    ">": Phrase("高于 {value}", "is over {value}"),
    ">=": Phrase("不低于 {value}", "is at least {value}"),
    "<": Phrase("低于 {value}", "is under {value}"),
    "<=": Phrase("不高于 {value}", "is at most {value}"),
}
_ROSE = Phrase("比上一期上升 {value} 以上", "is up by {value} or more on the period before")
_FELL = Phrase("比上一期下降 {value} 以上", "is down by {value} or more on the period before")
_OF_ITSELF = Phrase("（相对变化，不是百分点）", " (a part of itself, not percentage points)")
_ODD = Phrase("与以往相比出现异常", "is unusual against the time before")
_FRESH = Phrase("出现新的", "has new ones")
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ZH_DAYS = Phrase("一二三四五六日", "")
_EACH = {"minute": Phrase("每分钟", "every minute"), "hour": Phrase("每小时", "every hour")}
_SOME = {
    "minutes": Phrase("每 {count} 分钟", "every {count} minutes"),
    "hours": Phrase("每 {count} 小时", "every {count} hours"),
}
_DAILY = Phrase("每天 {time} ", "daily at {time}")
_WEEKLY = Phrase("每周{day} {time} ", "every {day} at {time}")
_MONTHLY = Phrase("每月{day}日 {time} ", "on day {day} of each month at {time}")


def unit_words(unit: str, language: Language) -> str:
    """A unit by which dates move."""
    return said(_UNITS[unit], language)


def digest_words(unit: str, language: Language, board: str = "") -> str:
    """A digest of that unit; of a dashboard where one is named."""
    return said(_DIGESTS_OF[unit], language, board=board) if board else said(_DIGESTS[unit], language)


def odd_condition(language: Language) -> str:
    """A value far from those before it."""
    return said(_ODD, language)


def side_words(op: str, value: str, language: Language) -> str:
    """A threshold."""
    return said(_SIDES[op], language, value=value)


def change_condition(value: str, language: Language, *, rises: bool, is_rate: bool) -> str:
    """A change against the period before; of a rate it is said that no points are meant."""
    told = said(_ROSE if rises else _FELL, language, value=value)
    return told + said(_OF_ITSELF, language) if is_rate else told


def fresh_condition(language: Language) -> str:
    """New rows of a list."""
    return said(_FRESH, language)


def schedule_words(schedule: str, language: Language) -> str:
    """A schedule as people say it.

    >>> schedule_words("every monday at 09:00", "zh"), schedule_words("every hour", "en")
    ('每周一 09:00 ', 'every hour')
    >>> schedule_words("every 15 minutes", "en"), schedule_words("monthly on 15 at 09:00", "zh")
    ('every 15 minutes', '每月15日 09:00 ')
    """
    first, second, *more = schedule.lower().split()
    time = more[-1] if more else ""
    if first == "daily":
        return said(_DAILY, language, time=time)
    if first == "monthly":
        return said(_MONTHLY, language, day=more[0], time=time)
    if second in _EACH:
        return said(_EACH[second], language)
    if second not in _DAYS:
        return said(_SOME[f"{time.rstrip('s')}s"], language, count=second)
    named = _ZH_DAYS.zh[_DAYS.index(second)] if said(_ZH_DAYS, language) else second.capitalize()
    return said(_WEEKLY, language, day=named, time=time)
