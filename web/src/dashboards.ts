// Dashboards and saved answers of the service, as the page calls for them.
import { called, got } from "./api";
import type { Answer, FieldFilter, Language, Query, Table } from "./types";

export type TileForm = "number" | "chart" | "table" | "list";
export const FORMS: TileForm[] = ["number", "chart", "table", "list"];

export interface Head {
  dashboard_id: string;
  name: string;
  owner: string;
  is_own: boolean;
}
export interface TileHead {
  title: string;
  form: TileForm;
  width: number;
  saved_id: string;
}
export interface Dashboard extends Head {
  tiles: TileHead[];
  filters: string[];
  refresh: string;
  refresh_seconds: number;
  data_stamp: string;
  version: number;
  readers: string[];
  roles: string[];
}
export interface Tile {
  request_id: string;
  title: string;
  form: TileForm;
  status: Answer["status"];
  text: string;
  restated: string;
  query: Query;
  table: Table | null;
  chart: Record<string, unknown> | null;
  warnings: { code: string; message: string }[];
  problem: { code: string; message: string } | null;
  data_as_of: string;
  stamp: string;
}

const at = (id: string) => `/v1/dashboards/${encodeURIComponent(id)}`;

export const heads = async (language: Language) =>
  (await got<{ dashboards: Head[] }>(`/v1/dashboards?language=${language}`)).dashboards;
export const dashboard = (id: string, language: Language) => got<Dashboard>(`${at(id)}?language=${language}`);

export async function tile(id: string, place: number, language: Language, filters: FieldFilter[], signal: AbortSignal): Promise<Tile> {
  return (await called("POST", `${at(id)}/tiles/${place}`, { language, filters }, signal)).json();
}

export async function report(id: string, form: "html" | "pdf", language: Language, filters: FieldFilter[]): Promise<Blob> {
  return (await called("POST", `${at(id)}/report?format=${form}`, { language, filters })).blob();
}

const written = ({ name, tiles, filters, refresh, readers, roles, version }: Dashboard) => ({
  name, tiles, filters, refresh, readers, roles, version,
});

/** The dashboard as it is kept now. Raises Refused where another has changed it in the meantime. */
export async function change(changed: Dashboard): Promise<Dashboard> {
  return (await called("PUT", at(changed.dashboard_id), written(changed))).json();
}

export async function make(name: string, tiles: TileHead[]): Promise<Dashboard> {
  return (await called("POST", "/v1/dashboards", { name, tiles })).json();
}

export const forget = (id: string) => called("DELETE", at(id));

export async function save(name: string, request: Query, moves: string | null): Promise<string> {
  return (await (await called("POST", "/v1/saved", { name, request, moves })).json()).saved_id;
}

/** How a query's dates can follow the day: by the unit that they are made of. '' where it has none. */
export function unitOf(query: Query): string {
  const found = /"period":\{[^}]*\}/.exec(JSON.stringify(query))?.[0];
  if (!found) return "";
  const grain = /"grain":"(\w+)"/.exec(found)?.[1];
  const days = [...found.matchAll(/\d{4}-\d{2}-(\d{2})/g)].map((each) => each[1]);
  return grain ?? (days.every((each) => each === "01") ? "month" : "day");
}

/** The form that shows an answer best. */
export const formOf = (answer: Answer, table: Table | undefined): TileForm => {
  if (table && table.rows.length === 1 && table.columns.every((each) => each.role !== "dimension")) return "number";
  return answer.content.some((each) => each.type === "chart") ? "chart" : "table";
};
