// A dashboard: tiles of saved answers as they are now for who looks, narrowed together, arranged by their owner.
import { useEffect, useRef, useState } from "preact/hooks";
import { Chart } from "./chart";
import { useCatalogue } from "./catalogue";
import * as boards from "./dashboards";
import type { Dashboard, Tile, TileHead } from "./dashboards";
import { Values } from "./editor";
import { copy, download, fileName } from "./handing";
import { Icon } from "./icons";
import { Popover } from "./popover";
import { Dialog } from "./sidebar";
import { headingOf, shownCell, TableView } from "./table";
import type { Cell, FieldFilter, Language, Table } from "./types";
import { useWords } from "./words";

const LOOK_MS = 20_000;

export function Board(props: { id: string; language: Language; dark: boolean; onTitle: (name: string) => void; onGone: () => void; onMenu: () => void }) {
  const { id, language, dark } = props;
  const say = useWords();
  const [board, setBoard] = useState<Dashboard | null>(null);
  const [chosen, setChosen] = useState<Record<string, Cell[]>>({});
  const [round, setRound] = useState(0);
  const [failed, setFailed] = useState("");
  const [told, setTold] = useState("");
  const [dragged, setDragged] = useState(-1);
  const due = useRef(0);
  const stamp = useRef("");
  const filters: FieldFilter[] = Object.entries(chosen)
    .filter(([, values]) => values.length)
    .map(([field, values]) => ({ field, op: "in", values }));

  const took = (found: Dashboard) => {
    due.current = Date.now() + found.refresh_seconds * 1000;
    stamp.current = found.data_stamp;
    setBoard(found);
    props.onTitle(found.name);
  };
  const load = () =>
    boards.dashboard(id, language).then(
      (found) => (took(found), setFailed("")),
      (error) => setFailed(error.message || say.unreachable),
    );
  useEffect(() => {
    setBoard(null);
    setChosen({});
    void load();
  }, [id, language]);

  // computed anew when its time has come, or when the data are others
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.hidden) return;
      const isDue = Date.now() >= due.current;
      void boards.dashboard(id, language).then(
        (found) => {
          const isOther = found.data_stamp !== stamp.current;
          took(found);
          if (isDue || isOther) setRound((count) => count + 1);
        },
        () => undefined,
      );
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, [id, language]);

  async function kept(changed: Dashboard) {
    setBoard(changed);
    try {
      took(await boards.change(changed));
      setFailed("");
    } catch (error) {
      await load();
      setFailed((error as Error).message || say.unreachable);
    }
  }
  const arranged = (tiles: TileHead[]) => board && void kept({ ...board, tiles });
  function moved(from: number, to: number) {
    if (!board || from === to || to < 0 || to >= board.tiles.length) return;
    const tiles = [...board.tiles];
    tiles.splice(to, 0, ...tiles.splice(from, 1));
    arranged(tiles);
    setTold(say.tileAt(tiles[to]!.title, to + 1, tiles.length));
    requestAnimationFrame(() => document.getElementById(`handle-${to}`)?.focus());
  }

  return (
    <>
      <header>
        <button class="quiet only-narrow" aria-label={say.menu} onClick={props.onMenu}><Icon name="menu" size={20} /></button>
        <h1>{board?.name ?? ""}</h1>
        {board && <Leaving {...{ board, language, filters }} onKept={kept} onGone={props.onGone} />}
      </header>
      <div class="turns">
        <div class="board">
          {failed && <p class="note warning" role="alert">{failed}</p>}
          {!board && !failed && <p class="working" role="status"><span class="dots" aria-hidden="true"><i /><i /><i /></span></p>}
          {board && board.filters.length > 0 && (
            <div class="chips" role="group" aria-label={say.only}>
              {board.filters.map((field) => (
                <Narrow key={field} {...{ field, language }} values={chosen[field] ?? []} onChoose={(values) => setChosen({ ...chosen, [field]: values })} />
              ))}
              <button class="quiet" aria-label={say.refresh} title={say.refresh} onClick={() => setRound((count) => count + 1)}><Icon name="again" size={16} /></button>
            </div>
          )}
          {board?.tiles.length === 0 && <p class="faint">{say.noTiles}</p>}
          <div class="tiles">
            {board?.tiles.map((head, place) => (
              <TileView
                key={`${head.saved_id || place}-${head.form}`}
                {...{ id, head, place, language, filters, round, dark }}
                isOwn={board.is_own}
                isDragged={dragged === place}
                onDrag={() => setDragged(place)}
                onDrop={() => (setDragged(-1), dragged >= 0 && moved(dragged, place))}
                onMove={(by) => moved(place, place + by)}
                onChange={(changed) => arranged(board.tiles.flatMap((each, at) => (at === place ? (changed ? [changed] : []) : [each])))}
              />
            ))}
          </div>
          <p class="hidden" aria-live="polite">{told}</p>
        </div>
      </div>
    </>
  );
}

/** A condition on all tiles. */
function Narrow(props: { field: string; values: Cell[]; language: Language; onChoose: (values: Cell[]) => void }) {
  const known = useCatalogue();
  const say = useWords();
  const [open, setOpen] = useState(false);
  const { field, values, language } = props;
  const said = values.map((each) => known.value(field, each, language)).join(", ");
  return (
    <span class="anchor">
      <button class="chip filter" aria-expanded={open} onClick={() => setOpen(!open)}>
        <small>{known.dimension(field, language)}</small> {said || say.all}
      </button>
      {open && (
        <Popover label={known.dimension(field, language)} onClose={() => setOpen(false)}>
          <Values field={field} chosen={values} language={language} onChoose={(found) => (setOpen(false), props.onChoose(found))} />
          {values.length > 0 && <button class="plain" onClick={() => (setOpen(false), props.onChoose([]))}>{say.takeOut}</button>}
        </Popover>
      )}
    </span>
  );
}

interface Placed {
  id: string;
  head: TileHead;
  place: number;
  language: Language;
  filters: FieldFilter[];
  round: number;
  dark: boolean;
  isOwn: boolean;
  isDragged: boolean;
  onDrag: () => void;
  onDrop: () => void;
  onMove: (by: number) => void;
  onChange: (changed: TileHead | null) => void;
}

function TileView(props: Placed) {
  const { id, head, place, language, filters, round, isOwn } = props;
  const say = useWords();
  const [tile, setTile] = useState<Tile | null>(null);
  const [failed, setFailed] = useState("");
  const [over, setOver] = useState(false);
  useEffect(() => {
    const asked = new AbortController();
    boards.tile(id, place, language, filters, asked.signal).then(
      (found) => (setTile((before) => (before?.stamp === found.stamp ? before : found)), setFailed("")),
      (error) => asked.signal.aborted || setFailed(error.message || say.unreachable),
    );
    return () => asked.abort();
  }, [id, place, head.saved_id, head.form, language, JSON.stringify(filters), round]);
  const keys: Record<string, number> = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };
  return (
    <section
      class={`tile w${head.width}${over ? " over" : ""}${props.isDragged ? " dragged" : ""}`}
      aria-label={head.title}
      onDragOver={(event) => isOwn && (event.preventDefault(), setOver(true))}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => (event.preventDefault(), setOver(false), props.onDrop())}
    >
      <div class="top">
        {isOwn && (
          <button
            class="quiet handle"
            id={`handle-${place}`}
            draggable
            aria-label={say.moveTile(head.title)}
            title={say.moveTile(head.title)}
            onDragStart={(event) => (event.dataTransfer?.setData("text/plain", String(place)), props.onDrag())}
            onKeyDown={(event) => {
              const by = keys[event.key];
              if (by) event.preventDefault(), props.onMove(by);
            }}
          >
            <Icon name="grip" size={16} />
          </button>
        )}
        <h2>{head.title}</h2>
        {isOwn && <TileMenu head={head} onChange={props.onChange} />}
      </div>
      {failed ? <p class="note warning">{failed}</p> : tile ? <TileBody {...props} tile={tile} /> : <p class="working"><span class="dots" aria-hidden="true"><i /><i /><i /></span></p>}
    </section>
  );
}

function TileBody({ tile, head, language, dark }: Placed & { tile: Tile }) {
  const { table, chart } = tile;
  if (tile.status !== "answered" || !table) return <p class="faint">{tile.text}</p>;
  const isNumber = head.form === "number" && table.rows.length === 1;
  return (
    <>
      {isNumber && <Numbers table={table} />}
      {!isNumber && head.form === "chart" && chart && <Chart spec={chart} title={head.title} dark={dark} />}
      {!isNumber && !(head.form === "chart" && chart) && (
        <TableView key={tile.stamp} table={table} query={tile.query} language={language} title={head.title} />
      )}
      {tile.warnings.map((each) => <p key={each.code + each.message} class="faint">{each.message}</p>)}
    </>
  );
}

/** Each number large, and in small what it is compared with. */
function Numbers({ table }: { table: Table }) {
  const said = (at: number) => shownCell(table, 0, at);
  const beside = (name: string) =>
    table.columns.flatMap((each, at) => (each.name.startsWith(`${name}__`) ? [`${headingOf(table, at)} ${said(at)}`] : []));
  return (
    <dl class="figures">
      {table.columns.map((column, at) =>
        column.role === "metric" ? (
          <div key={column.name}>
            <dt>{headingOf(table, at)}</dt>
            <dd>{said(at)}</dd>
            {beside(column.name).map((each) => <dd key={each} class="beside">{each}</dd>)}
          </div>
        ) : null,
      )}
    </dl>
  );
}

function TileMenu({ head, onChange }: { head: TileHead; onChange: (changed: TileHead | null) => void }) {
  const say = useWords();
  const [open, setOpen] = useState(false);
  const change = (changed: TileHead | null) => (setOpen(false), onChange(changed));
  return (
    <span class="anchor">
      <button class="quiet" aria-label={`${say.settings}: ${head.title}`} aria-expanded={open} onClick={() => setOpen(!open)}><Icon name="more" size={16} /></button>
      {open && (
        <Popover label={head.title} onClose={() => setOpen(false)} end>
          <div class="segments" role="group" aria-label={say.tileForm}>
            {boards.FORMS.map((form) => (
              <button key={form} aria-pressed={head.form === form} onClick={() => change({ ...head, form })}>{say.tileForms[form]}</button>
            ))}
          </div>
          <div class="segments" role="group" aria-label={say.tileWidth}>
            {[1, 2, 3, 4].map((width) => (
              <button key={width} aria-pressed={head.width === width} onClick={() => change({ ...head, width })}>{width}/4</button>
            ))}
          </div>
          <button class="option danger" onClick={() => change(null)}><Icon name="bin" size={15} /> {say.takeOut}</button>
        </Popover>
      )}
    </span>
  );
}

/** Where a dashboard goes: a link, files; and its end. */
function Leaving(props: { board: Dashboard; language: Language; filters: FieldFilter[]; onKept: (changed: Dashboard) => Promise<void>; onGone: () => void }) {
  const { board, language, filters } = props;
  const say = useWords();
  const [open, setOpen] = useState<"" | "share" | "file">("");
  const [told, setTold] = useState("");
  const [asks, setAsks] = useState(false);
  const link = `${location.origin}/#/d/${encodeURIComponent(board.dashboard_id)}`;
  const leave = (form: "html" | "pdf") =>
    boards.report(board.dashboard_id, form, language, filters).then(
      (file) => (download(fileName(board.name, form), file), setOpen("")),
      (error) => setTold(error.message || say.unreachable),
    );
  const roles = (text: string) => text.split(/[,，\s]+/).filter(Boolean);
  return (
    <>
      <span class="anchor">
        <button class="quiet wide" aria-expanded={open === "share"} onClick={() => (setTold(""), setOpen(open === "share" ? "" : "share"))}><Icon name="share" size={16} /> {say.share}</button>
        {open === "share" && (
          <Popover label={say.share} onClose={() => setOpen("")} end>
            <p>{say.boardShareSays}</p>
            <input class="link" readOnly aria-label={say.share} value={link} onFocus={(event) => event.currentTarget.select()} />
            {board.is_own && (
              <>
                <label>{say.shareReaders}<input value={board.readers.join(", ")} onChange={(event) => void props.onKept({ ...board, readers: roles(event.currentTarget.value) })} /></label>
                <label>{say.shareRoles}<input value={board.roles.join(", ")} onChange={(event) => void props.onKept({ ...board, roles: roles(event.currentTarget.value) })} /></label>
              </>
            )}
            <div class="row"><button class="primary" onClick={() => void copy(link).then(() => setTold(say.copied))}>{say.copy}</button></div>
            <p role="status" class="faint">{told}</p>
          </Popover>
        )}
      </span>
      <span class="anchor">
        <button class="quiet" aria-label={say.export} title={say.export} aria-expanded={open === "file"} onClick={() => (setTold(""), setOpen(open === "file" ? "" : "file"))}><Icon name="export" size={16} /></button>
        {open === "file" && (
          <Popover label={say.export} onClose={() => setOpen("")} end>
            <ul class="options">
              {(["html", "pdf"] as const).map((form) => (
                <li key={form}><button class="option" onClick={() => void leave(form)}>{say.files[form]}</button></li>
              ))}
            </ul>
            {told && <p class="note warning" role="alert">{told}</p>}
          </Popover>
        )}
      </span>
      {board.is_own && <button class="quiet" aria-label={say.remove} title={say.remove} onClick={() => setAsks(true)}><Icon name="bin" size={16} /></button>}
      {asks && (
        <Dialog label={say.remove} onClose={() => setAsks(false)}>
          <p>{say.boardRemoveAsk}</p>
          <div class="row">
            <button class="plain" onClick={() => setAsks(false)}>{say.cancel}</button>
            <button class="primary danger" onClick={() => void boards.forget(board.dashboard_id).then(() => (setAsks(false), props.onGone()))}>{say.remove}</button>
          </div>
        </Dialog>
      )}
    </>
  );
}
