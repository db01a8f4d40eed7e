// Drafts: the message being written and those on their way, kept in this browser so that no text is
// lost by a reload, a closed page or a failed send.
import { signal } from "../vendor/signals.js";
import { isPerson } from "../core/lookup.js";
import {
  BODY_CHARS,
  call,
  link,
  me,
  met,
  passes,
  refusal,
  ring,
  roster,
  sending,
  take,
  time,
  workspace,
} from "../core/store.js";

/** A new draft: its recipients and the message that it answers. Its text is stored by place. */
export const EMPTY = {
  to: null,
  parent: null,
  thread: null,
  place: null,
  about: null,
  intent: null,
  priority: null,
  after: null,
};
/** The draft in the message box. */
export const draft = signal({ ...EMPTY });
export function forget() {
  drop();
  floating.value = false;
}
/** Whether to show the floating message box on a view that has none. */
export const floating = signal(false);
/** Counts requests to focus the message box. */
export const focusAsked = signal(0);

const kept = (place) => `ackbox.draft.${workspace}.${place ?? "new"}`;
/** The text kept for a place: a thread, a recipient, or null for a new message. */
export const textAt = (place) => localStorage.getItem(kept(place)) ?? "";
export const setText = (place, text) => localStorage.setItem(kept(place), text);

export function discard(place) {
  for (const end of ["", ".refs", ".set", ".tried"]) localStorage.removeItem(kept(place) + end);
}
/**
 * Read what is stored beside a text: `.refs`, `.set` (its menus), `.tried`, `.sent` (on its way) or
 * `.refused`.
 */
export function look(place, end) {
  try {
    return JSON.parse(localStorage.getItem(kept(place) + end));
  } catch {
    return null;
  }
}
export function put(place, end, value) {
  if (value && value.length !== 0) localStorage.setItem(kept(place) + end, JSON.stringify(value));
  else localStorage.removeItem(kept(place) + end);
}

// A prepared draft has a place of its own, so it does not replace a text in the thread.
const HANDED = "handed";
export function drop() {
  discard(HANDED);
  draft.value = { ...EMPTY };
}

export function compose(to = null, text = null) {
  draft.value = { ...EMPTY, to };
  if (text !== null) setText(null, text);
  focusBox();
}

/** Open a prepared draft. `set.after` runs when it is sent. */
export function prepare(text, set) {
  discard(HANDED);
  setText(HANDED, text);
  draft.value = { ...EMPTY, ...set, place: HANDED };
  focusBox();
}

/** Open a reply to a message. To an own message, it goes to the same recipients. */
export function reply(message) {
  const mine = message.sender === me.agent;
  const to = mine ? (message.type === "broadcast" ? ["*"] : message.to) : [message.sender];
  draft.value = {
    ...EMPTY,
    to,
    parent: message.id,
    thread: message.thread,
    about: message,
    intent: null,
  };
  focusBox();
}

/** Move the focus to the message box, or open the floating one. */
export function focusBox() {
  floating.value = true;
  focusAsked.value += 1;
}

const random = () =>
  [...crypto.getRandomValues(new Uint8Array(16))]
    .map((each) => each.toString(16).padStart(2, "0"))
    .join("");

// Texts on their way, by place: if the page is closed meanwhile, the next one finds them again, and
// no other tab takes them. Each document holds a lock with its own name while it exists.
const DOCUMENT = `ackbox.${random()}`,
  LONG_GONE_MS = 60_000;
navigator.locks?.request(DOCUMENT, () => new Promise(() => {}));
export const triedAt = (place) => look(place, ".tried");
export const sent = (place) => look(place, ".sent") ?? [];
export const refused = (place) => look(place, ".refused") ?? [];
/** Functions that run when a text is sent, by its key; they cannot be stored. */
const afters = new Map();

/**
 * Take a text from its place to send it. The same text keeps the key of its last attempt, so the
 * server stores it once, also if only the response was lost.
 */
export function takeUp(place, text, what, because, parent, refs) {
  const { parent: to, thread, after } = draft.value,
    asked = JSON.stringify([what, because, to]),
    tried = triedAt(place);
  const now = {
    text,
    refs,
    set: look(place, ".set"),
    thread,
    by: DOCUMENT,
    at: Date.now(),
    ...(tried?.asked === asked ? tried : { asked, parent, key: random() }),
  };
  if (after) afters.set(now.key, after);
  discard(place);
  put(place, ".sent", [...sent(place), now]);
  return now;
}

/** Put a text back into its box, with what is needed to try it again. */
export function bring(place, { key, asked, parent, text, refs, set }) {
  setText(place, text);
  put(place, ".tried", { asked, key, parent, text });
  put(place, ".refs", refs);
  put(place, ".set", set);
}

/**
 * Finish an attempt. Where `error` can pass, the text waits above the box and is sent again. A text
 * that was refused returns to its box or, if the box has another text by now, above it with the
 * reason.
 */
export function done(place, each, isSent, error = null, why = "Not sent yet.") {
  put(
    place,
    ".sent",
    sent(place).filter((one) => one.key !== each.key),
  );
  const waits = Boolean(error) && passes(error);
  if (isSent) afters.delete(each.key);
  else if (waits || textAt(place))
    put(place, ".refused", [
      ...refused(place).filter((one) => one.key !== each.key),
      { ...each, why: error ? refusal(error) : why, waits },
    ]);
  else bring(place, each);
  if (waits && !isSent) plan(error.retry_after_s);
  shelf.value += 1;
}

// --- texts that wait for the server -----------------------------------------------------------

/** Counts changes of the texts that are not sent: the message box shows them. */
export const shelf = signal(0);
const ENDS = [".refs", ".set", ".tried", ".sent", ".refused"];
/** Places of this workspace for which this browser keeps anything; null for a new message. */
export function places() {
  const found = new Set();
  for (const key of Object.keys(localStorage)) {
    if (!key.startsWith(kept(""))) continue;
    const end = ENDS.find((each) => key.endsWith(each)) ?? "",
      place = key.slice(kept("").length, key.length - end.length);
    // Another workspace can have a name that begins with the name of this one.
    if (/^(new|handed|[0-9a-f]{32}|to .+)$/.test(place)) found.add(place === "new" ? null : place);
  }
  return [...found];
}
/** Texts of all places that are sent again, each with its place. */
export const waiting = () =>
  places().flatMap((place) =>
    refused(place)
      .filter((each) => each.waits)
      .map((each) => ({ ...each, place })),
  );

const RETRY_MS = 5_000,
  MAX_RETRY_MS = 60_000,
  // A text can be wrong by then: from that age on, only the person sends it again.
  MAX_WAIT_MS = 3_600_000;
let timer = null,
  pauseMs = RETRY_MS,
  isSending = false;
function plan(after_s) {
  timer ??= setTimeout(resend, after_s ? 1000 * after_s : pauseMs);
  pauseMs = Math.min(2 * pauseMs, MAX_RETRY_MS);
}

/** Send a text from above the box again, unchanged. Returns what is left to do, and the error. */
export async function retry(place, each) {
  if (!unshelve(place, each)) return {};
  const now = { ...each, by: DOCUMENT, at: Date.now(), since: each.since ?? each.at };
  put(place, ".sent", [...sent(place), now]);
  shelf.value += 1;
  try {
    const left = await send(now);
    done(place, now, true);
    return { left };
  } catch (error) {
    const isSent = hasArrived(now.key);
    done(place, now, isSent, error);
    return isSent ? {} : { error };
  }
}

/** Send the texts that wait for the server, until one of them fails again. */
async function resend() {
  if (isSending) return;
  isSending = true;
  clearTimeout(timer);
  timer = null;
  for (const { place, ...each } of waiting()) {
    if ((each.since ?? each.at) < Date.now() - MAX_WAIT_MS) {
      unshelve(place, each);
      put(place, ".refused", [...refused(place), { ...each, waits: false }]);
      shelf.value += 1;
    } else {
      const { error } = await retry(place, each);
      if (error && passes(error)) break;
      pauseMs = RETRY_MS;
    }
  }
  isSending = false;
}
let wasLive = false;
link.subscribe(({ state }) => {
  if (state === "live" && !wasLive) setTimeout(resend, 0);
  wasLive = state === "live";
});
addEventListener("online", resend);

/** Remove a refused text from above the box; false if another page did so first. */
export function unshelve(place, each) {
  const all = refused(place),
    left = all.filter((one) => one.key !== each.key);
  put(place, ".refused", left);
  return left.length < all.length;
}

const MAX_SEARCHED = 500;
/** Whether a message with this key has arrived. */
export function hasArrived(key) {
  for (let at = ring.length - 1; at >= Math.max(0, ring.length - MAX_SEARCHED); at -= 1)
    if (ring[at].idempotency_key === key) return true;
  return false;
}

/** Drop texts that seemed to fail but have arrived after all. Returns whether there were any. */
export function settle(place) {
  const all = refused(place),
    left = all.filter((each) => !hasArrived(each.key)),
    tried = triedAt(place),
    isHere = Boolean(tried && hasArrived(tried.key));
  if (left.length < all.length) put(place, ".refused", left);
  if (isHere) {
    if (textAt(place) === tried.text) discard(place);
    else put(place, ".tried", null);
  }
  return isHere || left.length < all.length;
}

/**
 * Recover texts of pages that were closed before a response came, unless they have arrived. `then`
 * runs when a text has returned to its place.
 */
export function recover(place, then) {
  settle(place);
  for (const each of sent(place)) {
    const back = () => {
      if (!sent(place).some((one) => one.key === each.key)) return;
      const why = "The page was closed before the server responded.";
      done(place, each, hasArrived(each.key), null, why);
      then();
    };
    if (each.by === DOCUMENT) continue;
    // The lock is free when that page is gone. Without locks (an address without TLS), wait a
    // while.
    if (navigator.locks) navigator.locks.request(each.by, back);
    else if (each.at < Date.now() - LONG_GONE_MS) back();
  }
}

const names = () =>
  [...roster.value.agents.map((each) => each.agent), ...met.keys()].filter(
    (name) => name !== me.agent,
  );

/** Read a leading @name, ! or !! and /intent, in any order; the rest is the text. */
function read(text, known = [...names(), ...roster.value.awaited]) {
  const to = [];
  let rest = text.trimStart(),
    priority = null,
    intent = null;
  const byLength = [...known].sort((one, other) => other.length - one.length);
  for (;;) {
    const bang = /^(!!?)(?=\s|$|@|\/)\s*/.exec(rest),
      slash = /^\/([a-z_]{2,32})(?=\s|$)\s*/.exec(rest);
    if (bang && priority === null) {
      priority = bang[1].length + 3;
      rest = rest.slice(bang[0].length);
      continue;
    }
    if (slash && intent === null) {
      intent = slash[1];
      rest = rest.slice(slash[0].length);
      continue;
    }
    if (!rest.startsWith("@")) break;
    const name = byLength.find(
      (each) =>
        rest.slice(1, each.length + 1).toLowerCase() === each.toLowerCase() &&
        /^($|[\s,:/])/.test(rest.slice(each.length + 1)),
    );
    const typed = name ?? /^@([^\s,:/@*]{1,200})/.exec(rest)?.[1];
    if (!typed) break;
    let after = rest.slice(1 + typed.length);
    const copy = /^[:/]([^\s,@]{1,200})/.exec(after);
    if (copy) after = after.slice(copy[0].length);
    to.push((name ?? typed) + (copy ? `/${copy[1]}` : ""));
    rest = after.replace(/^[\s,]+/, "");
  }
  return { to, rest, priority, intent };
}

const EVERYONE = new Set(["everyone", "all"]);

/** The message to send, from the box and its menus. */
export function meant(text, usual) {
  const typed = read(text),
    set = draft.value;
  const named = typed.to.filter((each) => !EVERYONE.has(each));
  const to = named.length ? named : set.to?.length ? set.to : usual?.length ? usual : ["*"];
  const priority = set.priority ?? typed.priority ?? 3;
  const intent =
    set.intent ??
    typed.intent ??
    (set.parent
      ? /[?？]\s*$/.test(typed.rest)
        ? "question"
        : "answer"
      : /[?？]\s*$/.test(typed.rest)
        ? "question"
        : "inform");
  return {
    to,
    priority,
    intent,
    body: typed.rest,
    isAuto: set.intent === null && typed.intent === null,
  };
}

export async function send({ asked, key, parent, thread }) {
  const [what, because] = JSON.parse(asked);
  const shown = {
    key,
    id: `sending-${random()}`,
    seq: Infinity,
    sender: me.agent,
    sender_kind: isPerson(me.role) ? "human" : "agent",
    type: what.to[0] === "*" ? "broadcast" : "direct",
    to: what.to,
    subject: null,
    body: what.body,
    intent: what.intent,
    priority: what.priority,
    refs: what.refs,
    thread,
    created_at: new Date(time()).toISOString(),
    sending: true,
    tally: { recipients: 0 },
  };
  sending.value = [...sending.value, shown];
  try {
    const told = await call("message.send", {
      to: what.to,
      body: what.body,
      intent: what.intent,
      priority: what.priority,
      parent: parent ?? undefined,
      refs: what.refs,
      metadata: because ? { because } : undefined,
      mention: true,
      idempotency_key: key,
    });
    const left = await afters
      .get(key)?.()
      .then(
        () => null,
        (error) => `Sent, but the original message still waits: ${refusal(error)}`,
      );
    // It is sent; if it cannot be loaded now, the feed brings it.
    const back = await call("message.history", {
      ids: [told.id],
      body_chars: BODY_CHARS,
      with_tallies: true,
    }).catch(() => null);
    if (back) take(back.messages, back.tallies);
    return left;
  } finally {
    sending.value = sending.value.filter((each) => each !== shown);
  }
}
