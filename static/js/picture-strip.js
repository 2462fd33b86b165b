// <picture-strip>: tabs over a row of pictures that is also swiped. A tab brings its
// picture into the row without moving the page, and shows which one is seen.

class PictureStrip extends HTMLElement {
  connectedCallback() {
    this.list = this.querySelector(".strip__list");
    this.tabs = [...this.querySelectorAll(".strip__tabs a")];
    for (const tab of this.tabs) tab.addEventListener("click", (event) => this.turn(event));
    this.list.addEventListener("scroll", () => this.mark(), { passive: true });
    this.mark();
  }

  // How far a tab's picture is from where the row begins, in pixels.
  away(tab) {
    const start = parseFloat(getComputedStyle(this.list).paddingLeft);
    const from = this.list.getBoundingClientRect().left + start;
    return this.querySelector(tab.hash).getBoundingClientRect().left - from;
  }

  turn(event) {
    event.preventDefault();
    this.list.scrollBy({ left: this.away(event.currentTarget) });
  }

  mark() {
    const distances = this.tabs.map((tab) => Math.abs(this.away(tab)));
    const nearest = distances.indexOf(Math.min(...distances));
    this.tabs.forEach((tab, i) => {
      if (i === nearest) tab.setAttribute("aria-current", "true");
      else tab.removeAttribute("aria-current");
    });
  }
}

customElements.define("picture-strip", PictureStrip);
