// Needs you: what waits for a person, the oldest first, each with its action.
import { html, Agent, Age, Intent, Teach, firstLine, safe, to } from "../widgets/ui.js";
import { useEffect, useLayoutEffect, useState } from "../vendor/hooks.js";
import { base, call, me, mayWrite, needs as count, roster } from "../core/store.js";
import { reply } from "../widgets/compose.js";
import { Detail, markOwn } from "../widgets/detail.js";
import { keys } from "../core/keys.js";
import { Picked, Tick, clear, clicked, pickKeys, picked } from "../widgets/selection.js";
import { go, query, setQuery, Top, useFresh, useStanding } from "../core/frame.js";

const MAY_DISMISS = ["human", "owner", "operator"];
const SAYS = {
  blocked: "is blocked",
  question: "asks",
  mail: "writes",
  urgent: "sent, urgent",
  late: "waits for a late answer",
  stuck: "sent, undelivered",
  expired: "sent, expired",
};

/** Something that cannot be undone: a button, and the same once more in other words. */
function Sure({ text, sure, run, about }) {
  const [asked, ask] = useState(false),
    [problem, fail] = useState("");
  return asked
    ? html`<button type="button" class="danger"
      onClick=${() => run().catch((error) => fail(error.message))}>${sure}</button><button
        type="button" class="quiet" onClick=${() => ask(false)}>Keep</button>${
          problem
            ? html`<span
          class="problem" role="alert">${problem}</span>`
            : null
        }`
    : html`<button type="button" aria-label=${about ? `${text}: ${about}` : null}
      onClick=${() => ask(true)}>${text}</button>`;
}

async function dismiss(name) {
  while ((await call("agent.dismiss", { name })).is_more);
}

/**
 * Names that mail waits for and that nobody has ever used: mistyped, perhaps. A person may stop
 * waiting.
 */
function Awaited({ names }) {
  return html`<ul class="needs waits" aria-label="Names that nobody has used">${names.map(
    (name) => html`<li key=${name} class="need"><span class="age"></span><p>mail waits for <b><bdi>
      ${safe(name)}</bdi></b>, whom nobody has seen</p>
    <div class="acts"><a class="button" href=${`${base}/a/${encodeURIComponent(name)}`}>See it</a>
    ${
      mayWrite && MAY_DISMISS.includes(me.role)
        ? html`<${Sure} text="Withdraw"
    sure="Withdraw what waits" about=${safe(name)} run=${() => dismiss(name)} />`
        : null
    }</div></li>
      `,
  )}</ul>`;
}

function Quiet() {
  const idle = roster.value.agents.filter(
    (each) => each.kind === "agent" && each.presence === "idle",
  ).length;
  const away = roster.value.agents.filter(
    (each) => each.kind === "agent" && each.presence === "away",
  ).length;
  const said = [idle ? `${idle} idle` : null, away ? `${away} away` : null].filter(Boolean);
  return said.length
    ? html`<p class="quietly dim">Quiet: ${said.map((each, at) => html`${at ? " · " : ""}${each}`)}
      </p>`
    : null;
}

const wordsOf = (need) =>
  need.kind === "stuck" || need.kind === "expired"
    ? "Send to another"
    : need.message.intent === "blocked"
      ? "Reassign"
      : "Hand to…";

export function Needs({ data }) {
  const [told] = useFresh(
    data,
    (each) =>
      each.kind === "message.sent" ||
      each.kind === "receipt.marked" ||
      each.kind === "message.withdrawn" ||
      each.kind.startsWith("agent."),
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
        view: module.Hand,
        need,
        isMine: isMine(need),
        words: wordsOf(need),
        onClose: () => setGiven(null),
      }),
    );
  // Before it is asked for: keys that come while it is fetched would mean something else.
  useEffect(() => {
    if (items.length) import("../widgets/reassign.js").catch(() => {});
  }, [items.length > 0]);
  const letters = items.map((need) => need.message);
  const open = (need) => setQuery({ m: need.message.id });
  useLayoutEffect(() =>
    keys("Needs you", {
      j: [
        () => {
          stand.to(stand.at + 1);
        },
        "next",
      ],
      ArrowDown: [
        () => {
          stand.to(stand.at + 1);
        },
      ],
      k: [
        () => {
          stand.to(stand.at - 1);
        },
        "previous",
      ],
      ArrowUp: [
        () => {
          stand.to(stand.at - 1);
        },
      ],
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
        () => letters,
        () => stand.at,
        (by) => stand.to(stand.at + by)?.message,
      ),
      r: [
        () => {
          if (!at() || !mayWrite) return false;
          reply(at().message);
          return true;
        },
        "answer",
      ],
      a: [
        () => {
          if (!at() || !isMine(at())) return false;
          markOwn(at().message, "acknowledged");
          return true;
        },
        "acknowledge",
      ],
      h: [
        () => {
          if (!at() || !mayWrite) return false;
          give(at());
          return true;
        },
        "hand to somebody else",
      ],
      t: [
        () => {
          if (!at()) return false;
          go(`${base}/t/${at().message.thread}#${at().message.id}`);
          return true;
        },
        "its thread",
      ],
    }),
  );
  const oldest = items[0],
    agents = roster.value.agents.filter((each) => each.kind === "agent"),
    online = agents.filter((each) => each.presence === "online").length;
  return html`<div class=${`view ${pane ? "has-pane" : ""}`}>
    <${Top} title="Needs you"><span class="dim num">${
      items.length
        ? html`
    ${items.length} waiting · oldest <${Age} at=${oldest.since} />`
        : null
    }</span><span
    class="grow"></span></${Top}>
    <div class="mid"><div class="scroll">
      ${
        items.length
          ? html`<ol class=${`needs ${picked.value.size ? "has-picks" : ""}`}
            aria-label="What waits for you" data-first tabindex="-1">${items.map((need, number) => {
              const m = need.message;
              const mine = isMine(need);
              return html`<li key=${m.id} id=${`need-${m.id}`}
                  class=${`need ${m.priority === 5 ? "is-urgent" : m.priority === 4 ? "is-high" : ""} ${number === here ? "is-at" : ""} ${picked.value.has(m.id) ? "is-picked" : ""}`} onClick=${(
                    event,
                  ) => {
                    stand.to(number);
                    if (!clicked(event, letters, m)) open(need);
                  }}><${Tick} each=${m} rows=${letters} />
          <span class="age"><${Age} at=${need.since} /></span>
          <div class="what"><p class="says"><${Intent} message=${m} bare=${true} /> <${Agent}
          name=${m.sender} kind=${m.sender_kind} /> <span class="dim">${SAYS[need.kind]}
            ${need.is_answered ? ", and was answered already" : ""}${
              mine
                ? ""
                : html`${" → "}<bdi>
            ${to(m)}</bdi>`
            }</span></p>
            <p class="line"><bdi>${firstLine(m)}</bdi></p>
            ${
              need.kind === "urgent" || need.kind === "stuck" || need.kind === "expired"
                ? html`<p
            class="dim small">still without it: <bdi>${need.waiting_for.map(safe).join(", ")}</bdi>
              </p>`
                : null
            }</div>
          <div class="acts" onClick=${(event) => event.stopPropagation()}>
            ${
              mayWrite
                ? html`${
                    need.kind === "stuck" || need.kind === "expired"
                      ? html`<button
                  type="button" onClick=${() => give(need)}>${wordsOf(need)}</button>
                    ${
                      m.sender === me.agent
                        ? html`<${Sure} text="Withdraw" sure="Withdraw for good"
                    run=${() => call("message.withdraw", { id: m.id })} />`
                        : null
                    }`
                      : html`<button
                      type="button" class="primary" onClick=${() => reply(m)}>Answer</button><button
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
            <a class="button" href=${`${base}/t/${m.thread}#${m.id}`}>Thread</a></div></li>`;
            })}</ol>`
          : html`<div class="empty" data-first tabindex="-1"><p class="title">Nothing needs you.</p>
            <p class="dim">${
              agents.length
                ? html`${online} agent
            ${online === 1 ? "" : "s"} online. In the last five minutes: ${
              told.lately?.messages
                ? `${told.lately.messages >= 200 ? "200 or more" : told.lately.messages} message${told.lately.messages === 1 ? "" : "s"} from ${told.lately.senders}`
                : "no messages"
            }. Watch them in <a href=${`${base}/live`}>Live</a>.`
                : html`Nobody is here yet. See it move: <${Teach} command="ackbox demo" />`
            }</p></div>`
      }
      ${told.awaited?.length ? html`<${Awaited} names=${told.awaited} />` : null}<${Quiet} /></div>
      <${Picked} of="needs" />${given ? html`<${given.view} ...${given} />` : null}
    </div>
    ${pane ? html`<${Detail} id=${pane} onClose=${() => setQuery({ m: null })} go=${go} />` : null}
  </div>`;
}
