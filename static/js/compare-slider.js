// <compare-slider>: two pictures, one over the other, and a range input that says how
// much of each is seen. Arrow keys, a click anywhere and dragging all move it.

class CompareSlider extends HTMLElement {
  connectedCallback() {
    this.range = this.querySelector("[type=range]");
    this.range.addEventListener("input", () => this.show());
    // Some browsers move a range only from its thumb; a click anywhere must do.
    this.range.addEventListener("pointerdown", (event) => this.jump(event));
    this.show();
  }

  jump(event) {
    const box = this.getBoundingClientRect();
    this.range.value = (100 * (event.clientX - box.left)) / box.width;
    this.show();
  }

  show() {
    const percent = this.range.value;
    this.style.setProperty("--position", `${percent}%`);
    const after = this.range.dataset.valueText.replace("{percent}", 100 - percent);
    this.range.setAttribute("aria-valuetext", after);
  }
}

customElements.define("compare-slider", CompareSlider);
