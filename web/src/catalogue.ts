// The model's names as the page knows them: metrics, dimensions, their labels.
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Cell, Dimension, Language, Metric } from "./types";

export class Catalogue {
  readonly metrics: Map<string, Metric>;
  readonly dimensions: Map<string, Dimension>;

  constructor(metrics: Metric[], dimensions: Dimension[]) {
    this.metrics = new Map(metrics.map((each) => [each.name, each]));
    this.dimensions = new Map(dimensions.map((each) => [each.name, each]));
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

export const Known = createContext(new Catalogue([], []));
export const useCatalogue = () => useContext(Known);
