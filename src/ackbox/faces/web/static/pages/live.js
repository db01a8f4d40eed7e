// Live: all messages, newest at the bottom. Rows never move under the pointer; scrolling up pauses
// the view.
import { html, Icon, Key, Teach, arg, safe, words } from "../widgets/ui.js";
import { drawRow, heightOf } from "../widgets/message_row.js";
import { List } from "../widgets/virtual_list.js";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "../vendor/hooks.js";
import {
  base,
  byId,
  crowded,
  load,
  me,
  paused,
  ring,
  roster,
  sending,
  take,
  version,
} from "../core/store.js";
import { Compose } from "../widgets/compose.js";
import { Detail, messageKeys } from "../widgets/detail.js";
import { INTENTS, STATES, fitting, terms, toggled, without } from "../core/filter.js";
import { FilterBox } from "../widgets/filter_box.js";
import { focusPage, keys, moveKeys } from "../core/keys.js";
import { Picked, clear, clicked, pickKeys, picked, tick, tickTo } from "../widgets/selection.js";
import { go, query, setQuery, Top, useOthers } from "../core/frame.js";

const keyOf = (each) => each.id;
const isPicked = (each) =>
  each.folded ? each.folded.every((m) => picked.value.has(m.id)) : picked.value.has(each.id);

/** Merge runs of messages with one sender, recipient and intent; never urgent ones or people's. */
function folded(rows, opened, selected) {
  const out = [];
  for (const m of rows) {
    const last = out.at(-1);
    const may = m.priority < 5 && m.sender_kind !== "human" && !m.sending;
    if (may && last?.run === `${m.sender}\n${m.to}\n${m.intent}`) {
      last.rows.push(m);
      continue;
    }
    out.push({ run: may ? `${m.sender}\n${m.to}\n${m.intent}` : null, rows: [m] });
  }
  return out.flatMap(({ rows: run }) =>
    run.length < 3 || opened.has(run[0].id) || run.some((m) => m.id === selected)
      ? run
      : [{ ...run[0], id: `fold-${run[0].id}`, folded: run, tally: { recipients: 0 } }],
  );
}

function Menu({ name, items, q, onPick }) {
  const has = terms(q)
    .filter((each) => each.key === name)
    .flatMap((each) => each.value.split(","));
  return html`<label class="menu"><span class="visually-hidden">${name}</span><select value=""
    aria-label=${`Filter by ${name}`} onChange=${(event) => {
      onPick(toggled(q, name, event.target.value));
      event.target.value = "";
    }}>
    <option value="">${name === "is" ? "state" : name}${has.length ? " ·" : ""}</option>
    ${items.map(
      (each) => html`<option value=${each}>${has.includes(each) ? "✓ " : ""}${words(each)}
    </option>`,
    )}</select></label>`;
}

/** A box for names if the roster is incomplete: the server searches for what is typed. */
function Names({ name, items, q, onPick }) {
  const [letters, type] = useState(""),
    others = useOthers(letters.trim().toLowerCase());
  const all = [...items, ...others.map((each) => each.agent)];
  // Enter takes what is typed; leaving the field takes complete names only.
  const take = (event, isMeant) => {
    const word = event.target.value.trim();
    if (!word || !(isMeant || all.includes(word))) return;
    event.target.value = "";
    type("");
    onPick(toggled(q, name, word));
  };
  return html`<label class="menu"><span class="visually-hidden">${name}</span><input
    list=${`${name}-names`}
    placeholder=${name} aria-label=${`Filter by ${name}`} autocomplete="off"
      onInput=${(event) => type(event.target.value)} onChange=${(event) => take(event, false)}
        onKeyDown=${(event) => {
          if (event.key === "Enter") take(event, true);
        }} />
    <datalist id=${`${name}-names`}>${all.map((each) => html`<option value=${each} />`)}</datalist>
    </label>`;
}

const toList = () => focusPage();

function Filters({ q, onChange }) {
  const people = roster.value.agents.map((each) => each.agent),
    Whose = roster.value.total > people.length ? Names : Menu;
  return html`<div class="filters" role="search">
    <${Menu} name="intent" items=${INTENTS} q=${q} onPick=${onChange} /><${Whose} name="from"
    items=${people} q=${q} onPick=${onChange} /><${Whose} name="to" items=${[...people, "everyone"]}
      q=${q} onPick=${onChange} />
    <${Menu} name="priority" items=${["urgent", "high", "normal"]} q=${q} onPick=${onChange} />
    <${Menu} name="is" items=${STATES} q=${q} onPick=${onChange} />
    <div class="find"><${Icon}
    d="M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.5 10.5 14 14" size=${14} />
      <label class="visually-hidden" for="filter">Filter</label><${FilterBox} id="filter" q=${q}
      placeholder="Filter" onSubmit=${(text) => {
        onChange(text);
        document.getElementById("filter").blur();
        toList();
      }} onLeave=${() => {
        document.getElementById("filter").blur();
        toList();
      }} /><${Key}>/</${Key}></div><${ExportButton} q=${q} /></div>`;
}

/** The button that exports the messages of the filter; its script is fetched when it is used. */
function ExportButton({ q }) {
  const [view, open] = useState(null);
  return html`<button type="button" class="quiet" aria-label="Export" title="Export"
    onClick=${() =>
      import("../widgets/export.js").then((module) => open(() => module.Export))}><${Icon}
    d="M8 2v8M4.5 7 8 10.5 11.5 7M2.5 13.5h11" /></button>${
      view ? html`<${view} q=${q} onClose=${() => open(null)} />` : null
    }`;
}

function Chips({ q, onChange }) {
  const all = terms(q);
  if (!all.length) return null;
  return html`<div class="chips">${all.map(
    (each) => html`<button type="button" class="chip"
    title="Remove from the filter" onClick=${() => onChange(without(q, each))}>${
      each.key
        ? html`<span
      class="dim">${each.key}</span> `
        : null
    }<bdi>${safe(each.value)}</bdi> <span
        aria-hidden="true">×</span></button>`,
  )}</div>`;
}

function Empty({ q, onFilter }) {
  if (q) {
    const all = terms(q),
      last = all.at(-1);
    return html`<div class="empty"><p>No messages match <b>${all.map((each) => each.text).join(" ")}
      </b>.
      </p><p><button type="button" onClick=${() => onFilter(without(q, last))}>Remove ${last.text}
      </button></p></div>`;
  }
  const others = roster.value.agents.filter(
    (each) => each.agent !== me.agent && each.kind === "agent",
  );
  if (!others.length)
    return html`<div class="empty"><p class="title">No agent has connected yet.</p><p>
      Connect one: add this MCP server command to its program.</p><p><${Teach}
        command="ackbox mcp --as NAME" /></p><p>No agent yet? Try the demo:</p><p><${Teach}
          command="ackbox demo" /></p></div>`;
  const one = others[0].agent;
  return html`<div class="empty"><p class="title"><bdi>${safe(one)}</bdi>
    ${others[0].presence === "online" ? " is online." : " has connected before."}</p><p>
    Send the first message: press <${Key}>c</${Key}> and type <code>@${safe(one)}</code>, or run</p>
      <p><${Teach}
    command=${`ackbox send ${arg(one)} "hello"`} /></p></div>`;
}

export function Live({ data }) {
  const q = query.value.q ?? "",
    pane = query.value.m ?? null;
  const list = useRef(null),
    older = useRef({ cursor: null, busy: false }),
    held = useRef(null);
  const [selected, setSelected] = useState(pane);
  // Updated at once: keys can arrive faster than the page is drawn.
  const chosen = useRef(pane);
  const select = (id) => {
    chosen.current = id;
    setSelected(id);
  };
  const hold = paused.value,
    setHold = (does) => {
      paused.value = does;
    };
  const [opened, open] = useState(() => new Set());
  const [folds, setFolds] = useState(false);
  const [ready, setReady] = useState(false);
  const [problem, fail] = useState(null);
  const [follows, setFollows] = useState(true);

  // Before the first paint, so that it has rows already.
  useLayoutEffect(() => {
    take([...data.messages].reverse(), data.tallies.slice().reverse());
    older.current = { cursor: data.cursor, busy: false, from: data.messages.at(-1)?.seq ?? 0 };
    setReady(true);
    fail(data.problem ?? null);
  }, [data]);
  // At once: later it would undo the selection of a key that arrived meanwhile.
  useLayoutEffect(() => {
    if (pane) select(pane);
  }, [pane]);

  // Rows are the messages of the ring from the oldest loaded one on; none before the first page.
  const rows = useMemo(() => {
    const fits = fitting(q);
    const from = older.current.from ?? 0;
    const fit = ready ? ring.filter((m) => m.seq >= from && fits(m)) : [];
    const known = q ? new Set(data.messages.map((m) => m.id)) : null;
    const all = known ? ring.filter((m) => known.has(m.id) || (m.seq >= from && fits(m))) : fit;
    return folds
      ? folded([...all, ...sending.value.filter(fits)], opened, selected)
      : [...all, ...sending.value.filter(fits)];
  }, [version.value, q, ready, folds, opened, sending.value, data, folds && selected]);

  const shown = hold && held.current ? held.current : rows;
  // Messages that arrived while the person read further up or paused; older rows are not new.
  const seenTo = useRef(0);
  if (follows && !hold) seenTo.current = ring.at(-1)?.seq ?? 0;
  let fresh = 0;
  for (
    let at = rows.length - 1;
    at >= 0 && (rows[at].folded?.at(-1) ?? rows[at]).seq > seenTo.current;
    at -= 1
  )
    fresh += (rows[at].folded ?? [rows[at]]).filter(
      (m) => m.seq > seenTo.current && !m.sending,
    ).length;
  useEffect(() => () => setHold(false), []);
  useEffect(() => {
    // Never while somebody reads further up.
    if (follows && !hold) setFolds(crowded.value);
  }, [crowded.value, follows, hold]);

  function toEnd() {
    setHold(false);
    held.current = null;
    requestAnimationFrame(() => list.current?.toEnd());
  }
  function pause() {
    if (hold) {
      toEnd();
      return;
    }
    held.current = rows;
    setHold(true);
  }
  async function onTop() {
    if (older.current.busy || !older.current.cursor) return;
    older.current.busy = true;
    try {
      const more = await load(
        `${base}/live`,
        `?${new URLSearchParams({ ...(q ? { q } : {}), cursor: older.current.cursor })}`,
      );
      older.current = {
        cursor: more.cursor,
        busy: false,
        from: Math.min(older.current.from, more.messages.at(-1)?.seq ?? older.current.from),
      };
      take([...more.messages].reverse(), [...more.tallies].reverse());
    } catch {
      older.current.busy = false;
    }
  }
  const at = () => shown.findIndex((each) => each.id === chosen.current);
  function move(by) {
    if (!shown.length) return;
    const now = at(),
      next =
        now < 0
          ? by > 0
            ? Math.max(0, shown.length - 1)
            : shown.length - 1
          : Math.min(shown.length - 1, Math.max(0, now + by));
    pick(shown[next]);
  }
  function step(by) {
    const now = at(),
      next = shown[now < 0 ? shown.length - 1 : Math.min(shown.length - 1, Math.max(0, now + by))];
    if (next) select(next.id);
    return next;
  }
  function pick(each, event) {
    if (clicked(event, shown, each)) {
      select(each.id);
      return;
    }
    if (each.folded || each.sending) {
      select(each.id);
      return;
    }
    select(each.id);
    setQuery({ m: each.id });
  }
  function enter(each) {
    if (!each) return;
    if (each.folded) {
      open(new Set([...opened, each.folded[0].id]));
      select(each.folded[0].id);
    } else if (!each.sending) {
      if (pane === each.id) go(`${base}/t/${each.thread}#${each.id}`);
      else pick(each);
    }
  }
  const current = () => byId.get(chosen.current);
  function unacked(by) {
    const now = at();
    const order = by > 0 ? shown.slice(now + 1) : shown.slice(0, Math.max(0, now)).reverse();
    const found = order.find((m) => !m.folded && m.tally.recipients > m.tally.acknowledged);
    if (found) pick(found);
  }

  useLayoutEffect(() =>
    keys("Live", {
      ...moveKeys(move),
      Enter: [() => enter(shown[at()]), "open; again: thread"],
      Escape: [
        () => {
          if (clear()) return true;
          if (pane) {
            setQuery({ m: null });
            return true;
          }
          return false;
        },
        "close",
      ],
      ...pickKeys(() => shown, at, step),
      G: [toEnd, "go to newest"],
      End: [toEnd],
      "/": [() => document.getElementById("filter")?.focus(), "filter"],
      Space: [pause, "pause or resume"],
      n: [() => unacked(1), "next unacknowledged"],
      p: [() => unacked(-1), "previous unacknowledged"],
      ...messageKeys(current),
    }),
  );

  const filter = (text) => go(`${base}/live${text ? `?${new URLSearchParams({ q: text })}` : ""}`);
  return html`<div class=${`view ${pane ? "has-pane" : ""}`}>
    <${Top} title="Live"><${Filters} q=${q} onChange=${filter} /></${Top}>
    <div class="mid">
      <${Chips} q=${q} onChange=${filter} />
      ${problem ? html`<p class="problem">${problem}</p>` : null}
      ${
        shown.length
          ? html`<div class="list-box"><${List} handle=${list} rows=${shown}
            height=${heightOf()} row=${drawRow} keyOf=${keyOf} selected=${selected}
              label="Messages, newest last" onPick=${pick} onOpen=${enter}
                onFollow=${setFollows} onTop=${onTop} follow=${!hold} picked=${picked.value}
                  isPicked=${isPicked} onTick=${(each, event) => {
                    if (event.shiftKey) tickTo(shown, each.id);
                    else tick(each);
                    select(each.id);
                  }} />
        ${
          fresh > 0
            ? html`<button type="button" class="pill" onClick=${toEnd}>
        ${fresh} new ↓ <${Key}>G</${Key}></button>`
            : null
        }</div>`
          : html`<${Empty} q=${q} onFilter=${filter} />`
      }
      <${Picked} of=${q} path=${`${base}/live`}
      search=${new URLSearchParams(q ? { q } : {}).toString()} /><${Compose} />
    </div>
    ${pane ? html`<${Detail} id=${pane} onClose=${() => setQuery({ m: null })}/>` : null}
  </div>`;
}
