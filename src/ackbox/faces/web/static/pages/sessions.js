// Sessions: who works on what now, and how earlier sessions ended. A person can start one to claim
// files, and end it.
import { address } from "../core/lookup.js";
import { go, useFresh } from "../core/frame.js";
import { call, mayWrite, me } from "../core/store.js";
import { Age, Agent, Presence, Sure, Teach, html, safe } from "../widgets/ui.js";
import { Adding, Field, Managed, joined } from "../widgets/manage.js";

const STATES = { active: "Active", timed_out: "Timed out", ended: "Ended" };
const HOURS = [1, 2, 4, 8, 24];

export function Sessions({ data }) {
  const [told, more] = useFresh(
    data,
    (event) => event.kind.startsWith("session.") || event.kind.startsWith("agent.checked"),
    400,
    joined("sessions"),
  );
  const own = told.sessions.find((each) => each.agent === me.agent && !each.ended_at);
  return html`<${Managed} title="Sessions" items=${told.sessions} more=${more} cursor=${told.cursor}
    add="Start a session" form=${mayWrite && me.agent ? Add : null}
    entry=${(each) => html`<${Entry} each=${each} mayEnd=${mayWrite && each === own} />`}
    teach=${html`<p class="title">No ${told.state ? STATES[told.state].toLowerCase() : ""} sessions.
      </p><p>A session shows what an agent works on and which files it claims, so that others do not
      change them meanwhile.</p><p>Claim files yourself with <b>Start a session</b>. Agents run:</p>
      <p><${Teach} command="ackbox session start --area docs --file docs/" /></p>`}>
    <label class="choice">State <select value=${told.state ?? ""} onChange=${(event) =>
      go(address("sessions", { state: event.target.value }))}><option value="">all</option>
      ${Object.entries(STATES).map(
        ([state, word]) => html`<option value=${state} selected=${state === told.state}>
          ${word.toLowerCase()}</option>`,
      )}</select></label></${Managed}>`;
}

function Entry({ each, mayEnd }) {
  const claims = [each.area, ...each.files].filter(Boolean);
  return html`<div class="what"><p><${Presence}
      state=${each.state === "active" ? "online" : "away"} /> <a
      href=${address(`a/${each.agent}`)}><${Agent} name=${each.agent} instance=${each.instance}
      kind=${each.kind} /></a> <span class="dim">${STATES[each.state].toLowerCase()}${
        each.outcome ? `, ${safe(each.outcome)}` : ""
      }</span></p>
    ${
      each.summary
        ? html`<p class="summary"><bdi>${safe(each.summary).slice(0, 600)}</bdi></p>`
        : null
    }
    ${
      claims.length
        ? html`<p class="claims">${claims
            .slice(0, 8)
            .map(
              (one) => html`<code>${safe(one)}</code> `,
            )}${claims.length > 8 ? `and ${claims.length - 8} more` : ""}</p>`
        : null
    }
    <p class="dim small">Started <${Age} at=${each.started_at} /> ago · ${
      each.ended_at
        ? html`ended <${Age} at=${each.ended_at} /> ago`
        : html`last call <${Age} at=${each.last_seen} /> ago`
    }${
      each.touched.length
        ? ` · ${each.touched.length} changed ${each.touched.length === 1 ? "file" : "files"}`
        : ""
    }</p></div>
    ${
      mayEnd
        ? html`<div class="acts"><${Sure} text="End" sure="End my session" about="my session"
          run=${() => call("session.end", {})} /></div>`
        : null
    }`;
}

function Add({ close }) {
  const params = ({ area, files, summary, hours }) => ({
    area: area.trim() || undefined,
    files: files
      .split("\n")
      .map((each) => each.trim())
      .filter(Boolean),
    summary: summary.trim() || undefined,
    ttl_s: Number(hours) * 3600,
  });
  return html`<${Adding} label="Start a session" operation="session.start" params=${params}
    send="Start" close=${close}>
    <${Field} label="Area" hint="For example docs"><input name="area" maxlength="200"
      autocomplete="off" /></${Field}>
    <${Field} label="Active for"><select name="hours">${HOURS.map(
      (hours) => html`<option value=${hours} selected=${hours === 4}>
        ${hours === 1 ? "1 hour" : `${hours} hours`}</option>`,
    )}</select></${Field}>
    <${Field} label="Files, one a line" wide=${true} 
      hint="src/ claims everything below it."><textarea
      name="files" rows="2" spellcheck="false" placeholder="src/users.ts"></textarea></${Field}>
    <${Field} label="Summary" wide=${true}><input name="summary" maxlength="500"
      placeholder="What you work on" autocomplete="off" /></${Field}></${Adding}>`;
}
