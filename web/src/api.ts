// Calls of the service. Everything that the page shows comes from here.
import type {
  Answer,
  Conversation,
  FoundValue,
  Language,
  Metric,
  Nameable,
  Opening,
  Query,
  Summary,
  Table,
} from "./types";

/** What the service refused, in words for the reader. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

const KEY = "huitou.key";
let language: Language = "en";

export const speak = (wanted: Language) => void (language = wanted);
export const keep = (key: string) => (key ? localStorage.setItem(KEY, key) : localStorage.removeItem(KEY));
export const hasKey = () => localStorage.getItem(KEY) !== null;

function headers(): Record<string, string> {
  const key = localStorage.getItem(KEY);
  return {
    "Accept-Language": language,
    ...(key ? { Authorization: `Bearer ${key}` } : {}),
  };
}

export async function called(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  const response = await fetch(path, {
    method,
    headers: { ...headers(), ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  });
  if (!response.ok) {
    const told = await response.json().catch(() => null);
    throw new Refused(told?.error?.code ?? "unreachable", told?.error?.message ?? response.statusText, response.status);
  }
  return response;
}

export async function got<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await called("GET", path, undefined, signal)).json();
}

const text = encodeURIComponent;

export interface Message {
  message: string;
  message_id: string;
  conversation_id?: string | undefined;
  language?: Language | undefined;
  selection?: { clarification_id: string; choice_id: string } | undefined;
  query?: Query | undefined;
}

/** Asks, telling each stage as it begins. Raises Refused; aborting stops the work on the service too. */
export async function ask(message: Message, onStage: (stage: string) => void, signal: AbortSignal): Promise<Answer> {
  const response = await called("POST", "/v1/chat/stream", message, signal);
  for await (const { event, data } of events(response.body!)) {
    if (event === "status") onStage(JSON.parse(data).stage);
    if (event === "done") return JSON.parse(data);
    if (event === "error") {
      const { error } = JSON.parse(data);
      throw new Refused(error.code, error.message, error.detail?.status ?? 500);
    }
  }
  throw new Refused("unreachable", "", 0);
}

async function* events(body: ReadableStream<Uint8Array>): AsyncGenerator<{ event: string; data: string }> {
  const reader = body.pipeThrough(new TextDecoderStream() as never as ReadableWritablePair<string, Uint8Array>).getReader();
  let kept = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    kept = (kept + value).replaceAll("\r\n", "\n");
    for (let end = kept.indexOf("\n\n"); end >= 0; end = kept.indexOf("\n\n")) {
      const lines = kept.slice(0, end).split("\n");
      kept = kept.slice(end + 2);
      const all = (name: string) =>
        lines.filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).trimStart());
      yield { event: all("event")[0] ?? "message", data: all("data").join("\n") };
    }
  }
}

/** An answer as a file with all of its rows, made by the service. */
export async function file(requestId: string, format: string): Promise<Blob> {
  return (await called("GET", `/v1/answers/${text(requestId)}/export?format=${format}`)).blob();
}

/** A page of a typed query's table, from that row on. */
export async function rows(query: Query, asked: Language, offset: number, signal?: AbortSignal): Promise<Table> {
  const response = await called("POST", `/v1/query?language=${asked}&offset=${offset}`, query, signal);
  return (await response.json()).table;
}

export const metrics = async () => (await got<{ metrics: Metric[] }>("/v1/metrics")).metrics;
export const dimensions = () => got<Nameable>("/v1/dimensions");
export const opening = (asked: Language) => got<Opening>(`/v1/opening?language=${asked}`);

export async function values(dimension: string, search: string, signal?: AbortSignal) {
  const path = `/v1/dimensions/${text(dimension)}/values?limit=50&search=${text(search)}`;
  return got<{ values: Omit<FoundValue, "dimension">[]; is_complete: boolean }>(path, signal);
}

export async function everyValue(search: string, signal?: AbortSignal): Promise<FoundValue[]> {
  return (await got<{ values: FoundValue[] }>(`/v1/values?limit=12&search=${text(search)}`, signal)).values;
}

export async function conversations(search: string, before = ""): Promise<{ conversations: Summary[]; next: string | null }> {
  return got(`/v1/conversations?limit=50&search=${text(search)}&before=${text(before)}`);
}

/** A conversation with all of its turns. */
export async function conversation(id: string): Promise<Conversation> {
  const found = await got<Conversation>(`/v1/conversations/${text(id)}`);
  while (found.next !== null) {
    const more = await got<Conversation>(`/v1/conversations/${text(id)}?after=${found.next}`);
    found.turns.push(...more.turns);
    found.next = more.next;
  }
  return found;
}

export const shared = (id: string) => got<Conversation>(`/v1/shared/${text(id)}`);
export const rename = (id: string, title: string) => called("PATCH", `/v1/conversations/${text(id)}`, { title });
export const forget = (id: string) => called("DELETE", `/v1/conversations/${text(id)}`);
export const unshare = (id: string) => called("DELETE", `/v1/conversations/${text(id)}/share`);

export async function share(id: string): Promise<string> {
  return (await (await called("POST", `/v1/conversations/${text(id)}/share`)).json()).share_id;
}

export const feedback = (request_id: string, positive: boolean, comment: string) =>
  called("POST", "/v1/feedback", { request_id, positive, comment });
