// What a reader chooses for themselves, kept in their browser: language, appearance, key.
import { useState } from "preact/hooks";
import * as api from "./api";
import { Icon } from "./icons";
import { Popover } from "./popover";
import { Dialog } from "./sidebar";
import type { Language } from "./types";
import { useWords } from "./words";

export type Theme = "auto" | "light" | "dark";

export function kept<T extends string>(name: string, among: readonly T[], otherwise: T): T {
  const found = localStorage.getItem(`huitou.${name}`);
  return among.find((each) => each === found) ?? otherwise;
}

export const keep = (name: string, value: string) => localStorage.setItem(`huitou.${name}`, value);

export function Settings(props: { language: Language; theme: Theme; onLanguage: (to: Language) => void; onTheme: (to: Theme) => void }) {
  const say = useWords();
  const [open, setOpen] = useState(false);
  return (
    <span class="anchor">
      <button class="quiet wide" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name="gear" size={17} /> {say.settings}
      </button>
      {open && (
        <Popover label={say.settings} onClose={() => setOpen(false)}>
          <p class="faint">{say.language}</p>
          <div class="segments" role="group" aria-label={say.language}>
            {(["zh", "en"] as const).map((each) => (
              <button key={each} aria-pressed={props.language === each} lang={each} onClick={() => props.onLanguage(each)}>
                {each === "zh" ? "中文" : "English"}
              </button>
            ))}
          </div>
          <p class="faint">{say.theme}</p>
          <div class="segments" role="group" aria-label={say.theme}>
            {(["auto", "light", "dark"] as const).map((each) => (
              <button key={each} aria-pressed={props.theme === each} onClick={() => props.onTheme(each)}>{say.themes[each]}</button>
            ))}
          </div>
          <ul class="options">
            <li><a class="option" href="/docs">{say.api}</a></li>
            {api.hasKey() && (
              <li><button class="option" onClick={() => (api.keep(""), location.reload())}>{say.keyForget}</button></li>
            )}
          </ul>
        </Popover>
      )}
    </span>
  );
}

/** Asked where the service answers nobody whom it does not know. */
export function KeyAsked({ said }: { said: string }) {
  const say = useWords();
  const [key, setKey] = useState("");
  return (
    <Dialog label={say.key}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          api.keep(key.trim());
          location.reload();
        }}
      >
        <h2>{say.key}</h2>
        <p>{say.keyAsk}</p>
        {api.hasKey() && <p class="note warning" role="alert">{said}</p>}
        <input type="password" autocomplete="off" autofocus aria-label={say.key} value={key} onInput={(event) => setKey(event.currentTarget.value)} />
        <div class="row"><button class="primary" disabled={!key.trim()}>{say.save}</button></div>
      </form>
    </Dialog>
  );
}
