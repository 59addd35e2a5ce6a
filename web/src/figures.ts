// How raw values of a table are written: by the unit that their column tells, in the reader's language.
import type { Cell, Column, Dimension, Language } from "./types";
import { WORDS } from "./words";

const LOCALE = { zh: "zh-CN", en: "en-GB" } as const;
const CURRENCY = /^[A-Z]{3}$/;

/** A cell as people read it; codes of closed sets by their labels. */
export function figure(value: Cell, column: Column, language: Language, dimension?: Dimension): string {
  if (value === null) return "–";
  if (typeof value === "boolean") return dimension?.values[String(value)]?.[language] ?? String(value);
  if (typeof value === "string") return dimension?.values[value]?.[language] ?? written(value, column, language);
  if (column.role === "dimension" && dimension?.values[String(value)]) return dimension.values[String(value)]![language];
  return number(value, column, language);
}

export const whole = (value: number, language: Language) => value.toLocaleString(LOCALE[language]);

function number(value: number, column: Column, language: Language): string {
  const locale = LOCALE[language];
  const isChange = /__change(_pct)?$/.test(column.name);
  const sign = isChange ? ({ signDisplay: "exceptZero" } as const) : {};
  if (column.format === "percent" && column.name.endsWith("__change")) {
    const points = (value * 100).toLocaleString(locale, { ...shares(value), ...sign });
    return `${points} ${WORDS[language].points}`;
  }
  if (column.format === "percent")
    return value.toLocaleString(locale, { style: "percent", ...shares(value), ...sign });
  if (column.format !== null && CURRENCY.test(column.format)) {
    const digits = Math.abs(value) >= 1000 ? 0 : 2;
    return value.toLocaleString(locale, {
      style: "currency", currency: column.format, currencyDisplay: "narrowSymbol",
      minimumFractionDigits: digits, maximumFractionDigits: digits, ...sign,
    });
  }
  // numbers that name something (a customer, a month of birth) are no amounts
  if (column.role === "dimension" && column.format === "integer") return String(value);
  return value.toLocaleString(locale, { maximumFractionDigits: Math.abs(value) >= 1000 ? 0 : 2, ...sign });
}

/** One digit behind the point; two where one would leave nothing. */
function shares(value: number) {
  const digits = value !== 0 && Math.abs(value) < 0.001 ? 2 : 1;
  return { minimumFractionDigits: digits, maximumFractionDigits: digits };
}

function written(value: string, column: Column, language: Language): string {
  if (column.type === "timestamp") return value.replace("T", " ").slice(0, 16);
  if (column.name === "month" || column.name.endsWith("_month")) return month(value, language);
  return value;
}

function month(value: string, language: Language): string {
  const found = /^(\d{4})-(\d{2})-01/.exec(value);
  if (!found) return value;
  const day = new Date(Date.UTC(Number(found[1]), Number(found[2]) - 1, 1));
  return day.toLocaleDateString(LOCALE[language], { year: "numeric", month: language === "zh" ? "long" : "short", timeZone: "UTC" });
}

/** The day before a period's end, which periods do not hold themselves: their last day. */
export function lastDay(end: string): string {
  return shifted(end, -1);
}

/** The end of a period whose last day that is. */
export function endAfter(day: string): string {
  return shifted(day, 1);
}

function shifted(day: string, by: number): string {
  const found = new Date(`${day.slice(0, 10)}T00:00:00Z`);
  found.setUTCDate(found.getUTCDate() + by);
  return found.toISOString().slice(0, 10);
}
