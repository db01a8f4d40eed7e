// The selection: which messages of the open view are selected. The script with the actions is
// fetched when something is selected.
import { html, firstLine } from "./ui.js";
import { signal } from "../vendor/signals.js";
import { useEffect, useState } from "../vendor/hooks.js";

/** id → message, in the order of selection. */
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

/** Select from the last selected row to this one; earlier selections stay. */
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

/** Handle a click with Ctrl or Shift, which selects; returns whether it was one. */
export function clicked(event, rows, each) {
  if (event?.shiftKey) tickTo(rows, each.id);
  else if (event?.ctrlKey || event?.metaKey) tick(each);
  else return false;
  return true;
}

/**
 * The keys that select rows of a list. `rows()` returns the rows, `at()` the current position;
 * `move(by)` moves it without opening the row and returns the row.
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
      "select or deselect",
    ],
    "Shift ArrowDown": [extend(1)],
    "Shift ArrowUp": [extend(-1)],
    "Shift ↑↓": [() => false, "extend the selection"],
    ".": [
      () => {
        const each = rows()[at()];
        if (!picked.value.size && each) tick(each, true);
        if (!picked.value.size) return false;
        doing.value = true;
        return true;
      },
      "actions for the selection",
    ],
  };
}

/** The checkbox before a row that is not an option of a list box. */
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

/** The bar under a list while something is selected. A change of `of` clears the selection. */
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
  return html`<span class="visually-hidden" role="status">
    ${many ? `${many} selected` : outcome.value}</span>
    ${isThere && view ? html`<${view} ...${rest} />` : null}`;
}
