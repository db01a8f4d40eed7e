// What the message box shows on request: a preview of the message, and the drafts of this browser.
import { html, Body, firstLine, safe } from "./ui.js";
import { MessageRow } from "./message_row.js";
import { useEffect, useState } from "../vendor/hooks.js";
import { BODY_CHARS, base, byId, call, me, take, time, version } from "../core/store.js";
import { go } from "../core/frame.js";
import { address, isPerson } from "../core/lookup.js";
import { discard, focusBox, places, textAt } from "./drafts.js";

/** The message as a row of a list and as its page will show it. */
export function Preview({ what, parent, told }) {
  const shown = {
    id: "preview",
    sender: me.agent,
    sender_kind: isPerson(me.role) ? "human" : "agent",
    type: what.to[0] === "*" ? "broadcast" : "direct",
    to: what.to,
    subject: null,
    body: what.body,
    intent: what.intent,
    priority: what.priority,
    parent,
    created_at: new Date(time()).toISOString(),
    tally: {
      recipients: told?.recipient_count ?? told?.recipients?.length ?? 0,
      delivered: 0,
      read: 0,
      acknowledged: 0,
    },
  };
  return html`<section class="extra" aria-label="Preview"><${MessageRow} each=${shown} />
    <${Body} text=${what.body} /></section>`;
}

const nameOf = (place) =>
  place === null
    ? "New message"
    : place.startsWith("to ")
      ? `To ${safe(place.slice(3))}`
      : byId.has(place)
        ? `Thread: ${firstLine(byId.get(place))}`
        : "Thread";
const addressOf = (place) =>
  place === null
    ? `${base}/live`
    : place.startsWith("to ")
      ? address(`a/${place.slice(3)}`)
      : `${base}/t/${place}`;

/** The drafts of other places. */
export function Drafts({ here, onOpened }) {
  const [, draw] = useState(0),
    all = places().filter((place) => place !== here && place !== "handed" && textAt(place));
  // The names of threads that this page has not loaded.
  useEffect(() => {
    const ids = all.filter((place) => place && !place.startsWith("to ") && !byId.has(place));
    if (ids.length)
      call("message.history", { ids, body_chars: BODY_CHARS, with_tallies: true }).then(
        (found) => take(found.messages, found.tallies),
        () => {},
      );
  }, []);
  async function open(place) {
    onOpened();
    await go(addressOf(place));
    focusBox();
  }
  return html`<section class="extra" aria-label="Drafts" data-version=${version.value}>${
    all.length
      ? html`<ul class="drafts">${all.map(
          (place) => html`<li key=${place}><span class="line"><b><bdi>${nameOf(place)}</bdi></b>
            ${" "}<bdi class="dim">${safe(textAt(place).slice(0, 200))}</bdi></span>
            <button type="button" class="small" onClick=${() => open(place)}>Open</button>
            <button type="button" class="quiet small"
            aria-label=${`Remove draft: ${nameOf(place)}`} onClick=${() => {
              discard(place);
              draw((n) => n + 1);
            }}>Remove</button></li>`,
        )}</ul>`
      : html`<p class="dim">No other drafts.</p>`
  }</section>`;
}
