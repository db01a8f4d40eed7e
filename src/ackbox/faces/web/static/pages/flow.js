// Flow: who talks to whom, as a live ring, as a matrix and as a replay of the time window. What is
// counted: docs/why/watching.md.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "../vendor/hooks.js";
import { quoted } from "../core/filter.js";
import { address } from "../core/lookup.js";
import { go, query, setQuery, theme, Top, useFresh } from "../core/frame.js";
import { keys } from "../core/keys.js";
import { Nobody, Windows } from "../widgets/page_parts.js";
import { Icon, Intent, Teach, Time, arg, html, safe } from "../widgets/ui.js";
import { FULL_UNREAD, Painter } from "../widgets/ring.js";
import { linesOf, places } from "../widgets/ring_layout.js";
import { ring as messages, time, version } from "../core/store.js";

const WINDOWS = [
  ["5m", "5 min"],
  ["15m", "15 min"],
  ["1h", "1 h"],
  ["6h", "6 h"],
  ["1d", "1 d"],
];
const SPEED = 60,
  TICK_MS = 100,
  MAX_FRESH = 160;
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");

const recipients = (message) =>
  message.type === "broadcast" ? ["*"] : message.to.map((each) => each.split("/")[0]);
const named = (name) => (name === "*" ? "everyone" : name);
const live = (from, to) =>
  address("live", {
    q: [from && `from:${quoted(from)}`, to && to !== "*" && `to:${quoted(to)}`]
      .filter(Boolean)
      .join(" "),
  });

const MAX_NAMED = 40,
  MAX_ROWS = 100;

/** The address of Live for a line; for groups, the busiest senders and recipients along it. */
function between(pairs, ring, line) {
  const own = pairs.filter(
    (pair) =>
      ring.of.get(pair.sender) === line.from &&
      (line.to === "*" ? pair.recipient === "*" : ring.of.get(pair.recipient) === line.to),
  );
  const names = (end) => [...new Set(own.map((pair) => pair[end]))].slice(0, MAX_NAMED).join(",");
  return live(names("sender"), line.to === "*" ? "*" : names("recipient"));
}

const GROUPED = {
  role: "Grouped by role",
  machine: "Grouped by machine",
  busiest: "The busiest agents, all others in one place",
};

export function Flow({ data: given }) {
  const [data] = useFresh(
    given,
    (event) => event.kind === "message.sent" || event.kind.startsWith("agent."),
    5000,
  );
  const isMatrix = query.value.view === "matrix";
  const isEmpty = !data.pairs.length && !data.agents.some((each) => each.kind === "agent");
  return html`<div class="view is-flow"><${Top} title="Flow"><${Windows} of=${WINDOWS} path="flow"
    value=${data.window} /><span class="grow"></span>
      <button type="button" class="quiet"
      onClick=${() => setQuery({ view: isMatrix ? null : "matrix" })}>
        ${isMatrix ? "Ring" : "Matrix"}</button></${Top}>
    <div class="mid">${
      isEmpty
        ? html`<${Nobody} people=${data.agents.length > 0} />`
        : isMatrix
          ? html`<${Matrix} data=${data} />`
          : html`<${Ring} data=${data} />`
    }</div></div>`;
}

const HOW_TO_USE =
  "Messages between agents. Left and right arrow: select an agent. Up and down arrow: select one " +
  "of its lines. Enter: open the line in Live. The matrix shows the same as a table.";

/** The empty state: how to send the first message to an agent. */
function Silence({ data }) {
  const one = data.agents.find((each) => each.kind === "agent");
  return html`<p class="dim foot">No messages in this time window.${
    one
      ? html` Send the first one: <${Teach}
    command=${`ackbox send ${arg(one.agent)} "hello"`} />`
      : null
  }</p>`;
}

function Ring({ data }) {
  const canvas = useRef(null),
    painter = useRef(null),
    seen = useRef(null);
  const [only, setOnly] = useState(null),
    [chosen, setChosen] = useState(0),
    [said, setSaid] = useState("");
  const ring = useMemo(() => places(data.agents, data.pairs), [data]);
  const lines = useMemo(() => linesOf(data.pairs, ring), [data, ring]);
  const own = only
    ? [...lines.values()]
        .filter((line) => line.from === only || line.to === only)
        .sort((a, b) => b.messages - a.messages)
    : [];
  const replay = useReplay(data, painter);

  useEffect(() => {
    const made = (painter.current = new Painter(canvas.current, { isStill: () => calm.matches }));
    const watch = new ResizeObserver(() => made.measure());
    watch.observe(canvas.current);
    return () => {
      watch.disconnect();
      made.stop();
    };
  }, []);
  useEffect(() => {
    painter.current.show(ring, replay.at === null ? lines : replay.lines);
  }, [ring, lines, replay.at]);
  useEffect(() => {
    painter.current.measure();
  }, [theme.value]);
  useEffect(() => {
    Object.assign(painter.current, { only, chosen: own[chosen]?.key ?? null });
    painter.current.wake();
  }, [only, chosen, data]);
  // Messages that arrived since the last drawing move along their lines, earlier ones do not.
  useEffect(() => {
    const before = seen.current ?? Infinity,
      fresh = messages.slice(-MAX_FRESH).filter((message) => message.seq > before);
    seen.current = messages.at(-1)?.seq ?? 0;
    if (replay.at === null)
      for (const message of fresh)
        painter.current.travel({
          sender: message.sender,
          to: recipients(message),
          intent: message.intent,
          priority: message.priority,
          at: Date.parse(message.created_at),
        });
  }, [version.value]);

  function isolate(by) {
    const list = ring.list.map((node) => node.name),
      at = list.indexOf(only),
      name = list[(at + by + list.length) % list.length] ?? null;
    setOnly(name);
    setChosen(0);
    if (name)
      setSaid(
        `${name}: ${
          [...lines.values()]
            .filter((line) => line.from === name || line.to === name)
            .map((line) => `${named(line.from)} to ${named(line.to)} ${line.messages}`)
            .join(", ") || "no messages"
        }`,
      );
  }
  const isPart = data.total > data.agents.length;
  const open = (line) => go(between(data.pairs, ring, line));
  const onKey = (event) => {
    const act = {
      ArrowRight: () => isolate(1),
      ArrowLeft: () => isolate(-1),
      ArrowDown: () => setChosen((n) => Math.min(n + 1, own.length - 1)),
      ArrowUp: () => setChosen((n) => Math.max(n - 1, 0)),
      Escape: () => {
        setOnly(null);
        setChosen(0);
      },
      Enter: () => {
        if (own[chosen]) open(own[chosen]);
      },
    }[event.key];
    if (act && (only || event.key.startsWith("Arrow"))) {
      event.preventDefault();
      event.stopPropagation();
      act();
    }
  };
  const spot = (event) => {
    const box = canvas.current.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const onMove = (event) => {
    const name = painter.current.placeAt(...spot(event));
    if (name !== only) {
      setOnly(name);
      setChosen(0);
    }
    canvas.current.style.cursor = name || painter.current.lineAt(...spot(event)) ? "pointer" : "";
  };
  const onClick = (event) => {
    const name = painter.current.placeAt(...spot(event)),
      line = name ? null : painter.current.lineAt(...spot(event));
    if (name && ring.byName.get(name).agents.length === 1)
      go(address(`a/${ring.byName.get(name).agents[0]}`));
    else if (line) open(line);
  };
  useLayoutEffect(() =>
    keys("Flow", {
      ArrowRight: [
        () => {
          canvas.current.focus();
          isolate(1);
        },
        "select an agent",
      ],
      Space: [() => replay.play(), "replay or stop"],
    }),
  );
  return html`<div class="ring"><canvas ref=${canvas} tabindex="0" role="application"
    aria-label=${HOW_TO_USE}
      onKeyDown=${onKey} onPointerMove=${onMove} onPointerLeave=${() => setOnly(null)}
        onClick=${onClick} />
    ${data.pairs.length ? null : html`<${Silence} data=${data} />`}
    <p class="visually-hidden" role="status">${said}</p>
    ${
      only
        ? html`<div class="beside"><h2>${safe(only)}</h2><table><tbody>
    ${own.slice(0, 12).map(
      (line, at) => html`<tr class=${at === chosen ? "is-selected" : ""}><td>
    ${safe(named(line.from))} → ${safe(named(line.to))}</td><td class="num end">${line.messages}
    </td><td><${Intent} message=${{ intent: line.intent }} /></td></tr>`,
    )}</tbody></table></div>
    `
        : null
    }
    ${
      GROUPED[ring.by]
        ? html`<p class="grouped dim">${GROUPED[ring.by]}
    : ${ring.list.reduce((sum, node) => sum + node.agents.length, 0)} agents in ${
      ring.list.length
    } places
        ${isPart ? ` (of ${data.total.toLocaleString("en")}; online or last seen first)` : ""}.</p>`
        : null
    }
    <${Marks} lines=${lines} /><${Legend} lines=${replay.at === null ? lines : replay.lines} />
    <${Scrubber} data=${data} replay=${replay} /></div>`;
}

/** The intents of lines, the most frequent first. */
function intentsOf(lines) {
  const found = new Map();
  for (const line of lines.values())
    found.set(line.intent, (found.get(line.intent) ?? 0) + line.messages);
  return [...found].sort((a, b) => b[1] - a[1]).map(([intent]) => intent);
}

const Legend = ({ lines }) =>
  html`<ul class="legend" aria-label="Colours of the lines">${intentsOf(lines).map(
    (intent) => html`<li><${Intent} message=${{ intent }} /></li>`,
  )}</ul>`;

// As the ring draws them: d, stroke, width and pattern.
const WIDE = 860,
  CIRCLE = "M14 4a6 6 0 1 0 .01 0",
  MARKS = [
    ["online", CIRCLE, "--online", 2.5, ""],
    ["idle", CIRCLE, "--high", 2.5, "4 3"],
    ["away", CIRCLE, "--text-3", 1, ""],
    [`unread, full circle: ${FULL_UNREAD} or more`, "M14 2a8 8 0 0 1 8 8", "--urgent", 3, ""],
    ["more messages, wider line", "M2 14C10 4 18 4 26 8", "--text-3", 3.5, ""],
  ];

/** What the ring shows; on a narrow screen also the colours, which have no room beside it. */
function Marks({ lines }) {
  return html`<details class="marks" open=${innerWidth > WIDE}><summary>Legend</summary>
    <ul>${MARKS.map(
      ([text, d, token, width, dash]) =>
        html`<li><svg width="28" height="20" aria-hidden="true"><path d=${d}
        stroke=${`var(${token})`} stroke-width=${width} stroke-dasharray=${dash} /></svg>${text}
          </li>`,
    )}${
      innerWidth > WIDE
        ? null
        : intentsOf(lines).map((intent) => html`<li><${Intent} message=${{ intent }} /></li>`)
    }</ul></details>`;
}

/** The replay of the time window: its current time, the lines up to then, and moving dots. */
function useReplay(data, painter) {
  const [at, setAt] = useState(null),
    [plays, setPlays] = useState(false);
  const travels = data.travels,
    start = travels.length ? Date.parse(travels[0].at) : 0,
    end = travels.length ? Date.parse(travels.at(-1).at) : 0;
  const lines = useMemo(() => {
    if (at === null) return null;
    const found = new Map();
    for (const each of travels) {
      if (Date.parse(each.at) > at) break;
      for (const recipient of each.to) {
        const key = `${each.sender}\n${recipient}`,
          known = found.get(key) ?? {
            sender: each.sender,
            recipient,
            messages: 0,
            urgent: 0,
            intent: each.intent,
            of: {},
          };
        known.of[each.intent] = (known.of[each.intent] ?? 0) + 1;
        if (known.of[each.intent] > known.of[known.intent]) known.intent = each.intent;
        known.messages += 1;
        known.last_at = each.at;
        found.set(key, known);
      }
    }
    return linesOf([...found.values()], places(data.agents, data.pairs));
  }, [at, data]);
  useEffect(() => {
    const own = painter.current;
    if (own) {
      own.now = at === null ? time : () => at;
      if (at === null) own.dots = [];
      own.wake();
    }
  }, [at]);
  useEffect(() => {
    if (!plays) return undefined;
    // A long window plays in half a minute, a short one at sixty times its speed.
    const speed = Math.max(SPEED, (end - start) / 30_000);
    const timer = setInterval(
      () =>
        setAt((old) => {
          const next = (old ?? start) + TICK_MS * speed;
          for (const each of travels) {
            const when = Date.parse(each.at);
            if (when > (old ?? start - 1) && when <= next)
              painter.current.travel({ ...each, at: when });
          }
          if (next < end) return next;
          setPlays(false);
          return null;
        }),
      TICK_MS,
    );
    return () => clearInterval(timer);
  }, [plays, data]);
  return {
    at,
    lines,
    plays,
    start,
    end,
    setAt: (value) => {
      setPlays(false);
      setAt(value);
    },
    play: () => {
      if (!plays && at === null) setAt(start);
      setPlays(!plays);
    },
  };
}

function Scrubber({ data, replay }) {
  if (data.travels.length < 2) return null;
  const { start, end, at } = replay,
    shown = at ?? end;
  return html`<div class="scrubber"><button type="button" onClick=${replay.play}
    aria-label=${replay.plays ? "Stop the replay" : "Replay"}><${Icon}
      d=${replay.plays ? "M5.5 3.5v9M10.5 3.5v9" : "M5 3.5 12 8 5 12.5z"} /></button>
    <label class="visually-hidden" for="scrubber">Time of the replay</label><input id="scrubber"
    type="range"
    min=${start} max=${end} value=${shown} step="1000"
      onInput=${(event) => replay.setAt(Number(event.target.value))} />
    <span class="num"><${Time} at=${new Date(shown).toISOString()} /></span><button type="button"
    class="quiet" disabled=${at === null} onClick=${() => replay.setAt(null)}>Now</button></div>`;
}

function Matrix({ data }) {
  const ring = useMemo(() => places(data.agents, data.pairs), [data]),
    isGrouped = ring.by !== "agent";
  const by = linesOf(data.pairs, ring, { within: true }),
    all = [...by.values()];
  const senders = [...new Set(all.map((line) => line.from))].sort(),
    to = [...new Set(all.map((line) => line.to))].sort();
  if (!senders.length) return html`<div class="empty"><${Silence} data=${data} /></div>`;
  const sentBy = (name) =>
    all.filter((line) => line.from === name).reduce((sum, line) => sum + line.messages, 0);
  const most = Math.max(...all.map((line) => line.messages));
  return html`<div class="scroll" tabindex="0" role="region"
    aria-label="Messages between agents, as a table">${
      isGrouped
        ? html`<p class="dim foot">
      ${GROUPED[ring.by]}.</p>`
        : null
    }<table class="rows pairs">
    <thead><tr><th scope="col">From ↓ to →</th>${to.map(
      (name) => html`<th scope="col"><bdi>
    ${safe(named(name))}</bdi></th>`,
    )}<th scope="col">All</th></tr></thead>
    <tbody>${senders.map(
      (sender) => html`<tr><th scope="row"><bdi>${safe(sender)}</bdi></th>${to.map((name) => {
        const line = by.get(`${sender}\n${name}`);
        return html`<td class="num">${
          line
            ? html`<a href=${between(data.pairs, ring, line)}
          title=${`mostly ${line.intent}`} class=${`heat-${Math.ceil((line.messages / most) * 4)}`}>
            ${line.messages}</a>`
            : html`<span class="dim">·</span>`
        }</td>`;
      })}
      <td class="num">${sentBy(sender)}</td></tr>`,
    )}</tbody></table>
    ${
      isGrouped
        ? html`<table class="rows busiest"><caption class="visually-hidden">
          Pairs of agents with the most messages</caption><thead><tr><th scope="col">From</th><th
            scope="col">To</th><th scope="col">Mostly</th><th scope="col" class="end">Messages</th>
              </tr></thead>
      <tbody>${data.pairs.slice(0, MAX_ROWS).map(
        (pair) => html`<tr><th scope="row"><bdi>
      ${safe(pair.sender)}</bdi></th><td><bdi>${safe(named(pair.recipient))}</bdi></td><td>
      <${Intent} message=${{ intent: pair.intent }} /></td><td class="num end"><a
      href=${live(pair.sender, pair.recipient)}>${pair.messages}</a></td></tr>`,
      )}</tbody></table>
      ${
        data.pairs.length > MAX_ROWS
          ? html`<p class="dim foot">
      ${data.pairs.length - MAX_ROWS} more pairs are in <a
      href=${`${location.pathname}.txt${location.search}`} target="_blank">this page as text</a>.
        </p>`
          : null
      }`
        : null
    }
    ${
      data.left_out
        ? html`<p class="dim foot">
    ${data.left_out} pairs with fewer messages are left out.</p>`
        : null
    }</div>`;
}
