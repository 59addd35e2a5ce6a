// The reader's conversations: found again, named, deleted.
import { useEffect, useRef, useState } from "preact/hooks";
import * as api from "./api";
import { type Head, heads } from "./dashboards";
import { Icon } from "./icons";
import { Popover } from "./popover";
import type { Language, Summary } from "./types";
import { type Say, useWords } from "./words";

interface Listed {
  current: string;
  /** Changes whenever a conversation was gone on with. */
  moved: number;
  onOpen: (id: string) => void;
  onGone: (id: string) => void;
  onNamed: (id: string, title: string) => void;
}

const DAY = 86_400_000;

/** The dashboards that the reader may open. */
export function Boards({ language, current, onOpen }: { language: Language; current: string; onOpen: () => void }) {
  const say = useWords();
  const [found, setFound] = useState<Head[]>([]);
  useEffect(() => {
    const load = () => void heads(language).then(setFound, () => undefined);
    load();
    addEventListener("boards", load);
    return () => removeEventListener("boards", load);
  }, [language]);
  if (!found.length) return null;
  return (
    <section class="boards" aria-label={say.boards}>
      <h2>{say.boards}</h2>
      <ul>
        {found.map((each) => (
          <li key={each.dashboard_id} class={each.dashboard_id === current ? "current" : ""}>
            <a href={`#/d/${encodeURIComponent(each.dashboard_id)}`} aria-current={each.dashboard_id === current ? "page" : undefined} onClick={onOpen}><Icon name="board" size={15} /> {each.name}</a>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Conversations({ current, moved, onOpen, onGone, onNamed }: Listed) {
  const say = useWords();
  const [wanted, setWanted] = useState("");
  const [found, setFound] = useState<Summary[] | null>(null);
  const [next, setNext] = useState<string | null>(null);

  useEffect(() => {
    const timer = setTimeout(() => void load(), wanted ? 200 : 0);
    return () => clearTimeout(timer);
  }, [wanted, moved]);

  async function load(before = "") {
    const page = await api.conversations(wanted.trim(), before).catch(() => null);
    if (!page) return;
    setFound((kept) => (before ? [...(kept ?? []), ...page.conversations] : page.conversations));
    setNext(page.next);
  }

  const groups = grouped(found ?? [], say);
  return (
    <>
      <label class="find">
        <Icon name="search" size={16} />
        <input type="search" placeholder={say.search} aria-label={say.search} value={wanted} onInput={(event) => setWanted(event.currentTarget.value)} />
      </label>
      <div class="list">
        {groups.map(([title, each]) => (
          <section key={title}>
            <h2>{title}</h2>
            <ul>
              {each.map((one) => (
                <Item key={one.conversation_id} summary={one} isCurrent={one.conversation_id === current} {...{ onOpen, onGone, onNamed }} onChanged={() => void load()} />
              ))}
            </ul>
          </section>
        ))}
        {found?.length === 0 && <p class="faint">{wanted ? say.nothingFound : say.noConversations}</p>}
        {next && <button class="plain" onClick={() => void load(next)}>{say.more}</button>}
      </div>
    </>
  );
}

function grouped(found: Summary[], say: Say): [string, Summary[]][] {
  const today = new Date().setHours(0, 0, 0, 0);
  const titles: [string, number][] = [[say.today, today], [say.thisWeek, today - 6 * DAY], [say.earlier, Number.NEGATIVE_INFINITY]];
  const groups = new Map<string, Summary[]>();
  for (const each of found) {
    const [title] = titles.find(([, since]) => Date.parse(each.last_at) >= since)!;
    groups.set(title, [...(groups.get(title) ?? []), each]);
  }
  return [...groups];
}

function Item(props: { summary: Summary; isCurrent: boolean; onChanged: () => void } & Pick<Listed, "onOpen" | "onGone" | "onNamed">) {
  const say = useWords();
  const { summary, isCurrent } = props;
  const [open, setOpen] = useState(false);
  const [naming, setNaming] = useState<string | null>(null);
  const [asks, setAsks] = useState(false);
  const id = summary.conversation_id;
  const title = summary.title || summary.first_message;

  async function named() {
    const wanted = naming?.trim() ?? title;
    setNaming(null);
    if (wanted !== title && (await api.rename(id, wanted).catch(() => null))) props.onNamed(id, wanted || summary.first_message);
    props.onChanged();
  }

  if (naming !== null)
    return (
      <li class="naming">
        <input
          autofocus
          ref={(input) => void (input && document.activeElement !== input && input.focus())}
          aria-label={say.rename}
          maxLength={200}
          value={naming}
          onInput={(event) => setNaming(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && !event.isComposing) void named();
            if (event.key === "Escape") setNaming(null);
          }}
          onBlur={() => void named()}
        />
      </li>
    );
  return (
    <li class={isCurrent ? "current" : ""}>
      <a href={`#/c/${id}`} aria-current={isCurrent ? "page" : undefined} title={title} onClick={() => props.onOpen(id)}>{title}</a>
      <span class="anchor">
        <button class="quiet" aria-label={`${say.rename} / ${say.remove}: ${title}`} aria-expanded={open} onClick={() => setOpen(!open)}>
          <Icon name="more" size={16} />
        </button>
        {open && (
          <Popover label={title} onClose={() => setOpen(false)} end>
            <ul class="options">
              <li><button class="option" onClick={() => (setOpen(false), setNaming(title))}><Icon name="pen" size={15} /> {say.rename}</button></li>
              <li><button class="option danger" onClick={() => (setOpen(false), setAsks(true))}><Icon name="bin" size={15} /> {say.remove}</button></li>
            </ul>
          </Popover>
        )}
      </span>
      {asks && (
        <Dialog label={say.remove} onClose={() => setAsks(false)}>
          <p>{say.removeAsk}</p>
          <div class="row">
            <button class="plain" onClick={() => setAsks(false)}>{say.cancel}</button>
            <button
              class="primary danger"
              onClick={async () => {
                await api.forget(id).catch(() => null);
                setAsks(false);
                props.onGone(id);
                props.onChanged();
              }}
            >
              {say.remove}
            </button>
          </div>
        </Dialog>
      )}
    </li>
  );
}

/** Something to be decided before going on. */
export function Dialog(props: { label: string; onClose?: () => void; children: preact.ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} aria-label={props.label} onCancel={(event) => (props.onClose ? props.onClose() : event.preventDefault())}>
      {props.children}
    </dialog>
  );
}
