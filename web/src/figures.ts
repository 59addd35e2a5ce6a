// Whole numbers and days as the page writes them itself; the cells of tables are written by the service.
import type { Language } from "./types";

const LOCALE = { zh: "zh-CN", en: "en-GB" } as const;

export const whole = (value: number, language: Language) => value.toLocaleString(LOCALE[language]);

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
