// The chart of an answer, drawn as the service specified it: fitted to the page's width, and to the dark if it is dark.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Drawn, Kind } from "./charts";
import { useWords } from "./words";

declare const CHARTS: string;
type Spec = Record<string, unknown>;
type Charts = typeof import("./charts");

let loading: Promise<Charts> | undefined;
let isLoaded = false;

/** The charts' library, fetched once: also ahead of the first chart, while a question is worked on. */
export function charts(): Promise<Charts> {
  loading ??= import(CHARTS) as Promise<Charts>;
  return loading.finally(() => (isLoaded = true));
}

/** Whether a chart would be drawn at once, or said to have failed; fetches what draws it, where it is wanted. */
export function useCharts(isWanted: boolean): boolean {
  const [isReady, setReady] = useState(isLoaded);
  useEffect(() => {
    const done = () => setReady(true);
    if (isWanted && !isReady) void charts().then(done, done);
  }, [isWanted]);
  return isReady;
}

export function Chart(props: { spec: Spec; title: string; dark: boolean }) {
  const say = useWords();
  const place = useRef<HTMLDivElement>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let drawn: Drawn | undefined;
    let left = false;
    void charts()
      .then(({ draw }) => draw(place.current!, fitted(props.dark && !isHeatMap(props.spec) ? darkened(props.spec) : props.spec)))
      .then((found) => {
        drawn = found;
        if (left) return found.finalize();
        // what it draws by itself says nothing to a screen reader; the label does, and the table
        place.current?.querySelector("canvas")?.setAttribute("aria-hidden", "true");
      })
      .catch(() => setFailed(true));
    return () => {
      left = true;
      drawn?.finalize();
    };
  }, [props.spec, props.dark]);
  if (failed) return <p class="note warning">{say.chartFailed}</p>;
  return (
    <div class="chart" role="img" aria-label={say.chartOf(props.title)}>
      <div ref={place} />
    </div>
  );
}

/** A picture of the chart as the service specified it, with its title. */
export const picture = async (spec: Spec, kind: Kind): Promise<Blob> => (await charts()).picture(titled(spec), kind);

const LINE_LETTERS = 62;

/** The title in lines that fit; a picture has no edge to run over. */
function titled(spec: Spec): Spec {
  const { title } = spec;
  if (typeof title !== "string" || title.length <= LINE_LETTERS) return spec;
  const lines = [""];
  for (const word of title.split(/(?<=[ ，、])/)) {
    if ((lines.at(-1) + word).length > LINE_LETTERS) lines.push("");
    lines.push(lines.pop() + word);
  }
  return { ...spec, title: lines.map((line) => line.trim()) };
}

/** As wide as its place, where it is one view and not many beside each other; the page says its title itself. */
function fitted({ title: _, ...spec }: Spec): Spec {
  const isOne = typeof spec["width"] === "number" && !["facet", "hconcat", "concat", "repeat"].some((key) => key in spec);
  return isOne ? { ...spec, width: "container", autosize: { type: "fit-x", contains: "padding" } } : spec;
}

/** Its colours say how much, and its labels are chosen to stand on them: it stays as it is, on white. */
function isHeatMap(spec: Spec): boolean {
  const layers = (spec["layer"] as Spec[] | undefined) ?? [spec];
  return layers.some(({ mark }) => mark === "rect" || (mark as Spec | undefined)?.["type"] === "rect");
}

const NAMED: Record<string, string> = { white: "#ffffff", black: "#000000" };
const GREY = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i;
const INK = "#c9ccd4";
const LINE = "#3a3f4a";

/** The same chart on a dark ground: white and greys are turned, dark colours lightened, what is black by default is light. */
function darkened(spec: Spec): Spec {
  const turned = walked(spec) as Spec;
  const config = (turned["config"] ?? {}) as Record<string, Spec>;
  const words = { labelColor: INK, titleColor: INK };
  return {
    ...turned,
    config: {
      ...config,
      axis: { domainColor: LINE, tickColor: LINE, gridColor: LINE, ...words, ...config["axis"] },
      legend: { ...words, ...config["legend"] },
      header: { ...words, ...config["header"] },
      title: { color: INK, ...config["title"] },
      text: { color: INK, ...config["text"] },
    },
  };
}

function walked(value: unknown, key = ""): unknown {
  if (key === "data" || key === "datasets") return value;
  if (typeof value === "string") return turnedColour(value);
  if (Array.isArray(value)) return value.map((each) => walked(each));
  if (value && typeof value === "object")
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, walked(each, name)]));
  return value;
}

function turnedColour(text: string): string {
  const found = NAMED[text] ?? text;
  if (!GREY.test(found)) return text;
  const hex = found.length === 4 ? [...found.slice(1)].map((each) => each + each).join("") : found.slice(1);
  const parts = [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as [number, number, number];
  const isGrey = Math.max(...parts) - Math.min(...parts) < 12;
  const shade = parts[0] / 255;
  const made = isGrey ? [0x1c, 0x1f, 0x25].map((dark, at) => dark + (1 - shade) * ([0xec, 0xee, 0xf2][at]! - dark)) : parts.map((each) => each + (255 - each) * (shade + parts[1] / 255 < 1 ? 0.22 : 0));
  return `#${made.map((each) => Math.round(each).toString(16).padStart(2, "0")).join("")}`;
}
