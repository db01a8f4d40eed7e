// Forms of the page Tasks: a new task with all its fields, the fields of one task, and the filter.
import { useRef, useState } from "../vendor/hooks.js";
import { address, names } from "../core/lookup.js";
import { go, query, useOthers } from "../core/frame.js";
import { html, safe } from "./ui.js";
import { Adding, Field } from "./manage.js";

export const PRIORITY = { 1: "low", 2: "low", 3: "normal", 4: "high", 5: "urgent" };

/** A time as a `datetime-local` field has it, in this browser's zone. */
function asField(at) {
  if (!at) return "";
  const when = new Date(at);
  return new Date(when.getTime() - 60_000 * when.getTimezoneOffset()).toISOString().slice(0, 16);
}
const asTime = (text) => (text ? new Date(text).toISOString() : "");
const asList = (text) =>
  text
    .split(",")
    .map((each) => each.trim().replace(/^#/, ""))
    .filter(Boolean);

/** A box for an agent; it suggests the roster and agents beyond it that match. */
export function Assignee({ id, ...more }) {
  const [letters, type] = useState(""),
    others = useOthers(letters.trim().toLowerCase());
  return html`<input id=${id} name="to" list=${`${id}-names`} autocomplete="off"
    onInput=${(event) => type(event.target.value)} ...${more}/>
    <datalist id=${`${id}-names`}>
    ${[...names(), ...others.map((each) => each.agent)].map(
      (name) => html`<option value=${name}/>
    `,
    )}</datalist>`;
}

/** The fields that a new task and an existing one share. */
const Fields = ({ task = /** @type {any} */ ({}) }) =>
  html`<${Field} label="Title" wide=${true}><input name="title" required maxlength="500"
      autocomplete="off" defaultValue=${task.title ?? ""} /></${Field}>
    <${Field} label="Description" wide=${true} hint="Markdown"><textarea name="description" rows="4"
      defaultValue=${task.description ?? ""}></textarea></${Field}>
    <${Field} label="Priority"><select name="priority">${[5, 4, 3, 2].map(
      (each) => html`<option value=${each} selected=${each === (task.priority ?? 3)}>
        ${PRIORITY[each]}</option>`,
    )}</select></${Field}>
    <${Field} label="Due"><input type="datetime-local" name="due"
      defaultValue=${asField(task.due_at)} /></${Field}>
    <${Field} label="Project"><input name="project" maxlength="200" autocomplete="off"
      defaultValue=${task.project ?? ""} /></${Field}>
    <${Field} label="Labels, separated by commas"><input name="tags" autocomplete="off"
      defaultValue=${(task.tags ?? []).join(", ")} /></${Field}>
    <${Field} label="Done when" wide=${true}><input name="done_when" maxlength="2000"
      autocomplete="off" defaultValue=${task.done_when ?? ""} /></${Field}>`;

export function NewTask({ close, done }) {
  const params = ({ title, to, description, priority, due, project, tags, done_when }) => ({
    title: title.trim(),
    description,
    priority: Number(priority),
    to: to.trim() || undefined,
    due_at: asTime(due) || undefined,
    project: project.trim() || undefined,
    tags: asList(tags),
    done_when: done_when.trim() || undefined,
    idempotency_key: crypto.randomUUID(),
  });
  return html`<${Adding} label="New task" operation="task.create" params=${params} close=${close}
    then=${done}><${Fields} /><${Field} label="Assignee"><${Assignee} id="new-to" /></${Field}
    ></${Adding}>`;
}

export function EditTask({ task, close, done }) {
  // An empty value clears a field.
  const params = ({ title, description, priority, due, project, tags, done_when }) => ({
    id: task.id,
    title: title.trim(),
    description,
    priority: Number(priority),
    due_at: asTime(due),
    project: project.trim(),
    tags: asList(tags),
    done_when: done_when.trim(),
  });
  return html`<${Adding} label="Task" operation="task.update" params=${params} close=${close}
    then=${done} send="Save"><${Fields} task=${task} /></${Adding}>`;
}

const open = (changes, replace = false) =>
  go(address("tasks", { ...query.value, task: null, ...changes }), { replace });

/** The filter above the tasks: words, assignee, label and project; the address holds it. */
export function Filter({ tasks }) {
  const timer = useRef(0),
    now = query.value;
  const known = (values, own) =>
    [...new Set([...values.filter(Boolean), ...(own ? [own] : [])])].sort();
  const pick = (label, name, values) =>
    values.length
      ? html`<label class="choice">${label} <select onChange=${(event) =>
          open({ [name]: event.target.value })}><option value="">all</option>${values.map(
          (each) => html`<option value=${each} selected=${each === now[name]}>${safe(each)}
              </option>`,
        )}</select></label>`
      : null;
  return html`<div class="chips"><label class="find"><span class="visually-hidden">Search tasks
      </span><input type="search" placeholder="Search tasks" defaultValue=${now.q ?? ""}
      maxlength="400" onInput=${(event) => {
        const q = event.target.value.trim();
        clearTimeout(timer.current);
        timer.current = setTimeout(() => open({ q }, true), 250);
      }} /></label>
    ${pick("Assignee", "assignee", known([...names(), ...tasks.map((each) => each.assignee)]))}
    ${pick(
      "Label",
      "tag",
      known(
        tasks.flatMap((each) => each.tags),
        now.tag,
      ),
    )}
    ${pick(
      "Project",
      "project",
      known(
        tasks.map((each) => each.project),
        now.project,
      ),
    )}
    ${
      now.q || now.assignee || now.tag || now.project
        ? html`<a href=${address("tasks", { view: now.view })}>Clear filter</a>`
        : null
    }</div>`;
}
