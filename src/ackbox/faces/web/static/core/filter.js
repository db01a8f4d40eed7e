// The filter grammar of the server, for messages that arrive while a filtered list is open.
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

/** Split a filter into terms {key, value, text}; the key of a plain word is null. */
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

/** A value as a person types it: in quotes if it contains a space. */
export const quoted = (value) => (/\s/.test(value) ? `"${value}"` : value);

const PLACE = `ackbox.searches.${workspace}.${me.agent ?? me.role}`,
  MAX_KEPT = 30;
/** Searches that this person saved in this browser, newest first. */
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
/** Save a search, or remove it. */
export function keep(q) {
  kept.value = kept.value.includes(q)
    ? kept.value.filter((each) => each !== q)
    : [q, ...kept.value].slice(0, MAX_KEPT);
  localStorage.setItem(PLACE, JSON.stringify(kept.value));
}

/** Add a term to a filter, or remove it if the filter has it. */
export function toggled(text, key, value) {
  const term = `${key}:${quoted(value)}`;
  const before = terms(text);
  const others = before.filter((each) => each.key !== key);
  return (before.some((each) => each.text === term) ? others : [...others, { text: term }])
    .map((each) => each.text)
    .join(" ");
}

/** Return a predicate for messages with tallies. A filter with `before` accepts no new message. */
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

// Scripts without spaces between words: the index treats each character as one word.
const UNSPACED = new RegExp(
  "[\\u0e00-\\u0e7f\\u1000-\\u109f\\u1780-\\u17ff\\u3040-\\u30ff\\u3400-\\u4dbf" +
    "\\u4e00-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{3ffff}]",
  "gu",
);
/**
 * The words of a text as the index stores them: case folded (via upper case, so that ß equals ss),
 * without accents, a space before and after each.
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
