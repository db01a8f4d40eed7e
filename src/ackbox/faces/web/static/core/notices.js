// Desktop notifications while this page is in the background: for urgent messages, and for the
// intents and senders that Settings has. The page asks for permission once, when the first urgent
// message arrives.
import { html, firstLine, safe, words } from "../widgets/ui.js";
import { signal } from "../vendor/signals.js";
import { base, call, me } from "./store.js";
import { go } from "./frame.js";

const PLACE = "ackbox.notices",
  told = new Set(),
  PAUSE_MS = 1000,
  AFTER_REFUSAL_S = 5,
  MAX_IDS = 200;
const can = "Notification" in window;
/** `on`, `off`, or null before the person was asked. */
export const wanted = signal(localStorage.getItem(PLACE));
export const isOn = () => can && wanted.value === "on" && Notification.permission === "granted";

const CHOICE = "ackbox.notices.about";
/** What this browser notifies about besides urgent messages: intents; and senders, none for all. */
export const choice = signal(kept());
function kept() {
  try {
    const { intents = [], senders = [] } = JSON.parse(localStorage.getItem(CHOICE)) ?? {};
    return { intents, senders };
  } catch {
    return { intents: [], senders: [] };
  }
}
export function choose(changes) {
  choice.value = { ...choice.value, ...changes };
  localStorage.setItem(CHOICE, JSON.stringify(choice.value));
}
const isChosen = (m) =>
  m.sender !== me.agent &&
  (m.priority === 5 || choice.value.intents.includes(m.intent)) &&
  (!choice.value.senders.length || choice.value.senders.includes(m.sender));

/** Turn notifications on or off, asking the browser if necessary. Returns whether they are on. */
export async function turn(on) {
  const may =
    on &&
    can &&
    (Notification.permission === "granted" ||
      (await Notification.requestPermission()) === "granted");
  wanted.value = may ? "on" : "off";
  localStorage.setItem(PLACE, wanted.value);
  return may;
}

function notify(m) {
  if (told.has(m.id)) return;
  told.add(m.id);
  const what = m.priority === 5 ? "Urgent" : words(m.intent);
  const notice = new Notification(`${what} from ${safe(m.sender)}`, {
    body: firstLine(m).slice(0, 160),
    tag: m.id,
  });
  notice.onclick = () => {
    window.focus();
    go(`${base}/t/${m.thread}#${m.id}`);
    notice.close();
  };
}

/**
 * Handle a message that this page has loaded. For the first urgent one, `bar` shows the question
 * about notifications above the page and does not cover it, so that the message can be answered.
 */
export function arrive(m, bar) {
  if (m.sender === me.agent || !can) return;
  if (isOn() && isChosen(m) && (document.hidden || !document.hasFocus())) notify(m);
  else if (m.priority === 5 && wanted.value === null && Notification.permission !== "denied")
    bar.value = html`<${Ask} m=${m} bar=${bar} />`;
}

/** Handle messages that arrive while the page is hidden and loads no rows. */
export function away(ids) {
  if (!isOn()) return;
  waiting = [...waiting, ...ids].slice(-MAX_IDS);
  timer ??= setTimeout(look, PAUSE_MS);
}

let waiting = [],
  timer = null;
/** Load the messages that arrived since the last time; retry later those that failed to load. */
async function look() {
  const ids = waiting;
  let pause = PAUSE_MS;
  waiting = [];
  try {
    const found = await call("message.history", { ids, body_chars: 200 });
    for (const m of found.messages) if (isChosen(m)) notify(m);
  } catch (error) {
    waiting = [...ids, ...waiting].slice(-MAX_IDS);
    pause = 1000 * (error.retry_after_s ?? AFTER_REFUSAL_S);
  }
  timer = waiting.length ? setTimeout(look, pause) : null;
}

function Ask({ m, bar }) {
  const close = () => {
    bar.value = null;
  };
  return html`<section class="ask" aria-label="Notifications"><p><b><bdi>${safe(m.sender)}</bdi>
    </b> sent an urgent message. Show desktop notifications while this page is in the background?
    </p>
    <div class="together"><button type="button" class="primary"
    onClick=${() => turn(true).then(close)}>Turn on</button><button type="button"
      onClick=${() => turn(false).then(close)}>No, thanks</button></div></section>`;
}
