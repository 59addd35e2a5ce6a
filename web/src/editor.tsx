// The panel that changes one part of an answer's query: another metric, split, period, value, comparison.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import * as api from "./api";
import { type Catalogue, useCatalogue } from "./catalogue";
import {
  type Choice, choicesOf, filterAt, groupsOf, groupText, metricsOf, periodText, type QueryPart, withChoice, withCompare, withGroup, withKey, withMetric, withPeriod, withValues,
  without,
} from "./edit";
import { lastDay } from "./figures";
import type { Cell, FieldFilter, Language, Query } from "./types";
import { useWords } from "./words";

/** What an edit makes: the query, and the words that the turn is called by. `words` alone are a follow-up in words. */
export type OnEdit = (edited: { query: Query; words: string } | { words: string }) => void;

interface Editing {
  query: Query;
  part: QueryPart;
  language: Language;
  onEdit: OnEdit;
  isLast: boolean;
}

export function Editor(props: Editing) {
  const say = useWords();
  const known = useCatalogue();
  const { part, query, language, onEdit } = props;
  const less = without(query, part);
  const change = (edited: Query, text: string) => onEdit({ query: edited, words: `${part.text} → ${text}` });
  return (
    <>
      {part.kind === "metric" && (
        <Pick
          options={metricOptions(known, query, language)}
          chosen={part.name}
          onPick={(name, text) => change(withMetric(query, part.at, name), text)}
        />
      )}
      {part.kind === "group" && (
        <Pick
          options={groupOptions(known, query, language)}
          chosen={part.name}
          onPick={(name, text) => change(withGroup(query, part.at, name), text)}
        />
      )}
      {isChoice(part.kind) && (
        <Pick
          options={Object.entries(choicesOf(part.kind, known, language)).map(([name, text]) => ({ name, text, also: [name] }))}
          chosen={part.name}
          onPick={(name, text) => change(withChoice(query, part.kind as Choice, part.at, name), text)}
        />
      )}
      {part.kind === "period" && <PeriodEditor {...props} />}
      {part.kind === "key" && <KeyEditor {...props} />}
      {part.kind === "compare" && <CompareEditor {...props} />}
      {(part.kind === "filter" || part.kind === "keep") && <FilterEditor {...props} />}
      {less && (
        <button class="plain danger" onClick={() => onEdit({ query: less, words: `${say.takeOut}: ${part.text}` })}>
          {say.takeOut}
        </button>
      )}
    </>
  );
}

const isChoice = (kind: QueryPart["kind"]): kind is Choice => ["list", "family", "contrast", "part"].includes(kind);

interface Option {
  name: string;
  text: string;
  also: string[];
}

function metricOptions(known: Catalogue, query: Query, language: Language): Option[] {
  const groups = (query.group_by ?? []).filter((each) => known.dimensions.has(each));
  return [...known.metrics.values()]
    .filter((each) => each.available && groups.every((group) => each.dimensions.includes(group)))
    .map((each) => ({ name: each.name, text: each.label[language], also: [...each.synonyms.zh, ...each.synonyms.en] }));
}

export function groupOptions(known: Catalogue, query: Query, language: Language): Option[] {
  const metric = known.metrics.get(metricsOf(query)[0] ?? "");
  const grains = metric && metric.kind !== "snapshot" ? ["day", "week", "month", "quarter", "year"] : [];
  const taken = new Set(groupsOf(query));
  const named = [...known.dimensions.values()].filter(
    (each) => each.available && (!metric || metric.dimensions.includes(each.name)),
  );
  return [
    ...grains.map((name) => ({ name, text: groupText(name, known, language), also: [name] })),
    ...named.map((each) => ({
      name: each.name, text: each.label[language], also: [...each.synonyms.zh, ...each.synonyms.en],
    })),
  ].filter((each) => !taken.has(each.name));
}

/** A list to choose one of, narrowed by typing. */
export function Pick(props: { options: Option[]; chosen?: string; onPick: (name: string, text: string) => void }) {
  const say = useWords();
  const [wanted, setWanted] = useState("");
  const found = useMemo(() => {
    const words = wanted.trim().toLowerCase();
    const fits = (text: string) => text.toLowerCase().includes(words);
    const kept = props.options.filter((each) => fits(each.text) || each.also.some(fits));
    const ahead = (each: Option) => (each.name === props.chosen && !words ? 0 : each.text.toLowerCase().startsWith(words) ? 1 : 2);
    return kept.sort((a, b) => ahead(a) - ahead(b));
  }, [wanted, props.options]);
  return (
    <>
      <input type="search" autofocus placeholder={say.find} aria-label={say.find} value={wanted} onInput={(event) => setWanted(event.currentTarget.value)} />
      <ul class="options">
        {found.slice(0, 60).map((each) => (
          <li key={each.name}>
            <button
              class="option"
              aria-current={each.name === props.chosen ? "true" : undefined}
              onClick={() => props.onPick(each.name, each.text)}
            >
              {each.text}
            </button>
          </li>
        ))}
        {!found.length && <li class="faint">{say.nothingFound}</li>}
      </ul>
    </>
  );
}

function PeriodEditor({ query, part, language, onEdit, isLast }: Editing) {
  const say = useWords();
  const [first, setFirst] = useState(query.period?.start ?? "");
  const [last, setLast] = useState(query.period?.end ? lastDay(query.period.end) : "");
  const [words, setWords] = useState("");
  const send = (event: Event) => {
    event.preventDefault();
    const edited = withPeriod(query, first, last);
    onEdit({ query: edited, words: `${part.text} → ${periodText(edited.period, language)}` });
  };
  return (
    <>
      <form class="days" onSubmit={send}>
        <label>
          {say.from}
          <input type="date" autofocus value={first} max={last || undefined} onInput={(event) => setFirst(event.currentTarget.value)} />
        </label>
        <label>
          {say.to}
          <input type="date" value={last} min={first || undefined} onInput={(event) => setLast(event.currentTarget.value)} />
        </label>
        <button class="primary" disabled={!first && !last}>{say.apply}</button>
      </form>
      {isLast && (
        <form
          class="words"
          onSubmit={(event) => {
            event.preventDefault();
            if (words.trim()) onEdit({ words: say.inWordsAsk(words.trim()) });
          }}
        >
          <label>
            {say.inWords}
            <input type="text" placeholder={say.inWordsHint} value={words} onInput={(event) => setWords(event.currentTarget.value)} />
          </label>
        </form>
      )}
    </>
  );
}

function KeyEditor({ query, part, onEdit }: Editing) {
  const say = useWords();
  const [key, setKey] = useState(part.text);
  const send = (event: Event) => {
    event.preventDefault();
    if (key.trim()) onEdit({ query: withKey(query, key.trim()), words: `${part.text} → ${key.trim()}` });
  };
  return (
    <form onSubmit={send}>
      <label>{say.keyOf}<input autofocus value={key} onInput={(event) => setKey(event.currentTarget.value)} /></label>
      <button class="primary" disabled={!key.trim()}>{say.apply}</button>
    </form>
  );
}

function CompareEditor({ query, part, onEdit }: Editing) {
  const say = useWords();
  return (
    <ul class="options">
      {(["previous", "year"] as const).map((to) => (
        <li key={to}>
          <button
            class="option"
            aria-current={part.name === to ? "true" : undefined}
            onClick={() => onEdit({ query: withCompare(query, to), words: `${say.comparison}: ${say.compares[to]}` })}
          >
            {say.compares[to]}
          </button>
        </li>
      ))}
    </ul>
  );
}

function FilterEditor({ query, part, language, onEdit }: Editing) {
  const known = useCatalogue();
  const filter = filterAt(query, part);
  if (filter === undefined || !("field" in filter) || !known.dimensions.has(filter.field) || !isPlain(filter)) return null;
  return (
    <Values
      field={filter.field}
      chosen={filter.values}
      language={language}
      onChoose={(values, text) =>
        onEdit({
          query: withValues(query, part.kind === "keep" ? "keep" : "filter", part.at, filter.field, values),
          words: `${part.text} → ${text}`,
        })
      }
    />
  );
}

const isPlain = (filter: FieldFilter) => ["=", "!=", "in", "not in"].includes(filter.op);

/** Values of a dimension to choose any of, looked for in the data. */
export function Values(props: {
  field: string;
  chosen: Cell[];
  language: Language;
  onChoose: (values: Cell[], text: string) => void;
}) {
  const say = useWords();
  const known = useCatalogue();
  const [wanted, setWanted] = useState("");
  const [chosen, setChosen] = useState<Cell[]>(props.chosen);
  const [found, setFound] = useState<Cell[]>([]);
  const labels = useRef(new Map<Cell, string>());
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(async () => {
      const told = await api.values(props.field, wanted.trim(), stop.signal).catch(() => null);
      if (!told) return;
      for (const each of told.values) labels.current.set(each.value, each.label[props.language]);
      setFound(told.values.map((each) => each.value));
    }, wanted ? 150 : 0);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [wanted, props.field]);
  const text = (value: Cell) => labels.current.get(value) ?? known.value(props.field, value, props.language);
  const shown = [...chosen.filter((each) => !found.includes(each)), ...found];
  const toggle = (value: Cell) =>
    setChosen(chosen.includes(value) ? chosen.filter((each) => each !== value) : [...chosen, value]);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (chosen.length) props.onChoose(chosen, chosen.map(text).join(props.language === "zh" ? "、" : ", "));
      }}
    >
      <input type="search" autofocus placeholder={say.find} aria-label={say.find} value={wanted} onInput={(event) => setWanted(event.currentTarget.value)} />
      <ul class="options">
        {shown.map((value) => (
          <li key={String(value)}>
            <label class="option">
              <input type="checkbox" checked={chosen.includes(value)} onChange={() => toggle(value)} />
              {text(value)}
            </label>
          </li>
        ))}
        {!shown.length && <li class="faint">{say.nothingFound}</li>}
      </ul>
      <button class="primary" disabled={!chosen.length}>{say.apply}</button>
    </form>
  );
}
