// Webhooks: the addresses through which other systems send messages, and the systems to which
// messages are reported. Only admins see them.
import { useState } from "../vendor/hooks.js";
import { useFresh } from "../core/frame.js";
import { call, refusal, root } from "../core/store.js";
import { Age, Copy, Sure, Teach, firstLine, html, safe, words } from "../widgets/ui.js";
import {
  Adding,
  Field,
  Kind,
  Managed,
  Recipients,
  Value,
  joined,
  until,
} from "../widgets/manage.js";

const FORMS = { standard: "Standard Webhooks", github: "GitHub" };
const TOPICS = {
  needs: "Messages that need a person",
  urgent: "Urgent messages",
  overdue: "Overdue replies",
  all: "All messages",
};
const whole = (path) => `${location.origin}${root}${path}`;

export function Webhooks({ data }) {
  const [told, more] = useFresh(
    data,
    (event) => event.kind.startsWith("webhook") || event.kind === "message.sent",
    400,
    joined("webhooks"),
  );
  const items = [...told.outgoing, ...(told.webhooks ?? [])];
  return html`<${Managed} title="Webhooks" items=${items} more=${more}
    cursor=${told.cursor} add="New webhook" form=${told.webhooks ? Add : null}
    entry=${(each) =>
      each.on ? html`<${Outgoing} each=${each} />` : html`<${Entry} each=${each} />`}
    teach=${
      told.webhooks
        ? html`<p class="title">No webhooks.</p><p>An incoming webhook is an address to which
          another system sends its events, such as CI or an issue tracker; each becomes a message.
          An outgoing webhook reports messages to another system, such as a chat or a pager.</p><p>
          Create one with <b>New webhook</b>, or run:</p><p><${Teach}
          command="ackbox webhook add claude 'Build {number}: {state}'" /></p><p><${Teach}
          command="ackbox webhook out add https://gate.example/ackbox --on needs" /></p>`
        : html`<p class="title">Only an admin can see webhooks.</p><p>Your key has no admin rights.
          On the server, list them with:</p><p><${Teach} command="ackbox webhook list" /></p>`
    } />`;
}

function Entry({ each }) {
  return html`<div class="what"><p><b>${safe(FORMS[each.form] ?? each.form)}</b>${" → "}<bdi>
      ${each.to === "*" ? "everyone" : safe(each.to)}</bdi></p>
    <p class="line"><span class="dim">${safe(words(each.intent))}</span> <bdi>${firstLine(each)}
      </bdi></p>
    <p class="together"><code class="address">${whole(each.path)}</code> <${Copy}
      text=${whole(each.path)} label="Copy URL" /></p>
    <p class="dim small">${each.received.toLocaleString("en")} received${
      each.received_at ? html`, last <${Age} at=${each.received_at} /> ago` : ""
    } · by ${safe(each.created_by)}, <${Age} at=${each.created_at} /> ago</p></div>
    <div class="acts"><${Sure} text="Remove" sure="Confirm removal"
      about=${`${FORMS[each.form] ?? each.form} to ${safe(each.to)}`}
      run=${() => call("webhook.remove", { id: each.id })} /></div>`;
}

function Outgoing({ each }) {
  const [result, tell] = useState(""),
    about = `${TOPICS[each.on]} to ${each.url}`;
  const run = (operation, more, said) => async () => {
    tell("Sending…");
    try {
      tell(said(await call(operation, { id: each.id, ...more })));
    } catch (error) {
      tell(refusal(error));
    }
  };
  const tested = (done) =>
    done.state === "waiting"
      ? "Not sent yet."
      : (done.error ?? `Test accepted (status ${done.status}).`);
  return html`<div class="what"><p><b>${TOPICS[each.on]}</b>${" → "}<code class="address">
      ${each.url}</code></p>
    ${each.last_error ? html`<p class="problem">${each.last_error}</p>` : null}
    <p class="dim small">${each.delivered.toLocaleString("en")} delivered
      · ${each.waiting} waiting${
        each.waiting && each.next_at ? `, next attempt ${until(each.next_at)}` : ""
      } · ${each.failed} failed${
        each.last_at ? html` · last attempt <${Age} at=${each.last_at} /> ago` : ""
      } · by ${safe(each.created_by)}, <${Age} at=${each.created_at} /> ago</p>
    <p class="small" role="status">${result}</p></div>
    <div class="acts">${
      each.failed || each.last_error
        ? html`<button type="button" aria-label=${`Retry: ${about}`}
          onClick=${run(
            "webhook_out.retry",
            {},
            (done) => `Sending ${done.deliveries} deliveries again.`,
          )}>Retry</button>`
        : null
    }<button type="button" aria-label=${`Test: ${about}`}
      onClick=${run("webhook_out.test", { wait_s: 20 }, tested)}>Test</button><${Sure}
      text="Remove" sure="Confirm removal" about=${about}
      run=${() => call("webhook_out.remove", { id: each.id })} /></div>`;
}

function Add({ close, done }) {
  const [isOut, turn] = useState(false);
  return html`<${Adding} label="New webhook" operation=${isOut ? "webhook_out.add" : "webhook.add"}
    params=${isOut ? outgoing : incoming} send="Create" close=${close}
    then=${(made) => done(html`<${isOut ? MadeOutgoing : MadeIncoming} made=${made} />`)}>
    <${Field} label="Direction"><select value=${isOut ? "out" : "in"}
      onChange=${(event) => turn(event.target.value === "out")}><option value="in">
      Receive messages</option><option value="out">Report messages</option></select></${Field}>
    ${isOut ? html`<${OutgoingFields} />` : html`<${IncomingFields} />`}</${Adding}>`;
}

const incoming = ({ form, to, subject, body, intent, priority }) => ({
  form,
  to: to.trim(),
  subject: subject.trim() || undefined,
  body: body || undefined,
  intent,
  priority: Number(priority),
});

const outgoing = ({ url, on, form }) => ({ url: url.trim(), on, form });

const MadeIncoming = ({ made }) =>
  html`<p>Enter the URL and the secret in the other system. The secret is shown only once.
    </p><${Value} label="URL" text=${whole(made.path)} /><${Value} label="secret"
    text=${made.secret} />`;

const MadeOutgoing = ({ made }) =>
  html`<p>Enter the secret in the receiver, which checks signatures with it. The secret is shown
    only once.</p><${Value} label="secret" text=${made.secret} />`;

const IncomingFields = () => html`<${Field} label="Signature"><select name="form">
    ${Object.entries(FORMS).map(([form, word]) => html`<option value=${form}>${word}</option>`)}
    </select></${Field}><${Kind} />
  <${Field} label="Recipients" wide=${true}><${Recipients} /></${Field}>
  <${Field} label="Subject (optional)" wide=${true}><input name="subject" maxlength="200"
    autocomplete="off" placeholder="Build {build.number}" /></${Field}>
  <${Field} label="Message" wide=${true}
    hint="{path.to.value} inserts a value of the received JSON, {.} all of it.">
    <textarea name="body" rows="3" maxlength="20000"
    placeholder="Build {build.number}: {build.state}"></textarea></${Field}>`;

const OutgoingFields = () => html`<${Field} label="Messages"><select name="on">
    ${Object.entries(TOPICS).map(([topic, word]) => html`<option value=${topic}>${word}</option>`)}
    </select></${Field}>
  <${Field} label="Form"><select name="form"><option value="standard">Standard Webhooks</option>
    <option value="slack">Text for Slack</option></select></${Field}>
  <${Field} label="URL of the receiver" wide=${true}><input name="url" type="url" required
    maxlength="2000" autocomplete="off" spellcheck="false"
    placeholder="https://gate.example/ackbox" /></${Field}>`;
