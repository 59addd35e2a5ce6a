// The page: which conversation is open, its turns, and what asking does to them.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Alerts } from "./alerts";
import type { Acts } from "./answer";
import * as api from "./api";
import { Board } from "./board";
import { charts } from "./chart";
import { Catalogue, Known } from "./catalogue";
import { Composer } from "./composer";
import { Icon } from "./icons";
import { KeyAsked, keep, kept, Settings, type Theme } from "./settings";
import { Share } from "./sharing";
import { Boards, Conversations } from "./sidebar";
import { type Turn, TurnView } from "./turn";
import type { Conversation, Language, Opening } from "./types";
import { part } from "./types";
import { Spoken, useWords, WORDS } from "./words";

type Wanted = Partial<Omit<api.Message, "message" | "message_id" | "conversation_id">>;
type Place = { kind: "a" | "c" | "s" | "d"; id: string };

const placeNow = (): Place => {
  const found = /^#\/([acsd])\/(.+)$/.exec(location.hash);
  return found ? { kind: found[1] as Place["kind"], id: decodeURIComponent(found[2]!) } : { kind: "c", id: "" };
};
const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (each) => each.toString(16).padStart(2, "0")).join("");

export function App() {
  const [language, setLanguage] = useState<Language>(() => kept("language", ["zh", "en"], navigator.language.startsWith("zh") ? "zh" : "en"));
  const [theme, setTheme] = useState<Theme>(() => kept("theme", ["auto", "light", "dark"], "auto"));
  const dark = useDark(theme);
  const [known, setKnown] = useState(() => new Catalogue());
  const [opening, setOpening] = useState<Opening | null>(null);
  const [locked, setLocked] = useState("");
  const [place, setPlace] = useState(placeNow);
  const [turns, setTurns] = useState<Turn[]>([]);
  const [title, setTitle] = useState("");
  const [lost, setLost] = useState("");
  const [moved, setMoved] = useState(0);
  const [aside, setAside] = useState(false);
  const [told, setTold] = useState("");
  const asking = useRef<AbortController | null>(null);
  const shownId = useRef("");
  const say = WORDS[language];
  api.speak(language);

  useEffect(() => {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    document.title = title ? `${title} · ${say.name}` : "Huitou · 回头";
  }, [language, title]);

  useEffect(() => {
    document.documentElement.dataset["theme"] = dark ? "dark" : "light";
  }, [dark]);

  useEffect(() => {
    void Promise.all([api.metrics(), api.dimensions()]).then(
      ([metrics, rest]) => setKnown(new Catalogue(metrics, rest)),
      (error) => error instanceof api.Refused && error.status === 401 && setLocked(error.message),
    );
    const onMove = () => setPlace(placeNow());
    addEventListener("hashchange", onMove);
    return () => removeEventListener("hashchange", onMove);
  }, []);

  useEffect(() => {
    void api.opening(language).then(setOpening, () => undefined);
  }, [language]);

  useEffect(() => {
    const wanted = `${place.kind}/${place.id}`;
    if (wanted === shownId.current) return;
    shownId.current = wanted;
    asking.current?.abort();
    setTurns([]);
    setTitle("");
    setLost("");
    if (!place.id || place.kind === "d" || place.kind === "a") return;
    const found = place.kind === "c" ? api.conversation(place.id) : api.shared(place.id);
    void found.then(
      (conversation) => shownId.current === wanted && show(conversation),
      (error) => shownId.current === wanted && setLost(error.message || say.unreachable),
    );
  }, [place]);

  function show(conversation: Conversation) {
    setTitle(conversation.title || conversation.turns[0]?.message || "");
    setTurns(
      conversation.turns.map((each) => ({
        id: each.answer.request_id, message: each.message, stage: "", answer: each.answer, given: each.feedback,
      })),
    );
    requestAnimationFrame(() => document.querySelector(".turn:last-child")?.scrollIntoView({ block: "start" }));
  }

  function go(to: string) {
    if (location.hash !== to) location.hash = to;
    setAside(false);
  }

  function begin() {
    go("#/");
    document.getElementById("question")?.focus();
  }

  function ask(message: string, wanted: Wanted = {}) {
    if (asking.current) return; // one question at a time
    const id = newId();
    const sent: api.Message = { message, message_id: id, ...wanted, ...(place.id ? { conversation_id: place.id } : {}) };
    const turn: Turn = { id, message, sent, stage: "translate", given: null };
    setTurns((before) => [...before, turn]);
    if (!title) setTitle(message);
    requestAnimationFrame(() => document.getElementById(`turn-${id}`)?.scrollIntoView({ block: "start", behavior: "smooth" }));
    void sending(turn);
    charts().catch(() => undefined); // there is likely something to draw; if it fails, the chart says so
  }

  async function sending(turn: Turn) {
    const change = (part: Partial<Turn>) =>
      setTurns((before) => before.map((each) => (each.id === turn.id ? { ...each, ...part } : each)));
    asking.current?.abort();
    const mine = (asking.current = new AbortController());
    change({ failure: undefined, stage: "translate" });
    try {
      const answer = await api.ask(turn.sent!, (stage) => change({ stage }), mine.signal);
      change({ answer });
      setTold(part(answer, "text")?.text ?? "");
      if (!place.id && !mine.signal.aborted) {
        // the conversation has an address from its first answer on
        shownId.current = `c/${answer.conversation_id}`;
        history.replaceState(null, "", `#/c/${answer.conversation_id}`);
        setPlace({ kind: "c", id: answer.conversation_id });
      }
      setMoved((count) => count + 1);
    } catch (error) {
      if (error instanceof api.Refused && error.status === 401) setLocked(error.message);
      change({ failure: mine.signal.aborted ? say.stopped : (error as api.Refused).message || say.unreachable });
    } finally {
      if (asking.current === mine) asking.current = null;
    }
  }

  const isBusy = turns.some((each) => !each.answer && each.failure === undefined);
  const isShared = place.kind === "s" && place.id !== "";
  const actsOf = (turn: Turn): Acts | undefined =>
    isShared
      ? undefined
      : {
          onEdit: (edited) =>
            ask(edited.words, "query" in edited ? { query: edited.query, language: turn.answer?.language } : {}),
          onAsk: (question) => ask(question),
          onChoose: (clarification_id, choice) =>
            ask(choice.label, { selection: { clarification_id, choice_id: choice.id } }),
        };

  return (
    <Spoken.Provider value={language}>
      <Known.Provider value={known}>
        <a class="skip" href="#question" onClick={(event) => (event.preventDefault(), document.getElementById("question")?.focus())}>{say.skip}</a>
        <div class={`frame${aside ? " aside" : ""}`}>
          <nav class="side" aria-label={say.conversations}>
            <div class="brand">
              <img src="/page/icon.svg" alt="" width="28" height="28" />
              <strong>{say.name}</strong>
              <button class="quiet only-narrow" aria-label={say.close} onClick={() => setAside(false)}><Icon name="close" /></button>
            </div>
            <button class="new" onClick={begin}><Icon name="plus" size={17} /> {say.newConversation}</button>
            <Boards language={language} current={place.kind === "d" ? place.id : ""} onOpen={() => setAside(false)} />
            <Conversations
              current={place.kind === "c" ? place.id : ""}
              moved={moved}
              onOpen={() => setAside(false)}
              onGone={(id) => id === place.id && begin()}
              onNamed={(id, called) => id === place.id && setTitle(called)}
            />
            <div class="below">
              <Settings
                {...{ language, theme }}
                onLanguage={(to) => (keep("language", to), setLanguage(to))}
                onTheme={(to) => (keep("theme", to), setTheme(to))}
              />
              <a class="quiet wide" href="#/a/all" aria-current={place.kind === "a" ? "page" : undefined} onClick={() => setAside(false)}><Icon name="bell" size={17} /> {say.alerts}</a>
            </div>
          </nav>
          <button class="veil" tabIndex={-1} aria-hidden="true" onClick={() => setAside(false)} />
          {place.kind === "a" ? (
          <main>
            <Alerts language={language} onTitle={setTitle} onMenu={() => setAside(true)} />
          </main>
          ) : place.kind === "d" ? (
          <main>
            <Board key={place.id} id={place.id} {...{ language, dark }} onTitle={setTitle} onMenu={() => setAside(true)} onGone={() => (dispatchEvent(new Event("boards")), begin())} />
          </main>
          ) : (
          <main>
            <header>
              <button class="quiet only-narrow" aria-label={say.menu} onClick={() => setAside(true)}><Icon name="menu" size={20} /></button>
              <h1>{title || say.newConversation}</h1>
              {place.kind === "c" && place.id && turns.length > 0 && <Share key={place.id} conversation={place.id} />}
            </header>
            <div class="turns">
              <div class="column">
                {isShared && turns.length > 0 && (
                  <p class="note">{say.sharedView} <button class="plain" onClick={begin}>{say.askYourself}</button></p>
                )}
                {lost && <p class="note warning" role="alert">{lost} <button class="plain" onClick={begin}>{say.newConversation}</button></p>}
                {!turns.length && !place.id && <Welcome opening={opening} onAsk={ask} />}
                {turns.map((turn, at) => (
                  <TurnView
                    key={turn.id}
                    turn={turn}
                    isLast={at === turns.length - 1}
                    acts={actsOf(turn)}
                    dark={dark}
                    onAgain={() => void sending(turn)}
                  />
                ))}
              </div>
            </div>
            {!isShared && (
              <Composer language={language} isBusy={isBusy} onAsk={ask} onStop={() => asking.current?.abort()} />
            )}
          </main>
          )}
        </div>
        <p class="hidden" aria-live="polite">{told}</p>
        {locked && <KeyAsked said={locked} />}
      </Known.Provider>
    </Spoken.Provider>
  );
}

/** Whether the page is dark: as chosen, or as the reader's system is. */
function useDark(theme: Theme): boolean {
  const system = useMemo(() => matchMedia("(prefers-color-scheme: dark)"), []);
  const [isDark, setDark] = useState(system.matches);
  useEffect(() => {
    const onChange = () => setDark(system.matches);
    system.addEventListener("change", onChange);
    return () => system.removeEventListener("change", onChange);
  }, []);
  return theme === "auto" ? isDark : theme === "dark";
}

/** What is there before the first question. */
function Welcome({ opening, onAsk }: { opening: Opening | null; onAsk: (question: string) => void }) {
  const say = useWords();
  return (
    <div class="welcome">
      <img src="/page/icon.svg" alt="" width="52" height="52" />
      <p class="greeting">{opening?.text ?? ""}</p>
      <div class="suggestions" role="group" aria-label={say.tryThese}>
        {opening?.suggestions.map((each) => (
          <button key={each} class="suggestion" onClick={() => onAsk(each)}>{each}</button>
        ))}
      </div>
      {opening && <p class="faint">{say.dataTo(opening.data_as_of)}</p>}
    </div>
  );
}
