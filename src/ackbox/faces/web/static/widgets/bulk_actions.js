// Bulk actions for the selected messages or all that match. The server decides who may do what.
import { html, CloseButton, Key, firstLine, safe, to } from "./ui.js";
import { useEffect, useLayoutEffect, useRef, useState } from "../vendor/hooks.js";
import { base, byId, call, load, mayWrite, me, refusal } from "../core/store.js";
import { archived } from "./toast.js";
import { choose, shared } from "./choices.js";
import { clear, doing, outcome, picked } from "./selection.js";

const MAX_SELECTED = 1000,
  MAX_NUDGED = 50,
  MAX_IDS = 200,
  MAX_NAMED = 5;
const count = (many, one) => `${many.toLocaleString("en")} ${many === 1 ? one : `${one}s`}`;

/** Call an operation; wait and repeat while the server limits the rate. */
async function patiently(name, params) {
  for (;;) {
    try {
      return await call(name, params);
    } catch (error) {
      if (error.code !== "rate_limited") throw error;
      await new Promise((done) => setTimeout(done, 1000 * (error.retry_after_s ?? 1)));
    }
  }
}

async function inParts(all, many, what, said) {
  const told = [];
  for (let at = 0; at < all.length; at += many) {
    told.push(await what(all.slice(at, at + many)));
    said(Math.min(at + many, all.length));
  }
  return told;
}

const marking = (mark, done) => async (messages, said) => {
  const told = await inParts(
    messages.map((m) => m.id),
    MAX_IDS,
    (ids) => patiently("receipt.mark", { mark, ids }),
    said,
  );
  if (mark === "archived") archived(told.flatMap((each) => each.changed));
  const sum = (name) => told.reduce((all, each) => all + each[name].length, 0);
  return [
    `${done} ${sum("changed")}.`,
    sum("unchanged") ? `${sum("unchanged")} unchanged.` : "",
    sum("not_found") ? `${sum("not_found")} not addressed to you.` : "",
  ]
    .filter(Boolean)
    .join(" ");
};

/** The recipients that have not acknowledged these messages: agent → messages. */
async function behind(messages, said) {
  const by = new Map();
  await inParts(
    messages.slice(0, MAX_NUDGED),
    1,
    async ([m]) => {
      for (const each of (await patiently("message.status", { id: m.id, limit: 50 })).receipts) {
        if (each.acknowledged_at || each.agent === me.agent || each.kind === "system") continue;
        if (!by.has(each.agent)) by.set(each.agent, []);
        by.get(each.agent).push(m);
      }
    },
    said,
  );
  return by;
}

/** Send each agent one urgent message about the messages that it has not acknowledged. */
export async function nudge(_, said, by) {
  const names = [...by.keys()];
  await inParts(
    names,
    1,
    ([name]) => {
      const about = by.get(name),
        lines = about.map((m) => firstLine(m).slice(0, 120));
      return patiently("message.send", {
        to: [name],
        intent: "request",
        priority: 5,
        parent: about.length === 1 ? about[0].id : undefined,
        idempotency_key: crypto.getRandomValues(new Uint32Array(4)).join("-"),
        body:
          about.length === 1
            ? `Please look at this message: ${lines[0]}`
            : [
                `Please look at these ${about.length} messages:`,
                ...lines.map((each) => `- ${each}`),
              ].join("\n"),
        refs: about.map((m) => ({ kind: "message", target: m.id })),
      });
    },
    said,
  );
  return `Nudged ${count(names.length, "agent")}.`;
}

async function withdraw(messages, said) {
  let gone = 0,
    kept = 0;
  await inParts(
    messages,
    1,
    async ([m]) => {
      const told = await patiently("message.withdraw", { id: m.id });
      gone += told.withdrawn;
      kept += told.kept;
    },
    said,
  );
  return `Withdrawn from ${count(gone, "recipient")}; ${kept} had read or archived it.`;
}

async function copyText(messages, said) {
  const told = await inParts(
    messages,
    MAX_IDS,
    (some) => patiently("message.history", { ids: some.map((m) => m.id) }),
    said,
  );
  const whole = told.flatMap((each) => each.messages).sort((one, other) => one.seq - other.seq);
  await navigator.clipboard?.writeText(
    whole
      .map(
        (m) =>
          `${m.created_at}  ${m.sender} → ${to(m)}  ${m.intent}\n` +
          `${m.subject ? `${m.subject}\n` : ""}${m.body}\n`,
      )
      .join("\n"),
  );
  return `Copied the text of ${count(whole.length, "message")}.`;
}

async function copyLinks(messages) {
  await navigator.clipboard?.writeText(
    messages.map((m) => `${location.origin}${base}/m/${m.id}`).join("\n"),
  );
  return `Copied ${count(messages.length, "link")}.`;
}

function namesOf(by) {
  const names = [...by.keys()].slice(0, MAX_NAMED).map(safe).join(", ");
  return by.size > MAX_NAMED ? `${names} and ${by.size - MAX_NAMED} more` : names;
}

/**
 * The actions: label and explanation; `of` selects the messages that it applies to; `asks` returns
 * the question that must be confirmed first.
 */
const ACTS = [
  {
    text: "Acknowledge",
    about: "messages to you",
    run: marking("acknowledged", "Acknowledged"),
    asks: (all) => `Acknowledge ${count(all.length, "message")}? Only messages to you are marked.`,
    writes: true,
  },
  { text: "Archive", about: "messages to you", run: marking("archived", "Archived"), writes: true },
  {
    text: "Mark unread",
    about: "messages to you",
    run: marking("unread", "Marked unread:"),
    writes: true,
  },
  {
    text: "Nudge",
    about: "recipients that have not acknowledged",
    of: (all) =>
      all.filter((m) => !m.tally?.recipients || m.tally.acknowledged < m.tally.recipients),
    first: behind,
    run: nudge,
    writes: true,
    asks: (all, by) =>
      by.size
        ? `Send an urgent message to ${namesOf(by)} about ` +
          `${count(Math.min(all.length, MAX_NUDGED), "message")}?`
        : null,
  },
  { text: "Copy text", run: copyText },
  { text: "Copy links", run: copyLinks },
  {
    text: "Withdraw",
    about: "your messages, where unread",
    of: (all) => all.filter((m) => m.sender === me.agent),
    run: withdraw,
    asks: (all) =>
      `Withdraw ${count(all.length, "message")} of yours from all who have not read ` +
      `${all.length === 1 ? "it" : "them"}?`,
    writes: true,
    isGrave: true,
  },
];

/** An action for each choice that all selected questions offer. */
const deciding = (list) =>
  shared(list).map((choice) => ({
    text: `Answer: ${safe(choice)}`,
    about: "all selected questions",
    writes: true,
    asks: (all) => `Answer ${count(all.length, "question")} with “${safe(choice)}”?`,
    run: async (messages, said) => {
      await inParts(messages, 1, ([m]) => choose(m, choice, patiently), said);
      return `Answered ${count(messages.length, "question")} with “${safe(choice)}”.`;
    },
  }));

/** Deselect these messages; those selected meanwhile stay selected. */
function letGo(done, said) {
  const left = new Map(picked.value);
  for (const m of done) left.delete(m.id);
  if (left.size) picked.value = left;
  else clear();
  outcome.value = said;
}

function Menu({ all, onEvery, more }) {
  const dialog = useRef(null),
    back = useRef(/** @type {HTMLElement} */ (document.activeElement));
  const [asked, ask] = useState(null),
    [at, progress] = useState(null),
    [problem, fail] = useState("");
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown.showModal();
    return () => {
      shown.close();
      const to = back.current?.isConnected
        ? back.current
        : document.querySelector(".list, [data-first]");
      to?.focus?.({ preventScroll: true });
    };
  }, []);
  useLayoutEffect(() => {
    dialog.current.querySelector(".is-grave, .primary, button:not([disabled])")?.focus();
  }, [asked]);
  const close = () => {
    doing.value = false;
  };
  const list = [...all.values()].map((m) => byId.get(m.id) ?? m);
  async function start(act) {
    const of = act.of ? act.of(list) : list;
    try {
      if (!act.asks) {
        await run(act, of);
        return;
      }
      const found = act.first
          ? await act.first(of, (done) => progress({ done, of: of.length }))
          : null,
        question = act.asks(of, found);
      progress(null);
      if (question) ask({ act, of, found, question });
      else fail("All recipients have acknowledged.");
    } catch (error) {
      progress(null);
      fail(refusal(error));
    }
  }
  async function run(act, of, found) {
    progress({ done: 0, of: of.length });
    try {
      letGo(list, await act.run(of, (done) => progress({ done, of: of.length }), found));
      if (dialog.current) close();
    } catch (error) {
      const said = refusal(error);
      // The menu can be closed by now.
      if (dialog.current) {
        progress(null);
        ask(null);
        fail(said);
      } else outcome.value = said;
    }
  }
  function onKeyDown(event) {
    const by = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const buttons = [...dialog.current.querySelectorAll("button:not([disabled])")];
    buttons[
      (buttons.indexOf(document.activeElement) + by + buttons.length) % buttons.length
    ]?.focus();
  }
  return html`<dialog class="palette doings" ref=${dialog} aria-label="Actions for the selection"
    onClose=${() => {
      if (dialog.current) close();
    }} onKeyDown=${onKeyDown} onClick=${(event) => {
      if (event.target === dialog.current) close();
    }}>
    <h2>${count(list.length, "message")} selected</h2>
    ${problem ? html`<p class="problem" role="alert">${problem}</p>` : null}
    ${
      at
        ? html`<p role="status" class="num">${at.done} of ${at.of} …</p>`
        : asked
          ? html`<p role="alert">${asked.question} This cannot be undone.</p><div class="together">
            <button type="button" class=${asked.act.isGrave ? "danger is-grave" : "primary"}
            onClick=${() => run(asked.act, asked.of, asked.found)}>${asked.act.text}</button><button
              type="button" onClick=${() => ask(null)}>Cancel</button></div>`
          : html`<ul>${[...deciding(list), ...ACTS]
              .filter((act) => mayWrite || !act.writes)
              .map((act) => {
                const of = act.of ? act.of(list).length : list.length;
                return html`<li><button type="button" class="plainly" disabled=${!of}
                onClick=${() => start(act)}><span>${act.text}</span><span class="dim small">
                  ${act.about}</span><span class="grow"></span><span class="num dim small">${of}
                  </span></button></li>`;
              })}
        ${
          more
            ? html`<li><button type="button" class="plainly" onClick=${onEvery}><span>
        Select all matches</span></button></li>`
            : null
        }</ul>`
    }</dialog>`;
}

/** The bar under a list. `path` and `search` are the address of all messages of the list. */
export function Many({ path = null, search = "" }) {
  const all = picked.value;
  const [counted, setCounted] = useState(null),
    [isBusy, busy] = useState(false);
  // The count of one view must not select messages in the next.
  const view = useRef(0);
  useEffect(
    () => () => {
      view.current += 1;
      busy(false);
      setCounted(null);
    },
    [path, search],
  );
  async function everything() {
    const own = view.current,
      isGone = () => own !== view.current;
    busy(true);
    const found = new Map();
    let cursor = null;
    try {
      do {
        const query = new URLSearchParams(search);
        if (cursor) query.set("cursor", cursor);
        const page = await load(path, `?${query}`);
        if (isGone()) return;
        const tallies = new Map(page.tallies.map((each) => [each.id, each]));
        for (const m of page.messages)
          if (found.size < MAX_SELECTED) found.set(m.id, { ...m, tally: tallies.get(m.id) });
        cursor = page.cursor;
        setCounted(found.size);
      } while (cursor && found.size < MAX_SELECTED);
      picked.value = found;
      outcome.value = "";
      setCounted({ all: found.size, isMore: Boolean(cursor) });
    } catch (error) {
      if (!isGone()) {
        outcome.value = error.message;
        setCounted(null);
      }
    } finally {
      if (!isGone()) busy(false);
    }
  }
  const isAll = counted?.all === all.size,
    said = isBusy
      ? `Counting… ${counted ?? ""}`
      : isAll
        ? counted.isMore
          ? `Newest ${count(all.size, "matching message")} selected`
          : `All ${count(all.size, "matching message")} selected`
        : `${all.size.toLocaleString("en")} selected`;
  if (!all.size)
    return html`<div class="many"><span>${outcome.value}</span><span class="grow"></span>
      <${CloseButton} onClick=${() => {
        outcome.value = "";
      }} /></div>`;
  return html`<div class="many" role="group" aria-label="Selected messages"><b class="num">${said}
    </b>${outcome.value ? html`<span>${outcome.value}</span>` : null}
    <button type="button" class="primary" onClick=${() => {
      doing.value = true;
    }}>Actions <${Key}>.</${Key}></button>
    ${
      isAll || !path
        ? null
        : html`<button type="button" disabled=${isBusy} onClick=${everything}>
    Select all matches</button>`
    }
    <span class="grow"></span><button type="button" class="quiet" onClick=${clear}>Clear <${Key}>Esc
    </${Key}></button>
    ${
      doing.value && !isBusy
        ? html`<${Menu} all=${all} onEvery=${everything} more=${!isAll && path}
    />`
        : null
    }</div>`;
}
