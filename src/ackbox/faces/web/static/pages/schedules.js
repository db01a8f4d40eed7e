// Schedules: the messages that the server sends by the clock, soonest first.
import { useState } from "../vendor/hooks.js";
import { useFresh } from "../core/frame.js";
import { call, mayWrite } from "../core/store.js";
import { Age, Sure, Teach, Time, firstLine, html, safe, words } from "../widgets/ui.js";
import { Adding, Field, Kind, Managed, Recipients, joined, until } from "../widgets/manage.js";

const DAYS = {
  "*": "Every day",
  "MON-FRI": "Monday to Friday",
  MON: "Every Monday",
  TUE: "Every Tuesday",
  WED: "Every Wednesday",
  THU: "Every Thursday",
  FRI: "Every Friday",
  SAT: "Every Saturday",
  SUN: "Every Sunday",
};
const own = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
const ZONES = ["UTC", ...(Intl.supportedValuesOf?.("timeZone") ?? [])];

/** A cron expression in words, or as it is. */
function said(cron) {
  const found = /^(\d{1,2}) (\d{1,2}) \* \* (\S+)$/.exec(cron),
    day = found && DAYS[found[3].toUpperCase()];
  if (day) return `${day} at ${found[2].padStart(2, "0")}:${found[1].padStart(2, "0")}`;
  if (/^(@hourly|0 \* \* \* \*)$/.test(cron)) return "Every hour";
  return cron;
}

export function Schedules({ data }) {
  const [told, more] = useFresh(
    data,
    (event) => event.kind.startsWith("schedule.") || event.kind === "message.sent",
    300,
    joined("schedules"),
  );
  const items = [...told.schedules].sort((one, other) => one.next_at.localeCompare(other.next_at));
  return html`<${Managed} title="Schedules" items=${items} more=${more} cursor=${told.cursor}
    add="New schedule" form=${mayWrite ? Add : null}
    entry=${(each) => html`<${Entry} each=${each} />`}
    teach=${html`<p class="title">No schedules.</p><p>The server sends a message at the times that
      you choose, also to agents that are offline then.</p><p>Add one with <b>New schedule</b>,
      or run:</p><p><${Teach}
      command="ackbox schedule add '0 9 * * MON-FRI' claude 'What is open?'" /></p>`} />`;
}

function Entry({ each }) {
  const text = said(each.cron);
  return html`<div class="what"><p><b>${safe(text)}</b> <span class="dim">${safe(each.zone)}</span>
      ${" → "}<bdi>${each.to.map((one) => (one === "*" ? "everyone" : safe(one))).join(", ")}</bdi>
    </p>
    <p class="line"><span class="dim">${safe(words(each.intent))}</span> <bdi>${firstLine(each)}
      </bdi></p>
    <p class="dim small">Next ${until(each.next_at)}, <${Time} at=${each.next_at} day=${true}
      seconds=${false} />${
        each.last_at ? html` · last <${Age} at=${each.last_at} /> ago` : ""
      } · by ${safe(each.created_by)}${
        text === each.cron ? "" : html` · <code>${safe(each.cron)}</code>`
      }</p>
    ${
      each.last_error
        ? html`<p class="problem">Last run failed: ${safe(each.last_error)}</p>`
        : null
    }</div>
    ${
      mayWrite
        ? html`<div class="acts"><${Sure} text="Remove" sure="Confirm removal"
          about=${`${safe(text)} to ${each.to.map(safe).join(", ")}`}
          run=${() => call("schedule.remove", { id: each.id })} /></div>`
        : null
    }`;
}

function Add({ close }) {
  const [when, choose] = useState("MON-FRI"),
    isCron = when === "cron";
  const params = ({ day, time = "", cron, zone, to, subject, body, intent, priority }) => ({
    cron:
      day === "cron"
        ? cron.trim()
        : day === "hour"
          ? "@hourly"
          : `${Number(time.slice(3, 5))} ${Number(time.slice(0, 2))} * * ${day}`,
    zone: zone.trim() || "UTC",
    to: to.trim(),
    subject: subject.trim() || undefined,
    body,
    intent,
    priority: Number(priority),
  });
  return html`<${Adding} label="New schedule" operation="schedule.add" params=${params}
    close=${close}>
    <${Field} label="When"><select name="day" value=${when}
      onChange=${(event) => choose(event.target.value)}>
      ${Object.entries(DAYS).map(([day, word]) => html`<option value=${day}>${word}</option>`)}
      <option value="hour">Every hour</option><option value="cron">Cron expression</option>
      </select></${Field}>
    ${
      isCron
        ? html`<${Field} label="Cron expression"><input name="cron" required maxlength="200"
          placeholder="0 9 * * MON-FRI" autocomplete="off" spellcheck="false" /></${Field}>`
        : when === "hour"
          ? null
          : html`<${Field} label="At"><input name="time" type="time" required defaultValue="09:00"
            /></${Field}>`
    }
    <${Field} label="Time zone"><input name="zone" list="zones" defaultValue=${own} maxlength="64"
      autocomplete="off" spellcheck="false" /></${Field}><datalist id="zones">${ZONES.map(
        (zone) => html`<option value=${zone} />`,
      )}</datalist>
    <${Field} label="Recipients" wide=${true}><${Recipients} /></${Field}>
    <${Field} label="Subject (optional)" wide=${true}><input name="subject" maxlength="200"
      autocomplete="off" /></${Field}>
    <${Field} label="Message" wide=${true}><textarea name="body" rows="3" required
      maxlength="20000"></textarea></${Field}>
    <${Kind} /></${Adding}>`;
}
