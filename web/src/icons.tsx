// Line icons, drawn here so that none is loaded from elsewhere. All are decoration: their buttons carry the words.
const PATHS: Record<string, string> = {
  plus: "M12 5v14M5 12h14",
  menu: "M4 7h16M4 12h16M4 17h16",
  search: "M11 5a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM20 20l-4.5-4.5",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  send: "M12 19V5M6 11l6-6 6 6",
  stop: "M8 8h8v8H8z",
  up: "M7 11v8H4v-8zM7 11l4-7c1.7 0 2.5 1 2.2 2.600L12.500 10H18a2 2 0 0 1 2 2.400l-1.200 5A2 2 0 0 1 16.800 19H7",
  down: "M17 13V5h3v8zM17 13l-4 7c-1.700 0-2.500-1-2.200-2.600L11.500 14H6a2 2 0 0 1-2-2.400l1.200-5A2 2 0 0 1 7.200 5H17",
  copy: "M9 9h10v10H9zM5 15V5h10",
  share: "M12 15V4M8 8l4-4 4 4M5 13v6h14v-6",
  export: "M12 4v11M8 11l4 4 4-4M5 19h14",
  gear: "M4 7h9M17 7h3M4 17h3M11 17h9M15 5v4M9 15v4",
  info: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 11v5M12 8h.01",
  warn: "M12 4L3 19h18zM12 10v4M12 16.500h.01",
  close: "M6 6l12 12M18 6L6 18",
  left: "M14 6l-6 6 6 6",
  right: "M10 6l6 6-6 6",
  chart: "M5 19V11M10 19V5M15 19v-6M20 19V8",
  table: "M4 5h16v14H4zM4 10h16M4 14.500h16M10 10v9",
  sorted: "M8 10l4-4 4 4M8 14l4 4 4-4",
  ascending: "M8 14l4-4 4 4",
  descending: "M8 10l4 4 4-4",
  pen: "M5 19l1-4L16 5l3 3L9 18z",
  bin: "M5 7h14M10 7V5h4v2M7 7l1 12h8l1-12",
  check: "M5 13l4 4 10-10",
  pin: "M9 4h6l-1 6 3 3H7l3-3zM12 13v7",
  grip: "M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01",
  again: "M19 12a7 7 0 1 1-2-5M19 4v4h-4",
  bell: "M6 16V11a6 6 0 0 1 12 0v5l2 2H4zM10 20h4",
  board: "M4 5h7v6H4zM13 5h7v4h-7zM4 13h7v6H4zM13 11h7v8h-7z",
};

export function Icon({ name, size = 18 }: { name: keyof typeof PATHS | string; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]!} fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}
