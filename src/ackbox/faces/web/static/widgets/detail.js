// The pane on the right: one message with its text, references and receipts.
import {
  html,
  Agent,
  Body,
  Chain,
  Circle,
  CloseButton,
  Copy,
  Intent,
  Key,
  safe,
  textOf,
  Time,
  to,
  whole,
} from "./ui.js";
import { useEffect, useState } from "../vendor/hooks.js";
import { go } from "../core/frame.js";
import { Refused, base, byId, call, listen, me, mayWrite, passes } from "../core/store.js";
import { archived } from "./toast.js";
import { reply } from "./drafts.js";

const MARKS = ["delivered", "read", "acknowledged"];

function Receipts({ status }) {
  return html`<table class="receipts"><caption class="visually-hidden">Receipts</caption><thead><tr>
    <th
    scope="col"><span class="visually-hidden">Recipient</span></th><th scope="col" title="stored">
      sent</th><th
      scope="col" title="returned by a call that reads messages">delivered</th><th
      scope="col">read</th>
        <th
        scope="col">acknowledged</th></tr></thead>
    <tbody>${status.receipts.map(
      (each) => html`<tr><th scope="row"><details><summary><${Agent} name=${each.agent}
        instance=${each.instance} kind=${each.kind} /></summary><${Chain} sent=${status.created_at}
        by=${each.by} /></details></th>
      <td><${Circle} state="acknowledged" label="stored" /></td>
      ${MARKS.map((mark) => {
        const at = each[`${mark}_at`];
        return html`<td title=${at ? whole(at) : `not ${mark}`}>${
          at
            ? html`<${Circle}
          state="acknowledged" label=${`${mark} ${whole(at)}`} />`
            : each.state === "expired"
              ? html`
            <${Circle} state="expired" />`
              : html`<span class="none" role="img"
            aria-label=${`not ${mark}`}>·</span>`
        }</td>`;
      })}
    </tr>`,
    )}</tbody></table>
    ${
      status.receipts.length < status.recipients
        ? html`<p class="dim small">
    and ${status.recipients - status.receipts.length} more</p>`
        : null
    }`;
}

const LEADS = { task: "/tasks?task=", message: "/m/" };

export function Refs({ refs }) {
  if (!refs.length) return null;
  return html`<ul class="refs" aria-label="References">${refs.map(
    (ref) => html`<li><span
    class="dim">${ref.kind}</span> ${
      LEADS[ref.kind]
        ? html`<a
      href=${base + LEADS[ref.kind] + encodeURIComponent(ref.target)}><bdi>
        ${safe(ref.note ?? ref.target)}</bdi></a>`
        : html`<code>${safe(ref.target)}
        ${ref.lines ? `:${safe(ref.lines)}` : ""}</code>${
          ref.note
            ? html` <span class="dim">
        ${safe(ref.note)}</span>`
            : null
        }`
    }</li>`,
  )}</ul>`;
}

/** Who paused a thread or agent, and a button that pauses or resumes it. */
export const Pause = ({ of, paused }) =>
  html`${paused ? html`<span class="dim">paused by <bdi>${safe(paused.by)}</bdi></span>` : null}${
    mayWrite
      ? html`<button type="button"
      onClick=${() => call(paused ? "pause.end" : "pause.start", { of })}>
      ${paused ? "Resume" : "Pause"}</button>`
      : null
  }`;

/** Set or clear a mark on a message to the caller. Raises Refused if it is to somebody else. */
export async function markOwn(message, mark) {
  const { changed, not_found } = await call("receipt.mark", { mark, ids: [message.id] });
  if (not_found.length)
    throw new Refused({
      code: "not_found",
      message: "This message is not addressed to you, so nothing was marked.",
    });
  if (mark === "archived") archived(changed);
}

/**
 * @param {() => any} current
 * @param {(message: any) => boolean} isMine
 *
 * Keys for a message. `current()` returns it; keys that set marks do nothing unless
 * `isMine(message)`.
 */
export function messageKeys(current, isMine = () => true) {
  const on = (act) => () => {
    const message = current();
    if (!message) return false;
    return act(message) ?? true;
  };
  const mark = (name) =>
    on((message) => {
      if (!isMine(message)) return false;
      markOwn(message, name);
      return true;
    });
  return {
    r: [on((message) => (mayWrite ? reply(message) : false)), "reply"],
    t: [on((message) => void go(`${base}/t/${message.thread}#${message.id}`)), "thread"],
    a: [mark("acknowledged"), "acknowledge (sent to you)"],
    e: [mark("archived"), "archive (sent to you)"],
    u: [mark("unread"), "mark unread (sent to you)"],
    y: [
      on(({ id }) => {
        call("message.get", { id }).then((m) => navigator.clipboard?.writeText(m.body));
      }),
      "copy text",
    ],
    Y: [
      on(({ id }) => {
        navigator.clipboard?.writeText(`${location.origin}${base}/m/${id}`);
      }),
      "copy link",
    ],
  };
}

/** The choices of a question as buttons; their script is fetched when there are some. */
export function Choices(props) {
  const [view, set] = useState(null);
  useEffect(() => {
    import("./choices.js").then(
      (module) => set(() => module.Choices),
      () => {},
    );
  }, []);
  return view ? html`<${view} ...${props} />` : null;
}

export function Detail({ id, onClose }) {
  const [told, set] = useState(null);
  const [problem, fail] = useState(null);
  const row = byId.get(id);

  useEffect(() => {
    let here = true,
      timer = null;
    async function look() {
      try {
        const [message, status] = await Promise.all([
          call("message.get", { id }),
          call("message.status", { id, limit: 50 }),
        ]);
        if (here) {
          set({ message, status });
          fail(null);
        }
      } catch (error) {
        if (!here) return;
        fail(error.message);
        if (passes(error)) timer = setTimeout(look, 3000);
      }
    }
    set((before) => (before?.message.id === id ? before : null));
    look();
    const end = listen((events) => {
      if (
        events.some(
          (each) =>
            each.kind === "receipt.marked" &&
            (each.details.seqs ?? []).includes(byId.get(id)?.seq ?? -1),
        )
      )
        look();
    });
    return () => {
      here = false;
      clearTimeout(timer);
      end();
    };
  }, [id]);

  const shut = html`<${CloseButton} title="Close · Esc" onClick=${onClose} />`;
  if (problem || !told)
    return html`<aside class="pane" aria-label="Message"><header>${
      problem
        ? html`<span
      class="problem" role="alert">${problem}</span>`
        : html`<span class="dim">
        ${safe(row?.subject ?? "")}</span>`
    }<span class="grow"></span>${shut}</header></aside>`;
  const { message, status } = told;
  const isMine = status.receipts.some((each) => each.agent === me.agent);
  const because = message.metadata?.because;
  return html`<aside class="pane" aria-label="Message">
    <header><${Intent} message=${message} />${
      message.priority > 3
        ? html`<span
    class=${`tag tag-${message.priority === 5 ? "urgent" : "high"}`}>
      ${message.priority === 5 ? "urgent" : "high"}</span>`
        : null
    }<span class="grow"></span>
      ${shut}</header>
    <div class="text">
      ${message.subject ? html`<h2>${safe(message.subject)}</h2>` : null}
      <p class="from"><${Agent} name=${message.sender} instance=${message.sender_instance}
      kind=${message.sender_kind} /> <span class="dim">→</span> <bdi>${to(message)}</bdi></p>
      <p class="dim small"><${Time} at=${message.created_at} day=${true} /> · <a
      href=${`${base}/t/${message.thread}#${message.id}`}>Thread</a>
        ${
          message.expects_reply_by
            ? html` · reply due <${Time} at=${message.expects_reply_by}
        day=${true} />${status.is_late ? html` <span class="tag tag-high">overdue</span>` : null}
          `
            : null
        }${status.is_expired ? html` · <span class="tag">expired</span>` : null}</p>
      ${because ? html`<p class="because"><b>because</b> ${safe(because)}</p>` : null}
      <${Body} text=${textOf(message)} />
      <${Refs} refs=${message.refs} />
      ${message.choices ? html`<${Choices} message=${message} chosen=${status.chosen} />` : null}
    </div>
    <div class="who"><${Receipts} status=${status} /></div>
    <footer>${
      mayWrite
        ? html`<button type="button" onClick=${() => reply(message)}>Reply <${Key}>r
    </${Key}></button>`
        : null
    }
      <a class="button" href=${`${base}/t/${message.thread}#${message.id}`}>Thread <${Key}>t
      </${Key}></a>
      ${
        isMine && mayWrite
          ? html`<button type="button"
      onClick=${() => markOwn(message, "acknowledged")}>Acknowledge <${Key}>a</${Key}></button>
        `
          : null
      }
      <span class="grow"></span><span class="nowrap"><${Copy} text=${message.body} label="Copy" />
      <${Copy} text=${`${location.origin}${base}/m/${message.id}`} label="Copy link" /></span>
      </footer>
  </aside>`;
}
