// How the question was read, as chips: over its own words in the question, and the whole query below. A click on either
// opens the panel that changes it.
import { useState } from "preact/hooks";
import { useCatalogue } from "./catalogue";
import { groupText, partOfWord, partsOf, periodText, type QueryPart, usedOf, withCompare, withGroup, withValues } from "./edit";
import { Editor, groupOptions, type OnEdit, Pick, Values } from "./editor";
import { Icon } from "./icons";
import { Popover } from "./popover";
import type { Catalogue } from "./catalogue";
import type { Interpretation, Language, Query, Span } from "./types";
import { type Say, useWords } from "./words";

interface Reading {
  interpretation: Interpretation;
  language: Language;
  isLast: boolean;
  /** The last day of the data. */
  until?: string | null | undefined;
  onEdit: OnEdit | undefined;
}

/** The question with each word that was read as something. */
export function Question(props: { message: string } & Partial<Reading>) {
  const { message, interpretation, language = "en" } = props;
  if (!interpretation) return <>{message}</>;
  const letters = Array.from(message);
  const spans = [...interpretation.spans, ...unusedIn(message, interpretation)].sort((a, b) => a.start - b.start);
  const found = [];
  let at = 0;
  for (const span of spans) {
    if (span.start < at || letters.slice(span.start, span.end).join("") !== span.text) continue;
    found.push(letters.slice(at, span.start).join(""));
    found.push(
      span.role === "filler" ? span.text : <Word key={span.start} span={span} {...(props as Reading)} language={language} />,
    );
    at = span.end;
  }
  return <>{[...found, letters.slice(at).join("")]}</>;
}

function unusedIn(message: string, { unused, spans }: Interpretation): Span[] {
  const taken = (start: number, end: number) => spans.some((each) => each.start < end && start < each.end);
  return unused.flatMap((text) => {
    const start = Array.from(message.slice(0, Math.max(0, message.indexOf(text)))).length;
    const end = start + Array.from(text).length;
    return message.includes(text) && !taken(start, end) ? [{ text, start, end, role: "unused", resolved: "" }] : [];
  });
}

function Word({ span, interpretation, language, onEdit, isLast, until }: { span: Span } & Reading) {
  const say = useWords();
  const known = useCatalogue();
  const [open, setOpen] = useState(false);
  const { query } = interpretation;
  const part = partOfWord(span.role, span.resolved, partsOf(query, known, language, until));
  const said = span.role === "unused" ? say.unused(span.text) : meaning(span, known, language, say, until);
  if (!part || !onEdit)
    return (
      <span class={`word as-${span.role}`} data-tip={said} tabIndex={0} role="note" aria-label={`${span.text}: ${said}`}>
        {span.text}
      </span>
    );
  return (
    <span class="anchor">
      <button
        class={`word as-${span.role}`}
        data-tip={`${said} · ${say.changeIt}`}
        aria-label={`${span.text}: ${said}; ${say.changeIt}`}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {span.text}
      </button>
      {open && (
        <Popover label={part.text} onClose={() => setOpen(false)} end>
          <Editor {...{ query, part, language, isLast }} onEdit={(edited) => (setOpen(false), onEdit(edited))} />
        </Popover>
      )}
    </span>
  );
}

function meaning(span: Span, known: Catalogue, language: Language, say: Say, until?: string | null): string {
  const role = say.roles[span.role] ?? span.role;
  const text = resolvedText(span, known, language, until);
  return text && text !== span.text ? `${role}: ${text}` : role;
}

function resolvedText({ role, resolved }: Span, known: Catalogue, language: Language, until?: string | null): string {
  const [field, value] = resolved.split(": ");
  if (role === "value" && value !== undefined)
    return `${known.dimension(field!, language)} · ${value.split(", ").map((each) => known.value(field!, each, language)).join(", ")}`;
  if (role === "period") {
    const [start, end] = resolved.split("/");
    return end ? periodText(usedOf({ ...(start ? { start } : {}), end }, until), language) : resolved;
  }
  if (role === "metric" || role === "behaviour") return known.metric(resolved, language);
  return groupText(resolved, known, language);
}

/** Every part of the query that was answered, each to be changed or taken out, and a way to add one. */
export function Chips({ interpretation, language, isLast, until, onEdit }: Reading) {
  const say = useWords();
  const known = useCatalogue();
  const [open, setOpen] = useState("");
  const { query } = interpretation;
  const parts = partsOf(query, known, language, until);
  if (!parts.length) return null;
  const labels: Record<QueryPart["kind"], string> = {
    metric: say.measure, group: say.split, period: say.time, filter: say.only, keep: say.only, compare: say.comparison,
    having: say.only, limit: "", key: say.keyOf, list: say.members, family: say.causes, contrast: say.comparison, part: say.part,
  };
  return (
    <div class="chips" role="group" aria-label={say.readAs}>
      <span class="faint">{say.readAs}</span>
      {parts.map((part) => {
        const key = `${part.kind}${part.at}`;
        return (
          <span class="anchor" key={key}>
            <button
              class={`chip ${part.kind}`}
              disabled={!onEdit}
              aria-expanded={open === key}
              onClick={() => setOpen(open === key ? "" : key)}
            >
              {labels[part.kind] && <small>{labels[part.kind]}</small>} {part.text}
            </button>
            {open === key && onEdit && (
              <Popover label={part.text} onClose={() => setOpen("")}>
                <Editor {...{ query, part, language, isLast }} onEdit={(edited) => (setOpen(""), onEdit(edited))} />
              </Popover>
            )}
          </span>
        );
      })}
      {onEdit && canBeAdded(query, parts) && (
        <span class="anchor">
          <button class="chip add" aria-label={say.add} aria-expanded={open === "add"} onClick={() => setOpen(open === "add" ? "" : "add")}>
            <Icon name="plus" size={14} />
          </button>
          {open === "add" && (
            <Popover label={say.add} onClose={() => setOpen("")}>
              <Adding {...{ query, language }} onEdit={(edited) => (setOpen(""), onEdit(edited))} />
            </Popover>
          )}
        </span>
      )}
    </div>
  );
}

/** Whether there is something to add: a trial is split by one thing at most. */
const canBeAdded = (query: Query, parts: QueryPart[]) =>
  query.kind === "metrics" || (query.kind === "lift" && !parts.some((each) => each.kind === "group"));

function Adding({ query, language, onEdit }: { query: Query; language: Language; onEdit: OnEdit }) {
  const say = useWords();
  const known = useCatalogue();
  const [how, setHow] = useState<"group" | "filter" | "compare">("group");
  const [field, setField] = useState("");
  const options = groupOptions(known, query, language);
  const hows = { group: say.addGroup, filter: say.addFilter, ...(query.kind !== "metrics" || query.compare || !query.period ? {} : { compare: say.comparison }) };
  return (
    <>
      <div class="segments" role="group">
        {Object.entries(hows).map(([key, text]) => (
          <button key={key} aria-pressed={how === key} onClick={() => (setHow(key as typeof how), setField(""))}>{text}</button>
        ))}
      </div>
      {how === "group" && (
        <Pick options={options} onPick={(name, text) => onEdit({ query: withGroup(query, -1, name), words: `${say.addGroup}: ${text}` })} />
      )}
      {how === "filter" && !field && (
        <Pick options={options.filter((each) => known.dimensions.has(each.name))} onPick={setField} />
      )}
      {how === "filter" && field && (
        <Values
          field={field}
          chosen={[]}
          language={language}
          onChoose={(values, text) =>
            onEdit({ query: withValues(query, "filter", -1, field, values), words: `${say.addFilter}: ${known.dimension(field, language)} ${text}` })
          }
        />
      )}
      {how === "compare" && (
        <ul class="options">
          {(["previous", "year"] as const).map((to) => (
            <li key={to}>
              <button class="option" onClick={() => onEdit({ query: withCompare(query, to), words: `${say.comparison}: ${say.compares[to]}` })}>
                {say.compares[to]}
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
