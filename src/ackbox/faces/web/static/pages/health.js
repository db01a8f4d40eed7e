// Health: four charts that lead into Live, and their numbers as a table. Only this page loads the
// chart library.
import { useEffect, useRef, useState } from "../vendor/hooks.js";
import { address, colours } from "../core/lookup.js";
import { go, theme, Top, useFresh } from "../core/frame.js";
import { Windows } from "../widgets/page_parts.js";
import { Age, Intent, Presence, Time, html, safe, tokenOf } from "../widgets/ui.js";
import { time } from "../core/store.js";

const WINDOWS = [
  ["15m", "15 min"],
  ["6h", "6 h"],
  ["7d", "7 d"],
];
const here = (name) => new URL(`../vendor/${name}`, import.meta.url).href;
let loading;

/** Load the chart library and its styles once. */
function library() {
  loading ??= (() => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = here("uplot.css");
    document.head.append(link);
    return import("../vendor/uplot.js").then((module) => module.default);
  })();
  return loading;
}

/** @type {[number, string][]} */
const DURATIONS = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1000, "s"],
];
export const short = (ms) => {
  for (const [size, unit] of DURATIONS)
    if (ms >= size) return `${Number((ms / size).toPrecision(3))} ${unit}`;
  return `${Math.round(ms)} ms`;
};

/** All steps of the time window, also those without messages. */
function stepsOf({ since, step_s, steps }, now) {
  const start = Date.parse(since),
    known = new Map(steps.map((step) => [Date.parse(step.at), step])),
    all = [];
  for (let at = start; at <= Math.min(now, start + 61 * step_s * 1000); at += step_s * 1000)
    all.push({ ...(known.get(at) ?? { messages: {} }), at });
  return all;
}

export function Health({ data: given }) {
  const [data] = useFresh(
    given,
    (event) => event.kind === "message.sent" || event.kind === "receipt.marked",
    4000,
  );
  const [isTable, setTable] = useState(false);
  const steps = stepsOf(data, time());
  const totals = {};
  for (const step of data.steps)
    for (const [intent, count] of Object.entries(step.messages))
      totals[intent] = (totals[intent] ?? 0) + count;
  const intents = Object.keys(totals).sort((a, b) => totals[b] - totals[a]);
  const range = (from, to) =>
    go(
      address("live", {
        q: `after:${new Date(from).toISOString()} before:${new Date(to).toISOString()}`,
      }),
    );
  const series = intents.map((intent) => ({
    name: intent,
    values: steps.map((step) => step.messages[intent] ?? 0),
    intent,
  }));
  const delay = (mark) => steps.map((step) => step[mark] ?? null);
  return html`<div class="view is-health"><${Top} title="Health"><${Windows} of=${WINDOWS}
    path="health" value=${data.window} />
      <span class="grow"></span><button type="button" class="quiet"
      aria-pressed=${isTable} onClick=${() => setTable(!isTable)}>Table</button>
        </${Top}>
    <div class="mid"><div class="scroll pad" tabindex="0" role="region" aria-label="Health">
    ${
      data.complete_since !== data.since
        ? html`<p class="dim">
    The window has more than 20,000 messages; the numbers are complete since <${Time}
      at=${data.complete_since} day=${true} />.</p>`
        : ""
    }
    ${
      isTable
        ? html`<${Numbers} steps=${data.steps} intents=${intents} step_s=${data.step_s}/>`
        : html`<div class="charts">
      <${Chart} title="Messages"
      unit=${`per ${data.step_s < 60 ? `${data.step_s} s` : short(data.step_s * 1000)}, by intent`}
        kind="stack" at=${steps.map((step) => step.at)} onRange=${range}
        series=${series}/>
      <${Chart} title="Pick-up time" unit="sent to delivered" kind="delay"
      at=${steps.map((step) => step.at)} onRange=${range} delays=${delay("picked_up")}
        whole=${data.picked_up}/>
      <${Chart} title="Acknowledge time" unit="sent to acknowledged" kind="delay"
      at=${steps.map((step) => step.at)} onRange=${range} delays=${delay("acknowledged")}
        whole=${data.acknowledged}/>
      <${Oldest} agents=${data.agents}/>
    </div>`
    }
    <${Facts} behind=${data.behind} undelivered=${data.undelivered} server=${data.server}
      messages=${data.messages} /></div></div>
  </div>`;
}

/** @type {[number, string][]} */
const UNITS = [
  [1e9, "GB"],
  [1e6, "MB"],
  [1e3, "kB"],
];
const size = (bytes) => {
  const [of, unit] = UNITS.find(([least]) => bytes >= least) ?? UNITS[2];
  return `${Number((bytes / of).toPrecision(3))} ${unit}`;
};

/**
 * The state of the database and the server; a key without admin rights sees message counts only.
 */
function Facts({ behind, undelivered, server, messages }) {
  const copy = server?.backup,
    rows = [
      ["Messages", messages.toLocaleString("en")],
      ["Search index", html`${behind} <span class="dim">events behind</span>`],
    ];
  if (undelivered)
    rows.push([
      "Outgoing webhooks",
      html`<a href=${address("webhooks")}>${undelivered} failed deliveries</a>`,
    ]);
  if (server)
    rows.unshift([
      "Database",
      html`<span title=${`${server.database_bytes.toLocaleString("en")} bytes`}>
        ${size(server.database_bytes)}</span>`,
    ]);
  if (server)
    rows.push(
      ["Sockets", server.sockets],
      ...(server.clock_skew_ms == null
        ? []
        : [["Clock", `${(server.clock_skew_ms / 1000).toFixed(1)} s from the database's`]]),
      [
        "Last backup",
        copy
          ? html`<${Age} at=${copy.made_at} /> ago <span class="dim">${size(copy.bytes)}</span>`
          : html`<span class="dim">none yet:</span> <code>ackbox backup FILE</code>`,
      ],
      [
        "Integrity",
        copy
          ? html`<span title=${copy.verified}>
            ${copy.verified.startsWith("integrity_check") ? "OK" : "Readable"}
            </span> <span class="dim">checked <${Age} at=${copy.made_at} /> ago</span>`
          : html`<span class="dim">checked with each backup</span>`,
      ],
    );
  return html`<dl class="facts" aria-label="Database and server">
    ${rows.map(
      ([name, value]) => html`<div key=${name}><dt>${name}</dt><dd class="num">${value}
    </dd></div>`,
    )}</dl>`;
}

// Each has a width and a pattern of its own, and the widest is drawn first: they can be told apart
// without colours, and where they have one value, all are visible.
/** @type {[string, string, string, number, number[]][]} */
const RANKS = [
  ["p50_ms", "p50", "--accent", 1.5, []],
  ["p95_ms", "p95", "--high", 3, [8, 5]],
  ["p99_ms", "p99", "--urgent", 6, [2, 4]],
];

function Sample({ width, dash, name }) {
  return html`<svg class=${`sample ${name}`} width="28" height="8" aria-hidden="true"><path
    d="M1 4h26" stroke-width=${width} stroke-dasharray=${dash.join(" ")} /></svg>`;
}

function Chart({ title, unit, kind, at, series, delays, whole, onRange }) {
  const place = useRef(null);
  const look = theme.value;
  useEffect(() => {
    let plot,
      isGone = false,
      watch;
    library().then((UPlot) => {
      if (isGone || !place.current) return;
      const style = getComputedStyle(place.current),
        colour = colours(place.current);
      const xs = at.map((each) => each / 1000);
      const drawn =
        kind === "stack"
          ? stacked(series)
          : RANKS.toReversed().map(([key, name, token, width, dash]) => ({
              name,
              colour: token,
              width,
              dash,
              values: delays.map((each) => (each ? Math.max(each[key], 1) : null)),
            }));
      const axis = {
        stroke: colour("--text-3"),
        font: `11px ${style.fontFamily}`,
        grid: { stroke: colour("--rule"), width: 1 },
        ticks: { stroke: colour("--rule"), width: 1 },
      };
      plot = new UPlot(
        {
          width: place.current.clientWidth,
          height: 190,
          legend: { show: false },
          padding: [8, 8, 0, 0],
          cursor: { drag: { x: true, y: false }, points: { show: false }, y: false },
          scales: {
            y:
              kind === "stack"
                ? { range: (_, __, most) => [0, Math.max(most, 1)] }
                : {
                    distr: 3,
                    range: (_, least, most) => [
                      tenth(least ?? 100, Math.floor),
                      tenth(most ?? 1000, Math.ceil),
                    ],
                  },
          },
          axes: [
            {
              ...axis,
              space: 70,
              values: (own, splits) => splits.map((each) => clock(each, splits.at(-1) - splits[0])),
            },
            {
              ...axis,
              size: 56,
              ...(kind === "stack" ? {} : { splits: (own, _, least, most) => tens(least, most) }),
              values: (_, values) =>
                values.map((each) =>
                  each === null
                    ? ""
                    : kind === "stack"
                      ? Number.isInteger(each)
                        ? each.toLocaleString("en")
                        : ""
                      : short(each),
                ),
            },
          ],
          series: [
            {},
            ...drawn.map((each) => ({
              label: each.name,
              stroke: colour(each.colour),
              width: kind === "stack" ? 0 : each.width,
              dash: each.dash,
              spanGaps: true,
              fill: kind === "stack" ? colour(each.colour) : undefined,
              ...(kind === "stack" ? { paths: UPlot.paths.bars({ size: [0.82, 60] }) } : {}),
              points: {
                show: kind !== "stack",
                size: 4 + (each.width ?? 0),
                fill: colour(each.colour),
              },
            })),
          ],
          hooks: {
            setSelect: [
              (own) => {
                if (own.select.width > 4)
                  onRange(
                    own.posToVal(own.select.left, "x") * 1000,
                    own.posToVal(own.select.left + own.select.width, "x") * 1000,
                  );
              },
            ],
          },
        },
        [xs, ...drawn.map((each) => each.values)],
        place.current,
      );
      watch = new ResizeObserver(
        () => place.current && plot.setSize({ width: place.current.clientWidth, height: 190 }),
      );
      watch.observe(place.current);
    });
    return () => {
      isGone = true;
      watch?.disconnect();
      plot?.destroy();
    };
  }, [at.join(), JSON.stringify(series ?? delays), look]);
  const isEmpty = kind === "stack" ? series.length === 0 : delays.every((each) => !each);
  return html`<section class="chart"><h2>${title} <span class="dim">${unit}</span></h2>
    <p class="key">${
      kind === "stack"
        ? series.map((each) => html`<span><${Intent} message=${{ intent: each.intent }} /></span>`)
        : RANKS.map(
            ([key, name, , width, dash]) =>
              html`<span><${Sample} width=${width} dash=${dash} name=${name} />${name}
                ${" "}${whole ? short(whole[key]) : "–"}</span>`,
          )
    }</p>
    <div class="plot" ref=${place} role="img"
    aria-label=${`${title}, ${unit}; the numbers are in the table`}/>
    ${isEmpty ? html`<p class="over">No data in this time window.</p>` : ""}</section>`;
}

/** The power of ten at or beyond a value, where the axis of delays starts and ends. */
const tenth = (value, round) =>
  10 ** round(Math.log10(Math.max(value, 1)) + (round === Math.ceil ? 0.01 : 0));
const tens = (least, most) => {
  const all = [];
  for (let each = tenth(least, Math.floor); each <= most * 1.01; each *= 10) all.push(each);
  return all;
};
const hours = new Intl.DateTimeFormat(undefined, {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }),
  days = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const clock = (s, span) => (span > 86_400 ? days : hours).format(s * 1000);

/** Stacked series: drawn from the total downwards, so that each covers the ones below it. */
function stacked(series) {
  const sums = series[0]?.values.map(() => 0) ?? [],
    drawn = [];
  for (const each of series) {
    each.values.forEach((value, n) => {
      sums[n] += value;
    });
    drawn.unshift({ name: each.name, colour: tokenOf(each.intent), values: [...sums] });
  }
  return drawn;
}

function Oldest({ agents }) {
  const waiting = agents
    .filter((each) => each.oldest_unacknowledged_at)
    .map((each) => ({ ...each, age: time() - Date.parse(each.oldest_unacknowledged_at) }))
    .sort((a, b) => b.age - a.age)
    .slice(0, 8);
  const most = waiting[0]?.age ?? 1;
  return html`<section class="chart"><h2>Oldest unacknowledged <span class="dim">
    per agent, last week</span></h2>
    ${
      waiting.length
        ? html`<table class="bars"><tbody>${waiting.map(
            (
              each,
            ) => html`<tr><th scope="row"><a href=${address(`a/${each.agent}`, { box: "unread" })}>
              ${safe(each.agent)}</a></th>
      <td class="bar-cell"><i style=${{ width: `${Math.max((each.age / most) * 100, 1)}%` }}/></td>
      <td class="num">${short(each.age)}</td><td class="dim">${each.unacknowledged} <${Presence}
      state=${each.presence} /></td></tr>`,
          )}</tbody></table>`
        : html`<p class="over">Everything is acknowledged.</p>`
    }</section>`;
}

function Numbers({ steps, intents, step_s }) {
  const cell = (delay, key) => (delay ? short(delay[key]) : "");
  const spanOf = ({ at }) =>
    `after:${at} before:${new Date(Date.parse(at) + step_s * 1000).toISOString()}`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Numbers of all charts">
    <table class="rows"><thead><tr><th scope="col">From</th>${intents.map(
      (intent) => html`<th
    scope="col">${intent}</th>`,
    )}
      <th scope="col">Pick-up p50</th><th scope="col">p95</th><th scope="col">p99</th><th
      scope="col">Acknowledge p50</th><th scope="col">p95</th><th scope="col">p99</th></tr></thead>
    <tbody>${steps.toReversed().map(
      (step) => html`<tr><th scope="row"><a href=${address("live", { q: spanOf(step) })}>
        <${Time} at=${step.at} day=${true} seconds=${false} /></a></th>
      ${intents.map((intent) => html`<td class="num">${step.messages[intent] ?? ""}</td>`)}
      ${["picked_up", "acknowledged"].flatMap((mark) =>
        RANKS.map(([key]) => html`<td class="num">${cell(step[mark], key)}</td>`),
      )}</tr>`,
    )}</tbody></table></div>`;
}
