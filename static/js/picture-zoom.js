// <picture-zoom>: shows the picture behind a link with data-zoom as large as one likes.
// Plus, minus and 0, buttons, a click, the wheel with Ctrl, and two fingers zoom; arrow
// keys, one finger and the mouse move. Without it the links open the picture itself.

const LARGEST = 6;
const STEP = 1.5;
const CLICKED = 2.5;
const DRAG_PX = 4; // less is a click

class PictureZoom extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.view = this.querySelector(".zoom__view");
    this.picture = this.querySelector("img");
    this.onClick = (event) => this.follow(event);
    this.onResize = () => this.dialog.open && this.zoom(this.level);
    document.addEventListener("click", this.onClick);
    window.addEventListener("resize", this.onResize);
    this.picture.addEventListener("load", () => this.zoom(1));
    this.dialog.addEventListener("keydown", (event) => this.key(event));
    this.querySelector(".zoom__bar").addEventListener("click", (event) => this.press(event));
    this.view.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.view.addEventListener("pointerdown", (event) => this.grab(event));
    for (const name of ["touchstart", "touchmove"]) {
      this.view.addEventListener(name, (event) => this.pinch(event), { passive: false });
    }
  }

  disconnectedCallback() {
    document.removeEventListener("click", this.onClick);
    window.removeEventListener("resize", this.onResize);
  }

  follow(event) {
    const link = event.target.closest("a[data-zoom]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.level = 1;
    this.picture.alt = link.dataset.alt ?? link.querySelector("img").alt;
    this.picture.src = link.href;
    this.dialog.showModal();
    this.view.focus();
    if (this.picture.complete) this.zoom(1);
  }

  // How wide the whole picture is in the window, in pixels.
  get fitting() {
    const { naturalWidth, naturalHeight } = this.picture;
    const { clientWidth, clientHeight } = this.view;
    return naturalWidth * Math.min(clientWidth / naturalWidth, clientHeight / naturalHeight);
  }

  // The point of the picture below (x, y) stays there.
  zoom(level, x = innerWidth / 2, y = this.view.clientHeight / 2) {
    this.level = Math.min(Math.max(level, 1), LARGEST);
    const before = this.picture.getBoundingClientRect();
    this.picture.style.setProperty("width", `${this.fitting * this.level}px`);
    const after = this.picture.getBoundingClientRect();
    if (before.width) {
      this.view.scrollLeft += after.left + ((x - before.left) / before.width) * after.width - x;
      this.view.scrollTop += after.top + ((y - before.top) / before.height) * after.height - y;
    }
    this.dialog.classList.toggle("zoom--closer", this.level > 1);
    this.querySelector("output").textContent = `${Math.round(100 * this.level)} %`;
  }

  key(event) {
    const levels = { "+": this.level * STEP, "=": this.level * STEP, "-": this.level / STEP, 0: 1 };
    if (!(event.key in levels) || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.zoom(levels[event.key]);
  }

  press(event) {
    const is = (name) => event.target.closest(`.zoom__${name}`);
    if (is("in")) this.zoom(this.level * STEP);
    if (is("out")) this.zoom(this.level / STEP);
    if (is("fit")) this.zoom(1);
    if (is("close")) this.dialog.close();
  }

  wheel(event) {
    if (!event.ctrlKey) return; // a touchpad's pinch comes with it, too
    event.preventDefault();
    this.zoom(this.level * Math.exp(-event.deltaY / 200), event.clientX, event.clientY);
  }

  // A click brings its point closer, or shows the whole again; a drag moves.
  grab(event) {
    if (event.button !== 0 || event.target !== this.picture) return;
    if (event.pointerType === "mouse") event.preventDefault(); // no ghost of the picture
    this.view.focus();
    const [x, y] = [event.clientX, event.clientY];
    const [left, top] = [this.view.scrollLeft, this.view.scrollTop];
    let moved = false;
    const ended = new AbortController();
    const listen = (name, react) =>
      window.addEventListener(name, react, { signal: ended.signal });
    listen("pointermove", (now) => {
      moved ||= Math.hypot(now.clientX - x, now.clientY - y) > DRAG_PX;
      if (now.pointerType !== "mouse") return; // fingers move it by themselves
      this.view.scrollLeft = left + x - now.clientX;
      this.view.scrollTop = top + y - now.clientY;
    });
    listen("pointercancel", () => ended.abort());
    listen("pointerup", () => {
      ended.abort();
      if (!moved && !this.pinched) this.zoom(this.level > 1 ? 1 : CLICKED, x, y);
    });
  }

  pinch(event) {
    this.pinched = event.touches.length === 2;
    if (!this.pinched) return;
    event.preventDefault();
    const [a, b] = event.touches;
    const apart = Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
    if (event.type === "touchstart") this.pinch0 = { apart, level: this.level };
    const { apart: apart0, level } = this.pinch0;
    const [x, y] = [(a.clientX + b.clientX) / 2, (a.clientY + b.clientY) / 2];
    this.zoom((level * apart) / apart0, x, y);
  }
}

customElements.define("picture-zoom", PictureZoom);
