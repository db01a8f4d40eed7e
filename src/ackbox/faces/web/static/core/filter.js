// The filter grammar, as the server has it: what decides whether a message that comes in belongs in
// the list.
import { signal } from "../vendor/signals.js";
import { answered, me, workspace, time } from "./store.js";

export const KEYS = ["from", "to", "intent", "is", "priority", "before", "after", "thread", "has"];
export const STATES = ["unacked", "unread", "urgent", "human", "late"];
export const INTENTS = [
  "question",
  "handoff",
  "review_request",
  "blocked",
  "context_share",
  "inform",
  "request",
  "alert",
  "error",
  "status",
  "answer",
];
const TERM = /([a-z]+):("[^"]*"|\S+)|(-?"[^"]*"\*?|\S+)/g;
const PRIORITIES = { urgent: 5, high: 4, normal: 3, low: 2 };

/** Split a filter into its terms: {key, value, text}; key is null for words. */
export function terms(text) {
  return [...(text ?? "").matchAll(TERM)].map((found) => ({
    key: found[1] ?? null,
    value: (found[2] ?? found[3]).replaceAll('"', ""),
    text: found[0],
  }));
}

export function without(text, term) {
  return terms(text)
    .filter((each) => each.text !== term.text)
    .map((each) => each.text)
    .join(" ");
}

/** A value as it is typed: in quotes where it has spaces. */
export const quoted = (value) => (/\s/.test(value) ? `"${value}"` : value);

const PLACE = `ackbox.searches.${workspace}.${me.agent ?? me.role}`,
  MOST_KEPT = 30;
/** Searches that this person keeps, in this browser; the last kept first. */
export const kept = signal(readKept());
function readKept() {
  try {
    return JSON.parse(localStorage.getItem(PLACE) ?? "[]").filter(
      (each) => typeof each === "string",
    );
  } catch {
    return [];
  }
}
/** Keep a search, or keep it no longer. */
export function keep(q) {
  kept.value = kept.value.includes(q)
    ? kept.value.filter((each) => each !== q)
    : [q, ...kept.value].slice(0, MOST_KEPT);
  localStorage.setItem(PLACE, JSON.stringify(kept.value));
}

/** Put a term into a filter, or take it out when it is there. */
export function toggled(text, key, value) {
  const said = `${key}:${quoted(value)}`;
  const there = terms(text);
  const kept = there.filter((each) => each.key !== key);
  return (there.some((each) => each.text === said) ? kept : [...kept, { text: said }])
    .map((each) => each.text)
    .join(" ");
}

/** Return a test for messages with their tallies; `older` filters (before) let nothing new in. */
export function fitting(text) {
  const by = {};
  const wanted = [];
  for (const { key, value } of terms(text)) {
    if (key) (by[key] ??= []).push(...value.split(","));
    else if (bare(value).trim())
      wanted.push({
        words: value.endsWith("*") ? bare(value).trimEnd() : bare(value),
        isThere: !value.startsWith("-"),
      });
  }
  const state = {
    unacked: (m) => m.tally.acknowledged < m.tally.recipients,
    unread: (m) => m.tally.read < m.tally.recipients,
    urgent: (m) => m.priority === 5,
    human: (m) => m.sender_kind === "human",
    late: (m) =>
      Boolean(m.expects_reply_by) && Date.parse(m.expects_reply_by) < time() && !answered.has(m.id),
  };
  return (m) =>
    !by.before &&
    (!by.from || by.from.includes(m.sender)) &&
    (!by.to ||
      m.to.some((each) => by.to.includes(each.split("/")[0])) ||
      (m.type === "broadcast" && by.to.includes("everyone"))) &&
    (!by.intent || by.intent.includes(m.intent)) &&
    (!by.priority ||
      by.priority.some((each) => (PRIORITIES[each] ?? Number(each)) === m.priority)) &&
    (!by.thread || m.thread.startsWith(by.thread.at(-1))) &&
    (!by.has || by.has.every((kind) => m.refs.some((ref) => ref.kind === kind))) &&
    (by.is ?? []).every((each) => state[each]?.(m) ?? true) &&
    wanted.every(({ words, isThere }) => said(m).includes(words) === isThere);
}

// Scripts written without spaces between words: each character is a word of its own.
const UNSPACED =
  /[\u0e00-\u0e7f\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}]/gu;
/**
 * The words of a text as the index has them: without case (there and back, as ß is ss) and accents,
 * a space before and after each.
 */
const bare = (text) =>
  ` ${(
    text
      .toUpperCase()
      .toLowerCase()
      .normalize("NFKD")
      .replace(/\p{M}/gu, "")
      .replace(UNSPACED, " $& ")
      .match(/[\p{L}\p{N}_]+/gu) ?? []
  ).join(" ")} `;
const spoken = new WeakMap();
function said(m) {
  if (!spoken.has(m)) spoken.set(m, bare(`${m.subject ?? ""} ${m.body}`));
  return spoken.get(m);
}
