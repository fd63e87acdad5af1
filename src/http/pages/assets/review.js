// Review by keyboard: j and k move through the queue, v x d decide, r goes to the name of the right speaker, u undoes.
// Without this script the buttons do the same.
"use strict";
const items = [...document.querySelectorAll("#queue > li")];
let at = 0;

function focus(index) {
  at = Math.max(0, Math.min(items.length - 1, index));
  items[at]?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
  const inside = items.findIndex((item) => item.contains(event.target));
  if (inside >= 0) at = inside;
  if (event.key === "j") return focus(inside < 0 ? 0 : at + 1);
  if (event.key === "k") return focus(at - 1);
  if (!/^[vxdru]$/.test(event.key)) return;
  const scope = event.key === "u" ? document : items[at];
  const target = scope?.querySelector(`[data-key="${event.key}"]`);
  if (!target) return;
  event.preventDefault();
  if (target.tagName === "INPUT") target.focus();
  else target.click();
});

focus(0);
