// Parts of the message box: how recipients are reached, other answers, texts that are not sent.
import { html, firstLine, safe, age } from "./ui.js";
import { me, ring, version } from "../core/store.js";

export const lastSeen = ({ presence, last_seen }) =>
  presence === "online" ? "online" : last_seen ? age(last_seen) : "";

/** How a recipient that the server does not know will get the message. */
function Unknown({ each }) {
  if (each.agent === "user") return "no person has connected yet; the message waits for the first";
  const near = each.near[0];
  return html`no agent with this name yet${
    near ? html`; did you mean <bdi>${safe(near)}</bdi>?` : "; the message waits"
  }`;
}

export function Reached({ told, problem }) {
  if (problem) return html`<span class="problem">${problem}</span>`;
  if (!told) return html`<span class="dim"> </span>`;
  if (told.type === "broadcast") {
    const away = told.recipient_count - told.online;
    return html`<span>${"→ everyone: "}
      ${told.recipient_count} ${told.recipient_count === 1 ? "recipient" : "recipients"}
      , ${told.online} online${away ? `; waits for ${away}` : ""}</span>`;
  }
  return html`<span>${"→ "}${told.recipients.map(
    (each, at) =>
      html`${at ? " · " : ""}<b><bdi>${safe(each.agent)}
        ${each.instance ? `/${safe(each.instance)}` : ""}</bdi></b> <span class="dim">
        ${each.known ? each.delivery : html`(<${Unknown} each=${each} />)`}</span>`,
  )}</span>`;
}

/** Warns if somebody else has answered the message already. */
export function Already({ about }) {
  let found = null;
  if (version.value)
    for (let at = ring.length - 1; at >= 0 && ring[at].seq > about.seq && !found; at -= 1)
      if (ring[at].parent === about.id && ![me.agent, about.sender].includes(ring[at].sender))
        found = ring[at];
  return html`<div role="status">${
    found
      ? html`<p class="already"><b><bdi>${safe(found.sender)}
    </bdi></b> has already answered: <bdi>${firstLine(found).slice(0, 120)}</bdi></p>`
      : null
  }</div>
    `;
}

/** A text that is not sent: why, and what can be done with it. */
export function Unsent({ each, onRetry, onEdit }) {
  return html`<div class="unsent"><bdi class="line">${safe(each.text.slice(0, 200))}</bdi><span
    class=${each.waits ? "dim" : "problem"} role=${each.waits ? "status" : "alert"}>${each.why}
      ${each.waits ? " Retries automatically." : ""}</span>
    <button type="button" class="quiet small" onClick=${onRetry}>Try again</button>
    <button type="button" class="quiet small" onClick=${onEdit}>${each.waits ? "Cancel" : "Edit"}
    </button></div>`;
}
