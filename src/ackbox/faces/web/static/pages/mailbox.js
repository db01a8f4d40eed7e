// A mailbox: messages to and from an agent, and a matrix of who has read what it sent. Viewing
// marks nothing.
import {
  html,
  Activity,
  Agent,
  Chain,
  Circle,
  CloseButton,
  Intent,
  Key,
  Presence,
  Receipt,
  Sure,
  Time,
  Teach,
  arg,
  classes,
  firstLine,
  safe,
  seen,
  to,
  urgencyOf,
  whole,
} from "../widgets/ui.js";
import { useLayoutEffect, useMemo, useRef, useState } from "../vendor/hooks.js";
import { base, call, me, mayWrite, refusal } from "../core/store.js";
import { Compose } from "../widgets/compose.js";
import { Detail, Pause, messageKeys } from "../widgets/detail.js";
import { keys, moveKeys } from "../core/keys.js";
import { Picked, Tick, clear, clicked, pickKeys, picked } from "../widgets/selection.js";
import { go, Older, query, setQuery, Top, useFresh, useStanding } from "../core/frame.js";

const BOXES = ["unread", "inbox", "sent", "archive", "receipts"];
const RANK = { pending: 0, expired: 0, delivered: 1, read: 2, acknowledged: 3 };
const MAX_COLUMNS = 12,
  SHOWN = 50;

function Cell({ receipt, isAt, onPick, id }) {
  if (!receipt)
    return html`<td class=${isAt ? "is-at" : ""} id=${id}><span class="none" role="img"
      aria-label="not a recipient">·</span></td>`;
  const label = `${receipt.agent}: ${receipt.state}`;
  return html`<td class=${isAt ? "is-at" : ""} id=${id} onClick=${onPick}
    title=${[label, ...receipt.by.map((each) => `${each.mark} ${whole(each.at)}`)].join(
      "\n",
    )}><${Circle}
      state=${receipt.state} label=${label} /></td>`;
}

/**
 * How many recipients have reached each state. With many recipients the server lists only the
 * first; then the totals are used.
 */
function counted({ receipts, recipients, delivered, read, acknowledged, is_expired }) {
  if (receipts.length >= recipients)
    return Object.fromEntries(
      ["pending", "delivered", "read", "acknowledged", "expired"].map((state) => [
        state,
        receipts.filter((each) => each.state === state).length,
      ]),
    );
  return {
    [is_expired ? "expired" : "pending"]: recipients - delivered,
    delivered: Math.max(delivered - Math.max(read, acknowledged), 0),
    read: Math.max(read - acknowledged, 0),
    acknowledged,
  };
}

/** Recipients to whom a message was not delivered yet. */
const pending = (status) => [
  ...new Set(
    status.receipts
      .filter((each) => each.state === "pending" && each.agent !== me.agent)
      .map((each) => each.agent),
  ),
];

/** Asks before it nudges all recipients to whom a message was not delivered yet. */
function Nudge({ m, names, onClose }) {
  const [said, say] = useState(""),
    [isBusy, busy] = useState(false),
    first = useRef(null);
  useLayoutEffect(() => {
    first.current?.focus();
  }, [said]);
  async function run() {
    busy(true);
    try {
      say(
        await (
          await import("../widgets/bulk_actions.js")
        ).nudge(null, () => {}, new Map(names.map((name) => [name, [m]]))),
      );
    } catch (error) {
      say(refusal(error));
      busy(false);
    }
  }
  if (said || !names.length)
    return html`<div class="picked" role="status">${said || "All recipients have it."}<button
      type="button" ref=${first} onClick=${onClose}>Close</button></div>`;
  return html`<div class="picked" role="group" aria-label="Nudge"><span>Nudge <bdi>
    ${safe(names.slice(0, 5).join(", "))}</bdi>
    ${names.length > 5 ? ` and ${names.length - 5} more` : ""} with an urgent message about <bdi>
    ${firstLine(m)}
    </bdi>?</span><button type="button" class="primary" ref=${first} disabled=${isBusy}
    onClick=${run}>Nudge</button><button type="button" onClick=${onClose}>Cancel</button></div>`;
}

/** How long it took until the last recipient acknowledged. */
function Took({ seconds }) {
  return html`<span class="dim"><span class="sep"> · </span>
    ${seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`}</span>`;
}

function Matrix({ told, onOpen }) {
  const statuses = told.statuses ?? [],
    messages = told.messages;
  const names = useMemo(() => {
    const behind = new Map();
    for (const status of statuses)
      for (const each of status.receipts) {
        const name = each.instance ? `${each.agent}/${each.instance}` : each.agent;
        behind.set(name, (behind.get(name) ?? 0) + 3 - RANK[each.state]);
      }
    return [...behind]
      .sort((one, other) => other[1] - one[1] || one[0].localeCompare(other[0]))
      .map(([name]) => name);
  }, [statuses]);
  const [unfolded, unfold] = useState(false);
  const [cell, setCell] = useState({ row: 0, column: 0 });
  const [picked, pick] = useState(null);
  const [asked, ask] = useState(null),
    grid = useRef(null);
  useLayoutEffect(() => {
    if (cell.isMoved)
      grid.current
        ?.querySelector("td.is-at")
        ?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [cell]);
  const folded = names.length > MAX_COLUMNS && !unfolded;
  const of = (status, name) =>
    status.receipts.find(
      (each) => (each.instance ? `${each.agent}/${each.instance}` : each.agent) === name,
    );
  const status = picked && statuses.find((each) => each.id === picked.id),
    chosen = status && of(status, picked.name);
  function onKeyDown(event) {
    const by = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[
      event.key
    ];
    if (by) {
      event.preventDefault();
      setCell(({ row, column }) => ({
        row: Math.max(0, Math.min(messages.length - 1, row + by[0])),
        column: Math.max(0, Math.min(names.length - 1, column + by[1])),
        isMoved: true,
      }));
    }
    if (event.key === "Escape" && chosen) {
      event.stopPropagation();
      pick(null);
    }
    if (event.key === "Enter") {
      event.preventDefault();
      pick({ id: messages[cell.row].id, name: names[cell.column] });
    }
    if (event.key === "n" && mayWrite && statuses[cell.row]) {
      event.preventDefault();
      event.stopPropagation();
      ask({ m: messages[cell.row], names: pending(statuses[cell.row]) });
    }
  }
  if (!messages.length)
    return html`<div class="empty"><p class="title"><bdi>${safe(told.name)}
      </bdi> has sent no messages yet.</p></div>`;
  return html`<div class="wide"><table ref=${grid} class="matrix" role="grid" tabindex="0"
    onKeyDown=${onKeyDown} data-first aria-label=${`Receipts of messages from ${told.name}`}
      aria-activedescendant=${folded ? null : `cell-${cell.row}-${cell.column}`}>
    <thead><tr><th scope="col">Sent by ${safe(told.name)}</th>${
      folded
        ? html`<th scope="col">
    <button type="button" class="quiet small" onClick=${() => unfold(true)}>
    Show all ${names.length} recipients</button></th>`
        : names.map(
            (name) => html`<th scope="col">
    <bdi>${safe(name)}</bdi></th>`,
          )
    }<th scope="col">Ack</th></tr></thead>
    <tbody>${messages.map((m, row) => {
      const status = statuses[row];
      if (!status) return null;
      const last = status.receipts
        .map((each) => each.acknowledged_at)
        .filter(Boolean)
        .sort()
        .at(-1);
      const took = last ? Math.round((Date.parse(last) - Date.parse(m.created_at)) / 1000) : null;
      return html`<tr key=${m.id}
        class=${urgencyOf(m)}><th scope="row">
          <button type="button" class="plainly" onClick=${() => onOpen(m)}><span class="dim num">
          <${Time} at=${m.created_at} seconds=${false} /></span> <${Intent} message=${m} /> <span
          class="line"><bdi>${firstLine(m)}</bdi></span></button></th>
        ${
          folded
            ? html`<td class="counts num">${Object.entries(counted(status)).map(([state, many]) => {
                return many ? html`<span><${Circle} state=${state} /> ${many}</span>` : null;
              })}</td>`
            : names.map(
                (name, column) =>
                  html`<${Cell} receipt=${of(status, name)}
                    isAt=${cell.row === row && cell.column === column} id=${`cell-${row}-${column}`}
                      onPick=${() => {
                        setCell({ row, column });
                        pick({ id: m.id, name });
                      }} />`,
              )
        }
        <td class="num">${
          status.is_expired && status.delivered < status.recipients
            ? "expired"
            : `${status.acknowledged}/${status.recipients}`
        }${took === null ? null : html`<${Took} seconds=${took} />`}</td></tr>`;
    })}</tbody></table></div>
    ${
      statuses.some((each) => each.receipts.length < each.recipients)
        ? html`<p
    class="foot dim small">
      Messages to more than ${SHOWN} recipients list ${SHOWN}; the counts include all.</p>
        `
        : null
    }
    <p class="legend dim small">
    ${["pending", "delivered", "read", "acknowledged", "expired"].map(
      (state) => html`<span>
    <${Circle} state=${state} /> ${state}</span>`,
    )}<span>
    · not a recipient</span><span class="grow"></span><span><${Key}>Enter
      </${Key}> show the times of a cell</span>${
        mayWrite
          ? html`<span><${Key}>n
      </${Key}> nudge recipients without delivery</span>`
          : null
      }</p>
    ${
      asked
        ? html`<${Nudge} key=${asked.m.id} ...${asked} onClose=${() => {
            ask(null);
            grid.current?.focus();
          }} />`
        : null
    }
    ${
      chosen
        ? html`<div class="picked" role="status"><b><bdi>${safe(picked.name)}</bdi></b><${Chain}
          sent=${status.created_at} by=${chosen.by} /><span class="grow"></span><${CloseButton}
          onClick=${() => pick(null)} /></div>`
        : null
    }`;
}

const EMPTY = {
  unread: "No unread messages.",
  inbox: "No messages yet.",
  sent: "No sent messages yet.",
  archive: "No archived messages.",
};

function Messages({ told, at, setAt, pick }) {
  const counted = new Map((told.tallies ?? []).map((each) => [each.id, each]));
  const away = told.agent && told.agent.presence === "away" && told.unread;
  const classesOf = (m, number) =>
    classes(
      "msg",
      number === at && "is-at",
      m.read === false && told.box !== "sent" && "is-unread",
      urgencyOf(m),
      picked.value.has(m.id) && "is-picked",
    );
  function choose(event, m, number) {
    setAt(number);
    if (!clicked(event, told.messages, m)) pick(m);
  }
  const hello = `ackbox send ${arg(told.name)} "hello"`;
  if (!told.messages.length)
    return html`<div class="empty"><p class="title">
      ${EMPTY[told.box]}</p>${
        told.box === "inbox"
          ? html`<p><${Teach} command=${hello} /></p>
      `
          : null
      }
      </div>`;
  return html`${
    away
      ? html`<p class="note"><bdi>${safe(told.name)}
    </bdi> was last seen ${seen(told.agent)}
    . ${told.unread === 1 ? "1 message waits" : `${told.unread} messages wait`} until it connects.
      </p>`
      : null
  }
    <ol class=${`letters ${picked.value.size ? "has-picks" : ""}`} aria-label=${told.box} data-first
    tabindex="-1">${told.messages.map(
      (m, number) => html`<li key=${m.id}
        class=${classesOf(m, number)} onClick=${(event) => choose(event, m, number)}><${Tick}
          each=${m} rows=${told.messages} />
      <span class="when"><${Time} at=${m.created_at} seconds=${false} /></span><span class="who">
      ${
        told.box === "sent"
          ? html`<span class="arrow">→</span> <bdi>${to(m)}</bdi>`
          : html`
      <${Agent} name=${m.sender} kind=${m.sender_kind} />`
      }</span><${Intent} message=${m} /><span
      class="line"><bdi>${firstLine(m)}</bdi></span><span class="state"><${Receipt}
        tally=${counted.get(m.id)} /></span></li>`,
    )}</ol>`;
}

/** Mark every unread message of the person as read. */
async function readAll() {
  for (;;) {
    const page = await call("mailbox.list", { of: me.agent, unread_only: true, limit: 200 });
    const ids = page.messages.map((m) => m.id);
    if (!ids.length) return;
    if (!(await call("receipt.mark", { mark: "read", ids })).changed.length) return;
  }
}

export function Mailbox({ data, about }) {
  const [told, more] = useFresh(
    data,
    (each) =>
      each.kind === "message.sent" ||
      each.kind === "receipt.marked" ||
      each.details?.agent === data.name,
    400,
    (one, other) => ({
      ...other,
      messages: [...one.messages, ...other.messages],
      statuses: [...one.statuses, ...other.statuses],
      tallies: [...one.tallies, ...other.tallies],
    }),
  );
  const pane = query.value.m ?? null,
    isOwn = told.name === me.agent,
    here = `${base}/a/${about.map(encodeURIComponent).join("/")}`;
  const messages = told.messages ?? [];
  const stand = useStanding(messages, (m) => m.id),
    current = () => messages[stand.at];
  const pick = (m) => setQuery({ m: m.id });
  const { r, t, a, e, u } = messageKeys(current, () => isOwn);
  const isList = told.box !== "receipts";
  const step = (by) => {
    if (!isList) return false;
    stand.to(stand.at + by);
    return true;
  };
  useLayoutEffect(() =>
    keys("Mailbox", {
      ...moveKeys(step),
      Enter: [
        () => {
          if (!current() || !isList) return false;
          pick(current());
          return true;
        },
        "open",
      ],
      Escape: [
        () => {
          if (clear()) return true;
          if (!pane) return false;
          setQuery({ m: null });
          return true;
        },
        "close",
      ],
      ...pickKeys(
        () => (isList ? messages : []),
        () => stand.at,
        (by) => stand.to(stand.at + by),
      ),
      h: [() => go(`${here}?box=${BOXES[(BOXES.indexOf(told.box) + 4) % 5]}`), "previous box"],
      l: [() => go(`${here}?box=${BOXES[(BOXES.indexOf(told.box) + 1) % 5]}`), "next box"],
      r,
      t,
      a,
      e,
      u,
    }),
  );
  const agent = told.agent;
  const doing =
    agent?.summary ??
    (agent?.instances ?? []).find((each) => each.summary && each.presence === agent.presence)
      ?.summary;
  const machines = [
    ...new Set((agent?.instances ?? []).map((each) => each.machine).filter(Boolean)),
  ];
  return html`<div class=${`view ${pane ? "has-pane" : ""}`}><${Top} title=${told.name}><span
    class="dim agent-line">${
      agent
        ? html`<${Presence} state=${agent.presence} /> ${agent.presence} <${Activity}
          each=${agent} />
      ${machines.length ? html` · <bdi>${machines.map(safe).join(", ")}</bdi>` : null}
      ${doing ? html` · <q><bdi>${safe(doing)}</bdi></q>` : null} · seen ${seen(agent)}
      `
        : "no agent with this name has connected yet"
    }</span><span class="grow"></span>${
      agent?.kind === "agent" ? html`<${Pause} of=${agent.agent} ...${agent} />` : null
    }</${Top}>
    <div class="mid"><nav class="tabs" aria-label="Boxes">${BOXES.map(
      (box) => html`<a
    href=${`${here}?box=${box}`} aria-current=${box === told.box ? "page" : null}>${box}
      ${
        box === "unread"
          ? html` <span class="num">${told.unread}</span>
      `
          : box === "inbox"
            ? html` <span class="num">${told.total}</span>`
            : null
      }</a>`,
    )}<span
        class="grow"></span>${
          isOwn
            ? mayWrite && told.unread
              ? html`<${Sure} text="Mark all as read" sure=${`Mark ${told.unread} as read`}
                  run=${readAll} />`
              : null
            : html`<span class="dim small">
          View only: nothing is marked as read.</span>`
        }</nav>
      <div class="scroll">${
        isList
          ? html`<${Messages} told=${told} at=${stand.at} setAt=${stand.to}
      pick=${pick} />`
          : html`<${Matrix} told=${told} onOpen=${pick} />`
      }
      ${told.cursor ? html`<${Older} more=${more} />` : null}</div>
      <${Picked} of=${`${told.name} ${told.box}`} path=${here} search=${`box=${told.box}`} />
      ${
        isOwn
          ? null
          : html`<${Compose} to=${[told.name]} label=${`Message to ${told.name}`}
      key=${told.name} />`
      }</div>
    ${pane ? html`<${Detail} id=${pane} onClose=${() => setQuery({ m: null })}/>` : null}
    </div>`;
}
