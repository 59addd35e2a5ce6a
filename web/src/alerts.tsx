// The reader's alerts: when each is next due and whom it tells, what happened to it, seen to, put to sleep, deleted.
import { useEffect, useState } from "preact/hooks";
import { called, got } from "./api";
import { Icon } from "./icons";
import { Dialog } from "./sidebar";
import type { Language } from "./types";
import { useWords } from "./words";

interface Target {
  kind: "email" | "webhook" | "robot";
  to?: string;
  url?: string;
  name?: string;
}
interface Alert {
  alert_id: string;
  name: string;
  schedule: string;
  targets: Target[];
  next_at: string;
  snoozed_until: string;
  trouble: string;
  is_stopped: boolean;
}
interface Happened {
  event_id: string;
  at: string;
  kind: string;
  text: string;
  acknowledged_by: string;
  deliveries: { target: Target; status: "waiting" | "sent" | "dead"; error: string }[];
}

const DAY = 1440;
const calledAs = (target: Target) => target.to ?? target.url ?? target.name ?? "";
const act = (id: string, what: string, body?: unknown) => called("POST", `/v1/alerts/${encodeURIComponent(id)}/${what}`, body);

export function Alerts({ language, onTitle, onMenu }: { language: Language; onTitle: (name: string) => void; onMenu: () => void }) {
  const say = useWords();
  const [found, setFound] = useState<Alert[] | null>(null);
  const [failed, setFailed] = useState("");
  const load = () =>
    got<{ alerts: Alert[] }>("/v1/alerts").then(
      ({ alerts }) => (setFound(alerts), setFailed("")),
      (error) => setFailed(error.message || say.unreachable),
    );
  useEffect(() => {
    onTitle(say.alerts);
    void load();
  }, [language]);
  return (
    <>
      <header>
        <button class="quiet only-narrow" aria-label={say.menu} onClick={onMenu}><Icon name="menu" size={20} /></button>
        <h1>{say.alerts}</h1>
      </header>
      <div class="turns">
        <div class="column alerts">
          {failed && <p class="note warning" role="alert">{failed}</p>}
          {found?.length === 0 && <p class="faint">{say.noAlerts}</p>}
          {found?.map((each) => <One key={each.alert_id} alert={each} language={language} onChanged={() => void load()} />)}
        </div>
      </div>
    </>
  );
}

function One({ alert, language, onChanged }: { alert: Alert; language: Language; onChanged: () => void }) {
  const say = useWords();
  const [asks, setAsks] = useState(false);
  const [failed, setFailed] = useState("");
  const when = (text: string) => new Date(text).toLocaleString(language === "zh" ? "zh-CN" : "en-GB", { dateStyle: "medium", timeStyle: "short" });
  const isAsleep = Date.parse(alert.snoozed_until) > Date.now();
  const state = alert.is_stopped ? say.alertStopped : isAsleep ? say.alertAsleep(when(alert.snoozed_until)) : say.alertNext(when(alert.next_at));
  const done = (doing: Promise<unknown>) => void doing.then(onChanged, (error) => setFailed(error.message || say.unreachable));
  return (
    <section class="tile" aria-label={alert.name}>
      <div class="top">
        <h2>{alert.name}</h2>
        {!alert.is_stopped && (
          <button class="plain" onClick={() => done(act(alert.alert_id, "snooze", { minutes: isAsleep ? 0 : DAY }))}>{isAsleep ? say.alertWake : say.alertSnooze}</button>
        )}
        <button class="quiet" aria-label={`${say.remove}: ${alert.name}`} title={say.remove} onClick={() => setAsks(true)}><Icon name="bin" size={16} /></button>
      </div>
      <p class="faint">{say.alertSchedule(alert.schedule)} · {state} · {alert.targets.map(calledAs).join(", ")}</p>
      {failed && <p class="note warning" role="alert">{failed}</p>}
      <History alert={alert} when={when} />
      {asks && (
        <Dialog label={say.remove} onClose={() => setAsks(false)}>
          <p>{say.alertRemoveAsk}</p>
          <div class="row">
            <button class="plain" onClick={() => setAsks(false)}>{say.cancel}</button>
            <button class="primary danger" onClick={() => (setAsks(false), done(called("DELETE", `/v1/alerts/${encodeURIComponent(alert.alert_id)}`)))}>{say.remove}</button>
          </div>
        </Dialog>
      )}
    </section>
  );
}

/** What happened, the last first; what was raised is marked as seen, what never arrived is sent again. */
function History({ alert, when }: { alert: Alert; when: (text: string) => string }) {
  const say = useWords();
  const [found, setFound] = useState<Happened[]>([]);
  const load = () => got<{ events: Happened[] }>(`/v1/alerts/${encodeURIComponent(alert.alert_id)}/history`).then(({ events }) => setFound(events), () => undefined);
  useEffect(() => void load(), [alert]);
  if (!found.length) return null;
  const unseen = found.some((each) => each.kind === "raised" && !each.acknowledged_by);
  const lost = found.some((each) => each.deliveries.some((one) => one.status === "dead"));
  return (
    <details open={unseen || lost || alert.trouble !== ""}>
      <summary>{say.alertHistory}</summary>
      <ul>
        {found.map((each) => (
          <li key={each.event_id}>
            <small>{when(each.at)}</small> {each.text} {each.acknowledged_by && <small>{say.alertSeenBy(each.acknowledged_by)}</small>}
            {each.deliveries.filter((one) => one.status !== "sent").map((one) => (
              <small key={calledAs(one.target)} class="lost"> {say.deliveries[one.status]}: {calledAs(one.target)} {one.error}</small>
            ))}
          </li>
        ))}
      </ul>
      <div class="row">
        {lost && <button class="plain" onClick={() => void act(alert.alert_id, "resend").then(load)}>{say.alertResend}</button>}
        {unseen && <button class="plain" onClick={() => void act(alert.alert_id, "ack").then(load)}>{say.alertSee}</button>}
      </div>
    </details>
  );
}
