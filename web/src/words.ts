// The two languages of the page, and which one a component speaks.
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Language } from "./types";
import { en, type Say } from "./words/en";
import { zh } from "./words/zh";

export type { Say };
export const WORDS: Record<Language, Say> = { en, zh };
export const Spoken = createContext<Language>("en");

/** The page's words in the language that its reader chose. */
export const useWords = (): Say => WORDS[useContext(Spoken)];
