// Where questions are written: a text box that completes names as they are typed.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import * as api from "./api";
import { useCatalogue } from "./catalogue";
import { type Completion, completed, namesOf, stretches } from "./completion";
import { Icon } from "./icons";
import type { FoundValue, Language } from "./types";
import { useWords } from "./words";

const CJK = /[\u3400-\u9fff]/;

export function Composer(props: { language: Language; isBusy: boolean; onAsk: (question: string) => void; onStop: () => void }) {
  const say = useWords();
  const known = useCatalogue();
  const box = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState("");
  const [caret, setCaret] = useState(0);
  const [values, setValues] = useState<FoundValue[]>([]);
  const [chosen, setChosen] = useState(-1);
  const [hidden, setHidden] = useState(true);
  const before = text.slice(0, caret);
  const written: Language = CJK.test(text) ? "zh" : text.trim() ? "en" : props.language;
  const names = useMemo(() => namesOf(known, written), [known, written]);
  const found = useMemo(() => (hidden ? [] : completed(before, names, values, known, written)), [before, names, values, hidden]);

  useEffect(() => {
    const last = stretches(before).at(CJK.test(before.at(-1) ?? "") ? -2 : -1) ?? "";
    if (hidden || last.length < 2) return setValues([]);
    const stop = new AbortController();
    const timer = setTimeout(() => void api.everyValue(last, stop.signal).then(setValues, () => undefined), 250);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [before, hidden]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const at = event.target as HTMLElement;
      if (event.key !== "/" || event.ctrlKey || event.metaKey || /^(INPUT|TEXTAREA)$/.test(at.tagName)) return;
      event.preventDefault();
      box.current?.focus();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);

  function send() {
    if (!text.trim() || props.isBusy) return;
    props.onAsk(text.trim());
    setText("");
    setHidden(true);
  }

  function take(completion: Completion) {
    const start = caret - completion.typed;
    const space = !CJK.test(completion.text) && !text.slice(caret).startsWith(" ") ? " " : "";
    const end = start + completion.text.length + space.length;
    setText(text.slice(0, start) + completion.text + space + text.slice(caret));
    setCaret(end);
    setHidden(true);
    requestAnimationFrame(() => {
      box.current?.focus();
      box.current?.setSelectionRange(end, end);
    });
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.isComposing) return;
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (found.length && move) {
      event.preventDefault();
      setChosen(chosen < 0 && move < 0 ? found.length - 1 : (chosen + move + found.length) % found.length);
    } else if (found.length && event.key === "Escape") {
      setHidden(true);
    } else if (found.length && event.key === "Tab" && !event.shiftKey && chosen >= 0) {
      event.preventDefault();
      take(found[chosen]!);
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      if (found[chosen]) take(found[chosen]!);
      else send();
    }
  }

  function onInput(event: { currentTarget: HTMLTextAreaElement }) {
    setText(event.currentTarget.value);
    setCaret(event.currentTarget.selectionStart);
    setHidden(false);
    setChosen(-1);
  }

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {found.length > 0 && (
        <ul class="completions" id="completions" role="listbox" aria-label={say.typeAhead}>
          {found.map((each, at) => (
            <li
              key={each.text + each.of}
              id={`completion-${at}`}
              role="option"
              aria-selected={at === chosen}
              onPointerDown={(event) => {
                event.preventDefault();
                take(each);
              }}
            >
              {each.text} <small>{each.of || say.kinds[each.kind]}</small>
            </li>
          ))}
        </ul>
      )}
      <div class="box">
        <div class="grown" data-text={`${text} `}>
          <textarea
            ref={box}
            id="question"
            rows={1}
            maxLength={2000}
            autofocus
            placeholder={say.ask}
            aria-label={say.ask}
            aria-autocomplete="list"
            aria-controls={found.length ? "completions" : undefined}
            aria-activedescendant={found[chosen] ? `completion-${chosen}` : undefined}
            value={text}
            onInput={onInput}
            onKeyDown={onKeyDown}
            onBlur={() => setHidden(true)}
            onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
          />
        </div>
        {props.isBusy ? (
          <button type="button" class="send" aria-label={say.stop} title={say.stop} onClick={props.onStop}><Icon name="stop" size={20} /></button>
        ) : (
          <button class="send" aria-label={say.send} title={say.send} disabled={!text.trim()}><Icon name="send" size={20} /></button>
        )}
      </div>
      <p class="hint faint">{say.askHint}</p>
    </form>
  );
}
