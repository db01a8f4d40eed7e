// Webhooks: the addresses through which other systems send messages. Only admins see them.
import { useFresh } from "../core/frame.js";
import { call, root } from "../core/store.js";
import { Age, Copy, Sure, Teach, firstLine, html, safe, words } from "../widgets/ui.js";
import { Adding, Field, Kind, Managed, Recipients, Value, joined } from "../widgets/manage.js";

const FORMS = { standard: "Standard Webhooks", github: "GitHub" };
const whole = (path) => `${location.origin}${root}${path}`;

export function Webhooks({ data }) {
  const [told, more] = useFresh(
    data,
    (event) => event.kind.startsWith("webhook.") || event.kind === "message.sent",
    400,
    joined("webhooks"),
  );
  return html`<${Managed} title="Webhooks" items=${told.webhooks ?? []} more=${more}
    cursor=${told.cursor} add="New webhook" form=${told.webhooks ? Add : null}
    entry=${(each) => html`<${Entry} each=${each} />`}
    teach=${
      told.webhooks
        ? html`<p class="title">No webhooks.</p><p>A webhook is an address to which another system
          sends its events, such as CI or an issue tracker; each becomes a message.</p><p>
          Create one with <b>New webhook</b>, or run:</p><p><${Teach}
          command="ackbox webhook add claude 'Build {number}: {state}'" /></p>`
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

function Add({ close, done }) {
  const params = ({ form, to, subject, body, intent, priority }) => ({
    form,
    to: to.trim(),
    subject: subject.trim() || undefined,
    body: body || undefined,
    intent,
    priority: Number(priority),
  });
  return html`<${Adding} label="New webhook" operation="webhook.add" params=${params}
    send="Create" close=${close} then=${(made) =>
      done(html`<p>Enter the URL and the secret in the other system. The secret is shown only once.
        </p><${Value} label="URL" text=${whole(made.path)} /><${Value} label="secret"
        text=${made.secret} />`)}>
    <${Field} label="Recipients" wide=${true}><${Recipients} /></${Field}>
    <${Field} label="Signature"><select name="form">${Object.entries(FORMS).map(
      ([form, word]) => html`<option value=${form}>${word}</option>`,
    )}</select></${Field}><${Kind} />
    <${Field} label="Subject (optional)" wide=${true}><input name="subject" maxlength="200"
      autocomplete="off" placeholder="Build {build.number}" /></${Field}>
    <${Field} label="Message" wide=${true}
      hint="{path.to.value} inserts a value of the received JSON, {.} all of it.">
      <textarea name="body" rows="3" maxlength="20000"
      placeholder="Build {build.number}: {build.state}"></textarea></${Field}></${Adding}>`;
}
