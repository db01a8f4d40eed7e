// Threads: the list of conversations, and one conversation with its receipts.
import {
  html,
  Agent,
  Age,
  Body,
  Circle,
  Copy,
  firstLine,
  Intent,
  Key,
  Mark,
  Receipt,
  safe,
  Teach,
  textOf,
  Time,
  to,
  urgencyOf,
} from "../widgets/ui.js";
import { useEffect, useLayoutEffect, useRef, useState } from "../vendor/hooks.js";
import { base, call, listen, load, me } from "../core/store.js";
import { Compose } from "../widgets/compose.js";
import { Choices, Pause, Refs, messageKeys } from "../widgets/detail.js";
import { keys, moveKeys } from "../core/keys.js";
import { go, Older, Top, useFresh, useStanding } from "../core/frame.js";

const GAP_MS = 10 * 60_000;

export function Threads({ data }) {
  const [told, more] = useFresh(
    data,
    (each) => each.kind === "message.sent",
    400,
    (one, other) => ({
      ...other,
      threads: [...one.threads, ...other.threads],
      tallies: [...one.tallies, ...other.tallies],
    }),
  );
  const heads = told.threads ?? [],
    counted = new Map((told.tallies ?? []).map((each) => [each.id, each]));
  const stand = useStanding(heads, (head) => head.thread),
    at = stand.at;
  const box = useRef(null);
  const move = (by) => {
    stand.to(stand.at + by);
    requestAnimationFrame(() =>
      box.current?.querySelector(".is-at")?.scrollIntoView({ block: "nearest" }),
    );
  };
  useLayoutEffect(() =>
    keys("Threads", {
      ...moveKeys(move),
      Enter: [
        () => {
          const head = heads[stand.at];
          if (!head) return false;
          go(`${base}/t/${head.thread}`);
          return true;
        },
        "open",
      ],
    }),
  );
  return html`<div class="view"><${Top} title="Threads"><nav class="tabs"
    aria-label="Kind of threads"><a href=${`${base}/threads`}
      aria-current=${told.all ? null : "page"}>Conversations</a><a href=${`${base}/threads?all=1`}
        aria-current=${told.all ? "page" : null}>All messages</a></nav><span class="grow"></span>
          </${Top}>
    <div class="mid"><div class="scroll" ref=${box}>
    ${
      heads.length
        ? html`<ol class="threads" aria-label="Threads" data-first tabindex="-1">${heads.map(
            (head, number) => html`<li key=${head.thread} class=${number === at ? "is-at" : ""}><a
              href=${`${base}/t/${head.thread}`} onFocus=${() => stand.to(number)}>
      <span class="when"><${Age} at=${head.last.created_at} /></span>
      <span class="people">${head.people.slice(0, 4).map(
        (each) => html`<${Mark} name=${each.name}
      />`,
      )}${
        head.people.length > 4
          ? html`<span class="dim small">+${head.people.length - 4}</span>
        `
          : null
      }</span>
      <span class="what"><span class="line"><${Intent} message=${head.first} bare=${true} /> <b>
      <bdi>${firstLine(head.first)}</bdi></b></span>
        <span class="line dim">${
          head.messages > 1
            ? html`<bdi>${safe(head.last.sender)}</bdi>
        : ${firstLine(head.last)}`
            : html`<bdi>${safe(head.first.sender)}</bdi> → <bdi>
          ${to(head.first)}</bdi>`
        }</span></span>
      <span class="num count">${head.messages}<span class="visually-hidden"> messages</span></span>
      <${Receipt}
      tally=${counted.get(head.last.id)} /></a></li>`,
          )}</ol>
      ${told.cursor ? html`<${Older} more=${more} />` : null}`
        : html`<div class="empty"><p class="title">No conversations yet.</p><p class="dim">
          A thread begins with a reply: press <${Key}>r</${Key}> on a message, or run</p><p>
            <${Teach} command='ackbox reply ID "text"' /></p></div>`
    }</div></div></div>`;
}

function Who({ status }) {
  if (!status) return null;
  const some = status.receipts.slice(0, 4);
  return html`<span class="has">${some.map(
    (each) => html`<span
    title=${`${each.agent}: ${each.state}`}><${Circle} state=${each.state} /><bdi>
      ${safe(each.agent)}${each.instance ? `/${safe(each.instance)}` : ""}</bdi>
      ${
        each.acknowledged_at
          ? html` <${Time} at=${each.acknowledged_at} seconds=${false} />
      `
          : null
      }</span>`,
  )}${
    status.recipients > some.length
      ? html`<span class="dim">
        ${status.acknowledged} of ${status.recipients} acknowledged</span>`
      : null
  }</span>`;
}

const TOGETHER = 12,
  AGAIN_S = 5;

/** Loads the receipts of messages that become visible, and again when they change. */
function useReceipts(box, messages, statuses) {
  const [, draw] = useState(0),
    asked = useRef(new Set()).current,
    line = useRef([]).current,
    runs = useRef(false);
  async function fetch() {
    if (runs.current) return;
    runs.current = true;
    while (line.length) {
      const ids = line.splice(0, TOGETHER);
      const told = await Promise.allSettled(
        ids.map((id) => call("message.status", { id, limit: TOGETHER })),
      );
      const refused = ids.filter((_, n) => told[n].status === "rejected");
      told.forEach((each, n) => {
        if (each.status === "fulfilled") {
          asked.delete(ids[n]);
          statuses.set(ids[n], each.value);
        }
      });
      draw((n) => n + 1);
      if (!refused.length) continue;
      // Failed requests count as pending until then, else the next drawing would repeat them at
      // once.
      const pause = Math.max(
        ...told.map((each) =>
          each.status === "rejected" ? (each.reason.retry_after_s ?? AGAIN_S) : 0,
        ),
      );
      await new Promise((done) => setTimeout(done, 1000 * pause));
      for (const id of refused) asked.delete(id);
      draw((n) => n + 1);
    }
    runs.current = false;
  }
  useEffect(() => {
    const watch = new IntersectionObserver(
      (seen) => {
        for (const { target, isIntersecting } of seen)
          if (isIntersecting && !statuses.has(target.id) && !asked.has(target.id)) {
            asked.add(target.id);
            line.push(target.id);
          }
        fetch();
      },
      { root: box.current, rootMargin: "400px" },
    );
    for (const each of box.current?.querySelectorAll(".post") ?? [])
      if (!statuses.has(each.id)) watch.observe(each);
    return () => watch.disconnect();
  });
  useEffect(
    () => () => {
      line.length = 0;
    },
    [],
  );
  useEffect(
    () =>
      listen((events) => {
        const marked = new Set(
          events.flatMap((each) =>
            each.kind === "receipt.marked" ? (each.details.seqs ?? []) : [],
          ),
        );
        const old = messages.filter((each) => marked.has(each.seq) && statuses.has(each.id));
        for (const each of old) statuses.delete(each.id);
        if (old.length) draw((n) => n + 1);
      }),
    [messages],
  );
}

export function Thread({ data }) {
  const [told] = useFresh(
    data,
    (each) =>
      each.kind === "receipt.marked" || (each.thread ?? each.details?.thread) === data.thread,
  );
  const [cursor, setCursor] = useState(data.cursor);
  // Only the newest messages are reloaded; all that were loaded before stay.
  const kept = useRef({ messages: new Map(), statuses: new Map() }).current;
  const keep = (each) => {
    for (const m of each.messages ?? []) kept.messages.set(m.id, m);
    for (const status of each.statuses ?? []) kept.statuses.set(status.id, status);
  };
  keep(told);
  const byId = kept.messages,
    statuses = kept.statuses,
    messages = [...byId.values()].sort((one, other) => one.seq - other.seq);
  const box = useRef(null);
  useReceipts(box, messages, statuses);
  const [at, setAt] = useState(() => {
    const found = messages.findIndex((each) => each.id === location.hash.slice(1));
    return found < 0 ? messages.length - 1 : found;
  });
  const wasAtEnd = useRef(true);
  async function older() {
    const page = await load(location.pathname, `?${new URLSearchParams({ cursor })}`),
      fresh = page.messages.filter((each) => !byId.has(each.id)).length;
    const fromEnd = box.current.scrollHeight - box.current.scrollTop;
    keep(page);
    wasAtEnd.current = false;
    setAt(at + fresh);
    setCursor(page.cursor);
    requestAnimationFrame(() => {
      box.current.scrollTop = box.current.scrollHeight - fromEnd;
    });
  }
  const back = () => {
    if (at === 0 && cursor) older().catch(() => {});
    else setAt(Math.max(0, at - 1));
  };
  // A link to a message scrolls to it, however old it is.
  const sought = useRef(location.hash.slice(1));
  useEffect(() => {
    if (!sought.current) return;
    const found = messages.findIndex((each) => each.id === sought.current);
    if (found < 0 && cursor) older().catch(() => {});
    else {
      sought.current = "";
      if (found >= 0) setAt(found);
    }
  }, [cursor]);
  const current = messages[Math.min(at, messages.length - 1)];
  useEffect(() => {
    box.current?.querySelector(`[id="${current?.id}"]`)?.scrollIntoView({ block: "nearest" });
  }, [current?.id]);
  useEffect(() => {
    if (wasAtEnd.current && messages.length && !location.hash) {
      setAt(messages.length - 1);
      box.current.scrollTop = box.current.scrollHeight;
    }
  }, [messages.length]);
  const depth = (m) => {
    let d = 0;
    for (let up = byId.get(m.parent); up && d < 3; up = byId.get(up.parent)) d += 1;
    return d;
  };
  const mine = (m) => statuses.get(m.id)?.receipts.some((each) => each.agent === me.agent);
  const { r, a, y, Y } = messageKeys(() => current, mine);
  useLayoutEffect(() =>
    keys("Thread", {
      ...moveKeys((by) => (by < 0 ? back() : setAt(Math.min(messages.length - 1, at + 1)))),
      G: [() => setAt(messages.length - 1), "newest"],
      End: [() => setAt(messages.length - 1)],
      r,
      a,
      y,
      Y,
      Escape: [
        () => {
          if (history.state?.inside) history.back();
          else go(`${base}/threads`);
        },
        "back",
      ],
    }),
  );
  const people = [...new Set(messages.map((each) => each.sender))],
    first = told.root ?? messages[0],
    last = messages.at(-1);
  const spent =
    first && last
      ? Math.round((Date.parse(last.created_at) - Date.parse(first.created_at)) / 60_000)
      : 0;
  const others = people.filter((name) => name !== me.agent);
  return html`<div class="view"><${Top} title=${first ? firstLine(first) : "Thread"}><span
    class="dim num nowrap">
      ${people.length} ${people.length === 1 ? "participant" : "participants"} · ${messages.length}
      ${cursor ? "+" : ""} ${messages.length === 1 ? "message" : "messages"}
      ${spent ? ` · ${spent} min` : ""}</span><span class="grow"></span><${Pause} of=${data.thread}
      paused=${told.paused} /><${Copy}
      text=${`${location.origin}${base}/t/${data.thread}`} label="Copy link" /></${Top}>
    <div class="mid"><div class="scroll thread" ref=${box} onScroll=${(event) => {
      const b = event.target;
      wasAtEnd.current = b.scrollHeight - b.scrollTop - b.clientHeight < 40;
    }} data-first tabindex="-1">
      ${cursor ? html`<${Older} more=${older} />` : null}
      ${messages.map((m, number) => {
        const before = messages[number - 1];
        const gap = before ? Date.parse(m.created_at) - Date.parse(before.created_at) : 0;
        const d = depth(m);
        const re = d > 2 && m.parent ? byId.get(m.parent) : null;
        return html`${
          gap > GAP_MS
            ? html`<p class="gap"><span>${Math.round(gap / 60_000)} min pause
          </span></p>`
            : null
        }
        <article key=${m.id} id=${m.id}
        class=${`post depth-${Math.min(d, 2)} ${number === at ? "is-at" : ""} ${urgencyOf(m)}`}
        onClick=${() => setAt(number)}>
          <header><${Mark} name=${m.sender} /><b><${Agent} name=${m.sender}
          instance=${m.sender_instance} kind=${m.sender_kind} /></b> <span class="dim"><${Time}
            at=${m.created_at} /></span> <${Intent} message=${m} /> <span class="dim">to <bdi>
              ${to(m)}</bdi></span>${
                re
                  ? html` <span class="dim">re <${Time} at=${re.created_at} />
              </span>`
                  : null
              }<span class="grow"></span><${Who} status=${statuses.get(m.id)} />
              </header>
          ${m.subject ? html`<h2>${safe(m.subject)}</h2>` : null}<${Body}
            text=${textOf(m)} /><${Refs}
          refs=${m.refs} />
          ${
            m.choices
              ? html`<${Choices} message=${m} chosen=${statuses.get(m.id)?.chosen} />`
              : null
          }
        </article>`;
      })}
    </div><${Compose} thread=${data.thread} parent=${last?.id ?? null}
    to=${others.length ? others : null}
      label=${`Reply${others.length ? ` to ${others.join(", ")}` : ""}`} /></div></div>`;
}
