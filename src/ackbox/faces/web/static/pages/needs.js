// Needs you: what waits for a person, oldest first, with the actions for each item.
import {
  html,
  Agent,
  Age,
  age,
  Intent,
  Sure,
  classes,
  Teach,
  firstLine,
  safe,
  to,
  urgencyOf,
} from "../widgets/ui.js";
import { useEffect, useLayoutEffect, useState } from "../vendor/hooks.js";
import { base, call, me, mayWrite, needs as count, roster } from "../core/store.js";
import { reply } from "../widgets/drafts.js";
import { Choices, Detail, Pause, markOwn, messageKeys } from "../widgets/detail.js";
import { keys, moveKeys } from "../core/keys.js";
import { address, isPerson } from "../core/lookup.js";
import { Picked, Tick, clear, clicked, pickKeys, picked } from "../widgets/selection.js";
import { query, setQuery, Top, useFresh, useStanding } from "../core/frame.js";

const mayDismiss = mayWrite && (isPerson(me.role) || me.role === "operator");
const mayMute = mayWrite && isPerson(me.role);
const SUMMARIES = {
  blocked: "is blocked",
  question: "asks",
  mail: "sent a message",
  urgent: "sent an urgent message",
  late: "waits for an overdue reply",
  stuck: "sent a message that was not delivered",
  expired: "sent a message that expired",
};

const REASONS = {
  blocked: "not acknowledged",
  question: "no reply",
  mail: "not acknowledged",
  urgent: "not acknowledged",
  stuck: "not delivered",
  expired: "expired before it was delivered, sent",
};

/** Why a message needs a person, and for how long. */
function Reason({ need: { kind, since, message, waiting_for } }) {
  const why =
    kind === "late"
      ? `reply overdue for ${age(message.expects_reply_by)}`
      : kind === "expired"
        ? `${REASONS.expired} ${age(since)} ago`
        : `${REASONS[kind]} for ${age(since)}`;
  const by = ["mail", "question", "blocked"].includes(kind) ? [] : waiting_for;
  return html`<p class="dim small">${why}${
    by.length ? html`: <bdi>${by.map(safe).join(", ")}</bdi>` : ""
  }</p>`;
}

async function dismiss(name) {
  while ((await call("agent.dismiss", { name })).is_more);
}

/** Unknown recipients, perhaps mistyped. A person may withdraw the messages that wait for them. */
function Awaited({ names }) {
  return html`<ul class="needs waits" aria-label="Unknown recipients">${names.map(
    (
      name,
    ) => html`<li key=${name} class="need"><span class="age"></span><p>Messages wait for <b><bdi>
      ${safe(name)}</bdi></b>; no agent with this name has connected yet</p>
    <div class="acts"><a class="button" href=${address(`a/${name}`)}>Open mailbox
    </a>
    ${
      mayDismiss
        ? html`<${Sure} text="Withdraw"
    sure="Withdraw all messages" about=${safe(name)} run=${() => dismiss(name)} />`
        : null
    }</div></li>
      `,
  )}</ul>`;
}

function Stopped({ paused }) {
  return paused?.length
    ? html`<ul class="needs waits" aria-label="Paused">${paused.map(
        (each) => html`<li key=${each.of} class="need"><span class="age"></span><p><a
      href=${address(`${each.kind[0]}/${each.of}`)}><bdi>${safe(each.of)}</bdi></a></p>
    <div class="acts"><${Pause} of=${each.of} paused=${each} /></div></li>`,
      )}</ul>`
    : null;
}

function Quiet({ agents }) {
  const said = ["idle", "away"]
    .map((state) => [agents.filter((each) => each.presence === state).length, state])
    .filter(([many]) => many)
    .map((each) => each.join(" "));
  return said.length
    ? html`<p class="quietly dim">Other agents: ${said.map(
        (each, at) => html`${at ? " · " : ""}
      ${each}`,
      )}
      </p>`
    : null;
}

const wordsOf = (need) =>
  need.kind === "stuck" || need.kind === "expired"
    ? "Send to another agent"
    : need.message.intent === "blocked"
      ? "Reassign"
      : "Forward…";

export function Needs({ data }) {
  const [told] = useFresh(
    data,
    (each) =>
      each.kind === "message.sent" ||
      each.kind === "receipt.marked" ||
      each.kind === "message.withdrawn" ||
      /^(agent|thread)\./.test(each.kind),
  );
  const items = told.needs ?? [],
    pane = query.value.m ?? null;
  const stand = useStanding(items, (need) => need.message.id),
    here = stand.at,
    at = () => items[stand.at];
  useEffect(() => {
    count.value = items.length;
  }, [items.length]);
  const isMine = (need) =>
    need.kind !== "stuck" &&
    need.kind !== "expired" &&
    (need.waiting_for.includes(me.agent) || need.message.to.includes(me.agent));
  const [given, setGiven] = useState(null);
  const give = (need) =>
    import("../widgets/reassign.js").then((module) =>
      setGiven({
        view: module.Reassign,
        need,
        isMine: isMine(need),
        words: wordsOf(need),
        onClose: () => setGiven(null),
      }),
    );
  const hide = (need) =>
    import("../widgets/hide.js").then((module) =>
      setGiven({ view: module.Hide, need, onClose: () => setGiven(null) }),
    );
  const [hidden, setHidden] = useState(null),
    muted = told.muted ?? [];
  // Fetched early: keys that arrive while it is fetched would have another meaning.
  useEffect(() => {
    if (items.length) import("../widgets/reassign.js").catch(() => {});
    if (items.length || muted.length)
      import("../widgets/hide.js").then(
        (module) => setHidden(() => module.Hidden),
        () => {},
      );
  }, [items.length > 0, muted.length > 0]);
  const messages = items.map((need) => need.message);
  const open = (need) => setQuery({ m: need.message.id });
  const { r, a, t } = messageKeys(
    () => at()?.message,
    () => isMine(at()),
  );
  useLayoutEffect(() =>
    keys("Needs you", {
      ...moveKeys((by) => {
        stand.to(stand.at + by);
      }),
      Enter: [
        () => {
          if (!at()) return false;
          open(at());
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
        () => messages,
        () => stand.at,
        (by) => stand.to(stand.at + by)?.message,
      ),
      r,
      a,
      h: [
        () => {
          if (!at() || !mayWrite) return false;
          give(at());
          return true;
        },
        "reassign or forward",
      ],
      z: [
        () => {
          if (!at() || !mayMute) return false;
          hide(at());
          return true;
        },
        "hide for a while, or mute",
      ],
      t,
    }),
  );
  const classesOf = (m, number) =>
    classes(
      "need",
      urgencyOf(m),
      number === here && "is-at",
      picked.value.has(m.id) && "is-picked",
    );
  function choose(event, need, number) {
    stand.to(number);
    if (!clicked(event, messages, need.message)) open(need);
  }
  const { messages: recent = 0, senders = 0 } = told.lately ?? {};
  const recently = recent
    ? `${recent >= 200 ? "200 or more" : recent} message${recent === 1 ? "" : "s"} from ` +
      `${senders} sender${senders === 1 ? "" : "s"}`
    : "no messages";
  const agents = roster.value.agents.filter((each) => each.kind === "agent"),
    online = agents.filter((each) => each.presence === "online").length;
  return html`<div class=${`view ${pane ? "has-pane" : ""}`}>
    <${Top} title="Needs you"><span class="dim num">${
      items.length
        ? html`
    ${items.length} waiting · oldest <${Age} at=${items[0].since} />`
        : null
    }</span><span
    class="grow"></span></${Top}>
    <div class="mid"><div class="scroll">
      ${
        items.length
          ? html`<ol class=${`needs ${picked.value.size ? "has-picks" : ""}`}
            aria-label="Items that need you" data-first tabindex="-1">${items.map(
              (need, number) => {
                const m = need.message;
                const mine = isMine(need);
                return html`<li key=${m.id} id=${`need-${m.id}`}
                  class=${classesOf(m, number)}
                  onClick=${(event) => choose(event, need, number)}><${Tick} each=${m}
                    rows=${messages} />
          <span class="age"><${Age} at=${need.since} /></span>
          <div class="what"><p class="says"><${Intent} message=${m} bare=${true} /> <${Agent}
          name=${m.sender} kind=${m.sender_kind} /> <span class="dim">${SUMMARIES[need.kind]}
            ${need.is_answered ? ", already answered" : ""}${
              mine
                ? ""
                : html`${" → "}<bdi>
            ${to(m)}</bdi>`
            }</span></p>
            <p class="line"><bdi>${firstLine(m)}</bdi></p>
            <${Reason} need=${need} />
            ${m.choices ? html`<${Choices} message=${m} />` : null}</div>
          <div class="acts" onClick=${(event) => event.stopPropagation()}>
            ${
              mayWrite
                ? html`${
                    need.kind === "stuck" || need.kind === "expired"
                      ? html`<button
                  type="button" onClick=${() => give(need)}>${wordsOf(need)}</button>
                    ${
                      m.sender === me.agent
                        ? html`<${Sure} text="Withdraw" sure="Confirm withdrawal"
                    run=${() => call("message.withdraw", { id: m.id })} />`
                        : null
                    }`
                      : html`<button
                      type="button" class="primary" onClick=${() => reply(m)}>Reply</button><button
                        type="button" onClick=${() => give(need)}>${wordsOf(need)}</button>`
                  }
            ${
              mine
                ? html`<button type="button" onClick=${() => markOwn(m, "acknowledged")}>
            Acknowledge</button>`
                : null
            }`
                : null
            }
            ${
              mayMute
                ? html`<button type="button" onClick=${() => hide(need)}>Hide…</button>`
                : null
            }
            <a class="button" href=${`${base}/t/${m.thread}#${m.id}`}>Thread</a></div></li>`;
              },
            )}</ol>`
          : html`<div class="empty" data-first tabindex="-1"><p class="title">Nothing needs you.</p>
            <p class="dim">${
              agents.length
                ? html`${online} agent
            ${online === 1 ? "" : "s"} online. In the last five minutes: ${
              recently
            }. Watch them in <a href=${`${base}/live`}>Live</a>.`
                : html`No agent has connected yet. Try the demo: <${Teach} command="ackbox demo" />`
            }</p></div>`
      }
      ${told.awaited?.length ? html`<${Awaited} names=${told.awaited} />` : null}
      <${Stopped} ...${told} />${muted.length && hidden ? html`<${hidden} muted=${muted} />` : null}
      <${Quiet} agents=${agents} /></div>
      <${Picked} of="needs" />${given ? html`<${given.view} ...${given} />` : null}
    </div>
    ${pane ? html`<${Detail} id=${pane} onClose=${() => setQuery({ m: null })}/>` : null}
  </div>`;
}
