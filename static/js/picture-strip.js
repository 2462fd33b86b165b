// <picture-strip>: tabs over a row of pictures that is also swiped. A tab brings its
// picture into the row without moving the page, and shows which one is seen.

class PictureStrip extends HTMLElement {
  connectedCallback() {
    this.list = this.querySelector(".strip__list");
    this.tabs = [...this.querySelectorAll(".strip__tabs a")];
    for (const tab of this.tabs) tab.addEventListener("click", (event) => this.turn(event));
    this.sight = new IntersectionObserver((entries) => this.looked(entries), {
      root: this.list,
      threshold: 0.6,
    });
    for (const tab of this.tabs) this.sight.observe(this.picture(tab));
  }

  disconnectedCallback() {
    this.sight.disconnect();
  }

  picture(tab) {
    return this.querySelector(tab.hash);
  }

  turn(event) {
    event.preventDefault();
    const box = this.picture(event.currentTarget).getBoundingClientRect();
    const from = this.list.getBoundingClientRect().left + parseFloat(getComputedStyle(this.list).scrollPaddingLeft);
    this.list.scrollBy({ left: box.left - from });
  }

  looked(entries) {
    const seen = entries.find((entry) => entry.isIntersecting);
    if (!seen) return;
    for (const tab of this.tabs) {
      if (tab.hash === `#${seen.target.id}`) tab.setAttribute("aria-current", "true");
      else tab.removeAttribute("aria-current");
    }
  }
}

customElements.define("picture-strip", PictureStrip);
