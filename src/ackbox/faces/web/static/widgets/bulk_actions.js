// Many: what can be done with the selected messages, or with all that match. Whose mail it is, the
// server decides.
import { html, Icon, Key, firstLine, safe } from "./ui.js";
import { useEffect, useLayoutEffect, useRef, useState } from "../vendor/hooks.js";
import { base, byId, call, load, mayWrite, me, refusal } from "../core/store.js";
import { clear, doing, outcome, picked } from "./selection.js";

const MOST = 1000,
  MOST_NUDGED = 50,
  AT_ONCE = 200,
  NAMED = 5;
const count = (many, one, more = `${one}s`) =>
  `${many.toLocaleString("en")} ${many === 1 ? one : more}`;

/** Ask for something; when the server says slower, do so. */
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
    AT_ONCE,
    (ids) => patiently("receipt.mark", { mark, ids }),
    said,
  );
  const sum = (name) => told.reduce((all, each) => all + each[name].length, 0);
  return [
    `${done} ${sum("changed")}.`,
    sum("unchanged") ? `${sum("unchanged")} stood so already.` : "",
    sum("not_found") ? `${count(sum("not_found"), "is", "are")} not your mail.` : "",
  ]
    .filter(Boolean)
    .join(" ");
};

/** Who has not acknowledged which of these messages. */
async function behind(messages, said) {
  const by = new Map();
  await inParts(
    messages.slice(0, MOST_NUDGED),
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

/** Write to each of these about the messages it is behind with, urgently. */
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
            : `Please look at these ${about.length} messages:\n${lines.map((each) => `- ${each}`).join("\n")}`,
        refs: about.map((m) => ({ kind: "message", target: m.id })),
      });
    },
    said,
  );
  return `Nudged ${names.length}.`;
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
  return `Taken back from ${gone}; ${kept} had read it or put it away.`;
}

async function copyText(messages, said) {
  const told = await inParts(
    messages,
    AT_ONCE,
    (some) => patiently("message.history", { ids: some.map((m) => m.id) }),
    said,
  );
  const whole = told.flatMap((each) => each.messages).sort((one, other) => one.seq - other.seq);
  await navigator.clipboard?.writeText(
    whole
      .map(
        (m) =>
          `${m.created_at}  ${m.sender} → ${m.type === "broadcast" ? "everyone" : m.to.join(", ")}  ${m.intent}\n${m.subject ? `${m.subject}\n` : ""}${m.body}\n`,
      )
      .join("\n"),
  );
  return `Copied the text of ${whole.length}.`;
}

async function copyLinks(messages) {
  await navigator.clipboard?.writeText(
    messages.map((m) => `${location.origin}${base}/m/${m.id}`).join("\n"),
  );
  return `Copied ${count(messages.length, "link")}.`;
}

/**
 * What there is to do: its words, to which of the messages, how, and what is asked before what
 * cannot be undone.
 */
const ACTS = [
  {
    text: "Acknowledge",
    about: "your own mail",
    run: marking("acknowledged", "Acknowledged"),
    asks: (all) => `Acknowledge ${count(all.length, "message")}? Only your own mail is marked.`,
    writes: true,
  },
  { text: "Archive", about: "your own mail", run: marking("archived", "Archived"), writes: true },
  { text: "Unread", about: "your own mail", run: marking("unread", "Unread again:"), writes: true },
  {
    text: "Nudge",
    about: "whoever has not acknowledged",
    of: (all) =>
      all.filter((m) => !m.tally?.recipients || m.tally.acknowledged < m.tally.recipients),
    first: behind,
    run: nudge,
    writes: true,
    asks: (all, by) =>
      by.size
        ? `Write to ${[...by.keys()].slice(0, NAMED).map(safe).join(", ")}${by.size > NAMED ? ` and ${by.size - NAMED} more` : ""}, urgently, about ${count(Math.min(all.length, MOST_NUDGED), "message")}?`
        : null,
  },
  { text: "Copy text", run: copyText },
  { text: "Copy links", run: copyLinks },
  {
    text: "Withdraw",
    about: "what you sent, from who has not read it",
    of: (all) => all.filter((m) => m.sender === me.agent),
    run: withdraw,
    asks: (all) =>
      `Take back ${count(all.length, "message")} of yours from everyone who has not read ${all.length === 1 ? "it" : "them"}?`,
    writes: true,
    isGrave: true,
  },
];

/** These are done with; what was picked meanwhile stays. */
function letGo(done, said) {
  const left = new Map(picked.value);
  for (const m of done) left.delete(m.id);
  if (left.size) picked.value = left;
  else clear();
  outcome.value = said;
}

function Menu({ all, onEvery, more }) {
  const dialog = useRef(null),
    back = useRef(document.activeElement);
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
      else fail("Nobody is left to be asked.");
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
      // The menu may be closed by now.
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
  return html`<dialog class="palette doings" ref=${dialog} aria-label="Do with the selected"
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
              type="button" onClick=${() => ask(null)}>Keep as it is</button></div>`
          : html`<ul>${ACTS.filter((act) => mayWrite || !act.writes).map((act) => {
              const of = act.of ? act.of(list).length : list.length;
              return html`<li><button type="button" class="plainly" disabled=${!of}
                onClick=${() => start(act)}><span>${act.text}</span><span class="dim small">
                  ${act.about}</span><span class="grow"></span><span class="num dim small">${of}
                  </span></button></li>`;
            })}
        ${
          more
            ? html`<li><button type="button" class="plainly" onClick=${onEvery}><span>
        Select all that match</span></button></li>`
            : null
        }</ul>`
    }</dialog>`;
}

/**
 * The bar under a list. `path` and `search` give everything that the list could show, a page at a
 * time.
 */
export function Many({ path = null, search = "" }) {
  const all = picked.value;
  const [counted, setCounted] = useState(null),
    [isBusy, busy] = useState(false);
  // What is counted for one view is not selected in the next.
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
          if (found.size < MOST) found.set(m.id, { ...m, tally: tallies.get(m.id) });
        cursor = page.cursor;
        setCounted(found.size);
      } while (cursor && found.size < MOST);
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
      ? `counting … ${counted ?? ""}`
      : isAll
        ? counted.isMore
          ? `the newest ${count(all.size, "message")} of those that match`
          : `all ${count(all.size, "message")} that match`
        : `${all.size.toLocaleString("en")} selected`;
  if (!all.size)
    return html`<div class="many"><span>${outcome.value}</span><span class="grow"></span><button
      type="button" class="quiet" aria-label="Close" onClick=${() => {
        outcome.value = "";
      }}><${Icon} d="M4 4l8 8M12 4l-8 8" /></button></div>`;
  return html`<div class="many" role="group" aria-label="Selected messages"><b class="num">${said}
    </b>${outcome.value ? html`<span>${outcome.value}</span>` : null}
    <button type="button" class="primary" onClick=${() => {
      doing.value = true;
    }}>Actions <${Key}>.</${Key}></button>
    ${
      isAll || !path
        ? null
        : html`<button type="button" disabled=${isBusy} onClick=${everything}>
    All that match</button>`
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
