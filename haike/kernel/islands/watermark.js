// A modal dialog lies above everything else of a page. While one is open, the watermark lies in a layer above it, which
// takes no part in anything; so that a photograph of a drawer, too, tells whose it is.
import { make } from "./page.js";

function place() {
  const mark = document.querySelector("svg.watermark");
  if (!mark || !HTMLElement.prototype.showPopover) return;
  let layer = mark.closest(".watermark-layer");
  if (!document.querySelector("dialog:modal")) {
    layer?.replaceWith(mark);
    return;
  }
  if (!layer) {
    layer = make("div", { class: "watermark-layer", popover: "manual", "aria-hidden": "true" });
    mark.replaceWith(layer);
    layer.append(mark);
  } else if (layer.matches(":popover-open")) {
    // What is shown last lies on top: above the second dialog, too.
    layer.hidePopover();
  }
  layer.showPopover();
}

if (document.querySelector("svg.watermark")) {
  new MutationObserver(place).observe(document.body, { subtree: true, attributeFilter: ["open"] });
}
