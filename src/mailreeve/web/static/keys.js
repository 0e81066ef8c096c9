// Shortcuts only: every act of this page works without them.
"use strict";

const keys = document.querySelectorAll("[data-key]");
const items = [...document.querySelectorAll("a.item, .decision details.why > summary")];

for (const button of document.querySelectorAll("[data-dialog]")) {
  const dialog = document.getElementById(button.dataset.dialog);
  button.hidden = false;
  button.addEventListener("click", () => (dialog.open ? dialog.close() : dialog.showModal()));
}

function step(by) {
  const at = items.indexOf(document.activeElement);
  const next = at < 0 ? (by > 0 ? 0 : items.length - 1) : Math.min(Math.max(at + by, 0), items.length - 1);
  items[next].focus();
  items[next].scrollIntoView({ block: "nearest" });
}

function use(element) {
  if (element instanceof HTMLDetailsElement) {
    element.open = true;
    (element.querySelector("[data-first]") ?? element.querySelector("input:not([type=hidden])")).focus();
  } else if ("focus" in element.dataset) {
    element.focus();
  } else {
    element.click();
  }
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const typing = event.target.closest("input, textarea, select");
  if (event.key === "Escape" && typing) {
    typing.blur();
    return;
  }
  if (typing || event.repeat) return;
  if ((event.key === "j" || event.key === "k") && items.length) {
    event.preventDefault();
    step(event.key === "j" ? 1 : -1);
    return;
  }
  const element = [...keys].find((one) => one.dataset.key === event.key && !one.disabled);
  if (element) {
    event.preventDefault();
    use(element);
  }
});
