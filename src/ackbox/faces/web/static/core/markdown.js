// Markdown: text to tokens, never to HTML. Unknown syntax stays as typed. Each step looks ahead a
// bounded distance, so the cost of any text is linear in its length.
const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([^`]*)$/,
  HEADING = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$/,
  RULE = /^ {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$/;
const QUOTE = /^ {0,3}> ?/,
  ITEM = /^( {0,3})([-*+]|\d{1,9}[.)])(?:[ \t]+|$)/,
  DELIMITERS = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;
const DEEPEST = 8;

/** Return the blocks of a text as tokens. */
export function lexer(text) {
  return blocks(text.replace(/\r\n?/g, "\n").replace(/\t/g, "    ").split("\n"), 0);
}

function starts(line) {
  return (
    FENCE.test(line) ||
    HEADING.test(line) ||
    RULE.test(line) ||
    QUOTE.test(line) ||
    /^ {0,3}(?:[-*+]|1[.)])[ \t]+\S/.test(line)
  );
}

function blocks(lines, depth) {
  const out = [];
  for (let at = 0; at < lines.length;) {
    const line = lines[at];
    if (!line.trim()) {
      at += 1;
      continue;
    }
    const fence = FENCE.exec(line),
      heading = HEADING.exec(line);
    if (fence) {
      const end = new RegExp(`^ {0,3}${fence[1][0] === "`" ? "`" : "~"}{${fence[1].length},}\\s*$`);
      let to = at + 1;
      while (to < lines.length && !end.test(lines[to])) to += 1;
      const [lang] = fence[2].trim().toLowerCase().split(/\s/);
      out.push({ type: "code", lang, text: lines.slice(at + 1, to).join("\n") });
      at = to + 1;
    } else if (heading) {
      out.push({ type: "heading", depth: heading[1].length, tokens: inline(heading[2] ?? "") });
      at += 1;
    } else if (RULE.test(line)) {
      out.push({ type: "hr" });
      at += 1;
    } else if (QUOTE.test(line) && depth < DEEPEST) {
      let to = at;
      while (to < lines.length && QUOTE.test(lines[to])) to += 1;
      out.push({
        type: "blockquote",
        tokens: blocks(
          lines.slice(at, to).map((each) => each.replace(QUOTE, "")),
          depth + 1,
        ),
      });
      at = to;
    } else if (ITEM.test(line) && depth < DEEPEST) {
      const [token, to] = list(lines, at, depth);
      out.push(token);
      at = to;
    } else if (
      line.includes("|") &&
      lines[at + 1]?.includes("-") &&
      DELIMITERS.test(lines[at + 1].slice(0, 1000)) &&
      cells(line).length === cells(lines[at + 1]).length
    ) {
      let to = at + 2;
      while (to < lines.length && lines[to].includes("|") && lines[to].trim()) to += 1;
      const header = cells(line);
      out.push({
        type: "table",
        header: header.map(cell),
        rows: lines.slice(at + 2, to).map((each) => {
          const own = cells(each);
          return header.map((_, column) => cell(own[column] ?? ""));
        }),
      });
      at = to;
    } else if (/^ {4}/.test(line)) {
      let to = at;
      while (
        to < lines.length &&
        (/^ {4}/.test(lines[to]) || (!lines[to].trim() && /^ {4}/.test(lines[to + 1] ?? "")))
      )
        to += 1;
      out.push({
        type: "code",
        text: lines
          .slice(at, to)
          .map((each) => each.slice(4))
          .join("\n"),
      });
      at = to;
    } else {
      let to = at + 1;
      while (to < lines.length && lines[to].trim() && !starts(lines[to])) to += 1;
      out.push({
        type: "paragraph",
        tokens: inline(
          lines
            .slice(at, to)
            .map((each) => each.trim())
            .join("\n"),
        ),
      });
      at = to;
    }
  }
  return out;
}

const cell = (text) => ({ tokens: inline(text) });
const cells = (line) =>
  line
    .trim()
    .replace(/^\|/, "")
    .replace(/\|$/, "")
    .split("|")
    .map((each) => each.trim());

function list(lines, from, depth) {
  const first = ITEM.exec(lines[from]),
    ordered = /\d/.test(first[2]),
    items = [];
  let at = from;
  while (at < lines.length) {
    const mark = ITEM.exec(lines[at]);
    if (!mark || /\d/.test(mark[2]) !== ordered || RULE.test(lines[at])) break;
    const indent = Math.min(mark[0].length, mark[1].length + mark[2].length + 4),
      own = [lines[at].slice(mark[0].length)];
    at += 1;
    while (at < lines.length) {
      const line = lines[at],
        space = line.length - line.trimStart().length;
      if (!line.trim()) {
        const next = lines[at + 1] ?? "";
        if (next.length - next.trimStart().length < indent || !next.trim()) break;
        own.push("");
        at += 1;
      } else if (space >= indent) {
        own.push(line.slice(indent));
        at += 1;
      } else if (space >= 2 && ITEM.test(line.slice(space))) {
        own.push(line.slice(space));
        at += 1;
      } else if (!starts(line) && !ITEM.test(line) && lines[at - 1].trim()) {
        own.push(line.trim());
        at += 1;
      } else break;
    }
    const task = /^\[([ xX])\] /.exec(own[0]);
    if (task) own[0] = own[0].slice(4);
    items.push({
      task: Boolean(task),
      checked: Boolean(task) && task[1] !== " ",
      tokens: blocks(own, depth + 1).flatMap((each, number) =>
        each.type === "paragraph" && !number ? each.tokens : [each],
      ),
    });
    if (at < lines.length && !lines[at].trim() && ITEM.test(lines[at + 1] ?? "")) at += 1;
  }
  return [{ type: "list", ordered, start: ordered ? parseInt(first[2], 10) : 1, items }, at];
}

const LABEL = /\[((?:[^[\]\\\n]|\\.){1,500})\]/,
  TARGET = /<?([^\s<>()]{0,2000}(?:\([^\s<>()]{0,500}\)[^\s<>()]{0,500}){0,4})>?/,
  TITLE = /(?:\s+"[^"\n]{0,300}")?/;
const LINK = new RegExp(`${LABEL.source}\\(\\s*${TARGET.source}${TITLE.source}\\s*\\)`, "y");
const AUTO = /<((?:https?:\/\/|mailto:)[^\s<>]{1,2000})>/y,
  BARE = /https?:\/\/[^\s<>"'`]{1,2000}/y,
  ESCAPE = /\\([!-/:-@[-`{-~])/y;
const PAIRS = [
  ["***", "both"],
  ["**", "strong"],
  ["__", "strong"],
  ["~~", "del"],
  ["*", "em"],
  ["_", "em"],
];
const isWord = (c) => c !== undefined && /[\p{L}\p{N}]/u.test(c);

function inline(text, depth = 0) {
  const out = [],
    hopeless = new Set();
  let said = "";
  const flush = () => {
    if (said) out.push({ type: "text", text: said, raw: said });
    said = "";
  };
  const put = (token) => {
    flush();
    out.push(token);
  };
  const match = (pattern, at) => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  };
  for (let at = 0; at < text.length;) {
    const c = text[at];
    if (c === "\n") {
      put({ type: "br" });
      at += 1;
      continue;
    }
    if (c === "\\") {
      const found = match(ESCAPE, at);
      if (found) {
        said += found[1];
        at += 2;
        continue;
      }
    }
    if (c === "`") {
      const ticks = /`+/y;
      ticks.lastIndex = at;
      const run = ticks.exec(text)[0],
        end = hopeless.has(run) ? -1 : text.indexOf(run, at + run.length);
      if (end > 0 && text[end + run.length] !== "`") {
        put({
          type: "codespan",
          text: text
            .slice(at + run.length, end)
            .replace(/\n/g, " ")
            .replace(/^ (.+) $/, "$1"),
        });
        at = end + run.length;
        continue;
      }
      if (end < 0) hopeless.add(run);
      said += run;
      at += run.length;
      continue;
    }
    if (c === "!" && text[at + 1] === "[") {
      const found = match(LINK, at + 1);
      if (found) {
        said += `!${found[0]}`;
        at += found[0].length + 1;
        continue;
      }
    }
    if (c === "[" && depth < DEEPEST) {
      const found = match(LINK, at);
      if (found) {
        put({ type: "link", href: found[2], tokens: inline(found[1], depth + 1) });
        at += found[0].length;
        continue;
      }
    }
    if (c === "<") {
      const found = match(AUTO, at);
      if (found) {
        put({
          type: "link",
          href: found[1],
          tokens: [{ type: "text", text: found[1], raw: found[1] }],
        });
        at += found[0].length;
        continue;
      }
    }
    if (c === "h" && !isWord(text[at - 1])) {
      const found = match(BARE, at);
      if (found) {
        const href = found[0].replace(/[.,:;!?)\]}*_~]+$/, "");
        put({ type: "link", href, tokens: [{ type: "text", text: href, raw: href }] });
        at += href.length;
        continue;
      }
    }
    const pair =
      depth < DEEPEST && (c === "*" || c === "_" || c === "~")
        ? PAIRS.find(([mark]) => text.startsWith(mark, at))
        : null;
    if (pair) {
      const [mark, type] = pair,
        after = text[at + mark.length];
      const may =
        after !== undefined &&
        !/\s/.test(after) &&
        !(c === "_" && isWord(text[at - 1])) &&
        !hopeless.has(mark);
      const end = may ? closing(text, mark, at + mark.length) : -1;
      if (end > 0) {
        const inner = inline(text.slice(at + mark.length, end), depth + 1);
        put(
          type === "both"
            ? { type: "strong", tokens: [{ type: "em", tokens: inner }] }
            : { type, tokens: inner },
        );
        at = end + mark.length;
        continue;
      }
      if (may) hopeless.add(mark);
      said += mark;
      at += mark.length;
      continue;
    }
    said += c;
    at += 1;
  }
  flush();
  return out;
}

/** Find where a pair of marks closes: not after a space; an underscore not inside a word. */
function closing(text, mark, from) {
  for (
    let at = text.indexOf(mark, from), tries = 0;
    at > 0 && tries < 50;
    at = text.indexOf(mark, at + 1), tries += 1
  ) {
    if (at === from || /\s/.test(text[at - 1]) || text[at - 1] === "\\") continue;
    if (mark[0] === "_" && isWord(text[at + mark.length])) continue;
    if (mark.length === 1 && (text[at + 1] === mark || text[at - 1] === mark)) continue;
    return at;
  }
  return -1;
}
