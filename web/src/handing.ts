// What leaves the page: text to the clipboard, files to the reader's folder.

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

/** Rows as a spreadsheet takes them from the clipboard. */
export const tabbed = (rows: string[][]) => rows.map((row) => row.map((each) => each.replace(/[\t\n]/g, " ")).join("\t")).join("\n");
