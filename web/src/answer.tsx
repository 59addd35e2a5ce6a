// One answer as it is read: the sentence, what to know before trusting it, how it was read, chart and table, what it
// stands on, and what can be done with it.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import * as api from "./api";
import { Chart, picture, useCharts } from "./chart";
import { useCatalogue } from "./catalogue";
import type { OnEdit } from "./editor";
import { Feedback } from "./feedback";
import { copy, download, fileName, tabbed } from "./handing";
import { Icon } from "./icons";
import { Chips } from "./interpretation";
import { Popover } from "./popover";
import { Saving } from "./saving";
import { headingOf, shownCell, TableView } from "./table";
import type { Answer, Choice, Given, Interpretation, Language, Query, Table } from "./types";
import { part } from "./types";
import { type Say, useWords } from "./words";

type Spec = Record<string, unknown>;

export interface Acts {
  onEdit: OnEdit;
  onAsk: (question: string) => void;
  onChoose: (clarification: string, choice: Choice) => void;
}

export function AnswerView(props: { answer: Answer; given: Given | null; acts: Acts | undefined; isLast: boolean; dark: boolean }) {
  const { answer, acts, isLast, dark } = props;
  const say = useWords();
  const interpretation = part(answer, "interpretation");
  const table = part(answer, "table");
  const chart = part(answer, "chart");
  const clarification = part(answer, "clarification");
  const title = interpretation?.restated || say.table;
  const isFigures = table !== undefined && table.rows.length === 1 && table.columns.every((each) => each.role !== "dimension");
  return (
    <div class={`answer ${answer.status}`} lang={answer.language}>
      <p class="said">{sentence(answer)}</p>
      {answer.status === "answered" && table && isFigures && <Figures table={table} />}
      <Notes answer={answer} interpretation={interpretation} />
      {clarification && (
        <div class="choices" role="group" aria-label={clarification.question}>
          {clarification.choices.map((each) => (
            <button key={each.id} class="choice" disabled={!acts || !isLast} onClick={() => acts?.onChoose(clarification.id, each)}>
              {each.label}
            </button>
          ))}
        </div>
      )}
      {interpretation && (
        <Chips interpretation={interpretation} language={answer.language} isLast={isLast} until={answer.provenance.data_as_of} onEdit={acts?.onEdit} />
      )}
      {table && answer.status === "answered" && !isFigures && interpretation && (
        <Views {...{ table, title, dark }} spec={chart?.spec} query={interpretation.query} language={answer.language} />
      )}
      {table && answer.status === "answered" && isFigures && chart && (
        <Chart spec={chart.spec} title={title} dark={dark} />
      )}
      {part(answer, "export") && acts && (
        <div class="files"><Files {...{ answer, title }} spec={chart?.spec} onDone={() => undefined} /></div>
      )}
      <Folded answer={answer} interpretation={interpretation} />
      <div class="foot">
        {acts && <Feedback requestId={answer.request_id} given={props.given} />}
        {acts && answer.status === "answered" && table && interpretation && (
          <Saving {...{ answer, table, title }} query={interpretation.query} />
        )}
        <Exports {...{ answer, table, title }} spec={chart?.spec} isOwn={acts !== undefined} />
        <span class="from faint">{from(answer, say)}</span>
      </div>
      <Suggestions answer={answer} acts={acts} />
    </div>
  );
}

/** The service's sentence without what the notes beside it say too. */
function sentence(answer: Answer): string {
  let text = part(answer, "text")?.text ?? "";
  const beside = [...(part(answer, "interpretation")?.assumptions ?? []).map((each) => each.text), ...answer.warnings.map((each) => each.message)];
  for (const said of beside) {
    const at = text.toLowerCase().lastIndexOf(said.toLowerCase());
    const after = text.slice(at + said.length);
    if (at > 0 && /^[。.]?\s*/.test(after)) text = text.slice(0, at) + after.replace(/^[。.]\s*/, "");
  }
  return text.trim() || (part(answer, "text")?.text ?? "");
}

function from(answer: Answer, say: Say): string {
  const { translator, data_as_of } = answer.provenance;
  const seconds = ((answer.timings_ms["total"] ?? 0) / 1000).toFixed(2);
  return [say.readers[translator], data_as_of && say.dataTo(data_as_of), say.took(seconds)].filter(Boolean).join(" · ");
}

function Notes({ answer, interpretation }: { answer: Answer; interpretation: Interpretation | undefined }) {
  const say = useWords();
  const assumed = interpretation?.assumptions ?? [];
  // where there is no answer because of them, the sentence says so
  const unused = answer.status === "answered" ? (interpretation?.unused ?? []) : [];
  if (!assumed.length && !answer.warnings.length && !unused.length) return null;
  return (
    <ul class="notes">
      {assumed.map((each) => (
        <li class="note" key={each.code + each.text}><Icon name="info" size={16} /><span><b>{say.assumed}</b> {each.text}</span></li>
      ))}
      {answer.warnings.map((each) => (
        <li class="note warning" key={each.code + each.message}><Icon name="warn" size={16} /><span><b>{say.caution}</b> {each.message}</span></li>
      ))}
      {unused.length > 0 && (
        <li class="note warning"><Icon name="warn" size={16} /><span>{say.unused(unused.join(answer.language === "zh" ? "、" : ", "))}</span></li>
      )}
    </ul>
  );
}

/** A single row of numbers, large. */
function Figures({ table }: { table: Table }) {
  return (
    <dl class="figures">
      {table.columns.map((column, at) => (
        <div key={column.name} class={column.role}>
          <dt>{headingOf(table, at)}</dt>
          <dd>{shownCell(table, 0, at)}</dd>
        </div>
      ))}
    </dl>
  );
}

function Views(props: {
  table: Table; spec: Spec | undefined; query: Query; language: Language; title: string; dark: boolean;
}) {
  const say = useWords();
  const { table, spec, query, language, title, dark } = props;
  const isLoaded = useCharts(spec !== undefined);
  const [chosen, setChosen] = useState<"chart" | "table">();
  // until there is what draws, the numbers
  const shows = chosen ?? (spec && isLoaded ? "chart" : "table");
  return (
    <div class="view">
      {spec && (
        <div class="segments" role="group" aria-label={title}>
          {(["chart", "table"] as const).map((each) => (
            <button key={each} aria-pressed={shows === each} onClick={() => setChosen(each)}>
              <Icon name={each} size={15} /> {say[each]}
            </button>
          ))}
        </div>
      )}
      {spec && (isLoaded || chosen === "chart") && <div class={shows === "chart" ? "" : "away"}><Chart {...{ spec, title, dark }} /></div>}
      {shows === "table" && <TableView {...{ table, query, language, title }} />}
    </div>
  );
}

function Folded({ answer, interpretation }: { answer: Answer; interpretation: Interpretation | undefined }) {
  const say = useWords();
  const known = useCatalogue();
  const definitions = part(answer, "definitions");
  const sql = part(answer, "sql");
  const filters = interpretation?.filters ?? [];
  const language = answer.language;
  return (
    <div class="folds">
      {definitions && (
        <details>
          <summary>{say.definitions}</summary>
          <dl class="meanings">
            {definitions.metrics.map((each) => (
              <div key={each.name}>
                <dt>{each.label}</dt>
                <dd>{each.description}<code>{each.formula}</code></dd>
              </div>
            ))}
          </dl>
        </details>
      )}
      {filters.length > 0 && (
        <details>
          <summary>{say.conditions}</summary>
          <ul class="conditions">
            {filters.map((each, at) => (
              <li key={at}>
                {each.text || `${known.dimension(each.field, language)} ${say.operators[each.op] ?? each.op} ${each.values.map((value) => known.value(each.field, value, language)).join(", ")}`}
                <small class="tag">{say.origins[each.origin] ?? each.origin}</small>
              </li>
            ))}
          </ul>
        </details>
      )}
      {sql && (
        <details>
          <summary>{say.sql}</summary>
          <div class="sql">
            <CopyButton label={say.copy} text={() => sql.statement} />
            <pre tabIndex={0}><code>{sql.statement}</code></pre>
          </div>
        </details>
      )}
    </div>
  );
}

function CopyButton({ label, text }: { label: string; text: () => string | Promise<string> }) {
  const say = useWords();
  const [done, setDone] = useState(false);
  return (
    <button
      class="quiet"
      title={label}
      aria-label={label}
      onClick={async () => {
        await copy(await text());
        setDone(true);
        setTimeout(() => setDone(false), 1600);
      }}
    >
      <Icon name={done ? "check" : "copy"} size={16} />
      <span aria-live="polite" class={done ? "" : "hidden"}>{done ? say.copied : ""}</span>
    </button>
  );
}

type Form = "csv" | "xlsx" | "md" | "html" | "pdf" | "png" | "svg";

/** The forms in which an answer leaves: tables as the service writes them, charts as they are drawn here. */
function Files(props: { answer: Answer; title: string; spec: Spec | undefined; onDone: () => void; children?: ComponentChildren }) {
  const { answer, title, spec, onDone } = props;
  const say = useWords();
  const [failed, setFailed] = useState("");
  const leave = async (form: Form) => {
    try {
      const isPicture = form === "png" || form === "svg";
      download(fileName(title, form), isPicture ? await picture(spec!, form) : await api.file(answer.request_id, form));
      setFailed("");
      onDone();
    } catch (error) {
      setFailed((error as Error).message || say.unreachable);
    }
  };
  const forms: Form[] = ["csv", "xlsx", "md", "html", "pdf", ...(spec ? (["png", "svg"] as const) : [])];
  return (
    <>
      <ul class="options">
        {forms.map((form) => (
          <li key={form}><button class="option" onClick={() => void leave(form)}>{say.files[form]}</button></li>
        ))}
        {props.children}
      </ul>
      {failed && <p class="note warning" role="alert">{failed}</p>}
    </>
  );
}

function Exports(props: { answer: Answer; table: Table | undefined; title: string; spec: Spec | undefined; isOwn: boolean }) {
  const { answer, table, title, spec, isOwn } = props;
  const say = useWords();
  const [open, setOpen] = useState(false);
  const text = () => part(answer, "text")?.text ?? "";
  const rows = () => {
    const shown = table!.rows.map((cells, row) => cells.map((_, at) => shownCell(table!, row, at)));
    return tabbed([table!.columns.map((_, at) => headingOf(table!, at)), ...shown]);
  };
  return (
    <>
      <CopyButton label={say.copyText} text={text} />
      {table && isOwn && answer.status === "answered" && (
        <span class="anchor">
          <button class="quiet" title={say.export} aria-label={say.export} aria-expanded={open} onClick={() => setOpen(!open)}>
            <Icon name="export" size={16} />
          </button>
          {open && (
            <Popover label={say.export} onClose={() => setOpen(false)}>
              <Files {...{ answer, title, spec }} onDone={() => setOpen(false)}>
                <li><button class="option" onClick={() => void copy(rows()).then(() => setOpen(false))}>{say.copyTable}</button></li>
              </Files>
            </Popover>
          )}
        </span>
      )}
    </>
  );
}

function Suggestions({ answer, acts }: { answer: Answer; acts: Acts | undefined }) {
  const say = useWords();
  const found = part(answer, "suggestions")?.suggestions ?? [];
  if (!found.length || !acts) return null;
  return (
    <div class="suggestions" role="group" aria-label={say.suggestions}>
      {found.map((each) => (
        <button key={each} class="suggestion" onClick={() => acts.onAsk(each)}>{each}</button>
      ))}
    </div>
  );
}
