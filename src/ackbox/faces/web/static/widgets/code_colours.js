// The colours of code: tokens of a language as pairs of text and kind. Libraries are fetched by
// language, only when a block of code names one that is known.
const FILES = {
  bash: "bash",
  sh: "bash",
  shell: "bash",
  zsh: "bash",
  console: "bash",
  c: "c",
  cpp: "c",
  h: "c",
  css: "css",
  diff: "diff",
  patch: "diff",
  docker: "docker",
  dockerfile: "docker",
  go: "go",
  html: "html",
  java: "java",
  js: "js",
  jsx: "js",
  mjs: "js",
  javascript: "js",
  json: "json",
  jsonc: "json",
  py: "py",
  python: "py",
  rs: "rs",
  rust: "rs",
  sql: "sql",
  toml: "toml",
  ts: "ts",
  tsx: "ts",
  typescript: "ts",
  svg: "xml",
  xml: "xml",
  yml: "yaml",
  yaml: "yaml",
};
/** Languages inside others. */
const INSIDE = {
  html: ["js", "css", "jsdoc", "regex", "todo"],
  js: ["js", "jsdoc", "regex", "todo"],
  ts: ["js", "jsdoc", "regex", "todo"],
  json: [],
  diff: [],
};

// The cost of some texts grows with the square of their length: longer ones stay plain, and all do
// when a page has spent its time.
const MAX_CHARS = 5_000,
  SLOW_MS = 20,
  MAX_SLOW_MS = 1_000;
let slowMs = 0;

const known = new Map();
function language(name) {
  if (!known.has(name))
    known.set(
      name,
      import(`../vendor/highlight/${name}.js`).then((module) => module.default),
    );
  return known.get(name);
}

/** Return [text, kind] pairs, kind null for plain text; null if the text gets no colours. */
export async function coloured(text, lang) {
  const name = Object.hasOwn(FILES, lang) ? FILES[lang] : null;
  if (!name || text.length > MAX_CHARS) return null;
  try {
    const inside = INSIDE[name] ?? ["todo", name],
      [own, ...others] = await Promise.all([name, ...inside].map(language)),
      { tokenizeWith } = await import("../vendor/highlight/tokenize.js");
    if (slowMs > MAX_SLOW_MS) return null;
    const languages = Object.fromEntries(inside.map((each, at) => [each, others[at]])),
      parts = [],
      begun = performance.now();
    tokenizeWith(text, own, (part, kind) => part && parts.push([part, kind ?? null]), {
      languages,
    });
    const ms = performance.now() - begun;
    if (ms > SLOW_MS) slowMs += ms;
    return parts;
  } catch {
    return null;
  }
}
