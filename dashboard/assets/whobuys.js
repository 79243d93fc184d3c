// Links between our own pages change the page without loading it anew. Without this file they
// still work, as links. And: buttons that copy.
(() => {
  const inside = (link) =>
    link.origin === location.origin && !link.hasAttribute("download") && !link.target &&
    !/\/(assets|export)\//.test(link.pathname);

  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey ||
        event.shiftKey || event.altKey) return;
    const link = event.target.closest?.(".stHtml a[href]");
    if (link && inside(link) && !link.getAttribute("href").startsWith("#")) {
      event.preventDefault();
      const moved = link.pathname !== location.pathname;
      history.pushState({}, "", link.href);
      window.dispatchEvent(new PopStateEvent("popstate", { state: {} }));
      if (moved || link.search.includes("id=")) {
        document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0);
      }
      return;
    }
    const button = event.target.closest?.(".stHtml button[data-copy]");
    if (button) {
      const said = button.textContent;
      navigator.clipboard.writeText(button.dataset.copy).then(() => {
        button.textContent = "Copied";
        setTimeout(() => { button.textContent = said; }, 1500);
      });
    }
  });
})();
