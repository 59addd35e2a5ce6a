"""The classes of symbols that the patterns of rules name, beside the symbols of the words themselves."""

from __future__ import annotations

# class: symbols, or classes above it
CLASSES: dict[str, str] = {
    "NUM": "NUMBER YEAR4 ELEVEN HOLIDAY_NUMBER COUPLE",
    "ZH_UNIT": "ZH_YEAR ZH_MONTH ZH_DAY ZH_WEEK ZH_QUARTER",
    "UNIT": "COUNTED COUNTED_HALF ZH_UNIT",
    # What a bare number counts: 三年, 两周, 3个月; 3月 and 三季度 are dates.
    "LENGTH_UNIT": "COUNTED COUNTED_HALF ZH_YEAR ZH_WEEK",
    "LATEST": "PAST LAST PRIOR",
    "TILL": "TO DASH UNTIL_EN",
    "UP_TO": "UNTIL UNTIL_EN",
    # Words that change the time which they stand beside.
    "BOUND_BEFORE": "BEFORE AFTER UNTIL UNTIL_EN SINCE AROUND BY_END EARLY END_OF REST FINAL",
    "BOUND_BEHIND": "BEFORE_POST AFTER_POST QIAN HOU UNTIL_POST AROUND_POST PART_SUFFIX MID_YEAR DAY_AFTER HOLDING "
    "EXCLUDED ONWARD SINCE_POST REST",
    "SINCE_WORD": "SINCE FROM",
    "WITH_WORD": "WITH AND",
    "VERSUS_WORD": "VS BI",
    # Dates without a year, with one, and periods that need none.
    "P_SUB": "P_MONTH P_QUARTER P_HALF P_WEEK P_HOLIDAY P_DAY",
    "P_DATED": "P_YEAR P_FULL P_UNIT P_PRIOR P_DAY_WORD P_WEEKDAY P_TO_DATE P_PART P_FISCAL",
    "P": "P_SUB P_DATED P_DOM",
}
