// Maps: what a shape says stands beside it while it is pointed at or has the focus, and arrow keys
// move from shape to shape, so that Tab stops once at a map however many shapes it has.
(() => {
  const of = (target) => target?.closest?.(".wb-map-links a");
  const hush = () => document.querySelectorAll(".wb-map-said").forEach((box) => box.remove());
  const say = (link) => {
    hush();
    const map = link.closest(".wb-map"), box = document.createElement("p");
    const at = link.getBoundingClientRect(), frame = map.getBoundingClientRect();
    box.className = "wb-map-said";
    box.setAttribute("aria-hidden", "true");
    // Without the joiner with which `attribute` in parts.py keeps an attribute whole.
    box.textContent = link.getAttribute("aria-label").replaceAll("\u2060", "");
    const middle = (at.left + at.right) / 2 - frame.left;
    box.style.left = `${Math.min(Math.max(middle, 140), Math.max(frame.width - 140, 140))}px`;
    box.style.top = `${Math.max(at.top - frame.top, 44)}px`;
    map.append(box);
  };
  document.addEventListener("pointerover", (event) => {
    const link = of(event.target);
    if (link) say(link);
    else if (!of(document.activeElement)) hush();
  });
  document.addEventListener("focusin", (event) => {
    const link = of(event.target);
    if (!link) { hush(); return; }
    link.closest(".wb-map-links").querySelectorAll("a").forEach((each) => { each.tabIndex = -1; });
    link.tabIndex = 0;
    say(link);
  });
  document.addEventListener("focusout", (event) => { if (of(event.target)) hush(); });
  const middle = (link) => {
    const at = link.getBoundingClientRect();
    return [(at.left + at.right) / 2, (at.top + at.bottom) / 2];
  };
  // The nearest shape in the direction of the key; what lies far aside counts as farther.
  const next = (link, dx, dy) => {
    const [x, y] = middle(link);
    let best = null, least = Infinity;
    for (const each of link.closest(".wb-map-links").querySelectorAll("a")) {
      if (each === link) continue;
      const [ex, ey] = middle(each);
      const along = (ex - x) * dx + (ey - y) * dy, aside = Math.abs((ex - x) * dy + (ey - y) * dx);
      if (along < 2) continue;
      const far = along + 2 * aside;
      if (far < least) { least = far; best = each; }
    }
    return best;
  };
  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  document.addEventListener("keydown", (event) => {
    const link = of(event.target);
    if (link && event.key === "Escape") hush();
    if (!link || !STEPS[event.key]) return;
    event.preventDefault();
    next(link, ...STEPS[event.key])?.focus();
  });
})();
