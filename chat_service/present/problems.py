"""A problem in the asker's language, by its kind. English is the problem's own sentence with the model's labels."""

from __future__ import annotations

from chat_service.present.names import Names
from semantic_layer import (
    AmbiguousPath,
    DatabaseMissing,
    DatabaseUnreadable,
    EngineProblem,
    HuitouError,
    MissingTable,
    NeedsPeriod,
    NeedsRole,
    NoHistory,
    NotAColumn,
    NotAdditive,
    NotAShare,
    OutOfMemory,
    PolicyMissesRole,
    Problem,
    QueryCancelled,
    QueryProblem,
    QueryTimeout,
    StatementFailed,
    UnknownName,
    Unreachable,
    Withheld,
    WrongType,
)


def problem_words(problem: Problem, names: Names) -> str:
    """One sentence for the asker."""
    if names.language == "en":
        return _english(problem, names)
    if isinstance(problem, EngineProblem):
        return _engine_chinese(problem)
    return _query_chinese(problem, names)


def error_words(error: HuitouError, names: Names) -> str:
    """All problems of an error, one sentence each."""
    return ("" if names.language == "zh" else " ").join(problem_words(each, names) for each in error.problems)


def _english(problem: Problem, names: Names) -> str:
    match problem:
        case Unreachable():
            offer = ", ".join(names.dimension(each) for each in problem.possible[:8])
            said = f"{_capital(names.metric(problem.metric))} cannot be split or filtered by "
            said += f"{names.dimension(problem.dimension)}: what it counts has none."
            return said + (f" It can be split by {offer}." if offer else "")
        case NeedsRole():
            offer = " or ".join(names.dimension(each) for each in problem.roles)
            said = f"{_capital(names.metric(problem.metric))} has {names.dimension(problem.dimension)} in a role only."
            return f"{said} Ask for {offer}."
        case MissingTable():
            tables = ", ".join(problem.tables)
            return f"{_capital(_named(problem.name, names))} needs {tables}, which this database does not have."
        case NoHistory():
            return f"{_capital(names.metric(problem.metric))} is known as of today only: it has no past values."
        case NotAShare():
            return f"{_capital(names.metric(problem.metric))} is a ratio: its groups do not add up to shares."
        case NotAdditive():
            return f"{_capital(names.metric(problem.metric))} does not add up over time: it has no running total."
        case Withheld():
            return f"{_capital(names.dimension(problem.field))} is personal: you may not filter or group by it."
    return problem.message


def _query_chinese(problem: Problem, names: Names) -> str:
    match problem:
        case UnknownName():
            nearest = "、".join(f"“{each}”" for each in problem.nearest)
            return f"没有叫“{problem.name}”的{_kind(problem.kind)}。" + (f"是不是指{nearest}？" if nearest else "")
        case Unreachable():
            offer = "、".join(names.dimension(each) for each in problem.possible[:8])
            metric, dimension = names.metric(problem.metric), names.dimension(problem.dimension)
            said = f"{metric}不能按{dimension}拆分或筛选：它统计的对象没有这一项。"
            return said + (f"可以按这些拆分：{offer}。" if offer else "")
        case AmbiguousPath():
            metric, dimension = names.metric(problem.metric), names.dimension(problem.dimension)
            return f"从{metric}到{dimension}有几种走法（{'；'.join(problem.ways)}），结果可能不同。"
        case NeedsRole():
            metric, dimension = names.metric(problem.metric), names.dimension(problem.dimension)
            offer = "、".join(names.dimension(each) for each in problem.roles)
            return f"{metric}里的{dimension}要说明是谁的：{offer}。"
        case MissingTable():
            return f"{_named(problem.name, names)}需要表 {'、'.join(problem.tables)}，这个数据库里没有。"
        case WrongType():
            return f"“{problem.value}”不能和{names.dimension(problem.field)}比较：它的类型是 {problem.type}。"
        case NotAColumn():
            return f"结果里没有“{problem.name}”这一列。"
        case Withheld():
            return f"{names.dimension(problem.field)}是个人信息，你不能按它筛选或分组。"
        case PolicyMissesRole():
            return f"你只能看到一部分{problem.base}，而没有规定你能看到哪些{problem.role}，请不要按它拆分或筛选。"
    return _measure_chinese(problem, names)


def _measure_chinese(problem: Problem, names: Names) -> str:
    match problem:
        case NoHistory():
            return f"{names.metric(problem.metric)}只有今天的值，没有历史、时间段或趋势。"
        case NeedsPeriod():
            return "比较或累计需要一个有头有尾的时间段。"
        case NotAShare():
            return f"{names.metric(problem.metric)}是比率，各组不能相加，没有占比。"
        case NotAdditive():
            return f"{names.metric(problem.metric)}不能跨时间相加，没有累计值。"
    return problem.message


def _engine_chinese(problem: EngineProblem) -> str:
    match problem:
        case DatabaseMissing():
            return f"“{problem.path}”没有数据库。用 `huitou demo` 生成示例数据，或用 --db 指定你的数据库。"
        case DatabaseUnreadable():
            return f"数据库“{problem.path}”无法读取：{problem.reason}"
        case QueryTimeout():
            return f"查询超过 {problem.timeout_seconds:g} 秒被停止。请缩短时间段或减少分组。"
        case QueryCancelled():
            return "查询已取消。"
        case OutOfMemory():
            return f"查询需要的内存超过上限 {problem.limit}。请缩短时间段或减少分组。"
        case StatementFailed():
            return f"数据库无法执行这个查询：{problem.reason}。可用 `huitou validate --db` 检查模型。"
    return problem.message


def is_askers(problem: Problem) -> bool:
    """Whether the asker can do something about it by asking otherwise (a refusal), rather than the operator."""
    return isinstance(problem, QueryProblem)


def _named(name: str, names: Names) -> str:
    return names.metric(name) if name in names.model.metrics else names.dimension(name)


def _kind(kind: str) -> str:
    return {"metric": "指标", "dimension": "维度", "entity": "对象", "column": "列", "value": "值"}.get(kind, kind)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
