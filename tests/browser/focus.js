// What is wrong with the focus where it is now; "" when all is well. It must be seen, as
// an outline of the element or of what stands for it, and not lie under a bar.
() => {
  const focused = document.activeElement;
  if (focused === document.body) return "";
  const name = focused.outerHTML.slice(0, 120);
  const group = focused.closest("label, compare-slider, .upload__drop") ?? focused;
  const outlined = [focused, group, ...group.querySelectorAll("*")].some(
    (one) => getComputedStyle(one).outlineStyle !== "none",
  );
  if (!outlined) return `no focus to be seen: ${name}`;
  const box = focused.getBoundingClientRect();
  const points = [0.1, 0.5, 0.9].flatMap((x) =>
    [0.1, 0.5, 0.9].map((y) => [box.left + x * box.width, box.top + y * box.height]),
  );
  const open = points.some(([x, y]) => {
    const hit = document.elementFromPoint(x, y);
    return hit && (focused.contains(hit) || hit.contains(focused) || group.contains(hit));
  });
  return open ? "" : `the focus is hidden: ${name}`;
};
