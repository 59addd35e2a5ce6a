// An answer's typed query as parts that a reader may change, and the query with one of them changed. Names and dates
// are put in place of others; what the new query means, and whether it can be answered, the service says.
import type { Catalogue } from "./catalogue";
import { endAfter, lastDay } from "./figures";
import type { Cell, FieldFilter, Filter, Language, Period, Query } from "./types";
import { WORDS } from "./words";

/** What is one of a few by name: a model's list, a family of causes, what a trial is held against, a part of a profile. */
export type Choice = "list" | "family" | "contrast" | "part";
export type PartKind = "metric" | "group" | "period" | "filter" | "keep" | "compare" | "having" | "limit" | "key" | Choice;

/** A part of a query: the `at`th of its kind. `name` is the model's, `text` what people read. */
export interface QueryPart {
  kind: PartKind;
  at: number;
  name: string;
  text: string;
}

const HAS_PERIOD = new Set(["metrics", "cohort", "funnel", "explain", "follows", "lift", "paths", "causes"]);
const FREE_OF_PERIOD = new Set(["metrics", "follows", "lift", "paths", "causes"]);

/** The parts of a query in the order in which they are shown; its period as far as the data go. */
export function partsOf(query: Query, known: Catalogue, language: Language, until?: string | null): QueryPart[] {
  const say = WORDS[language];
  // cohorts, funnels and their kind are named in no catalogue, and nothing can stand in for them
  const found: QueryPart[] = metricsOf(query).flatMap((name, at) =>
    known.metrics.has(name) ? [{ kind: "metric", at, name, text: known.metric(name, language) }] : [],
  );
  groupsOf(query).forEach((name, at) => found.push({ kind: "group", at, name, text: groupText(name, known, language) }));
  found.push(...chosenParts(query, known, language));
  if (query.period || (query.kind && HAS_PERIOD.has(query.kind)))
    found.push({ kind: "period", at: 0, name: "", text: periodText(usedOf(query.period, until), language) });
  for (const kind of ["filter", "keep"] as const)
    filtersOf(query, kind).forEach((each, at) =>
      found.push({ kind, at, name: "field" in each ? each.field : "", text: filterText(each, known, language) }),
    );
  if (query.kind === "profile") found.push({ kind: "key", at: 0, name: "key", text: String(query["key"] ?? "") });
  (query.having ?? []).forEach((each, at) => {
    const text = `${known.metric(each.column, language)} ${say.operators[each.op]} ${each.values.join(` ${say.and} `)}`;
    found.push({ kind: "having", at, name: each.column, text });
  });
  if (query.compare)
    found.push({ kind: "compare", at: 0, name: query.compare.to, text: say.compares[query.compare.to] });
  if (query.limit && query.kind === "metrics")
    found.push({ kind: "limit", at: 0, name: "", text: `${say.limited} ${query.limit}` });
  return found;
}

function chosenParts(query: Query, known: Catalogue, language: Language): QueryPart[] {
  const say = WORDS[language];
  const part = (kind: Choice, name: string, at = 0): QueryPart => ({ kind, at, name, text: choicesOf(kind, known, language)[name] ?? name });
  switch (query.kind) {
    case "playbook":
      return query.list || !query.filters?.length ? [query.list ? part("list", query.list) : { ...part("list", ""), text: say.allLists }] : [];
    case "causes": {
      const families = query.families ?? [];
      const kinds = families.length ? families.map((name, at) => part("family", name, at)) : [{ ...part("family", ""), text: say.allCauses }];
      return [...(query.list ? [part("list", query.list)] : []), ...kinds];
    }
    case "lift":
      return [part("contrast", String(query["contrast"] ?? "control"))];
    case "profile":
      return [part("part", String(query["part"] ?? "facts"))];
    default:
      return [];
  }
}

/** What may stand in the place of such a part, by name, with what it is called. */
export function choicesOf(kind: Choice, known: Catalogue, language: Language): Record<string, string> {
  const say = WORDS[language];
  const named = kind === "list" ? known.lists : known.causes;
  if (kind === "list" || kind === "family") return Object.fromEntries([...named.values()].map((each) => [each.name, each.label[language]]));
  return kind === "contrast" ? say.contrasts : say.parts;
}

/** The query with that in the place of such a part. */
export function withChoice(query: Query, kind: Choice, at: number, name: string): Query {
  if (kind !== "family") return { ...query, [kind]: name };
  const before = query.families ?? [];
  return { ...query, families: before.length ? before.map((each, place) => (place === at ? name : each)) : [name] };
}

/** What a query's rows are split by; of a trial that is one thing at most. */
export const groupsOf = (query: Query): string[] => (query.kind === "lift" ? (query.by ? [query.by] : []) : (query.group_by ?? []));

export const metricsOf = (query: Query): string[] => query.metrics ?? (query.metric ? [query.metric] : []);

const filtersOf = (query: Query, kind: "filter" | "keep"): Filter[] =>
  (kind === "filter" ? query.filters : query.keep) ?? [];

const changedFilters = (query: Query, kind: "filter" | "keep", filters: Filter[]): Query =>
  kind === "filter" ? { ...query, filters } : { ...query, keep: filters as FieldFilter[] };

export const filterAt = (query: Query, part: QueryPart): Filter | undefined =>
  part.kind === "keep" || part.kind === "filter" ? filtersOf(query, part.kind)[part.at] : undefined;

export const groupText = (name: string, known: Catalogue, language: Language): string =>
  WORDS[language].grains[name] ?? known.dimension(name, language);

/** What there are data of in a period that is not over. */
export function usedOf(period: Period | null | undefined, until?: string | null): Period | null | undefined {
  if (!period?.end || !until || until >= lastDay(period.end) || (period.start && period.start > until)) return period;
  return { ...period, end: endAfter(until) };
}

/** A period by its months where it is made of whole ones, else by its first and last day. */
export function periodText(period: Period | null | undefined, language: Language): string {
  if (!period?.start && !period?.end) return WORDS[language].noPeriod;
  const { start, end } = period;
  const last = end ? lastDay(end) : "";
  if (start?.endsWith("-01") && end?.endsWith("-01")) {
    const [first, final] = [monthText(start, language), monthText(last, language)];
    return first === final ? first : `${first} – ${final}`;
  }
  return start === last ? last : `${start ?? ""} – ${last}`;
}

function monthText(day: string, language: Language): string {
  const [year, month] = day.split("-").map(Number);
  if (language === "zh") return `${year}年${month}月`;
  return new Date(Date.UTC(year!, month! - 1, 1)).toLocaleDateString("en-GB", { month: "short", year: "numeric", timeZone: "UTC" });
}

function filterText(filter: Filter, known: Catalogue, language: Language): string {
  const say = WORDS[language];
  const joined = (each: Filter[], word: string) => each.map((one) => filterText(one, known, language)).join(` ${word} `);
  if ("all" in filter) return joined(filter.all, say.and);
  if ("any" in filter) return joined(filter.any, say.any);
  if ("not" in filter) return `${say.not} ${filterText(filter.not, known, language)}`;
  const values = filter.values as Cell[];
  if ("field" in filter) {
    const shown = values.map((value) => known.value(filter.field, value, language)).join(language === "zh" ? "、" : ", ");
    return `${known.dimension(filter.field, language)} ${say.operators[filter.op] ?? filter.op} ${shown}`.trim();
  }
  const period = filter.period ? ` (${periodText(filter.period, language)})` : "";
  return `${known.metric(filter.metric, language)} ${say.operators[filter.op] ?? filter.op} ${values.join(` ${say.and} `)}${period}`;
}

/** The query with another metric in that place; what names its column follows. */
export function withMetric(query: Query, at: number, name: string): Query {
  const old = metricsOf(query)[at]!;
  const moved = (column: string) =>
    column === old || column.startsWith(`${old}__`) ? name + column.slice(old.length) : column;
  if (!query.metrics) return { ...query, metric: name };
  const changed: Query = { ...query, metrics: query.metrics.map((each, place) => (place === at ? name : each)) };
  if (query.order_by) changed.order_by = query.order_by.map((each) => ({ ...each, column: moved(each.column) }));
  if (query.having) changed.having = query.having.map((each) => ({ ...each, column: moved(each.column) }));
  if (query.shares) changed.shares = query.shares.map(moved);
  if (Array.isArray(query["cumulative"])) changed["cumulative"] = (query["cumulative"] as string[]).map(moved);
  return changed;
}

/** The query about another one; a number stays one. */
export const withKey = (query: Query, said: string): Query => ({
  ...query, key: typeof query["key"] === "number" && /^\d+$/.test(said) ? Number(said) : said,
});

export function withGroup(query: Query, at: number, name: string): Query {
  if (query.kind === "lift") return { ...query, by: name };
  const before = query.group_by ?? [];
  const old = before[at];
  const group_by = old === undefined ? [...before, name] : before.map((each, place) => (place === at ? name : each));
  return withoutColumn({ ...query, group_by }, old);
}

function withoutColumn(query: Query, column: string | undefined): Query {
  if (column === undefined) return query;
  const keeps = (each: { field: string }) => each.field !== column;
  return {
    ...query,
    order_by: (query.order_by ?? []).filter((each) => each.column !== column),
    keep: (query.keep ?? []).filter(keeps),
    show: ((query["show"] as FieldFilter[] | undefined) ?? []).filter(keeps),
    limit_within: ((query["limit_within"] as string[] | undefined) ?? []).filter((each) => each !== column),
  };
}

/** Days as a reader says them, the last one included. */
export const withPeriod = (query: Query, first: string, last: string): Query => ({
  ...query,
  period: { ...(first ? { start: first } : {}), ...(last ? { end: endAfter(last) } : {}) },
});

export function withCompare(query: Query, to: "previous" | "year" | "none"): Query {
  const { compare: _, ...rest } = query;
  return to === "none" ? rest : { ...rest, compare: { to } };
}

/** The query with those values in that condition, or in a new one where there is none. */
export function withValues(query: Query, kind: "filter" | "keep", at: number, field: string, values: Cell[]): Query {
  const before = filtersOf(query, kind);
  const old = before[at];
  const isNegated = old !== undefined && "op" in old && (old.op === "!=" || old.op === "not in");
  const op = values.length === 1 ? (isNegated ? "!=" : "=") : isNegated ? "not in" : "in";
  const made = { field, op, values };
  return changedFilters(query, kind, old === undefined ? [...before, made] : before.map((each, n) => (n === at ? made : each)));
}

/** The query without that part, or null where it cannot be without. */
export function without(query: Query, part: QueryPart): Query | null {
  const others = <T>(all: T[]) => all.filter((_, at) => at !== part.at);
  switch (part.kind) {
    case "metric":
      return query.metrics && query.metrics.length > 1 ? { ...query, metrics: others(query.metrics) } : null;
    case "group":
      if (query.kind === "lift") return { ...query, by: null };
      return withoutColumn({ ...query, group_by: others(query.group_by ?? []) }, part.name);
    case "period": {
      const { period, ...rest } = query;
      return period && FREE_OF_PERIOD.has(query.kind ?? "metrics") ? rest : null;
    }
    case "filter":
    case "keep":
      return changedFilters(query, part.kind, others(filtersOf(query, part.kind)));
    case "having":
      return { ...query, having: others(query.having ?? []) };
    case "compare":
      return query.kind === "explain" ? null : withCompare(query, "none");
    case "limit":
      return { ...query, limit: null };
    case "list":
      return query.kind === "playbook" && part.name ? { ...query, list: "" } : null;
    case "family":
      return part.name ? { ...query, families: others(query.families ?? []) } : null;
    case "key":
    case "contrast":
    case "part":
      return null;
  }
}

/** The part that a word of the question stands for, if there is one that may be changed. */
export function partOfWord(role: string, resolved: string, parts: QueryPart[]): QueryPart | undefined {
  const first = (kind: PartKind, name?: string) =>
    parts.find((each) => each.kind === kind && (name === undefined || each.name === name));
  switch (role) {
    case "metric":
      return first("metric", resolved) ?? first("metric");
    case "grouping":
    case "dimension":
    case "grain":
      return first("group", resolved);
    case "period":
      return first("period");
    case "value": {
      const field = resolved.split(": ")[0]!;
      return first("filter", field) ?? first("keep", field);
    }
    case "comparison":
      return first("compare");
    case "limit":
      return first("limit");
    case "list":
      return first("list", resolved);
    default:
      return undefined;
  }
}
