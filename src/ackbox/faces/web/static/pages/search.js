// Search: all messages by the filter grammar, grouped by conversation, with tasks and notes.
import { useEffect, useLayoutEffect, useRef } from "../vendor/hooks.js";
import { address } from "../core/lookup.js";
import { go, query, Top } from "../core/frame.js";
import { FilterBox } from "../widgets/filter_box.js";
import { keep, kept, terms, toggled, without } from "../core/filter.js";
import { keys } from "../core/keys.js";
import {
  Agent,
  Copy,
  Icon,
  Intent,
  Receipt,
  Time,
  firstLine,
  html,
  safe,
  to,
} from "../widgets/ui.js";

const FACETS = [
  ["from", "from", (message) => [message.sender]],
  [
    "to",
    "to",
    (message) => (message.type === "broadcast" ? [] : message.to.map((each) => each.split("/")[0])),
  ],
  ["intent", "intent", (message) => [message.intent]],
  [
    "state",
    "is",
    (message) =>
      [
        message.tally.acknowledged < message.tally.recipients && "unacked",
        message.priority === 5 && "urgent",
        message.sender_kind === "human" && "human",
      ].filter(Boolean),
  ],
];

/** Group results by conversation, the one with the newest message first. */
function byThread(messages) {
  const found = new Map();
  for (const message of messages) {
    if (!found.has(message.thread)) found.set(message.thread, []);
    found.get(message.thread).push(message);
  }
  return [...found.values()].map((list) => list.reverse());
}

/** The words of a search, to highlight them. */
function wordsOf(q) {
  return terms(q)
    .filter((term) => !term.key && !term.text.startsWith("-"))
    .flatMap((term) => (term.text.startsWith('"') ? [term.value] : term.value.split(/\s+/)))
    .map((word) => word.replace(/\*$/, ""))
    .filter(Boolean);
}

function Marked({ text, words }) {
  if (!words.length) return safe(text);
  const parts = safe(text).split(
    new RegExp(
      `(${words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`,
      "giu",
    ),
  );
  return parts.map((part, at) => (at % 2 ? html`<mark>${part}</mark>` : part));
}

/** An excerpt of a message around the first matching word. */
function excerpt(message, words) {
  const text = safe(message.body).replace(/\s+/g, " "),
    low = text.toLowerCase();
  const at = Math.max(
    0,
    Math.min(
      ...words.map((word) => {
        const found = low.indexOf(word.toLowerCase());
        return found < 0 ? Infinity : found;
      }),
    ) - 50,
  );
  return Number.isFinite(at) && at > 0 ? `…${text.slice(at, at + 180)}` : text.slice(0, 180);
}

const EXAMPLE = 'from:claude intent:blocked before:2d "exact words"';

export function Search({ data }) {
  const list = useRef(null),
    box = () => /** @type {HTMLInputElement} */ (document.getElementById("search-box"));
  const messages = data.messages.map((message, at) => ({ ...message, tally: data.tallies[at] }));
  const words = wordsOf(data.q),
    threads = byThread(messages),
    total = messages.length + data.tasks.length + data.notes.length;
  useEffect(() => {
    if (!data.q) box()?.focus();
  }, []);
  const step = (by) => {
    const all = [...list.current.querySelectorAll("a.hit")];
    const at = all.indexOf(document.activeElement);
    all[Math.max(0, Math.min(all.length - 1, at + by))]?.focus();
  };
  useLayoutEffect(
    () =>
      keys("Search", {
        j: [() => step(1), "next"],
        k: [() => step(-1), "previous"],
        ArrowDown: [() => step(1), "next"],
        ArrowUp: [() => step(-1), "previous"],
        "/": [
          () => {
            box().focus();
            box().select();
          },
          "search",
        ],
      }),
    [],
  );
  const submit = (text) => go(address("search", { q: text }));
  return html`<div class="view is-search"><${Top} title="Search"><form class="grow" role="search"
    onSubmit=${(event) => {
      event.preventDefault();
      submit(box().value.trim());
    }}>
      <label class="visually-hidden" for="search-box">Search</label>
      <div class="find"><${Icon}
      d="M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.5 10.5 14 14" size=${14} />
        <${FilterBox} id="search-box" isQuiet=${true} q=${data.q} placeholder=${EXAMPLE}
        onSubmit=${submit} onLeave=${() => step(1)}
          onDown=${() => step(1)} /></div><button>Search</button></form></${Top}>
    <div class="mid">${
      data.q
        ? html`<p class="chips">${terms(data.q).map(
            (term) => html`<a class="chip" key=${term.text}
          href=${address("search", { q: without(data.q, term) })} title="Remove from the search">
            ${safe(term.text)} ✕</a>`,
          )}
      <span class="dim" role="status">
      ${counted(messages.length, "message", data.cursor ? " or more" : "")}
      , ${counted(threads.length, "conversation")}</span><span class="grow"></span>
      <button type="button" class="quiet small" title="Saved searches are kept in this browser"
      aria-pressed=${kept.value.includes(data.q)} onClick=${() => keep(data.q)}>
        ${kept.value.includes(data.q) ? "Saved" : "Save"}</button><${Copy}
        text=${location.origin + address("search", { q: data.q })} label="Copy link" /></p>`
        : null
    }
    <div class="found"><aside aria-label="Narrow the search">${
      data.q
        ? html`<${Kept} q=${data.q} />
    `
        : null
    }
    ${
      data.q
        ? FACETS.map(
            ([title, key, of]) => html`<${Facet} title=${title} name=${key} of=${of}
    messages=${messages} q=${data.q} />`,
          )
        : null
    }</aside>
      <div ref=${list} class="hits">${threads.map(
        (thread) => html`<${Conversation}
      key=${thread[0].thread} messages=${thread} words=${words}
        whole=${data.conversations[thread[0].thread]}
          isPart=${Boolean(data.cursor || query.value.cursor)} />`,
      )}
        ${
          data.tasks.length
            ? html`<section><h2>Tasks</h2>${data.tasks.map(
                (task) => html`<a
        class="hit" href=${address("tasks", { task: task.id })}><span class="dim num">t-
          ${task.number}</span> <span><${Marked} text=${task.title} words=${words} /></span> <span
          class="dim">${task.status.replaceAll("_", " ")}</span></a>`,
              )}</section>`
            : null
        }
        ${
          data.notes.length
            ? html`<section><h2>Notes</h2>${data.notes.map(
                (note) => html`<p
        class="hit"><span class="dim">${safe(note.kind)}</span> ${
          note.title
            ? html`<span><${Marked}
          text=${note.title} words=${words} /></span>`
            : null
        }<span class="text dim"><${Marked}
            text=${excerpt({ body: note.text }, words)} words=${words} /></span></p>`,
              )}</section>
              `
            : null
        }
        ${
          data.cursor
            ? html`<p><a href=${address("search", { q: data.q, cursor: data.cursor })}>
        Older</a></p>`
            : null
        }
        ${
          !data.q
            ? html`<${Kept} q="" /><${How} />`
            : total === 0
              ? html`<${Nothing} q=${data.q} />
        `
              : null
        }</div></div></div></div>`;
}

const counted = (many, one, more = "") => `${many}${more} ${many === 1 && !more ? one : `${one}s`}`;

/** The saved searches of this person. */
function Kept({ q }) {
  if (!kept.value.length) return null;
  return html`<h2>Saved <span class="dim">in this browser</span></h2><ul class="keeps"
    aria-label="Saved searches">${kept.value.map(
      (each) => html`<li key=${each} class="kept"><a
      href=${address("search", { q: each })} aria-current=${each === q ? "page" : null}
        class="line"><bdi>${safe(each)}</bdi></a><button type="button" class="quiet small"
          aria-label=${`Remove ${safe(each)}`} onClick=${() => keep(each)}>×</button></li>`,
    )}</ul>`;
}

// Messages of a conversation are counted up to this number.
const MAX_SIZE = 200;

/** How many messages of a conversation match; more may be on other pages. */
function matching(many, whole, isPart) {
  const size = whole?.messages,
    of = size > MAX_SIZE ? ` of more than ${MAX_SIZE}` : size ? ` of ${Math.max(size, many)}` : "";
  return `${isPart && !(size <= many) ? "at least " : ""}${many}${of} match`;
}

function Conversation({ messages, words, whole, isPart }) {
  const said = matching(messages.length, whole, isPart);
  return html`<section>${
    messages.length === 1 && (whole?.messages ?? 1) === 1
      ? null
      : html`<h2>
    <span class="line">${firstLine(whole?.first ?? messages[0])}</span> <span class="dim num">
    ${said}</span></h2>`
  }
    ${messages.map(
      (message) => html`<a class="hit" key=${message.id}
        href=${`${address(`t/${message.thread}`)}#${message.id}`}>
      <span class="dim"><${Time} at=${message.created_at} day=${true} /></span> <${Agent}
      name=${message.sender} kind=${message.sender_kind} /> <span class="dim">→ ${to(message)}
        </span> <${Intent} message=${message} />
      <span class="text"><${Marked} text=${excerpt(message, words)} words=${words} />
      </span> <${Receipt} tally=${message.tally} /></a>`,
    )}</section>`;
}

function Facet({ title, name, of, messages, q }) {
  const counts = new Map();
  for (const message of messages)
    for (const value of of(message)) counts.set(value, (counts.get(value) ?? 0) + 1);
  if (!counts.size) return null;
  return html`<h2>${title}</h2><ul>${[...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 8)
    .map(
      ([value, count]) =>
        html`<li><a href=${address("search", { q: toggled(q, name, value) })}><bdi class="line">
          ${safe(value).replaceAll("_", " ")}</bdi> <span class="num dim">${count}</span></a></li>`,
    )}</ul>`;
}

function Nothing({ q }) {
  const last = terms(q).at(-1);
  return html`<div class="empty"><p>No results for <code>${safe(q)}</code>.</p>
    ${
      terms(q).length > 1
        ? html`<p><a href=${address("search", { q: without(q, last) })}>
    Remove <code>${safe(last.text)}</code></a></p>`
        : null
    }</div>`;
}

function How() {
  return html`<div class="empty"><p>Results contain all words. Narrow the search with:</p><table
    class="plain">
    <tbody>
    ${[
      ["from:claude to:codex", "sender, recipient"],
      ["intent:blocked,question", "intent"],
      ["is:unacked", "also is:unread, is:urgent, is:human, is:late"],
      ["before:2d after:2026-11-01", "an age or a time"],
      ["thread:… has:file", "one conversation; with a file reference"],
      ['"exact words" start* -without', "exact phrase, prefix, without a word"],
    ].map(
      ([said, what]) => html`<tr><td><code>${said}</code></td><td>${what}</td></tr>`,
    )}</tbody></table></div>`;
}
