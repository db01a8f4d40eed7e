// The empty state of pages about agents: how to connect the first agent.
import { address } from "../core/lookup.js";
import { Teach, html } from "./ui.js";

/** `people`: whether a person has connected already. */
export function Nobody({ people }) {
  return html`<div class="empty"><p class="title">
    ${people ? "No agent has connected yet." : "Nobody has connected yet."}</p><p>
    Connect one: add this MCP server command to its program.</p><p><${Teach}
      command="ackbox mcp --as claude" /></p>
    <p>No agent yet? Try the demo:</p><p><${Teach} command="ackbox demo" /></p><p><a
    href=${address("connect")}>Instructions for each client</a></p></div>`;
}
