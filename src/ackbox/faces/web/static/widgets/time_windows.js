// Time windows of a page: links, or a menu on narrow screens.
import { address } from "../core/lookup.js";
import { go } from "../core/frame.js";
import { html } from "./ui.js";

/** The time windows that a page offers. */
export function Windows({ of, path, value }) {
  return html`<nav aria-label="Time window" class="windows">${of.map(
    ([key, word]) => html`<a key=${key}
    href=${address(path, { window: key })} aria-current=${key === value ? "true" : null}>${word}</a>
      `,
  )}</nav>
    ${
      of.length > 3
        ? html`<label class="choice narrow"><span class="visually-hidden">Time window</span><select
    onChange=${(event) => go(address(path, { window: event.target.value }))}>
      ${of.map(
        ([key, word]) => html`<option value=${key} selected=${key === value}>${word}</option>
      `,
      )}</select></label>`
        : null
    }`;
}
