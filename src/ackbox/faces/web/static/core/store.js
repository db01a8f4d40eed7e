// The store: the server's data, shared by all views. One `call`, one stream of events, one ring of
// messages.
import { signal, batch } from "../vendor/signals.js";

export const first = JSON.parse(document.getElementById("first").textContent);
export const me = first.me;
export const workspace = first.workspace;
// The path under which a proxy serves the dashboard, or empty: scripts are below it.
export const root = new URL(import.meta.url).pathname.split("/assets/")[0];
export const base = `${root}/w/${encodeURIComponent(workspace)}`;
export const mayWrite = me.may.includes("write");

// How far the server's clock is ahead of this machine's: ages compare times of the server only.
const [navigation] = /** @type {PerformanceNavigationTiming[]} */ (
  performance.getEntriesByType("navigation")
);
const begun = navigation?.responseStart || performance.now();
const ahead = Date.parse(first.at) - (Date.now() - performance.now() + begun);
/** The current time of the server. */
export const time = () => Date.now() + ahead;

const RING = 100_000;
const TOGETHER = 200;
const TOO_FAR = 2000;
export const BODY_CHARS = 240;

/** The error of a call: its code, message and hint, and when to retry if the server says so. */
export class Refused extends Error {
  constructor(details) {
    super(details?.message ?? "No response.");
    this.code = details?.code ?? "unavailable";
    this.hint = details?.hint ?? "";
    this.retry_after_s = details?.retry_after_s;
  }
}

/** An error as one text: its message and its hint. */
export const refusal = (error) => [error.message, error.hint].filter(Boolean).join(" ");

const PATIENCE_MS = 30_000;

/**
 * Send a request to the server. Fails after `patience` ms, also if the connection is open and
 * nobody responds.
 *
 * @param {string} path
 * @param {RequestInit & { end?: AbortSignal, patience?: number }} options
 */
async function ask(path, { end, patience = PATIENCE_MS, ...options } = {}) {
  const late = AbortSignal.timeout(patience);
  let answer, told;
  try {
    answer = await fetch(path, { ...options, signal: end ? AbortSignal.any([end, late]) : late });
    told = await answer.json().catch((error) => {
      if (error instanceof SyntaxError) return null;
      throw error;
    });
  } catch (error) {
    if (end?.aborted) throw error;
    throw new Refused({ code: "unavailable", message: "The server does not respond." });
  }
  if (answer.status === 401) signIn();
  if (!answer.ok) throw new Refused(told?.error);
  return told;
}

/**
 * Call one operation in the workspace of this page.
 *
 * @param {string} name
 * @param {object} params
 * @param {{ signal?: AbortSignal, patience?: number }} options
 */
export function call(name, params = {}, { signal: end, patience } = {}) {
  return ask(`${root}/v1/call/${name}`, {
    end,
    patience,
    method: "POST",
    headers: { "Content-Type": "application/json", "Ackbox-Face": "web" },
    body: JSON.stringify({ workspace, ...params }),
  });
}

/** Whether a retry may succeed: nobody responded, or the server said so. */
export const passes = (error) =>
  !(error instanceof Refused) || ["unavailable", "rate_limited"].includes(error.code);

/** The key has expired: signing in again returns to this page with its filter. */
function signIn() {
  const next = new URLSearchParams({ next: location.pathname + location.search });
  location.assign(`${root}/login?${next}${location.hash}`);
}

/** Load the data of a page: its .json twin. */
export const load = (path, search) => ask(`${path}.json${search}`);

// --- messages ---------------------------------------------------------------------------------

export const byId = new Map();
const bySeq = new Map();
/** Messages in the order of the workspace, newest last. Every change increments `version`. */
export const ring = [];
export const version = signal(0);
/** How many messages arrived since this page was opened. */
export const arrived = signal(0);

function place(message, tally) {
  const known = byId.get(message.id);
  if (known && !tally) return;
  // This message replaces the preview that was shown before the server stored it.
  if (message.idempotency_key && sending.value.some((each) => each.key === message.idempotency_key))
    sending.value = sending.value.filter((each) => each.key !== message.idempotency_key);
  // A changed message is a new object: a row is drawn again only if its object changed.
  const row = known
    ? { ...known, tally }
    : { ...message, tally: tally ?? { recipients: 0, delivered: 0, read: 0, acknowledged: 0 } };
  byId.set(row.id, row);
  bySeq.set(row.seq, row);
  let low = 0,
    high = ring.length;
  while (low < high) {
    const at = (low + high) >> 1;
    if (ring[at].seq < row.seq) low = at + 1;
    else high = at;
  }
  if (known) ring[low] = row;
  else if (low === ring.length) ring.push(row);
  else ring.splice(low, 0, row);
}

/** Messages that somebody else answered, if this page has loaded both. */
export const answered = new Set();

/** Add messages with their tallies, as message.history returns them. */
export function take(messages, tallies = []) {
  const counted = new Map(tallies.map((each) => [each.id, each]));
  for (const each of messages) place(each, counted.get(each.id));
  for (const { parent, sender } of messages)
    if (byId.has(parent) && byId.get(parent).sender !== sender) answered.add(parent);
  while (ring.length > RING) {
    const old = ring.shift();
    byId.delete(old.id);
    bySeq.delete(old.seq);
    answered.delete(old.id);
  }
  version.value += 1;
}

/** Own messages, shown before the server has stored them. */
export const sending = signal([]);

// --- events -----------------------------------------------------------------------------------

/**
 * `live` or `reconnecting`, how many messages are still to be loaded, and when the server was last
 * heard.
 */
export const link = signal({ state: "live", count: 0, since: 0 });
/** Whether the person has paused the stream. */
export const paused = signal(false);
export const roster = signal(first.roster);
export const needs = signal(first.needs);
async function listed() {
  roster.value = await call("agent.list", first.asked["agent.list"]);
}

const asked = new Map();
/** Agents beyond the roster that a search by name found. */
export const met = new Map();
/** At most 20 agents beyond the roster whose names contain `like`; one request for each word. */
export async function more(like) {
  if (!like || roster.value.total <= roster.value.agents.length) return [];
  if (!asked.has(like)) {
    if (asked.size > 200) asked.clear();
    asked.set(
      like,
      call("agent.list", { like, limit: 20 }).then(
        (told) => {
          for (const each of told.agents) met.set(each.agent, each);
          return told.agents;
        },
        () => {
          asked.delete(like);
          return [];
        },
      ),
    );
  }
  return (await asked.get(like)).filter(
    (each) => !roster.value.agents.some((one) => one.agent === each.agent),
  );
}
/** Messages per second, averaged over the last ten seconds. */
export const rate = signal(0);
/**
 * Whether messages arrive too fast to be read: more than 30 per second for five seconds, until
 * fewer than five per second arrive.
 */
export const crowded = signal(false);
let above = 0;
/** Listeners for events of all kinds: views that reload their data. */
const listeners = new Set();
export function listen(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const waiting = []; // ids of new messages that are not loaded yet
const touched = new Set(); // seqs whose receipts changed
let fetching = false,
  again = null,
  pauseMs = 1000;
const seconds = new Array(10).fill(0);

function hear(events) {
  let people = false;
  for (const each of events) {
    if (each.kind === "message.sent") {
      if (!byId.has(each.id)) waiting.push(each.id);
      seconds[0] += 1;
    } else if (each.kind === "receipt.marked")
      for (const seq of each.details.seqs ?? []) touched.add(seq);
    else if (each.kind.startsWith("agent.")) people = true;
  }
  const own = new Set(waiting);
  batch(() => {
    for (const listener of listeners) listener(events);
    arrived.value += own.size;
  });
  if (people || events.some((each) => each.kind === "message.sent"))
    later("roster", 1500 + 2 * roster.value.total, listed);
  if (events.length)
    later("needs", 800, async () => {
      const told = await call("workspace.needs", first.asked["workspace.needs"]);
      needs.value = told.needs.length;
    });
  gather();
}

/** Load new messages and changed receipts that events announced. A hidden page only counts them. */
async function gather() {
  if (fetching || again || document.hidden) return;
  fetching = true;
  try {
    // Too far behind to catch up: start again with the newest messages.
    if (waiting.length > TOO_FAR) {
      location.reload();
      return;
    }
    while (waiting.length || touched.size) {
      const fresh = waiting.slice(0, TOGETHER),
        seqs = [...touched].slice(0, TOGETHER - fresh.length);
      for (const seq of seqs) touched.delete(seq);
      const ids = new Set([...fresh, ...seqs.map((seq) => bySeq.get(seq)?.id).filter(Boolean)]);
      try {
        const told = ids.size
          ? await call("message.history", {
              ids: [...ids],
              body_chars: BODY_CHARS,
              with_tallies: true,
            })
          : { messages: [], tallies: [] };
        take(told.messages.reverse(), told.tallies);
      } catch (error) {
        for (const seq of seqs) touched.add(seq);
        throw error;
      }
      // Only now: the feed announces nothing twice, so an id must stay until its message is loaded.
      waiting.splice(0, fresh.length);
      pauseMs = 1000;
      if (waiting.length) link.value = { ...link.value, count: waiting.length };
    }
    if (link.value.count) link.value = { ...link.value, count: 0 };
  } catch (error) {
    again = setTimeout(
      () => {
        again = null;
        gather();
      },
      error.retry_after_s ? 1000 * error.retry_after_s : pauseMs,
    );
    pauseMs = Math.min(2 * pauseMs, 8000);
  } finally {
    fetching = false;
  }
}
document.addEventListener("visibilitychange", gather);

const timers = new Map();
/**
 * Run something once, `ms` after the last of many requests, at the latest after four times `ms`.
 */
export function later(name, ms, what) {
  const known = timers.get(name);
  const until = known?.until ?? Date.now() + 4 * ms;
  if (known) clearTimeout(known.timer);
  const run = () => {
    timers.delete(name);
    if (document.hidden) {
      timers.set(name, { until: 0, timer: setTimeout(() => later(name, ms, what), 3000) });
      return;
    }
    Promise.resolve(what()).catch((error) => {
      if (passes(error)) later(name, 3000, what);
    });
  };
  timers.set(name, {
    until,
    timer: setTimeout(run, Math.max(0, Math.min(ms, until - Date.now()))),
  });
}

setInterval(() => {
  rate.value = Math.round(seconds.reduce((sum, each) => sum + each, 0)) / 10;
  seconds.unshift(0);
  seconds.pop();
  above = rate.value > 30 ? above + 1 : 0;
  crowded.value = above > 5 || (crowded.value && rate.value >= 5);
}, 1000);
setInterval(() => later("roster", 100, listed), 30_000);

// --- the stream -------------------------------------------------------------------------------

let cursor = first.cursor;
let lastHeard = time();

function state(word) {
  lastHeard = word === "live" ? time() : lastHeard;
  if (link.value.state !== word || word !== "live")
    link.value = { state: word, count: link.value.count, since: lastHeard };
}

/** Follow the feed by long polling, if a WebSocket cannot be opened. */
async function poll() {
  for (let pause = 500; ;) {
    try {
      const told = await call(
        "event.feed",
        { cursor, wait_s: 25, limit: 200 },
        { patience: 2 * PATIENCE_MS },
      );
      cursor = told.cursor;
      state("live");
      pause = 500;
      if (told.events.length) hear(told.events);
    } catch (error) {
      if (error.code === "expired_cursor" || error.code === "invalid") {
        location.reload();
        return;
      }
      state("reconnecting");
      await new Promise((done) => setTimeout(done, pause));
      pause = Math.min(pause * 2, 8000);
    }
  }
}

const BEAT_MS = 20_000,
  DEAF_MS = 10_000;
let beat = () => {};
setInterval(() => beat(), BEAT_MS);
addEventListener("online", () => beat());
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) beat();
});

/** Follow the feed by WebSocket, from the cursor on: no event is missed and none arrives twice. */
function socket(pause = 250, hasWorked = false) {
  const there = new WebSocket(
    `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${root}/ws`,
  );
  let worked = hasWorked,
    isOver = false;
  // A connection can be dead without an error, for example after the machine slept: the server is
  // gone if it does not respond to a request.
  let deaf = setTimeout(() => over({ code: 1006 }), DEAF_MS);
  beat = () => {
    if (there.readyState === WebSocket.OPEN && !deaf) {
      there.send(JSON.stringify({ id: 2, op: "agent.whoami", params: { workspace } }));
      deaf = setTimeout(() => over({ code: 1006 }), DEAF_MS);
    }
  };
  there.onopen = () =>
    there.send(
      JSON.stringify({ id: 1, subscribe: { cursor, of: "workspace", workspace, join_ms: 50 } }),
    );
  there.onmessage = (message) => {
    if (isOver) return;
    clearTimeout(deaf);
    deaf = null;
    const told = JSON.parse(message.data);
    if (told.error && told.id !== 2) {
      // As in `poll`: the cursor is no longer valid, so start again.
      if (worked && ["expired_cursor", "invalid"].includes(told.error.code)) location.reload();
      else there.close(4000);
      return;
    }
    worked = true;
    pause = 250;
    state("live");
    cursor = told.cursor ?? told.result?.cursor ?? cursor;
    if (told.events?.length) hear(told.events);
  };
  function over({ code }) {
    if (isOver) return;
    isOver = true;
    clearTimeout(deaf);
    there.close();
    if (!worked) {
      poll();
      return;
    }
    if (code === 4001) {
      signIn();
      return;
    }
    state("reconnecting");
    setTimeout(() => socket(Math.min(pause * 2, 5000), true), code === 4009 ? 0 : pause);
  }
  there.onclose = over;
}

export function start() {
  socket();
}
