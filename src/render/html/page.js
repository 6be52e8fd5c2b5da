"use strict";
(() => {
  const find = (id) => document.getElementById(id);
  const objects = [...document.querySelectorAll("details.object")];
  const form = find("filter"), text = find("filter-text"), kind = find("filter-kind"), turn = find("filter-turn");
  const texts = objects.map((object) => object.textContent.toLowerCase());
  const show = () => {
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    objects.forEach((object, at) => {
      const fits = words.every((word) => texts[at].includes(word)) && (!kind.value || object.dataset.kind === kind.value) && (!turn.value || object.dataset.turn === turn.value);
      object.hidden = !fits;
      shown += fits ? 1 : 0;
    });
    find("filter-count").value = shown === objects.length ? "" : `${shown} of ${objects.length} shown`;
  };
  const open = (all) => objects.filter((object) => !object.hidden).forEach((object) => { object.open = all; });
  if (objects.length > 1) {
    form.hidden = false;
    form.addEventListener("submit", (event) => event.preventDefault());
    for (const field of [text, kind, turn]) field.addEventListener("input", show);
    find("open-all").addEventListener("click", () => open(true));
    find("close-all").addEventListener("click", () => open(false));
    document.addEventListener("keydown", (event) => {
      if (event.key === "/" && !event.ctrlKey && !event.metaKey && !/^(INPUT|SELECT)$/.test(document.activeElement?.tagName)) {
        event.preventDefault();
        text.focus();
      }
    });
  }
  const reach = () => {
    const object = objects.find((each) => `#${each.id}` === location.hash);
    if (object) {
      object.hidden = false;
      object.open = true;
      object.scrollIntoView();
      object.querySelector("summary").focus();
    }
  };
  addEventListener("hashchange", reach);
  reach();
  let closed = [];
  addEventListener("beforeprint", () => { closed = [...document.querySelectorAll("details:not([open])")]; closed.forEach((each) => { each.open = true; }); });
  addEventListener("afterprint", () => closed.forEach((each) => { each.open = false; }));
})();
