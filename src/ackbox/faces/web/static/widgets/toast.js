// A line at the bottom that says what was done, with a button that undoes it.
import { html } from "./ui.js";
import { signal } from "../vendor/signals.js";
import { call } from "../core/store.js";

const SHOWN_MS = 15_000;
const said = signal(null);
let timer = null;

/** Say that messages were archived, and offer to undo it. */
export function archived(ids) {
  clearTimeout(timer);
  if (!ids.length) return;
  said.value = { text: `Archived ${ids.length}.`, ids };
  timer = setTimeout(close, SHOWN_MS);
}
function close() {
  said.value = null;
}
const MAX_IDS = 200;
async function undo(ids) {
  close();
  for (let at = 0; at < ids.length; at += MAX_IDS)
    await call("receipt.mark", { mark: "unarchived", ids: ids.slice(at, at + MAX_IDS) });
}

export function Toast() {
  return html`<div class="toast" role="status">${
    said.value
      ? html`${said.value.text} <button type="button" class="small"
          onClick=${() => undo(said.value.ids)}>Undo</button>`
      : null
  }</div>`;
}
