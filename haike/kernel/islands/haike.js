// The frame of every page. Islands that only some pages need are fetched when an element asks: data-island="name".
import islands from "haike:islands";
import "./requests.js";
import "./session.js";
import "./overlays.js";
import "./watermark.js";
import "./menus.js";
import "./frame.js";
import "./strip.js";
import "./palette.js";
import "./list.js";
import "./inplace.js";
import "./cell.js";
import "./record.js";
// Widgets first: a form remembers how its fields look when they are dressed.
import "./widgets.js";
import "./form.js";
import "./offline.js";
import { whenever } from "./page.js";

async function enhance(name, element) {
  const fetchIsland = islands[name];
  if (!fetchIsland) throw new Error(`no island is called "${name}"`);
  (await fetchIsland()).default(element);
}

whenever("[data-island]", (element) => element.dataset.island.split(" ").forEach((name) => enhance(name, element)));
