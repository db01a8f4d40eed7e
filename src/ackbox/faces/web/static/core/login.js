// Signing in: the link's secret stands behind # and so never reaches a log; it leaves the address
// before anything else happens.
const form = document.querySelector("form");
const say = document.getElementById("say");
// Empty, or the path under which a proxy serves the dashboard.
const root = new URL(import.meta.url).pathname.split("/assets/")[0];
const next = new URLSearchParams(location.search).get("next");

/** Take the link out of the address, and return it. */
function taken() {
  const link = location.hash.slice(1);
  history.replaceState(null, "", root + "/login" + location.search);
  if (link.startsWith("abx_")) return link;
  // Not a link: the place in the page that somebody is to come back to.
  if (link) place = `#${link}`;
  return "";
}
let place = "";
const link = taken();
// A link that is pasted while this page is open changes nothing but what stands behind #.
addEventListener("hashchange", () => {
  const later = taken();
  if (later) redeem(later);
});

const there = () =>
  location.replace(
    next?.startsWith(root) && /^\/w\/[^/\\]/.test(next.slice(root.length))
      ? next + place
      : `${root}/`,
  );

async function redeem(text) {
  say.className = "";
  say.textContent = "Signing in …";
  const answer = await fetch(`${root}/login`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ link: text }),
  });
  if (answer.ok) return there();
  const told = await answer.json().catch(() => null);
  say.className = "problem";
  say.textContent =
    (told?.error?.message ?? "That did not work.") + " " + (told?.error?.hint ?? "");
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  redeem(form.elements.link.value);
});

if (link && form.dataset.asked === "no") redeem(link);
else if (link) {
  form.elements.link.value = link;
  say.textContent = "Another page brought you here. Sign in with its link?";
}
// Already signed in, and here only because a strict cookie does not travel with a link from
// elsewhere.
else if (next && !document.querySelector(".problem"))
  fetch(`${root}/v1/me`).then((answer) => {
    if (answer.ok) there();
  });
