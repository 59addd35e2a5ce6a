// The description of the interface as a page to read and try, made from /openapi.json alone.
"use strict";

const make = (tag, properties, ...children) => {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
};

const resolve = (spec, schema) => {
  const name = schema && schema.$ref && schema.$ref.split("/").pop();
  return name ? spec.components.schemas[name] : schema || {};
};

const exampleOf = (spec, content) => {
  if (content.examples) return Object.values(content.examples)[0].value;
  const schema = resolve(spec, content.schema);
  return schema.examples ? schema.examples[0] : {};
};

const fields = (parameters) =>
  parameters.map((each) => {
    const input = make("input", { name: each.name, placeholder: each.description || "" });
    input.dataset.place = each.in;
    return make("label", {}, `${each.name}${each.required ? " *" : ""} `, input);
  });

const address = (path, form) => {
  const query = new URLSearchParams();
  let found = path;
  for (const input of form.querySelectorAll("input[data-place]")) {
    if (input.dataset.place === "path") found = found.replace(`{${input.name}}`, encodeURIComponent(input.value));
    else if (input.value) query.set(input.name, input.value);
  }
  return query.size ? `${found}?${query}` : found;
};

const operation = (spec, path, method, described, key) => {
  const content = described.requestBody && described.requestBody.content["application/json"];
  const body = content && make("textarea", { value: JSON.stringify(exampleOf(spec, content), null, 1) });
  const answer = make("pre", { hidden: true });
  const form = make("form", {}, ...fields(described.parameters || []), ...(body ? [body] : []), make("button", {}, "Send"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const headers = body ? { "content-type": "application/json" } : {};
    if (key.value) headers.authorization = `Bearer ${key.value}`;
    const response = await fetch(address(path, form), { method: method.toUpperCase(), headers, body: body && body.value });
    const text = await response.text();
    let shown = text;
    try { shown = JSON.stringify(JSON.parse(text), null, 1); } catch { /* no JSON: shown as it came */ }
    answer.hidden = false;
    answer.textContent = `${response.status}\n${shown}`;
  });
  const title = make("summary", {}, make("span", { className: "method" }, method.toUpperCase()), make("code", {}, path));
  title.append(` ${described.summary || ""}`);
  const answers = Object.entries(described.responses).map(([code, each]) => `${code}: ${each.description}`).join("; ");
  return make("details", {}, title, make("p", {}, described.description || ""), form, answer,
    make("p", { className: "note" }, answers));
};

const show = async () => {
  const spec = await (await fetch("/openapi.json")).json();
  const page = document.getElementById("page");
  const key = make("input", { type: "password", autocomplete: "off", placeholder: "API key, where one is needed" });
  page.replaceChildren(make("h1", {}, `${spec.info.title} API`), make("p", {}, spec.info.description),
    make("p", {}, make("a", { href: "/openapi.json" }, "openapi.json")), make("label", {}, "Key ", key));
  for (const [path, methods] of Object.entries(spec.paths))
    for (const [method, described] of Object.entries(methods)) page.append(operation(spec, path, method, described, key));
};

show();
