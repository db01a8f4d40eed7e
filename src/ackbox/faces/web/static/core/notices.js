// Notices: the browser's own notification for what is urgent, while this page is not in front.
// Asked for once, when the first urgent message comes.
import { html, firstLine, safe } from "../widgets/ui.js";
import { signal } from "../vendor/signals.js";
import { base, call, me } from "./store.js";
import { go } from "./frame.js";

const PLACE = "ackbox.notices",
  told = new Set(),
  PAUSE_MS = 1000,
  AFTER_REFUSAL_S = 5,
  MOST = 200;
const can = "Notification" in window;
/** `on`, `off`, or null while nobody has been asked. */
export const wanted = signal(localStorage.getItem(PLACE));
export const isOn = () => can && wanted.value === "on" && Notification.permission === "granted";

/** Turn it on or off; the browser is asked where it has not been. Returns whether it is on. */
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
  const notice = new Notification(`Urgent from ${safe(m.sender)}`, {
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
 * An urgent message has come and is on screen, or could be; `bar` is where the question is put:
 * over the page, not upon it, for what is urgent is to be answered.
 */
export function urgent(m, bar) {
  if (m.sender === me.agent || !can) return;
  if (isOn() && (document.hidden || !document.hasFocus())) notify(m);
  else if (wanted.value === null && Notification.permission !== "denied")
    bar.value = html`<${Ask} m=${m} bar=${bar} />`;
}

/** Messages have come while the page is hidden and fetches no rows. */
export function away(ids) {
  if (!isOn()) return;
  waiting = [...waiting, ...ids].slice(-MOST);
  timer ??= setTimeout(look, PAUSE_MS);
}

let waiting = [],
  timer = null;
/** Ask for all that has come since the last look; what was refused is asked for again later. */
async function look() {
  const ids = waiting;
  let pause = PAUSE_MS;
  waiting = [];
  try {
    const found = await call("message.history", { ids, body_chars: 200 });
    for (const m of found.messages) if (m.priority === 5 && m.sender !== me.agent) notify(m);
  } catch (error) {
    waiting = [...ids, ...waiting].slice(-MOST);
    pause = 1000 * (error.retry_after_s ?? AFTER_REFUSAL_S);
  }
  timer = waiting.length ? setTimeout(look, pause) : null;
}

function Ask({ m, bar }) {
  const close = () => {
    bar.value = null;
  };
  return html`<section class="ask" aria-label="Notifications"><p><b><bdi>${safe(m.sender)}</bdi>
    </b> has sent something urgent. Shall the browser tell you when this page is not in front?</p>
    <div class="together"><button type="button" class="primary"
    onClick=${() => turn(true).then(close)}>Tell me what is urgent</button><button type="button"
      onClick=${() => turn(false).then(close)}>No</button></div></section>`;
}
