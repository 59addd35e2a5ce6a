// A small panel under the button that opens it: Escape or a click beside it closes it and gives the button its focus
// back. On phones it comes up from the lower edge.
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

export function Popover(props: { label: string; onClose: () => void; children: ComponentChildren; end?: boolean }) {
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const opener = document.activeElement as HTMLElement | null;
    const first = panel.current?.querySelector<HTMLElement>("[autofocus], input, button, a, textarea");
    first?.focus({ preventScroll: true });
    const onPress = (event: PointerEvent) => {
      const at = event.target as Node;
      if (!panel.current?.contains(at) && !panel.current?.parentElement?.contains(at)) props.onClose();
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      props.onClose();
      opener?.focus();
    };
    document.addEventListener("pointerdown", onPress);
    document.addEventListener("keydown", onKey, true);
    return () => {
      document.removeEventListener("pointerdown", onPress);
      document.removeEventListener("keydown", onKey, true);
    };
  }, []);
  useLayoutEffect(() => {
    // kept inside of the window
    const found = panel.current!;
    const right = found.getBoundingClientRect().right - document.documentElement.clientWidth + 12;
    if (right > 0 && !props.end) found.style.setProperty("--shift", `${-right}px`);
    if (found.getBoundingClientRect().bottom > window.innerHeight - 8 && found.getBoundingClientRect().top > 420)
      found.classList.add("above");
  }, []);
  return (
    <div ref={panel} class={`popover${props.end ? " end" : ""}`} role="dialog" aria-label={props.label}>
      {props.children}
    </div>
  );
}
