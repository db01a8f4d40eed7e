// Tasks: a board or a list, and one task beside it. Tasks move by key, button or dragging; the
// server decides whether a move is allowed, and the page shows its error.
import { useEffect, useRef, useState } from "../vendor/hooks.js";
import { address, presenceOf } from "../core/lookup.js";
import { query, setQuery, Top, useFresh } from "../core/frame.js";
import { Age, Body, CloseButton, Presence, Teach, Time, html, safe } from "../widgets/ui.js";
import { Assignee, EditTask, Filter, NewTask, PRIORITY } from "../widgets/task_forms.js";
import { call, mayWrite, refusal } from "../core/store.js";

const COLUMNS = [
  { key: "open", states: ["open"], to: "open" },
  { key: "doing", states: ["claimed", "in_progress"], to: "in_progress" },
  { key: "blocked", states: ["blocked"], to: "blocked" },
  { key: "review", states: ["review"], to: "review" },
  { key: "done", states: ["done", "failed", "cancelled"], to: "done" },
];
const WORDS = {
  open: "open",
  claimed: "claimed",
  in_progress: "in progress",
  review: "in review",
  done: "done",
  blocked: "blocked",
  failed: "failed",
  cancelled: "cancelled",
};
// The actions of each state: the label of the button and the new state.
const MOVES = {
  open: [
    ["Claim", "claim"],
    ["Done", "done"],
    ["Cancel", "cancelled"],
  ],
  claimed: [
    ["Start", "in_progress"],
    ["Block", "blocked"],
    ["Done", "done"],
    ["Reopen", "open"],
    ["Cancel", "cancelled"],
  ],
  in_progress: [
    ["Request review", "review"],
    ["Done", "done"],
    ["Block", "blocked"],
    ["Reopen", "open"],
    ["Fail", "failed"],
  ],
  blocked: [
    ["Resume", "in_progress"],
    ["Reopen", "open"],
    ["Fail", "failed"],
  ],
  review: [
    ["Done", "done"],
    ["Resume", "in_progress"],
    ["Fail", "failed"],
  ],
  done: [["Reopen", "open"]],
  failed: [["Reopen", "open"]],
  cancelled: [["Reopen", "open"]],
};

const columnOf = (task) => COLUMNS.findIndex((column) => column.states.includes(task.status));

export function Tasks({ data: first }) {
  const [data] = useFresh(first, (event) => event.kind.startsWith("task."), 300);
  const [tasks, setTasks] = useState(data.tasks);
  const [problem, setProblem] = useState("");
  const [isNew, setNew] = useState(false);
  const isNarrow = ["q", "assignee", "tag", "project"].some((name) => query.value[name]);
  const board = useRef(null);
  useEffect(() => setTasks(data.tasks), [data]);
  const chosen = tasks.find((task) => task.id === query.value.task);

  const put = (task) =>
    setTasks((old) =>
      old.some((each) => each.id === task.id)
        ? old.map((each) => (each.id === task.id ? task : each))
        : [task, ...old],
    );
  async function ask(operation, params) {
    setProblem("");
    try {
      const told = await call(operation, params);
      const task = "claimed" in told ? told.task : told;
      if (task) put(task);
      if (told.claimed === false) setProblem(told.notice ?? "Another agent has claimed this task.");
      return task;
    } catch (error) {
      setProblem(refusal(error));
      return null;
    }
  }
  const move = (task, to, note) =>
    to === "claim"
      ? ask("task.claim", { id: task.id })
      : ask("task.update", { id: task.id, status: to, ...(note ? { note } : {}) });
  const choose = (task) => setQuery({ task: task?.id ?? null });

  // A link can lead to a task that was finished long ago or does not exist.
  const wanted = query.value.task;
  useEffect(() => {
    if (wanted && !chosen)
      call("task.get", { id: wanted }).then(put, (error) => setProblem(refusal(error)));
  }, [wanted, Boolean(chosen)]);

  async function key(event, task) {
    const by = { "[": -1, "]": 1 }[event.key];
    if (by && mayWrite) {
      const next = COLUMNS[columnOf(task) + by];
      event.preventDefault();
      event.stopPropagation();
      if (next) {
        await move(task, next.to);
        focus(task.id);
      }
      return;
    }
    const list = [...board.current.querySelectorAll(".card")],
      columns = [...board.current.querySelectorAll(".column")];
    const column = columns.indexOf(event.currentTarget.closest(".column")),
      place = list.indexOf(event.currentTarget);
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key],
      side = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    let target = null;
    if (step) target = list[place + step];
    else if (side)
      for (let n = column + side; columns[n] && !target; n += side)
        target = columns[n].querySelector(".card");
    else return;
    event.preventDefault();
    event.stopPropagation();
    target?.focus();
  }
  const focus = (id) =>
    requestAnimationFrame(() => board.current?.querySelector(`[data-task="${id}"]`)?.focus());

  const isList = query.value.view === "list";
  return html`<div class=${`view is-tasks ${chosen ? "has-pane" : ""}`}><${Top} title="Tasks">
      ${
        mayWrite
          ? html`<${Add} ask=${ask} /><button type="button" class="quiet" aria-expanded=${isNew}
            onClick=${() => setNew(!isNew)}>All fields</button>`
          : null
      }<span class="grow"></span>
      <button type="button" class="quiet"
      onClick=${() => setQuery({ view: isList ? null : "list" })}>${isList ? "Board" : "List"}
        </button></${Top}>
    <div class="mid">${isNew ? html`<${NewTask} close=${() => setNew(false)} done=${put} />` : null}
    ${tasks.length || isNarrow ? html`<${Filter} tasks=${tasks} />` : null}
    ${problem ? html`<p class="problem" role="alert">${problem}</p>` : null}
    ${data.more ? html`<p class="dim small told">${data.more}</p>` : null}
    ${
      tasks.length === 0
        ? html`<${Nothing} isNarrow=${isNarrow} />`
        : isList
          ? html`<${List} tasks=${tasks} choose=${choose} chosen=${chosen}/>`
          : html`<div class="board" ref=${board}>${COLUMNS.map(
              (column) => html`<${Column} column=${column} chosen=${chosen}
          tasks=${tasks.filter((task) => column.states.includes(task.status))} all=${tasks}
            move=${move} choose=${choose} onKey=${key}/>`,
            )}</div>`
    }</div>
    ${
      chosen
        ? html`<${One} task=${chosen} all=${tasks} move=${move} ask=${ask} put=${put}
          close=${() => {
            choose(null);
            focus(chosen.id);
          }}/>`
        : ""
    }
  </div>`;
}

function Column({ column, tasks, all, chosen, move, choose, onKey }) {
  const [over, setOver] = useState(false);
  const drop = (event) => {
    event.preventDefault();
    setOver(false);
    const task = all.find((each) => each.id === event.dataTransfer.getData("text/x-ackbox-task"));
    if (task && !column.states.includes(task.status)) move(task, column.to);
  };
  return html`<section class=${`column ${over ? "over" : ""}`}
    aria-labelledby=${`column-${column.key}`}
      onDragOver=${(event) => {
        event.preventDefault();
        setOver(true);
      }} onDragLeave=${() => setOver(false)} onDrop=${drop}>
    <h2 id=${`column-${column.key}`}>${column.key} <span class="num">${tasks.length}</span></h2>
    <ul>${tasks.map(
      (task) => html`<li key=${task.id}><${Card} task=${task} all=${all}
    isChosen=${task === chosen} choose=${choose} onKey=${onKey}/></li>`,
    )}</ul>
  </section>`;
}

function Card({ task, isChosen, choose, onKey }) {
  const here = presenceOf(task.assignee),
    copy = task.assignee_instance ? `/${safe(task.assignee_instance)}` : "",
    assignee = `${safe(task.assignee)}${copy}`;
  return html`<button class=${`card ${isChosen ? "chosen" : ""} p${task.priority}`}
    data-task=${task.id} draggable=${mayWrite ? "true" : "false"} aria-keyshortcuts="[ ]"
      onDragStart=${(event) => event.dataTransfer.setData("text/x-ackbox-task", task.id)}
        onClick=${() => choose(task)} onKeyDown=${(event) => onKey(event, task)}>
    <span class="title"><span class="dim">t-${task.number}</span> ${safe(task.title)}</span>
    <span class="about">
      ${task.assignee ? html`<${Presence} state=${here} /> ${assignee}` : "unassigned"}
      ${" · "}<${Age} at=${task.updated_at}/>
      ${task.priority !== 3 ? ` · ${PRIORITY[task.priority]}` : ""}
      ${["failed", "cancelled", "claimed"].includes(task.status) ? ` · ${WORDS[task.status]}` : ""}
      ${task.is_late ? html` · <strong class="late">overdue</strong>` : ""}
    </span>
    ${
      task.tags.length || (task.due_at && !task.is_late)
        ? html`<span class="about"><${Tags} task=${task} />${
            task.due_at && !task.is_late ? html`<${Due} task=${task} />` : ""
          }</span>`
        : ""
    }
    ${
      task.waits_for.length
        ? html`<span class="about">
    waits for ${task.waits_for.length === 1 ? "another task" : `${task.waits_for.length} tasks`}
      </span>`
        : ""
    }
    ${
      task.blocked_by && task.status === "blocked"
        ? html`<span class="about blocked">
    ✕ ${safe(task.blocked_by)}</span>`
        : ""
    }
    ${task.note ? html`<span class="about note">“${safe(task.note)}”</span>` : ""}
  </button>`;
}

function List({ tasks, chosen, choose }) {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Tasks as a list"><table
    class="rows"><thead><tr>
      <th scope="col">No.</th><th scope="col">Task</th><th scope="col">State</th><th scope="col">
      Assignee
      </th><th scope="col">Priority</th><th scope="col">Creator</th><th scope="col" class="end">
      Changed</th></tr></thead>
    <tbody>${tasks.map(
      (task) => html`<tr key=${task.id} class=${task === chosen ? "chosen" : ""}>
      <td class="dim">t-${task.number}</td><td><button class="link" onClick=${() => choose(task)}>
      ${safe(task.title)}</button></td>
      <td>${WORDS[task.status]}</td><td>${
        task.assignee
          ? html`<${Presence}
      state=${presenceOf(task.assignee)} /> ${task.assignee}`
          : ""
      }</td>
      <td>${PRIORITY[task.priority]}</td><td>${safe(task.creator)}</td><td class="dim end"><${Age}
      at=${task.updated_at}/></td></tr>`,
    )}</tbody></table></div>`;
}

function One({ task, all, move, ask, put, close }) {
  const [note, setNote] = useState(""),
    [isEdited, edit] = useState(false);
  const heading = useRef(null);
  useEffect(() => {
    setNote("");
    edit(false);
    heading.current?.focus();
  }, [task.id]);
  const named = (id) => all.find((each) => each.id === id);
  const act = async (to) => {
    if (await move(task, to, note)) setNote("");
  };
  const assign = async (event) => {
    event.preventDefault();
    await ask("task.assign", {
      id: task.id,
      to: event.target.elements.to.value.trim(),
      ...(note ? { note } : {}),
    });
  };
  return html`<aside class="pane one" aria-label="Task" onKeyDown=${(event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      close();
    }
  }}>
    <div class="bar"><h2 tabindex="-1" ref=${heading}><span class="dim">t-${task.number}
    </span> ${safe(task.title)}</h2><span class="grow"></span>
      <${CloseButton} onClick=${close} /></div>
    <p class="about">${WORDS[task.status]} · ${PRIORITY[task.priority]} · created by ${safe(
      task.creator,
    )}${task.project ? ` · ${safe(task.project)}` : ""}</p>
    ${
      task.due_at || task.tags.length
        ? html`<p class="about">${task.due_at ? html`<${Due} task=${task} /> ` : ""}<${Tags}
          task=${task} /></p>`
        : ""
    }
    ${
      mayWrite && !isEdited
        ? html`<p><button type="button" onClick=${() => edit(true)}>Edit</button></p>`
        : ""
    }
    ${isEdited ? html`<${EditTask} task=${task} close=${() => edit(false)} done=${put} />` : ""}
    ${task.description ? html`<div class="text"><${Body} text=${task.description} /></div>` : ""}
    ${task.done_when ? html`<p><strong>Done when</strong> ${safe(task.done_when)}</p>` : ""}
    ${
      task.depends_on.length
        ? html`<p><strong>Depends on</strong> ${task.depends_on.map((id) => {
            const other = named(id);
            return html`<span class=${task.waits_for.includes(id) ? "" : "struck"}>
              ${other ? `t-${other.number} ${safe(other.title)}` : id.slice(0, 8)}</span> `;
          })}</p>`
        : ""
    }
    ${task.blocked_by ? html`<p><strong>Blocked by</strong> ${safe(task.blocked_by)}</p>` : ""}
    ${task.note ? html`<p><strong>Latest note</strong> ${safe(task.note)}</p>` : ""}
    ${
      (task.message ?? task.parent)
        ? html`<p><a
    href=${address(`m/${task.message ?? task.parent}`)}>Conversation</a></p>`
        : ""
    }
    ${
      mayWrite
        ? html`<label>Note <input value=${note} maxlength="1000"
          onInput=${(event) => setNote(event.target.value)}
            placeholder="for example why it is blocked"/></label>
    <div class="moves">${MOVES[task.status].map(
      ([word, to]) => html`<button
    onClick=${() => act(to)}>${word}</button>`,
    )}</div>
    <form class="assign" onSubmit=${assign}><label>Assignee <${Assignee} id="task-to"
    key=${task.assignee}
    defaultValue=${task.assignee ?? ""}/></label>
      <button>Assign</button></form>`
        : ""
    }
  </aside>`;
}

function Add({ ask }) {
  const add = async (event) => {
    event.preventDefault();
    const form = event.target,
      { title, to } = form.elements;
    if (!title.value.trim()) return;
    const made = await ask("task.create", {
      title: title.value.trim(),
      ...(to.value.trim() ? { to: to.value.trim() } : {}),
      idempotency_key: crypto.randomUUID(),
    });
    if (made) {
      form.reset();
      title.focus();
    }
  };
  return html`<form class="add" onSubmit=${add}><label class="visually-hidden" for="new-task">
    New task</label>
    <input id="new-task" name="title" placeholder="New task" maxlength="500" autocomplete="off"/>
    <label class="visually-hidden" for="new-task-to">Assignee</label><${Assignee} id="new-task-to"
    placeholder="Assignee (optional)"/>
    <button>Add</button></form>`;
}

const Due = ({ task }) =>
  html`due <${Time} at=${task.due_at} day=${true} seconds=${false} />${
    task.is_late ? html` <strong class="late">overdue</strong>` : ""
  }`;

const Tags = ({ task }) =>
  task.tags.map((tag) => html`<span class="tag" key=${tag}>#${safe(tag)}</span> `);

const Nothing = ({ isNarrow }) =>
  isNarrow
    ? html`<div class="empty"><p class="title">No tasks match.</p><p><a href=${address("tasks")}>
      All tasks</a></p></div>`
    : html`<div class="empty"><p>No tasks yet. Add one above, or run:</p><${Teach}
    command=${'ackbox task create "Write the export command" --to codex'}/></div>`;
