// Help: the keyboard shortcuts of the open page, and the legend of receipts, presence and priority.
import { useLayoutEffect, useRef } from "../vendor/hooks.js";
import { html, Circle, CloseButton, Key, Presence } from "../widgets/ui.js";
import { help, known } from "./keys.js";

const RECEIPTS = [
  ["pending", "stored, not delivered yet"],
  ["delivered", "delivered to at least one recipient"],
  ["read", "read by at least one recipient"],
  ["acknowledged", "acknowledged by all recipients"],
  ["expired", "expired before it was delivered"],
];

const PRESENCE = [
  ["online", "seen within its time limit"],
  ["idle", "seen within an hour"],
  ["away", "not seen for longer"],
  ["never", "has never connected"],
];
const PRIORITY = [
  ["high", "high priority"],
  ["urgent", "urgent"],
];

export function Help() {
  const dialog = useRef(null);
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown.showModal();
    return () => shown.close();
  }, []);
  const close = () => {
    help.value = false;
  };
  return html`<dialog class="help" ref=${dialog} aria-label="Keyboard shortcuts" onClose=${close}
    onClick=${(event) => {
      if (event.target === dialog.current) close();
    }}><header><h2>Keyboard shortcuts and symbols</h2><span class="grow"></span><${CloseButton}
    onClick=${close} /></header>
    <div class="columns">${known().map(
      ({ title, map }) =>
        html`<section><h3>${title}</h3><dl>${Object.entries(map)
          .filter(([, [, what]]) => what)
          .map(
            ([key, [, what]]) =>
              html`<div><dt>${key.split(" ").map(
                (each) => html`<${Key}>
                ${each === "Enter" ? "⏎" : each}</${Key}> `,
              )}</dt><dd>${what}</dd></div>`,
          )}</dl></section>`,
    )}
      <section><h3>Message box</h3><dl>
        <div><dt><code>@name</code></dt><dd>at the start: recipient</dd></div>
        <div><dt><code>!</code> <code>!!</code></dt><dd>at the start: high, urgent</dd></div>
        <div><dt><code>/blocked</code></dt><dd>at the start: intent</dd></div>
        <div><dt><${Key}>Ctrl</${Key}> <${Key}>⏎</${Key}></dt><dd>send</dd></div></dl></section>
      <section><h3>Receipts</h3><dl>${RECEIPTS.map(
        ([state, what]) => html`<div><dt><${Circle} state=${state} /></dt><dd>${what}</dd></div>`,
      )}<div><dt><code>1/3</code></dt><dd>1 of 3 recipients has acknowledged it</dd></div></dl>
      </section>
      <section><h3>Presence and priority</h3><dl>${PRESENCE.map(
        ([state, what]) => html`<div><dt><${Presence} state=${state} /></dt><dd>${what}</dd></div>`,
      )}${PRIORITY.map(
        ([level, what]) =>
          html`<div><dt><span class=${`bar bar-${level}`}></span></dt><dd>${what}</dd></div>`,
      )}</dl></section>
    </div></dialog>`;
}
