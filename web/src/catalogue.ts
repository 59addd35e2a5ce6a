// The model's names as the page knows them: metrics, dimensions, lists, causes, and their labels.
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Cell, Dimension, Language, Metric, Nameable, Named } from "./types";

const byName = <T extends Named>(all: T[]) => new Map(all.map((each) => [each.name, each]));

export class Catalogue {
  readonly metrics: Map<string, Metric>;
  readonly dimensions: Map<string, Dimension>;
  readonly lists: Map<string, Named>;
  readonly causes: Map<string, Named>;

  constructor(metrics: Metric[] = [], rest: Nameable = { dimensions: [], lists: [], causes: [] }) {
    this.metrics = byName(metrics);
    this.dimensions = byName(rest.dimensions);
    this.lists = byName(rest.lists);
    this.causes = byName(rest.causes);
  }

  metric(name: string, language: Language): string {
    return this.metrics.get(name)?.label[language] ?? name;
  }

  dimension(name: string, language: Language): string {
    return this.dimensions.get(name)?.label[language] ?? name;
  }

  value(dimension: string, value: Cell, language: Language): string {
    return this.dimensions.get(dimension)?.values[String(value)]?.[language] ?? String(value);
  }
}

export const Known = createContext(new Catalogue());
export const useCatalogue = () => useContext(Known);
