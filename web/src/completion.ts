// What the word before the caret may be completed to: names of the model, and values found in the data.
import type { Catalogue } from "./catalogue";
import type { FoundValue, Language } from "./types";

/** A name to put in place of the `typed` letters before the caret. */
export interface Completion {
  text: string;
  kind: "metric" | "dimension" | "value";
  /** Of what, for a value. */
  of: string;
  typed: number;
}

interface Named extends Omit<Completion, "typed"> {
  also: string[];
}

const CJK = /[\u3400-\u9fff]/;
const MOST = 8;

/** Every name of the model as a language says it. */
export function namesOf(known: Catalogue, language: Language): Named[] {
  const found: Named[] = [];
  for (const each of known.metrics.values())
    if (each.available) found.push({ text: each.label[language], kind: "metric", of: "", also: each.synonyms[language] });
  for (const each of known.dimensions.values()) {
    if (!each.available) continue;
    found.push({ text: each.label[language], kind: "dimension", of: "", also: each.synonyms[language] });
    for (const label of Object.values(each.values))
      found.push({ text: label[language], kind: "value", of: each.label[language], also: [] });
  }
  return found;
}

/** The stretches before the caret that may be the beginning of a name, the longest first. */
export function stretches(before: string): string[] {
  const last = before.slice(-24).split(/[,，。.?？!！;；:：、"“”()（）\n]/).at(-1)!;
  if (CJK.test(last.at(-1) ?? "")) {
    const letters = /[\u3400-\u9fff]+$/.exec(last)![0].slice(-8);
    return Array.from(letters, (_, at) => letters.slice(at));
  }
  const words = last.trimStart().split(/\s+/);
  if (words.at(-1) === "") return [];
  return [3, 2, 1].filter((many) => many <= words.length).map((many) => words.slice(-many).join(" ")).filter((each) => each.length > 1);
}

/** The names that the longest stretch begins, best first. */
export function completed(before: string, names: Named[], values: FoundValue[], known: Catalogue, language: Language): Completion[] {
  const all = [
    ...names,
    ...values.map((each) => ({
      text: each.label[language], kind: "value" as const, of: known.dimension(each.dimension, language), also: [String(each.value)],
    })),
  ];
  for (const stretch of stretches(before)) {
    const typed = stretch.toLowerCase();
    const begins = (text: string) => text.toLowerCase().startsWith(typed);
    const holds = (text: string) => typed.length > 1 && text.toLowerCase().includes(typed);
    const ranked = all
      .map((each) => ({ each, rank: begins(each.text) ? 0 : each.also.some(begins) ? 1 : holds(each.text) ? 2 : 3 }))
      .filter(({ each, rank }) => rank < 3 && each.text.toLowerCase() !== typed)
      .sort((a, b) => a.rank - b.rank || a.each.text.length - b.each.text.length);
    const once = new Map(ranked.map(({ each }) => [`${each.text}|${each.of}`, each]));
    if (once.size) return [...once.values()].slice(0, MOST).map(({ text, kind, of }) => ({ text, kind, of, typed: stretch.length }));
  }
  return [];
}
