// Bundles styles, scripts and icons into HAIKE_STATIC (default ../haike/site/static/haike).
//
//   haike.css      Tabler without its unused parts, the kernel's styles, then haike/<room>/islands/<room>.css
//   haike.js       the frame; every other island is a chunk that is fetched when an element asks for it
//   theme.js       the few lines that must run before the first paint
//   modules.json   the chunks that haike.js imports at once
//   icons.svg      the icons that templates, Python and scripts name
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import { PurgeCSS } from "purgecss";

const here = path.dirname(fileURLToPath(import.meta.url));
const haike = path.resolve(here, "../haike");
const out = path.resolve(here, process.env.HAIKE_STATIC || "../haike/site/static/haike");
const strict = process.argv.includes("--strict") || process.env.CI === "true";
const target = ["chrome105", "edge105", "firefox110", "safari15.4"];

/** Every file below `folder` whose path passes `wanted`. */
function files(folder, wanted, found = []) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (["node_modules", "__pycache__", "static", "tests", "migrations", "locale"].includes(entry.name)) continue;
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) files(full, wanted, found);
    else if (wanted(full)) found.push(full);
  }
  return found.sort();
}

const isSource = (file) => /\.(html|py)$/.test(file) || /[\\/]islands[\\/][^\\/]+\.(js|css)$/.test(file);
const sources = files(haike, isSource);
// Further files whose icon names count, for previews that live outside the tree.
const also = process.argv.filter((word) => word.startsWith("--also=")).map((word) => word.slice(7));
const islandFiles = sources.filter((file) => file.endsWith(".js"));
const roomOf = (file) => path.basename(path.dirname(path.dirname(file)));

// ---- styles ------------------------------------------------------------------------------------------------------

// Parts of Tabler that Haike has its own of, although their names are plain words that occur in the sources.
const notUsed = [
  /^(modal|offcanvas|carousel|accordion|toast|popover|tooltip|dropend|dropstart|dropup|navbar|sidebar|pagination)/,
  /^(page|steps|step-item|datagrid|timeline|ribbon|chat|calendar|star-rating|tracking|stamp|legend|loader|markdown)/,
  /^form-(help|hint|footer|colorinput|imagecheck|selectgroup|floating|range|text|fieldset|label|section|error)/,
  /^(list-group|list|nav|table|tag|tags|status|hr-text|empty|divide|ratio|figure|display|link|signature|placeholder)/,
  /^(badge|bg-[a-z]+-lt$|lead|initialism|blockquote|mark|small|ts-|apexcharts|jvm|litepicker|noUi|dropzone|plyr|tox|ti|flag|payment|social)/,
];

async function tabler() {
  const css = readFileSync(path.join(here, "node_modules/@tabler/core/dist/css/tabler.css"), "utf8");
  const [purged] = await new PurgeCSS().purge({
    css: [{ raw: css }],
    content: sources.filter((file) => !file.endsWith(".css")).map((file) => ({ raw: readFileSync(file, "utf8"), extension: path.extname(file).slice(1) })),
    defaultExtractor: (text) => text.match(/[A-Za-z][\w-]*/g) || [],
    safelist: ["is-invalid", "is-valid", "disabled", "active", "show"],
    blocklist: notUsed,
    variables: true,
    keyframes: true,
    fontFace: true,
  });
  return purged.css.replace(/\/\*[\s\S]*?\*\//g, "");
}

const styles = {
  name: "styles",
  setup(build) {
    build.onResolve({ filter: /^haike:tabler$/ }, () => ({ path: "tabler", namespace: "styles" }));
    build.onResolve({ filter: /^haike:styles$/ }, () => ({ path: "styles", namespace: "styles" }));
    build.onLoad({ filter: /^tabler$/, namespace: "styles" }, async () => ({ contents: await tabler(), loader: "css" }));
    build.onLoad({ filter: /^styles$/, namespace: "styles" }, () => {
      const rooms = sources.filter((file) => path.basename(file) === `${roomOf(file)}.css` && roomOf(file) !== "kernel");
      const lines = ['@import "haike:tabler" layer(tabler);', `@import "${haike}/kernel/islands/haike.css";`, ...rooms.map((file) => `@import "${file}";`)];
      return { contents: lines.join("\n"), loader: "css", resolveDir: here };
    });
  },
};

// ---- scripts -----------------------------------------------------------------------------------------------------

/** `import css from "x.css?text"` gives the minified text, for style sheets that come with a lazily fetched island. */
const cssText = {
  name: "css-text",
  setup(build) {
    build.onResolve({ filter: /\.css\?text$/ }, async (args) => {
      const found = await build.resolve(args.path.replace("?text", ""), { kind: "import-statement", resolveDir: args.resolveDir, importer: args.importer });
      return { path: found.path, namespace: "css-text" };
    });
    build.onLoad({ filter: /.*/, namespace: "css-text" }, async (args) => {
      const made = await esbuild.transform(readFileSync(args.path, "utf8"), { loader: "css", minify: true, target });
      return { contents: made.code, loader: "text", watchFiles: [args.path] };
    });
  },
};

/** `import islands from "haike:islands"`: name -> function that fetches the island of that name. */
const islandMap = {
  name: "island-map",
  setup(build) {
    build.onResolve({ filter: /^haike:islands$/ }, () => ({ path: "islands", namespace: "islands" }));
    build.onLoad({ filter: /.*/, namespace: "islands" }, () => {
      const lazy = islandFiles.filter((file) => /^export default /m.test(readFileSync(file, "utf8")));
      const names = new Map();
      for (const file of lazy) {
        const name = path.basename(file, ".js");
        if (names.has(name)) throw new Error(`two islands are called ${name}: ${names.get(name)} and ${file}`);
        names.set(name, file);
      }
      const lines = [...names].map(([name, file]) => `  ${JSON.stringify(name)}: () => import(${JSON.stringify(file)}),`);
      return { contents: `export default {\n${lines.join("\n")}\n};`, resolveDir: here };
    });
    // Islands lie outside this folder; their packages are found here all the same.
    build.onResolve({ filter: /^[@a-z]/ }, (args) => {
      if (args.pluginData === "again" || args.path.startsWith("haike:") || args.resolveDir.startsWith(here)) return;
      return build.resolve(args.path, { kind: args.kind, resolveDir: here, pluginData: "again" });
    });
  },
};

/** A field called "form" hides form.form, which htmx reads; the form itself is meant. */
const htmxForms = {
  name: "htmx-forms",
  setup(build) {
    build.onLoad({ filter: /htmx\.esm\.js$/ }, (args) => {
      const source = readFileSync(args.path, "utf8");
      const asked = '(elt.form || elt.closest("form"))';
      if (!source.includes(asked)) throw new Error("htmx no longer asks for elt.form; take the plugin htmx-forms away");
      return { contents: source.replace(asked, '(elt.matches("form") ? elt : elt.form || elt.closest("form"))'), loader: "js" };
    });
  },
};

// ---- icons -------------------------------------------------------------------------------------------------------

/** Nearest name in the set, so that a misspelt icon is mended at a glance. */
function nearest(name, all) {
  const parts = name.split("-");
  const points = (other) => parts.filter((part) => other.includes(part)).length * 10 - Math.abs(other.length - name.length);
  return all.reduce((best, other) => (points(other) > points(best) ? other : best), all[0]);
}

function sprite() {
  const set = path.join(here, "node_modules/@tabler/icons/icons");
  const named = new Map();
  const pattern = /(?:(?<!, )\bicon["']?\s*=\s*|\bicon["']?\s*[:(]\s*|\{%\s*icon\s+)["']([a-z][a-z0-9-]*)["']|\bti-([a-z][a-z0-9-]+)/g;
  for (const file of [...sources.filter((file) => !file.endsWith(".css")), ...also]) {
    const text = readFileSync(file, "utf8");
    for (const match of text.matchAll(pattern)) {
      const name = match[1] || match[2];
      if (!named.has(name)) named.set(name, path.relative(haike, file));
    }
    // In tuples and calls without keywords a word is an icon when it is one's name: Item(_("Today"), "/today/", "sun").
    if (!file.endsWith(".py")) continue;
    for (const [line] of text.matchAll(/^.*(?:\bicon\b|Button\(|Item\(|Panel\(|["']\/).*$/gm)) {
      for (const [, name] of line.matchAll(/["']([a-z][a-z0-9-]*)["']/g)) {
        if (!named.has(name) && existsSync(path.join(set, "outline", `${name}.svg`))) named.set(name, path.relative(haike, file));
      }
    }
  }
  const symbols = [];
  const unknown = [];
  for (const [name, where] of [...named].sort()) {
    const filled = name.endsWith("-filled");
    const file = filled ? path.join(set, "filled", `${name.slice(0, -7)}.svg`) : path.join(set, "outline", `${name}.svg`);
    if (!existsSync(file)) {
      const all = readdirSync(path.join(set, "outline")).map((each) => each.replace(".svg", ""));
      unknown.push(`${where}: no icon is called "${name}"; nearest: "${nearest(name, all)}"`);
      continue;
    }
    const body = readFileSync(file, "utf8").replace(/<!--[\s\S]*?-->/g, "").replace(/<svg[^>]*>|<\/svg>/g, "").replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/g, "");
    const paint = filled ? 'fill="currentColor" stroke="none"' : 'fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"';
    symbols.push(`<symbol id="${name}" viewBox="0 0 24 24" ${paint}>${body.replace(/\s*\n\s*/g, "").trim()}</symbol>`);
  }
  writeFileSync(path.join(out, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`);
  for (const line of unknown) console.error(`frontend: ${line}`);
  if (unknown.length && strict) process.exit(1);
  return symbols.length;
}

// ---- all ---------------------------------------------------------------------------------------------------------

const started = Date.now();
mkdirSync(out, { recursive: true });
rmSync(path.join(out, "chunks"), { recursive: true, force: true });
cpSync(path.join(here, "public"), out, { recursive: true });

const shared = { bundle: true, minify: true, target, outdir: out, legalComments: "none", logLevel: "warning", nodePaths: [path.join(here, "node_modules")] };
const [, , { metafile }] = await Promise.all([
  esbuild.build({ ...shared, entryPoints: { haike: "haike:styles" }, plugins: [styles] }),
  esbuild.build({ ...shared, entryPoints: { theme: path.join(haike, "kernel/islands/theme.js") }, format: "iife" }),
  esbuild.build({
    ...shared,
    entryPoints: { haike: path.join(haike, "kernel/islands/haike.js") },
    format: "esm",
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
    plugins: [cssText, islandMap, htmxForms],
    metafile: true,
  }),
]);

// What the frame imports: a page names it, so that the browser fetches it beside the frame and not after it.
const made = Object.entries(metafile.outputs).find(([, output]) => output.entryPoint?.endsWith("islands/haike.js"))[1];
const parts = made.imports.filter((each) => each.kind === "import-statement").map((each) => path.relative(out, path.resolve(each.path)));
writeFileSync(path.join(out, "modules.json"), JSON.stringify(parts));
const icons = sprite();

const size = (name) => `${name} ${(gzipSync(readFileSync(path.join(out, name))).length / 1000).toFixed(1)} kB gz`;
const lazy = existsSync(path.join(out, "chunks")) ? readdirSync(path.join(out, "chunks")).map((name) => `chunks/${name}`) : [];
console.error(`frontend: ${["haike.css", "haike.js", "theme.js", "icons.svg"].map(size).join(", ")}; ${icons} icons; ${Date.now() - started} ms`);
for (const name of lazy) console.error(`frontend:   ${size(name)}`);
