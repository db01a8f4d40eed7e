// Keys: one place that hears them. A view says which keys it has; the same letters work in the
// terminal.
import { signal } from "../vendor/signals.js";

/** Layers of {key: [what, sentence]}; the last one that knows a key has it. */
const layers = [];
export const help = signal(false);
export const lettersOff = signal(localStorage.getItem("ackbox.letters") === "off");

export function setLetters(on) {
  lettersOff.value = !on;
  localStorage.setItem("ackbox.letters", on ? "on" : "off");
}

/** Add keys while a view is there; returns what takes them away. */
export function keys(title, map) {
  const layer = { title, map };
  layers.push(layer);
  return () => layers.splice(layers.indexOf(layer), 1);
}
export function known() {
  return [...layers].reverse();
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
  const typing =
    (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) && event.target.type !== "checkbox") ||
    event.target.isContentEditable;
  const name = nameOf(event);
  const isLetter = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (typing && name !== "Escape" && !name.startsWith("Ctrl ")) return;
  if (isLetter && lettersOff.value && name !== "Space") return;
  if (
    (name === "Enter" || name === "Space") &&
    /^(BUTTON|A|SUMMARY|INPUT)$/.test(event.target.tagName)
  )
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
