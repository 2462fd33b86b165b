// <key-points>: the key points of a flat, moved by dragging or with the arrow keys. The
// number fields of its form hold where they are; without this, they are typed there.

const STEP_PX = 1; // of the picture's own pixels
const LARGE_STEP_PX = 10;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

class KeyPoints extends HTMLElement {
  connectedCallback() {
    this.editor = this.querySelector(".flat__editor");
    if (!this.editor) return;
    this.picture = this.querySelector("[data-picture]");
    this.svg = this.picture.querySelector("svg");
    this.outline = [...(this.svg.querySelector("polygon")?.points ?? [])];
    this.handles = [...this.editor.querySelectorAll("[data-row]")].map((row) => this.handle(row));
    this.editor.querySelector("[data-help]").hidden = false;
    this.editor.querySelector("[data-plain]").hidden = true;
    this.editor.addEventListener("toggle", () => this.showHandles());
    this.showHandles();
  }

  showHandles() {
    this.classList.toggle("flat--editing", this.editor.open);
    for (const handle of this.handles) handle.hidden = !this.editor.open;
  }

  handle(row) {
    const [x, y] = row.querySelectorAll("input");
    const handle = document.createElement("button");
    handle.type = "button";
    handle.className = "key-point";
    handle.setAttribute("aria-label", row.querySelector("th").firstChild.textContent.trim());
    handle.setAttribute("aria-describedby", "keypoints-help");
    handle.row = { x, y, mark: this.svg.querySelector(`[data-point="${row.dataset.row}"]`) };
    handle.addEventListener("keydown", (event) => this.key(event, handle));
    handle.addEventListener("pointerdown", (event) => this.grab(event, handle));
    for (const input of [x, y]) input.addEventListener("input", () => this.draw(handle));
    this.picture.append(handle);
    this.draw(handle);
    return handle;
  }

  get size() {
    return this.svg.viewBox.baseVal;
  }

  // Where the numbers say.
  draw(handle) {
    const { x, y, mark } = handle.row;
    mark?.setAttribute("cx", x.value || 0);
    mark?.setAttribute("cy", y.value || 0);
    handle.style.left = `${(100 * x.value) / this.size.width}%`;
    handle.style.top = `${(100 * y.value) / this.size.height}%`;
  }

  move(handle, x, y) {
    const inside = (value, most) => Math.round(10 * Math.min(Math.max(value, 0), most)) / 10;
    handle.row.x.value = inside(x, this.size.width);
    handle.row.y.value = inside(y, this.size.height);
    handle.row.mark?.classList.add("flat__point--corrected");
    this.draw(handle);
  }

  say(handle) {
    const { x, y } = handle.row;
    this.editor.querySelector("[data-said]").textContent = this.dataset.moved
      .replace("{point}", handle.getAttribute("aria-label"))
      .replace("{x}", Math.round(x.value))
      .replace("{y}", Math.round(y.value));
  }

  key(event, handle) {
    const way = ARROWS[event.key];
    if (!way) return;
    event.preventDefault();
    const step = event.shiftKey ? LARGE_STEP_PX : STEP_PX;
    const { x, y } = handle.row;
    this.move(handle, Number(x.value) + way[0] * step, Number(y.value) + way[1] * step);
    this.say(handle);
  }

  grab(event, handle) {
    event.preventDefault();
    handle.focus();
    handle.setPointerCapture(event.pointerId);
    const follow = (moved) => {
      const box = this.picture.getBoundingClientRect();
      this.move(
        handle,
        ((moved.clientX - box.left) / box.width) * this.size.width,
        ((moved.clientY - box.top) / box.height) * this.size.height,
      );
    };
    const drop = () => {
      handle.removeEventListener("pointermove", follow);
      this.snap(handle);
      this.say(handle);
    };
    handle.addEventListener("pointermove", follow);
    handle.addEventListener("pointerup", drop, { once: true });
    handle.addEventListener("pointercancel", drop, { once: true });
  }

  // To the garment's edge, which is where the try-on looks for it; the crotch of
  // trousers lies inside.
  snap(handle) {
    if (this.outline.length < 3 || handle.row.x.name.startsWith("crotch")) return;
    const at = { x: Number(handle.row.x.value), y: Number(handle.row.y.value) };
    let nearest = null;
    this.outline.forEach((end, index) => {
      const start = this.outline.at(index - 1);
      const place = nearestOn(start, end, at);
      const off = Math.hypot(place.x - at.x, place.y - at.y);
      if (!nearest || off < nearest.off) nearest = { ...place, off };
    });
    this.move(handle, nearest.x, nearest.y);
  }
}

function nearestOn(start, end, at) {
  const [dx, dy] = [end.x - start.x, end.y - start.y];
  const length = dx * dx + dy * dy || 1;
  const share = ((at.x - start.x) * dx + (at.y - start.y) * dy) / length;
  const inside = Math.min(Math.max(share, 0), 1);
  return { x: start.x + inside * dx, y: start.y + inside * dy };
}

customElements.define("key-points", KeyPoints);
