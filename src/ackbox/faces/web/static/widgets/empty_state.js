// Nobody: what a page that is about agents says where none is yet, and how the first one comes in.
import { address } from "../core/lookup.js";
import { Teach, html } from "./ui.js";

/** Whether people are here already makes another word of it. */
export function Nobody({ people }) {
  return html`<div class="empty"><p class="title">
    ${people ? "No agent is here yet." : "Nobody is here yet."}</p><p>
    Let one in: give its program this MCP server command.</p><p><${Teach}
      command="ackbox mcp --as claude" /></p>
    <p>No agent at hand?</p><p><${Teach} command="ackbox demo" /></p><p><a
    href=${address("connect")}>How to connect each client</a></p></div>`;
}
