// Agents: their presence, machine, activity and how messages reach them.
import { useEffect, useRef } from "../vendor/hooks.js";
import { go, query, setQuery, Top, useFresh } from "../core/frame.js";
import { Nobody } from "../widgets/page_parts.js";
import { Activity, Age, Agent, Presence, html, safe } from "../widgets/ui.js";
import { address, rankOf } from "../core/lookup.js";
import { roster } from "../core/store.js";

const PAGE = 100;
const SORTS = {
  name: (a, b) => a.name.localeCompare(b.name),
  unread: (a, b) => b.unread - a.unread || a.name.localeCompare(b.name),
  seen: (a, b) => (b.seen ?? "").localeCompare(a.seen ?? "") || a.name.localeCompare(b.name),
};
const GROUPS = {
  machine: (row) => row.machine ?? (row.kind === "human" ? "people" : "unknown machine"),
  presence: (row) => row.presence,
  program: (row) => row.program ?? "unknown program",
};

/**
 * One row for each instance. An agent without instances, or more present than they are, has a row
 * of its own. The first row of an agent has its message counts.
 */
function rowsOf(agents, activity) {
  const counts = new Map(activity.map((each) => [each.agent, each]));
  return agents.flatMap((agent) => {
    const own = counts.get(agent.agent),
      isItself = agent.instances.every((copy) => rankOf(copy.presence) > rankOf(agent.presence));
    return (isItself ? [agent, ...agent.instances] : agent.instances).map((copy, number) => ({
      key: `${copy.agent}/${copy.instance ?? ""}`,
      agent: copy.agent,
      name: `${copy.agent}/${copy.instance ?? ""}`,
      copy: copy.instance,
      // An instance named after its machine needs no name: the machine has its own column.
      instance: copy.instance === copy.machine ? null : copy.instance,
      kind: agent.kind,
      presence: copy.presence,
      machine: copy.machine,
      program: copy.program,
      activity: copy.activity,
      activity_since: copy.activity_since,
      doing: copy.summary ?? copy.area,
      seen: copy.last_seen,
      reach: copy.reach,
      unread: number ? 0 : (agent.unread ?? own?.unread ?? 0),
      sent: number ? null : (own?.sent ?? null),
    }));
  });
}

function grouped(rows, group, sort) {
  const found = new Map();
  for (const row of [...rows].sort(SORTS[sort])) {
    const name = GROUPS[group](row);
    if (!found.has(name)) found.set(name, []);
    found.get(name).push(row);
  }
  const best = (list) => Math.min(...list.map((row) => rankOf(row.presence)));
  return [...found].sort((a, b) => best(a[1]) - best(b[1]) || a[0].localeCompare(b[0]));
}

export function Agents({ data: first }) {
  const [data] = useFresh(
    first,
    (event) =>
      event.kind.startsWith("agent.") ||
      event.kind === "message.sent" ||
      event.kind === "receipt.marked",
    2000,
  );
  // The first page is the roster, whose presence is always current; other pages are as old as
  // loaded.
  const { agents: listed, awaited, total, online } = data.like || data.skip ? data : roster.value,
    agents = listed.slice(0, PAGE);
  const group = GROUPS[query.value.group] ? query.value.group : "machine",
    sort = SORTS[query.value.sort] ? query.value.sort : "name";
  const rows = rowsOf(agents, data.activity);
  const count = (state) => agents.filter((each) => each.presence === state).length,
    isWhole = agents.length === total;
  if (!agents.length && !data.like && !data.skip)
    return html`<div class="view"><${Top} title="Agents" /><div class="mid"><${Nobody}
      people=${false} /></div></div>`;
  return html`<div class="view is-agents"><${Top} title="Agents">
      <span class="dim">${
        isWhole
          ? ["online", "idle", "away"]
              .filter(count)
              .map((state) => `${count(state)} ${state}`)
              .join(" · ")
          : `${online.toLocaleString("en")} online · ${total.toLocaleString("en")} in total`
      }</span><span class="grow"></span>
      ${isWhole && !data.like ? null : html`<${Find} like=${data.like} />`}
      <${Choice} label="Group by" name="group" value=${group} of=${Object.keys(GROUPS)} /><${Choice}
      label=${isWhole ? "Sort by" : "Sort this page by"} name="sort" value=${sort}
        of=${Object.keys(SORTS)} /></${Top}>
    <div class="mid"><div class="scroll" tabindex="0" role="region" aria-label="Agents"><table
    class="rows">
      <thead><tr><th scope="col">Agent</th><th scope="col">Program</th><th scope="col">Activity</th>
        <th scope="col">Messages</th><th scope="col">Last hour</th>
        <th scope="col">Reach</th><th scope="col" class="end">Seen</th></tr></thead>
      ${grouped(rows, group, sort).map(
        ([
          name,
          list,
        ]) => html`<tbody key=${name}><tr class="group"><th colspan="7" scope="rowgroup">
          ${safe(name)}</th></tr>
        ${list.map((row) => html`<${Row} key=${row.key} row=${row} />`)}</tbody>`,
      )}</table>
    ${
      isWhole && !data.like && !agents.some((each) => each.kind === "agent")
        ? html`<${Nobody}
    people=${true} />`
        : null
    }
    ${
      agents.length
        ? null
        : html`<div class="empty"><p>No agents${
            data.like ? html` with <bdi>${safe(data.like)}</bdi> in the name` : ""
          }. <a href=${address("agents")}>All agents</a>
    </p></div>`
    }
    ${
      isWhole
        ? null
        : html`<p class="foot pages"><span class="dim num">
          Online first: ${data.skip + 1} to ${data.skip + agents.length} of ${total.toLocaleString(
            "en",
          )}</span>
      ${
        data.skip
          ? html`<a
      href=${address("agents", { ...query.value, skip: Math.max(0, data.skip - PAGE) })}>
        Previous ${PAGE}</a>`
          : null
      }
      ${
        data.skip + agents.length < total
          ? html`<a
      href=${address("agents", { ...query.value, skip: data.skip + PAGE })}>
        Next ${Math.min(PAGE, total - data.skip - agents.length)}</a>`
          : null
      }</p>`
    }
    ${
      awaited.length
        ? html`<p class="dim foot">
    Messages wait for unknown recipients: ${awaited.slice(0, 12).map(safe).join(", ")}
      ${awaited.length > 12 ? ` and ${awaited.length - 12} more` : ""}</p>`
        : null
    }
    ${
      data.left_out
        ? html`<p class="dim foot">
    The last hour is shown only for the ${data.activity.length} agents seen last.</p>`
        : null
    }</div></div></div>`;
}

/** Filter agents by name. The server searches, as the roster may be incomplete. */
function Find({ like }) {
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  const look = (event) => {
    const word = event.target.value.trim();
    clearTimeout(timer.current);
    timer.current = setTimeout(
      () =>
        go(address("agents", { ...query.value, skip: null, like: word || null }), {
          replace: true,
        }),
      250,
    );
  };
  return html`<label class="find"><span class="visually-hidden">Find an agent</span><input
    type="search"
    placeholder="Find an agent" defaultValue=${like} onInput=${look} maxlength="200" /></label>`;
}

function Row({ row }) {
  return html`<tr><th scope="row"><${Presence} state=${row.presence} /> <a
    href=${address(row.copy ? `a/${row.agent}/${row.copy}` : `a/${row.agent}`)}>
      <${Agent} name=${row.agent} instance=${row.instance} kind=${row.kind} /></a></th>
    <td class="dim">${safe(row.program)}</td><td class="doing"><${Activity}
      each=${row} />${safe(row.doing)}</td>
    <td>${
      row.unread
        ? html`<a class="num" href=${address(`a/${row.agent}`)}>
    ${row.unread >= 100 ? "100+" : row.unread} ${row.presence === "away" ? "waiting" : "unread"}</a>
    `
        : null
    }</td>
    <td><${Spark} counts=${row.sent} /></td><td class="dim">${safe(row.reach)}</td>
    <td class="dim end">${row.seen ? html`<${Age} at=${row.seen} />` : "never"}</td></tr>`;
}

/** Twelve counts as bars, drawn as two shapes because a page has hundreds of them. */
function Spark({ counts }) {
  if (!counts) return null;
  const most = Math.max(...counts, 1),
    total = counts.reduce((sum, each) => sum + each, 0);
  const bars = (wanted) =>
    counts
      .map((count, at) =>
        wanted(count)
          ? `M${at * 5} 16v-${count ? 3 + Math.round((count / most) * 12) : 1}h4V16z`
          : "",
      )
      .join("");
  return html`<svg class="spark" width="60" height="16" viewBox="0 0 60 16" role="img"
    aria-label=${`${total} messages in the last hour`}><path d=${bars((count) => count)} /><path
      class="none" d=${bars((count) => !count)} /></svg>`;
}

function Choice({ label, name, value, of }) {
  return html`<label class="choice">${label} <select value=${value}
    onChange=${(event) => setQuery({ [name]: event.target.value })}>
    ${of.map((each) => html`<option value=${each} selected=${each === value}>${each}</option>`)}
    </select></label>`;
}
