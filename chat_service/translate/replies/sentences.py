"""Sentences of refusals, questions back and assumptions, in both languages, by code.

Each sentence quotes the asker's own words. `{0}` is the subject, `{1}` the nearest right names or what was taken.
"""

from __future__ import annotations

from chat_service.language.phrases import listed
from semantic_layer import Language, Phrase

_REFUSALS: dict[str, Phrase] = {
    "empty_question": Phrase("请输入一个问题。", "Please type a question."),
    "too_long": Phrase("问题太长了，请用一两句话问。", "The question is too long; please ask in a sentence or two."),
    "read_only": Phrase("这里只能查询数据，不能“{0}”。", "This service only reads data; it cannot '{0}'."),
    "off_topic": Phrase("数据里没有与“{0}”有关的内容。", "There is nothing about '{0}' in the data."),
    "unknown_word": Phrase("没有看懂“{0}”。{1}", "I did not understand '{0}'.{1}"),
    "unknown_value": Phrase("数据里没有“{0}”这个值。{1}", "There is no value '{0}' in the data.{1}"),
    "unknown_metric": Phrase("没有名为“{0}”的指标。{1}", "There is no metric called '{0}'.{1}"),
    "no_metric": Phrase("没有说要看哪个指标。", "The question names no metric."),
    "future_period": Phrase("“{0}”还没有到，没有数据。", "'{0}' lies in the future, so there is no data for it."),
    "vague_period": Phrase(
        "“{0}”说的是哪段时间不确定，请给出日期。",
        "I cannot tell which period '{0}' is; please give dates.",
    ),
    "no_such_day": Phrase("没有“{0}”这一天。", "There is no such day as '{0}'."),
    "fiscal_year_unset": Phrase(
        "没有设置财年从几月开始，无法确定“{0}”。",
        "The first month of the fiscal year is not set, so '{0}' is undefined.",
    ),
    "unreachable_dimension": Phrase("{1}不能按“{0}”来看。", "{1} cannot be broken down or filtered by '{0}'."),
    "fixed_by_metric": Phrase(
        "“{1}”按定义只统计其中一种，不能按“{0}”来看。",
        "{1} by its definition counts only one kind, so it cannot be asked for '{0}'.",
    ),
    "other_currency": Phrase(
        "“{0}”不是这里的货币，金额不作换算。",
        "'{0}' is not in the currency of this data, and amounts are not converted.",
    ),
    "not_supported": Phrase("暂不支持“{0}”这样的问法。", "Questions with '{0}' are not supported."),
    "two_questions": Phrase(
        "一次只能问一个问题，请另问“{0}”。", "One question at a time, please; ask '{0}' by itself."
    ),
    "order_in_time": Phrase(
        "“{0}”说的先后还不能作条件。", "Which of two things came first, as '{0}' says, cannot be a condition yet."
    ),
    "every_time": Phrase(
        "“{0}”要每一段时间里都如此，还不能作条件。",
        "What holds in each one of them, as '{0}' says, cannot be a condition yet.",
    ),
    "own_change": Phrase(
        "每个客户自己前后的多少（“{0}”）还不能作条件。",
        "How each customer's own two numbers compare, as '{0}' says, cannot be a condition yet.",
    ),
    "best_of_each": Phrase(
        "每一组里“{0}”的客户还不能一起列出，请一次问一组。",
        "Whose is '{0}' in each of several groups cannot be listed at once; please ask for one group.",
    ),
    "which_of_them": Phrase("“{0}”没有说是哪些。", "'{0}' does not say which."),
    "number_of_groups": Phrase(
        "“{0}”有多少个，这里没有这样的指标；可以按它来看。",
        "How many '{0}' there are is no metric here; what there is can be shown by them.",
    ),
    "not_supported_yet": Phrase(
        "还不能回答“{0}”。可以先看它在两个时期之间的变化。",
        "'{0}' cannot be answered yet. You can compare two periods and break the change down.",
    ),
    "forecast": Phrase("这里不做预测，“{0}”无法回答。", "This service does not forecast, so '{0}' cannot be answered."),
    "statistic": Phrase("不支持统计量“{0}”。", "The statistic '{0}' is not supported."),
    "either": Phrase("不能一次查满足“{0}”任意一边条件的。", "What meets either side of '{0}' cannot be asked for."),
    "share_of_ratio": Phrase("“{0}”是比率或均值，不能算占比。", "'{0}' is a rate or a mean, so it has no shares."),
    "part_of_rate": Phrase("“{0}”是比率，不能再看其中的一部分。", "'{0}' is a rate, and no part of it can be told."),
    "share_of_nothing": Phrase(
        "没有说“{0}”是谁在什么里面的占比。", "'{0}' needs a group or a value to be the share of."
    ),
    "cumulative_ratio": Phrase("“{0}”是比率或均值，不能累计。", "'{0}' is a rate or a mean and cannot be accumulated."),
    "once_each": Phrase("“{0}”排不了：每个客户只算一次。", "'{0}' cannot be ranked by what counts each of them once."),
    "rank_of_nothing": Phrase("“{0}”没有说按什么来排。", "'{0}' does not say what should be ranked."),
    "several_periods": Phrase(
        "一次只能看一个时期或比较两个时期：{0}。",
        "Only one period, or two to compare, can be asked for at once: {0}.",
    ),
    "several_comparisons": Phrase("一次只能作一种比较：“{0}”。", "Only one comparison can be made at once: '{0}'."),
    "comparison_without_period": Phrase("要看“{0}”，请说明是哪个时期。", "Please say which period '{0}' is about."),
    "model_unavailable": Phrase(
        "没有看懂“{0}”，能读懂更多说法的语言模型现在也用不了，请稍后再试或换个说法。",
        "'{0}' was not understood, and the language model that reads more is unavailable; try later.",
    ),
    "nothing_before": Phrase(
        "“{0}”要接着上一个问题问，但还没有上一个问题。",
        "'{0}' goes on from an earlier question, but there is none.",
    ),
}
_NEAREST = Phrase("您是不是想找：{0}？", " Did you mean {0}?")
_WITHOUT = Phrase("{0}去掉“{1}”可以这样问：", "{0} Without '{1}', this can be asked:")
_WITHOUT_IT = Phrase("{0}去掉它可以这样问：", "{0} Without it, this can be asked:")
_QUESTIONS: dict[str, Phrase] = {
    "ambiguous_metric": Phrase("“{0}”可以指几个指标，您要看哪一个？", "'{0}' can mean several metrics; which one?"),
    "ambiguous_dimension": Phrase(
        "“{0}”可以指几个维度，您要按哪一个？", "'{0}' can mean several dimensions; which one?"
    ),
    "ambiguous_value": Phrase(
        "“{0}”可以属于几个维度，您指哪一个？", "'{0}' can belong to several dimensions; which one?"
    ),
    "ambiguous_date": Phrase("“{0}”有几种读法，您指哪一天？", "'{0}' can be read in several ways; which day?"),
    "fiscal_year_unset": Phrase(
        "没有设置财年从几月开始，“{0}”指哪一段？",
        "The first month of the fiscal year is not set; which period is '{0}'?",
    ),
    "which_metric": Phrase("“{0}”可以指几个指标，您要看哪一个？", "'{0}' can mean several metrics; which one?"),
    "which_measure": Phrase("“{0}”按什么来衡量？", "'{0}' by which measure?"),
    "several_readings": Phrase("“{0}”有几种读法，您指哪一种？", "'{0}' can be read in several ways; which one?"),
    "two_readers": Phrase(
        "“{0}”有两种读法，您指哪一种？",
        "'{0}' is read in two ways; which one do you mean?",
    ),
    "background": Phrase(
        "没有把“{0}”读作条件，是这样问吗？",
        "'{0}' was not read as a condition; is this the question?",
    ),
    "unsure": Phrase("这样读“{0}”对吗？", "Is this what '{0}' asks for?"),
    "two_readings": Phrase("“{0}”有不止一种读法，您指哪一种？", "'{0}' can be read in more than one way; which one?"),
    "list_or_causes": Phrase(
        "要逐个列出并各带“{0}”，还是看整体的“{0}”？", "One by one, each with '{0}', or '{0}' over all of them?"
    ),
    "out_or_open": Phrase("“{0}”是排除，还是不再限定？", "Does '{0}' leave it out, or lift the condition?"),
    "after_unread": Phrase(
        "上一句没有得到回答。“{0}”接着哪一个问题？",
        "The message before was not answered. What does '{0}' go on from?",
    ),
    "how_things_are": Phrase("您想看“{0}”的哪个指标？", "Which metric would you like for '{0}'?"),
    "missing_metric": Phrase("您想看“{0}”的哪个指标？", "Which metric would you like for '{0}'?"),
}
_ASSUMPTIONS: dict[str, Phrase] = {
    "corrected_typo": Phrase("把“{0}”读作“{1}”", "read '{0}' as '{1}'"),
    "metric_instead": Phrase("按商品看时，“{0}”用“{1}”代替", "by product, '{0}' is taken as '{1}'"),
    "current_period": Phrase("没有说时期，按 {0}", "no period was named; taken as {0}"),
    "grain_in_name": Phrase("指标名称已说明单位，按 {0} 展开", "the metric's name says the unit; shown by {0}"),
    "ranked_by_amount": Phrase("“{0}”按 {1} 排", "'{0}' is ranked by {1}"),
    "last_26_weeks": Phrase(
        "没有说时期，看最近 26 周首单的客户：{0}",
        "no period was named; cohorts of the last 26 weeks, {0}",
    ),
    "last_12_months": Phrase(
        "没有说时期，按最近 12 个自然月：{0}", "no period was named; the last 12 calendar months, {0}"
    ),
    "why_as_comparison": Phrase(
        "原因分析还不支持，这里给出变化本身",
        "reasons are not explained yet; this is the change itself",
    ),
    "compared_with_previous": Phrase("与前一时期 {0} 比较", "compared with the period before, {0}"),
    "only_named": Phrase("没有{0}的不参与", "what has no {0} takes no part"),
    "total_so_far": Phrase("“累计”读作合计", "'cumulative' is read as the total"),
    "days_waited": Phrase(
        "没有说多少天内，看之后 {0} 天", "no length of time was named; the {0} days after are looked at"
    ),
    "next_days": Phrase("没有说时间，按未来 {0} 天", "no time was named; the next {0} days"),
    "same_time_of_year": Phrase("与较早一年的同一时段 {0} 比较", "compared with the same time of an earlier year, {0}"),
    "in_percent": Phrase("“{0}”按百分数理解", "'{0}' is read as percent"),
    "recent_days": Phrase("“{0}”读作最近 {1} 天", "'{0}' is read as the last {1} days"),
    "verified": Phrase("这个问题的读法经人核对过", "how this question is read was verified by people"),
    "readers_differ": Phrase(
        "规则会读作“{0}”，这里按语言模型的读法", "rules read '{0}'; the language model's reading is taken"
    ),
    "held_then": Phrase("{0}是当时所持有的", "{0} is the one held at the time"),
    "export_as_table": Phrase("导出的就是这张表，全部行", "what is exported is this table, all of its rows"),
    "background": Phrase("作为背景、没有算进条件：{0}", "read as background, not as conditions: {0}"),
    "read_alike": Phrase("“{0}”按类似的问法理解", "'{0}' is read as questions like it are"),
    "set_aside": Phrase("“{0}”没有影响结果", "'{0}' did not change the answer"),
    "latest_unit": Phrase(
        "指标名称已说明单位，没有说时间，取最近的一个",
        "the metric's name says the unit; without a time, the latest is taken",
    ),
    "same_month_as_published": Phrase(
        "没有说时间，两边都取本月：竞品数据按月发布",
        "no time was named, so both are of this month: figures of competitors are published by month",
    ),
    "difference_untold": Phrase("没有算两边相差多少", "by how much the two differ is not computed"),
    "filter_lifted": Phrase("不再限定{0}", "no longer kept to one {0}"),
    "kept_from_before": Phrase("其余条件沿用上一个问题", "everything else is kept from the question before"),
}
_BESIDE: dict[str, Phrase] = {
    "by": Phrase("{0}{1}", "{2} by {0}"),
    "then": Phrase("{0}{1}", "{2} {0}"),
}
_SUGGESTION = Phrase("上个月的{0}", "{0} last month")


def refusal_text(code: str, subject: str, nearest: tuple[str, ...], language: Language) -> str:
    """The sentence of a refusal.

    >>> refusal_text("unknown_value", "上海滩市", ("上海",), "zh")
    '数据里没有“上海滩市”这个值。您是不是想找：上海？'
    """
    if code in ("unreachable_dimension", "fixed_by_metric"):
        beside = nearest[0] if nearest else ""
    else:
        beside = _NEAREST.in_language(language, listed(nearest, language)) if nearest else ""
    return _REFUSALS[code].in_language(language, subject, beside)


def question_text(code: str, subject: str, language: Language) -> str:
    """The sentence of a question back."""
    return _QUESTIONS[code].in_language(language, subject)


def without_text(code: str, subject: str, nearest: tuple[str, ...], left_out: str, language: Language) -> str:
    """Why a question is not answered, and what has to be left out of it so that it is."""
    form = _WITHOUT_IT if left_out == subject else _WITHOUT
    return form.in_language(language, refusal_text(code, subject, nearest, language), left_out)


def assumption_text(code: str, words: tuple[str, ...], language: Language) -> str:
    """The sentence of an assumption."""
    return _ASSUMPTIONS[code].in_language(language, *words)


def beside_text(code: str, language: Language, *words: str) -> str:
    """How something is put beside a question, or in the place of a pronoun of it."""
    return _BESIDE[code].in_language(language, *words)


def suggestion_text(label: str, language: Language) -> str:
    """A question that can be answered about a metric."""
    return _SUGGESTION.in_language(language, label)
