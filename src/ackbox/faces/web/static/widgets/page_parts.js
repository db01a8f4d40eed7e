// Parts that several pages share: the empty state of pages about agents, and time windows.
import { address } from "../core/lookup.js";
import { go } from "../core/frame.js";
import { Teach, html } from "./ui.js";

/** How to connect the first agent. `people`: whether a person has connected already. */
export function Nobody({ people }) {
  return html`<div class="empty"><p class="title">
    ${people ? "No agent has connected yet." : "Nobody has connected yet."}</p><p>
    Connect one: add this MCP server command to its program.</p><p><${Teach}
      command="ackbox mcp --as claude" /></p>
    <p>No agent yet? Try the demo:</p><p><${Teach} command="ackbox demo" /></p><p><a
    href=${address("connect")}>Instructions for each client</a></p></div>`;
}

/** The time windows that a page offers: links, or a menu on narrow screens. */
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
