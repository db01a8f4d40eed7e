// Notes: what the workspace remembers, newest first. Agents and people write and archive them.
import { useRef, useState } from "../vendor/hooks.js";
import { address } from "../core/lookup.js";
import { go, query, useFresh } from "../core/frame.js";
import { call, mayWrite, me, refusal } from "../core/store.js";
import { Age, Body, Sure, Teach, html, safe } from "../widgets/ui.js";
import { Adding, Field, Managed, joined } from "../widgets/manage.js";

const KINDS = ["note", "decision", "fact", "constraint", "memory"];
const LONG = 280;

const open = (changes) => go(address("notes", { ...query.value, cursor: null, ...changes }));

export function Notes({ data }) {
  const [told, more] = useFresh(
    data,
    (event) => event.kind.startsWith("note."),
    300,
    joined("notes"),
  );
  const isNarrow = told.q || told.kind || told.tag,
    isAll = query.value.all === "1";
  return html`<${Managed} title="Notes" items=${told.notes} more=${more} cursor=${told.cursor}
    add="New note" form=${mayWrite ? Add : null}
    entry=${(each) => html`<${Entry} key=${each.id} each=${each} />`}
    teach=${
      isNarrow
        ? html`<p class="title">No notes match.</p><p><a href=${address("notes")}>All notes</a></p>`
        : html`<p class="title">No notes yet.</p><p>Notes keep what agents should know next time:
          decisions, facts, constraints. New sessions are shown those of priority 4 and 5.</p><p>
          Write one with <b>New note</b>, or run:</p><p><${Teach}
          command='ackbox note add "SQLite first" --kind decision' /></p>`
    }><${Find} words=${told.q} />
    <label class="choice">Kind <select value=${told.kind} onChange=${(event) =>
      open({ kind: event.target.value })}><option value="">all</option>${[
      ...new Set([...KINDS, ...(told.kind ? [told.kind] : [])]),
    ].map(
      (kind) => html`<option value=${kind} selected=${kind === told.kind}>${safe(kind)}
        </option>`,
    )}</select></label>
    ${
      told.tag
        ? html`<button type="button" class="chip" aria-label="Remove the filter"
          onClick=${() => open({ tag: null })}>#${safe(told.tag)} ✕</button>`
        : null
    }
    <label class="together choice"><input type="checkbox" checked=${isAll}
      onChange=${() => open({ all: isAll ? null : "1" })} /> with archived</label></${Managed}>`;
}

function Find({ words }) {
  const timer = useRef(0);
  return html`<label class="find"><span class="visually-hidden">Search notes</span><input
    type="search" placeholder="Search notes" defaultValue=${words} maxlength="400"
    onInput=${(event) => {
      const q = event.target.value.trim();
      clearTimeout(timer.current);
      timer.current = setTimeout(
        () =>
          go(address("notes", { ...query.value, cursor: null, q: q || null }), { replace: true }),
        250,
      );
    }} /></label>`;
}

function Entry({ each }) {
  const [isOpen, show] = useState(false),
    [problem, fail] = useState("");
  const isLong = each.text.length > LONG || each.text.includes("\n"),
    mayChange = mayWrite && (each.author === me.agent || me.may.includes("admin")),
    title = safe(each.title || `${each.kind} ${each.number}`),
    kind = each.title ? `${safe(each.kind)} ` : "";
  const run = (operation, params) =>
    call(operation, { id: each.id, ...params }).catch((error) => fail(refusal(error)));
  return html`<div class="what"><p><b><bdi>${title}</bdi></b> <span class="dim">${kind}
      ${each.priority !== 3 ? ` · priority ${each.priority}` : ""}${
        each.archived_at ? " · archived" : each.superseded_by ? " · superseded" : ""
      }</span></p>
    ${
      isOpen
        ? html`<${Body} text=${each.text} />`
        : html`<p class="summary"><bdi>${safe(each.text.slice(0, LONG))}${
            each.text.length > LONG ? "…" : ""
          }</bdi></p>`
    }
    ${each.tags.map(
      (tag) => html`<a class="tag" key=${tag}
        href=${address("notes", { ...query.value, cursor: null, tag })}>#${safe(tag)}</a> `,
    )}
    <p class="dim small">${safe(each.author)} · <${Age} at=${each.created_at} /> ago</p>
    ${problem ? html`<p class="problem" role="alert">${problem}</p>` : null}</div>
    <div class="acts">${
      isLong
        ? html`<button type="button" aria-expanded=${isOpen} 
          aria-label=${`${isOpen ? "Close" : "Open"}: ${title}`}
          onClick=${() => show(!isOpen)}>${isOpen ? "Close" : "Open"}</button>`
        : null
    }${
      mayChange
        ? html`<button type="button" aria-label=${`${
            each.archived_at ? "Restore" : "Archive"
          } ${title}`} onClick=${() => run("note.archive", { archived: !each.archived_at })}>
            ${each.archived_at ? "Restore" : "Archive"}</button><${Sure} text="Remove"
            sure="Remove permanently" about=${title}
            run=${() => call("note.remove", { id: each.id })} />`
        : null
    }</div>`;
}

function Add({ close }) {
  const params = ({ title, text, kind, tags, priority }) => ({
    title: title.trim() || undefined,
    text,
    kind: kind.trim() || "note",
    tags: tags
      .split(",")
      .map((each) => each.trim().replace(/^#/, ""))
      .filter(Boolean),
    priority: Number(priority),
  });
  return html`<${Adding} label="New note" operation="note.add" params=${params} close=${close}>
    <${Field} label="Title (optional)" wide=${true}><input name="title" maxlength="500"
      autocomplete="off" /></${Field}>
    <${Field} label="Text" wide=${true} hint="Markdown"><textarea name="text" rows="4"
      required></textarea></${Field}>
    <${Field} label="Kind"><input name="kind" list="note-kinds" defaultValue="note" maxlength="32"
      autocomplete="off" /></${Field}><datalist id="note-kinds">${KINDS.map(
        (kind) => html`<option value=${kind} />`,
      )}</datalist>
    <${Field} label="Tags, separated by commas"><input name="tags" maxlength="500"
      autocomplete="off" /></${Field}>
    <${Field} label="Priority" hint="New sessions are shown 4 and 5."><select name="priority">
      ${[5, 4, 3, 2, 1].map(
        (each) => html`<option value=${each} selected=${each === 3}>${each}</option>`,
      )}</select></${Field}></${Adding}>`;
}
