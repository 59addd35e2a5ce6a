// Whether an answer was right, and what was wrong with it.
import { useState } from "preact/hooks";
import * as api from "./api";
import { Icon } from "./icons";
import { Popover } from "./popover";
import type { Given } from "./types";
import { useWords } from "./words";

export function Feedback({ requestId, given }: { requestId: string; given: Given | null }) {
  const say = useWords();
  const [told, setTold] = useState(given);
  const [open, setOpen] = useState(false);
  const [failed, setFailed] = useState("");
  const [chosen, setChosen] = useState<string[]>([]);
  const [more, setMore] = useState("");

  async function tell(positive: boolean, comment: string) {
    try {
      await api.feedback(requestId, positive, comment);
      setTold({ positive, comment });
      setFailed("");
      setOpen(false);
    } catch (error) {
      setFailed((error as Error).message || say.unreachable);
    }
  }

  const toggle = (reason: string) =>
    setChosen(chosen.includes(reason) ? chosen.filter((each) => each !== reason) : [...chosen, reason]);
  return (
    <>
      <button class="quiet" title={say.good} aria-label={say.good} aria-pressed={told?.positive === true} onClick={() => tell(true, "")}>
        <Icon name="up" size={16} />
      </button>
      <span class="anchor">
        <button
          class="quiet"
          title={say.bad}
          aria-label={say.bad}
          aria-pressed={told?.positive === false}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          <Icon name="down" size={16} />
        </button>
        {open && (
          <Popover label={say.whyBad} onClose={() => setOpen(false)}>
            <form
              onSubmit={(event) => {
                event.preventDefault();
                void tell(false, [chosen.join(", "), more.trim()].filter(Boolean).join(": "));
              }}
            >
              <fieldset>
                <legend>{say.whyBad}</legend>
                {say.reasons.map((reason) => (
                  <label class="option" key={reason}>
                    <input type="checkbox" checked={chosen.includes(reason)} onChange={() => toggle(reason)} />
                    {reason}
                  </label>
                ))}
              </fieldset>
              <textarea rows={2} maxLength={1500} aria-label={say.whyMore} placeholder={say.whyMore} value={more} onInput={(event) => setMore(event.currentTarget.value)} />
              <button class="primary">{say.send}</button>
            </form>
          </Popover>
        )}
      </span>
      <span role="status" class="faint">{failed || (told ? say.thanks : "")}</span>
    </>
  );
}
