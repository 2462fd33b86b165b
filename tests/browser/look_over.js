// What a look over the page finds, as a list of complaints for each thing looked at.
() => {
  const name = (element) => element.outerHTML.slice(0, 160);
  const shown = (element) =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
    !element.closest(".visually-hidden");
  const all = (selector) => [...document.querySelectorAll(selector)];

  // What can be pressed, without links in running text (WCAG 2.5.8). A small box inside
  // a label is pressed by its label; what has only a pixel or less shows its label too.
  // A link whose ::after covers its card is as large as the card.
  const inText = (element) =>
    getComputedStyle(element).display === "inline" &&
    element.parentElement.textContent.trim() !== element.textContent.trim();
  const pressed = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  const small = all(pressed).filter((element) => {
    if (!shown(element) || inText(element)) return false;
    if (getComputedStyle(element, "::after").position === "absolute") return false;
    const boxes = [element, ...(element.labels ?? [])].map((one) => one.getBoundingClientRect());
    if (boxes[0].width <= 1 || boxes[0].right <= 0 || boxes[0].bottom <= 0) return false;
    return !boxes.some((box) => box.width >= 23.5 && box.height >= 23.5);
  });

  const pictures = all("img[src]").filter(shown);
  const moving = document.getAnimations().filter((one) => {
    const timing = one.effect.getComputedTiming();
    return timing.iterations === Infinity || timing.duration > 10;
  });

  // What a reader meets: text, and the attributes that are shown or read aloud. Words
  // that are meant to be foreign say so by `lang` or `translate`.
  const foreign = (element) => element.closest("body [lang], [translate=no], script, style, noscript");
  const texts = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (!foreign(parent)) texts.push(walker.currentNode.textContent.trim());
  }
  const spoken = ["alt", "aria-label", "placeholder", "title", "aria-valuetext"];
  for (const attribute of spoken) {
    for (const element of all(`body [${attribute}]`)) {
      if (!foreign(element)) texts.push(element.getAttribute(attribute));
    }
  }

  const assets = performance
    .getEntriesByType("resource")
    .filter((one) => ["link", "script", "css"].includes(one.initiatorType));
  const bytes = assets.reduce((sum, one) => sum + one.decodedBodySize, 0);
  return {
    language: document.documentElement.lang,
    texts: texts.filter(Boolean),
    bytes,
    small: small.map(name),
    broken: pictures.filter((one) => one.complete && !one.naturalWidth).map(name),
    // Without both the page jumps when the picture comes.
    unsized: pictures.filter((one) => !one.hasAttribute("width") || !one.hasAttribute("height")).map(name),
    moving: moving.map((one) => name(one.effect.target)),
  };
};
