// What leaves the page: text to the clipboard, files to the reader's folder.
import type { Cell, Column } from "./types";

export async function copy(text: string): Promise<void> {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
  // the clipboard is for pages over https and of this machine; an old way serves the others
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

export function download(name: string, content: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** A name that every file system takes. */
export const fileName = (title: string, ending: string) =>
  `${title.replace(/[\\/:*?"<>|\s]+/g, " ").trim().slice(0, 80) || "huitou"}.${ending}`;

/** Rows as CSV with a byte order mark, which Excel needs for Chinese. Text that a spreadsheet would run is quoted. */
export function csv(columns: Column[], rows: Cell[][]): Blob {
  const lines = [columns.map((each) => each.label), ...rows].map((row) => row.map(field).join(","));
  return new Blob(["\ufeff", lines.join("\r\n"), "\r\n"], { type: "text/csv;charset=utf-8" });
}

function field(value: Cell): string {
  if (value === null) return "";
  if (typeof value !== "string") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) || safe !== value ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Rows as a spreadsheet takes them from the clipboard. */
export const tabbed = (rows: string[][]) => rows.map((row) => row.map((each) => each.replace(/[\t\n]/g, " ")).join("\t")).join("\n");
