// Detail: the right pane, one message with its text, what it refers to, and who has it.
import { html, Agent, Body, Circle, Copy, Icon, Intent, Key, Time, safe, to } from "./ui.js";
import { useEffect, useState } from "../vendor/hooks.js";
import { Refused, base, byId, call, listen, me, mayWrite, passes } from "../core/store.js";
import { reply } from "./compose.js";

const MARKS = ["delivered", "read", "acknowledged"];

function Receipts({ status }) {
  return html`<table class="receipts"><caption class="away">Who has it</caption><thead><tr><th
    scope="col"><span class="away">recipient</span></th><th scope="col" title="stored">sent</th><th
      scope="col" title="handed over by a reading call">dlv</th><th scope="col">read</th><th
        scope="col" title="acknowledged">ack</th></tr></thead>
    <tbody>${status.receipts.map(
      (each) => html`<tr><th scope="row"><${Agent} name=${each.agent} instance=${each.instance}
        kind=${each.kind} /></th>
      <td><${Circle} state="acknowledged" label="stored" /></td>
      ${MARKS.map((mark) => {
        const at = each[`${mark}_at`];
        const by = each.by
          .filter((one) => one.mark === mark)
          .map(
            (one) =>
              `${one.instance ?? each.agent}, ${one.at}, ${one.face} ${one.operation}${one.evidence ? `, ${one.evidence}` : ""}`,
          )
          .join("\n");
        return html`<td title=${at ? by || at : `not ${mark}`}>${
          at
            ? html`<${Circle}
          state="acknowledged" label=${`${mark} ${at}`} />`
            : each.state === "expired"
              ? html`
            <${Circle} state="expired" label="expired" />`
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
  return html`<ul class="refs" aria-label="Refers to">${refs.map(
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

/** Set or take away a mark of one's own; says why when it cannot. */
export async function markOwn(message, mark) {
  if ((await call("receipt.mark", { mark, ids: [message.id] })).not_found.length)
    throw new Refused({ code: "not_found", message: "This is not your mail: nothing is marked." });
}

export function Detail({ id, onClose, go }) {
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

  const shut = html`<button type="button" class="quiet" title="Close · Esc" aria-label="Close"
    onClick=${onClose}><${Icon} d="M4 4l8 8M12 4l-8 8" /></button>`;
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
      href=${`${base}/t/${message.thread}#${message.id}`}>thread</a>
        ${
          message.expects_reply_by
            ? html` · answer due <${Time} at=${message.expects_reply_by}
        day=${true} />${status.is_late ? html` <span class="tag tag-high">late</span>` : null}
          `
            : null
        }${status.is_expired ? html` · <span class="tag">expired</span>` : null}</p>
      ${because ? html`<p class="because"><b>because</b> ${safe(because)}</p>` : null}
      <${Body} text=${message.body} />
      <${Refs} refs=${message.refs} />
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
      <span class="grow"></span><span class="nowrap"><${Copy} text=${message.body} label="copy" />
      <${Copy} text=${`${location.origin}${base}/m/${message.id}`} label="link" /></span></footer>
  </aside>`;
}
