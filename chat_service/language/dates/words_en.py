"""The English words of the grammar of dates: symbol, value, grain, and the words that have it, longest match first.

Hyphens in a text read as spaces here (year-to-date); words of a phrase are joined by `_`.
"""

from __future__ import annotations

from semantic_layer import Grain

WORDS: tuple[tuple[str, float, Grain | None, str], ...] = (
    # units
    ("COUNTED", 1, "day", "day days calendar_day calendar_days"),
    ("COUNTED", 1, "week", "week weeks wk wks calendar_week calendar_weeks"),
    ("COUNTED", 1, "month", "month months mth mths mnth mnths mo mos calendar_month calendar_months"),
    ("COUNTED", 1, "quarter", "quarter quarters qtr qtrs calendar_quarter calendar_quarters"),
    ("COUNTED", 1, "year", "year years yr yrs calendar_year calendar_years"),
    ("FORTNIGHT", 14, "day", "fortnight fortnights"),
    ("HALF_YEAR", 6, "month", "half_year half_a_year half_yr six_month_period"),
    ("HALF_MONTH", 15, "day", "half_a_month half_month"),
    ("YEAR_AND_HALF", 18, "month", "year_and_a_half a_year_and_a_half"),
    ("HALF", 0, None, "half"),
    ("HALF_ORDINAL", 1, None, "former_half"),
    ("HALF_ORDINAL", 2, None, "latter_half back_half"),
    ("HOUR", 1, None, "hour hours hrs"),
    ("WEEK_LABEL", 0, "week", "week_number week_no wk_no iso_week"),
    # which one
    ("LAST", -1, None, "last lst"),
    ("THIS", 0, None, "this current the_current this_current the_present this_very"),
    ("NEXT", 1, None, "next coming upcoming the_next the_coming"),
    ("PAST", 0, None, "past trailing rolling latest most_recent recent"),
    ("PRIOR", -1, None, "previous prior preceding prev"),
    ("BEFORE_LAST", -2, None, "before_last"),
    ("THAT", 0, None, "that"),
    ("WHICH", 0, None, "which what"),
    ("EVERY", 0, None, "by per each every for_each for_every by_the by_each in_each in_every each_and_every on_each"),
    ("SEVERAL", 0, None, "few several a_few some number_of"),
    ("COUPLE", 2, None, "couple couple_of a_couple_of"),
    ("NUMBER", 12, None, "dozen"),
    # days that have names
    ("DAY_WORD", 0, "day", "today 2day tonight"),
    ("DAY_WORD", -1, "day", "yesterday yday yest ystd last_night"),
    ("DAY_WORD", -2, "day", "the_day_before_yesterday day_before_yesterday"),
    ("DAY_WORD", 1, "day", "tomorrow tmrw tmr tmw 2moro tomorow 2morrow"),
    ("DAY_WORD", 2, "day", "the_day_after_tomorrow day_after_tomorrow"),
    ("TO_DATE_UNIT", 0, "year", "year_to_date ytd this_year_to_date this_calendar_year_to_date"),
    ("TO_DATE_UNIT", 0, "quarter", "quarter_to_date qtd this_quarter_to_date"),
    ("TO_DATE_UNIT", 0, "month", "month_to_date mtd this_month_to_date"),
    ("TO_DATE_UNIT", 0, "week", "week_to_date wtd this_week_to_date"),
    ("EARLY", 110, None, "early beginning_of start_of the_beginning_of the_start_of the_early_part_of"),
    ("EARLY", 1120, None, "mid middle_of the_middle_of"),
    ("EARLY", 2100, None, "late the_latter_part_of the_late_part_of"),
    ("END_OF", 2100, None, "end_of the_end_of the_close_of close_of"),
    ("START_OF", 0, None, "the_start_of_the the_beginning_of_the start_of_the beginning_of_the"),
    # weekdays
    (
        "WEEKEND_GONE",
        0,
        None,
        "over_the_weekend during_the_weekend over_this_weekend the_past_weekend this_past_weekend "
        "the_weekend_just_gone",
    ),
    ("WEEKEND_ONE", 0, None, "weekend"),
    ("WEEKEND", 0, None, "weekends the_weekends"),
    ("BUSINESS", 0, None, "weekdays business_days working_days workdays work_days"),
    # joints
    ("THE", 0, None, "the"),
    ("A", 0, None, "a an"),
    ("OF", 0, None, "of"),
    ("IN", 0, None, "in on during over within throughout for across inside out_of"),
    ("WHOLE", 0, None, "whole entire full all all_of calendar complete all_through the_whole_of"),
    ("TO", 0, None, "to to_the and_through"),
    ("FROM", 0, None, "from starting starting_from starting_in starting_on beginning beginning_in as_from"),
    ("SINCE", 0, None, "since ever_since"),
    (
        "SINCE_START",
        0,
        None,
        "since_the_start_of since_the_beginning_of from_the_start_of from_the_beginning_of since_start_of "
        "since_beginning_of since_early",
    ),
    ("ONWARD", 0, None, "onward onwards on forward and_later and_after"),
    ("BETWEEN", 0, None, "between"),
    ("AND", 0, None, "and & n"),
    ("BEFORE", 0, None, "before prior_to earlier_than ahead_of preceding_the"),
    ("AFTER", 0, None, "after later_than following post"),
    (
        "UNTIL_EN",
        0,
        None,
        "until till til through thru up_to upto up_until up_through up_to_and_including until_the through_the",
    ),
    ("UNTIL", 0, None, "as_of as_at not_later_than no_later_than"),
    (
        "BY_END",
        0,
        None,
        "by_the_end_of by_end_of until_the_end_of until_end_of through_the_end_of through_end_of "
        "up_to_the_end_of to_the_end_of as_of_the_end_of as_of_end_of as_at_the_end_of as_at_end_of "
        "by_the_close_of",
    ),
    ("AGO", 0, None, "ago back earlier"),
    (
        "TO_NOW",
        0,
        None,
        "so_far to_date until_now up_to_now till_now thus_far as_yet to_now til_now through_now through_today "
        "to_today until_today up_to_today till_today to_the_present to_present",
    ),
    # comparisons
    ("PREVIOUS", 0, None, "period_over_period period_on_period pop_change sequentially sequential"),
    ("PREVIOUS", 0, "month", "month_over_month month_on_month mom m/m mo/mo mth_over_mth month_vs_month"),
    ("PREVIOUS", 0, "week", "week_over_week week_on_week wow w/w wk_over_wk wk/wk"),
    ("PREVIOUS", 0, "quarter", "quarter_over_quarter quarter_on_quarter qoq q/q qtr_over_qtr"),
    ("PREVIOUS", 0, "day", "day_over_day day_on_day dod d/d"),
    (
        "YEAR_EARLIER",
        0,
        None,
        "year_over_year year_on_year yoy y/y yr_over_yr yr_on_yr yr/yr yearly_change year_ago_period "
        "prior_year_period year_ago_quarter year_ago_month",
    ),
    (
        "PREVIOUS_PERIOD",
        0,
        None,
        "the_previous_period previous_period the_prior_period prior_period the_preceding_period "
        "preceding_period the_period_before period_before the_last_period the_period_prior the_one_before "
        "the_previous_one",
    ),
    (
        "YEAR_AGO",
        0,
        None,
        "a_year_ago one_year_ago 1_year_ago a_year_earlier one_year_earlier 1_year_earlier a_year_before "
        "one_year_before a_year_prior a_yr_ago 12_months_ago twelve_months_ago 12_months_earlier a_year_back "
        "the_year_prior 1_yr_ago",
    ),
    (
        "SAME",
        0,
        None,
        "the_same same that_same the_corresponding corresponding the_comparable comparable the_equivalent "
        "equivalent the_very_same",
    ),
    (
        "PERIOD_NOUN",
        0,
        None,
        "period time time_frame timeframe time_period window stretch dates span interval point time_of_year season",
    ),
    (
        "VS",
        0,
        None,
        "vs vs. v. versus against compared_with compared_to compared_against compare_with compare_to "
        "compares_with compares_to in_comparison_with in_comparison_to relative_to than as_compared_to "
        "as_compared_with set_against measured_against stacked_up_against up_against compared comparing_to "
        "comparing_with than_in than_that_of than_those_of than_that_in than_those_in than_the_ones_of "
        "compared_with_that_of compared_with_those_of in_contrast_to as_opposed_to than_for",
    ),
    (
        "CHANGE_VS",
        0,
        None,
        "up_from down_from changed_from change_from changes_from up_on down_on grow_over growth_over "
        "growth_from increase_over increase_from decrease_from drop_from dropped_from rise_from rose_from "
        "risen_from grew_from grown_from fell_from fallen_from declined_from decline_from improved_from "
        "improvement_over improve_on different_from differ_from differs_from difference_from differed_from "
        "better_than_in change_over",
    ),
    ("WITH", 0, None, "with"),
    (
        "ANAPHOR",
        0,
        None,
        "that_period that_time that_window that_span that_timeframe that_time_frame that_stretch "
        "that_interval those_days those_weeks those_months those_years this_window",
    ),
    ("DAY_BEFORE", 0, "day", "the_day_before the_day_before_that the_day_prior"),
    # the rest
    (
        "ALL_TIME",
        0,
        None,
        "all_time of_all_time ever in_history all_history all_of_history since_the_beginning since_inception "
        "since_launch since_the_start from_the_beginning from_day_one since_day_one over_all_time "
        "full_history entire_history whole_history historically since_the_very_beginning across_all_time "
        "in_all_of_history since_we_started since_we_opened",
    ),
    (
        "NOW",
        0,
        None,
        "right_now now currently at_present at_the_moment as_of_today as_of_now as_at_today presently "
        "nowadays as_it_stands as_of_right_now at_this_point at_this_moment as_of_this_moment",
    ),
    ("CURRENT", 0, None, "current"),
    (
        "VAGUE",
        0,
        None,
        "recently lately these_days of_late a_while_ago long_ago in_recent_times the_other_day some_time_ago "
        "a_long_time_ago not_long_ago in_recent_memory",
    ),
    ("GRAIN", 0, "day", "daily day_by_day day_to_day on_a_daily_basis daywise by_date per_date"),
    ("GRAIN", 0, "week", "weekly week_by_week week_to_week on_a_weekly_basis wkly"),
    (
        "GRAIN",
        0,
        "month",
        "monthly month_by_month month_to_month on_a_monthly_basis mthly monthwise month_wise by_the_month",
    ),
    ("GRAIN", 0, "quarter", "quarterly quarter_by_quarter on_a_quarterly_basis qtrly quarter_to_quarter"),
    ("GRAIN", 0, "year", "yearly annually year_by_year on_a_yearly_basis on_an_annual_basis year_to_year"),
    ("FISCAL", 0, "year", "fiscal_year financial_year fy fiscal_yr"),
    ("FISCAL_WORD", 0, None, "fiscal"),
    ("FISCAL_QUARTER", 0, "quarter", "fiscal_quarter financial_quarter"),
)

MONTHS: tuple[str, ...] = (
    "january jan jan.",
    "february feb feb. febuary",
    "march mar mar.",
    "april apr apr.",
    "may",
    "june jun jun.",
    "july jul jul.",
    "august aug aug.",
    "september sep sept sep. sept.",
    "october oct oct.",
    "november nov nov.",
    "december dec dec.",
)
WEEKDAYS: tuple[str, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEKDAY_SHORT: tuple[str, ...] = (
    "mon mon.",
    "tue tues tue.",
    "wed weds wed.",
    "thu thur thurs thu.",
    "fri fri.",
    "sat sat.",
    "sun sun.",
)

HOLIDAYS: dict[str, str] = {
    "double_11": "double_11 double_eleven singles_day singles'_day single's_day singles_'day bachelors_day",
    "double_12": "double_12 double_twelve",
    "618": "618_festival 618_shopping_festival 618_sale the_618_festival the_618",
    "spring_festival": (
        "chinese_new_year lunar_new_year spring_festival cny_holiday the_spring_festival "
        "chinese_new_year_holiday spring_festival_holiday"
    ),
    "new_year_s_eve_zh": "chinese_new_year's_eve lunar_new_year's_eve",
    "national_day": (
        "national_day national_day_holiday october_golden_week golden_week the_national_day_holiday "
        "the_golden_week national_holiday"
    ),
    "new_year": "new_year's_day new_years_day new_year's",
    "new_year_eve": "new_year's_eve new_years_eve",
    "qingming": "qingming tomb_sweeping_day qingming_festival",
    "labor_day": "labor_day labour_day may_day labor_day_holiday labour_day_holiday may_day_holiday",
    "dragon_boat": "dragon_boat_festival dragon_boat the_dragon_boat_festival dragon_boat_holiday",
    "mid_autumn": "mid_autumn_festival mid_autumn moon_festival the_mid_autumn_festival",
    "christmas": "christmas christmas_day xmas x_mas",
    "christmas_eve": "christmas_eve xmas_eve",
    "black_friday": "black_friday",
    "cyber_monday": "cyber_monday",
    "thanksgiving": "thanksgiving thanksgiving_day",
    "valentine": "valentine's_day valentines_day valentine's valentines",
    "women": "women's_day international_women's_day womens_day",
    "children": "children's_day childrens_day",
    "halloween": "halloween",
    "teachers": "teachers'_day teacher's_day",
}

NOT_DATES = (
    "march_madness may_not may_be may_have sun_care day_part daypart most_recently day_of_week "
    "day_of_the_week day_of_month "
    "second_hand quarter_pounder all_members all_customers all_orders all_the at_least at_most at_all at_risk "
    "on_time "
    "in_time in_full over_time in_total for_free on_average time_to days_between day_between in_between same_day "
    "next_day end_to_end to_end end_user end_users one_time first_time first_timers full_price full_name "
    "for_all of_all in_all across_all over_all day_1 day_0 all_in all_in_all each_other ever_more"
)
