// The filter box. The script that completes a filter is fetched when somebody starts to type.
import { html } from "./ui.js";
import { useEffect, useRef, useState } from "../vendor/hooks.js";

export function FilterBox({ id, q, placeholder, onSubmit, onLeave, onDown, isQuiet = false }) {
  const [text, set] = useState(q),
    [at, setAt] = useState(-1),
    [isOpen, open] = useState(false),
    [view, setView] = useState(null),
    [caret, setCaret] = useState(0);
  const input = useRef(null),
    keys = useRef(null);
  useEffect(() => {
    set(q);
    open(false);
  }, [q]);
  function shows(value, where) {
    set(value);
    setCaret(where);
    setAt(-1);
    open(true);
    if (!view) import("./completion.js").then((module) => setView(() => module.Complete));
  }
  function onPick(value, where) {
    // At once: the next key can arrive before the next drawing.
    input.current.value = value;
    input.current.focus();
    input.current.setSelectionRange(where, where);
    shows(value, where);
  }
  function onKeyDown(event) {
    if (isOpen && keys.current?.(event)) {
      event.preventDefault();
      return;
    }
    if (event.key === "Enter") {
      event.preventDefault();
      open(false);
      onSubmit(text.trim());
    } else if (event.key === "ArrowDown") {
      event.preventDefault();
      if (onDown && !isOpen) onDown();
      else shows(text, event.target.selectionStart);
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (isOpen && (text !== q || at >= 0)) {
        open(false);
        return;
      }
      set(q);
      open(false);
      onLeave?.();
    }
  }
  const has = isOpen && view;
  return html`<input id=${id} ref=${input} value=${text} placeholder=${placeholder}
    spellcheck="false" autocomplete="off" role="combobox" aria-autocomplete="list"
      aria-expanded=${Boolean(has)} aria-controls=${`${id}-offers`}
      aria-activedescendant=${has && at >= 0 ? `${id}-${at}` : null} onClick=${() => {
        if (!text) shows("", 0);
      }} onFocus=${(event) => {
        if (!text && !isQuiet) shows("", 0);
        else setCaret(event.target.selectionStart);
      }} onInput=${(event) => shows(event.target.value, event.target.selectionStart)}
        onKeyDown=${onKeyDown} onBlur=${() => open(false)} />
    ${
      has
        ? html`<${view} id=${id} text=${text} caret=${caret} at=${at} setAt=${setAt}
    onPick=${onPick} keys=${keys} />`
        : html`<div id=${`${id}-offers`} hidden></div>`
    }`;
}
