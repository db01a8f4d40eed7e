// Pick: which messages are selected in the view that is open. What can be done with them is fetched
// when there are any.
import { html, firstLine } from "./ui.js";
import { signal } from "../vendor/signals.js";
import { useEffect, useState } from "../vendor/hooks.js";

/** id → message, in the order they were picked. */
export const picked = signal(new Map());
export const doing = signal(false);
export const outcome = signal("");
let anchor = null;

const every = (each) => each.folded ?? (each.sending ? [] : [each]);

export function tick(each, isOn = !every(each).every((m) => picked.value.has(m.id))) {
  const now = new Map(picked.value);
  for (const m of every(each))
    if (isOn) now.set(m.id, m);
    else now.delete(m.id);
  anchor = { id: each.id, before: new Map(now) };
  outcome.value = "";
  picked.value = now;
}

/** Pick from where the last pick was up to this row; what was picked before that stays. */
export function tickTo(rows, id) {
  const from = rows.findIndex((each) => each.id === anchor?.id),
    to = rows.findIndex((each) => each.id === id);
  if (from < 0 || to < 0) {
    if (to >= 0) tick(rows[to], true);
    return;
  }
  const now = new Map(anchor.before);
  for (const each of rows.slice(Math.min(from, to), Math.max(from, to) + 1))
    for (const m of every(each)) now.set(m.id, m);
  picked.value = now;
}

export function clear() {
  if (!picked.value.size) return false;
  anchor = null;
  picked.value = new Map();
  return true;
}

/** A click with Ctrl or Shift picks; returns whether it was one. */
export function clicked(event, rows, each) {
  if (event?.shiftKey) tickTo(rows, each.id);
  else if (event?.ctrlKey || event?.metaKey) tick(each);
  else return false;
  return true;
}

/**
 * The keys of a list: `rows()`, `at()` where it stands, `move(by)` to stand elsewhere without
 * opening it; returns the row.
 */
export function pickKeys(rows, at, move) {
  const extend = (by) => () => {
    const here = rows()[at()] ?? move(0);
    if (!here) return false;
    if (!picked.value.has(every(here)[0]?.id)) tick(here, true);
    const next = move(by);
    if (next) tickTo(rows(), next.id);
    return true;
  };
  return {
    x: [
      () => {
        const each = rows()[at()];
        if (!each) return false;
        tick(each);
        return true;
      },
      "select, or not",
    ],
    "Shift ArrowDown": [extend(1)],
    "Shift ArrowUp": [extend(-1)],
    "Shift ↑↓": [() => false, "select on"],
    ".": [
      () => {
        const each = rows()[at()];
        if (!picked.value.size && each) tick(each, true);
        if (!picked.value.size) return false;
        doing.value = true;
        return true;
      },
      "do with the selected",
    ],
  };
}

/** The box before a row that is no option of a list box. */
export function Tick({ each, rows }) {
  return html`<input type="checkbox" class="tick" tabindex="-1"
    aria-label=${`Select: ${firstLine(each)}`} checked=${picked.value.has(each.id)} onClick=${(
      event,
    ) => {
      event.stopPropagation();
      if (event.shiftKey) tickTo(rows, each.id);
      else tick(each);
    }} />`;
}

/**
 * What stands under a list while something is picked. `of` names what the list shows, as it changes
 * everything is let go.
 */
export function Picked({ of, ...rest }) {
  const [view, set] = useState(null),
    many = picked.value.size,
    isThere = many > 0 || Boolean(outcome.value);
  useEffect(
    () => () => {
      clear();
      doing.value = false;
      outcome.value = "";
    },
    [of],
  );
  useEffect(() => {
    if (isThere && !view) import("./bulk_actions.js").then((module) => set(() => module.Many));
  }, [isThere]);
  return html`<span class="away" role="status">${many ? `${many} selected` : outcome.value}</span>
    ${isThere && view ? html`<${view} ...${rest} />` : null}`;
}
