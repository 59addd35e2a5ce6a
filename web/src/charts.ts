// The charts' library, loaded by the page when the first chart is drawn. Expressions are interpreted, never compiled:
// the page's policy forbids making code of text.
import embed, { type Result } from "vega-embed";

export type Drawn = Result;
export type Kind = "png" | "svg";

const ERRORS_ALONE = 1;

export async function draw(at: HTMLElement, spec: object): Promise<Drawn> {
  return embed(at, spec as never, {
    ast: true,
    actions: false,
    renderer: "canvas",
    defaultStyle: false,
    logLevel: ERRORS_ALONE,
    tooltip: { disableDefaultStyle: true },
  });
}

/** A chart as a file. */
export async function picture(spec: object, kind: Kind): Promise<Blob> {
  const { view, finalize } = await draw(document.createElement("div"), spec);
  try {
    if (kind === "svg") return new Blob([await view.toSVG()], { type: "image/svg+xml" });
    const canvas = await view.toCanvas(2);
    return await new Promise((found, lost) =>
      canvas.toBlob((blob) => (blob ? found(blob) : lost(new Error("no picture"))), "image/png"),
    );
  } finally {
    finalize();
  }
}
