// Completion of filters: keys first, then values with their numbers of messages.
import { html, safe, words } from "./ui.js";
import { useEffect, useLayoutEffect, useState } from "../vendor/hooks.js";
import { INTENTS, KEYS, STATES, quoted, terms } from "../core/filter.js";
import { useOthers } from "../core/frame.js";
import { base, load, met, roster } from "../core/store.js";

const MAX_OFFERS = 9;
const MEANS = {
  from: "sender",
  to: "recipient",
  intent: "purpose",
  is: "unacked, unread, urgent, human, late",
  priority: "urgent, high, normal, low",
  before: "an age or a time",
  after: "an age or a time",
  thread: "one conversation",
  has: "kind of reference",
};
const AGES = [
  ["15m", "15 minutes"],
  ["1h", "an hour"],
  ["1d", "a day"],
  ["1w", "a week"],
];
const people = () => [...roster.value.agents.map((each) => each.agent), ...met.keys()];
/** Values to offer even if no message has them. */
const ALWAYS = {
  from: people,
  to: () => ["everyone", ...people()],
  intent: () => INTENTS,
  is: () => STATES,
  priority: () => ["urgent", "high", "normal", "low"],
  has: () => ["file", "diff", "task", "message", "url"],
};

/**
 * The term at the caret: its start, its key, earlier values of a list, and the part typed so far.
 */
function typing(text, caret) {
  const term = /(?:^|\s)((?:[a-z]+:"[^"]*)|\S*)$/.exec(text.slice(0, caret))[1],
    from = caret - term.length,
    found = /^([a-z]+):"?(.*)$/.exec(term);
  if (!found) return { from, key: null, part: term, before: [] };
  const list = found[2].split(",");
  return { from, key: found[1], part: list.at(-1), before: list.slice(0, -1) };
}

/** The edit distance of two words. */
function apart(one, other) {
  let row = [...other, ""].map((_, at) => at);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1)
      next[j] = Math.min(
        row[j] + 1,
        next[j - 1] + 1,
        row[j - 1] + (one[i - 1] === other[j - 1] ? 0 : 1),
      );
    row = next;
  }
  return row.at(-1);
}

/** An unknown key of a filter and the most similar known key, if any. */
function unknown(text) {
  const wrong = terms(text).find((term) => term.key && !KEYS.includes(term.key))?.key;
  if (!wrong) return null;
  const [near] = [...KEYS].sort((a, b) => apart(wrong, a) - apart(wrong, b));
  return { wrong, near: apart(wrong, near) <= Math.max(1, wrong.length / 2) ? near : null };
}

function offers({ key, part, before }, facets) {
  const low = part.toLowerCase(),
    fits = (text) => text.toLowerCase().includes(low);
  if (key === null)
    return KEYS.filter((each) => each.startsWith(low)).map((each) => ({
      text: `${each}:`,
      key: each,
      note: MEANS[each],
    }));
  if (key === "before" || key === "after")
    return AGES.filter(([age]) => age.startsWith(low)).map(([age, note]) => ({
      text: age,
      value: age,
      note,
    }));
  const known = new Map((facets?.[key] ?? []).map((each) => [each.value, each]));
  for (const value of ALWAYS[key]?.() ?? [])
    if (!known.has(value)) known.set(value, { value, count: 0 });
  return [...known.values()]
    .filter((each) => !before.includes(each.value) && (fits(each.value) || fits(each.label ?? "")))
    .sort(
      (a, b) =>
        Number(b.value.toLowerCase().startsWith(low)) -
          Number(a.value.toLowerCase().startsWith(low)) ||
        b.count - a.count ||
        a.value.localeCompare(b.value),
    )
    .map((each) => ({ text: each.label || each.value, value: each.value, count: each.count }));
}

export function Complete({ id, text, caret, at, setAt, onPick, keys }) {
  const [told, tell] = useState(null);
  const now = typing(text, caret),
    wrong = unknown(text);
  const rest = terms(`${text.slice(0, now.from)} ${text.slice(caret)}`)
    .filter((term) => !term.key || KEYS.includes(term.key))
    .map((term) => term.text)
    .join(" ");
  useEffect(() => {
    let here = true;
    const timer = setTimeout(
      () =>
        load(`${base}/facets`, `?${new URLSearchParams(rest ? { q: rest } : {})}`).then(
          (data) => {
            if (here) tell(data);
          },
          () => {},
        ),
      told ? 150 : 0,
    );
    return () => {
      here = false;
      clearTimeout(timer);
    };
  }, [rest]);
  // The agents found are added to `met`.
  useOthers(now.key === "from" || now.key === "to" ? now.part.trim().toLowerCase() : "");
  const found =
    wrong && wrong.wrong !== now.key && now.key !== null
      ? []
      : wrong?.near
        ? [{ text: `${wrong.near}:`, fixes: wrong.near }]
        : wrong
          ? []
          : offers(now, told?.values).slice(0, MAX_OFFERS);
  function take(each) {
    if (each.fixes) {
      const fixed = text.replace(new RegExp(`(^|\\s)${wrong.wrong}:`), `$1${wrong.near}:`);
      onPick(fixed, caret + wrong.near.length - wrong.wrong.length);
      return;
    }
    const whole = each.key
      ? each.text
      : `${now.key}:${quoted([...now.before, each.value].join(","))} `;
    onPick(
      text.slice(0, now.from) + whole + text.slice(caret).trimStart(),
      now.from + whole.length,
    );
  }
  // Updated at once: keys can arrive faster than the page is drawn.
  useLayoutEffect(() => {
    keys.current = (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return false;
      const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (by && found.length) {
        setAt(at < 0 ? (by > 0 ? 0 : found.length - 1) : (at + by + found.length) % found.length);
        return true;
      }
      if (
        event.key === "Tab" &&
        !event.shiftKey &&
        found.length &&
        (at >= 0 || now.part || now.key)
      ) {
        take(found[Math.max(0, at)]);
        return true;
      }
      if (event.key === "Enter" && at >= 0 && found[at]) {
        take(found[at]);
        return true;
      }
      return event.key === "Enter" && Boolean(wrong);
    };
    return () => {
      keys.current = null;
    };
  });
  return html`<div class="offers">${
    wrong
      ? html`<p role="alert" class="problem">Unknown filter '${safe(wrong.wrong)}'. ${
          wrong.near ? `Did you mean ${wrong.near}?` : `Use one of: ${KEYS.join(", ")}.`
        }</p>`
      : null
  }
    <ul id=${`${id}-offers`} role="listbox" aria-label="Suggestions">${found.map(
      (each, number) => html`<li id=${`${id}-${number}`} role="option"
        aria-selected=${number === at} class=${number === at ? "is-at" : ""}
          onMouseDown=${(event) => {
            event.preventDefault();
            take(each);
          }}>
      <bdi class="line">${now.key === "intent" ? words(safe(each.text)) : safe(each.text)}</bdi>
      <span class="dim small line">${each.note ?? ""}</span><span class="num dim small">
      ${each.count ? each.count.toLocaleString("en") : ""}</span></li>`,
    )}</ul>
    ${
      now.key && told && !wrong
        ? html`<p class="dim small">
    Counts from the ${told.is_more ? "newest " : ""}${told.looked_at.toLocaleString("en")} messages
      </p>`
        : null
    }</div>`;
}
