// The table of an answer: sorted by a click, paged; rows beyond those of the answer come from the typed query.
import { useMemo, useState } from "preact/hooks";
import * as api from "./api";
import { useCatalogue } from "./catalogue";
import { figure, whole } from "./figures";
import { Icon } from "./icons";
import type { Cell, Language, Query, Table } from "./types";
import { useWords } from "./words";

const PAGE = 20;
const LONG = 28;
type Order = { column: number; descending: boolean };

/** The rows of a query beyond a first table of it. Lists are asked for without the limit that nobody named. */
export function wholeQuery(query: Query): Query {
  return query.kind === "list" ? { ...query, limit: null } : query;
}

/** Every row, asked for page by page. */
export async function everyRow(table: Table, query: Query, language: Language): Promise<Cell[][]> {
  if (table.rows.length >= table.total_rows || !table.truncated) return table.rows;
  const found: Cell[][] = [];
  while (found.length < table.total_rows) {
    const { rows } = await api.rows(wholeQuery(query), language, found.length);
    if (!rows.length) break;
    found.push(...rows);
  }
  return found;
}

export function TableView({ table, query, language, title }: { table: Table; query: Query; language: Language; title: string }) {
  const say = useWords();
  const known = useCatalogue();
  const [rows, setRows] = useState(table.rows);
  const [order, setOrder] = useState<Order | null>(null);
  const [first, setFirst] = useState(0);
  const [failed, setFailed] = useState("");
  const [busy, setBusy] = useState(false);
  const total = table.truncated ? table.total_rows : table.rows.length;
  const isWhole = rows.length >= total;
  const sorted = useMemo(() => (order && isWhole ? [...rows].sort(by(order)) : rows), [rows, order, isWhole]);

  async function guarded(work: () => Promise<void>) {
    setBusy(true);
    await work().then(() => setFailed(""), (error) => setFailed(error.message || say.unreachable));
    setBusy(false);
  }

  const load = (until: number, chosen: Order | null, kept: Cell[][]) =>
    guarded(async () => {
      const ordered = chosen && { column: table.columns[chosen.column]!.name, descending: chosen.descending };
      const wanted = ordered ? { ...wholeQuery(query), order_by: [ordered] } : wholeQuery(query);
      const found = [...kept];
      while (found.length < Math.min(until, total)) {
        const more = await api.rows(wanted, language, found.length);
        if (!more.rows.length) break;
        found.push(...more.rows);
      }
      setRows(found);
      setOrder(chosen);
    });

  function sort(column: number) {
    const numbers = isNumber(table, column);
    const next = order?.column === column ? { column, descending: !order.descending } : { column, descending: numbers };
    setFirst(0);
    if (isWhole) setOrder(next);
    else void load(PAGE, next, []);
  }

  async function turn(to: number) {
    // the first rows of a list came with its own limit: asked for again, they come with the rest
    if (to + PAGE > rows.length && !isWhole) await load(to + PAGE, order, rows);
    setFirst(to);
  }

  const shown = sorted.slice(first, first + PAGE);
  return (
    <div class="table" aria-busy={busy}>
      <div class="scroll" tabIndex={0} role="region" aria-label={title}>
        <table>
          <caption class="hidden">{title}</caption>
          <thead>
            <tr>
              {table.columns.map((column, at) => {
                const direction = order?.column === at ? (order.descending ? "descending" : "ascending") : "none";
                return (
                  <th key={column.name} scope="col" class={isNumber(table, at) ? "number" : ""} aria-sort={direction}>
                    <button title={say.sortBy(column.label)} onClick={() => sort(at)}>
                      {column.label}
                      <Icon name={direction === "none" ? "sorted" : direction} size={13} />
                    </button>
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody>
            {shown.map((row, place) => (
              <tr key={first + place}>
                {row.map((cell, at) => {
                  const column = table.columns[at]!;
                  const text = figure(cell, column, language, known.dimensions.get(column.name));
                  const kind = isNumber(table, at) ? "number" : text.length > LONG ? "long" : "";
                  return <td key={column.name} class={kind}>{kind === "long" ? <span>{text}</span> : text}</td>;
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {failed && <p class="note warning" role="alert">{failed}</p>}
      {total > PAGE && (
        <div class="pager">
          <span>{say.rowsShown(whole(first + 1, language), whole(Math.min(first + PAGE, total), language), whole(total, language))}</span>
          <button class="quiet" aria-label={say.firstPage} disabled={busy || first === 0} onClick={() => turn(Math.max(0, first - PAGE))}>
            <Icon name="left" />
          </button>
          <button class="quiet" aria-label={say.nextPage} disabled={busy || first + PAGE >= total} onClick={() => turn(first + PAGE)}>
            <Icon name="right" />
          </button>
        </div>
      )}
    </div>
  );
}

const isNumber = (table: Table, at: number) => {
  const column = table.columns[at]!;
  return (column.type === "number" || column.type === "integer") && !(column.role === "dimension" && column.format === "integer");
};

/** What has no value comes last, whichever way. */
function by({ column, descending }: Order) {
  return (one: Cell[], other: Cell[]) => {
    const [a, b] = [one[column] ?? null, other[column] ?? null];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    const ahead = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
    return descending ? -ahead : ahead;
  };
}
