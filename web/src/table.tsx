// The table of an answer: sorted by a click, paged; rows beyond those of the answer come from the typed query.
//
// Rows come in stretches, each with headings and units of its own, so that a page of the table shows rows of one stretch.
import { useMemo, useState } from "preact/hooks";
import * as api from "./api";
import { whole } from "./figures";
import { Icon } from "./icons";
import type { Cell, Language, Query, Table } from "./types";
import { useWords } from "./words";

const PAGE = 20;
const LONG = 28;
type Order = { column: number; descending: boolean };
interface Stretch {
  from: number;
  table: Table;
}

/** The query whose rows are all of them: a list without the limit that nobody named. */
const wholeQuery = (query: Query): Query => (query.kind === "list" ? { ...query, limit: null } : query);

const endOf = (stretch: Stretch) => stretch.from + stretch.table.rows.length;

/** What a cell says, as the service shows it. */
export const shownCell = (table: Table, row: number, at: number): string => table.shown?.[row]?.[at] ?? String(table.rows[row]![at] ?? "–");

export const headingOf = (table: Table, at: number): string => table.columns[at]!.heading || table.columns[at]!.label;

export function TableView(props: { table: Table; query: Query; language: Language; title: string }) {
  const { query, language, title } = props;
  const say = useWords();
  const [stretches, setStretches] = useState<Stretch[]>([{ from: 0, table: props.table }]);
  const [order, setOrder] = useState<Order | null>(null);
  const [first, setFirst] = useState(0);
  const [failed, setFailed] = useState("");
  const [busy, setBusy] = useState(false);
  const total = props.table.truncated ? props.table.total_rows : props.table.rows.length;
  const isWhole = stretches.length === 1 && endOf(stretches[0]!) >= total;
  const here = stretches.find((each) => each.from <= first && first < endOf(each)) ?? stretches[0]!;
  const places = useMemo(() => sorted(here.table, isWhole ? order : null), [here, order, isWhole]);
  const last = Math.min(first + PAGE, endOf(here));

  /** Shows the page from that row on, with more rows asked for where there are none of it yet. */
  async function show(to: number, chosen: Order | null, kept: Stretch[]) {
    const column = chosen && props.table.columns[chosen.column]!.name;
    const wanted = column ? { ...wholeQuery(query), order_by: [{ column, descending: chosen.descending }] } : wholeQuery(query);
    setBusy(true);
    try {
      const found = [...kept];
      while (!found.length || endOf(found.at(-1)!) <= to) {
        const from = found.length ? endOf(found.at(-1)!) : 0;
        const table = await api.rows(wanted, language, from);
        if (!table.rows.length) break;
        found.push({ from, table });
      }
      setStretches(found);
      setOrder(chosen);
      setFirst(to);
      setFailed("");
    } catch (error) {
      setFailed((error as Error).message || say.unreachable);
    } finally {
      setBusy(false);
    }
  }

  function sort(column: number) {
    const next = { column, descending: order?.column === column ? !order.descending : isNumber(props.table, column) };
    setFirst(0);
    if (isWhole) setOrder(next);
    else void show(0, next, []);
  }

  function forward() {
    // the first rows of a list were as many as its own limit: the rest comes with them, in one stretch
    const isShort = stretches.length === 1 && query.kind === "list" && here.table === props.table;
    if (last < endOf(here)) setFirst(last);
    else void show(last, order, isShort ? [] : stretches);
  }

  function back() {
    const before = stretches.find((each) => each.from < first && first <= endOf(each)) ?? here;
    setFirst(Math.max(before.from, first - PAGE));
  }

  return (
    <div class="table" aria-busy={busy}>
      <div class="scroll" tabIndex={0} role="region" aria-label={title}>
        <table>
          <caption class="hidden">{title}</caption>
          <thead>
            <tr>
              {here.table.columns.map((column, at) => {
                const direction = order?.column === at ? (order.descending ? "descending" : "ascending") : "none";
                return (
                  <th key={column.name} scope="col" class={isNumber(here.table, at) ? "number" : ""} aria-sort={direction}>
                    <button title={say.sortBy(column.label)} onClick={() => sort(at)}>
                      {headingOf(here.table, at)}
                      <Icon name={direction === "none" ? "sorted" : direction} size={13} />
                    </button>
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody>
            {places.slice(first - here.from, last - here.from).map((place) => (
              <tr key={place}>
                {here.table.columns.map((column, at) => <Value key={column.name} table={here.table} row={place} at={at} language={language} />)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {failed && <p class="note warning" role="alert">{failed}</p>}
      {total > PAGE && (
        <div class="pager">
          <span>{say.rowsShown(whole(first + 1, language), whole(last, language), whole(total, language))}</span>
          <button class="quiet" aria-label={say.firstPage} disabled={busy || first === 0} onClick={back}>
            <Icon name="left" />
          </button>
          <button class="quiet" aria-label={say.nextPage} disabled={busy || last >= total} onClick={forward}>
            <Icon name="right" />
          </button>
        </div>
      )}
    </div>
  );
}

function Value({ table, row, at, language }: { table: Table; row: number; at: number; language: Language }) {
  const text = shownCell(table, row, at);
  if (!isNumber(table, at)) return <td class={text.length > LONG ? "long" : ""}>{text.length > LONG ? <span>{text}</span> : text}</td>;
  const group = table.group_sizes?.find((each) => each.metric === table.columns[at]!.name);
  const size = group?.sizes[row];
  if (!group || size === null || size === undefined) return <td class="number">{text}</td>;
  return (
    <td class="number">
      {text} <small class={group.small.includes(row) ? "size small" : "size"} title={group.label}>n={whole(size, language)}</small>
    </td>
  );
}

const isNumber = (table: Table, at: number) => {
  const column = table.columns[at]!;
  return (column.type === "number" || column.type === "integer") && !(column.role === "dimension" && column.format === "integer");
};

/** The places of a table's rows in an order; what has no value comes last, whichever way. */
function sorted({ rows }: Table, order: Order | null): number[] {
  const places = rows.map((_, place) => place);
  if (!order) return places;
  const ahead = (one: Cell, other: Cell) => {
    if (one === null || other === null) return Number(one === null) - Number(other === null);
    const found = typeof one === "number" && typeof other === "number" ? one - other : String(one).localeCompare(String(other));
    return order.descending ? -found : found;
  };
  return places.sort((a, b) => ahead(rows[a]![order.column] ?? null, rows[b]![order.column] ?? null));
}
