// Charts that leave the page: as PNG or SVG with title, unit and source inside, or as CSV.
// The chart is laid out anew beside the page, at one width and in the colours of paper, so that a
// picture is the same for everybody; then every box and line of words becomes a shape. Words pass
// as text alone, whatever a vendor is called. No host is asked but our own, for the map's borders.
(() => {
  const WIDTH = 920, EDGE = 24, FONT = "Arial, Helvetica, sans-serif";
  const SVG = "http://www.w3.org/2000/svg";
  const shape = (name, attributes, text) => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text !== undefined) made.textContent = text;
    return made;
  };
  // The joiner with which `attribute` in parts.py keeps an attribute whole is no part of the words.
  const plain = (text) => text.replaceAll("\u2060", "");
  const short = (number) => Math.round(number * 100) / 100;
  const seen = (colour) => colour && colour !== "transparent" && !/, 0\)$|\/ 0\)$/.test(colour);
  const hex = (colour) => {
    // Mixed colours come as color(srgb ...): a canvas knows what they are on a screen.
    const dot = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    dot.fillStyle = colour;
    dot.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = dot.getImageData(0, 0, 1, 1).data;
    return [`#${[r, g, b].map((part) => part.toString(16).padStart(2, "0")).join("")}`, a / 255];
  };

  class Drawing {
    constructor(origin) {
      this.origin = origin;
      this.layers = new Map();
      this.layer = 0;
      this.patterns = new Map();
    }

    put(made) {
      if (!this.layers.has(this.layer)) this.layers.set(this.layer, []);
      this.layers.get(this.layer).push(made);
    }

    // What lies above comes last, as on the page.
    get shapes() {
      return [...this.layers.keys()].sort((a, b) => a - b).flatMap((key) => this.layers.get(key));
    }

    rectangle(x, y, width, height, fill, opacity = 1) {
      if (width < 0.2 || height < 0.2) return;
      this.put(shape("rect", { x: short(x - this.origin.left), y: short(y - this.origin.top),
        width: short(width), height: short(height), fill,
        ...(opacity < 1 ? { "fill-opacity": short(opacity) } : {}) }));
    }

    // Hatching, which CSS draws as stripes.
    hatch(colour, wide) {
      const key = `h${colour.slice(1)}${wide}`;
      if (!this.patterns.has(key)) {
        const pattern = shape("pattern", { id: key, width: wide, height: wide,
          patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" });
        pattern.append(shape("rect", { width: wide > 6 ? 1 : 2, height: wide, fill: colour }));
        this.patterns.set(key, pattern);
      }
      return `url(#${key})`;
    }

    box(element, style) {
      const at = element.getBoundingClientRect();
      if (seen(style.backgroundColor)) {
        const [fill, opacity] = hex(style.backgroundColor);
        this.rectangle(at.left, at.top, at.width, at.height, fill, opacity);
      }
      const stripes = /^repeating-linear-gradient\(135deg, (.+?) 0px/.exec(style.backgroundImage);
      if (stripes) {
        const wide = element.classList.contains("wb-gap") ? 7 : 6;
        this.rectangle(at.left, at.top, at.width, at.height, this.hatch(hex(stripes[1])[0], wide));
      }
      // The bar of a ranked list lies along the foot of its row.
      const bar = element.tagName === "TR" && element.style.getPropertyValue("--share");
      if (bar) {
        const [fill] = hex(style.getPropertyValue("--bar") || "#0B4F6C");
        this.rectangle(at.left, at.bottom - 2.5, at.width, 1, "#DDD9CF");
        this.rectangle(at.left, at.bottom - 6, at.width * parseFloat(bar) / 100, 4, fill);
      }
      for (const [side, x, y, width, height] of [
        ["Top", at.left, at.top, at.width, 0], ["Bottom", at.left, at.bottom, at.width, 0],
        ["Left", at.left, at.top, 0, at.height], ["Right", at.right, at.top, 0, at.height]]) {
        const thick = parseFloat(style[`border${side}Width`]);
        if (!thick || style[`border${side}Style`] === "none" ||
            !seen(style[`border${side}Color`])) continue;
        const [fill, opacity] = hex(style[`border${side}Color`]);
        if (style[`border${side}Style`] === "dotted") {
          const [left, top] = [short(x - this.origin.left), short(y - this.origin.top)];
          this.put(shape("line", { x1: left, y1: top, x2: left + width, y2: top + height,
            stroke: fill, "stroke-width": thick, "stroke-dasharray": "1 2" }));
          continue;
        }
        const shift = side === "Bottom" || side === "Right" ? -thick : 0;
        this.rectangle(x + (width ? 0 : shift), y + (width ? shift : 0), width || thick,
          height || thick, fill, opacity);
      }
    }

    words(node, style) {
      const range = document.createRange(), lines = [];
      for (const found of node.data.matchAll(/\S+/g)) {
        range.setStart(node, found.index);
        range.setEnd(node, found.index + found[0].length);
        for (const at of range.getClientRects()) {
          if (!at.width) continue;
          const last = lines[lines.length - 1];
          if (last && Math.abs(last.top - at.top) < 3) {
            last.text += last.found === found ? "" : ` ${found[0]}`;
            last.right = at.right;
          } else {
            // A word that is broken stands whole on its first line: a picture cuts nothing out.
            if (last?.found === found) continue;
            lines.push({ text: found[0], left: at.left, right: at.right, top: at.top,
              height: at.height, found });
          }
          lines[lines.length - 1].found = found;
        }
      }
      const size = parseFloat(style.fontSize);
      const side = { center: "middle", right: "end", end: "end" }[style.textAlign] ?? "start";
      for (const line of lines) {
        const x = side === "middle" ? (line.left + line.right) / 2
          : side === "end" ? line.right : line.left;
        this.put(shape("text", { x: short(x - this.origin.left),
          y: short(line.top + line.height / 2 + size * 0.35 - this.origin.top),
          "font-size": short(size), "font-weight": style.fontWeight, "text-anchor": side,
          fill: hex(style.color)[0] }, line.text));
      }
    }

    async image(element) {
      const at = element.getBoundingClientRect(), source = element.getAttribute("src");
      const coded = /^data:image\/svg\+xml;base64,(.*)$/.exec(source);
      const text = coded
        ? new TextDecoder().decode(Uint8Array.from(atob(coded[1]), (c) => c.charCodeAt(0)))
        : await (await fetch(new URL(source, document.baseURI))).text();
      const inner = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
      for (const style of inner.querySelectorAll("style"))
        style.textContent = style.textContent.replace(/@media \(prefers-color-scheme[^}]*\}\}/, "");
      const copy = document.importNode(inner, true);
      for (const [key, value] of Object.entries({ x: short(at.left - this.origin.left),
        y: short(at.top - this.origin.top), width: short(at.width), height: short(at.height) }))
        copy.setAttribute(key, value);
      this.put(copy);
    }

    async element(element) {
      const style = getComputedStyle(element);
      if (style.display === "none" || style.visibility === "hidden") return;
      if (element.matches(".wb-hidden, .wb-tip, .wb-map-links")) return;
      if (element.tagName === "IMG") { await this.image(element); return; }
      const outer = this.layer;
      this.layer += Math.max(0, parseInt(style.zIndex, 10) || 0);
      this.box(element, style);
      for (const node of element.childNodes) {
        if (node.nodeType === Node.TEXT_NODE) this.words(node, style);
        else if (node.nodeType === Node.ELEMENT_NODE) await this.element(node);
      }
      this.layer = outer;
    }
  }

  // The frame of a picture: the chart again, with its title and unit above, its source below.
  const framed = (picture) => {
    const sheet = document.createElement("div");
    sheet.className = "stHtml wb-sheet";
    sheet.style.cssText = `position:absolute;left:0;top:0;z-index:-1;width:${WIDTH}px;` +
      `color-scheme:light;font-family:${FONT};visibility:visible;pointer-events:none`;
    const said = (name, text) => {
      const line = document.createElement("p");
      line.className = name;
      line.textContent = plain(text);
      return line;
    };
    sheet.append(said("wb-sheet-title", picture.dataset.title),
      said("wb-sheet-under", picture.dataset.under),
      picture.querySelector(".wb-drawn").cloneNode(true),
      said("wb-sheet-source", picture.dataset.source));
    sheet.setAttribute("aria-hidden", "true");
    document.body.append(sheet);
    return sheet;
  };

  const drawn = async (picture) => {
    const sheet = framed(picture);
    try {
      await document.fonts?.ready;
      const at = sheet.getBoundingClientRect();
      const drawing = new Drawing({ left: at.left - EDGE, top: at.top - EDGE });
      await drawing.element(sheet);
      const width = WIDTH + 2 * EDGE, height = Math.ceil(at.height) + 2 * EDGE;
      const whole = shape("svg", { xmlns: SVG, width, height, viewBox: `0 0 ${width} ${height}`,
        "font-family": FONT, role: "img" });
      whole.append(shape("title", {},
        plain(`${picture.dataset.title}. ${picture.dataset.under}`)));
      const definitions = shape("defs", {});
      definitions.append(...drawing.patterns.values());
      whole.append(definitions, shape("rect", { width: "100%", height: "100%", fill: "#FBFAF7" }),
        ...drawing.shapes);
      return { text: new XMLSerializer().serializeToString(whole), width, height };
    } finally {
      sheet.remove();
    }
  };

  const give = (blob, name) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };

  const save = async (button) => {
    const picture = button.closest(".wb-picture"), kind = button.dataset.save;
    const words = `${picture.dataset.title} ${picture.dataset.under}`.toLowerCase();
    const file = `whobuys-${words.replace(/[^a-z0-9]+/g, "-").slice(0, 90)}`.replace(/-+$/, "");
    if (kind === "csv") {
      // The mark at the start tells spreadsheets that this is UTF-8.
      give(new Blob(["\ufeff", plain(button.dataset.csv)], { type: "text/csv" }), `${file}.csv`);
      return;
    }
    const { text, width, height } = await drawn(picture);
    const drawing = new Blob([text], { type: "image/svg+xml" });
    if (kind === "svg") { give(drawing, `${file}.svg`); return; }
    const image = new Image();
    image.onload = () => {
      const canvas = document.createElement("canvas");
      canvas.width = 2 * width;
      canvas.height = 2 * height;
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      canvas.toBlob((blob) => give(blob, `${file}.png`));
      URL.revokeObjectURL(image.src);
    };
    image.src = URL.createObjectURL(drawing);
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.(".wb-picture button[data-save]");
    if (button) save(button);
  });
})();
