// An answer kept under a name, and put on a dashboard of the reader's.
import { useEffect, useState } from "preact/hooks";
import * as boards from "./dashboards";
import { Icon } from "./icons";
import { Popover } from "./popover";
import type { Answer, Query, Table } from "./types";
import { useWords } from "./words";

export function Saving({ answer, query, table, title }: { answer: Answer; query: Query; table: Table | undefined; title: string }) {
  const say = useWords();
  const [open, setOpen] = useState(false);
  return (
    <span class="anchor">
      <button class="quiet" title={say.keep} aria-label={say.keep} aria-expanded={open} onClick={() => setOpen(!open)}><Icon name="pin" size={16} /></button>
      {open && (
        <Popover label={say.keep} onClose={() => setOpen(false)}>
          <Form {...{ answer, query, table, title }} />
        </Popover>
      )}
    </span>
  );
}

function Form({ answer, query, table, title }: { answer: Answer; query: Query; table: Table | undefined; title: string }) {
  const say = useWords();
  const unit = boards.unitOf(query);
  const [name, setName] = useState(title);
  const [stands, setStands] = useState(false);
  const [where, setWhere] = useState("");
  const [called, setCalled] = useState("");
  const [own, setOwn] = useState<boards.Head[]>([]);
  const [told, setTold] = useState("");
  const [done, setDone] = useState("");
  useEffect(() => {
    void boards.heads(answer.language).then((found) => setOwn(found.filter((each) => each.is_own)), () => undefined);
  }, []);

  async function keep(event: Event) {
    event.preventDefault();
    try {
      const saved_id = await boards.save(name.trim(), query, unit ? (stands ? "stands" : unit) : null);
      const form = boards.formOf(answer, table);
      const tile = { saved_id, form, title: "", width: form === "number" ? 1 : 2 };
      let id = where;
      if (where === "new") id = (await boards.make(called.trim() || name.trim(), [tile])).dashboard_id;
      else if (where) {
        const found = await boards.dashboard(where, answer.language);
        await boards.change({ ...found, tiles: [...found.tiles, tile] });
      }
      setDone(id);
      setTold(say.kept);
      dispatchEvent(new Event("boards"));
    } catch (error) {
      setTold((error as Error).message || say.unreachable);
    }
  }

  return (
    <form onSubmit={(event) => void keep(event)}>
      <label>{say.keepName}<input required maxLength={200} value={name} onInput={(event) => setName(event.currentTarget.value)} /></label>
      {unit && (
        <div class="segments" role="group" aria-label={say.time}>
          <button type="button" aria-pressed={!stands} onClick={() => setStands(false)}>{say.keepMoves(say.grains[unit] ?? unit)}</button>
          <button type="button" aria-pressed={stands} onClick={() => setStands(true)}>{say.keepStands}</button>
        </div>
      )}
      <label>
        {say.keepOn}
        <select value={where} onChange={(event) => setWhere(event.currentTarget.value)}>
          <option value="">{say.keepOnNone}</option>
          {own.map((each) => <option key={each.dashboard_id} value={each.dashboard_id}>{each.name}</option>)}
          <option value="new">{say.keepOnNew}</option>
        </select>
      </label>
      {where === "new" && <label>{say.keepBoardName}<input maxLength={200} value={called} onInput={(event) => setCalled(event.currentTarget.value)} /></label>}
      <button class="primary" type="submit">{say.save}</button>
      <p role="status" class="faint">{told} {done && done !== "new" && <a class="plain" href={`#/d/${encodeURIComponent(done)}`}>{say.openBoard}</a>}</p>
    </form>
  );
}
