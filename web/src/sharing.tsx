// A link under which readers with the same rights find a conversation.
import { useState } from "preact/hooks";
import * as api from "./api";
import { copy } from "./handing";
import { Icon } from "./icons";
import { Popover } from "./popover";
import { useWords } from "./words";

export function Share({ conversation }: { conversation: string }) {
  const say = useWords();
  const [link, setLink] = useState<string | null>(null);
  const [told, setTold] = useState("");

  async function open() {
    if (link !== null) return setLink(null);
    setTold("");
    try {
      setLink(`${location.origin}/#/s/${await api.share(conversation)}`);
    } catch (error) {
      setLink("");
      setTold((error as Error).message || say.unreachable);
    }
  }

  return (
    <span class="anchor">
      <button class="quiet wide" aria-expanded={link !== null} onClick={() => void open()}>
        <Icon name="share" size={16} /> {say.share}
      </button>
      {link !== null && (
        <Popover label={say.shareTitle} onClose={() => setLink(null)} end>
          <p>{say.shareSays}</p>
          {link && (
            <>
              <input class="link" readOnly aria-label={say.share} value={link} onFocus={(event) => event.currentTarget.select()} />
              <div class="row">
                <button class="plain danger" onClick={() => void api.unshare(conversation).then(() => (setLink(""), setTold(say.shareStopped)))}>
                  {say.shareStop}
                </button>
                <button class="primary" onClick={() => void copy(link).then(() => setTold(say.copied))}>{say.copy}</button>
              </div>
            </>
          )}
          <p role="status" class="faint">{told}</p>
        </Popover>
      )}
    </span>
  );
}
