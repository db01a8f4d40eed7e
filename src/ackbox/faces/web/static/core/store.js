// The store: what the server told, kept for all views. One call, one stream of events, one ring of
// messages.
import { signal, batch } from "../vendor/signals.js";

export const first = JSON.parse(document.getElementById("first").textContent);
export const me = first.me;
export const workspace = first.workspace;
// Empty, or the path under which a proxy serves the dashboard: scripts come from below it.
export const root = new URL(import.meta.url).pathname.split("/assets/")[0];
export const base = `${root}/w/${encodeURIComponent(workspace)}`;
export const mayWrite = me.may.includes("write");

// How far the server's clock is ahead of this machine's: what is told as an age is the server's
// times, and those alone.
const begun = performance.getEntriesByType("navigation")[0]?.responseStart || performance.now();
const ahead = Date.parse(first.at) - (Date.now() - performance.now() + begun);
/** What time it is where the messages are. */
export const time = () => Date.now() + ahead;

const RING = 100_000;
const TOGETHER = 200;
const TOO_FAR = 2000;
export const BODY_CHARS = 240;

/**
 * What a call was refused with: its code, sentence and hint, and when to come back where the server
 * says so.
 */
export class Refused extends Error {
  constructor(told) {
    super(told?.message ?? "No answer.");
    Object.assign(this, {
      code: told?.code ?? "unavailable",
      hint: told?.hint ?? "",
      retry_after_s: told?.retry_after_s,
    });
  }
}

/** What went wrong, in words. */
export const refusal = (error) => [error.message, error.hint].filter(Boolean).join(" ");

const PATIENCE_MS = 30_000;

/**
 * Ask the server. Whoever hears nothing is told so in time, also where the line is open and nobody
 * is there.
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
    throw new Refused({ code: "unavailable", message: "The server does not answer." });
  }
  if (answer.status === 401) signIn();
  if (!answer.ok) throw new Refused(told?.error);
  return told;
}

/** Do one operation in this page's workspace. */
export function call(name, params = {}, { signal: end, patience } = {}) {
  return ask(`${root}/v1/call/${name}`, {
    end,
    patience,
    method: "POST",
    headers: { "Content-Type": "application/json", "Ackbox-Face": "web" },
    body: JSON.stringify({ workspace, ...params }),
  });
}

/** Whether what failed may go better later: nobody answered, or the server said so. */
export const passes = (error) =>
  !(error instanceof Refused) || ["unavailable", "rate_limited"].includes(error.code);

/** The key has ended: whoever signs in again comes back to where they are, filter and all. */
function signIn() {
  location.assign(
    `${root}/login?${new URLSearchParams({ next: location.pathname + location.search })}${location.hash}`,
  );
}

/** Load a page's data: its .json twin. */
export const load = (path, search) => ask(`${path}.json${search}`);

// --- messages ---------------------------------------------------------------------------------

export const byId = new Map();
const bySeq = new Map();
/** Messages in the workspace's order; the newest last. Changes show as a new `version`. */
export const ring = [];
export const version = signal(0);
/** How many messages have come in since this page was opened. */
export const arrived = signal(0);

function place(message, tally) {
  const known = byId.get(message.id);
  if (known && !tally) return;
  // One's own, shown before the server had it, is this one now.
  if (message.idempotency_key && sending.value.some((each) => each.key === message.idempotency_key))
    sending.value = sending.value.filter((each) => each.key !== message.idempotency_key);
  // What has changed is a new object: a row is drawn again for that and nothing else.
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

/** Messages that somebody else has answered, as far as both are known here. */
export const answered = new Set();

/** Take in messages with their tallies, as history gives them. */
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

// A message of one's own, shown before the server has it.
export const sending = signal([]);

// --- what happens -----------------------------------------------------------------------------

/**
 * `live` or `reconnecting`, how many messages are still to be fetched, and when the server was last
 * heard.
 */
export const link = signal({ state: "live", count: 0, since: 0 });
/** Whether somebody holds the stream still. */
export const paused = signal(false);
export const roster = signal(first.roster);
export const needs = signal(first.needs);
async function listed() {
  roster.value = await call("agent.list", first.asked["agent.list"]);
}

const asked = new Map();
/** Agents that are not listed and were found by their letters, by name. */
export const met = new Map();
/**
 * Agents beyond those listed whose names have these letters, at most twenty; asks the server once
 * for each word.
 */
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
/** Messages a second, over the last ten. */
export const rate = signal(0);
/**
 * More comes than can be read, line by line, and has for a while: above 30 a second for five, until
 * fewer than five come.
 */
export const crowded = signal(false);
let above = 0;
/** Events of any kind: views that fetch anew listen here. */
const listeners = new Set();
export function listen(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

let waiting = []; // ids that have come and are not fetched yet
let touched = new Set(); // seqs whose receipts changed
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

/**
 * Fetch what was told of by number: bodies of new messages, receipts of old ones. A hidden page
 * only counts.
 */
async function gather() {
  if (fetching || again || document.hidden) return;
  fetching = true;
  try {
    // Too far behind to go on from here: begin again with the newest.
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
      // Only now: the feed tells of nothing twice, so what could not be fetched must stay.
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
 * Do something once, a while after the last of many reasons; at the latest after four times that.
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

/** The feed by long poll: what is used until, or wherever, a socket is not to be had. */
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

/**
 * The feed by one WebSocket; it goes on from its cursor, so nothing is missed and nothing comes
 * twice.
 */
function socket(pause = 250, hasWorked = false) {
  const there = new WebSocket(
    `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${root}/ws`,
  );
  let worked = hasWorked,
    isOver = false;
  // A line may be dead without anybody saying so, as after a machine has slept: who is asked and
  // says nothing is not there.
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
      // As in `poll`: there is nothing to go on from, so begin again.
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
