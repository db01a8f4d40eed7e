// Checks that the server's compact form of each script means the same as the script: the same
// tokens, and the same templates but for the indentation of their lines.
// Standard input: {path: [script, compact form]} as JSON. Prints the paths that differ.
import { readFileSync } from "node:fs";
import ts from "typescript";

const TEMPLATES = new Set([
  ts.SyntaxKind.NoSubstitutionTemplateLiteral,
  ts.SyntaxKind.TemplateHead,
  ts.SyntaxKind.TemplateMiddle,
  ts.SyntaxKind.TemplateTail,
]);

/** Whether a template is markup, whose indentation htm and the browser ignore. */
function isMarkup(node) {
  const template = ts.isTemplateSpan(node.parent) ? node.parent.parent : node.parent;
  const tagged = ts.isTaggedTemplateExpression(template) ? template : template.parent;
  return ts.isTaggedTemplateExpression(tagged) && tagged.tag.getText() === "html";
}

function leaves(text) {
  const found = [];
  const file = ts.createSourceFile("script.js", text, ts.ScriptTarget.ES2023, true);
  const visit = (node) => {
    const children = node.getChildren(file).filter((each) => !ts.isJSDoc(each));
    if (children.length) children.forEach(visit);
    else if (TEMPLATES.has(node.kind) && isMarkup(node))
      found.push(node.getText(file).replace(/\n[ \t]+/g, "\n"));
    else found.push(node.getText(file));
  };
  visit(file);
  return found;
}

const differ = Object.entries(JSON.parse(readFileSync(0, "utf8")))
  .filter(([, [script, compact]]) => leaves(script).join("\0") !== leaves(compact).join("\0"))
  .map(([path]) => path);
console.log(JSON.stringify(differ));
