// Hiding under Needs you: a message for a while, a thread or an agent until it is shown again. The
// server keeps it for the person.
import { html, Time, firstLine, safe, zone } from "./ui.js";
import { useEffect, useLayoutEffect, useRef, useState } from "../vendor/hooks.js";
import { BODY_CHARS, call, mayWrite, refusal, time } from "../core/store.js";
import { address } from "../core/lookup.js";

const HOUR_MS = 3_600_000,
  MORNING = 9;

/** Tomorrow at nine, in the time zone of the page. */
function tomorrow() {
  const wall = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone.value || undefined,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  /** The clock of the zone at a moment, as if it were UTC. */
  const clock = (at) => {
    const part = Object.fromEntries(
      wall.formatToParts(new Date(at)).map(({ type, value }) => [type, Number(value)]),
    );
    return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second);
  };
  const today = new Date(clock(time())),
    wanted = Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate() + 1, MORNING);
  return new Date(wanted - (clock(wanted) - wanted));
}

/** A dialog that asks what to hide, and for how long. */
export function Hide({ need: { message: m }, onClose }) {
  const dialog = useRef(null),
    back = useRef(/** @type {HTMLElement} */ (document.activeElement)),
    [problem, fail] = useState("");
  useLayoutEffect(() => {
    dialog.current.showModal();
    return () => {
      if (document.activeElement === document.body || !document.activeElement)
        (back.current?.isConnected
          ? back.current
          : /** @type {HTMLElement} */ (document.querySelector("[data-first]"))
        )?.focus();
    };
  }, []);
  const close = () => {
    dialog.current?.close();
    onClose();
  };
  const hide = (params) => () =>
    call("mute.start", params).then(close, (error) => fail(refusal(error)));
  const morning = tomorrow();
  const acts = [
    ["For 1 hour", "this message", { of: m.id, until: new Date(time() + HOUR_MS).toISOString() }],
    ["Until tomorrow 9:00", "this message", { of: m.id, until: morning.toISOString() }],
    ["Mute thread", "all its messages, until you show it again", { of: m.thread }],
    [`Mute ${safe(m.sender)}`, "all its messages, until you show it again", { of: m.sender }],
  ];
  return html`<dialog class="palette doings" ref=${dialog} aria-label="Hide" onClose=${onClose}
    onClick=${(event) => {
      if (event.target === dialog.current) close();
    }} onKeyDown=${(event) => {
      const by = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 }[event.key];
      if (!by) return;
      event.preventDefault();
      const all = [...dialog.current.querySelectorAll("button")],
        at = all.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
      all[(at + by + all.length) % all.length].focus();
    }}><h2>Hide from Needs you</h2>
    ${problem ? html`<p class="problem" role="alert">${problem}</p>` : null}
    <ul>${acts.map(
      ([text, about, params]) => html`<li><button type="button" class="plainly"
        onClick=${hide(params)}><bdi>${text}</bdi><span class="dim small">${about}</span></button>
        </li>`,
    )}</ul>
    <p class="dim small">It stays in your inbox. Urgent messages of a muted thread or agent are
      shown.</p></dialog>`;
}

const NAMES = { message: "Message", thread: "Thread", agent: "" };
const SHORT = 12;
const PATHS = { message: "m", thread: "t", agent: "a" };

/** What the person has hidden, with a button that shows it again. */
export function Hidden({ muted }) {
  const [lines, setLines] = useState(() => new Map()),
    ids = muted.filter((each) => each.kind !== "agent").map((each) => each.of);
  useEffect(() => {
    if (ids.length)
      call("message.history", { ids, body_chars: BODY_CHARS }).then(
        (found) => setLines(new Map(found.messages.map((m) => [m.id, firstLine(m)]))),
        () => {},
      );
  }, [ids.join()]);
  return html`<ul class="needs waits" aria-label="Hidden">${muted.map(
    (each) => html`<li key=${each.of} class="need"><span class="age"></span><p>Hidden: <a
      href=${address(`${PATHS[each.kind]}/${each.of}`)}>${NAMES[each.kind]} <bdi>
      ${lines.get(each.of) ?? safe(each.kind === "agent" ? each.of : each.of.slice(0, SHORT))}</bdi>
      </a>${
        each.until ? html` until <${Time} at=${each.until} day=${true} seconds=${false} />` : null
      }</p>
    <div class="acts">${
      mayWrite
        ? html`<button type="button" aria-label=${`Show again: ${each.of}`}
            onClick=${() => call("mute.end", { of: each.of })}>Show again</button>`
        : null
    }</div></li>`,
  )}</ul>`;
}
