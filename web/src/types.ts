// The public interface as the page reads it; `chat_service/channels/wire.py` is where it is said.

export type Language = "zh" | "en";
export type Cell = string | number | boolean | null;
export type Words = Record<Language, string>;

export interface Period {
  start?: string;
  end?: string;
  grain?: string;
}
export interface FieldFilter {
  field: string;
  op: string;
  values: Cell[];
  origin?: string;
}
export interface MetricFilter {
  metric: string;
  op: string;
  values: number[];
  period?: Period | null;
  filters?: Filter[];
}
export type Filter = FieldFilter | MetricFilter | { all: Filter[] } | { any: Filter[] } | { not: Filter };
export interface Condition {
  column: string;
  op: string;
  values: number[];
}
export interface Query {
  kind?: "metrics" | "list" | "cohort" | "funnel" | "explain" | "follows" | "lift" | "paths" | "causes" | "profile" | "playbook";
  metrics?: string[];
  metric?: string;
  group_by?: string[];
  period?: Period | null;
  filters?: Filter[];
  having?: Condition[];
  keep?: FieldFilter[];
  compare?: { to: "previous" | "year" | "period"; period?: Period };
  shares?: string[];
  order_by?: { column: string; descending: boolean }[];
  limit?: number | null;
  entity?: string;
  columns?: string[];
  by?: string | null;
  list?: string;
  families?: string[];
  [other: string]: unknown;
}

export interface Span {
  text: string;
  start: number;
  end: number;
  role: string;
  resolved: string;
}
export interface Interpretation {
  type: "interpretation";
  query: Query;
  restated: string;
  spans: Span[];
  unused: string[];
  assumptions: { code: string; text: string }[];
  filters: { field: string; op: string; values: Cell[]; origin: string; text: string }[];
}
export interface Column {
  name: string;
  label: string;
  role: "dimension" | "metric" | "comparison";
  type: string;
  format: string | null;
  /** What stands above the cells of `shown`: the label with their unit. */
  heading?: string;
}
export interface Table {
  type: "table";
  columns: Column[];
  rows: Cell[][];
  row_count: number;
  total_rows: number;
  truncated: boolean;
  /** The cells as people read them, where the service tells them so. */
  shown?: string[][];
  group_sizes?: { metric: string; label: string; sizes: (number | null)[]; small: number[] }[];
}
export interface Choice {
  id: string;
  label: string;
  message: string;
}
export interface Meaning {
  name: string;
  label: string;
  description: string;
  formula: string;
  unit: string;
}
export type Part =
  | { type: "text"; text: string }
  | Interpretation
  | { type: "sql"; statement: string; dialect: string }
  | Table
  | { type: "chart"; spec: Record<string, unknown> }
  | { type: "definitions"; metrics: Meaning[] }
  | { type: "clarification"; id: string; question: string; choices: Choice[] }
  | { type: "export"; links: { format: string; url: string }[] }
  | { type: "suggestions"; suggestions: string[] };
export type PartOf<T extends Part["type"]> = Extract<Part, { type: T }>;

export interface Answer {
  request_id: string;
  conversation_id: string;
  message_id: string;
  status: "answered" | "clarification" | "refused" | "empty" | "error";
  language: Language;
  content: Part[];
  confidence: { score: number; basis: string[] };
  warnings: { code: string; message: string }[];
  problem: { code: string; message: string } | null;
  provenance: { translator: string; model_hash: string; data_as_of: string | null };
  timings_ms: Record<string, number | null>;
}

export interface Given {
  positive: boolean;
  comment: string;
}
export interface Conversation {
  conversation_id: string;
  title: string;
  turns: { message: string; asked_at: string; answer: Answer; feedback: Given | null }[];
  next: number | null;
}
export interface Summary {
  conversation_id: string;
  first_message: string;
  title: string;
  began_at: string;
  last_at: string;
  turns: number;
}
export interface Metric {
  name: string;
  label: Words;
  description: Partial<Words>;
  synonyms: Record<Language, string[]>;
  unit: string;
  kind: string;
  dimensions: string[];
  available: boolean;
}
export interface Dimension {
  name: string;
  label: Words;
  synonyms: Record<Language, string[]>;
  type: string;
  values: Record<string, Words>;
  available: boolean;
}
export interface Named {
  name: string;
  label: Words;
}
/** What queries name beside metrics. */
export interface Nameable {
  dimensions: Dimension[];
  lists: Named[];
  causes: Named[];
}
export interface FoundValue {
  dimension: string;
  value: Cell;
  label: Words;
}
export interface Opening {
  text: string;
  suggestions: string[];
  data_as_of: string;
}

/** The first part of that kind, if the answer has one. */
export function part<T extends Part["type"]>(answer: Answer, type: T): PartOf<T> | undefined {
  return answer.content.find((each): each is PartOf<T> => each.type === type);
}
