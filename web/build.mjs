// Builds the page into the package: the page itself, and the charts' library that it loads when there is one to draw.
// Every file is named with a version in index.html, so that browsers may keep them.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { build } from "esbuild";

const here = new URL(".", import.meta.url).pathname;
const out = `${here}../chat_service/channels/page/`;
const common = { bundle: true, minify: true, format: "esm", target: "es2022", legalComments: "none", charset: "utf8" };

const packages = new Set();

async function written(name, options) {
  const { outputFiles, metafile } = await build({ ...common, ...options, write: false, metafile: true });
  for (const input of Object.keys(metafile.inputs)) packages.add(/node_modules\/((@[^/]+\/)?[^/]+)/.exec(input)?.[1]);
  const [file] = outputFiles;
  await writeFile(out + name, file.contents);
  return `${name}?v=${createHash("sha256").update(file.contents).digest("hex").slice(0, 10)}`;
}

/** Whose code is in the files, and under what terms. */
async function licenses() {
  const told = [];
  for (const name of [...packages].filter(Boolean).sort()) {
    const folder = `${here}node_modules/${name}/`;
    const { version, license } = JSON.parse(await readFile(`${folder}package.json`, "utf8"));
    const file = (await readdir(folder)).find((each) => /^licen[cs]e/i.test(each));
    const text = file ? (await readFile(folder + file, "utf8")).trim() : license;
    told.push(`${name} ${version}\n\n${text}\n`);
  }
  return told.join(`\n${"-".repeat(72)}\n\n`);
}

await mkdir(out, { recursive: true });
const charts = await written("charts.js", { entryPoints: [`${here}src/charts.ts`] });
const page = await written("page.js", {
  entryPoints: [`${here}src/main.tsx`],
  jsx: "automatic",
  external: ["/page/*"],
  jsxImportSource: "preact",
  define: { CHARTS: JSON.stringify(`/page/${charts}`) },
});
const style = await written("page.css", { entryPoints: [`${here}src/page.css`] });
await writeFile(`${out}LICENSES.txt`, await licenses());
await writeFile(`${out}icon.svg`, await readFile(`${here}src/icon.svg`));

// a test compares this with the sources, so that what is committed as built is what they make
const sources = (await readdir(`${here}src`, { recursive: true })).filter((name) => name.includes("."));
const all = createHash("sha256");
for (const name of [...sources.map((name) => `src/${name}`), "build.mjs", "package-lock.json"].sort())
  all.update(await readFile(here + name));
const html = await readFile(`${here}src/index.html`, "utf8");
await writeFile(`${out}index.html`, html.replace("page.js", page).replace("page.css", style).replace("BUILT_FROM", all.digest("hex")));
