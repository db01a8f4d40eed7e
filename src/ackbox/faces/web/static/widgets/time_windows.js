// Windows: how far back a page looks, as links; as a choice where there is no room for them.
import { address } from "../core/lookup.js";
import { go } from "../core/frame.js";
import { html } from "./ui.js";

/** The windows a page offers, as links. */
export function Windows({ of, path, value }) {
  return html`<nav aria-label="Window" class="windows">${of.map(
    ([key, word]) => html`<a key=${key}
    href=${address(path, { window: key })} aria-current=${key === value ? "true" : null}>${word}</a>
      `,
  )}</nav>
    ${
      of.length > 3
        ? html`<label class="choice narrow"><span class="away">Window</span><select
    onChange=${(event) => go(address(path, { window: event.target.value }))}>
      ${of.map(
        ([key, word]) => html`<option value=${key} selected=${key === value}>${word}</option>
      `,
      )}</select></label>`
        : null
    }`;
}
