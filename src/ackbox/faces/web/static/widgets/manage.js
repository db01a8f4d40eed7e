// The pages about what works without a person: a list with its keys, the form that adds an entry,
// and the fields that these forms share.
import { useLayoutEffect, useEffect, useRef, useState } from "../vendor/hooks.js";
import { names } from "../core/lookup.js";
import { INTENTS } from "../core/filter.js";
import { Older, Top, useOthers, useStanding } from "../core/frame.js";
import { keys, moveKeys } from "../core/keys.js";
import { call, refusal } from "../core/store.js";
import { Copy, html, now, words } from "./ui.js";

/** Joins two pages of a list that the data has under this name. */
export const joined = (name) => (first, next) => ({
  ...next,
  [name]: [...first[name], ...next[name]],
});

/** How long until a time of the future, as one word. */
export function until(at) {
  const min = Math.ceil((Date.parse(at) - now.value) / 60_000);
  return min <= 0
    ? "now"
    : min < 60
      ? `in ${min} min`
      : min < 2880
        ? `in ${Math.round(min / 60)} h`
        : `in ${Math.round(min / 1440)} d`;
}

/**
 * A page that lists entries. `form` is the component that adds one, opened by a button or `n`;
 * `entry` renders an entry; `teach` is what an empty page shows.
 */
export function Managed({ title, items, more, cursor, add, form, entry, teach, children }) {
  const [isOpen, open] = useState(false),
    [made, setMade] = useState(null),
    list = useRef(null),
    button = useRef(null);
  const stand = useStanding(items, (each) => each.id),
    here = stand.at;
  const close = () => {
    open(false);
    button.current?.focus();
  };
  const step = (by) => {
    stand.to(stand.at + by);
    requestAnimationFrame(() =>
      list.current?.querySelector(".is-at")?.scrollIntoView({ block: "nearest" }),
    );
  };
  useLayoutEffect(() =>
    keys(title, {
      ...moveKeys(step),
      Enter: [
        () => {
          const of = list.current?.querySelector(".is-at [aria-expanded]");
          of?.click();
          return Boolean(of);
        },
        "open or close",
      ],
      ...(form
        ? {
            n: [() => open(true), add.toLowerCase()],
            Escape: [
              () => {
                if (isOpen) close();
                return isOpen;
              },
              "close the form",
            ],
          }
        : {}),
      Delete: [
        () => {
          const of = list.current?.querySelector(".is-at .acts button");
          of?.focus();
          return Boolean(of);
        },
        "to the buttons",
      ],
    }),
  );
  return html`<div class="view is-managed"><${Top} title=${title}><span class="dim num">
      ${items.length || ""}</span><span class="grow"></span>
      ${
        form
          ? html`<button type="button" ref=${button} aria-expanded=${isOpen} title="n"
            onClick=${() => (isOpen ? close() : open(true))}>${add}</button>`
          : null
      }</${Top}>
    <div class="mid">${children ? html`<div class="chips">${children}</div>` : null}<div
    class="scroll" tabindex="0" role="region" aria-label=${title}>
    ${isOpen ? html`<${form} close=${close} done=${setMade} />` : null}
    ${made ? html`<div class="shown-once" role="status">${made}</div>` : null}
    ${
      items.length
        ? html`<ol class="managed" ref=${list} data-first tabindex="-1" aria-label=${title}>
          ${items.map(
            (each, at) => html`<li key=${each.id} class=${`entry ${at === here ? "is-at" : ""}`}
              onClick=${() => stand.to(at)}>${entry(each)}</li>`,
          )}</ol>`
        : html`<div class="empty" data-first tabindex="-1">${teach}</div>`
    }
    ${cursor ? html`<${Older} more=${more} />` : null}</div></div></div>`;
}

/**
 * The form that adds an entry. `params` makes the parameters of the operation from its fields;
 * `then` runs with the result.
 */
export function Adding({ label, operation, params, then, close, children, send = "Add" }) {
  const form = useRef(null),
    [problem, fail] = useState(""),
    [isBusy, busy] = useState(false);
  useEffect(() => form.current.querySelector("input, select, textarea")?.focus(), []);
  async function submit(event) {
    event.preventDefault();
    const given = Object.fromEntries(new FormData(form.current));
    busy(true);
    fail("");
    try {
      const told = await call(operation, params(given));
      then?.(told);
      close();
    } catch (error) {
      fail(refusal(error));
    }
    busy(false);
  }
  return html`<form class="adding" ref=${form} aria-label=${label} onSubmit=${submit}
    onKeyDown=${(event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      close();
    }}>${children}
    ${problem ? html`<p class="problem" role="alert">${problem}</p>` : null}
    <div class="acts"><button class="primary" disabled=${isBusy}>${send}</button><button
    type="button" class="quiet" onClick=${close}>Cancel</button></div></form>`;
}

/** A labelled field of a form; `hint` explains it below. */
export const Field = ({ label, hint = null, children, wide = false }) =>
  html`<label class=${wide ? "field is-wide" : "field"}><span>${label}</span>${children}${
    hint ? html`<span class="dim small">${hint}</span>` : null
  }</label>`;

/** The recipients of a message; suggests the roster and agents beyond it that match. */
export function Recipients({ name = "to", placeholder = "claude, codex" }) {
  const [letters, type] = useState(""),
    others = useOthers(letters.trim().toLowerCase());
  return html`<input name=${name} list=${`${name}-list`} required maxlength="2000"
      autocomplete="off" spellcheck="false" placeholder=${placeholder}
      onInput=${(event) => type(event.target.value)} />
    <datalist id=${`${name}-list`}><option value="*">everyone</option><option value="user">
      all people</option>${[...names(), ...others.map((each) => each.agent)].map(
        (each) => html`<option value=${each} />`,
      )}</datalist>`;
}

/** The intent and priority of the messages that something sends. */
export const Kind = () => html`<${Field} label="Intent"><select name="intent">
    ${["inform", ...INTENTS.filter((each) => each !== "inform")].map(
      (each) => html`<option value=${each}>${words(each)}</option>`,
    )}</select></${Field}>
  <${Field} label="Priority"><select name="priority"><option value="5">urgent</option><option
    value="4">high</option><option value="3" selected>normal</option><option value="2">low</option>
    </select></${Field}>`;

/** An address or a secret with a button to copy it. */
export const Value = ({ label, text }) =>
  html`<p class="together"><span class="dim">${label}</span> <code>${text}</code> <${Copy}
    text=${text} label=${`Copy ${label}`} /></p>`;
