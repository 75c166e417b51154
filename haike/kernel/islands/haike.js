// The frame of every page. Islands that only some pages need are fetched when an element asks: data-island="name".
import islands from "haike:islands";
import "./requests.js";
import "./session.js";
import "./overlays.js";
import "./menus.js";
import "./frame.js";
import "./strip.js";
import "./palette.js";
import "./list.js";
import "./record.js";
import "./form.js";
import "./widgets.js";
import { whenever } from "./page.js";

whenever("[data-island]", async (element) => {
  for (const name of element.dataset.island.split(" ")) {
    const fetchIsland = islands[name];
    if (!fetchIsland) throw new Error(`no island is called "${name}"`);
    (await fetchIsland()).default(element);
  }
});
