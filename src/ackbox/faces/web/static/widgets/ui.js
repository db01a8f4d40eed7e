// Shared elements: intents, agents, receipts, times and the text of messages. Text from messages
// becomes nodes, never HTML.
import { h } from "../vendor/preact.js";
import htm from "../vendor/htm.js";
import { useEffect, useState } from "../vendor/hooks.js";
import { signal } from "../vendor/signals.js";
import { lexer } from "../core/markdown.js";
import { time } from "../core/store.js";

export const html = htm.bind(h);

const LINES = {
  question: "M5.6 5.6a2.4 2.4 0 1 1 3.7 2.1c-.8.5-1.3.9-1.3 1.8M8 12.2v.1",
  handoff: "M2.5 8h10M9 4.5 12.5 8 9 11.5",
  review_request:
    "M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8z" +
    "M8 9.8a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6z",
  blocked: "M4 4l8 8M12 4l-8 8",
  context_share: "M4 2.5h5.5L12.5 5.5v8H4zM9.5 2.5v3h3M6 8.5h4.5M6 11h4.5",
  status: "M3 8.5 6.5 12 13 4.5",
  task: "M3.5 3.5h9v9h-9z",
  task_assignment: "M3.5 3.5h9v9h-9zM6 8.2l1.6 1.6L10.5 6.5",
  alert: "M8 2.5 14.5 13.5h-13zM8 6.5v3.5M8 11.9v.1",
  error: "M8 2.5 14.5 13.5h-13zM8 6.5v3.5M8 11.9v.1",
  answer: "M6.5 4 2.5 8l4 4M2.5 8h7a4 4 0 0 1 4 4",
  request: "M8 13V3M4 7l4-4 4 4",
  inform: "M4 8h8",
  system: "M8 5.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM8 2v2M8 12v2M2 8h2M12 8h2",
};
const TONES = {
  question: "question",
  handoff: "handoff",
  review_request: "review",
  blocked: "blocked",
  error: "blocked",
  context_share: "context",
  task: "task",
  task_assignment: "task",
  request: "task",
  alert: "alert",
  answer: "answer",
};
const toneOf = (intent) => TONES[intent] ?? "status";
/** The style token with the colour of an intent. */
export const tokenOf = (intent) => `--${toneOf(intent)}`;

export const words = (text) => text.replaceAll("_", " ");

/** Class names, without those that are false. */
export const classes = (...names) => names.filter(Boolean).join(" ");

/** The class that marks a message of high or urgent priority. */
export const urgencyOf = ({ priority }) =>
  priority === 5 ? "is-urgent" : priority === 4 ? "is-high" : "";

export function Icon({ d, size = 16, label }) {
  return html`<svg class="icon" width=${size} height=${size} viewBox="0 0 16 16" fill="none"
    stroke="currentColor" stroke-width="1.5" stroke-linecap="round"
    stroke-linejoin="round" role=${label ? "img" : null} aria-label=${label}
      aria-hidden=${label ? null : "true"}><path d=${d} /></svg>`;
}

export function CloseButton({ onClick, title = null }) {
  return html`<button type="button" class="quiet" title=${title} aria-label="Close"
    onClick=${onClick}><${Icon} d="M4 4l8 8M12 4l-8 8" /></button>`;
}

export function Intent({ message, bare = false }) {
  const word =
    message.type === "task_assignment"
      ? "task_assignment"
      : message.type === "system"
        ? "system"
        : message.intent;
  return html`<span class=${`intent tone-${toneOf(word)}`}><${Icon} d=${LINES[word] ?? LINES.inform}
    size=${14} />${bare ? null : words(word === "task_assignment" ? "task" : word)}</span>`;
}

/** The mark of a name: two letters and one of eight tones, always the same. */
export function mark(name) {
  const parts = [...name.replace(/[^\p{L}\p{N} _-]/gu, "")];
  const bits = name.split(/[\s_-]+/).filter(Boolean);
  const text =
    bits.length > 1 ? [...bits[0]][0] + [...bits[bits.length - 1]][0] : parts.slice(0, 2).join("");
  let sum = 7;
  for (const c of name) sum = (sum * 31 + c.codePointAt(0)) >>> 0;
  return { text: text || "?", tone: sum % 8 };
}

export function Mark({ name }) {
  const { text, tone } = mark(name);
  return html`<span class=${`mark mark-${tone}`} aria-hidden="true">${text}</span>`;
}

export function Human() {
  return html`<span class="human" title="A person, identified by the key">HUMAN
    </span>`;
}

// Characters that a program may draw as nothing: the table of model/text.py.
const IGNORABLE =
  "[\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f" +
  "\\u202a-\\u202e\\u2060-\\u206f\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufff8" +
  "\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}]";
// Where one of them changes an emoji, it is visible.
const EMOJI =
  "(?<=\\p{Extended_Pictographic})\\ufe0f|\\ufe0f(?=\\u20e3)|" +
  "(?<=\\p{Extended_Pictographic}[\\ufe0f\\p{Emoji_Modifier}]?)" +
  "\\u200d(?=\\p{Extended_Pictographic})";
const CONTROL = "(?![\\n\\t])[\\p{Cc}\\p{Cf}\\p{Co}\\p{Cs}\\p{Zl}\\p{Zp}]";
// Combining characters stand in the class on purpose: each is matched alone.
// eslint-disable-next-line no-misleading-character-class
const ODD = new RegExp(`(?!${EMOJI})(?:${IGNORABLE}|${CONTROL})`, "gu");
/** Text from others, with a replacement mark for characters that do not print or reorder text. */
export const safe = (text) => String(text ?? "").replace(ODD, "\ufffd");

export function Agent({ name, instance, kind }) {
  return html`<span class="agent"><bdi>${safe(name)}</bdi>${
    instance
      ? html`<span class="dim">/
    ${safe(instance)}</span>`
      : null
  }${
    kind === "human"
      ? html` <${Human} />
    `
      : kind === "external"
        ? html` <span class="dim" title="Another system, through a webhook">
      (external)</span>`
        : null
  }</span>`;
}

export function to(message) {
  return message.type === "broadcast" || message.to[0] === "*"
    ? "everyone"
    : message.to.map(safe).join(", ");
}

const NO_ONE = "no recipients";
function stateOf(tally) {
  if (!tally || !tally.recipients) return "none";
  if (tally.acknowledged >= tally.recipients) return "acknowledged";
  if (tally.read) return "read";
  return tally.delivered ? "delivered" : "pending";
}

export function Circle({ state, label }) {
  const fill = {
    delivered: "M8 2.5a5.5 5.5 0 0 0 0 11z",
    read: "M8 2.5a5.5 5.5 0 0 1 0 11z",
  }[state];
  return html`<svg class=${`circle is-${state}`} width="14" height="14" viewBox="0 0 16 16"
    role="img" aria-label=${label ?? (state === "none" ? NO_ONE : state)}>
    ${
      state === "expired"
        ? html`<path d="M4.5 4.5l7 7M11.5 4.5l-7 7" fill="none" stroke="currentColor"
          stroke-width="1.6" stroke-linecap="round" />`
        : state === "none"
          ? html`<circle cx="8" cy="8" r="1.2" fill="currentColor" />`
          : html`<circle cx="8" cy="8" r="5.5"
            fill=${state === "acknowledged" ? "currentColor" : "none"} stroke="currentColor"
              stroke-width="1.5" />${fill ? html`<path d=${fill} fill="currentColor" />` : null}`
    }
  </svg>`;
}

export function Receipt({ tally }) {
  const state = stateOf(tally);
  const title = tally?.recipients
    ? `${tally.acknowledged} of ${tally.recipients} acknowledged, ` +
      `${tally.read} read, ${tally.delivered} delivered`
    : NO_ONE;
  return html`<span class="receipt" title=${title}><${Circle} state=${state} label=${title} /><span
    class="num" aria-hidden="true">
      ${tally?.recipients ? `${tally.acknowledged}/${tally.recipients}` : ""}</span></span>`;
}

/** The way of a message to one recipient: each step with its time and evidence. */
export function Chain({ sent, by }) {
  return html`<ol class="chain">${[{ mark: "stored", at: sent }, ...by].map(
    (each) => html`<li><span class="dim">${safe(each.mark)}</span> <${Time} at=${each.at} /> <span
      class="dim small">${safe(
        [each.instance, each.face, each.evidence].filter(Boolean).join(" · "),
      )}</span></li>`,
  )}</ol>`;
}

const ZONE = "ackbox.zone";
/** The time zone of all times, as set in this browser; empty for the browser's own. */
export const zone = signal(localStorage.getItem(ZONE) ?? "");
const HOURS = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  SECONDS = { ...HOURS, second: "2-digit" },
  DAY = { day: "numeric", month: "short" };
function formats() {
  const make = (options) => {
    try {
      return new Intl.DateTimeFormat(undefined, { ...options, timeZone: zone.value || undefined });
    } catch {
      // The browser no longer knows the stored zone.
      return new Intl.DateTimeFormat(undefined, options);
    }
  };
  return {
    clock: make(SECONDS),
    short: make(HOURS),
    dayOf: make(DAY),
    whole: make({ ...SECONDS, ...DAY, weekday: "short", year: "numeric", timeZoneName: "short" }),
  };
}
let format = formats();
export function setZone(name) {
  localStorage.setItem(ZONE, name);
  zone.value = name;
  format = formats();
}
/** A time in full, in the zone of this browser: for tooltips. */
export const whole = (at) => format.whole.format(new Date(at));

/** The time for ages, updated every five seconds. */
export const now = signal(time());
setInterval(() => {
  now.value = time();
}, 5000);

export function Time({ at, seconds = true, day = false }) {
  const when = new Date(at),
    { dayOf, clock, short } = zone.value !== null && format,
    date = dayOf.format(when),
    today = date === dayOf.format(new Date(time()));
  const text =
    (today && !day ? "" : `${date} `) + (seconds && (today || day) ? clock : short).format(when);
  return html`<time class="num" datetime=${at} title=${whole(at)}>${text}</time>`;
}

export function age(at) {
  const s = Math.max(0, Math.round((now.value - new Date(at).getTime()) / 1000));
  return s < 60
    ? `${s} s`
    : s < 3600
      ? `${Math.floor(s / 60)} min`
      : s < 86400
        ? `${Math.floor(s / 3600)} h`
        : `${Math.floor(s / 86400)} d`;
}

export function Age({ at }) {
  return html`<time class="num" datetime=${at} title=${whole(at)}>${age(at)}</time>`;
}

export function seen(each) {
  return !each.last_seen
    ? "never seen"
    : each.presence === "online" && now.value - Date.parse(each.last_seen) < 60_000
      ? "now"
      : `${age(each.last_seen)} ago`;
}

/** What the program of an agent does and for how long. */
export function Activity({ each }) {
  return each.activity
    ? html`<span class="tag">${each.activity} ${age(each.activity_since)}</span> `
    : null;
}

export function Presence({ state }) {
  return html`<span class=${`presence is-${state}`} role="img" aria-label=${state}
    title=${state}></span>`;
}

const SEALED =
  "Sealed message: this server cannot read it. Members open it with ackbox on their machines.";

/** The text of a message, or why a sealed one has none here. */
export const textOf = (message) => (message.sealed && !message.body ? SEALED : message.body);

const BLOCKS = new Set(["paragraph", "heading", "code", "list", "table", "blockquote"]);
/** Tokens of Markdown as plain text, each block on lines of its own. */
const plain = (tokens) => tokens.map(plainOf).join("");
function plainOf(token) {
  const parts = token.items ?? (token.header ? [token.header, ...token.rows].flat() : null),
    text = parts
      ? parts.map((each) => plain(each.tokens)).join("\n")
      : token.tokens
        ? plain(token.tokens)
        : token.type === "br"
          ? "\n"
          : (token.text ?? "");
  return BLOCKS.has(token.type) ? `\n${text}\n` : text;
}
const PLAIN_CHARS = 2000;
/** The lines of a text without the marks of Markdown and without empty lines. */
export const plainLines = (text) =>
  plain(lexer(text.slice(0, PLAIN_CHARS)))
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);

/** The first line of a message: its subject or, without one, the start of its text. */
export function firstLine(message) {
  return safe(message.subject || plainLines(textOf(message) || "")[0] || "") || "(no text)";
}

// --- text -------------------------------------------------------------------------------------

const OPENS = new Set(["http:", "https:", "mailto:"]);

function Out({ href, children }) {
  let place = null;
  try {
    place = new URL(href);
  } catch {
    /* Not an address: shown as typed. */
  }
  if (!place || !OPENS.has(place.protocol))
    return html`<span class="typed">${children} (${safe(href)})</span>`;
  const host = place.protocol === "mailto:" ? "" : place.host;
  return html`<a href=${place.href} target="_blank" rel="noreferrer noopener nofollow">${children}
    </a>${
      host && !String(children).includes(host)
        ? html` <span class="host">${safe(host)}</span>
    `
        : null
    }`;
}

// A dozen kinds of tokens become elements; all others are shown as typed.
function nodes(tokens) {
  return (tokens ?? []).map(node);
}
function node(token) {
  switch (token.type) {
    case "heading":
      return html`<p class=${`heading heading-${Math.min(token.depth, 3)}`}>${nodes(token.tokens)}
        </p>`;
    case "paragraph":
      return html`<p>${nodes(token.tokens)}</p>`;
    case "text":
      return safe(token.text);
    case "strong":
      return html`<strong>${nodes(token.tokens)}</strong>`;
    case "em":
      return html`<em>${nodes(token.tokens)}</em>`;
    case "del":
      return html`<del>${nodes(token.tokens)}</del>`;
    case "codespan":
      return html`<code>${safe(token.text)}</code>`;
    case "code":
      return html`<${Code} text=${token.text} lang=${token.lang} />`;
    case "br":
      return html`<br />`;
    case "hr":
      return html`<hr />`;
    case "blockquote":
      return html`<blockquote>${nodes(token.tokens)}</blockquote>`;
    case "list":
      return h(
        token.ordered ? "ol" : "ul",
        token.ordered && token.start > 1 ? { start: token.start } : null,
        token.items.map(
          (item) =>
            html`<li>${
              item.task
                ? html`<span class="tick">${item.checked ? "[x] " : "[ ] "}</span>
              `
                : null
            }${nodes(item.tokens)}</li>`,
        ),
      );
    case "link":
      return html`<${Out} href=${token.href}>${nodes(token.tokens)}</${Out}>`;
    case "table":
      return html`<div class="wide"><table><thead><tr>${token.header.map(
        (cell) => html`<th
        scope="col">${nodes(cell.tokens)}</th>`,
      )}</tr></thead><tbody>${token.rows.map(
        (row) => html`
          <tr>${row.map((cell) => html`<td>${nodes(cell.tokens)}</td>`)}</tr>`,
      )}</tbody></table>
          </div>`;
    default:
      return safe(token.text);
  }
}

/** A block of code with a button that copies it. Colours are fetched if its language is named. */
function Code({ text, lang }) {
  const shown = safe(text),
    [parts, set] = useState(null);
  useEffect(() => {
    let here = true;
    set(null);
    if (lang)
      import("./code_colours.js").then((module) =>
        module.coloured(shown, lang).then((found) => {
          if (here) set(found);
        }),
      );
    return () => {
      here = false;
    };
  }, [shown, lang]);
  return html`<div class="code"><pre tabindex="0" role="region" aria-label="Code"><code>${
    parts
      ? parts.map(([part, kind]) =>
          kind ? html`<span class=${`code-${kind}`}>${part}</span>` : part,
        )
      : shown
  }</code></pre><${Copy} text=${text} /></div>`;
}

/** The text of a message, as Markdown. */
export function Body({ text }) {
  return html`<div class="body">${nodes(lexer(text))}</div>`;
}

export function Copy({ text, label = "Copy" }) {
  const [did, set] = useState(false);
  return html`<button type="button" class="quiet small" onClick=${() => {
    navigator.clipboard?.writeText(text);
    set(true);
    setTimeout(() => set(false), 1500);
  }}>${did ? "Copied" : label}</button>`;
}

/** A name, quoted for a shell if necessary. */
export const arg = (text) =>
  /^[\w.@/-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

export function Teach({ command }) {
  return html`<span class="teach"><code>${command}</code><${Copy} text=${command} /></span>`;
}

export function Key({ children }) {
  return html`<kbd>${children}</kbd>`;
}

/** A button for something that cannot be undone; it asks for confirmation. */
export function Sure({ text, sure, run, about }) {
  const [asked, ask] = useState(false),
    [problem, fail] = useState("");
  return asked
    ? html`<button type="button" class="danger"
      onClick=${() => run().catch((error) => fail(error.message))}>${sure}</button><button
        type="button" class="quiet" onClick=${() => ask(false)}>Cancel</button>${
          problem
            ? html`<span
          class="problem" role="alert">${problem}</span>`
            : null
        }`
    : html`<button type="button" aria-label=${about ? `${text}: ${about}` : null}
      onClick=${() => ask(true)}>${text}</button>`;
}
