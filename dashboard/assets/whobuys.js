// Streamlit guesses where its server is by asking under each part of the address, which a deep
// link answers with errors in the console. Our pages are one level deep: the server is beside them.
window.__streamlit = { BACKEND_BASE_URL: new URL("./", location.href).href };

// Links between our own pages change the page without loading it anew. Without this file they
// still work, as links. And: buttons that copy.
(() => {
  const inside = (link) =>
    link.origin === location.origin && !link.hasAttribute("download") && !link.target &&
    !/\/(assets|export)\//.test(link.pathname);

  // The part of a page that an address names is drawn after the page has loaded.
  const seek = (id, tries = 40) => {
    const there = document.getElementById(id);
    if (there) there.scrollIntoView();
    else if (tries) setTimeout(() => seek(id, tries - 1), 100);
  };
  if (location.hash) seek(location.hash.slice(1));

  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey ||
        event.shiftKey || event.altKey) return;
    const link = event.target.closest?.(".stHtml a[href]");
    if (link && inside(link) && !link.getAttribute("href").startsWith("#")) {
      event.preventDefault();
      const moved = link.pathname !== location.pathname;
      history.pushState({}, "", link.href);
      window.dispatchEvent(new PopStateEvent("popstate", { state: {} }));
      if (link.hash) {
        seek(link.hash.slice(1));
      } else if (moved || link.search.includes("id=")) {
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
