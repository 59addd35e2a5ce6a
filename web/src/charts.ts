// The charts' library, loaded by the page when the first chart is drawn. Expressions are interpreted, never compiled:
// the page's policy forbids making code of text.
import embed, { type Result } from "vega-embed";

export type Drawn = Result;

export async function draw(at: HTMLElement, spec: object, locale: object | undefined): Promise<Drawn> {
  return embed(at, spec as never, {
    ast: true,
    actions: false,
    renderer: "canvas",
    defaultStyle: false,
    tooltip: { disableDefaultStyle: true },
    ...(locale ? { timeFormatLocale: locale as never } : {}),
  });
}
