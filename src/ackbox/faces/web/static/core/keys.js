// Keyboard: the one listener for key presses. Each view registers its keys; the terminal interface
// uses the same letters.
import { signal } from "../vendor/signals.js";

/** Layers of {key: [action, description]}; the newest layer that has a key handles it. */
const layers = [];
export const help = signal(false);
export const lettersOff = signal(localStorage.getItem("ackbox.letters") === "off");

export function setLetters(on) {
  lettersOff.value = !on;
  localStorage.setItem("ackbox.letters", on ? "on" : "off");
}

/** Register keys for as long as a view is shown; returns a function that removes them. */
export function keys(title, map) {
  const layer = { title, map };
  layers.push(layer);
  return () => layers.splice(layers.indexOf(layer), 1);
}
export function known() {
  return [...layers].reverse();
}

/** Keys that move through a list: `move(1)` to the next item, `move(-1)` to the previous one. */
export const moveKeys = (move) => ({
  j: [() => move(1), "next"],
  ArrowDown: [() => move(1)],
  k: [() => move(-1), "previous"],
  ArrowUp: [() => move(-1)],
});

/** Move the focus to where the page's own keys work: its list, or what it marks as first. */
export function focusPage(options) {
  /** @type {HTMLElement | null} */ (document.querySelector("[data-first], .list"))?.focus(options);
}

let pending = null,
  forgets = 0;

function nameOf(event) {
  const key = event.key === " " ? "Space" : event.key;
  return (
    (event.ctrlKey || event.metaKey ? "Ctrl " : "") +
    (event.altKey ? "Alt " : "") +
    (event.shiftKey && key.length > 1 ? "Shift " : "") +
    (event.ctrlKey || event.metaKey ? key.toLowerCase() : key)
  );
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  const target = /** @type {HTMLInputElement} */ (event.target);
  const typing =
    (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && target.type !== "checkbox") ||
    target.isContentEditable;
  const name = nameOf(event);
  const isLetter = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (typing && name !== "Escape" && !name.startsWith("Ctrl ")) return;
  if (isLetter && lettersOff.value && name !== "Space") return;
  if ((name === "Enter" || name === "Space") && /^(BUTTON|A|SUMMARY|INPUT)$/.test(target.tagName))
    return;
  const full = pending ? `${pending} ${name}` : name;
  pending = null;
  for (const { map } of known()) {
    const found = map[full];
    if (found && found[0](event) !== false) {
      event.preventDefault();
      return;
    }
  }
  if (known().some(({ map }) => Object.keys(map).some((each) => each.startsWith(`${full} `)))) {
    pending = full;
    clearTimeout(forgets);
    forgets = setTimeout(() => {
      pending = null;
    }, 1500);
    event.preventDefault();
  }
});
